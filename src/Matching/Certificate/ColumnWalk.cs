namespace EdgeNode.Matching;

/// <summary>Receives a ring or chain; the span is the walk's own.</summary>
internal delegate void ColumnVisitor(ReadOnlySpan<int> arcs, bool chain, long weight);

/// <summary>
/// The check's own way through a graph: every ring within the cap and every chain within its limit that is worth something,
/// found without any code of the solver's. Rings by trying all ways back to their smallest resident that are short enough;
/// chains by trying all ways on, as long as what can still be gained exceeds what it costs.
/// </summary>
internal sealed class ColumnWalk
{
    private readonly ExchangeGraph _graph;
    private readonly int _cap;
    private readonly int _chain;
    private readonly ColumnVisitor _visit;
    private readonly List<int>[] _giversTo;
    private readonly int[] _back;
    private readonly bool[] _onPath;
    private readonly List<int> _arcs = [];
    private int _root;

    public ColumnWalk(ExchangeGraph graph, int cap, int chain, ColumnVisitor visit)
    {
        (_graph, _cap, _chain, _visit) = (graph, cap, chain, visit);
        var residents = graph.Residents.Count;
        (_back, _onPath) = (new int[residents], new bool[residents]);
        _giversTo = new List<int>[residents];
        for (var resident = 0; resident < residents; resident++)
            _giversTo[resident] = [];
        for (var arc = 0; arc < graph.Arcs; arc++)
            _giversTo[graph.ReceiverOf(arc)].Add(graph.GiverOf(arc));
        Array.Fill(_back, int.MaxValue);
    }

    /// <summary>Visits every ring.</summary>
    public void Rings()
    {
        for (_root = 0; _root < _graph.Residents.Count && _cap > 0; _root++)
        {
            var reached = MeasureBack();
            _onPath[_root] = true;
            Ring(_root, _graph.LengthOf(_root), _graph.HomeBit(_root), ulong.MaxValue);
            _onPath[_root] = false;
            foreach (var resident in reached)
                _back[resident] = int.MaxValue;
        }
    }

    /// <summary>How many counting residents, its own included, a way from each resident to the root has at least.</summary>
    private List<int> MeasureBack()
    {
        var reached = new List<int> { _root };
        var queue = new LinkedList<int>([_root]);
        _back[_root] = 0;
        while (queue.First is { } first)
        {
            queue.RemoveFirst();
            foreach (var giver in _giversTo[first.Value])
            {
                var length = _back[first.Value] + _graph.LengthOf(giver);
                if (giver <= _root || length >= _cap || length >= _back[giver])
                    continue;
                if (_back[giver] == int.MaxValue)
                    reached.Add(giver);
                _back[giver] = length;
                // A dummy adds nothing and goes first, so that the nearest always come first.
                if (_graph.LengthOf(giver) == 0)
                    queue.AddFirst(giver);
                else
                    queue.AddLast(giver);
            }
        }
        return reached;
    }

    private void Ring(int resident, int length, ulong homes, ulong seen)
    {
        for (var arc = _graph.FirstArc(resident); arc < _graph.FirstArc(resident + 1); arc++)
        {
            var to = _graph.ReceiverOf(arc);
            if (_back[to] == int.MaxValue || length + _back[to] > _cap || (to != _root && _onPath[to]))
                continue;
            var (homesNow, seenNow) = (homes | _graph.HomeBit(to), seen & _graph.SeenBy(arc));
            if ((homesNow & ~seenNow) != 0)
                continue;
            _arcs.Add(arc);
            if (to == _root)
                HandOut(chain: false);
            else
            {
                _onPath[to] = true;
                Ring(to, length + _graph.LengthOf(to), homesNow, seenNow);
                _onPath[to] = false;
            }
            _arcs.RemoveAt(_arcs.Count - 1);
        }
    }

    private void HandOut(bool chain)
    {
        var arcs = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_arcs);
        var weight = chain ? _graph.WeighChain(arcs) : _graph.Weigh(arcs);
        if (weight > 0)
            _visit(arcs, chain, weight);
    }

    /// <summary>
    /// Visits every chain whose weight, in price units, exceeds its cost less <paramref name="margin"/>, and possibly others.
    /// </summary>
    /// <param name="cost">What an arc costs at least, in price units; not below zero.</param>
    /// <param name="margin">Not below zero.</param>
    public void Chains(Func<int, long> cost, Int128 margin)
    {
        if (_chain == 0)
            return;
        var still = StillToGain(cost);
        for (var resident = 0; resident < _graph.Residents.Count; resident++)
        {
            if (_graph.KindOf(resident) != ResidentKind.Altruist)
                continue;
            _onPath[resident] = true;
            Chain(resident, _chain, margin, _graph.HomeBit(resident), ulong.MaxValue);
            _onPath[resident] = false;
        }

        void Chain(int from, int left, Int128 above, ulong homes, ulong seen)
        {
            for (var arc = _graph.FirstArc(from); arc < _graph.FirstArc(from + 1); arc++)
            {
                var to = _graph.ReceiverOf(arc);
                var leftNow = left - _graph.LengthOf(from);
                var (homesNow, seenNow) = (homes | _graph.HomeBit(to), seen & _graph.SeenBy(arc));
                if (leftNow < 0 || _onPath[to] || (homesNow & ~seenNow) != 0)
                    continue;
                _arcs.Add(arc);
                // Acceptances before this arc only lower what it brings; the score by its own giver's alone bounds it.
                var sum = above + Gain(arc) - cost(arc);
                if (sum + still[leftNow][to] >= 0)
                {
                    HandOut(chain: true);
                    _onPath[to] = true;
                    Chain(to, leftNow, sum, homesNow, seenNow);
                    _onPath[to] = false;
                }
                _arcs.RemoveAt(_arcs.Count - 1);
            }
        }
    }

    /// <summary>An arc's score times its giver's acceptance, in price units, rounded up.</summary>
    private Int128 Gain(int arc) =>
        _graph.KindOf(_graph.GiverOf(arc)) == ResidentKind.Dummy
            ? (Int128)_graph.ScoreMicroOf(arc) << CertificateCheck.UnitBits
            : (((Int128)_graph.ScoreMicroOf(arc) << CertificateCheck.UnitBits) * _graph.AcceptOf(arc) + _graph.AcceptBase - 1)
                / _graph.AcceptBase;

    /// <summary>The most that walks of at most so many counting arcs gain above cost, from each resident; dummies add rounds.</summary>
    private Int128[][] StillToGain(Func<int, long> cost)
    {
        var still = new Int128[_chain + 1][];
        var residents = _graph.Residents.Count;
        for (var left = 0; left <= _chain; left++)
        {
            still[left] = new Int128[residents];
            // A walk through dummies stays on its level; one round for each of them at most reaches the end of any such walk.
            var changed = true;
            for (var round = 0; changed && round <= _graph.Dummies; round++)
            {
                changed = false;
                for (var from = 0; from < residents; from++)
                for (var arc = _graph.FirstArc(from); arc < _graph.FirstArc(from + 1); arc++)
                {
                    var leftNow = left - _graph.LengthOf(from);
                    if (leftNow < 0)
                        continue;
                    var gain = Gain(arc) - cost(arc) + still[leftNow][_graph.ReceiverOf(arc)];
                    if (gain > still[left][from])
                        (still[left][from], changed) = (gain, true);
                }
                changed &= _graph.Dummies > 0;
            }
        }
        return still;
    }
}
