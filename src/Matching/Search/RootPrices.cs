namespace EdgeNode.Matching;

/// <summary>
/// The linear relaxation of a part with many columns: only those that are worth more than their rows cost are ever in the
/// simplex method. Can be cut short and taken up again.
/// </summary>
internal sealed class RootPrices
{
    /// <summary>Problems with fewer columns than this are given to the simplex method whole.</summary>
    private const int SmallColumns = 300;

    /// <summary>With more rows than this the simplex method takes long to find its way, and the gradient method shows it first.</summary>
    private const int ManyRows = 2000;

    /// <summary>Columns of each row to begin with, and most that one round adds to a row.</summary>
    private const int PerRow = 3;

    /// <summary>Worth above cost, in points, from which a column is added.</summary>
    private const double Attractive = 1e-7;

    /// <summary>Rounds that usually suffice are a few dozen; at this many the prices are taken as they are.</summary>
    private const int MaxRounds = 2000;

    /// <summary>Columns that cost less than their worth by more than this factor are left to be covered one by one.</summary>
    private const double MostScale = 1.5;

    private PackingProblem _problem;
    private readonly double[] _points;
    private bool _final;
    private double[]? _covering;
    private int[]? _coveringBasis;

    public RootPrices(PackingProblem problem, WorkMeter meter)
    {
        _problem = problem;
        Lp = new PackingLp(problem.Capacity, meter);
        LpColumn = new int[problem.Columns];
        Array.Fill(LpColumn, -1);
        _points = new double[problem.Columns];
        for (var column = 0; column < _points.Length; column++)
            _points[column] = problem.Weights[column] / WholePrices.MicroPerPoint;
        if (problem.Columns <= SmallColumns)
            for (var column = 0; column < problem.Columns; column++)
                Load(column);
        else if (problem.Rows <= ManyRows)
            LoadPromising();
        else
            LoadNear(meter);
    }

    /// <summary>The prices of the gradient method, where the part was large enough for it.</summary>
    public GradientPrices? Gradient { get; private set; }

    public PackingLp Lp { get; }

    /// <summary>Where each column of the problem is in the relaxation, or -1.</summary>
    public int[] LpColumn { get; }

    /// <summary>The columns in the relaxation, by their number there.</summary>
    public List<int> Loaded { get; } = [];

    /// <summary>Takes a column into the relaxation.</summary>
    public void Load(int column)
    {
        if (LpColumn[column] >= 0)
            return;
        LpColumn[column] = Lp.AddColumn(_points[column], _problem.RowsOf(column));
        Loaded.Add(column);
    }

    /// <summary>The value of a column in the relaxation; 0 for one that is not in it.</summary>
    public double ValueOf(int column) => LpColumn[column] is >= 0 and var at ? Lp.ValueOf(at) : 0;

    /// <summary>Keeps a column at zero, or lets it go again; one that is not in the relaxation is at zero as it is.</summary>
    public void Ban(int column, bool banned)
    {
        if (LpColumn[column] >= 0)
            Lp.Ban(LpColumn[column], banned);
    }

    /// <summary>Goes over to the same problem with more rows behind the others.</summary>
    public void Widen(PackingProblem problem)
    {
        for (var row = _problem.Rows; row < problem.Rows; row++)
        {
            int[] columns = [.. problem.ColumnsOf(row).ToArray().Select(c => LpColumn[c]).Where(c => c >= 0)];
            var ones = new double[columns.Length];
            Array.Fill(ones, 1);
            Lp.AddRow(problem.Capacity[row], columns, ones);
        }
        (_problem, _covering, _coveringBasis) = (problem, null, null);
    }

    /// <summary>Prices in points: those of the relaxation, as far as it came.</summary>
    public ReadOnlySpan<double> Prices => _covering ?? Lp.Prices;

    /// <summary>
    /// The prices raised in proportion until they cover all columns: before the end a better bound than raising them where a
    /// column is uncovered.
    /// </summary>
    public double[] ScaledPrices()
    {
        var (prices, scale) = (Prices.ToArray(), 1.0);
        for (var column = 0; column < _points.Length; column++)
        {
            var cost = 0.0;
            foreach (var row in _problem.RowsOf(column))
                cost += Math.Max(0, prices[row]);
            if (cost * MostScale > _points[column])
                scale = Math.Max(scale, _points[column] / cost);
        }
        for (var row = 0; row < prices.Length; row++)
            prices[row] = Math.Max(0, prices[row]) * scale;
        return prices;
    }

    /// <summary>Goes on until no column is worth more than its rows cost; false when work or rounds were spent before.</summary>
    public bool Solve(WorkMeter meter, int rounds)
    {
        Lp.Meter = meter;
        for (var round = 0; round < MaxRounds; round++)
        {
            if (round == rounds)
                return false;
            var outcome = _final ? Lp.Dual() : Lp.Primal();
            if (meter.Spent)
                return false;
            if (outcome != LpOutcome.Optimal)
                break;
            if (Loaded.Count < _problem.Columns && AddAttractive(meter))
                continue;
            if (_final)
            {
                _covering = null;
                return true;
            }
            (_covering, _coveringBasis, _final) = (Lp.Prices.ToArray(), Lp.Save(), true);
        }
        // Rounding got in the way of the last steps. The prices under slightly wider capacities cover all columns as well.
        if (_coveringBasis is not null)
            Lp.Restore(_coveringBasis);
        return true;
    }

    private bool AddAttractive(WorkMeter meter)
    {
        var prices = Lp.Prices;
        var found = new List<(double Above, int Column)>();
        for (var column = 0; column < _problem.Columns; column++)
            if (LpColumn[column] < 0 && Above(column, _points[column], prices) is var above && above > Attractive)
                found.Add((above, column));
        meter.Count(_problem.Entries / 4);
        return LoadBest(found);
    }

    /// <summary>
    /// Loads some of the columns that the relaxation lacks: after an optimum those that are worth more than their rows cost; after a
    /// contradiction those that may lift it, which are those that its ray makes cheaper. Answers whether there were any.
    /// </summary>
    /// <param name="among">The columns looked at.</param>
    /// <param name="banned">By column, those that stay out.</param>
    /// <param name="outcome">How the relaxation ended.</param>
    /// <param name="meter">Counts the work.</param>
    public bool LoadMissing(ReadOnlySpan<int> among, ReadOnlySpan<bool> banned, LpOutcome outcome, WorkMeter meter)
    {
        var impossible = outcome == LpOutcome.Infeasible;
        ReadOnlySpan<double> prices = impossible ? Lp.Ray : Lp.Prices;
        var found = new List<(double Above, int Column)>();
        foreach (var column in among)
            if (LpColumn[column] < 0 && !banned[column])
                if (Above(column, impossible ? 0 : _points[column], prices) is var above && above > Attractive)
                    found.Add((above, column));
        meter.Count(among.Length);
        return LoadBest(found);
    }

    private double Above(int column, double worth, ReadOnlySpan<double> prices)
    {
        foreach (var row in _problem.RowsOf(column))
            worth -= prices[row];
        return worth;
    }

    private bool LoadBest(List<(double Above, int Column)> found)
    {
        found.Sort((a, b) => a.Above != b.Above ? b.Above.CompareTo(a.Above) : a.Column.CompareTo(b.Column));
        return LoadSpread(found.ConvertAll(f => f.Column));
    }

    private void LoadNear(WorkMeter meter)
    {
        Gradient = new GradientPrices(_problem, meter);
        foreach (var column in Gradient.Active)
            Load(column);
    }

    private void LoadPromising()
    {
        // Weight per resource: what a column brings for what it takes.
        var order = new int[_problem.Columns];
        for (var column = 0; column < order.Length; column++)
            order[column] = column;
        var promise = new double[order.Length];
        for (var column = 0; column < order.Length; column++)
            promise[column] = -_points[column] / Math.Max(1, _problem.RowsOf(column).Length);
        Array.Sort(order, (a, b) => promise[a] != promise[b] ? promise[a].CompareTo(promise[b]) : a.CompareTo(b));
        LoadSpread([.. order]);
    }

    /// <summary>Loads columns in order, but not many for the same row.</summary>
    private bool LoadSpread(List<int> columns)
    {
        var count = new int[_problem.Rows];
        var any = false;
        foreach (var column in columns)
        {
            var rows = _problem.RowsOf(column);
            var crowded = 0;
            foreach (var row in rows)
                crowded = Math.Max(crowded, count[row]);
            if (crowded >= PerRow)
                continue;
            foreach (var row in rows)
                count[row]++;
            Load(column);
            any = true;
        }
        return any;
    }
}
