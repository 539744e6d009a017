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
/// same residents with other offerings or needs are two rings. Dummies lengthen a ring without counting. Memory is a few
/// integers per resident and per arc, whatever the number of rings.
/// </summary>
public sealed class CycleSearch
{
    /// <summary>Shortest ring: two residents who give to each other.</summary>
    public const int MinCap = 2;

    /// <summary>Longest ring this search is asked for.</summary>
    public const int MaxCap = 6;

    /// <summary>Steps between two looks at the cancellation.</summary>
    private const long CancelEvery = 1 << 16;

    /// <summary>No way back within the depth that was measured.</summary>
    private const byte Far = byte.MaxValue;

    private readonly ExchangeGraph _graph;
    private readonly InnerArcs _inner;
    private readonly int _cap;
    private readonly int _measured;
    private readonly bool _plain;

    /// <summary>Fewest counting residents strictly between a resident and the root, on a way back through larger ones.</summary>
    private readonly byte[] _between;
    private readonly int[] _reached;

    /// <summary>Of each resident who gives to the root: the first such arc.</summary>
    private readonly int[] _closing;
    private readonly int[] _path;
    private readonly int[] _ring;
    private int _root;

    private RingVisitor _visit = _ => false;
    private CancellationToken _cancel;
    private long _maxSteps;
    private long _steps;
    private long _nextLook;
    private long _rings;
    private bool _stopped;

    /// <summary>Prepares a search; <paramref name="cap"/> is from 2 to 6.</summary>
    public CycleSearch(ExchangeGraph graph, int cap)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cap, MinCap);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cap, MaxCap);
        (_graph, _cap) = (graph, cap);
        // Half the way is measured from the root backwards, so that neither side looks much further than the other.
        _measured = (cap + 1) / 2 - 1;
        _plain = graph.Dummies == 0 && !graph.HasSight;
        _inner = InnerArcs.Of(graph);
        (_between, _reached) = (new byte[graph.Residents.Count], new int[graph.Residents.Count]);
        _closing = new int[graph.Residents.Count];
        Array.Fill(_between, Far);
        var longest = Math.Max(cap, graph.LongestRing(cap));
        (_path, _ring) = (new int[longest + 1], new int[longest + 1]);
    }

    /// <summary>Number of arcs left after trimming: those inside a strongly connected component.</summary>
    public int InnerArcCount => _inner.Arc.Length;

    /// <summary>The arcs left after trimming, by giver and receiver; no ring uses another.</summary>
    public ReadOnlySpan<int> Inner => _inner.Arc;

    /// <summary>Hands every ring to <paramref name="visit"/>, in an order that depends on the ids alone.</summary>
    /// <param name="visit">Called once per ring.</param>
    /// <param name="maxSteps">How many arcs may be looked at; at the limit the tally says it is not complete.</param>
    /// <param name="cancel">Looked at now and then; also leaves the tally incomplete.</param>
    public SearchTally Run(RingVisitor visit, long maxSteps = long.MaxValue, CancellationToken cancel = default)
    {
        (_visit, _maxSteps, _cancel) = (visit, maxSteps, cancel);
        (_steps, _rings, _nextLook, _stopped) = (0, 0, 0, false);
        for (_root = 0; _root < _graph.Residents.Count && !_stopped; _root++)
            if (_inner.Start[_root] < _inner.Start[_root + 1])
                SearchFromRoot();
        return new(_rings, _steps, !_stopped);
    }

    private void SearchFromRoot()
    {
        var reached = MeasureWayBack();
        _path[0] = _root;
        if (!_stopped)
        {
            if (_plain)
                ExtendPlain(0);
            else
                Extend(0, _graph.LengthOf(_root), _graph.HomeBit(_root), ulong.MaxValue);
        }
        for (var i = 0; i < reached; i++)
            _between[_reached[i]] = Far;
    }

    /// <summary>
    /// Against the arcs, from those who give to the root: how many counting residents stand between each and the root, as far
    /// as that is at most the measured depth. Returns how many were reached.
    /// </summary>
    private int MeasureWayBack()
    {
        _between[_root] = 0;
        _reached[0] = _root;
        var reached = ReachGiversOf(_root, 0, 1);
        for (int head = 1, level = 1; head < reached && level <= _measured; level++)
        for (var end = reached; head < end; head++)
            reached = ReachGiversOf(_reached[head], level, reached);
        return reached;
    }

    /// <summary>Those who give to <paramref name="resident"/>; a dummy stands between without counting, so its givers follow at once.</summary>
    private int ReachGiversOf(int resident, int between, int reached)
    {
        var (first, last) = (_inner.GiverStart[resident], _inner.GiverEnd[resident] - 1);
        var givers = _inner.Giver;
        for (var i = last; i >= first && givers[i] > _root; i--)
        {
            var giver = givers[i];
            if (_between[giver] <= between)
                continue;
            var isNew = _between[giver] == Far;
            _between[giver] = (byte)between;
            if (isNew)
                _reached[reached++] = giver;
            if (_plain && between == 0)
                _closing[giver] = FirstGift(giver, _root);
            if (!_plain && _graph.LengthOf(giver) == 0)
                reached = ReachGiversOf(giver, between, reached);
        }
        Count(last - first + 1);
        return reached;
    }

    /// <summary>Where the gifts of a resident to another begin in their row, which is sorted by receiver.</summary>
    private int FirstGift(int resident, int receiver)
    {
        var (low, high) = (_inner.Start[resident], _inner.Start[resident + 1]);
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            if (_inner.To[middle] < receiver)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>Everybody counts and everybody sees all: the common case, with nothing else in its way.</summary>
    private void ExtendPlain(int depth)
    {
        var (root, between, to, resident) = (_root, _between, _inner.To, _path[depth]);
        var first = _inner.Start[resident];
        var at = _inner.Start[resident + 1] - 1;
        Count(at - first + 1);
        var room = _cap - depth - 2;
        // What the measure did not reach may still have a way back, as long as there is more room than was measured.
        var unmeasured = room > _measured;
        for (; at >= first && !_stopped; at--)
        {
            var next = to[at];
            if (next <= root)
            {
                if (next < root)
                    break;
                _ring[depth] = _inner.Arc[at];
                HandOut(depth + 1);
                continue;
            }
            if (between[next] > room && !(unmeasured && between[next] == Far))
                continue;
            if (OnPath(next, depth))
                continue;
            _ring[depth] = _inner.Arc[at];
            _path[depth + 1] = next;
            if (room == 0)
                Close(next, depth + 1);
            else
                ExtendPlain(depth + 1);
        }
    }

    /// <summary>The last resident of a longest ring: only gifts to the root are of use, and where they begin is known.</summary>
    private void Close(int resident, int depth)
    {
        var (to, end) = (_inner.To, _inner.Start[resident + 1]);
        for (var at = _closing[resident]; at < end && to[at] == _root && !_stopped; at++)
        {
            _ring[depth] = _inner.Arc[at];
            HandOut(depth + 1);
        }
    }

    /// <summary>
    /// The same with dummies and with items that not everybody may see. <paramref name="count"/> is how many on the path count,
    /// <paramref name="homes"/> are their home nodes, <paramref name="seen"/> the nodes that may see all items so far: once a
    /// home is unseen, no longer ring heals it.
    /// </summary>
    private void Extend(int depth, int count, ulong homes, ulong seen)
    {
        var resident = _path[depth];
        var first = _inner.Start[resident];
        var at = _inner.Start[resident + 1] - 1;
        Count(at - first + 1);
        for (; at >= first && !_stopped && _inner.To[at] >= _root; at--)
        {
            var (next, arc) = (_inner.To[at], _inner.Arc[at]);
            var (homesNow, seenNow) = (homes | _graph.HomeBit(next), seen & _graph.SeenBy(arc));
            if ((homesNow & ~seenNow) != 0)
                continue;
            _ring[depth] = arc;
            if (next == _root)
            {
                if (count >= MinCap)
                    HandOut(depth + 1);
                continue;
            }
            var countNow = count + _graph.LengthOf(next);
            if (!HasWayBack(next, _cap - countNow) || OnPath(next, depth))
                continue;
            _path[depth + 1] = next;
            Extend(depth + 1, countNow, homesNow, seenNow);
        }
    }

    private bool HasWayBack(int resident, int room) =>
        room >= 0 && (_between[resident] <= room || (_between[resident] == Far && room > _measured));

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
        _steps += arcs;
        if (_steps >= _nextLook)
            Look();
    }

    private void Look()
    {
        var limit = _maxSteps == long.MaxValue ? long.MaxValue : _maxSteps + 1;
        _nextLook = Math.Min(_steps + CancelEvery, Math.Max(_steps + 1, limit));
        if (_steps > _maxSteps || _cancel.IsCancellationRequested)
            _stopped = true;
    }
}
