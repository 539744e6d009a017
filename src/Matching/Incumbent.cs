namespace EdgeNode.Matching;

/// <summary>
/// A valid choice of columns that only gets better: filled greedily, then improved by forcing a column in, dropping what
/// stands in its way and refilling. Every comparison ends at the smaller column.
/// </summary>
internal sealed class Incumbent
{
    /// <summary>How often local search goes over all columns at most; it usually ends after a few.</summary>
    private const int MaxPasses = 50;

    private readonly PackingProblem _problem;
    private readonly WorkMeter _meter;
    private readonly int[] _order;
    private readonly int[] _rank;
    private readonly int[] _used;
    private readonly bool[] _chosen;
    private readonly List<int> _dropped = [];
    private readonly List<int> _added = [];
    private readonly List<int> _refill = [];
    private readonly int[] _stamp;
    private int _stampNow;

    /// <summary>Fills greedily: least slack under the prices first, then greatest weight, then smallest column.</summary>
    public Incumbent(PackingProblem problem, DualPrices prices, WorkMeter meter)
    {
        (_problem, _meter) = (problem, meter);
        (_used, _chosen, _stamp) = (new int[problem.Rows], new bool[problem.Columns], new int[problem.Columns]);
        (_order, _rank) = (new int[problem.Columns], new int[problem.Columns]);
        var slack = new long[problem.Columns];
        for (var column = 0; column < problem.Columns; column++)
            (_order[column], slack[column]) = (column, prices.SlackOf(column));
        Array.Sort(_order, (a, b) => ByPromise(a, b, slack));
        for (var i = 0; i < _order.Length; i++)
        {
            _rank[_order[i]] = i;
            TryAdd(_order[i]);
        }
        meter.Count(problem.Entries);
    }

    /// <summary>Weight of the chosen columns.</summary>
    public long Value { get; private set; }

    /// <summary>Ids of the chosen columns, ascending.</summary>
    public List<int> Ids()
    {
        var ids = new List<int>();
        for (var column = 0; column < _problem.Columns; column++)
            if (_chosen[column])
                ids.Add(_problem.Ids[column]);
        return ids;
    }

    /// <summary>Local search, until a pass over all columns brings nothing or the work is spent.</summary>
    public void Improve()
    {
        var better = true;
        for (var pass = 0; better && pass < MaxPasses; pass++)
        {
            better = false;
            foreach (var column in _order)
            {
                if (_meter.Spent)
                    return;
                if (!_chosen[column])
                    better |= Force(column);
            }
        }
    }

    private int ByPromise(int a, int b, long[] slack)
    {
        if (slack[a] != slack[b])
            return slack[a].CompareTo(slack[b]);
        var byWeight = _problem.Weights[b].CompareTo(_problem.Weights[a]);
        return byWeight != 0 ? byWeight : a.CompareTo(b);
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
            if (_chosen[candidate] || _stamp[candidate] == _stampNow)
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
        foreach (var column in _problem.ColumnsOf(row))
            if (_chosen[column] && (least < 0 || _problem.Weights[column] < _problem.Weights[least]))
                least = column;
        _meter.Count(_problem.ColumnsOf(row).Length);
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

    private void TryAdd(int column)
    {
        if (Fits(column))
            Put(column);
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
            _used[row]++;
    }

    private void Remove(int column)
    {
        _chosen[column] = false;
        Value -= _problem.Weights[column];
        foreach (var row in _problem.RowsOf(column))
            _used[row]--;
    }
}
