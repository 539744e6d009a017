using System.Runtime.CompilerServices;

namespace EdgeNode.Matching;

/// <content>The pivots: which variable enters, which leaves, and what changes.</content>
internal sealed partial class PackingLp
{
    /// <summary>Largest widening of a capacity against degenerate pivots, as a part of one use.</summary>
    private const double Widening = 1e-3;

    /// <summary>A value may be on the wrong side of its bound by this much.</summary>
    private const double Feasible = 1e-8;

    /// <summary>A value on the wrong side by less, which nothing can bring back, is rounding and not a contradiction.</summary>
    private const double Noise = 1e-5;

    private bool _widened;

    /// <summary>Pivots that one run may take before it counts as stuck, per row and column.</summary>
    private const int PivotsPerVariable = 20;

    /// <summary>
    /// Optimises from a basis whose values keep the rows, while columns are being added. Capacities are widened a little and
    /// differently meanwhile, because thousands of equal ones make most pivots stand still; <see cref="Dual"/> takes that back.
    /// </summary>
    public LpOutcome Primal()
    {
        _stale |= !_widened;
        _widened = true;
        return Loop(primal: true, long.MaxValue);
    }

    /// <summary>Optimises from a basis whose prices cover every open column.</summary>
    /// <param name="mostPivots">Where to stop at the latest.</param>
    public LpOutcome Dual(long mostPivots = long.MaxValue)
    {
        _stale |= _widened;
        _widened = false;
        for (var round = 0; round < 3; round++)
        {
            var outcome = Loop(primal: false, mostPivots);
            if (outcome != LpOutcome.Optimal || !AnyAttractive())
                return outcome;
            // Rounding, or a column that was let go, left prices a little too low: the values are feasible, so go on with them.
            outcome = Loop(primal: true, mostPivots);
            if (outcome != LpOutcome.Optimal)
                return outcome;
        }
        return LpOutcome.Optimal;
    }

    private LpOutcome Loop(bool primal, long mostPivots)
    {
        var most = Pivots + Math.Min(mostPivots, (long)PivotsPerVariable * (_rows + _columns) + 1000);
        while (true)
        {
            if (_stale || _factor.Updates >= MaxUpdates || _factor.UpdateEntries > 3 * (_rows + _factor.Entries))
                Refactor();
            if (_meter.Spent || Pivots >= most)
                return LpOutcome.Stopped;
            var moved = primal ? PrimalPivot() : DualPivot();
            if (moved == Move.Done)
                return LpOutcome.Optimal;
            if (moved == Move.Impossible)
                return LpOutcome.Infeasible;
            Pivots++;
        }
    }

    private enum Move
    {
        Pivoted,
        Done,
        Impossible,
    }

    private Move PrimalPivot()
    {
        var entering = MostAttractive();
        if (entering == None)
            return Move.Done;
        SolveEntering(entering);
        var leaving = FirstToBlock();
        if (leaving < 0)
        {
            // A packing is bounded: only rounding can say otherwise. Set the variable aside until all is recomputed.
            SetReduced(entering, 0);
            return Move.Pivoted;
        }
        var reduced = ReducedOfVariable(entering);
        MakePivotRow(leaving);
        Pivot(entering, leaving, reduced, Math.Max(0, _x[leaving]) / _entering.Value[leaving], primal: true);
        return Move.Pivoted;
    }

    private const int None = int.MinValue;

    /// <summary>The open variable with the largest reduced weight, measured by devex norms.</summary>
    private int MostAttractive()
    {
        var (best, score) = (None, 0.0);
        var (reduced, norm, place, banned) = (_reduced, _columnNorm, _placeOfColumn, _banned);
        for (var column = 0; column < _columns; column++)
        {
            var d = reduced[column];
            if (d <= Tolerance || place[column] >= 0 || banned[column])
                continue;
            if (d * d > score * norm[column])
                (best, score) = (column, d * d / norm[column]);
        }
        for (var row = 0; row < _rows; row++)
        {
            var d = -_price[row];
            if (d <= Tolerance || _placeOfSlack[row] >= 0 || _tight[row])
                continue;
            if (d * d > score * _rowNorm[row])
                (best, score) = (~row, d * d / _rowNorm[row]);
        }
        _meter.Count((_columns + _rows) / 8);
        return best;
    }

    private bool AnyAttractive()
    {
        if (_stale || _shifted)
            Refactor();
        return MostAttractive() is var variable && variable != None && ReducedOfVariable(variable) > 1e-7;
    }

    private void SolveEntering(int variable)
    {
        _entering.Clear();
        if (variable >= 0)
            for (var e = _start[variable]; e < _start[variable + 1]; e++)
                _entering.Add(_row[e], _value[e]);
        else
            _entering.Add(~variable, 1);
        _factor.Forward(_entering);
        _meter.Count(_entering.Count);
    }

    /// <summary>The place whose value reaches zero first; among near ties the largest pivot, then the smallest place.</summary>
    private int FirstToBlock()
    {
        var most = double.MaxValue;
        foreach (var place in _entering.Listed)
            if (_entering.Value[place] > SmallPivot)
                most = Math.Min(most, (Math.Max(0, _x[place]) + Tolerance) / _entering.Value[place]);
        var (best, pivot) = (-1, 0.0);
        foreach (var place in _entering.Listed)
        {
            var value = _entering.Value[place];
            if (value <= SmallPivot || Math.Max(0, _x[place]) > most * value)
                continue;
            if (value > pivot || (value == pivot && place < best))
                (best, pivot) = (place, value);
        }
        return best;
    }

    private Move DualPivot()
    {
        var leaving = MostViolated();
        if (leaving < 0)
            return Move.Done;
        MakePivotRow(leaving);
        var down = _x[leaving] > 0;
        var entering = FirstToCover(down);
        if (entering == None && Math.Abs(_x[leaving]) < Noise)
        {
            _x[leaving] = 0;
            return Move.Pivoted;
        }
        if (entering == None)
        {
            Ray = RayOf(down);
            return Move.Impossible;
        }
        SolveEntering(entering);
        if (Math.Abs(_entering.Value[leaving]) < SmallPivot / 10)
        {
            if (_factor.Updates == 0)
                return Move.Done;
            _stale = true;
            return Move.Pivoted;
        }
        var reduced = ReducedOfVariable(entering);
        _shifted |= reduced > 0;
        Pivot(entering, leaving, Math.Min(0, reduced), _x[leaving] / _entering.Value[leaving], primal: false);
        return Move.Pivoted;
    }

    /// <summary>Whether a reduced weight above zero was taken for zero: prices then wait for the next factorisation to be true.</summary>
    private bool _shifted;

    /// <summary>A value below zero, or that of a banned variable above zero.</summary>
    private int MostViolated()
    {
        var (best, score) = (-1, 0.0);
        for (var place = 0; place < _rows; place++)
        {
            var x = _x[place];
            if (x >= -Feasible && (x <= Feasible || !IsBanned(_head[place])))
                continue;
            if (x * x > score * _placeNorm[place])
                (best, score) = (place, x * x / _placeNorm[place]);
        }
        _meter.Count(_rows / 8);
        return best;
    }

    /// <summary>Among the open variables that would move the leaving one the right way, the one whose reduced weight reaches zero first.</summary>
    private int FirstToCover(bool down)
    {
        var most = ListCandidates(down);
        var (best, pivot) = (None, 0.0);
        for (var i = 0; i < _candidates; i++)
        {
            var (variable, a) = (_candidate[i], _candidateAlong[i]);
            if (_candidateRoom[i] <= most * a && (a > pivot || (a == pivot && variable < best)))
                (best, pivot) = (variable, a);
        }
        return best;
    }

    private int[] _candidate = [];
    private double[] _candidateAlong = [];
    private double[] _candidateRoom = [];
    private int _candidates;

    /// <summary>Lists the open variables that would move it; answers how far the first of them goes.</summary>
    private double ListCandidates(bool down)
    {
        var room = _touched.Count + _pivotRow.Count;
        if (_candidate.Length < room)
            (_candidate, _candidateAlong, _candidateRoom) = (new int[2 * room], new double[2 * room], new double[2 * room]);
        _candidates = 0;
        var most = double.MaxValue;
        var (alphas, reduced) = (_touched.Value, _reduced);
        foreach (var column in _touched.Listed)
            if (Along(alphas[column], down) is var a && a > SmallPivot && IsOpenColumn(column))
                most = Math.Min(most, Candidate(column, a, Math.Max(0, -reduced[column])));
        alphas = _pivotRow.Value;
        foreach (var row in _pivotRow.Listed)
            if (Along(alphas[row], down) is var a && a > SmallPivot && IsOpenSlack(row))
                most = Math.Min(most, Candidate(~row, a, Math.Max(0, _price[row])));
        return most;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double Candidate(int variable, double along, double room)
    {
        (_candidate[_candidates], _candidateAlong[_candidates], _candidateRoom[_candidates]) = (variable, along, room);
        _candidates++;
        return (room + Tolerance) / along;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Along(double alpha, bool down) => down ? alpha : -alpha;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsOpenColumn(int column) => _placeOfColumn[column] < 0 && !_banned[column];

    private bool IsOpenSlack(int row) => _placeOfSlack[row] < 0 && !_tight[row];

    /// <summary>Row <paramref name="place"/> of the basis inverse, and its products with all open columns.</summary>
    private void MakePivotRow(int place)
    {
        _pivotRow.Clear();
        _pivotRow.Add(place, 1);
        _factor.Backward(_pivotRow);
        _touched.Clear();
        long work = 0;
        foreach (var row in _pivotRow.Listed)
        {
            var y = _pivotRow.Value[row];
            if (y is < 1e-14 and > -1e-14)
                continue;
            var columns = _rowColumns[row].AsSpan(0, _rowCount[row]);
            work += columns.Length;
            if (_rowValues[row] is { } values)
                for (var i = 0; i < columns.Length; i++)
                    _touched.Add(columns[i], y * values[i]);
            else
                foreach (var column in columns)
                    _touched.Add(column, y);
        }
        _meter.Count(work + _pivotRow.Count);
    }

    private double[] RayOf(bool down)
    {
        var ray = new double[_rows];
        foreach (var row in _pivotRow.Listed)
            ray[row] = down ? -_pivotRow.Value[row] : _pivotRow.Value[row];
        return ray;
    }

    private double ReducedOfVariable(int variable) => variable >= 0 ? _reduced[variable] : -_price[~variable];

    private void SetReduced(int variable, double reduced)
    {
        if (variable >= 0)
            _reduced[variable] = reduced;
        else
            _price[~variable] = -reduced;
    }

    /// <summary>Exchanges the variables; needs the entering column and the pivot row to be there.</summary>
    private void Pivot(int entering, int leaving, double reduced, double step, bool primal)
    {
        var pivot = _entering.Value[leaving];
        foreach (var place in _entering.Listed)
            _x[place] -= step * _entering.Value[place];
        _x[leaving] = step;
        if (primal)
            UpdateColumnNorms(entering, leaving, pivot);
        else
            UpdatePlaceNorms(leaving, pivot);
        var dual = reduced / pivot;
        var (alphas, reducedOf) = (_touched.Value, _reduced);
        foreach (var column in _touched.Listed)
            reducedOf[column] -= dual * alphas[column];
        foreach (var row in _pivotRow.Listed)
            _price[row] += dual * _pivotRow.Value[row];
        var left = _head[leaving];
        SetPlace(left, -1);
        SetReduced(left, -dual);
        _head[leaving] = entering;
        SetPlace(entering, leaving);
        SetReduced(entering, 0);
        _factor.Update(leaving, _entering);
    }

    /// <summary>
    /// Devex reference weights (Forrest and Goldfarb 1992) of the open variables, by which the primal method chooses. They are left alone
    /// by the dual method, which has its own.
    /// </summary>
    private void UpdateColumnNorms(int entering, int leaving, double pivot)
    {
        var own = entering >= 0 ? _columnNorm[entering] : _rowNorm[~entering];
        var scale = own / (pivot * pivot);
        if (scale > LargestNorm)
        {
            // They only grow, and one that is beyond all numbers would hide its column for good: start again from one.
            ResetNorms();
            return;
        }
        var (alphas, norms) = (_touched.Value, _columnNorm);
        foreach (var column in _touched.Listed)
            if (alphas[column] is var a && a * a * scale > norms[column])
                norms[column] = a * a * scale;
        foreach (var row in _pivotRow.Listed)
            if (_pivotRow.Value[row] is var a && a * a * scale > _rowNorm[row])
                _rowNorm[row] = a * a * scale;
        var left = _head[leaving];
        if (left >= 0)
            _columnNorm[left] = Math.Max(1, scale);
        else
            _rowNorm[~left] = Math.Max(1, scale);
    }

    /// <summary>The same for the places of the basis, by which the dual method chooses.</summary>
    private void UpdatePlaceNorms(int leaving, double pivot)
    {
        var scale = _placeNorm[leaving] / (pivot * pivot);
        if (scale > LargestNorm)
        {
            ResetNorms();
            return;
        }
        foreach (var place in _entering.Listed)
            if (_entering.Value[place] is var a && a * a * scale > _placeNorm[place])
                _placeNorm[place] = a * a * scale;
        _placeNorm[leaving] = Math.Max(1, scale);
    }

    private const double LargestNorm = 1e80;

    private void ResetNorms()
    {
        Array.Fill(_columnNorm, 1, 0, _columns);
        Array.Fill(_rowNorm, 1, 0, _rows);
        Array.Fill(_placeNorm, 1, 0, _rows);
    }

    /// <summary>Factorises the basis and recomputes values, prices and reduced weights from it.</summary>
    private void Refactor()
    {
        do LoadBasis();
        while (RepairBasis());
        (_stale, _shifted) = (false, false);
        RecomputeValues();
        RecomputePrices();
        _meter.Count(_start[_columns] / 4 + 2 * _factor.Entries);
    }

    private int[] _basisStart = [];
    private int[] _basisRow = [];
    private double[] _basisValue = [];

    private void LoadBasis()
    {
        if (_basisStart.Length <= _rows)
            _basisStart = new int[_rows + _rows / 4 + 2];
        var entries = 0;
        for (var place = 0; place < _rows; place++)
        {
            entries += _head[place] >= 0 ? _start[_head[place] + 1] - _start[_head[place]] : 1;
            _basisStart[place + 1] = entries;
        }
        if (_basisRow.Length < entries)
            (_basisRow, _basisValue) = (new int[entries * 5 / 4], new double[entries * 5 / 4]);
        for (var place = 0; place < _rows; place++)
        {
            var (variable, at) = (_head[place], _basisStart[place]);
            if (variable < 0)
                (_basisRow[at], _basisValue[at]) = (~variable, 1);
            else
            {
                var count = _basisStart[place + 1] - at;
                Array.Copy(_row, _start[variable], _basisRow, at, count);
                Array.Copy(_value, _start[variable], _basisValue, at, count);
            }
        }
        _factor.Factorise(_rows, _basisStart, _basisRow, _basisValue);
    }

    private bool RepairBasis()
    {
        foreach (var (place, row) in _factor.Repairs)
        {
            SetPlace(_head[place], -1);
            _head[place] = ~row;
            _placeOfSlack[row] = place;
        }
        return _factor.Repairs.Count > 0;
    }

    private void RecomputeValues()
    {
        _entering.Clear();
        for (var row = 0; row < _rows; row++)
            _entering.Add(row, _capacity[row] + (_widened ? WideningOf(row) : 0));
        _factor.Forward(_entering);
        Array.Clear(_x, 0, _rows);
        foreach (var place in _entering.Listed)
            _x[place] = _entering.Value[place];
        _entering.Clear();
    }

    /// <summary>Between a tenth and all of <see cref="Widening"/>, spread by the row's number. Wrap-around is the spreading.</summary>
    private static double WideningOf(int row)
    {
        unchecked
        {
            var mixed = ((ulong)row + 1) * 0x9E3779B97F4A7C15;
            mixed ^= mixed >> 29;
            mixed *= 0xBF58476D1CE4E5B9;
            return Widening * (0.1 + 0.9 * ((mixed >> 40) / (double)(1 << 24)));
        }
    }

    private void RecomputePrices()
    {
        _pivotRow.Clear();
        for (var place = 0; place < _rows; place++)
            if (_head[place] >= 0)
                _pivotRow.Add(place, _weight[_head[place]]);
        _factor.Backward(_pivotRow);
        Array.Clear(_price, 0, _rows);
        foreach (var row in _pivotRow.Listed)
            _price[row] = _pivotRow.Value[row];
        _pivotRow.Clear();
        for (var column = 0; column < _columns; column++)
        {
            var reduced = _weight[column];
            for (var e = _start[column]; e < _start[column + 1]; e++)
                reduced -= _value[e] * _price[_row[e]];
            _reduced[column] = _placeOfColumn[column] >= 0 ? 0 : reduced;
        }
        for (var row = 0; row < _rows; row++)
            if (_placeOfSlack[row] >= 0)
                _price[row] = 0;
    }
}
