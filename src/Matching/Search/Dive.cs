namespace EdgeNode.Matching;

/// <summary>
/// A plan out of the relaxation: takes the columns that it uses most, bans what no longer fits, solves again, until nothing is
/// left to take. Leaves the relaxation as it was, apart from its basis.
/// </summary>
internal sealed class Dive
{
    /// <summary>A column used at least this much is taken at once.</summary>
    private const double NearlyWhole = 0.95;

    /// <summary>Of the columns in use at least this part is taken in a round: bounds the rounds.</summary>
    private const int PartPerRound = 24;

    private readonly PackingProblem _problem;
    private readonly RootPrices _root;
    private readonly int[] _room;
    private readonly bool[] _taken;
    private readonly List<int> _banned = [];

    private Dive(PackingProblem problem, RootPrices root)
    {
        (_problem, _root) = (problem, root);
        _room = (int[])problem.Capacity.Clone();
        _taken = new bool[problem.Columns];
    }

    /// <summary>The columns of the plan, in the order taken.</summary>
    public static List<int> Run(PackingProblem problem, RootPrices root, WorkMeter meter)
    {
        var dive = new Dive(problem, root);
        var basis = root.Lp.Save();
        var plan = new List<int>();
        while (!meter.Spent && dive.Take(plan) && root.Lp.Dual() == LpOutcome.Optimal) { }
        foreach (var column in dive._banned)
            root.Lp.Ban(root.LpColumn[column], false);
        root.Lp.Restore(basis);
        return plan;
    }

    private bool Take(List<int> plan)
    {
        var used = new List<(double Value, int Column)>();
        foreach (var column in _root.Loaded)
            if (!_taken[column] && _root.Lp.ValueOf(_root.LpColumn[column]) is var value && value > 1e-6)
                used.Add((value, column));
        if (used.Count == 0)
            return false;
        used.Sort(Compare);
        var before = plan.Count;
        var least = 1 + used.Count(u => u.Value < NearlyWhole) / PartPerRound;
        foreach (var (value, column) in used)
        {
            if (value < NearlyWhole && least-- <= 0)
                break;
            if (Fits(column))
                Take(column, plan);
        }
        // What is used and does not fit was left over by rounding; without something taken the next round would be the same.
        return plan.Count > before;
    }

    private int Compare((double Value, int Column) a, (double Value, int Column) b)
    {
        // Values that differ by rounding only are the same.
        var (left, right) = (Math.Round(a.Value, 6), Math.Round(b.Value, 6));
        if (left != right)
            return right.CompareTo(left);
        var byWeight = _problem.Weights[b.Column].CompareTo(_problem.Weights[a.Column]);
        return byWeight != 0 ? byWeight : a.Column.CompareTo(b.Column);
    }

    private bool Fits(int column)
    {
        foreach (var row in _problem.RowsOf(column))
            if (_room[row] == 0)
                return false;
        return true;
    }

    private void Take(int column, List<int> plan)
    {
        plan.Add(column);
        _taken[column] = true;
        foreach (var row in _problem.RowsOf(column))
            if (--_room[row] == 0)
                BanOthers(row);
    }

    private void BanOthers(int row)
    {
        foreach (var other in _problem.ColumnsOf(row))
        {
            if (_taken[other] || _root.LpColumn[other] < 0)
                continue;
            _root.Lp.Ban(_root.LpColumn[other], true);
            _banned.Add(other);
        }
    }
}
