using System.Runtime.InteropServices;

namespace EdgeNode.Matching;

/// <summary>
/// Cuts a part out of a packing problem and makes it smaller without losing its optimum: rows that cannot be overdrawn and
/// rows implied by another row go, columns without a row are taken for sure, and what hangs together becomes a problem of its
/// own. No column goes: a certificate has to cover every one of them in every branch.
/// </summary>
internal sealed class Presolve
{
    /// <summary>Rows of a column that are tried as dominators; longer chains keep a row too many, no more.</summary>
    private const int MaxCandidates = 64;

    private readonly PackingProblem _whole;
    private readonly int[] _capacity;
    private readonly bool[] _column;
    private readonly bool[] _row;
    private readonly int[] _count;

    private Presolve(PackingProblem whole, ReadOnlySpan<int> columns)
    {
        (_whole, _capacity) = (whole, whole.Capacity);
        (_column, _row, _count) = (new bool[whole.Columns], new bool[whole.Rows], new int[whole.Rows]);
        foreach (var column in columns)
            _column[column] = true;
        DropRows();
        Collect();
    }

    /// <summary>Ids of columns that every best plan may as well hold.</summary>
    public List<int> Sure { get; } = [];

    /// <summary>Their weight.</summary>
    public long SureWeight { get; private set; }

    /// <summary>The independent problems that are left, by smallest column.</summary>
    public List<PackingProblem> Parts { get; } = [];

    /// <summary>Cuts out the named columns (positions in <paramref name="whole"/>).</summary>
    public static Presolve Cut(PackingProblem whole, ReadOnlySpan<int> columns) => new(whole, columns);

    private void DropRows()
    {
        Array.Clear(_count);
        for (var column = 0; column < _whole.Columns; column++)
            if (_column[column])
                foreach (var row in _whole.RowsOf(column))
                    _count[row]++;
        for (var row = 0; row < _whole.Rows; row++)
            _row[row] = _count[row] > _capacity[row];
        for (var row = 0; row < _whole.Rows; row++)
            if (_row[row] && HasDominator(row))
                _row[row] = false;
    }

    /// <summary>Whether a kept row holds all columns of this one and is no wider: then it says all that this one says.</summary>
    private bool HasDominator(int row)
    {
        Span<int> candidates = stackalloc int[MaxCandidates];
        var left = -1;
        foreach (var column in _whole.ColumnsOf(row))
        {
            if (!_column[column])
                continue;
            var rows = _whole.RowsOf(column);
            left = left < 0 ? Candidates(row, rows, candidates) : Common(candidates[..left], rows);
            if (left == 0)
                return false;
        }
        return left > 0;
    }

    private int Candidates(int row, ReadOnlySpan<int> rows, Span<int> into)
    {
        var count = 0;
        foreach (var other in rows)
        {
            var wider = _count[other] > _count[row];
            var same = _count[other] == _count[row];
            var before = _capacity[other] < _capacity[row] || (_capacity[other] == _capacity[row] && other < row);
            // A triple stays beside the resources it is made of: a part is named by its resources.
            var real = _whole.Names[other] < PackingProblem.FirstTriple;
            if (count < into.Length && real && _row[other] && ((wider && _capacity[other] <= _capacity[row]) || (same && before)))
                into[count++] = other;
        }
        return count;
    }

    private static int Common(Span<int> candidates, ReadOnlySpan<int> rows)
    {
        var kept = 0;
        foreach (var candidate in candidates)
            if (rows.Contains(candidate))
                candidates[kept++] = candidate;
        return kept;
    }

    private void Collect()
    {
        var roots = new UnionFind(_whole.Rows);
        for (var column = 0; column < _whole.Columns; column++)
            if (_column[column])
                Join(column, roots);
        var parts = new SortedDictionary<int, List<int>>();
        var partOf = new Dictionary<int, List<int>>();
        for (var column = 0; column < _whole.Columns; column++)
        {
            if (!_column[column])
                continue;
            var first = FirstRow(column);
            if (first < 0)
            {
                Sure.Add(_whole.Ids[column]);
                SureWeight += _whole.Weights[column];
                continue;
            }
            ref var part = ref CollectionsMarshal.GetValueRefOrAddDefault(partOf, roots.Find(first), out _);
            if (part is null)
                parts.Add(column, part = []);
            part.Add(column);
        }
        foreach (var columns in parts.Values)
            Parts.Add(Build(columns));
    }

    private void Join(int column, UnionFind roots)
    {
        var first = FirstRow(column);
        foreach (var row in _whole.RowsOf(column))
            if (_row[row])
                roots.Join(first, row);
    }

    private int FirstRow(int column)
    {
        foreach (var row in _whole.RowsOf(column))
            if (_row[row])
                return row;
        return -1;
    }

    private bool HasSingleRow(int column)
    {
        foreach (var row in _whole.RowsOf(column))
            if (_row[row] && _capacity[row] == 1)
                return true;
        return false;
    }

    /// <summary>
    /// A plan holds a ring at most once. Where no row of a column says so (all have room for more), it gets a row of its own.
    /// </summary>
    private PackingProblem Build(List<int> columns)
    {
        var rowAt = new Dictionary<int, int>();
        var (capacity, names) = (new List<int>(), new List<int>());
        var (rows, start) = (new List<int>(), new int[columns.Count + 1]);
        for (var i = 0; i < columns.Count; i++)
        {
            foreach (var row in _whole.RowsOf(columns[i]))
            {
                if (!_row[row])
                    continue;
                if (rowAt.TryAdd(row, capacity.Count))
                {
                    capacity.Add(_capacity[row]);
                    names.Add(_whole.Names[row]);
                }
                rows.Add(rowAt[row]);
            }
            if (!HasSingleRow(columns[i]))
            {
                rows.Add(capacity.Count);
                capacity.Add(1);
                names.Add(~_whole.Ids[columns[i]]);
            }
            start[i + 1] = rows.Count;
        }
        int[] ids = [.. columns.Select(c => _whole.Ids[c])];
        long[] weights = [.. columns.Select(c => _whole.Weights[c])];
        return new PackingProblem(ids, weights, start, [.. rows], [.. capacity], [.. names], _whole.Triples);
    }
}

/// <summary>Disjoint sets of row numbers; the smallest member stands for its set.</summary>
internal sealed class UnionFind
{
    private readonly int[] _parent;

    public UnionFind(int count)
    {
        _parent = new int[count];
        for (var i = 0; i < count; i++)
            _parent[i] = i;
    }

    public int Find(int member)
    {
        while (_parent[member] != member)
        {
            _parent[member] = _parent[_parent[member]];
            member = _parent[member];
        }
        return member;
    }

    public void Join(int a, int b)
    {
        (a, b) = (Find(a), Find(b));
        if (a < b)
            _parent[b] = a;
        else
            _parent[a] = b;
    }
}
