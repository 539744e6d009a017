namespace EdgeNode.Tests.Sim;

/// <summary>What a run went through, so that a reader sees that it was not empty.</summary>
internal sealed class Counters
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public long this[string what] => _counts.GetValueOrDefault(what);

    public IEnumerable<KeyValuePair<string, long>> All => _counts;

    public void Add(string what, long amount = 1) => _counts[what] = _counts.GetValueOrDefault(what) + amount;

    public void Add(Counters other)
    {
        foreach (var (what, amount) in other._counts)
            Add(what, amount);
    }
}
