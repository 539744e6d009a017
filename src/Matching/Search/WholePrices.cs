namespace EdgeNode.Matching;

/// <summary>
/// Prices of rows in whole numbers, raised until they cover every column: then their sum over the capacities is a bound that
/// owes nothing to the rounding of the linear relaxation they came from.
/// </summary>
internal sealed class WholePrices
{
    /// <summary>Price units in a micro-point: fine enough that rounding a hundred thousand rows up costs no whole micro-point.</summary>
    public const int UnitBits = 20;

    /// <summary>Micro-points in a point, as the relaxation counts.</summary>
    public const double MicroPerPoint = 1e6;

    private const double UnitsPerPoint = MicroPerPoint * (1L << UnitBits);

    /// <summary>A price above this is no better than this: columns are worth less.</summary>
    private const long Highest = long.MaxValue / 64;

    private WholePrices(long[] units) => Units = units;

    /// <summary>The price of each row, in 2^-20 micro-points. Below zero only where the caller said that a row is full.</summary>
    public long[] Units { get; }

    /// <summary>Sum of price times capacity.</summary>
    public Int128 Total { get; private set; }

    /// <summary>
    /// Rounds prices up and raises them until all columns that can be in the plan are covered.
    /// </summary>
    /// <param name="problem">Rows and columns.</param>
    /// <param name="columns">The columns to cover; empty: all.</param>
    /// <param name="prices">In points, one per row; anything will do, but good ones give a good bound.</param>
    /// <param name="banned">Columns that need no cover; empty: none.</param>
    /// <param name="full">Rows whose price may be below zero; empty: none.</param>
    public static WholePrices Cover(
        PackingProblem problem,
        ReadOnlySpan<int> columns,
        ReadOnlySpan<double> prices,
        ReadOnlySpan<bool> banned,
        ReadOnlySpan<bool> full
    )
    {
        var units = new long[problem.Rows];
        for (var row = 0; row < units.Length; row++)
            units[row] = Up(prices[row], full.Length > 0 && full[row]);
        var count = columns.Length == 0 ? problem.Columns : columns.Length;
        for (var i = 0; i < count; i++)
        {
            var column = columns.Length == 0 ? i : columns[i];
            if (banned.Length > 0 && banned[column])
                continue;
            var missing = -Slack(problem, column, units);
            if (missing > 0)
                units[Narrowest(problem, column)] += missing;
        }
        var whole = new WholePrices(units);
        for (var row = 0; row < units.Length; row++)
            whole.Total += (Int128)units[row] * problem.Capacity[row];
        return whole;
    }

    /// <summary>The same prices for a problem with more rows behind the others, which cost nothing.</summary>
    public WholePrices Widened(int rows)
    {
        var units = new long[rows];
        Units.CopyTo(units, 0);
        return new WholePrices(units) { Total = Total };
    }

    /// <summary>A price in units, rounded up.</summary>
    public static long Up(double points, bool belowZero)
    {
        if (double.IsNaN(points))
            return 0;
        var units = Math.Clamp(Math.Ceiling(points * UnitsPerPoint), -(double)Highest, Highest);
        return belowZero ? (long)units : Math.Max(0, (long)units);
    }

    /// <summary>The bound in micro-points: rounded down to what a plan can be worth when all weights are multiples of a unit.</summary>
    public static long Bound(Int128 total, long unit)
    {
        var micro = (long)Int128.Max(0, total >> UnitBits);
        return unit == 0 ? 0 : micro - micro % unit;
    }

    /// <summary>What the rows of a column cost above its weight, in units.</summary>
    public long SlackOf(PackingProblem problem, int column) => Slack(problem, column, Units);

    private static long Slack(PackingProblem problem, int column, long[] units)
    {
        var slack = -(problem.Weights[column] << UnitBits);
        foreach (var row in problem.RowsOf(column))
            slack += units[row];
        return slack;
    }

    private static int Narrowest(PackingProblem problem, int column)
    {
        var best = -1;
        foreach (var row in problem.RowsOf(column))
            if (best < 0 || problem.Capacity[row] < problem.Capacity[best])
                best = row;
        return best;
    }
}
