namespace EdgeNode.Matching;

/// <summary>
/// Nearly best prices and shares of a large part within a second: the primal-dual gradient method (Chambolle and Pock 2011) with
/// a step of its own for each row and column (Pock and Chambolle 2011), begun again from the average of each round (Applegate et
/// al. 2021), on the few columns that are worth about what they cost. The prices prove a bound once they are raised to whole
/// prices; the simplex method begins with the columns found here.
/// </summary>
/// <remarks>Doubles added up in a fixed order and counts of rounds decide, so every machine finds the same.</remarks>
internal sealed class GradientPrices
{
    /// <summary>Steps of a round; at its end the average is taken and columns come and go.</summary>
    private const int StepsPerRound = 300;

    /// <summary>Rounds at most.</summary>
    private const int MaxRounds = 16;

    /// <summary>Ends when prices and shares are this close, as a part of the bound.</summary>
    private const double Close = 2e-5;

    /// <summary>Columns that one round adds to a row.</summary>
    private const int PerRow = 8;

    /// <summary>Columns that cost more than their worth by less than this many mean prices are looked at.</summary>
    private const double NearPart = 0.02;

    /// <summary>And those looked at are kept while it is less than so many times that.</summary>
    private const double KeepFactor = 3;

    /// <summary>Prices to begin with, as a part of what the best column on a row brings for each of its rows.</summary>
    private const double FirstPart = 0.7;

    private readonly PackingProblem _problem;
    private readonly WorkMeter _meter;
    private readonly double[] _points;
    private readonly double[] _share;
    private readonly double[] _step;
    private readonly double[] _use;
    private readonly double[] _priceSum;
    private readonly double[] _atRow;
    private readonly double _scale;
    private int[] _active = [];
    private int[] _start = [];
    private int[] _row = [];
    private double[] _value = [];
    private double[] _valueSum = [];

    /// <param name="problem">The part.</param>
    /// <param name="meter">Counts the work.</param>
    public GradientPrices(PackingProblem problem, WorkMeter meter)
    {
        (_problem, _meter) = (problem, meter);
        (_points, _share) = (new double[problem.Columns], new double[problem.Columns]);
        (Prices, _priceSum, _step) = (new double[problem.Rows], new double[problem.Rows], new double[problem.Rows]);
        (_use, _atRow) = (new double[problem.Rows], new double[problem.Rows]);
        for (var column = 0; column < _points.Length; column++)
        {
            _points[column] = problem.Weights[column] / WholePrices.MicroPerPoint;
            var rows = problem.RowsOf(column);
            foreach (var row in rows)
                Prices[row] = Math.Max(Prices[row], FirstPart * _points[column] / rows.Length);
        }
        foreach (var price in Prices)
            _scale += price / problem.Rows;
        Run();
    }

    /// <summary>A price for each row, in points, zero or more. They may leave a column uncovered by a little.</summary>
    public double[] Prices { get; }

    /// <summary>The columns worth about what they cost, ascending.</summary>
    public ReadOnlySpan<int> Active => _active;

    /// <summary>How far a column is used, 0 or more; rows may be overdrawn by a little.</summary>
    public double ShareOf(int column) => _share[column];

    private void Run()
    {
        Choose(double.PositiveInfinity);
        for (var round = 0; round < MaxRounds && !_meter.Spent; round++)
        {
            Load();
            for (var step = 0; step < StepsPerRound; step++)
                Step();
            _meter.Count((long)StepsPerRound * _row.Length / 4);
            TakeAverage();
            Choose(NearPart * _scale);
            if (Distance() < Close)
                break;
        }
    }

    /// <summary>Lays the columns in question side by side.</summary>
    private void Load()
    {
        _start = new int[_active.Length + 1];
        Array.Clear(_step);
        for (var i = 0; i < _active.Length; i++)
            _start[i + 1] = _start[i] + _problem.RowsOf(_active[i]).Length;
        if (_row.Length < _start[^1])
            _row = new int[_start[^1]];
        (_value, _valueSum) = (new double[_active.Length], new double[_active.Length]);
        for (var i = 0; i < _active.Length; i++)
        {
            _value[i] = _share[_active[i]];
            _problem.RowsOf(_active[i]).CopyTo(_row.AsSpan(_start[i]));
            foreach (var row in _problem.RowsOf(_active[i]))
                _step[row]++;
        }
        for (var row = 0; row < _step.Length; row++)
            _step[row] = _scale / Math.Max(1, _step[row]);
        Array.Clear(_priceSum);
    }

    /// <summary>Moves the shares along what the columns are worth above their cost, then the prices along what rows are overdrawn.</summary>
    private void Step()
    {
        for (var row = 0; row < _use.Length; row++)
            _use[row] = -_problem.Capacity[row];
        for (var i = 0; i < _value.Length; i++)
        {
            var rows = _row.AsSpan(_start[i], _start[i + 1] - _start[i]);
            var above = _points[_active[i]];
            foreach (var row in rows)
                above -= Prices[row];
            var before = _value[i];
            var value = Math.Max(0, before + above / (_scale * rows.Length));
            (_value[i], _valueSum[i]) = (value, _valueSum[i] + value);
            var ahead = value + value - before;
            if (ahead != 0)
                foreach (var row in rows)
                    _use[row] += ahead;
        }
        for (var row = 0; row < _use.Length; row++)
        {
            Prices[row] = Math.Max(0, Prices[row] + _step[row] * _use[row]);
            _priceSum[row] += Prices[row];
        }
    }

    private void TakeAverage()
    {
        for (var row = 0; row < Prices.Length; row++)
            Prices[row] = _priceSum[row] / StepsPerRound;
        for (var i = 0; i < _active.Length; i++)
            _share[_active[i]] = _valueSum[i] / StepsPerRound;
    }

    private double Above(int column)
    {
        var above = _points[column];
        foreach (var row in _problem.RowsOf(column))
            above -= Prices[row];
        return above;
    }

    /// <summary>Keeps the columns that are in use or nearly worth their cost and adds others that are, some for each row.</summary>
    private void Choose(double near)
    {
        var (kept, found) = (new List<int>(), new List<(double Above, int Column)>());
        var next = 0;
        for (var column = 0; column < _points.Length; column++)
        {
            var (above, old) = (Above(column), next < _active.Length && _active[next] == column);
            next += old ? 1 : 0;
            if (old && (_share[column] > 0 || above > -near * KeepFactor))
                kept.Add(column);
            else if (above > -near)
                found.Add((above, column));
        }
        found.Sort((a, b) => a.Above != b.Above ? b.Above.CompareTo(a.Above) : a.Column.CompareTo(b.Column));
        AddSpread(found, kept);
        kept.Sort();
        _active = [.. kept];
        _meter.Count(_problem.Entries / 4);
    }

    private void AddSpread(List<(double Above, int Column)> found, List<int> to)
    {
        var count = new int[_problem.Rows];
        foreach (var (_, column) in found)
        {
            var crowded = false;
            foreach (var row in _problem.RowsOf(column))
                crowded |= count[row] >= PerRow;
            if (crowded)
                continue;
            foreach (var row in _problem.RowsOf(column))
                count[row]++;
            to.Add(column);
        }
    }

    /// <summary>How far the worth of the shares, made to fit, is from what the prices prove, as a part of the latter.</summary>
    private double Distance()
    {
        var (bound, worth) = (0.0, 0.0);
        for (var row = 0; row < Prices.Length; row++)
            bound += Prices[row] * _problem.Capacity[row];
        Array.Clear(_atRow);
        foreach (var column in _active)
        foreach (var row in _problem.RowsOf(column))
            _atRow[row] += _share[column];
        foreach (var column in _active)
        {
            var most = 1.0;
            foreach (var row in _problem.RowsOf(column))
                most = Math.Max(most, _atRow[row] / _problem.Capacity[row]);
            worth += _points[column] * _share[column] / most;
            bound += Math.Max(0, Above(column));
        }
        return bound > 0 ? (bound - worth) / bound : 0;
    }
}
