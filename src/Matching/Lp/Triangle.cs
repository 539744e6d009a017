namespace EdgeNode.Matching;

/// <summary>
/// A triangular matrix by columns, solved with a sparse right-hand side: a depth-first walk finds the entries that can become
/// other than zero and an order to work in (Gilbert and Peierls 1988), so a solve costs the arithmetic it really does.
/// </summary>
internal sealed class Triangle
{
    /// <summary>With more than one place in this many filled, going through all places in order is cheaper than the walk.</summary>
    private const int DenseShare = 8;

    private readonly bool _ascending;
    private int[] _start = [0];
    private int[] _index = [];
    private double[] _value = [];
    private int _size;
    private int _entries;
    private int[] _seen = [];
    private int _now;
    private int[] _path = [];
    private int[] _next = [];
    private int[] _order = [];

    /// <param name="ascending">Whether column k holds entries of places above k (lower triangular) or below (upper).</param>
    public Triangle(bool ascending) => _ascending = ascending;

    /// <summary>Entries off the diagonal.</summary>
    public int Entries => _entries;

    /// <summary>The diagonal; null means ones.</summary>
    public double[]? Diagonal { get; set; }

    /// <summary>Forgets all columns; columns are appended in order.</summary>
    public void Reset(int size)
    {
        (_size, _entries) = (0, 0);
        if (_start.Length <= size)
        {
            _start = new int[size + 1 + size / 4];
            (_seen, _path) = (new int[_start.Length], new int[_start.Length]);
            (_next, _order) = (new int[_start.Length], new int[_start.Length]);
            _now = 0;
        }
    }

    /// <summary>Adds an entry to the column that is being appended.</summary>
    public void Append(int index, double value)
    {
        if (_entries == _index.Length)
        {
            Array.Resize(ref _index, Math.Max(256, _entries * 2));
            Array.Resize(ref _value, _index.Length);
        }
        _index[_entries] = index;
        _value[_entries++] = value;
    }

    /// <summary>Ends the column that is being appended.</summary>
    public void Close() => _start[++_size] = _entries;

    /// <summary>Replaces every index by its image, once the final numbering is known.</summary>
    public void Renumber(int[] image)
    {
        for (var e = 0; e < _entries; e++)
            _index[e] = image[_index[e]];
    }

    /// <summary>The same matrix by rows, as a triangle of the other kind.</summary>
    public void TransposeInto(Triangle other)
    {
        other.Reset(_size);
        var start = other._start;
        Array.Clear(start, 0, _size + 1);
        for (var e = 0; e < _entries; e++)
            start[_index[e] + 1]++;
        for (var i = 0; i < _size; i++)
            start[i + 1] += start[i];
        if (other._index.Length < _entries)
            (other._index, other._value) = (new int[_entries * 5 / 4], new double[_entries * 5 / 4]);
        Array.Copy(start, _next, _size);
        for (var column = 0; column < _size; column++)
        for (var e = _start[column]; e < _start[column + 1]; e++)
        {
            var at = _next[_index[e]]++;
            (other._index[at], other._value[at]) = (column, _value[e]);
        }
        (other._size, other._entries) = (_size, _entries);
        other.Diagonal = Diagonal;
    }

    /// <summary>Solves in place.</summary>
    public void Solve(SparseVector x)
    {
        if (x.Count * DenseShare > _size)
            SolveDense(x);
        else
            SolveSparse(x);
    }

    /// <summary>
    /// The forward part of a solve while the matrix is still being made: indices are row numbers, and a row has a column only
    /// once it has been chosen as a pivot.
    /// </summary>
    /// <param name="x">Solved in place, by row.</param>
    /// <param name="pivotOfRow">The column of each row, or -1.</param>
    public void SolveUnfinished(SparseVector x, int[] pivotOfRow)
    {
        var found = 0;
        _now++;
        var given = x.Count;
        for (var i = 0; i < given; i++)
            if (pivotOfRow[x.Index[i]] >= 0)
                found = WalkUnfinished(x.Index[i], found, pivotOfRow);
        var values = x.Value;
        for (var i = found - 1; i >= 0; i--)
        {
            var row = _order[i];
            x.List(row);
            var (column, pivot) = (pivotOfRow[row], values[row]);
            if (column < 0 || pivot == 0)
                continue;
            for (var e = _start[column]; e < _start[column + 1]; e++)
                values[_index[e]] -= _value[e] * pivot;
        }
    }

    private int WalkUnfinished(int root, int found, int[] pivotOfRow)
    {
        if (_seen[root] == _now)
            return found;
        var depth = 0;
        (_path[0], _next[0], _seen[root]) = (root, _start[pivotOfRow[root]], _now);
        while (depth >= 0)
        {
            var column = pivotOfRow[_path[depth]];
            var end = column < 0 ? 0 : _start[column + 1];
            var e = _next[depth];
            while (e < end && _seen[_index[e]] == _now)
                e++;
            if (e >= end)
            {
                _order[found++] = _path[depth--];
                continue;
            }
            _next[depth++] = e + 1;
            var child = _index[e];
            var first = pivotOfRow[child] < 0 ? 0 : _start[pivotOfRow[child]];
            (_path[depth], _next[depth], _seen[child]) = (child, first, _now);
        }
        return found;
    }

    private void SolveSparse(SparseVector x)
    {
        var found = 0;
        _now++;
        var given = x.Count;
        for (var i = 0; i < given; i++)
            found = Walk(x.Index[i], found);
        // Found in the order in which the walk left them: last left comes first.
        for (var i = found - 1; i >= 0; i--)
        {
            x.List(_order[i]);
            Eliminate(_order[i], x.Value);
        }
    }

    private int Walk(int root, int found)
    {
        if (_seen[root] == _now)
            return found;
        var depth = 0;
        (_path[0], _next[0], _seen[root]) = (root, _start[root], _now);
        while (depth >= 0)
        {
            var end = _start[_path[depth] + 1];
            var e = _next[depth];
            while (e < end && _seen[_index[e]] == _now)
                e++;
            if (e == end)
            {
                _order[found++] = _path[depth--];
                continue;
            }
            _next[depth++] = e + 1;
            var child = _index[e];
            (_path[depth], _next[depth], _seen[child]) = (child, _start[child], _now);
        }
        return found;
    }

    private void SolveDense(SparseVector x)
    {
        var values = x.Value;
        if (_ascending)
            for (var k = 0; k < _size; k++)
                Eliminate(k, values);
        else
            for (var k = _size - 1; k >= 0; k--)
                Eliminate(k, values);
        for (var k = 0; k < _size; k++)
            if (values[k] != 0)
                x.List(k);
    }

    private void Eliminate(int k, double[] values)
    {
        var pivot = values[k];
        if (pivot == 0)
            return;
        if (Diagonal is not null)
            values[k] = pivot /= Diagonal[k];
        var end = _start[k + 1];
        for (var e = _start[k]; e < end; e++)
            values[_index[e]] -= _value[e] * pivot;
    }
}
