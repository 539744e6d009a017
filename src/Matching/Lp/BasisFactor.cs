namespace EdgeNode.Matching;

/// <summary>
/// A basis as L times U and a list of pivots since (product form): solves with it forwards and backwards. Columns are known by
/// their position in the basis, rows by their number.
/// </summary>
internal sealed class BasisFactor
{
    /// <summary>Below this a pivot counts as zero: the column is a combination of others and is given back.</summary>
    private const double Singular = 1e-9;

    /// <summary>A preferred pivot is taken while it is at least this part of the largest.</summary>
    private const double Threshold = 0.05;

    private readonly BasisOrder _order = new();
    private readonly Triangle _lower = new(ascending: true);
    private readonly Triangle _lowerRows = new(ascending: false);
    private readonly Triangle _upper = new(ascending: false);
    private readonly Triangle _upperRows = new(ascending: true);
    private readonly SparseVector _work;
    private double[] _diagonal;
    private int[] _pivotOfRow;
    private int[] _rowOfPivot;
    private int[] _pivotOfPosition;
    private int[] _positionOfPivot;
    private int _size;

    private int[] _etaStart = new int[257];
    private int[] _etaPosition = new int[256];
    private double[] _etaPivot = new double[256];
    private int[] _etaIndex = new int[4096];
    private double[] _etaValue = new double[4096];

    public BasisFactor(int size)
    {
        _work = new SparseVector(size);
        _diagonal = new double[size];
        (_pivotOfRow, _rowOfPivot) = (new int[size], new int[size]);
        (_pivotOfPosition, _positionOfPivot) = (new int[size], new int[size]);
    }

    /// <summary>Pivots since the last factorisation.</summary>
    public int Updates { get; private set; }

    /// <summary>Entries of those pivots.</summary>
    public int UpdateEntries => _etaStart[Updates];

    /// <summary>Entries of L and U.</summary>
    public int Entries => _lower.Entries + _upper.Entries;

    /// <summary>Positions whose columns were singular, with the row whose slack must stand there instead.</summary>
    public List<(int Position, int Row)> Repairs { get; } = [];

    /// <summary>Factorises; where the columns are dependent, <see cref="Repairs"/> says what to put instead.</summary>
    public void Factorise(int size, int[] columnStart, int[] columnRow, double[] columnValue)
    {
        Grow(size);
        _order.Find(size, columnStart, columnRow);
        _lower.Reset(size);
        _upper.Reset(size);
        Repairs.Clear();
        Updates = 0;
        Array.Fill(_pivotOfRow, -1);
        var pivots = 0;
        var failed = new List<int>();
        for (var k = 0; k < size; k++)
        {
            var position = _order.Column[k];
            for (var e = columnStart[position]; e < columnStart[position + 1]; e++)
                _work.Add(columnRow[e], columnValue[e]);
            if (Pivot(position, _order.Row[k], pivots))
                pivots++;
            else
                failed.Add(position);
        }
        Repair(failed, pivots);
        _lower.Renumber(_pivotOfRow);
        (_upper.Diagonal, _lower.Diagonal) = (_diagonal, null);
        _lower.TransposeInto(_lowerRows);
        _upper.TransposeInto(_upperRows);
    }

    /// <summary>Solves B x = <paramref name="x"/>: given by row, answered by position.</summary>
    public void Forward(SparseVector x)
    {
        foreach (var row in x.Listed)
            _work.Add(_pivotOfRow[row], x.Value[row]);
        x.Clear();
        _lower.Solve(_work);
        _upper.Solve(_work);
        foreach (var pivot in _work.Listed)
            if (_work.Value[pivot] != 0)
                x.Add(_positionOfPivot[pivot], _work.Value[pivot]);
        _work.Clear();
        for (var eta = 0; eta < Updates; eta++)
            ApplyForward(eta, x);
    }

    /// <summary>Solves B' y = <paramref name="y"/>: given by position, answered by row.</summary>
    public void Backward(SparseVector y)
    {
        for (var eta = Updates - 1; eta >= 0; eta--)
            ApplyBackward(eta, y);
        foreach (var position in y.Listed)
            if (y.Value[position] != 0)
                _work.Add(_pivotOfPosition[position], y.Value[position]);
        y.Clear();
        _upperRows.Solve(_work);
        _lowerRows.Solve(_work);
        foreach (var pivot in _work.Listed)
            if (_work.Value[pivot] != 0)
                y.Add(_rowOfPivot[pivot], _work.Value[pivot]);
        _work.Clear();
    }

    /// <summary>Replaces the column at a position; <paramref name="entering"/> is the new column solved forward.</summary>
    public void Update(int position, SparseVector entering)
    {
        GrowUpdates(entering.Count);
        var at = _etaStart[Updates];
        foreach (var i in entering.Listed)
        {
            var value = entering.Value[i];
            if (i == position || (value < Tiny && value > -Tiny))
                continue;
            (_etaIndex[at], _etaValue[at]) = (i, value);
            at++;
        }
        (_etaPosition[Updates], _etaPivot[Updates]) = (position, entering.Value[position]);
        _etaStart[++Updates] = at;
    }

    /// <summary>Smaller entries of an update are rounding noise.</summary>
    private const double Tiny = 1e-13;

    private void ApplyForward(int eta, SparseVector x)
    {
        var position = _etaPosition[eta];
        var value = x.Value[position];
        if (value == 0)
            return;
        value /= _etaPivot[eta];
        x.Value[position] = value;
        for (var e = _etaStart[eta]; e < _etaStart[eta + 1]; e++)
            x.Add(_etaIndex[e], -_etaValue[e] * value);
    }

    private void ApplyBackward(int eta, SparseVector y)
    {
        var position = _etaPosition[eta];
        var values = y.Value;
        var sum = values[position];
        for (var e = _etaStart[eta]; e < _etaStart[eta + 1]; e++)
            sum -= _etaValue[e] * values[_etaIndex[e]];
        if (sum == 0 && values[position] == 0)
            return;
        y.List(position);
        values[position] = sum / _etaPivot[eta];
    }

    /// <summary>Eliminates with the columns so far and takes the next pivot from what is left of the column.</summary>
    private bool Pivot(int position, int preferred, int pivot)
    {
        Eliminate(pivot);
        var row = PivotRow(preferred);
        if (row < 0)
        {
            _work.Clear();
            return false;
        }
        var value = _work.Value[row];
        foreach (var i in _work.Listed)
        {
            var entry = _work.Value[i];
            if (entry == 0 || i == row)
                continue;
            if (_pivotOfRow[i] >= 0)
                _upper.Append(_pivotOfRow[i], entry);
            else
                _lower.Append(i, entry / value);
        }
        _work.Clear();
        _upper.Close();
        _lower.Close();
        Name(position, row, pivot, value);
        return true;
    }

    private void Name(int position, int row, int pivot, double value)
    {
        _diagonal[pivot] = value;
        (_pivotOfRow[row], _rowOfPivot[pivot]) = (pivot, row);
        (_pivotOfPosition[position], _positionOfPivot[pivot]) = (pivot, position);
    }

    private int PivotRow(int preferred)
    {
        var (best, largest) = (-1, Singular);
        foreach (var row in _work.Listed)
        {
            if (_pivotOfRow[row] >= 0)
                continue;
            var size = Math.Abs(_work.Value[row]);
            if (size > largest || (size == largest && row < best))
                (best, largest) = (row, size);
        }
        var wanted = preferred >= 0 && _pivotOfRow[preferred] < 0 && Math.Abs(_work.Value[preferred]) >= Threshold * largest;
        return wanted && best >= 0 ? preferred : best;
    }

    /// <summary>The part of the forward solve that is known so far: L by its finished columns, on rows.</summary>
    private void Eliminate(int pivots)
    {
        if (pivots == 0 || _lower.Entries == 0)
            return;
        _lower.SolveUnfinished(_work, _pivotOfRow);
    }

    private void Repair(List<int> failed, int pivots)
    {
        if (failed.Count == 0)
            return;
        var row = 0;
        foreach (var position in failed.Order())
        {
            while (_pivotOfRow[row] >= 0)
                row++;
            _upper.Close();
            _lower.Close();
            Name(position, row, pivots++, 1);
            Repairs.Add((position, row));
        }
    }

    private void Grow(int size)
    {
        _size = size;
        _work.Grow(size);
        if (_diagonal.Length >= size)
            return;
        var room = size + size / 4;
        _diagonal = new double[room];
        (_pivotOfRow, _rowOfPivot) = (new int[room], new int[room]);
        (_pivotOfPosition, _positionOfPivot) = (new int[room], new int[room]);
    }

    private void GrowUpdates(int entries)
    {
        if (Updates + 1 >= _etaStart.Length)
        {
            Array.Resize(ref _etaStart, 2 * _etaStart.Length);
            Array.Resize(ref _etaPosition, 2 * _etaPosition.Length);
            Array.Resize(ref _etaPivot, 2 * _etaPivot.Length);
        }
        var needed = _etaStart[Updates] + entries;
        if (needed <= _etaIndex.Length)
            return;
        Array.Resize(ref _etaIndex, Math.Max(needed, 2 * _etaIndex.Length));
        Array.Resize(ref _etaValue, _etaIndex.Length);
    }
}
