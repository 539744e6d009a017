namespace EdgeNode.Matching;

/// <summary>
/// Unbounded clearing: the best set of rings when any length is allowed, as a circulation of least cost over residents,
/// offerings and needs. A reference for what the cap costs, and what trade fairs use; no chance of acceptance is weighed, since
/// rings of hundreds are nothing to accept. Priorities of want lists break ties as TradeMaximizer's do.
/// </summary>
public sealed class Clearing
{
    private readonly Instance _instance;
    private readonly ExchangeGraph _graph;
    private readonly int[] _arcs;
    private readonly int[] _offeringNode;
    private readonly int[] _needNode;
    private readonly List<int> _tail = [];
    private readonly List<int> _head = [];
    private readonly List<int> _capacity = [];
    private readonly List<long> _cost = [];
    private int _nodes;

    private Clearing(Instance instance)
    {
        (_instance, _graph) = (instance, instance.Graph);
        _arcs = InnerArcs.Of(_graph).Arc;
        (_offeringNode, _needNode) = (new int[_graph.Offerings.Count], new int[_graph.Needs.Count]);
    }

    /// <summary>
    /// Solves it. After a cancellation the plan is empty and its bound that of the arcs alone; otherwise it is optimal: most
    /// trades or most score, and among want lists of equal trades the least cost.
    /// </summary>
    public static GraphPlan Solve(Instance instance, CancellationToken cancel)
    {
        if (instance.Graph.HasSight)
            throw new MarketException(new("clearing.sight", "Unbounded clearing needs a market whose items everybody may see."));
        var clearing = new Clearing(instance);
        if (cancel.IsCancellationRequested)
            return clearing.Stopped();
        var arcOf = clearing.BuildNetwork();
        var network = new MinCostCirculation(
            clearing._nodes,
            [.. clearing._tail],
            [.. clearing._head],
            [.. clearing._capacity],
            [.. clearing._cost]
        );
        if (!network.Run(cancel))
            return clearing.Stopped();
        var flow = new int[clearing._arcs.Length];
        for (var i = 0; i < flow.Length; i++)
            flow[i] = network.FlowOf(arcOf[i]);
        if (!network.IsOptimal())
            throw new PlanBrokenException("The clearing is broken: its prices do not prove it.");
        return clearing.Checked(clearing.ToPlan(new RingsOfFlow(clearing._graph, clearing._arcs, flow).All()));
    }

    /// <summary>Nodes: residents, then offerings and needs that have an arc. Answers the network's arc of each of ours.</summary>
    private int[] BuildNetwork()
    {
        _nodes = _graph.Residents.Count;
        Array.Fill(_offeringNode, -1);
        Array.Fill(_needNode, -1);
        var costs = ArcCosts();
        var arcOf = new int[_arcs.Length];
        for (var i = 0; i < _arcs.Length; i++)
        {
            var (offering, need) = (_graph.OfferingOf(_arcs[i]), _graph.NeedOf(_arcs[i]));
            var (given, met) = (_graph.OfferingCapacity(offering), _graph.NeedCapacity(need));
            if (_offeringNode[offering] < 0)
                Add(_graph.GiverOf(_arcs[i]), _offeringNode[offering] = _nodes++, given, 0);
            if (_needNode[need] < 0)
                Add(_needNode[need] = _nodes++, _graph.ReceiverOf(_arcs[i]), met, 0);
            arcOf[i] = _tail.Count;
            Add(_offeringNode[offering], _needNode[need], Math.Min(given, met), costs[i]);
        }
        return arcOf;
    }

    private void Add(int tail, int head, int capacity, long cost)
    {
        _tail.Add(tail);
        _head.Add(head);
        _capacity.Add(capacity);
        _cost.Add(cost);
    }

    private long[] ArcCosts()
    {
        var costs = new long[_arcs.Length];
        if (_instance.WantList is { } list)
        {
            var wants = new WantCosts(_graph, list);
            for (var i = 0; i < costs.Length; i++)
                costs[i] = wants.Of(_arcs[i]);
            return costs;
        }
        var scores = _graph.ArcScores;
        for (var i = 0; i < costs.Length; i++)
            costs[i] = -scores[_arcs[i]];
        return costs;
    }

    /// <summary>No plan leaves that was not checked against the graph on a way of its own.</summary>
    private GraphPlan Checked(GraphPlan plan)
    {
        var verdict = PlanFileCheck.Run(_graph, PlanFile.Of(_graph, plan, null, 0, 1));
        return verdict.Plan ? plan : throw new PlanBrokenException($"The clearing is broken: {verdict.Reason}");
    }

    private GraphPlan ToPlan(List<GraphRing> rings)
    {
        var value = rings.Sum(ring => ring.ValueMicro);
        return new GraphPlan
        {
            Rings = rings,
            Chains = [],
            ValueMicro = value,
            BoundMicro = value,
            RootBoundMicro = value,
            Columns = _graph.Arcs,
            Work = _arcs.Length,
            Deterministic = true,
        };
    }

    private GraphPlan Stopped()
    {
        var (byOffering, byNeed) = (new long[_graph.Offerings.Count], new long[_graph.Needs.Count]);
        foreach (var arc in _arcs)
        {
            ref var given = ref byOffering[_graph.OfferingOf(arc)];
            ref var met = ref byNeed[_graph.NeedOf(arc)];
            (given, met) = (Math.Max(given, _graph.ScoreMicroOf(arc)), Math.Max(met, _graph.ScoreMicroOf(arc)));
        }
        var offered = byOffering.Select((worth, i) => worth * _graph.OfferingCapacity(i)).Sum();
        var needed = byNeed.Select((worth, i) => worth * _graph.NeedCapacity(i)).Sum();
        var bound = Math.Min(offered, needed);
        return ToPlan([]) with { BoundMicro = bound, RootBoundMicro = bound, Deterministic = false };
    }
}

/// <summary>
/// What a want costs under the priorities of its list: an item that trades saves the cost of not trading and pays that of
/// the want it gets. Dummies neither save nor pay.
/// </summary>
internal sealed class WantCosts
{
    private readonly ExchangeGraph _graph;
    private readonly long _nonTrade;
    private readonly Dictionary<(int Owner, int Offering), long> _cost = [];

    public WantCosts(ExchangeGraph graph, WantList list)
    {
        (_graph, _nonTrade) = (graph, list.Options.NonTradeCost);
        foreach (var entry in list.Entries)
        {
            var owner = graph.Residents.IndexOf(entry.Item);
            foreach (var want in entry.Wants)
                if (want.Cost != 1)
                    _cost.Add((owner, graph.Residents.IndexOf(want.Item)), want.Cost);
        }
    }

    public long Of(int arc)
    {
        var owner = _graph.ReceiverOf(arc);
        if (_graph.KindOf(owner) == ResidentKind.Dummy)
            return 0;
        return _cost.GetValueOrDefault((owner, _graph.OfferingOf(arc)), 1) - _nonTrade;
    }
}

/// <summary>Takes a circulation apart into rings in which everybody is once.</summary>
internal sealed class RingsOfFlow
{
    private readonly ExchangeGraph _graph;
    private readonly int[] _arcs;
    private readonly int[] _flow;
    private readonly int[] _first;
    private readonly int[] _placeOf;
    private readonly List<int> _path = [];
    private readonly List<GraphRing> _rings = [];

    /// <param name="graph">The graph.</param>
    /// <param name="arcs">Arcs by giver.</param>
    /// <param name="flow">Units on each; used up.</param>
    public RingsOfFlow(ExchangeGraph graph, int[] arcs, int[] flow)
    {
        (_graph, _arcs, _flow) = (graph, arcs, flow);
        _first = new int[graph.Residents.Count + 1];
        foreach (var arc in arcs)
            _first[graph.GiverOf(arc) + 1]++;
        for (var resident = 0; resident + 1 < _first.Length; resident++)
            _first[resident + 1] += _first[resident];
        _placeOf = new int[graph.Residents.Count];
        Array.Fill(_placeOf, -1);
    }

    public List<GraphRing> All()
    {
        var next = _first.AsSpan(0, _first.Length - 1).ToArray();
        for (var start = 0; start < next.Length; start++)
            while (Next(start, next) >= 0)
                Walk(start, next);
        _rings.Sort((a, b) => Compare(a.Arcs, b.Arcs));
        return _rings;
    }

    /// <summary>Walks until it stands where it began and nothing is left of the way; every resident met twice closes a ring.</summary>
    private void Walk(int start, int[] next)
    {
        var resident = start;
        do
        {
            _placeOf[resident] = _path.Count;
            var at = Next(resident, next);
            _flow[at]--;
            _path.Add(_arcs[at]);
            resident = _graph.ReceiverOf(_arcs[at]);
            if (_placeOf[resident] >= 0)
                Close(_placeOf[resident]);
        } while (_path.Count > 0);
    }

    private int Next(int resident, int[] next)
    {
        while (next[resident] < _first[resident + 1] && _flow[next[resident]] == 0)
            next[resident]++;
        return next[resident] < _first[resident + 1] ? next[resident] : -1;
    }

    private void Close(int from)
    {
        var ring = _path[from..];
        _path.RemoveRange(from, ring.Count);
        foreach (var arc in ring)
            _placeOf[_graph.GiverOf(arc)] = -1;
        // Dummies alone, or arcs that are worth nothing, are no ring.
        var value = _graph.Weigh(ring.ToArray());
        if (value == 0)
            return;
        var smallest = Enumerable.Range(0, ring.Count).MinBy(i => _graph.GiverOf(ring[i]));
        _rings.Add(new GraphRing([.. ring[smallest..], .. ring[..smallest]], value));
    }

    private static int Compare(IReadOnlyList<int> a, IReadOnlyList<int> b)
    {
        for (var i = 0; i < a.Count && i < b.Count; i++)
            if (a[i] != b[i])
                return a[i].CompareTo(b[i]);
        return a.Count.CompareTo(b.Count);
    }
}
