namespace EdgeNode.Matching;

/// <summary>
/// Among equals the smaller column: replaces chosen columns by smaller ones of the same weight that fit in their place, until
/// none does. The ids only go down, so it ends; the number of passes is bounded all the same.
/// </summary>
internal sealed class Settling
{
    /// <summary>How often the final choice is gone over at most; two or three times are usual.</summary>
    private const int MaxPasses = 16;

    private readonly PackingProblem _whole;
    private readonly bool[] _chosen;
    private readonly int[] _used;

    private Settling(PackingProblem whole, List<int> columns)
    {
        _whole = whole;
        (_chosen, _used) = (new bool[whole.Columns], new int[whole.Rows]);
        foreach (var column in columns)
            Mark(column, 1);
    }

    /// <summary>A plan of the same weight, ascending.</summary>
    public static List<int> Settle(PackingProblem whole, List<int> columns)
    {
        var settling = new Settling(whole, columns);
        for (var pass = 0; pass < MaxPasses && settling.Once(); pass++) { }
        return [.. Enumerable.Range(0, whole.Columns).Where(column => settling._chosen[column])];
    }

    private bool Once()
    {
        var changed = false;
        for (var column = _whole.Columns - 1; column >= 0; column--)
        {
            if (!_chosen[column])
                continue;
            Mark(column, -1);
            var twin = SmallestTwin(column);
            Mark(twin, 1);
            changed |= twin != column;
        }
        return changed;
    }

    private int SmallestTwin(int column)
    {
        var smallest = column;
        foreach (var row in _whole.RowsOf(column))
        foreach (var other in _whole.ColumnsOf(row))
            if (other < smallest && !_chosen[other] && _whole.Weights[other] == _whole.Weights[column] && Fits(other))
                smallest = other;
        return smallest;
    }

    private bool Fits(int column)
    {
        foreach (var row in _whole.RowsOf(column))
            if (_used[row] >= _whole.Capacity[row])
                return false;
        return true;
    }

    private void Mark(int column, int by)
    {
        _chosen[column] = by > 0;
        foreach (var row in _whole.RowsOf(column))
            _used[row] += by;
    }
}
