namespace EdgeNode.Matching;

/// <summary>How a ring goes on without someone. The order is the one in which they are tried.</summary>
public enum RepairKind
{
    /// <summary>Who gave to them gives straight to whom they gave.</summary>
    Shortcut,

    /// <summary>One or more newcomers stand in.</summary>
    Substitute,
}

/// <summary>A ring that keeps what all others accepted.</summary>
/// <param name="Kind">Shortcut or substitute.</param>
/// <param name="Arcs">The whole ring in giving order, from its smallest resident.</param>
/// <param name="Newcomers">Residents who were not in the ring and have to be asked.</param>
/// <param name="ValueMicro">Its weight, in micro-points.</param>
public sealed record RingRepair(RepairKind Kind, IReadOnlyList<int> Arcs, IReadOnlyList<int> Newcomers, long ValueMicro);

/// <summary>
/// Recourse when someone declines: rings in which everybody else gives the same offering, and has the same need met, as in the
/// ring they accepted. Only who is new has to be asked.
/// </summary>
public sealed class RingRepairs
{
    /// <summary>Most newcomers for one who declines: each is one more answer to wait for.</summary>
    public const int MaxNewcomers = 2;

    private readonly ExchangeGraph _graph;
    private readonly int _cap;
    private readonly Func<int, bool> _offeringIsFree;
    private readonly Func<int, bool> _needIsFree;
    private readonly int[] _intoStart;
    private readonly int[] _into;

    /// <param name="graph">The market.</param>
    /// <param name="cap">Longest ring.</param>
    /// <param name="offeringIsFree">Whether an offering has a unit that no other ring holds.</param>
    /// <param name="needIsFree">Whether a need has one.</param>
    public RingRepairs(ExchangeGraph graph, int cap, Func<int, bool> offeringIsFree, Func<int, bool> needIsFree)
    {
        (_graph, _cap, _offeringIsFree, _needIsFree) = (graph, cap, offeringIsFree, needIsFree);
        (_intoStart, _into) = ByNeed(graph);
    }

    /// <summary>
    /// Rings that go on without <paramref name="declined"/>: shortcuts first, then fewest newcomers, then most value; at most
    /// <paramref name="most"/>.
    /// </summary>
    /// <param name="ring">The arcs of the ring in giving order.</param>
    /// <param name="declined">A resident of the ring.</param>
    /// <param name="most">How many are wanted.</param>
    public IReadOnlyList<RingRepair> Without(IReadOnlyList<int> ring, int declined, int most)
    {
        var at = Enumerable.Range(0, ring.Count).Single(i => _graph.GiverOf(ring[i]) == declined);
        var before = ring[(at + ring.Count - 1) % ring.Count];
        var gap = new Gap(_graph.OfferingOf(before), _graph.NeedOf(ring[at]), [.. ring.Select(_graph.GiverOf)]);
        int[] kept = [.. Enumerable.Range(1, ring.Count - 2 < 0 ? 0 : ring.Count - 2).Select(i => ring[(at + i) % ring.Count])];
        var found = new List<RingRepair>();
        if (kept.Length > 0 && _graph.FindArc(gap.Offering, gap.Need) is >= 0 and var shortcut)
            Add(found, kept, [shortcut], gap);
        for (var newcomers = 1; newcomers <= MaxNewcomers && kept.Length + 1 + newcomers <= _cap; newcomers++)
            foreach (var bridge in Bridges(gap, newcomers))
                Add(found, kept, bridge, gap);
        return
        [
            .. found
                .OrderBy(r => r.Newcomers.Count)
                .ThenByDescending(r => r.ValueMicro)
                .ThenBy(r => r.Arcs, ArcOrder.Instance)
                .Take(most),
        ];
    }

    /// <summary>
    /// For an arc of an agreed ring the next best offerings for the same need, by score: whom to ask first if its giver fails.
    /// </summary>
    public IReadOnlyList<int> Alternates(IReadOnlyList<int> ring, int arc, int most)
    {
        var people = ring.Select(_graph.GiverOf).ToHashSet();
        var need = _graph.NeedOf(arc);
        return
        [
            .. Into(need)
                .Where(other => !people.Contains(_graph.GiverOf(other)) && _offeringIsFree(_graph.OfferingOf(other)))
                .OrderByDescending(_graph.ScoreMicroOf)
                .ThenBy(other => other)
                .Take(most),
        ];
    }

    /// <summary>The place that someone leaves: the offering that was to go to them, the need they were to meet, who is in the ring.</summary>
    private sealed record Gap(int Offering, int Need, HashSet<int> People);

    /// <summary>Arcs from the gap's offering over so many newcomers to the gap's need.</summary>
    private IEnumerable<int[]> Bridges(Gap gap, int newcomers)
    {
        var giver = _graph.OfferingResidents[gap.Offering];
        foreach (var first in Row(giver).Where(arc => _graph.OfferingOf(arc) == gap.Offering && IsNew(arc, gap)))
            if (newcomers == 1)
                foreach (var last in IntoGapFrom(gap, _graph.ReceiverOf(first)))
                    yield return [first, last];
            else
                foreach (var bridge in OverTwo(gap, first))
                    yield return bridge;
    }

    private IEnumerable<int[]> OverTwo(Gap gap, int first)
    {
        var newcomer = _graph.ReceiverOf(first);
        foreach (var middle in Row(newcomer))
        {
            if (!IsNew(middle, gap) || _graph.ReceiverOf(middle) == newcomer || !_offeringIsFree(_graph.OfferingOf(middle)))
                continue;
            foreach (var last in IntoGapFrom(gap, _graph.ReceiverOf(middle)))
                yield return [first, middle, last];
        }
    }

    private bool IsNew(int arc, Gap gap) => !gap.People.Contains(_graph.ReceiverOf(arc)) && _needIsFree(_graph.NeedOf(arc));

    private IEnumerable<int> IntoGapFrom(Gap gap, int giver) =>
        Into(gap.Need).Where(arc => _graph.GiverOf(arc) == giver && _offeringIsFree(_graph.OfferingOf(arc)));

    private void Add(List<RingRepair> found, int[] kept, int[] bridge, Gap gap)
    {
        int[] ring = [.. kept, .. bridge];
        var smallest = Enumerable.Range(0, ring.Length).MinBy(i => _graph.GiverOf(ring[i]));
        ring = [.. ring[smallest..], .. ring[..smallest]];
        if (!EverybodySees(ring))
            return;
        int[] newcomers = [.. bridge.Select(_graph.GiverOf).Where(resident => !gap.People.Contains(resident))];
        var kind = newcomers.Length == 0 ? RepairKind.Shortcut : RepairKind.Substitute;
        found.Add(new RingRepair(kind, ring, newcomers, _graph.Weigh(ring)));
    }

    private bool EverybodySees(int[] ring)
    {
        var (homes, seen) = (0UL, ulong.MaxValue);
        foreach (var arc in ring)
            (homes, seen) = (homes | _graph.HomeBit(_graph.GiverOf(arc)), seen & _graph.SeenBy(arc));
        return (homes & ~seen) == 0;
    }

    private IEnumerable<int> Row(int giver)
    {
        for (var arc = _graph.FirstArc(giver); arc < _graph.FirstArc(giver + 1); arc++)
            yield return arc;
    }

    private ArraySegment<int> Into(int need) => new(_into, _intoStart[need], _intoStart[need + 1] - _intoStart[need]);

    private static (int[] Start, int[] Arcs) ByNeed(ExchangeGraph graph)
    {
        var start = new int[graph.Needs.Count + 1];
        foreach (var need in graph.ArcNeeds)
            start[need + 1]++;
        for (var need = 0; need + 1 < start.Length; need++)
            start[need + 1] += start[need];
        var next = start.AsSpan(0, start.Length - 1).ToArray();
        var arcs = new int[graph.Arcs];
        for (var arc = 0; arc < arcs.Length; arc++)
            arcs[next[graph.NeedOf(arc)]++] = arc;
        return (start, arcs);
    }
}

/// <summary>Compares arcs one by one: the last word among equals.</summary>
internal sealed class ArcOrder : IComparer<IReadOnlyList<int>>
{
    public static ArcOrder Instance { get; } = new();

    public int Compare(IReadOnlyList<int>? x, IReadOnlyList<int>? y)
    {
        for (var i = 0; i < x!.Count && i < y!.Count; i++)
            if (x[i] != y[i])
                return x[i].CompareTo(y[i]);
        return x.Count.CompareTo(y!.Count);
    }
}
