namespace EdgeNode.Appliance.Demo;

/// <summary>The parts of the story in which faults are injected.</summary>
internal enum DemoPart
{
    Posting,
    Replication,
    Voting,
    Settling,
}

/// <summary>What is killed with signal 9.</summary>
internal enum FaultKind
{
    Cabinet,
    Broker,
}

/// <summary>One fault: whom it hits, and how far the part must have come (0 to 1) when it does.</summary>
internal sealed record Fault(FaultKind Kind, int Cabinet, DemoPart Part, double At);

/// <summary>Places faults by a seed: each cabinet and each broker once, every part at least once, and a few more where votes are cast.</summary>
internal static class FaultPlan
{
    /// <summary>Where the faults that must happen go.</summary>
    private static readonly DemoPart[] Places =
    [
        DemoPart.Posting,
        DemoPart.Posting,
        DemoPart.Replication,
        DemoPart.Voting,
        DemoPart.Voting,
        DemoPart.Settling,
    ];

    /// <summary>Where further ones go: commitment and completion are what must survive.</summary>
    private static readonly DemoPart[] More = [DemoPart.Voting, DemoPart.Settling];

    /// <summary>Same seed, same faults.</summary>
    public static IReadOnlyList<Fault> For(ulong seed)
    {
        var numbers = new SplitMix(seed);
        var victims = (
            from kind in Enum.GetValues<FaultKind>()
            from cabinet in Enumerable.Range(0, DemoInput.Cabinets)
            select (kind, cabinet)
        ).ToArray();
        Shuffle(victims, numbers);
        var must = victims.Zip(Places, (v, part) => new Fault(v.kind, v.cabinet, part, numbers.Share()));
        var more = More.Select(part => new Fault(
            numbers.Below(2) == 0 ? FaultKind.Cabinet : FaultKind.Broker,
            numbers.Below(DemoInput.Cabinets),
            part,
            numbers.Share()
        ));
        return [.. must.Concat(more).OrderBy(f => f.Part).ThenBy(f => f.At)];
    }

    private static void Shuffle<T>(T[] items, SplitMix numbers)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = numbers.Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}

/// <summary>SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere for ever.</summary>
internal sealed class SplitMix(ulong seed)
{
    private ulong _state = seed;

    public int Below(int limit) => (int)(Next() % (ulong)limit);

    /// <summary>From 0 up to, not including, 1.</summary>
    public double Share() => (Next() >> 11) * (1.0 / (1UL << 53));

    private ulong Next()
    {
        // The generator is defined modulo 2^64.
        unchecked
        {
            _state += 0x9E3779B97F4A7C15;
            var z = _state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
