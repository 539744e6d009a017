namespace EdgeNode.Matching;

/// <summary>
/// Plans a graph: lists its rings and chains, lets each independent part be solved on its own and puts the parts together in
/// the order of their smallest column, so that neither threads nor the order of solving show in the answer.
/// </summary>
internal sealed class GraphSolver
{
    /// <summary>How often what the parts left of their shares of the work is dealt out again.</summary>
    private const int MaxRounds = 40;

    private readonly PlanOptions _options;
    private readonly CancellationToken _cancel;
    private readonly SearchContext _context;
    private readonly PackingProblem _problem;
    private readonly Presolve _cut;
    private readonly PartSolver[] _parts;
    private long _done;
    private bool _cancelled;

    public GraphSolver(ColumnPool pool, PlanOptions options, CancellationToken cancel)
    {
        (_options, _cancel) = (options, cancel);
        _context = new SearchContext(pool, options.WithCertificate);
        _problem = pool.ToProblem();
        var all = new int[_problem.Columns];
        for (var column = 0; column < all.Length; column++)
            all[column] = column;
        _cut = Presolve.Cut(_problem, all);
        _parts = [.. _cut.Parts.Select(part => new PartSolver(part, _context))];
    }

    public long Value => _cut.SureWeight + _parts.Sum(p => p.Value);

    public long Bound => _cut.SureWeight + _parts.Sum(p => p.Bound);

    public long RootBound => _cut.SureWeight + _parts.Sum(p => p.RootBound);

    /// <summary>Steps taken.</summary>
    public long Done => _done;

    public bool Cancelled => _cancelled;

    public int Leaves => _parts.Sum(p => p.Leaves);

    /// <summary>Works until every part is proved, the work is spent or someone cancels.</summary>
    public void Run()
    {
        for (var round = 0; round < MaxRounds && !_cancelled; round++)
        {
            PartSolver[] open = [.. _parts.Where(p => !p.IsDone).OrderBy(p => p.Size)];
            var left = _options.WorkLimit - _done;
            if (open.Length == 0 || left <= 0)
                break;
            Deal(open, left);
        }
    }

    /// <summary>The chosen columns, ascending, settled among equals.</summary>
    public List<int> Columns()
    {
        List<int> columns = [.. _cut.Sure, .. _parts.SelectMany(p => p.Ids)];
        columns.Sort();
        return Settling.Settle(_problem, columns);
    }

    /// <summary>Why <see cref="Bound"/> holds; null when it is too long to write down.</summary>
    public PlanCertificate? ToCertificate()
    {
        if (!_context.WithProof || Leaves > PlanCertificate.MaxLeaves)
            return null;
        var sure = _cut.Sure.Select(id => (_context.Pool.Arcs(id).ToArray(), _context.Pool.IsChain(id))).ToArray();
        return PartSolver.SplitOf(_parts, sure) is { } root ? new PlanCertificate(Bound, root) : null;
    }

    private void Deal(PartSolver[] open, long left)
    {
        var total = open.Sum(p => (long)p.Size);
        var meters = new WorkMeter[open.Length];
        var actions = new Action[open.Length];
        // Parts share the threads; a single one has them to itself.
        var runAll = open.Length == 1 ? _options.RunAll : null;
        for (var i = 0; i < open.Length; i++)
        {
            var (part, meter) = (open[i], meters[i] = new WorkMeter((long)((Int128)left * open[i].Size / total), _cancel));
            actions[i] = () => part.Advance(meter, runAll);
        }
        _options.RunAll(actions);
        foreach (var meter in meters)
        {
            _done += meter.Done;
            _cancelled |= meter.Cancelled;
        }
    }
}
