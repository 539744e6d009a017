namespace EdgeNode.Matching;

/// <summary>
/// The best plan of one connected part, step by step: prices from the relaxation, a plan from them, away with the columns that
/// no better plan can hold, and then either the parts into which the rest falls or a tree of cases. It can be stopped by its
/// meter anywhere and taken up again; value and bound hold at any time.
/// </summary>
internal sealed class PartSolver
{
    /// <summary>When fixing leaves less than this many hundredths of the columns, the rest is cut and priced anew.</summary>
    private const int WorthCutting = 70;

    /// <summary>Fixing and cutting can follow each other this often; a part of this depth is a piece of another's plan.</summary>
    public const int MaxDepth = 40;

    /// <summary>In parts with more rows a case costs more than a neighbourhood, so those come first.</summary>
    private const int LargeRows = 3000;

    /// <summary>Cases after which a smaller part is worth improving piece by piece as well.</summary>
    private const int CasesBeforePieces = 150;

    /// <summary>Work of a turn in which cases are looked at beside pieces put together by chance: at first, and at most.</summary>
    private const long FirstTurn = 60_000_000,
        LongestTurn = 1L << 40;

    /// <summary>Of the work that is left this part goes into pieces at most.</summary>
    private const int PartForPieces = 3;

    /// <summary>Rounds of pricing after which a large part looks for a plan, and again after twice as many.</summary>
    private const int RoundsBeforePlan = 4;

    /// <summary>Rounds of triples at most, and with how many rows there are none.</summary>
    private const int MostTripleRounds = 12,
        RowsWithoutTriples = 3000;

    /// <summary>A round of triples that lowers the bound by less than this many thousandths of the gap is the last.</summary>
    private const int WorthTriples = 10;

    /// <summary>Columns for each row that local search tries, cheapest first.</summary>
    private const int LocalColumns = 4;

    private PackingProblem _problem;
    private readonly SearchContext _context;
    private readonly int _depth;
    private RootPrices? _root;
    private WholePrices _prices;
    private long _threshold;
    private long _sureWeight;
    private Presolve? _cut;
    private PartSolver[]? _children;
    private TreeSearch? _tree;
    private State _state;
    private bool _pieced;
    private Neighbourhoods? _shuffled;
    private long _turn = FirstTurn;

    /// <param name="problem">The part.</param>
    /// <param name="context">What all parts share.</param>
    /// <param name="hint">Ids of columns of a good plan of the whole, as far as they are in this part.</param>
    /// <param name="depth">How many parts this one was cut out of.</param>
    public PartSolver(PackingProblem problem, SearchContext context, HashSet<int>? hint = null, int depth = 0)
    {
        (_problem, _context, _depth) = (problem, context, depth);
        _prices = WholePrices.Cover(problem, [], new double[problem.Rows], [], []);
        Bound = WholePrices.Bound(_prices.Total, problem.Unit);
        var free = new WorkMeter(long.MaxValue, CancellationToken.None);
        if (hint is not null)
            Offer(Enumerable.Range(0, problem.Columns).Where(c => hint.Contains(problem.Ids[c])), free);
        Offer(ByWeight(), free);
        RootBound = Bound;
        if (Bound == Value)
            _state = State.Done;
    }

    private enum State
    {
        Pricing,
        Cut,
        Tree,
        Done,
    }

    /// <summary>Weight of the best plan found.</summary>
    public long Value { get; private set; }

    /// <summary>Its columns, ascending ids.</summary>
    public List<int> Ids { get; private set; } = [];

    /// <summary>No plan of this part is worth more.</summary>
    public long Bound { get; private set; }

    /// <summary>The bound before any case was distinguished.</summary>
    public long RootBound { get; private set; }

    public bool IsDone => _state == State.Done;

    /// <summary>Entries of the part: what a share of the work is measured by.</summary>
    public int Size => _problem.Entries;

    /// <summary>Leaves of its proof so far.</summary>
    public int Leaves => 1 + (_tree?.Leaves ?? 0) + (_children?.Sum(c => c.Leaves) ?? 0);

    /// <summary>Works until done or until the meter is spent.</summary>
    /// <param name="meter">Counts the work.</param>
    /// <param name="runAll">Runs what does not depend on each other, on as many threads as it likes; null: one after the other.</param>
    public void Advance(WorkMeter meter, Action<IReadOnlyList<Action>>? runAll = null)
    {
        runAll ??= PlanOptions.Default.RunAll;
        if (_state == State.Pricing && !meter.Spent)
            Price(meter);
        if (_state == State.Cut)
            AdvanceChildren(meter, runAll);
        if (_state == State.Tree)
            AdvanceTree(meter, runAll);
        if (Bound <= Value)
            _state = State.Done;
    }

    /// <summary>Why <see cref="Bound"/> holds; null when it grew too large to keep.</summary>
    public Proof? ToProof()
    {
        var list = _context.ToList(_problem, _prices.Units);
        if (Bound == WholePrices.Bound(_prices.Total, _problem.Unit))
            return new PriceProof(list);
        var rest = _tree is null ? SplitOf(_children!, Sure()) : _tree.ToProof();
        return rest is null ? null : new FixProof(list, _threshold, rest);
    }

    /// <summary>The proofs of parts put together; null when one is missing.</summary>
    public static SplitProof? SplitOf(PartSolver[] parts, (int[] Arcs, bool Chain)[] sure)
    {
        var proofs = new (int[], Proof)[parts.Length];
        for (var i = 0; i < parts.Length; i++)
            if (parts[i].ToProof() is { } proof)
                proofs[i] = (parts[i].Resources(), proof);
            else
                return null;
        return new SplitProof(proofs, sure);
    }

    /// <summary>The resources that stand for this part in a split.</summary>
    public int[] Resources() => [.. _problem.Names.Where(n => n is >= 0 and < PackingProblem.FirstTriple).Order()];

    private (int[], bool)[] Sure() => [.. _cut!.Sure.Select(id => (_context.Pool.Arcs(id).ToArray(), _context.Pool.IsChain(id)))];

    private int[] ByWeight()
    {
        int[] order = [.. Enumerable.Range(0, _problem.Columns)];
        Array.Sort(
            order,
            (a, b) =>
                _problem.Weights[a] != _problem.Weights[b] ? _problem.Weights[b].CompareTo(_problem.Weights[a]) : a.CompareTo(b)
        );
        return order;
    }

    /// <summary>Fills a plan in the given order and keeps it if it is better.</summary>
    private Incumbent Offer(IEnumerable<int> order, WorkMeter meter)
    {
        var plan = new Incumbent(_problem, [.. order], meter);
        plan.Fill();
        Keep(plan);
        return plan;
    }

    private void Keep(Incumbent plan)
    {
        if (plan.Value > Value)
            (Value, Ids) = (plan.Value, plan.Columns().ConvertAll(c => _problem.Ids[c]));
    }

    private void Price(WorkMeter meter)
    {
        _root ??= new RootPrices(_problem, meter);
        var complete = SolveRoot(meter);
        Lower(WholePrices.Cover(_problem, [], _root.Prices, [], []));
        if (!complete)
            Lower(WholePrices.Cover(_problem, [], _root.ScaledPrices(), [], []));
        if (_root.Gradient is { } gradient && gradient.Prices.Length == _problem.Rows)
            Lower(WholePrices.Cover(_problem, [], gradient.Prices, [], []));
        Bound = RootBound = Math.Min(Bound, WholePrices.Bound(_prices.Total, _problem.Unit));
        Offer(BySlack(), meter);
        if (!complete || Bound <= Value)
            return;
        Round(meter);
        if (Bound > Value && _depth < MaxDepth && _problem.Rows <= RowsWithoutTriples && AddTriples(meter))
            Round(meter);
        if (_problem.Rows > LargeRows && Bound > Value)
            Pieces(meter, shuffled: false);
        if (_problem.Rows > LargeRows && Bound > Value && !meter.Spent)
            Pieces(meter, shuffled: true);
        if (Bound > Value && !meter.Spent)
            Narrow(meter);
    }

    /// <summary>Tightens the relaxation by rows for triples while that brings something; whether it did.</summary>
    private bool AddTriples(WorkMeter meter)
    {
        var first = Bound;
        for (var round = 0; round < MostTripleRounds && Bound > Value && !meter.Spent; round++)
        {
            // A dive leaves the shares of its last step behind.
            _root!.Lp.Refresh();
            var triples = TripleRows.Find(_problem, _root, meter);
            if (triples.Count == 0)
                break;
            var before = Bound;
            _problem = _problem.With(triples);
            _prices = _prices.Widened(_problem.Rows);
            _root.Widen(_problem);
            if (!_root.Solve(meter, int.MaxValue))
                break;
            Lower(WholePrices.Cover(_problem, [], _root.Prices, [], []));
            Bound = Math.Min(Bound, WholePrices.Bound(_prices.Total, _problem.Unit));
            if ((before - Bound) * 1000 < (before - Value) * WorthTriples)
                break;
        }
        return Bound < first;
    }

    private void Lower(WholePrices prices)
    {
        if (prices.Total < _prices.Total)
            _prices = prices;
    }

    /// <summary>Large parts look for plans on the way: the prices may not be done when time is up.</summary>
    private bool SolveRoot(WorkMeter meter)
    {
        for (var rounds = RoundsBeforePlan; _problem.Rows > LargeRows; rounds *= 2)
        {
            if (_root!.Solve(meter, rounds))
                return true;
            if (meter.Spent)
                return false;
            Offer(Dive.Run(_problem, _root, meter).Concat(ByWeight()), meter);
        }
        return _root!.Solve(meter, int.MaxValue);
    }

    /// <summary>Plans from the values of the relaxation, improved among the columns that can be in a better plan.</summary>
    private void Round(WorkMeter meter)
    {
        var dive = Dive.Run(_problem, _root!, meter);
        var plan = Offer(dive.Concat(BySlack()), meter);
        if (Bound <= Value)
            return;
        int[] near = [.. BySlack().Where(IsNear).Take(LocalColumns * _problem.Rows + LocalColumns)];
        var better = new Incumbent(_problem, near, meter);
        foreach (var column in plan.Columns())
            better.TryPut(column);
        better.Improve();
        Keep(better);
    }

    private int[] BySlack()
    {
        var (order, slack) = (new int[_problem.Columns], new long[_problem.Columns]);
        for (var column = 0; column < order.Length; column++)
            (order[column], slack[column]) = (column, _prices.SlackOf(_problem, column));
        Array.Sort(order, (a, b) => ByPromise(a, b, slack));
        return order;
    }

    private int ByPromise(int a, int b, long[] slack)
    {
        if (slack[a] != slack[b])
            return slack[a].CompareTo(slack[b]);
        var byWeight = _problem.Weights[b].CompareTo(_problem.Weights[a]);
        return byWeight != 0 ? byWeight : a.CompareTo(b);
    }

    /// <summary>Improves the plan piece by piece, and then by pieces put together by chance if so wanted, until that brings nothing.</summary>
    private void Pieces(WorkMeter meter, bool shuffled)
    {
        _pieced = true;
        var share = new WorkMeter(meter.Left / PartForPieces, meter.Cancel);
        var pieces = ToPieces();
        if (shuffled)
            pieces.Shuffle(share);
        else
            pieces.Improve(share);
        meter.Count(share.Done);
        Keep(shuffled ? pieces.Best : pieces.Plan);
    }

    private Neighbourhoods ToPieces()
    {
        var near = BySlack().Where(IsNear).Take(4 * LocalColumns * (_problem.Rows + 1)).ToArray();
        var slack = new long[_problem.Columns];
        for (var column = 0; column < slack.Length; column++)
            slack[column] = _prices.SlackOf(_problem, column);
        return new Neighbourhoods(_problem, _context, near, slack, Places());
    }

    /// <summary>The columns of the best plan by their place in the problem.</summary>
    private List<int> Places() => Ids.ConvertAll(id => Array.BinarySearch(_problem.Ids, id));

    private void Keep(List<int> plan)
    {
        var value = plan.Sum(c => _problem.Weights[c]);
        if (value > Value)
            (Value, Ids) = (value, plan.ConvertAll(c => _problem.Ids[c]));
    }

    private bool IsNear(int column) =>
        WholePrices.Bound(_prices.Total - _prices.SlackOf(_problem, column), _problem.Unit) > Value;

    /// <summary>Fixes the columns away that cannot be in a better plan and decides how to go on with the others.</summary>
    private void Narrow(WorkMeter meter)
    {
        _threshold = Value;
        int[] near = [.. Enumerable.Range(0, _problem.Columns).Where(IsNear)];
        meter.Count(_problem.Entries);
        if (near.Length * 100L <= _problem.Columns * (long)WorthCutting && _depth < MaxDepth)
        {
            _cut = Presolve.Cut(_problem, near);
            _sureWeight = _cut.SureWeight;
            var hint = Ids.ToHashSet();
            _children = [.. _cut.Parts.Select(part => new PartSolver(part, _context, hint, _depth + 1))];
            _root = null;
            _state = State.Cut;
        }
        else
        {
            _tree = new TreeSearch(_problem, _root!, near, _prices, Value, _context);
            _state = State.Tree;
        }
    }

    private void AdvanceChildren(WorkMeter meter, Action<IReadOnlyList<Action>> runAll)
    {
        foreach (var child in _children!.OrderBy(c => c.Size))
            if (!child.IsDone && !meter.Spent)
                child.Advance(meter, runAll);
        var value = _sureWeight + _children!.Sum(c => c.Value);
        if (value > Value)
        {
            List<int> ids = [.. _cut!.Sure, .. _children!.SelectMany(c => c.Ids)];
            ids.Sort();
            (Value, Ids) = (value, ids);
        }
        // Plans with a column that was fixed away are worth no more than the threshold.
        Bound = Math.Min(Bound, Math.Max(_threshold, _sureWeight + _children!.Sum(c => c.Bound)));
    }

    private void Keep(TreeSearch tree)
    {
        if (tree.Value > Value)
            (Value, Ids) = (tree.Value, tree.Columns.ConvertAll(c => _problem.Ids[c]));
    }

    private void AdvanceTree(WorkMeter meter, Action<IReadOnlyList<Action>> runAll)
    {
        if (_depth < MaxDepth && !_pieced)
            LookAtPieces(meter);
        if (_depth < MaxDepth)
            while (TakeTurns(meter, runAll)) { }
        _tree!.Advance(meter, int.MaxValue);
        Keep(_tree);
        // A lower bound that cannot be shown any more is worth less than one that can.
        if (!_context.WithProof || _tree.HasProof || _tree.Bound <= Value)
            Bound = Math.Min(Bound, Math.Max(_threshold, _tree.Bound));
    }

    /// <summary>Looks at some cases and, where they settle nothing, at pieces of the plan.</summary>
    private void LookAtPieces(WorkMeter meter)
    {
        _tree!.Advance(meter, CasesBeforePieces);
        Keep(_tree);
        if (_tree.Bound <= Value || meter.Spent)
            return;
        Pieces(meter, shuffled: false);
        _tree.Offer(Value, Places());
    }

    /// <summary>
    /// Cases lower the bound while pieces put together by chance raise the value, side by side: each for so much work, then both know
    /// of the better plan. As long as the pieces bring nothing their turns become rare. Answers whether to go on.
    /// </summary>
    private bool TakeTurns(WorkMeter meter, Action<IReadOnlyList<Action>> runAll)
    {
        if (meter.Spent || _tree!.Bound <= Value)
            return false;
        _shuffled ??= ToPieces();
        var before = Value;
        var cases = new WorkMeter(Math.Min(_turn, meter.Left / 2), meter.Cancel);
        var pieces = new WorkMeter(Math.Min(FirstTurn, meter.Left / 2), meter.Cancel);
        runAll([() => _tree.Advance(cases, int.MaxValue, highestFirst: true), () => _shuffled.Shuffle(pieces)]);
        meter.Count(cases.Done + pieces.Done);
        Keep(_shuffled.Best);
        Keep(_tree);
        _turn = _shuffled.IsTired ? Math.Min(2 * _turn, LongestTurn) : FirstTurn;
        _tree.Offer(Value, Places());
        if (_tree.Value > before)
            _shuffled.StartFrom(Places());
        return cases.Done > 0;
    }
}
