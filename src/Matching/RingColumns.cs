using System.Runtime.InteropServices;

namespace EdgeNode.Matching;

/// <summary>
/// The rings of a graph in flat arrays, in column order: rings with someone who gave and did not yet receive come first, then
/// fewer home nodes, then shorter, then smaller resident ids, offering ids and need ids. The position is the column id by
/// which every tie is settled, so it must not depend on anything but the market.
/// </summary>
internal sealed class RingColumns
{
    private readonly ExchangeGraph _graph;
    private readonly int _max;
    private readonly List<int> _arcs = [];
    private readonly List<int> _start = [0];
    private readonly List<long> _weights = [];

    private RingColumns(ExchangeGraph graph, int max) => (_graph, _max) = (graph, max);

    /// <summary>Number of columns. Rings worth nothing (below one micro-point) are no columns.</summary>
    public int Count => _weights.Count;

    /// <summary>Offerings and needs that a plan may use up: offering index, or number of offerings plus need index.</summary>
    public int Resources => _graph.Offerings.Count + _graph.Needs.Count;

    /// <summary>What the search did; when it is not complete, rings are missing.</summary>
    public SearchTally Tally { get; private set; }

    /// <summary>Searches the graph and keeps at most <see cref="PlanOptions.MaxColumns"/> rings.</summary>
    public static RingColumns Collect(ExchangeGraph graph, CycleSearch search, PlanOptions options, CancellationToken cancel)
    {
        var found = new RingColumns(graph, options.MaxColumns);
        found.Tally = search.Run(found.Keep, options.MaxSearchSteps, cancel);
        return found.InColumnOrder();
    }

    /// <summary>The arcs of a column in giving order from its smallest resident.</summary>
    public ReadOnlySpan<int> Arcs(int column) => CollectionsMarshal.AsSpan(_arcs)[_start[column].._start[column + 1]];

    /// <summary>What a column is worth, in micro-points; at least 1.</summary>
    public long Weight(int column) => _weights[column];

    /// <summary>How often a resource may be used in one plan.</summary>
    public int Capacity(int resource) =>
        resource < _graph.Offerings.Count
            ? _graph.OfferingCapacity(resource)
            : _graph.NeedCapacity(resource - _graph.Offerings.Count);

    /// <summary>Fills in the two resources of each arc of a column; returns how many there are.</summary>
    public int ResourcesOf(int column, Span<int> into)
    {
        var count = 0;
        foreach (var arc in Arcs(column))
        {
            into[count++] = _graph.OfferingOf(arc);
            into[count++] = _graph.Offerings.Count + _graph.NeedOf(arc);
        }
        return count;
    }

    private bool Keep(ReadOnlySpan<int> arcs)
    {
        var weight = _graph.Weigh(arcs);
        if (weight == 0)
            return true;
        if (Count == _max)
            return false;
        foreach (var arc in arcs)
            _arcs.Add(arc);
        _start.Add(_arcs.Count);
        _weights.Add(weight);
        return true;
    }

    private RingColumns InColumnOrder()
    {
        var (keys, order) = (new (bool Patient, int Homes)[Count], new int[Count]);
        for (var column = 0; column < Count; column++)
        {
            order[column] = column;
            keys[column] = KeyOf(column);
        }
        // No two columns compare equal, so an unstable sort is good enough.
        Array.Sort(order, (a, b) => Compare(a, keys[a], b, keys[b]));
        var sorted = new RingColumns(_graph, _max) { Tally = Tally };
        foreach (var column in order)
        {
            foreach (var arc in Arcs(column))
                sorted._arcs.Add(arc);
            sorted._start.Add(sorted._arcs.Count);
            sorted._weights.Add(_weights[column]);
        }
        return sorted;
    }

    private (bool Patient, int Homes) KeyOf(int column)
    {
        var patient = true;
        Span<int> homes = stackalloc int[CycleSearch.MaxCap];
        var different = 0;
        foreach (var arc in Arcs(column))
        {
            patient &= !_graph.IsWaiting(_graph.GiverOf(arc));
            var home = _graph.HomeOf(_graph.GiverOf(arc));
            if (!homes[..different].Contains(home))
                homes[different++] = home;
        }
        return (patient, different);
    }

    private int Compare(int a, (bool Patient, int Homes) keyA, int b, (bool Patient, int Homes) keyB)
    {
        var byKey = keyA.CompareTo(keyB);
        if (byKey != 0)
            return byKey;
        var arcsA = Arcs(a);
        var arcsB = Arcs(b);
        if (arcsA.Length != arcsB.Length)
            return arcsA.Length.CompareTo(arcsB.Length);
        var byPeople = CompareBy(arcsA, arcsB, _graph.GiverOf);
        if (byPeople != 0)
            return byPeople;
        var byOfferings = CompareBy(arcsA, arcsB, _graph.OfferingOf);
        return byOfferings != 0 ? byOfferings : CompareBy(arcsA, arcsB, _graph.NeedOf);
    }

    private static int CompareBy(ReadOnlySpan<int> a, ReadOnlySpan<int> b, Func<int, int> part)
    {
        for (var i = 0; i < a.Length; i++)
            if (part(a[i]) != part(b[i]))
                return part(a[i]).CompareTo(part(b[i]));
        return 0;
    }
}
