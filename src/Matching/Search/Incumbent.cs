namespace EdgeNode.Matching;

/// <summary>
/// A valid choice of columns that only gets better: filled in a given order, then improved by forcing a column in, dropping
/// what stands in its way and refilling. Every comparison ends at the smaller column.
/// </summary>
internal sealed class Incumbent
{
    /// <summary>How often local search goes over all columns at most; it usually ends after a few.</summary>
    private const int MaxPasses = 50;

    private readonly PackingProblem _problem;
    private readonly WorkMeter _meter;
    private readonly int[] _rank;
    private readonly int[] _used;
    private readonly int[] _slotStart;
    private readonly int[] _slot;
    private readonly bool[] _chosen;
    private readonly bool[] _open;
    private readonly List<int> _dropped = [];
    private readonly List<int> _added = [];
    private readonly List<int> _refill = [];
    private readonly int[] _stamp;
    private int _stampNow;

    /// <param name="problem">Rows and columns.</param>
    /// <param name="order">The columns that may be chosen, most promising first.</param>
    /// <param name="meter">Counts the work.</param>
    public Incumbent(PackingProblem problem, int[] order, WorkMeter meter)
    {
        (_problem, _meter, Order) = (problem, meter, order);
        (_used, _chosen, _open) = (new int[problem.Rows], new bool[problem.Columns], new bool[problem.Columns]);
        (_stamp, _rank) = (new int[problem.Columns], new int[problem.Columns]);
        _slotStart = new int[problem.Rows + 1];
        for (var row = 0; row < problem.Rows; row++)
            _slotStart[row + 1] = _slotStart[row] + Math.Min(problem.Capacity[row], problem.ColumnsOf(row).Length);
        _slot = new int[_slotStart[^1]];
        for (var i = 0; i < order.Length; i++)
            (_rank[order[i]], _open[order[i]]) = (i, true);
    }

    /// <summary>Weight of the chosen columns.</summary>
    public long Value { get; private set; }

    /// <summary>The columns that may be chosen, most promising first.</summary>
    public int[] Order { get; }

    /// <summary>Puts in what fits, in order.</summary>
    public void Fill()
    {
        foreach (var column in Order)
            TryPut(column);
        _meter.Count(_problem.Entries);
    }

    /// <summary>Puts in a column if it fits; it need not be among those that may be chosen later.</summary>
    public void TryPut(int column)
    {
        if (Fits(column))
            Put(column);
    }

    /// <summary>The chosen columns, ascending.</summary>
    public List<int> Columns()
    {
        var columns = new List<int>();
        for (var column = 0; column < _problem.Columns; column++)
            if (_chosen[column])
                columns.Add(column);
        return columns;
    }

    /// <summary>Local search, until a pass over all columns brings nothing or the work is spent.</summary>
    public void Improve()
    {
        var better = true;
        for (var pass = 0; better && pass < MaxPasses; pass++)
        {
            better = false;
            foreach (var column in Order)
            {
                if (_meter.Spent)
                    return;
                if (!_chosen[column])
                    better |= Force(column);
            }
        }
    }

    private bool Force(int column)
    {
        var before = Value;
        _dropped.Clear();
        _added.Clear();
        foreach (var row in _problem.RowsOf(column))
            if (_used[row] == _problem.Capacity[row])
                Drop(LeastOn(row));
        Add(column);
        Refill();
        if (Value > before)
            return true;
        foreach (var added in _added)
            Remove(added);
        foreach (var dropped in _dropped)
            Put(dropped);
        return false;
    }

    private void Refill()
    {
        _refill.Clear();
        _stampNow++;
        foreach (var dropped in _dropped)
        foreach (var row in _problem.RowsOf(dropped))
            if (_used[row] < _problem.Capacity[row])
                CandidatesOn(row);
        _refill.Sort((a, b) => _rank[a].CompareTo(_rank[b]));
        foreach (var candidate in _refill)
            if (Fits(candidate))
                Add(candidate);
    }

    private void CandidatesOn(int row)
    {
        foreach (var candidate in _problem.ColumnsOf(row))
        {
            if (!_open[candidate] || _chosen[candidate] || _stamp[candidate] == _stampNow)
                continue;
            _stamp[candidate] = _stampNow;
            if (Fits(candidate))
                _refill.Add(candidate);
        }
        _meter.Count(_problem.ColumnsOf(row).Length);
    }

    private int LeastOn(int row)
    {
        var least = -1;
        foreach (var column in _slot.AsSpan(_slotStart[row], _used[row]))
        {
            var lighter = least < 0 || _problem.Weights[column] < _problem.Weights[least];
            if (lighter || (_problem.Weights[column] == _problem.Weights[least] && column < least))
                least = column;
        }
        return least;
    }

    private bool Fits(int column)
    {
        if (_chosen[column])
            return false;
        foreach (var row in _problem.RowsOf(column))
            if (_used[row] == _problem.Capacity[row])
                return false;
        return true;
    }

    private void Add(int column)
    {
        Put(column);
        _added.Add(column);
    }

    private void Drop(int column)
    {
        Remove(column);
        _dropped.Add(column);
    }

    private void Put(int column)
    {
        _chosen[column] = true;
        Value += _problem.Weights[column];
        foreach (var row in _problem.RowsOf(column))
            _slot[_slotStart[row] + _used[row]++] = column;
    }

    private void Remove(int column)
    {
        _chosen[column] = false;
        Value -= _problem.Weights[column];
        foreach (var row in _problem.RowsOf(column))
        {
            var slots = _slot.AsSpan(_slotStart[row], _used[row]--);
            slots[slots.IndexOf(column)] = slots[^1];
        }
    }
}
