namespace EdgeNode.Matching;

/// <summary>Receives one ring as its arcs in giving order from the smallest resident; false ends the search.</summary>
/// <remarks>The span is the search's own buffer and changes after the call.</remarks>
public delegate bool RingVisitor(ReadOnlySpan<int> arcs);

/// <summary>What a search did.</summary>
/// <param name="Rings">Rings handed out.</param>
/// <param name="Steps">Arcs looked at.</param>
/// <param name="Complete">False when the visitor, the step limit or a cancellation ended it early.</param>
public readonly record struct SearchTally(long Rings, long Steps, bool Complete);

/// <summary>
/// Streams every ring of at most <c>cap</c> residents exactly once: depth-first from each resident as the smallest of its
/// rings, through larger residents only, and only where the way back to the start still fits the cap. Two rings through the
/// same residents with other offerings or needs are two rings. Memory is a few integers per resident and per arc, whatever
/// the number of rings.
/// </summary>
public sealed class CycleSearch
{
    /// <summary>Shortest ring: two residents who give to each other.</summary>
    public const int MinCap = 2;

    /// <summary>Longest ring this search is asked for: above it the number of rings calls for pricing, not for lists.</summary>
    public const int MaxCap = 6;

    /// <summary>Steps between two looks at the cancellation.</summary>
    private const long CancelEvery = 1 << 16;

    private const int Far = int.MaxValue;

    private readonly ExchangeGraph _graph;
    private readonly int _cap;
    private readonly int[] _rowStart;
    private readonly int[] _rowArc;
    private readonly int[] _givers;
    private readonly int[] _giverStart;
    private readonly int[] _wayBack;
    private readonly int[] _queue;
    private readonly int[] _path;
    private readonly int[] _ring;

    private RingVisitor _visit = _ => false;
    private CancellationToken _cancel;
    private long _maxSteps;
    private long _steps;
    private long _rings;
    private bool _stopped;

    /// <summary>Prepares a search; <paramref name="cap"/> is from 2 to 4.</summary>
    public CycleSearch(ExchangeGraph graph, int cap)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cap, MinCap);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cap, MaxCap);
        _graph = graph;
        _cap = cap;
        var residents = graph.Residents.Count;
        (_wayBack, _queue) = (new int[residents], new int[residents]);
        Array.Fill(_wayBack, Far);
        (_path, _ring) = (new int[cap], new int[cap]);
        (_rowStart, _rowArc) = InnerArcs(graph, StrongComponents.Of(graph));
        (_giverStart, _givers) = Reversed();
    }

    /// <summary>Number of arcs left after trimming: those inside a strongly connected component.</summary>
    public int InnerArcCount => _rowArc.Length;

    /// <summary>The arcs left after trimming, in order; no ring uses another.</summary>
    public ReadOnlySpan<int> Inner => _rowArc;

    /// <summary>Hands every ring to <paramref name="visit"/>, in an order that depends on the ids alone.</summary>
    /// <param name="visit">Called once per ring.</param>
    /// <param name="maxSteps">How many arcs may be looked at; at the limit the tally says it is not complete.</param>
    /// <param name="cancel">Looked at now and then; also leaves the tally incomplete.</param>
    public SearchTally Run(RingVisitor visit, long maxSteps = long.MaxValue, CancellationToken cancel = default)
    {
        (_visit, _maxSteps, _cancel) = (visit, maxSteps, cancel);
        (_steps, _rings, _stopped) = (0, 0, false);
        for (var root = 0; root < _graph.Residents.Count && !_stopped; root++)
            if (_rowStart[root] < _rowStart[root + 1])
                SearchFrom(root);
        return new(_rings, _steps, !_stopped);
    }

    private void SearchFrom(int root)
    {
        var reached = MeasureWayBack(root);
        _path[0] = root;
        if (!_stopped)
            Extend(0, _graph.HomeBit(root), ulong.MaxValue);
        for (var i = 0; i < reached; i++)
            _wayBack[_queue[i]] = Far;
    }

    /// <summary>Breadth first against the arcs: how many gifts lead from a resident back to the root. Returns the number reached.</summary>
    private int MeasureWayBack(int root)
    {
        _wayBack[root] = 0;
        _queue[0] = root;
        var reached = 1;
        for (var head = 0; head < reached && _wayBack[_queue[head]] < _cap - 1; head++)
        {
            var resident = _queue[head];
            for (var i = _giverStart[resident]; i < _giverStart[resident + 1]; i++)
            {
                var giver = _givers[i];
                if (giver < root || _wayBack[giver] != Far)
                    continue;
                _wayBack[giver] = _wayBack[resident] + 1;
                _queue[reached++] = giver;
            }
            Count(_giverStart[resident + 1] - _giverStart[resident]);
        }
        return reached;
    }

    /// <summary>
    /// Tries every gift of the resident at <paramref name="depth"/>. <paramref name="homes"/> are the home nodes of the ring so
    /// far, <paramref name="seen"/> the nodes that may see all its items: once a home is unseen, no longer ring heals it.
    /// </summary>
    private void Extend(int depth, ulong homes, ulong seen)
    {
        var resident = _path[depth];
        var first = _rowStart[resident];
        var end = _rowStart[resident + 1];
        Count(end - first);
        for (var i = first; i < end && !_stopped; i++)
        {
            var arc = _rowArc[i];
            var to = _graph.ReceiverOf(arc);
            // Far and everyone below the root have no way back that fits.
            if (_wayBack[to] > _cap - 1 - depth)
                continue;
            var seenNow = seen & _graph.SeenBy(arc);
            var homesNow = homes | _graph.HomeBit(to);
            if ((homesNow & ~seenNow) != 0)
                continue;
            _ring[depth] = arc;
            if (to == _path[0])
                HandOut(depth + 1);
            else if (!OnPath(to, depth))
            {
                _path[depth + 1] = to;
                Extend(depth + 1, homesNow, seenNow);
            }
        }
    }

    private void HandOut(int length)
    {
        _rings++;
        if (!_visit(_ring.AsSpan(0, length)))
            _stopped = true;
    }

    private bool OnPath(int resident, int depth)
    {
        for (var i = 1; i <= depth; i++)
            if (_path[i] == resident)
                return true;
        return false;
    }

    private void Count(int arcs)
    {
        var before = _steps;
        _steps += arcs;
        if (_steps > _maxSteps || (before / CancelEvery != _steps / CancelEvery && _cancel.IsCancellationRequested))
            _stopped = true;
    }

    private static (int[] Start, int[] Arcs) InnerArcs(ExchangeGraph graph, int[] component)
    {
        var start = new int[graph.Residents.Count + 1];
        var arcs = new List<int>();
        for (var giver = 0; giver < graph.Residents.Count; giver++)
        {
            for (var arc = graph.FirstArc(giver); arc < graph.FirstArc(giver + 1); arc++)
                if (component[giver] == component[graph.ReceiverOf(arc)])
                    arcs.Add(arc);
            start[giver + 1] = arcs.Count;
        }
        return (start, [.. arcs]);
    }

    /// <summary>Who gives to each resident, by resident; parallel arcs repeat the giver, which costs a look and no more.</summary>
    private (int[] Start, int[] Givers) Reversed()
    {
        var residents = _graph.Residents.Count;
        var start = new int[residents + 1];
        foreach (var arc in _rowArc)
            start[_graph.ReceiverOf(arc) + 1]++;
        for (var resident = 0; resident < residents; resident++)
            start[resident + 1] += start[resident];
        var next = start[..^1];
        var givers = new int[_rowArc.Length];
        foreach (var arc in _rowArc)
            givers[next[_graph.ReceiverOf(arc)]++] = _graph.GiverOf(arc);
        return (start, givers);
    }
}
