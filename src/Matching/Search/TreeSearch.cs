namespace EdgeNode.Matching;

/// <summary>
/// Branch and bound over the columns that fixing left: a case is split by "the plan uses this arc or it does not", and where
/// no arc is in doubt by "holds this column or not". Goes down into one case until it is settled, then takes the open one with
/// the highest bound. It can be stopped by its meter anywhere and taken up again.
/// </summary>
internal sealed class TreeSearch
{
    private const double Fraction = 1e-6;

    private readonly PackingProblem _problem;
    private readonly RootPrices _root;
    private readonly int[] _near;
    private readonly SearchContext _context;
    private readonly BranchRules _rules;
    private readonly BranchChoice _choice;
    private readonly PriorityQueue<TreeNode, (long, int)> _open = new();
    private readonly TreeNode _top;
    private TreeNode? _next;
    private TreeNode? _at;
    private int _nodes;
    private long _proofEntries;
    private bool _keepProof;
    private bool _highestFirst;

    /// <param name="problem">The part.</param>
    /// <param name="root">Its solved relaxation.</param>
    /// <param name="near">The columns that matter.</param>
    /// <param name="prices">The prices of the relaxation.</param>
    /// <param name="value">What a plan must beat.</param>
    /// <param name="context">What all parts share.</param>
    public TreeSearch(PackingProblem problem, RootPrices root, int[] near, WholePrices prices, long value, SearchContext context)
    {
        (_problem, _root, _near, _context, Value) = (problem, root, near, context, value);
        _keepProof = context.WithProof;
        LoadOnly(near);
        _rules = new BranchRules(problem, root, near, context.Pool);
        _choice = new BranchChoice(_rules, root, near);
        _top = new TreeNode(null, default, _root.Lp.Save(), prices, WholePrices.Bound(prices.Total, problem.Unit));
        _next = _top;
        Leaves = 1;
    }

    /// <summary>The better of what had to be beaten and the best plan found.</summary>
    public long Value { get; private set; }

    /// <summary>Columns of the best plan found here; empty when none was better.</summary>
    public List<int> Columns { get; private set; } = [];

    /// <summary>Cases that are not split further, so far.</summary>
    public int Leaves { get; private set; }

    /// <summary>Cases looked at.</summary>
    public int Nodes => _nodes;

    /// <summary>No plan of these columns is worth more than this.</summary>
    public long Bound
    {
        get
        {
            var open = Math.Max(_next?.Bound ?? 0, _unsettled);
            if (_open.TryPeek(out var node, out _))
                open = Math.Max(open, node.Bound);
            return Math.Max(Value, open);
        }
    }

    /// <summary>Highest bound of a case that could be neither settled nor split: rounding was too coarse for it.</summary>
    private long _unsettled;

    /// <summary>Whether <see cref="ToProof"/> will have an answer.</summary>
    public bool HasProof => _keepProof;

    /// <summary>Takes a plan found elsewhere, if it is better.</summary>
    public void Offer(long value, List<int> columns)
    {
        if (value > Value)
            (Value, Columns) = (value, columns);
    }

    /// <summary>Works until done, until the meter is spent or until so many cases were looked at in all.</summary>
    /// <param name="meter">Counts the work.</param>
    /// <param name="mostNodes">Cases in all.</param>
    /// <param name="highestFirst">Whether to leave a case whose bound fell below that of another, for those who have plans from elsewhere.</param>
    public void Advance(WorkMeter meter, int mostNodes, bool highestFirst = false)
    {
        _highestFirst = highestFirst;
        _root.Lp.Meter = meter;
        while (!meter.Spent && _nodes < mostNodes && _open.Count * (long)_problem.Rows <= MaxOpenEntries)
        {
            if (_next is null && !_open.TryDequeue(out _next, out _))
                return;
            var node = _next!;
            if (node.Bound > Value && !Settle(node, meter))
                return;
            if (node.Bound <= Value)
                Close(node);
        }
    }

    /// <summary>Proof of <see cref="Bound"/>; null when it grew too large to keep.</summary>
    public Proof? ToProof() => _keepProof ? ProofOf(_top) : null;

    private Proof ProofOf(TreeNode node)
    {
        if (node.Used is null)
            return new PriceProof(node.List ?? _context.ToList(_problem, node.Prices!.Units));
        var (used, unused) = (ProofOf(node.Used), ProofOf(node.Unused!));
        var split = node.Used.Decision;
        return split.Arc >= 0
            ? new ArcProof(split.Arc, used, unused)
            : new ColumnProof(
                _context.Pool.Arcs(_problem.Ids[split.Column]).ToArray(),
                _context.Pool.IsChain(_problem.Ids[split.Column]),
                used,
                unused
            );
    }

    /// <summary>With more columns than this only those that a case asks for are ever in its relaxation.</summary>
    private const int ManyColumns = 300;

    /// <summary>Rounds in which a case asks for columns; at this many its prices are taken as they are.</summary>
    private const int MaxRounds = 200;

    private void LoadOnly(int[] near)
    {
        var isNear = new bool[_problem.Columns];
        foreach (var column in near)
        {
            isNear[column] = true;
            if (near.Length <= ManyColumns)
                _root.Load(column);
        }
        foreach (var column in _root.Loaded)
            _root.Lp.Ban(_root.LpColumn[column], !isNear[column]);
    }

    /// <summary>Bounds a case and splits it when it stays open; false when the meter ran out before.</summary>
    private bool Settle(TreeNode node, WorkMeter meter)
    {
        Enter(node);
        var outcome = SolveCase(meter);
        _at = node;
        if (outcome == LpOutcome.Stopped && meter.Spent)
        {
            _at = null;
            return false;
        }
        _nodes++;
        Price(node, outcome);
        meter.Count(_near.Length * 4L);
        if (node.Bound <= Value)
            return true;
        if (outcome == LpOutcome.Optimal)
            OfferPlan();
        if (node.Bound > Value)
            Split(node, outcome);
        return true;
    }

    /// <summary>Solves the relaxation of the case, with all columns that matter to it.</summary>
    private LpOutcome SolveCase(WorkMeter meter)
    {
        var outcome = _root.Lp.Dual();
        for (var round = 0; round < MaxRounds && _near.Length > ManyColumns && !meter.Spent; round++)
        {
            if (outcome == LpOutcome.Stopped || !_root.LoadMissing(_near, _rules.Banned, outcome, meter))
                break;
            outcome = _root.Lp.Dual();
        }
        return outcome;
    }

    private void Enter(TreeNode node)
    {
        if (_at is not null && ReferenceEquals(_at, node.Parent))
        {
            _rules.Apply(node.Decision);
            return;
        }
        _rules.Clear();
        for (var n = node; n.Parent is not null; n = n.Parent)
            _rules.Apply(n.Decision);
        _root.Lp.Restore(node.Basis);
    }

    private void Price(TreeNode node, LpOutcome outcome)
    {
        var points = _root.Lp.Prices.ToArray();
        if (outcome == LpOutcome.Infeasible)
            Fall(points);
        var prices = WholePrices.Cover(_problem, _near, points, _rules.Banned, _rules.Full);
        if (node.Prices is null || prices.Total < node.Prices.Total)
        {
            node.Prices = prices;
            node.Bound = Math.Min(node.Bound, WholePrices.Bound(prices.Total, _problem.Unit));
        }
    }

    /// <summary>Goes along the ray of an impossible case until the bound is far enough down.</summary>
    private void Fall(double[] points)
    {
        var (ray, bound, slope) = (_root.Lp.Ray, 0.0, 0.0);
        for (var row = 0; row < points.Length; row++)
        {
            bound += points[row] * _problem.Capacity[row];
            slope += ray[row] * _problem.Capacity[row];
        }
        var drop = bound - Value / WholePrices.MicroPerPoint + 1;
        if (slope > -1e-9 || drop <= 0)
            return;
        for (var row = 0; row < points.Length; row++)
            points[row] -= ray[row] * drop / slope;
    }

    /// <summary>A plan from the values of the relaxation, those used most first.</summary>
    private void OfferPlan()
    {
        var used = new List<(double Value, int Column)>();
        foreach (var column in _near)
            if (_root.ValueOf(column) is var value && value > Fraction)
                used.Add((Math.Round(value, 6), column));
        used.Sort((a, b) => a.Value != b.Value ? b.Value.CompareTo(a.Value) : a.Column.CompareTo(b.Column));
        var plan = new Incumbent(_problem, [.. used.Select(u => u.Column)], _free);
        plan.Fill();
        if (plan.Value > Value)
            (Value, Columns) = (plan.Value, plan.Columns());
    }

    private readonly WorkMeter _free = new(long.MaxValue, CancellationToken.None);

    private void Split(TreeNode node, LpOutcome outcome)
    {
        var choice = outcome == LpOutcome.Optimal ? _choice.Choose(node, Value) : default;
        if (!choice.IsThere)
        {
            _unsettled = Math.Max(_unsettled, node.Bound);
            Close(node);
            return;
        }
        var basis = _root.Lp.Save();
        node.Used = new TreeNode(node, choice.Decision with { Used = true }, basis, node.Prices, node.Bound);
        node.Unused = new TreeNode(node, choice.Decision with { Used = false }, basis, node.Prices, node.Bound);
        node.Forget();
        Leaves++;
        if (Leaves > PlanCertificate.MaxLeaves)
            _keepProof = false;
        var (first, second) = choice.UsedFirst ? (node.Used, node.Unused) : (node.Unused, node.Used);
        _open.Enqueue(second, (-second.Bound, _nodes));
        _next = GoesDown(node) ? first : null;
        if (_next is null)
            _open.Enqueue(first, (-first.Bound, _nodes));
    }

    /// <summary>
    /// Going down into one case finds plans and keeps few cases open; taking the one with the highest bound lowers the bound of all. So
    /// the former comes first, and again when there are many.
    /// </summary>
    private bool GoesDown(TreeNode node)
    {
        if (!_highestFirst || _open.Count * (long)_problem.Rows > MaxOpenEntries / 2)
            return true;
        return !_open.TryPeek(out var highest, out _) || node.Bound >= highest.Bound;
    }

    private void Close(TreeNode node)
    {
        if (ReferenceEquals(node, _next))
            _next = null;
        if (_keepProof && node.Used is null && node.Prices is not null)
        {
            node.List = _context.ToList(_problem, node.Prices.Units);
            _proofEntries += node.List.Resources.Length;
            if (_proofEntries > MaxProofEntries)
                _keepProof = false;
        }
        node.Forget();
    }

    /// <summary>Prices that all leaves of one tree may hold: bounds memory to some 100 MB.</summary>
    private const long MaxProofEntries = 8_000_000;

    /// <summary>Rows of all open cases together, each with a place in a basis and a price: bounds memory to some 100 MB.</summary>
    private const long MaxOpenEntries = 8_000_000;
}

/// <summary>A case of a <see cref="TreeSearch"/>.</summary>
internal sealed class TreeNode(TreeNode? parent, BranchDecision decision, int[] basis, WholePrices? prices, long bound)
{
    public TreeNode? Parent { get; } = parent;

    /// <summary>What distinguishes it from its parent.</summary>
    public BranchDecision Decision { get; } = decision;

    /// <summary>The basis its parent ended with.</summary>
    public int[] Basis { get; private set; } = basis;

    /// <summary>Its own prices, or its parent's until it is looked at.</summary>
    public WholePrices? Prices { get; set; } = prices;

    /// <summary>The prices as a proof holds them, once it is settled.</summary>
    public PriceList? List { get; set; }

    public long Bound { get; set; } = bound;

    public TreeNode? Used { get; set; }

    public TreeNode? Unused { get; set; }

    /// <summary>Whether this case or one above it says if an arc is used.</summary>
    public bool Decided(int arc)
    {
        for (var node = this; node.Parent is not null; node = node.Parent)
            if (node.Decision.Arc == arc)
                return true;
        return false;
    }

    /// <summary>Lets go of what only an open case needs.</summary>
    public void Forget()
    {
        (Basis, Prices) = ([], null);
    }
}
