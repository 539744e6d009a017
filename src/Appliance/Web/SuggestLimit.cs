namespace EdgeNode.Appliance.Web;

/// <summary>
/// How often one session may ask while somebody types. A person types ten letters a second at most and the page asks less often; a program that asks
/// without pause is told to wait, so that it does not slow the pages of the others.
/// </summary>
public sealed class SuggestLimit(TimeProvider clock)
{
    /// <summary>Questions that may come at once.</summary>
    public const int Burst = 40;

    /// <summary>Questions a second in the long run.</summary>
    public const int PerSecond = 10;

    /// <summary>Sessions remembered; the one that asked longest ago is forgotten first.</summary>
    public const int MostNames = 4096;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (double Left, DateTimeOffset At)> _buckets = new(StringComparer.Ordinal);

    /// <summary>Takes one question from the session's measure; false when there is none left.</summary>
    public bool Try(string session)
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            var (left, at) = _buckets.TryGetValue(session, out var known) ? known : (Burst, now);
            // A clock that was set back fills nothing and takes nothing away.
            left = Math.Min(Burst, left + (Math.Max(0, (now - at).TotalSeconds) * PerSecond));
            MakeRoom(session);
            _buckets[session] = (left >= 1 ? left - 1 : left, now);
            return left >= 1;
        }
    }

    private void MakeRoom(string session)
    {
        if (_buckets.Count >= MostNames && !_buckets.ContainsKey(session))
        {
            _buckets.Remove(_buckets.MinBy(b => b.Value.At).Key);
        }
    }
}
