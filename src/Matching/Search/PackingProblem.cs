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
    /// <param name="names">What each row stands for: see <see cref="Names"/>.</param>
    /// <param name="triples">The triples that names may point at.</param>
    public PackingProblem(
        int[] ids,
        long[] weights,
        int[] columnStart,
        int[] columnRows,
        int[] capacity,
        int[] names,
        Triple[]? triples = null
    )
    {
        (Ids, Weights, Capacity, Names, Triples) = (ids, weights, capacity, names, triples ?? []);
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

    /// <summary>
    /// What each row stands for: a resource, or ~id for "column id at most once", or <see cref="FirstTriple"/> plus a place in
    /// <see cref="Triples"/> for "one column at most uses two of three resources".
    /// </summary>
    public int[] Names { get; }

    /// <summary>Names from here on are triples; there are fewer resources than this.</summary>
    public const int FirstTriple = 1 << 30;

    /// <summary>The triples of this problem and of those it was cut out of.</summary>
    public Triple[] Triples { get; }

    /// <summary>All weights are multiples of this, so every plan's value is one as well; 0 without columns.</summary>
    public long Unit { get; }

    public int Columns => Ids.Length;

    public int Rows => Capacity.Length;

    /// <summary>Number of (column, row) pairs: the cost of one pass.</summary>
    public int Entries => _columnRows.Length;

    public ReadOnlySpan<int> RowsOf(int column) => _columnRows.AsSpan(_columnStart[column].._columnStart[column + 1]);

    public ReadOnlySpan<int> ColumnsOf(int row) => _rowColumns.AsSpan(_rowStart[row].._rowStart[row + 1]);

    /// <summary>Whether a row is a resource that can be used once.</summary>
    public bool IsSingle(int row) => Capacity[row] == 1 && Names[row] is >= 0 and < FirstTriple;

    /// <summary>How many of three rows a column uses.</summary>
    public int CountOf(int column, Triple rows)
    {
        var count = 0;
        foreach (var row in RowsOf(column))
            count += row == rows.A || row == rows.B || row == rows.C ? 1 : 0;
        return count;
    }

    /// <summary>The same problem with a row for each of some triples of resources behind the others.</summary>
    public PackingProblem With(List<Triple> triples)
    {
        var rowOf = new Dictionary<int, int>();
        for (var row = 0; row < Rows; row++)
            rowOf.Add(Names[row], row);
        var added = new List<int>[Columns];
        int[] names = [.. Names, .. triples.Select((_, i) => FirstTriple + Triples.Length + i)];
        for (var i = 0; i < triples.Count; i++)
        {
            var rows = new Triple(rowOf[triples[i].A], rowOf[triples[i].B], rowOf[triples[i].C]);
            foreach (var row in (ReadOnlySpan<int>)[rows.A, rows.B, rows.C])
            foreach (var column in ColumnsOf(row))
                if (CountOf(column, rows) >= 2 && (added[column] is not { Count: > 0 } || added[column][^1] != Rows + i))
                    (added[column] ??= []).Add(Rows + i);
        }
        var (start, list) = (new int[Columns + 1], new List<int>(Entries));
        for (var column = 0; column < Columns; column++)
        {
            list.AddRange(RowsOf(column));
            list.AddRange(added[column] ?? []);
            start[column + 1] = list.Count;
        }
        int[] capacity = [.. Capacity, .. triples.Select(_ => 1)];
        return new PackingProblem(Ids, Weights, start, [.. list], capacity, names, [.. Triples, .. triples]);
    }

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
