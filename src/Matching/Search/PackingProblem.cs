namespace EdgeNode.Matching;

/// <summary>
/// A set packing problem in flat arrays: choose columns of greatest total weight such that each row is used at most as often
/// as its capacity, and each column at most once. Columns keep the order of their ids.
/// </summary>
internal sealed class PackingProblem
{
    private readonly int[] _columnStart;
    private readonly int[] _columnRows;
    private readonly int[] _rowStart;
    private readonly int[] _rowColumns;

    /// <param name="ids">The id of each column in the whole problem, ascending.</param>
    /// <param name="names">What each row stands for: a resource, or ~id for "column id at most once".</param>
    public PackingProblem(int[] ids, long[] weights, int[] columnStart, int[] columnRows, int[] capacity, int[] names)
    {
        (Ids, Weights, Capacity, Names) = (ids, weights, capacity, names);
        (_columnStart, _columnRows) = (columnStart, columnRows);
        _rowStart = new int[capacity.Length + 1];
        _rowColumns = new int[columnRows.Length];
        foreach (var weight in weights)
            Unit = Gcd(weight, Unit);
        Transpose();
    }

    /// <summary>The id of each column in the whole problem, ascending.</summary>
    public int[] Ids { get; }

    /// <summary>The weight of each column, micro-points, at least 1.</summary>
    public long[] Weights { get; }

    /// <summary>How often each row may be used, at least 1.</summary>
    public int[] Capacity { get; }

    /// <summary>What each row stands for: a resource, or ~id for "column id at most once".</summary>
    public int[] Names { get; }

    /// <summary>All weights are multiples of this, so every plan's value is one as well; 0 without columns.</summary>
    public long Unit { get; }

    public int Columns => Ids.Length;

    public int Rows => Capacity.Length;

    /// <summary>Number of (column, row) pairs: the cost of one pass.</summary>
    public int Entries => _columnRows.Length;

    public ReadOnlySpan<int> RowsOf(int column) => _columnRows.AsSpan(_columnStart[column].._columnStart[column + 1]);

    public ReadOnlySpan<int> ColumnsOf(int row) => _rowColumns.AsSpan(_rowStart[row].._rowStart[row + 1]);

    private static long Gcd(long a, long b)
    {
        while (b != 0)
            (a, b) = (b, a % b);
        return a;
    }

    private void Transpose()
    {
        foreach (var row in _columnRows)
            _rowStart[row + 1]++;
        for (var row = 0; row < Rows; row++)
            _rowStart[row + 1] += _rowStart[row];
        var next = _rowStart[..^1];
        for (var column = 0; column < Columns; column++)
            foreach (var row in RowsOf(column))
                _rowColumns[next[row]++] = column;
    }
}
