namespace EdgeNode.Matching;

/// <summary>
/// The order in which a basis is factorised: columns and rows with one entry first, then the column with fewest entries left on
/// its emptiest row. It is the rule of Markowitz on the pattern of the basis, without following the fill-in.
/// </summary>
internal sealed class BasisOrder
{
    private int[] _columnStart = [];
    private int[] _columnRow = [];
    private int[] _rowStart = [];
    private int[] _rowColumn = [];
    private int[] _columnCount = [];
    private int[] _rowCount = [];
    private bool[] _columnDone = [];
    private bool[] _rowDone = [];
    private int[] _first = [];
    private int[] _after = [];
    private int[] _before = [];
    private readonly Queue<int> _singleRows = new();

    /// <summary>The columns in order, and the row each should be pivoted on (-1: none is left).</summary>
    public int[] Column { get; private set; } = [];

    /// <summary>The row that goes with each of <see cref="Column"/>.</summary>
    public int[] Row { get; private set; } = [];

    /// <param name="size">Number of rows and of columns.</param>
    /// <param name="columnStart">Where each column's entries start, one more than columns.</param>
    /// <param name="columnRow">The rows of the entries.</param>
    public void Find(int size, int[] columnStart, int[] columnRow)
    {
        (_columnStart, _columnRow) = (columnStart, columnRow);
        Prepare(size);
        var lowest = 0;
        for (var k = 0; k < size; k++)
        {
            var (column, row) = NextSingleRow();
            if (column < 0)
            {
                while (_first[lowest] < 0)
                    lowest++;
                column = _first[lowest];
                row = EmptiestRow(column);
            }
            (Column[k], Row[k]) = (column, row);
            Take(column, row);
            lowest = Math.Max(0, lowest - 1);
        }
    }

    private void Prepare(int size)
    {
        if (Column.Length < size)
            Allocate(size + size / 4);
        _singleRows.Clear();
        Array.Clear(_rowCount, 0, size);
        Array.Clear(_rowDone, 0, size);
        Array.Clear(_columnDone, 0, size);
        Array.Fill(_first, -1);
        Transpose(size);
        for (var column = size - 1; column >= 0; column--)
        {
            _columnCount[column] = _columnStart[column + 1] - _columnStart[column];
            Link(column);
        }
        for (var row = 0; row < size; row++)
            if (_rowCount[row] == 1)
                _singleRows.Enqueue(row);
    }

    private void Allocate(int size)
    {
        (Column, Row) = (new int[size], new int[size]);
        (_rowStart, _columnCount, _rowCount) = (new int[size + 1], new int[size], new int[size]);
        (_columnDone, _rowDone) = (new bool[size], new bool[size]);
        (_first, _after, _before) = (new int[size + 1], new int[size], new int[size]);
    }

    private void Transpose(int size)
    {
        var entries = _columnStart[size];
        if (_rowColumn.Length < entries)
            _rowColumn = new int[entries * 5 / 4];
        for (var e = 0; e < entries; e++)
            _rowCount[_columnRow[e]]++;
        _rowStart[0] = 0;
        for (var row = 0; row < size; row++)
            _rowStart[row + 1] = _rowStart[row] + _rowCount[row];
        // Filled from the end, so that _rowStart points at the first entry again when all are placed.
        for (var row = 0; row < size; row++)
            _rowStart[row] += _rowCount[row];
        for (var column = size - 1; column >= 0; column--)
        for (var e = _columnStart[column]; e < _columnStart[column + 1]; e++)
            _rowColumn[--_rowStart[_columnRow[e]]] = column;
    }

    private (int Column, int Row) NextSingleRow()
    {
        while (_singleRows.TryDequeue(out var row))
        {
            if (_rowDone[row] || _rowCount[row] != 1)
                continue;
            for (var e = _rowStart[row]; e < RowEnd(row); e++)
                if (!_columnDone[_rowColumn[e]])
                    return (_rowColumn[e], row);
        }
        return (-1, -1);
    }

    private int RowEnd(int row) => _rowStart[row + 1];

    private int EmptiestRow(int column)
    {
        var best = -1;
        for (var e = _columnStart[column]; e < _columnStart[column + 1]; e++)
        {
            var row = _columnRow[e];
            if (!_rowDone[row] && (best < 0 || _rowCount[row] < _rowCount[best]))
                best = row;
        }
        return best;
    }

    private void Take(int column, int row)
    {
        Unlink(column);
        _columnDone[column] = true;
        for (var e = _columnStart[column]; e < _columnStart[column + 1]; e++)
            if (--_rowCount[_columnRow[e]] == 1)
                _singleRows.Enqueue(_columnRow[e]);
        if (row < 0)
            return;
        _rowDone[row] = true;
        for (var e = _rowStart[row]; e < RowEnd(row); e++)
        {
            var other = _rowColumn[e];
            if (_columnDone[other])
                continue;
            Unlink(other);
            _columnCount[other]--;
            Link(other);
        }
    }

    private void Link(int column)
    {
        var count = _columnCount[column];
        (_before[column], _after[column]) = (-1, _first[count]);
        if (_first[count] >= 0)
            _before[_first[count]] = column;
        _first[count] = column;
    }

    private void Unlink(int column)
    {
        if (_before[column] >= 0)
            _after[_before[column]] = _after[column];
        else
            _first[_columnCount[column]] = _after[column];
        if (_after[column] >= 0)
            _before[_after[column]] = _before[column];
    }
}
