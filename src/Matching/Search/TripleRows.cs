namespace EdgeNode.Matching;

/// <summary>Three resources (offerings or needs), ascending, each of which a plan can use once.</summary>
internal readonly record struct Triple(int A, int B, int C);

/// <summary>
/// Of three resources that can be used once, a plan holds at most one column that uses two: two such columns would share one. The
/// relaxation may hold three halves of them, and a row for such a triple forbids that (subset-row inequalities: Jepsen, Petersen,
/// Spoorendonk and Pisinger 2008). Finds the triples that the shares of the relaxation break.
/// </summary>
internal sealed class TripleRows
{
    /// <summary>Triples of one round at most, and of them with the same resource.</summary>
    private const int MostTriples = 60,
        MostForRow = 4;

    /// <summary>How far a triple must be broken.</summary>
    private const double Broken = 0.02;

    private const double Fraction = 1e-6;

    private readonly PackingProblem _problem;
    private readonly List<(int Column, double Share)>[] _used;
    private readonly List<(int Row, double Share)>[] _beside;
    private readonly HashSet<Triple> _seen = [];
    private readonly List<(double Excess, Triple Rows)> _found = [];

    private TripleRows(PackingProblem problem, RootPrices root)
    {
        _problem = problem;
        (_used, _beside) = (new List<(int, double)>[problem.Rows], new List<(int, double)>[problem.Rows]);
        for (var row = 0; row < problem.Rows; row++)
            (_used[row], _beside[row]) = ([], []);
        foreach (var column in root.Loaded.Order())
            if (root.Lp.ValueOf(root.LpColumn[column]) is > Fraction and < 1 - Fraction and var share)
                foreach (var row in problem.RowsOf(column))
                    if (problem.IsSingle(row))
                        _used[row].Add((column, share));
        for (var row = 0; row < problem.Rows; row++)
            Join(row);
    }

    /// <summary>Triples of resources whose rows are broken most, the worst first.</summary>
    public static List<Triple> Find(PackingProblem problem, RootPrices root, WorkMeter meter)
    {
        var rows = new TripleRows(problem, root);
        long looked = 0;
        for (var row = 0; row < problem.Rows; row++)
            looked += rows.Around(row);
        meter.Count(looked);
        return rows.Pick();
    }

    /// <summary>The rows that share columns with a row, ascending, and how much of them.</summary>
    private void Join(int row)
    {
        var shares = new SortedDictionary<int, double>();
        foreach (var (column, share) in _used[row])
        foreach (var other in _problem.RowsOf(column))
            if (other != row && _problem.IsSingle(other))
                shares[other] = shares.GetValueOrDefault(other) + share;
        foreach (var (other, share) in shares)
            _beside[row].Add((other, share));
    }

    private long Around(int row)
    {
        var beside = _beside[row];
        for (var i = 0; i < beside.Count; i++)
        for (var j = i + 1; j < beside.Count; j++)
        {
            // Of a broken triple the two largest of three shares are two thirds or more; it is found from the row they meet in.
            var here = beside[i].Share + beside[j].Share;
            if (here >= 2.0 / 3 && here + ShareOf(beside[i].Row, beside[j].Row) > 1 + Broken)
                Look(Sorted(row, beside[i].Row, beside[j].Row));
        }
        return (long)beside.Count * beside.Count;
    }

    private double ShareOf(int row, int other)
    {
        foreach (var (beside, share) in _beside[row])
            if (beside == other)
                return share;
        return 0;
    }

    private void Look(Triple rows)
    {
        if (!_seen.Add(rows))
            return;
        var excess = -1.0;
        foreach (var row in (ReadOnlySpan<int>)[rows.A, rows.B, rows.C])
        foreach (var (column, share) in _used[row])
            if (FirstOf(column, rows) == row && _problem.CountOf(column, rows) >= 2)
                excess += share;
        if (excess > Broken)
            _found.Add((Math.Round(excess, 6), rows));
    }

    private int FirstOf(int column, Triple rows)
    {
        foreach (var row in _problem.RowsOf(column))
            if (row == rows.A || row == rows.B || row == rows.C)
                return row;
        return -1;
    }

    private List<Triple> Pick()
    {
        _found.Sort((a, b) => a.Excess != b.Excess ? b.Excess.CompareTo(a.Excess) : Compare(a.Rows, b.Rows));
        var (picked, count) = (new List<Triple>(), new int[_problem.Rows]);
        foreach (var (_, rows) in _found)
        {
            if (picked.Count == MostTriples)
                break;
            if (count[rows.A] >= MostForRow || count[rows.B] >= MostForRow || count[rows.C] >= MostForRow)
                continue;
            count[rows.A]++;
            count[rows.B]++;
            count[rows.C]++;
            picked.Add(Sorted(_problem.Names[rows.A], _problem.Names[rows.B], _problem.Names[rows.C]));
        }
        return picked;
    }

    private static int Compare(Triple a, Triple b) =>
        a.A != b.A ? a.A.CompareTo(b.A)
        : a.B != b.B ? a.B.CompareTo(b.B)
        : a.C.CompareTo(b.C);

    private static Triple Sorted(int a, int b, int c)
    {
        if (a > b)
            (a, b) = (b, a);
        if (b > c)
            (b, c) = (c, b);
        return a < b ? new Triple(a, b, c) : new Triple(b, a, c);
    }
}
