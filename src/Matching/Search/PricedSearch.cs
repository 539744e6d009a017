namespace EdgeNode.Matching;

/// <summary>Receives a ring or chain and how much it is worth above what its resources cost, in points; false ends the search.</summary>
internal delegate bool PricedVisitor(ReadOnlySpan<int> arcs, bool chain, double above);

/// <summary>
/// Finds the rings and chains that are worth more than their resources cost, less a margin, by going depth first along the arcs.
/// A way is given up when even the best way on, under the acceptances so far, cannot reach the margin. Rings go through
/// residents larger than their first; chains start with an altruist.
/// </summary>
/// <remarks>
/// With acceptance P so far, a way on is worth P times its scores less its cost, so the best way on is a convex function of P,
/// and lies below the straight line between what it is for P = 0 (the least cost) and for P = 1. Both ends are tabulated.
/// </remarks>
internal sealed class PricedSearch
{
    /// <summary>Sums of a few doubles differ by less than this, in points.</summary>
    private const double Slack = 1e-7;

    private readonly ExchangeGraph _graph;
    private readonly int _cap;
    private readonly int _chain;
    private readonly int _residents;
    private readonly WorkMeter _meter;
    private readonly double[] _accept;
    private readonly double[] _score;
    private readonly double[] _bestAccept;
    private readonly int[] _component;
    private readonly int[] _intoStart;
    private readonly int[] _into;

    private readonly double[] _cost;
    private readonly double[][] _most;
    private readonly double[][] _least;
    private readonly bool[] _onPath;
    private readonly int[] _path;
    private readonly int[] _reachedAt;
    private readonly int[] _reached;

    private PricedVisitor _visit = (_, _, _) => false;
    private double _margin;
    private bool _stopped;

    /// <summary>Graphs with dummies are listed and not priced: a ring's length then says little about its arcs.</summary>
    public PricedSearch(ExchangeGraph graph, int cap, int chain, WorkMeter meter)
    {
        (_graph, _cap, _chain, _meter, _residents) = (graph, cap, chain, meter, graph.Residents.Count);
        (_accept, _score, _cost) = (new double[graph.Arcs], new double[graph.Arcs], new double[graph.Arcs]);
        _bestAccept = new double[_residents];
        for (var arc = 0; arc < graph.Arcs; arc++)
        {
            _score[arc] = graph.ScoreMicroOf(arc) / WholePrices.MicroPerPoint;
            _accept[arc] = (double)graph.AcceptOf(arc) / graph.AcceptBase;
            _bestAccept[graph.GiverOf(arc)] = Math.Max(_bestAccept[graph.GiverOf(arc)], _accept[arc]);
        }
        _component = StrongComponents.Of(graph);
        (_intoStart, _into) = ArcsInto();
        var levels = Math.Max(cap, chain) + 1;
        (_most, _least) = (new double[levels][], new double[levels][]);
        for (var level = 0; level < levels; level++)
        {
            (_most[level], _least[level]) = (new double[_residents], new double[_residents]);
            Array.Fill(_most[level], double.NegativeInfinity);
        }
        (_onPath, _path) = (new bool[_residents], new int[levels + 1]);
        (_reachedAt, _reached) = (new int[_residents], new int[_residents]);
        Array.Fill(_reachedAt, -1);
    }

    /// <summary>Whether the last search looked at everything.</summary>
    public bool Complete => !_stopped;

    /// <summary>Hands out everything worth more than <paramref name="margin"/> above its cost, and perhaps a little less.</summary>
    /// <param name="prices">In points by resource; null: everything is free.</param>
    /// <param name="margin">In points; below zero to see what is a little too dear.</param>
    /// <param name="visit">Called once for each.</param>
    public void Run(double[]? prices, double margin, PricedVisitor visit)
    {
        (_visit, _margin, _stopped) = (visit, margin - Slack, false);
        for (var arc = 0; arc < _cost.Length; arc++)
            _cost[arc] = prices is null
                ? 0
                : prices[_graph.OfferingOf(arc)] + prices[_graph.Offerings.Count + _graph.NeedOf(arc)];
        for (var root = 0; root < _residents && !_stopped && _cap > 0; root++)
            Rings(root);
        Chains();
    }

    private void Rings(int root)
    {
        var count = Tabulate(root);
        if (count > 0)
        {
            _onPath[root] = true;
            Extend(root, root, 0, 0, 1, 0, _graph.HomeBit(root), ulong.MaxValue);
            _onPath[root] = false;
        }
        for (var i = 0; i < count; i++)
        {
            _reachedAt[_reached[i]] = -1;
            for (var level = 0; level < _cap; level++)
                _most[level][_reached[i]] = double.NegativeInfinity;
        }
    }

    /// <summary>
    /// The best and the cheapest ways of at most so many arcs from each larger resident back to the root. Answers how many
    /// residents have one.
    /// </summary>
    private int Tabulate(int root)
    {
        (_most[0][root], _least[0][root]) = (0, 0);
        var count = 0;
        Reach(root, 0, ref count);
        long work = 0;
        for (var level = 1; level < _cap; level++)
        {
            for (var i = 0; i < count; i++)
                (_most[level][_reached[i]], _least[level][_reached[i]]) = (
                    _most[level - 1][_reached[i]],
                    _least[level - 1][_reached[i]]
                );
            var known = count;
            for (var i = level == 1 ? 0 : 1; i < (level == 1 ? 1 : known); i++)
                work += Relax(_reached[i], root, level, ref count);
        }
        _meter.Count(work);
        if (_meter.Spent)
            _stopped = true;
        return count;
    }

    private int Relax(int to, int root, int level, ref int count)
    {
        var (most, least) = (_most[level - 1][to], _least[level - 1][to]);
        var (mostNow, leastNow) = (_most[level], _least[level]);
        var further = to == root ? 1 : _bestAccept[to];
        for (var i = _intoStart[to]; i < _intoStart[to + 1]; i++)
        {
            var arc = _into[i];
            var from = _graph.GiverOf(arc);
            if (from <= root || _component[from] != _component[root])
                continue;
            Reach(from, level, ref count);
            var gain = _score[arc] * _accept[arc] * further - _cost[arc] + most;
            if (gain > mostNow[from])
                mostNow[from] = gain;
            var cost = _cost[arc] + least;
            if (cost < leastNow[from])
                leastNow[from] = cost;
        }
        return _intoStart[to + 1] - _intoStart[to];
    }

    private void Reach(int resident, int level, ref int count)
    {
        if (_reachedAt[resident] >= 0)
            return;
        _reachedAt[resident] = level;
        _reached[count++] = resident;
        for (var l = level; l < _cap; l++)
            _least[l][resident] = double.PositiveInfinity;
        if (level == 0)
            _least[0][resident] = 0;
    }

    private void Extend(int from, int root, int depth, double scores, double accept, double cost, ulong homes, ulong seen)
    {
        var (first, end) = (_graph.FirstArc(from), _graph.FirstArc(from + 1));
        var left = _cap - depth - 1;
        var (most, least) = (_most[left], _least[left]);
        for (var arc = first; arc < end && !_stopped; arc++)
        {
            var to = _graph.ReceiverOf(arc);
            if (double.IsNegativeInfinity(most[to]) || (to == root ? depth == 0 : _onPath[to]))
                continue;
            var (scoresNow, acceptNow, costNow) = (scores + _score[arc], accept * _accept[arc], cost + _cost[arc]);
            var worth = acceptNow * scoresNow - costNow;
            var on = acceptNow * most[to] - (1 - acceptNow) * least[to];
            if ((to == root ? worth : acceptNow * scoresNow * _bestAccept[to] - costNow + on) <= _margin)
                continue;
            var (homesNow, seenNow) = (homes | _graph.HomeBit(to), seen & _graph.SeenBy(arc));
            if ((homesNow & ~seenNow) != 0)
                continue;
            _path[depth] = arc;
            if (to == root)
            {
                _stopped |= !_visit(_path.AsSpan(0, depth + 1), false, worth);
                continue;
            }
            _onPath[to] = true;
            Extend(to, root, depth + 1, scoresNow, acceptNow, costNow, homesNow, seenNow);
            _onPath[to] = false;
        }
        _meter.Count(end - first);
        if (_meter.Spent)
            _stopped = true;
    }

    private void Chains()
    {
        if (_chain == 0 || _stopped || _graph.Altruists == 0)
            return;
        TabulateChains();
        for (var root = 0; root < _residents && !_stopped; root++)
        {
            if (_graph.KindOf(root) != ResidentKind.Altruist)
                continue;
            _onPath[root] = true;
            ExtendChain(root, 0, 1, 0, _graph.HomeBit(root), ulong.MaxValue);
            _onPath[root] = false;
        }
        for (var level = 0; level <= _chain; level++)
            Array.Fill(_most[level], double.NegativeInfinity);
    }

    /// <summary>The most that ways of at most so many arcs from each resident are worth above their cost; stopping at once is worth 0.</summary>
    private void TabulateChains()
    {
        Array.Fill(_most[0], 0);
        for (var level = 1; level <= _chain; level++)
        for (var from = 0; from < _residents; from++)
        {
            var best = 0.0;
            for (var arc = _graph.FirstArc(from); arc < _graph.FirstArc(from + 1); arc++)
                best = Math.Max(best, _accept[arc] * (_score[arc] + _most[level - 1][_graph.ReceiverOf(arc)]) - _cost[arc]);
            _most[level][from] = best;
        }
        _meter.Count((long)_graph.Arcs * _chain);
    }

    private void ExtendChain(int from, int depth, double accept, double worth, ulong homes, ulong seen)
    {
        var (first, end) = (_graph.FirstArc(from), _graph.FirstArc(from + 1));
        var most = _most[_chain - depth - 1];
        for (var arc = first; arc < end && !_stopped; arc++)
        {
            var to = _graph.ReceiverOf(arc);
            if (_onPath[to])
                continue;
            var acceptNow = accept * _accept[arc];
            var worthNow = worth + acceptNow * _score[arc] - _cost[arc];
            if (worthNow + acceptNow * most[to] <= _margin)
                continue;
            var (homesNow, seenNow) = (homes | _graph.HomeBit(to), seen & _graph.SeenBy(arc));
            if ((homesNow & ~seenNow) != 0)
                continue;
            _path[depth] = arc;
            if (worthNow > _margin)
                _stopped |= !_visit(_path.AsSpan(0, depth + 1), true, worthNow);
            if (depth + 1 == _chain || _stopped)
                continue;
            _onPath[to] = true;
            ExtendChain(to, depth + 1, acceptNow, worthNow, homesNow, seenNow);
            _onPath[to] = false;
        }
        _meter.Count(end - first);
        if (_meter.Spent)
            _stopped = true;
    }

    private (int[] Start, int[] Arcs) ArcsInto()
    {
        var start = new int[_residents + 1];
        for (var arc = 0; arc < _graph.Arcs; arc++)
            start[_graph.ReceiverOf(arc) + 1]++;
        for (var resident = 0; resident < _residents; resident++)
            start[resident + 1] += start[resident];
        var next = start[..^1];
        var into = new int[_graph.Arcs];
        for (var arc = 0; arc < _graph.Arcs; arc++)
            into[next[_graph.ReceiverOf(arc)]++] = arc;
        return (start, into);
    }
}
