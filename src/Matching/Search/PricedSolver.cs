namespace EdgeNode.Matching;

/// <summary>
/// Plans a graph with more rings and chains than can be listed. The relaxation asks the search for what is worth more than its
/// resources cost until there is nothing; then all that a better plan than the best known one can hold is listed, and solved
/// as a list.
/// </summary>
internal sealed class PricedSolver
{
    /// <summary>Columns that one starting resident adds in a round, best first.</summary>
    private const int PerRoot = 4;

    /// <summary>Rounds of pricing at most; a few dozen are usual.</summary>
    private const int MaxRounds = 400;

    /// <summary>Worth above cost, in points, from which a column is added.</summary>
    private const double Attractive = 1e-6;

    /// <summary>Part of the work that the first plan may take.</summary>
    private const int PartForFirstPlan = 4;

    private readonly ExchangeGraph _graph;
    private readonly PlanOptions _options;
    private readonly CancellationToken _cancel;
    private readonly WorkMeter _meter;
    private readonly PricedSearch _search;
    private readonly PackingLp _lp;
    private readonly ColumnPool _pool;
    private readonly int[] _capacity;
    private readonly List<(double Above, int[] Arcs, bool Chain)> _found = [];
    private int _foundFrom;
    private int _foundRoot;
    private GraphSolver? _rest;
    private List<GraphRing> _plan = [];
    private PriceList? _list;
    private long _threshold;
    private long _rootBound;

    /// <param name="graph">Without dummies.</param>
    /// <param name="seeds">Columns to begin with.</param>
    /// <param name="options">Cap, chain limit and limits.</param>
    /// <param name="cancel">Ends the run with what there is.</param>
    public PricedSolver(ExchangeGraph graph, ColumnPool seeds, PlanOptions options, CancellationToken cancel)
    {
        (_graph, _options, _cancel, _pool) = (graph, options, cancel, seeds);
        _meter = new WorkMeter(options.WorkLimit, cancel);
        _search = new PricedSearch(graph, options.Cap, options.ChainLimit, _meter);
        _capacity = new int[seeds.Resources];
        for (var resource = 0; resource < _capacity.Length; resource++)
            _capacity[resource] = seeds.Capacity(resource);
        _lp = new PackingLp(_capacity, _meter);
        for (var column = 0; column < seeds.Count; column++)
            AddToLp(column);
    }

    public long Value { get; private set; }

    public long Bound { get; private set; } = long.MaxValue;

    /// <summary>Work done.</summary>
    public long Done { get; private set; }

    /// <summary>Columns that were in the relaxation or in the final list.</summary>
    public long Columns { get; private set; }

    public bool Cancelled => _meter.Cancelled || _rest is { Cancelled: true };

    /// <param name="arcBound">A bound known from elsewhere.</param>
    public GraphPlan Solve(long arcBound)
    {
        Bound = arcBound;
        var priced = Price();
        if (priced)
            Prove();
        _rootBound = Bound;
        FirstPlan();
        if (priced && Bound > Value && !_meter.Spent)
            SolveRest();
        return ToPlan();
    }

    /// <summary>Solves the relaxation; false when the work was spent before.</summary>
    private bool Price()
    {
        var final = false;
        for (var round = 0; round < MaxRounds; round++)
        {
            if ((final ? _lp.Dual() : _lp.Primal()) != LpOutcome.Optimal)
                return !_meter.Spent;
            var before = _pool.Count;
            _found.Clear();
            _search.Run(_lp.Prices.ToArray(), Attractive, Collect);
            KeepBest();
            foreach (var (_, arcs, chain) in _found)
                if (_graph.WeightOf(arcs, chain) is var weight && weight > 0)
                    AddToLp(_pool.Add(arcs, weight, chain));
            if (!_search.Complete)
                return false;
            if (_pool.Count > before)
                continue;
            if (final)
                return true;
            final = true;
        }
        return true;
    }

    private void AddToLp(int column)
    {
        var arcs = _pool.Arcs(column);
        Span<int> rows = stackalloc int[2 * arcs.Length];
        for (var i = 0; i < arcs.Length; i++)
            (rows[2 * i], rows[2 * i + 1]) = (_pool.Given(arcs[i]), _pool.Met(arcs[i]));
        _lp.AddColumn(_pool.Weight(column) / WholePrices.MicroPerPoint, rows);
    }

    private bool Collect(ReadOnlySpan<int> arcs, bool chain, double above)
    {
        var root = _graph.GiverOf(arcs[0]);
        if (root != _foundRoot)
            KeepBest();
        _foundRoot = root;
        _found.Add((above, arcs.ToArray(), chain));
        if (_found.Count - _foundFrom >= 64 * PerRoot)
            KeepBest(close: false);
        return true;
    }

    /// <summary>Of what was found from one resident, keeps the best.</summary>
    private void KeepBest(bool close = true)
    {
        _foundFrom = Math.Min(_foundFrom, _found.Count);
        var count = _found.Count - _foundFrom;
        if (count > PerRoot)
        {
            _found.Sort(_foundFrom, count, ByWorth.Instance);
            _found.RemoveRange(_foundFrom + PerRoot, count - PerRoot);
        }
        if (close)
            _foundFrom = _found.Count;
    }

    private sealed class ByWorth : IComparer<(double Above, int[] Arcs, bool Chain)>
    {
        public static readonly ByWorth Instance = new();

        public int Compare((double Above, int[] Arcs, bool Chain) x, (double Above, int[] Arcs, bool Chain) y) =>
            x.Above != y.Above ? y.Above.CompareTo(x.Above) : x.Arcs.AsSpan().SequenceCompareTo(y.Arcs);
    }

    /// <summary>Whole prices that cover every ring and chain, by one more search for what they do not.</summary>
    private void Prove()
    {
        var units = new long[_capacity.Length];
        for (var row = 0; row < units.Length; row++)
            units[row] = WholePrices.Up(_lp.Prices[row], belowZero: false);
        _search.Run(ToPoints(units), -1e-6, Raise);
        if (!_search.Complete)
            return;
        Int128 total = 0;
        for (var row = 0; row < units.Length; row++)
            total += (Int128)units[row] * _capacity[row];
        Bound = Math.Min(Bound, WholePrices.Bound(total, UnitOf(_graph)));
        int[] priced = [.. Enumerable.Range(0, units.Length).Where(row => units[row] > 0)];
        _list = new PriceList(priced, [.. priced.Select(row => units[row])], [], []);

        bool Raise(ReadOnlySpan<int> arcs, bool chain, double above)
        {
            var missing = _graph.WeightOf(arcs, chain) << WholePrices.UnitBits;
            var narrowest = _pool.Given(arcs[0]);
            foreach (var arc in arcs)
            {
                missing -= units[_pool.Given(arc)] + units[_pool.Met(arc)];
                if (_capacity[_pool.Met(arc)] < _capacity[narrowest])
                    narrowest = _pool.Met(arc);
            }
            if (missing > 0)
                units[narrowest] += missing;
            return true;
        }
    }

    /// <summary>All weights of a graph where everybody accepts are multiples of this.</summary>
    private static long UnitOf(ExchangeGraph graph)
    {
        if (graph.AcceptBase != 1)
            return 1;
        long unit = 0;
        foreach (var score in graph.ArcScores)
            for (long a = score; a != 0; )
                (a, unit) = (unit % a, a);
        return Math.Max(1, unit * graph.MicroPerUnit);
    }

    private static double[] ToPoints(long[] units)
    {
        var points = new double[units.Length];
        for (var row = 0; row < points.Length; row++)
            points[row] = units[row] / (WholePrices.MicroPerPoint * (1L << WholePrices.UnitBits));
        return points;
    }

    /// <summary>The best plan of the columns that the relaxation asked for.</summary>
    private void FirstPlan()
    {
        var sorted = _pool.InColumnOrder();
        var work = _options with { WorkLimit = _meter.Left / PartForFirstPlan, WithCertificate = false };
        var solver = new GraphSolver(sorted, work, _cancel);
        solver.Run();
        _meter.Count(solver.Done);
        Columns = sorted.Count;
        Keep(solver, sorted);
    }

    private void Keep(GraphSolver solver, ColumnPool pool)
    {
        if (solver.Value <= Value && _plan.Count > 0)
            return;
        Value = solver.Value;
        _plan = [.. solver.Columns().Select(c => new GraphRing(pool.Arcs(c).ToArray(), pool.Weight(c)))];
        _chains = [.. solver.Columns().Select(pool.IsChain)];
    }

    private List<bool> _chains = [];

    /// <summary>Lists all that a better plan can hold and solves that.</summary>
    private void SolveRest()
    {
        _threshold = Value;
        var near = new ColumnPool(_graph);
        var points = PointsOf(_list!);
        _search.Run(
            points,
            -(Bound - Value) / WholePrices.MicroPerPoint - 1e-5,
            (arcs, chain, _) =>
            {
                if (_graph.WeightOf(arcs, chain) is var weight && weight > 0)
                    near.Add(arcs, weight, chain);
                return near.Count < _options.MaxColumns;
            }
        );
        if (!_search.Complete)
            return;
        near = near.InColumnOrder();
        Columns = Math.Max(Columns, near.Count);
        _rest = new GraphSolver(near, _options with { WorkLimit = _meter.Left }, _cancel);
        _rest.Run();
        _meter.Count(_rest.Done);
        if (_rest.Value > Value)
            Keep(_rest, near);
        Bound = Math.Min(Bound, Math.Max(_threshold, _rest.Bound));
    }

    private double[] PointsOf(PriceList list)
    {
        var units = new long[_capacity.Length];
        for (var i = 0; i < list.Resources.Length; i++)
            units[list.Resources[i]] = list.Units[i];
        return ToPoints(units);
    }

    private GraphPlan ToPlan() =>
        new()
        {
            Rings = [.. _plan.Where((_, i) => !_chains[i])],
            Chains = [.. _plan.Where((_, i) => _chains[i])],
            ValueMicro = Value,
            BoundMicro = Math.Max(Value, Bound),
            RootBoundMicro = _rootBound,
            Columns = Columns,
            Work = _meter.Done,
            Deterministic = !Cancelled,
            Certificate = ToCertificate(),
        };

    private PlanCertificate? ToCertificate()
    {
        if (!_options.WithCertificate || _list is null)
            return null;
        if (Bound == _rootBound)
            return new PlanCertificate(Bound, new PriceProof(_list));
        return _rest?.ToCertificate() is { } rest ? new PlanCertificate(Bound, new FixProof(_list, _threshold, rest.Root)) : null;
    }
}
