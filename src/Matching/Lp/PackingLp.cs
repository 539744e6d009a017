namespace EdgeNode.Matching;

/// <summary>How a run of the simplex method ended.</summary>
internal enum LpOutcome
{
    /// <summary>Values and prices are optimal within the tolerances.</summary>
    Optimal,

    /// <summary>No values keep the rows; <see cref="PackingLp.Ray"/> lowers the bound without end.</summary>
    Infeasible,

    /// <summary>A limit on pivots or on work came first; the prices are a try, the bound made of them in whole numbers holds.</summary>
    Stopped,
}

/// <summary>
/// The linear relaxation of a packing problem: maximise the weight of columns such that each row is used at most as often as
/// its capacity. A revised simplex method, primal while columns are added, dual after rows were added or columns banned. Decides
/// by doubles in a fixed order, so every machine makes the same pivots; nothing it says is a proof.
/// </summary>
/// <remarks>A variable is a column, 0 and up, or the slack of row r, written ~r. All lie at zero unless they are in the basis.</remarks>
internal sealed partial class PackingLp
{
    /// <summary>A reduced weight or a value closer to zero than this counts as zero; weights are in points.</summary>
    private const double Tolerance = 1e-9;

    /// <summary>Smallest element to pivot on.</summary>
    private const double SmallPivot = 1e-7;

    /// <summary>Pivots between factorisations.</summary>
    private const int MaxUpdates = 100;

    private WorkMeter _meter;
    private readonly BasisFactor _factor;
    private readonly SparseVector _entering;
    private readonly SparseVector _pivotRow;
    private readonly SparseVector _touched;

    private int _rows;
    private int _columns;
    private int[] _start;
    private int[] _row = new int[1024];
    private double[] _value = new double[1024];
    private double[] _weight = new double[256];
    private double[] _reduced = new double[256];
    private double[] _columnNorm = new double[256];
    private int[] _placeOfColumn = new int[256];
    private bool[] _banned = new bool[256];

    private double[] _capacity;
    private double[] _price;
    private double[] _rowNorm;
    private int[] _placeOfSlack;
    private bool[] _tight;
    private int[][] _rowColumns;
    private double[]?[] _rowValues;
    private int[] _rowCount;

    private int[] _head;
    private double[] _x;
    private double[] _placeNorm;

    public PackingLp(ReadOnlySpan<int> capacity, WorkMeter meter)
    {
        _meter = meter;
        _rows = capacity.Length;
        var room = Math.Max(4, _rows);
        _factor = new BasisFactor(room);
        (_entering, _pivotRow, _touched) = (new SparseVector(room), new SparseVector(room), new SparseVector(256));
        (_capacity, _price, _rowNorm) = (new double[room], new double[room], new double[room]);
        (_placeOfSlack, _tight, _rowCount) = (new int[room], new bool[room], new int[room]);
        (_rowColumns, _rowValues) = (new int[room][], new double[]?[room]);
        (_head, _x, _placeNorm) = (new int[room], new double[room], new double[room]);
        _start = new int[257];
        for (var row = 0; row < _rows; row++)
        {
            _capacity[row] = capacity[row];
            _rowColumns[row] = [];
        }
        ResetToSlacks();
    }

    /// <summary>Counts the work of the next runs.</summary>
    public WorkMeter Meter
    {
        set => _meter = value;
    }

    public int Rows => _rows;

    public int Columns => _columns;

    /// <summary>Pivots since the beginning.</summary>
    public long Pivots { get; private set; }

    /// <summary>The price of each row, in points; meaningful after a run.</summary>
    public ReadOnlySpan<double> Prices => _price.AsSpan(0, _rows);

    /// <summary>After <see cref="LpOutcome.Infeasible"/>: adding it to the prices lowers the bound and uncovers no open column.</summary>
    public double[] Ray { get; private set; } = [];

    /// <summary>The value of a column, 0 to its smallest capacity.</summary>
    public double ValueOf(int column) => _placeOfColumn[column] >= 0 ? _x[_placeOfColumn[column]] : 0;

    /// <summary>What a column is worth above the prices of its rows.</summary>
    public double ReducedOf(int column) => _placeOfColumn[column] >= 0 ? 0 : _reduced[column];

    /// <summary>Value of the relaxation, in points.</summary>
    public double Objective
    {
        get
        {
            double sum = 0;
            for (var place = 0; place < _rows; place++)
                if (_head[place] >= 0)
                    sum += _x[place] * _weight[_head[place]];
            return sum;
        }
    }

    /// <summary>Prices times capacities, in points: a bound as far as the prices cover all open columns.</summary>
    public double BoundNow()
    {
        double sum = 0;
        for (var row = 0; row < _rows; row++)
            sum += _price[row] * _capacity[row];
        return sum;
    }

    /// <summary>Computes values and prices of a restored basis without a pivot.</summary>
    public void Refresh()
    {
        if (_stale)
            Refactor();
    }

    /// <summary>Adds a column with ones in <paramref name="rows"/>; it starts outside the basis.</summary>
    public int AddColumn(double weight, ReadOnlySpan<int> rows)
    {
        GrowColumns(rows.Length);
        var at = _start[_columns];
        double reduced = weight;
        foreach (var row in rows)
        {
            (_row[at], _value[at]) = (row, 1);
            at++;
            AppendToRow(row, _columns, 1);
            reduced -= _price[row];
        }
        (_weight[_columns], _reduced[_columns], _columnNorm[_columns]) = (weight, reduced, 1);
        (_placeOfColumn[_columns], _banned[_columns]) = (-1, false);
        _start[++_columns] = at;
        return _columns - 1;
    }

    /// <summary>Adds a row over existing columns; its slack goes into the basis, so that the dual method can go on.</summary>
    public int AddRow(double capacity, ReadOnlySpan<int> columns, ReadOnlySpan<double> values)
    {
        var row = _rows;
        GrowRows();
        (_capacity[row], _price[row], _rowNorm[row], _tight[row], _rowCount[row]) = (capacity, 0, 1, false, 0);
        (_rowColumns[row], _rowValues[row]) = ([], []);
        _rows++;
        for (var i = 0; i < columns.Length; i++)
            AppendToRow(row, columns[i], values[i]);
        (_head[row], _placeOfSlack[row], _placeNorm[row]) = (~row, row, 1);
        RebuildColumns();
        _stale = true;
        return row;
    }

    /// <summary>Keeps a column at zero, or lets it go again.</summary>
    public void Ban(int column, bool banned) => _banned[column] = banned;

    /// <summary>Makes a row be used to its full capacity, or at most to it again.</summary>
    public void Fill(int row, bool full) => _tight[row] = full;

    /// <summary>Changes the capacity of a row.</summary>
    public void SetCapacity(int row, double capacity) => (_capacity[row], _stale) = (capacity, true);

    /// <summary>The variables in the basis, to come back to with <see cref="Restore"/>.</summary>
    public int[] Save() => _head[.._rows];

    /// <summary>Goes back to a saved basis; rows added since have their slack in it.</summary>
    public void Restore(int[] basis)
    {
        Array.Fill(_placeOfColumn, -1, 0, _columns);
        Array.Fill(_placeOfSlack, -1, 0, _rows);
        for (var place = 0; place < _rows; place++)
        {
            var variable = place < basis.Length ? basis[place] : ~place;
            _head[place] = variable;
            SetPlace(variable, place);
        }
        Array.Fill(_placeNorm, 1, 0, _rows);
        _stale = true;
    }

    /// <summary>Whether the basis must be factorised and all numbers recomputed before the next pivot.</summary>
    private bool _stale = true;

    private void ResetToSlacks()
    {
        for (var row = 0; row < _rows; row++)
            (_head[row], _placeOfSlack[row], _placeNorm[row], _rowNorm[row]) = (~row, row, 1, 1);
        Array.Fill(_placeOfColumn, -1, 0, _columns);
        _stale = true;
    }

    private void SetPlace(int variable, int place)
    {
        if (variable >= 0)
            _placeOfColumn[variable] = place;
        else
            _placeOfSlack[~variable] = place;
    }

    private bool IsBanned(int variable) => variable >= 0 ? _banned[variable] : _tight[~variable];

    private void AppendToRow(int row, int column, double value)
    {
        var count = _rowCount[row]++;
        ref var columns = ref _rowColumns[row];
        if (count == columns.Length)
            Array.Resize(ref columns, Math.Max(4, 2 * count));
        columns[count] = column;
        if (_rowValues[row] is not { } values)
            return;
        if (count == values.Length)
            Array.Resize(ref values, columns.Length);
        values[count] = value;
        _rowValues[row] = values;
    }

    /// <summary>Columns are kept side by side, so a new row means copying them all; rows are added a few at a time.</summary>
    private void RebuildColumns()
    {
        var start = new int[_start.Length];
        for (var row = 0; row < _rows; row++)
        for (var i = 0; i < _rowCount[row]; i++)
            start[_rowColumns[row][i] + 1]++;
        for (var column = 0; column < _columns; column++)
            start[column + 1] += start[column];
        if (_row.Length < start[_columns])
            (_row, _value) = (new int[start[_columns] * 2], new double[start[_columns] * 2]);
        var next = (int[])start.Clone();
        for (var row = 0; row < _rows; row++)
        for (var i = 0; i < _rowCount[row]; i++)
        {
            var at = next[_rowColumns[row][i]]++;
            (_row[at], _value[at]) = (row, _rowValues[row]?[i] ?? 1);
        }
        _start = start;
    }

    private void GrowColumns(int entries)
    {
        if (_columns + 1 >= _weight.Length)
        {
            var room = 2 * _weight.Length;
            Array.Resize(ref _weight, room);
            Array.Resize(ref _reduced, room);
            Array.Resize(ref _columnNorm, room);
            Array.Resize(ref _placeOfColumn, room);
            Array.Resize(ref _banned, room);
            Array.Resize(ref _start, room + 1);
            _touched.Grow(room);
        }
        var needed = _start[_columns] + entries;
        if (needed <= _row.Length)
            return;
        Array.Resize(ref _row, Math.Max(needed, 2 * _row.Length));
        Array.Resize(ref _value, _row.Length);
    }

    private void GrowRows()
    {
        if (_rows < _head.Length)
            return;
        var room = _rows + _rows / 4 + 16;
        Array.Resize(ref _capacity, room);
        Array.Resize(ref _price, room);
        Array.Resize(ref _rowNorm, room);
        Array.Resize(ref _placeOfSlack, room);
        Array.Resize(ref _tight, room);
        Array.Resize(ref _rowCount, room);
        Array.Resize(ref _rowColumns, room);
        Array.Resize(ref _rowValues, room);
        Array.Resize(ref _head, room);
        Array.Resize(ref _x, room);
        Array.Resize(ref _placeNorm, room);
        _entering.Grow(room);
        _pivotRow.Grow(room);
    }
}
