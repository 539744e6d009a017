namespace EdgeNode.Matching;

/// <summary>
/// Improves a plan piece by piece: takes a dear ring and those that stand in the way of its alternatives out of the plan, and
/// solves what their rows could hold exactly.
/// </summary>
internal sealed class Neighbourhoods
{
    /// <summary>Columns taken out of the plan at once: at first, and at most after doubling whenever nothing is left to try.</summary>
    private const int FirstSize = 12,
        LargestSize = 384;

    /// <summary>Alternatives looked at on the way from one column to the next, the cheapest of each row.</summary>
    private const int PerRow = 24;

    /// <summary>Work of one neighbourhood at most, for each column taken out.</summary>
    private const long MostWork = 60_000;

    /// <summary>A piece that brought nothing stands for pieces around this part of it, the middle.</summary>
    private const int Middle = 4;

    /// <summary>Columns of the first piece that is put together by chance; later ones are as large as can be solved.</summary>
    private const int ShuffledSize = 24;

    /// <summary>Work of one such piece at most. One that takes less than a part of this lets the next be larger.</summary>
    private const long MostShuffledWork = 40_000_000,
        PartOfEasy = 8;

    /// <summary>In a plan of at most so many pieces every second one is of columns that need have nothing to do with each other.</summary>
    private const int FewPieces = 4;

    /// <summary>One in so many columns of the best plan is thrown out to go on from another.</summary>
    private const int PartScattered = 4;

    /// <summary>Pieces put together by chance that bring nothing, one after the other, until it is enough.</summary>
    private const int MostInVain = 60;

    private readonly PackingProblem _problem;
    private readonly SearchContext _context;
    private readonly bool[] _near;
    private readonly long[] _slack;
    private readonly bool[] _chosen;
    private readonly int[] _room;
    private readonly List<int>[] _holders;
    private readonly List<int>[] _cheap;
    private readonly int[] _stamp;
    private readonly int[] _localRow;
    private readonly bool[] _settled;
    private int _size = FirstSize;
    private int _now;
    private int _inVain;
    private readonly HashSet<int> _forbidden = [];
    private long _value;
    private long _bestValue;
    private uint _shuffle;
    private int _shuffledSize = ShuffledSize;

    /// <param name="problem">The part.</param>
    /// <param name="context">What all parts share.</param>
    /// <param name="near">Columns that may come in, cheapest first.</param>
    /// <param name="slack">How dear each column is.</param>
    /// <param name="plan">The columns of the plan.</param>
    public Neighbourhoods(PackingProblem problem, SearchContext context, int[] near, long[] slack, List<int> plan)
    {
        (_problem, _context, _slack) = (problem, context with { WithProof = false }, slack);
        (_near, _chosen, _stamp) = (new bool[problem.Columns], new bool[problem.Columns], new int[problem.Columns]);
        (_room, _localRow) = ((int[])problem.Capacity.Clone(), new int[problem.Rows]);
        _settled = new bool[problem.Columns];
        Array.Fill(_localRow, -1);
        (_holders, _cheap) = (new List<int>[problem.Rows], new List<int>[problem.Rows]);
        for (var row = 0; row < problem.Rows; row++)
            (_holders[row], _cheap[row]) = ([], []);
        foreach (var column in near)
        {
            _near[column] = true;
            foreach (var row in problem.RowsOf(column))
                if (_cheap[row].Count < PerRow)
                    _cheap[row].Add(column);
        }
        foreach (var column in plan)
            Put(column);
    }

    /// <summary>The columns of the plan, ascending.</summary>
    public List<int> Plan => [.. Enumerable.Range(0, _problem.Columns).Where(c => _chosen[c])];

    /// <summary>Goes over the plan in pieces, dearest columns first, and in larger pieces when the small ones bring nothing more.</summary>
    public void Improve(WorkMeter meter)
    {
        // More than half of the plan at once is no piece any more.
        var largest = Math.Max(FirstSize, Math.Min(LargestSize, Plan.Count / 2));
        for (_size = FirstSize; _size <= largest && !meter.Spent; _size *= 2)
        {
            Array.Clear(_settled);
            while (Pass(meter) > 0 && !meter.Spent) { }
        }
    }

    /// <summary>
    /// Goes on with pieces put together by chance, the same chance on every machine, until many in a row bring nothing. Called again
    /// after that it goes on from a worse plan, a part of which was put together anew; <see cref="Best"/> is kept.
    /// </summary>
    public void Shuffle(WorkMeter meter)
    {
        if (IsTired)
            Scatter(meter);
        Remember();
        var plan = Plan;
        for (; !IsTired && plan.Count > 0 && !meter.Spent; _inVain++)
        {
            _shuffle++;
            var most = Math.Min(LargestSize, Math.Max(FirstSize, plan.Count * 2 / 3));
            _size = _shuffledSize = Math.Clamp(_shuffledSize, Math.Min(FirstSize, most), most);
            if (Exchange(AnyPiece(plan), meter, shuffled: true) == 0)
                continue;
            (_inVain, plan) = (-1, Plan);
            Remember();
        }
    }

    /// <summary>Whether the last pieces put together by chance brought nothing for so long that it is enough.</summary>
    public bool IsTired => _inVain >= MostInVain;

    /// <summary>The best plan that shuffling came by, ascending.</summary>
    public List<int> Best { get; private set; } = [];

    /// <summary>Goes on from another plan.</summary>
    public void StartFrom(List<int> plan)
    {
        _inVain = 0;
        foreach (var column in Plan)
            Take(column);
        foreach (var column in plan)
            Put(column);
    }

    private void Remember()
    {
        if (_value <= _bestValue)
            return;
        (Best, _bestValue) = (Plan, _value);
    }

    /// <summary>Goes on from the best plan with some of its columns forbidden where they are.</summary>
    private void Scatter(WorkMeter meter)
    {
        StartFrom(Best);
        _shuffle++;
        _shuffledSize = ShuffledSize;
        var freed = Mix(Best).GetRange(0, (Best.Count + PartScattered - 1) / PartScattered);
        _forbidden.UnionWith(freed);
        Exchange(freed, meter, shuffled: true);
        _forbidden.Clear();
    }

    /// <summary>The columns of a plan in an order that looks like chance.</summary>
    private List<int> Mix(List<int> plan)
    {
        List<int> order = [.. plan];
        order.Sort((a, b) => Mixed(a) != Mixed(b) ? Mixed(a).CompareTo(Mixed(b)) : a.CompareTo(b));
        return order;
    }

    private List<int> AnyPiece(List<int> plan)
    {
        if (_shuffle % 2 == 0 || plan.Count > FewPieces * _size)
            return Around(plan[(int)(Mixed(-1) % (uint)plan.Count)], mixed: true);
        return Mix(plan).GetRange(0, Math.Min(_size, plan.Count));
    }

    /// <summary>A piece that was solved at once lets the next be larger, one that was not solved makes it smaller.</summary>
    private void Learn(bool solved, long work)
    {
        if (!solved)
            _shuffledSize -= Math.Max(1, _shuffledSize / 16);
        else if (work < MostShuffledWork / PartOfEasy)
            _shuffledSize++;
    }

    /// <summary>A number that looks like chance, for each shuffle and column. Wrap-around is the mixing.</summary>
    private uint Mixed(int column)
    {
        unchecked
        {
            var mixed = ((ulong)_shuffle << 32 | (uint)column) * 0x9E3779B97F4A7C15;
            mixed ^= mixed >> 29;
            mixed *= 0xBF58476D1CE4E5B9;
            return (uint)(mixed >> 32);
        }
    }

    /// <summary>Tries a piece around each column of the plan that was not near the middle of one in vain; answers how many.</summary>
    private int Pass(WorkMeter meter)
    {
        var tried = 0;
        var order = Plan;
        order.Sort((a, b) => _slack[a] != _slack[b] ? _slack[b].CompareTo(_slack[a]) : a.CompareTo(b));
        foreach (var column in order)
        {
            if (meter.Spent)
                break;
            if (!_chosen[column] || _settled[column])
                continue;
            tried++;
            var freed = Around(column);
            if (Exchange(freed, meter) == 0)
                foreach (var middle in freed.Take(Math.Max(1, freed.Count / Middle)))
                    _settled[middle] = true;
        }
        return tried;
    }

    /// <summary>A column of the plan and others, each in the way of a cheap alternative to one before; mixed: of half of the alternatives.</summary>
    private List<int> Around(int column, bool mixed = false)
    {
        var freed = new List<int> { column };
        for (var next = 0; next < freed.Count && freed.Count < _size; next++)
            foreach (var row in _problem.RowsOf(freed[next]))
            foreach (var other in _cheap[row])
            {
                if (_chosen[other] || (mixed && Mixed(other) % 2 == 0))
                    continue;
                foreach (var taken in _problem.RowsOf(other))
                    if (_room[taken] == 0 && freed.Count < _size && !freed.Contains(_holders[taken][0]))
                        freed.Add(_holders[taken][0]);
            }
        return freed;
    }

    /// <summary>Puts what is best in the place of some columns, and answers what that brings. What is forbidden is replaced at any price.</summary>
    private long Exchange(List<int> freed, WorkMeter meter, bool shuffled = false)
    {
        long before = 0;
        foreach (var column in freed)
        {
            before += _problem.Weights[column];
            Take(column);
        }
        var part = Cut(freed);
        var solver = new PartSolver(part, _context, [.. freed.Select(c => _problem.Ids[c])], PartSolver.MaxDepth);
        var most = shuffled ? MostShuffledWork : MostWork * freed.Count;
        var own = new WorkMeter(Math.Min(most, meter.Left), meter.Cancel);
        solver.Advance(own);
        if (shuffled)
            Learn(solver.IsDone, own.Done);
        meter.Count(own.Done + part.Entries);
        var better = solver.Value > before || _forbidden.Count > 0;
        if (better)
            foreach (var column in freed)
                _settled[column] = false;
        foreach (var column in better ? solver.Ids.ConvertAll(id => Array.BinarySearch(_problem.Ids, id)) : freed)
            Put(column);
        return better ? solver.Value - before : 0;
    }

    /// <summary>What fits into the rows that are free now, as far as it uses one that was just freed.</summary>
    private PackingProblem Cut(List<int> freed)
    {
        _now++;
        var columns = new List<int>();
        foreach (var column in freed)
        foreach (var row in _problem.RowsOf(column))
        foreach (var candidate in _problem.ColumnsOf(row))
        {
            if (_stamp[candidate] == _now || !(_near[candidate] || freed.Contains(candidate)))
                continue;
            if (_forbidden.Contains(candidate) || !Fits(candidate))
                continue;
            _stamp[candidate] = _now;
            columns.Add(candidate);
        }
        columns.Sort();
        return Build(columns);
    }

    private PackingProblem Build(List<int> columns)
    {
        var (rows, names, capacity) = (new List<int>(), new List<int>(), new List<int>());
        var (used, start) = (new List<int>(), new int[columns.Count + 1]);
        for (var i = 0; i < columns.Count; i++)
        {
            foreach (var row in _problem.RowsOf(columns[i]))
            {
                if (_localRow[row] < 0)
                {
                    _localRow[row] = used.Count;
                    used.Add(row);
                    names.Add(_problem.Names[row]);
                    capacity.Add(_room[row]);
                }
                rows.Add(_localRow[row]);
            }
            start[i + 1] = rows.Count;
        }
        foreach (var row in used)
            _localRow[row] = -1;
        int[] ids = [.. columns.Select(c => _problem.Ids[c])];
        long[] weights = [.. columns.Select(c => _problem.Weights[c])];
        return new PackingProblem(ids, weights, start, [.. rows], [.. capacity], [.. names], _problem.Triples);
    }

    private bool Fits(int column)
    {
        foreach (var row in _problem.RowsOf(column))
            if (_room[row] == 0)
                return false;
        return true;
    }

    private void Put(int column)
    {
        _chosen[column] = true;
        _value += _problem.Weights[column];
        foreach (var row in _problem.RowsOf(column))
        {
            _room[row]--;
            _holders[row].Add(column);
        }
    }

    private void Take(int column)
    {
        _chosen[column] = false;
        _value -= _problem.Weights[column];
        foreach (var row in _problem.RowsOf(column))
        {
            _room[row]++;
            _holders[row].Remove(column);
        }
    }
}
