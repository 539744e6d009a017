namespace EdgeNode.Matching;

/// <summary>
/// Whole-number prices, one per row, such that no column is worth more than its rows cost. Whoever holds them can check the
/// bound by adding up: no plan is worth more than price times capacity over all rows (weak duality). Nothing here is
/// floating point, so the bound is a proof and not an estimate.
/// </summary>
internal sealed class DualPrices
{
    /// <summary>After this many steps without a better bound the step length is halved.</summary>
    private const int Patience = 12;

    /// <summary>The step length is halved at most this often before the descent gives up.</summary>
    private const int MaxHalvings = 12;

    private readonly PackingProblem _problem;
    private readonly WorkMeter _meter;
    private readonly long[] _current;
    private readonly long[] _trial;
    private readonly int[] _pull;
    private bool _backwards;

    /// <summary>Starts from the inherited prices, or from fractional shares, whichever bound is lower.</summary>
    public DualPrices(PackingProblem problem, WorkMeter meter)
    {
        (_problem, _meter) = (problem, meter);
        (_current, _trial, _pull) = (new long[problem.Rows], new long[problem.Rows], new int[problem.Rows]);
        Best = new long[problem.Rows];
        FractionalShares(Best);
        Repair(Best);
        Bound = BoundOf(Best);
        if (Array.Exists(problem.StartPrice, p => p != 0))
        {
            problem.StartPrice.CopyTo(_trial, 0);
            TakeTrialIfBetter();
        }
    }

    /// <summary>The best prices so far; sufficient for every column.</summary>
    public long[] Best { get; }

    /// <summary>Their bound: no plan of this problem is worth more.</summary>
    public long Bound { get; private set; }

    /// <summary>How much more the rows of a column cost than it is worth; a plan with this column stays that far below the bound.</summary>
    public long SlackOf(int column) => CostOf(Best, column) - _problem.Weights[column];

    /// <summary>
    /// Projected subgradient descent with Polyak steps: rows that the underpriced columns overdraw become dearer, rows they
    /// leave idle cheaper; each point is made sufficient again before it counts. Ends at <paramref name="target"/>, when
    /// nothing improves, after <paramref name="rounds"/>, or when the work is spent.
    /// </summary>
    public void Improve(long target, int rounds)
    {
        Best.CopyTo(_current, 0);
        var (stale, halvings) = (0, 0);
        for (var round = 0; round < rounds && Bound > target && !_meter.Spent; round++)
        {
            if (!Descend(target, halvings))
                return;
            _current.CopyTo(_trial, 0);
            stale = TakeTrialIfBetter() ? 0 : stale + 1;
            if (stale < Patience)
                continue;
            if (++halvings > MaxHalvings)
                return;
            stale = 0;
            Best.CopyTo(_current, 0);
        }
    }

    private void FractionalShares(long[] price)
    {
        for (var column = 0; column < _problem.Columns; column++)
        {
            var rows = _problem.RowsOf(column);
            var share = (_problem.Weights[column] + rows.Length - 1) / rows.Length;
            foreach (var row in rows)
                price[row] = Math.Max(price[row], share);
        }
    }

    /// <summary>One step from the current point; false when it is a minimum already.</summary>
    private bool Descend(long target, int halvings)
    {
        var relaxed = Relax();
        long norm = 0;
        for (var row = 0; row < _pull.Length; row++)
        {
            // A free row that is not overdrawn cannot become cheaper.
            if (_current[row] == 0 && _pull[row] > 0)
                _pull[row] = 0;
            norm += (long)_pull[row] * _pull[row];
        }
        if (norm == 0)
            return false;
        var step = Math.Max(1, (Math.Max(relaxed - target, 1) / norm) >> halvings);
        for (var row = 0; row < _pull.Length; row++)
            _current[row] = Math.Max(0, _current[row] - step * _pull[row]);
        _meter.Count(_problem.Entries + _problem.Rows);
        return true;
    }

    /// <summary>The value of the relaxation at the current point; leaves in _pull what each row has idle (or overdrawn, below 0).</summary>
    private long Relax()
    {
        long value = 0;
        for (var row = 0; row < _pull.Length; row++)
        {
            _pull[row] = _problem.Capacity[row];
            value += _current[row] * _problem.Capacity[row];
        }
        for (var column = 0; column < _problem.Columns; column++)
        {
            var gain = _problem.Weights[column] - CostOf(_current, column);
            if (gain <= 0)
                continue;
            value += gain;
            foreach (var row in _problem.RowsOf(column))
                _pull[row]--;
        }
        return value;
    }

    private bool TakeTrialIfBetter()
    {
        Repair(_trial);
        var bound = BoundOf(_trial);
        if (bound >= Bound)
            return false;
        _trial.CopyTo(Best, 0);
        Bound = bound;
        return true;
    }

    /// <summary>Raises prices until every column is covered, then lowers each as far as its columns allow.</summary>
    private void Repair(long[] price)
    {
        for (var column = 0; column < _problem.Columns; column++)
        {
            var missing = _problem.Weights[column] - CostOf(price, column);
            if (missing > 0)
                price[CheapestRow(column)] += missing;
        }
        _backwards = !_backwards;
        for (var i = 0; i < _problem.Rows; i++)
            Lower(price, _backwards ? _problem.Rows - 1 - i : i);
        _meter.Count(3L * _problem.Entries);
    }

    /// <summary>Where raising a price costs the bound least: little capacity first, then many columns that gain by it.</summary>
    private int CheapestRow(int column)
    {
        var rows = _problem.RowsOf(column);
        var best = rows[0];
        foreach (var row in rows)
        {
            var byCapacity = _problem.Capacity[row].CompareTo(_problem.Capacity[best]);
            if (byCapacity < 0 || (byCapacity == 0 && _problem.ColumnsOf(row).Length > _problem.ColumnsOf(best).Length))
                best = row;
        }
        return best;
    }

    private void Lower(long[] price, int row)
    {
        var least = price[row];
        foreach (var column in _problem.ColumnsOf(row))
        {
            if (least == 0)
                return;
            least = Math.Min(least, CostOf(price, column) - _problem.Weights[column]);
        }
        price[row] -= least;
    }

    private long CostOf(long[] price, int column)
    {
        long cost = 0;
        foreach (var row in _problem.RowsOf(column))
            cost += price[row];
        return cost;
    }

    private long BoundOf(long[] price)
    {
        long bound = 0;
        for (var row = 0; row < price.Length; row++)
            bound += price[row] * _problem.Capacity[row];
        return bound;
    }
}
