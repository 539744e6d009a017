namespace EdgeNode.Appliance.Demo;

/// <summary>What one cabinet shows its steward.</summary>
internal sealed record CabinetShown(string Name, string Did, IReadOnlyList<StewardRingShown> Rings);

/// <summary>One ring as every cabinet that knows it shows it.</summary>
internal sealed class RingStory(string chainId, IReadOnlyList<(CabinetShown Cabinet, StewardRingShown Ring)> shown)
{
    public string ChainId { get; } = chainId;

    public IReadOnlyList<(CabinetShown Cabinet, StewardRingShown Ring)> Shown { get; } = shown;

    /// <summary>The home nodes that the ring itself names.</summary>
    public IReadOnlyList<string> Homes { get; } = [.. shown[0].Ring.HomeNodes.Select(h => h.Did)];

    public IReadOnlyList<EdgeShown> Edges { get; } = [.. shown[0].Ring.Edges.OrderBy(e => e.Edge)];

    public bool IsCrossing => Homes.Count > 1;

    /// <summary>Every home node shows it, and none waits for its own residents any more.</summary>
    public bool IsAnswered => Everywhere("CONSENTED", "YES", "COMMITTED", "COMPLETED", "ABORTED");

    /// <summary>Every home node shows it, and none is still waiting for another.</summary>
    public bool IsDecided => Everywhere("COMMITTED", "COMPLETED", "ABORTED");

    public bool IsCommitted => Everywhere("COMMITTED", "COMPLETED");

    public bool IsCompleted => Everywhere("COMPLETED");

    public bool IsAborted => Everywhere("ABORTED");

    /// <summary>True when some cabinet shows it in one of these states.</summary>
    public bool Somewhere(params string[] states) => Shown.Any(s => Is(s.Ring, states));

    private bool Everywhere(params string[] states) =>
        Homes.All(home => Shown.Any(s => s.Cabinet.Did == home && Is(s.Ring, states)));

    private static bool Is(StewardRingShown ring, string[] states) =>
        states.Contains(ring.State, StringComparer.OrdinalIgnoreCase);
}

/// <summary>All rings that any cabinet shows, put side by side.</summary>
internal sealed class RingBook
{
    public RingBook(IReadOnlyList<CabinetShown> cabinets)
    {
        Cabinets = cabinets;
        Rings =
        [
            .. from cabinet in cabinets
            from ring in cabinet.Rings
            group (cabinet, ring) by ring.ChainId into chain
            orderby chain.Key
            select new RingStory(chain.Key, [.. chain]),
        ];
    }

    public IReadOnlyList<CabinetShown> Cabinets { get; }

    public IReadOnlyList<RingStory> Rings { get; }

    public IReadOnlyList<RingStory> Committed => [.. Rings.Where(r => r.IsCommitted)];

    /// <summary>Items that change hands in agreed rings.</summary>
    public int ItemsTraded => Committed.Sum(r => r.Edges.Count);

    public bool AllAnswered => Rings.All(r => r.IsAnswered);

    public bool AllDecided => Rings.All(r => r.IsDecided);

    public bool AllCompleted => Rings.All(r => r.IsCompleted || r.IsAborted);

    public CommittedSummary CommittedSummary => new(Committed.Count, ItemsTraded, Committed.Count(r => r.IsCrossing));
}
