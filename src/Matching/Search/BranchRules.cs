namespace EdgeNode.Matching;

/// <summary>One side of a split: an arc (or, where that is -1, a column of the problem) and whether the plan uses it.</summary>
internal readonly record struct BranchDecision(int Arc, int Column, bool Used);

/// <summary>
/// What decisions mean for the relaxation. An arc is used: its offering and its need, where each has room for one, go to nobody
/// else, and are used. Not used: every column with it is out.
/// </summary>
internal sealed class BranchRules
{
    private readonly PackingProblem _problem;
    private readonly RootPrices _root;
    private readonly int[] _near;
    private readonly bool[] _isNear;
    private readonly ColumnPool _pool;
    private readonly Dictionary<int, int[]> _byArc;
    private readonly Dictionary<int, int[]> _byResource;
    private readonly Dictionary<int, int> _rowOf = [];
    private readonly List<int> _filled = [];
    private readonly List<int> _out = [];

    public BranchRules(PackingProblem problem, RootPrices root, int[] near, ColumnPool pool)
    {
        (_problem, _root, _near, _pool) = (problem, root, near, pool);
        (Banned, Full) = (new bool[problem.Columns], new bool[problem.Rows]);
        _isNear = new bool[problem.Columns];
        foreach (var column in near)
            _isNear[column] = true;
        for (var row = 0; row < problem.Rows; row++)
            _rowOf[problem.Names[row]] = row;
        _byArc = Group(column => ArcsOf(column).ToArray());
        _byResource = Group(ResourcesOf);
    }

    /// <summary>Columns of the problem that are out.</summary>
    public bool[] Banned { get; }

    /// <summary>Rows that are used to the full.</summary>
    public bool[] Full { get; }

    public ReadOnlySpan<int> ArcsOf(int column) => _pool.Arcs(_problem.Ids[column]);

    /// <summary>Whether an arc can be used once at most, so that using it settles something.</summary>
    public bool IsSingle(int arc) => _pool.Capacity(_pool.Given(arc)) == 1 || _pool.Capacity(_pool.Met(arc)) == 1;

    /// <summary>Takes all decisions back.</summary>
    public void Clear()
    {
        foreach (var column in _out)
        {
            Banned[column] = false;
            _root.Ban(column, false);
        }
        foreach (var row in _filled)
        {
            Full[row] = false;
            _root.Lp.Fill(row, false);
        }
        _out.Clear();
        _filled.Clear();
    }

    public void Apply(BranchDecision decision)
    {
        if (decision.Arc >= 0)
            ApplyArc(decision.Arc, decision.Used);
        else
            ApplyColumn(decision.Column, decision.Used);
    }

    /// <summary>How much has been decided, to go back to with <see cref="Undo"/>.</summary>
    public (int Out, int Filled) Mark() => (_out.Count, _filled.Count);

    /// <summary>Takes back the decisions since a mark.</summary>
    public void Undo((int Out, int Filled) mark)
    {
        for (var i = mark.Out; i < _out.Count; i++)
        {
            Banned[_out[i]] = false;
            _root.Ban(_out[i], false);
        }
        for (var i = mark.Filled; i < _filled.Count; i++)
        {
            Full[_filled[i]] = false;
            _root.Lp.Fill(_filled[i], false);
        }
        _out.RemoveRange(mark.Out, _out.Count - mark.Out);
        _filled.RemoveRange(mark.Filled, _filled.Count - mark.Filled);
    }

    private void ApplyArc(int arc, bool used)
    {
        if (!used)
        {
            foreach (var column in _byArc[arc])
                Ban(column);
            return;
        }
        foreach (var resource in (ReadOnlySpan<int>)[_pool.Given(arc), _pool.Met(arc)])
        {
            if (_pool.Capacity(resource) != 1)
                continue;
            foreach (var column in _byResource[resource])
                if (!ArcsOf(column).Contains(arc))
                    Ban(column);
            Fill(resource);
        }
    }

    private void ApplyColumn(int column, bool used)
    {
        if (!used)
        {
            Ban(column);
            return;
        }
        foreach (var row in _problem.RowsOf(column))
        {
            if (_problem.Capacity[row] != 1)
                continue;
            foreach (var other in _problem.ColumnsOf(row))
                if (other != column && _isNear[other])
                    Ban(other);
            Fill(_problem.Names[row]);
        }
    }

    private void Ban(int column)
    {
        if (Banned[column])
            return;
        Banned[column] = true;
        _root.Ban(column, true);
        _out.Add(column);
    }

    private void Fill(int name)
    {
        if (!_rowOf.TryGetValue(name, out var row) || Full[row])
            return;
        Full[row] = true;
        _root.Lp.Fill(row, true);
        _filled.Add(row);
    }

    private int[] ResourcesOf(int column)
    {
        var resources = new List<int>();
        foreach (var arc in ArcsOf(column))
        {
            resources.Add(_pool.Given(arc));
            resources.Add(_pool.Met(arc));
        }
        return [.. resources];
    }

    private Dictionary<int, int[]> Group(Func<int, int[]> keys)
    {
        var lists = new Dictionary<int, List<int>>();
        foreach (var column in _near)
        foreach (var key in keys(column))
            if (lists.TryGetValue(key, out var list))
                list.Add(column);
            else
                lists.Add(key, [column]);
        return lists.ToDictionary(x => x.Key, x => x.Value.ToArray());
    }
}
