namespace EdgeNode.Matching;

/// <summary>
/// The ring through one resident, or through one of their offerings, that would add most to a plan after the rings it displaces:
/// forwards from them, only where half the way back, measured beforehand, still fits, and only as long as what the path may
/// still become is worth more than the rings in its way. Looks at the neighbourhood alone, however large the market.
/// </summary>
internal sealed class BestRing
{
    private const byte Far = byte.MaxValue;

    /// <summary>Estimates in doubles are raised by this, far more than their rounding, before anything is cut.</summary>
    private const double Slack = 1 + 1e-9;

    private readonly LiveGraph _live;
    private readonly LivePlan _plan;
    private readonly ExchangeGraph _graph;
    private readonly int _cap;
    private readonly int _measured;
    private readonly byte[] _back;
    private readonly List<int> _reached = [];
    private readonly int[] _path;
    private readonly int[] _ring;
    private readonly int[] _best;
    private readonly int[] _rivals = new int[2 * CycleSearch.MaxCap];
    private int _bestLength;
    private int? _offering;
    private bool _freeOnly;
    private long _limit;

    public BestRing(LiveGraph live, LivePlan plan, int cap)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cap, CycleSearch.MinCap);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cap, CycleSearch.MaxCap);
        (_live, _plan, _graph, _cap) = (live, plan, live.Graph, cap);
        _measured = cap / 2;
        _back = new byte[live.Residents];
        Array.Fill(_back, Far);
        (_path, _ring, _best) = (new int[cap], new int[cap], new int[cap]);
    }

    /// <summary>Arcs looked at since the last reset.</summary>
    public long Steps { get; private set; }

    /// <summary>What the ring found adds to the plan, in micro-points; 0: none was found.</summary>
    public long Gain { get; private set; }

    /// <summary>Its weight, in micro-points.</summary>
    public long Weight { get; private set; }

    /// <summary>Its arcs in giving order from the resident that was asked for.</summary>
    public ReadOnlySpan<int> Arcs => _best.AsSpan(0, _bestLength);

    public void ResetSteps() => Steps = 0;

    /// <summary>Looks through <paramref name="root"/>, starting with <paramref name="offering"/> or with any of theirs.</summary>
    public void Look(int root, int? offering, bool freeOnly, int maxSteps)
    {
        (_offering, _freeOnly, _limit) = (offering, freeOnly, Steps + maxSteps);
        (Gain, Weight, _bestLength) = (0, 0, 0);
        MeasureBack(root);
        _path[0] = root;
        Extend(new Way(0, _graph.HomeBit(root), ulong.MaxValue, 0, 1, 0, 0));
        foreach (var resident in _reached)
            _back[resident] = Far;
        _reached.Clear();
    }

    /// <summary>How far a path is: arcs, home nodes, who sees all its items, sum of scores, chance, and the rings in its way.</summary>
    private readonly record struct Way(
        int Depth,
        ulong Homes,
        ulong Seen,
        double Micro,
        double Chance,
        int Rivals,
        long RivalWeight
    );

    /// <summary>How many gifts lead from a resident back to the root, up to half the cap.</summary>
    private void MeasureBack(int root)
    {
        Reach(root, 0);
        for (var head = 0; head < _reached.Count && Steps < _limit; head++)
        {
            var resident = _reached[head];
            var gifts = (byte)(_back[resident] + 1);
            if (gifts > _measured)
                break;
            var givers = _live.OldGiversTo(resident);
            Steps += givers.Length;
            foreach (var giver in givers)
                Reach(giver, gifts);
            for (var arc = _live.NewArcTo(resident); arc >= 0; arc = _live.NextTo(arc))
                Reach(_live.GiverOf(arc), gifts);
        }
    }

    private void Reach(int resident, byte gifts)
    {
        if (_back[resident] != Far)
            return;
        _back[resident] = gifts;
        _reached.Add(resident);
    }

    private void Extend(in Way way)
    {
        var resident = _path[way.Depth];
        var (first, end) = (_graph.FirstArc(resident), _graph.FirstArc(resident + 1));
        Steps += end - first;
        for (var arc = first; arc < end && Steps <= _limit; arc++)
            if (MayReturn(_graph.ReceiverOf(arc), way.Depth))
                Follow(arc, _graph.ReceiverOf(arc), _graph.SeenBy(arc), way);
        for (var arc = _live.NewArcFrom(resident); arc >= 0 && Steps <= _limit; arc = _live.NextFrom(arc))
        {
            Steps++;
            if (MayReturn(_live.ReceiverOf(arc), way.Depth))
                Follow(arc, _live.ReceiverOf(arc), ulong.MaxValue, way);
        }
    }

    /// <summary>Whether as many gifts as the cap leaves can lead back.</summary>
    private bool MayReturn(int resident, int depth)
    {
        var room = _cap - depth - 1;
        return _back[resident] <= room || (_back[resident] == Far && room > _measured);
    }

    private void Follow(int arc, int to, ulong seenBy, in Way way)
    {
        var offering = _live.OfferingOf(arc);
        if (!_live.IsOpen(offering) || (way.Depth == 0 && _offering is { } only && offering != only))
            return;
        var (homes, seen) = (way.Homes | _graph.HomeBit(to), way.Seen & seenBy);
        if ((homes & ~seen) != 0 || (to != _path[0] && OnPath(to, way.Depth)))
            return;
        var rivals = _plan.AddRivals(arc, _rivals, way.Rivals);
        if (_freeOnly && rivals > 0)
            return;
        var weight = way.RivalWeight;
        for (var i = way.Rivals; i < rivals; i++)
            weight += _plan.WeightOf(_rivals[i]);
        var next = new Way(
            way.Depth + 1,
            homes,
            seen,
            way.Micro + _live.ScoreMicroOf(arc),
            way.Chance * _live.AcceptOf(offering) / _graph.AcceptBase,
            rivals,
            weight
        );
        if (!IsWorthIt(next, to == _path[0] ? 0 : _cap - next.Depth))
            return;
        _ring[way.Depth] = arc;
        if (to == _path[0])
            Take(next);
        else if (next.Depth < _cap)
        {
            _path[next.Depth] = to;
            Extend(next);
        }
    }

    /// <summary>Whether a path that may grow by so many arcs of highest score can still beat the best ring found.</summary>
    private bool IsWorthIt(in Way way, int room) =>
        (way.Micro + room * _live.HighestMicro) * way.Chance * Slack + 1 - way.RivalWeight > Gain;

    private void Take(in Way way)
    {
        var arcs = _ring.AsSpan(0, way.Depth);
        var weight = _live.Weigh(arcs);
        if (weight - way.RivalWeight <= Gain)
            return;
        (Gain, Weight, _bestLength) = (weight - way.RivalWeight, weight, way.Depth);
        arcs.CopyTo(_best);
    }

    private bool OnPath(int resident, int depth)
    {
        for (var i = 1; i <= depth; i++)
            if (_path[i] == resident)
                return true;
        return false;
    }
}
