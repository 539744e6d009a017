using System.Runtime.InteropServices;

namespace EdgeNode.Matching;

/// <summary>
/// Cuts a part out of a packing problem and makes it smaller without losing its optimum: rows that cannot be overdrawn and
/// rows implied by another row go, of columns with the same rows only the best stays, columns without a row are taken for
/// sure, and what hangs together becomes a problem of its own.
/// </summary>
internal sealed class Presolve
{
    /// <summary>Fewer columns can free rows and fewer rows can make columns equal; each round must drop a column.</summary>
    private const int MaxRounds = 4;

    private readonly PackingProblem _whole;
    private readonly int[] _capacity;
    private readonly long[] _price;
    private readonly bool[] _column;
    private readonly bool[] _row;
    private readonly int[] _count;

    private Presolve(PackingProblem whole, ReadOnlySpan<int> columns, int[] capacity, long[] price)
    {
        (_whole, _capacity, _price) = (whole, capacity, (long[])price.Clone());
        (_column, _row, _count) = (new bool[whole.Columns], new bool[whole.Rows], new int[whole.Rows]);
        foreach (var column in columns)
            _column[column] = Fits(column);
        var rounds = 0;
        do DropRows();
        while (DropTwins() && ++rounds < MaxRounds);
        // The last dropped twins may have freed rows once more; a freed row is only slack, not wrong.
        Collect();
    }

    /// <summary>Ids of columns that every best plan may as well hold.</summary>
    public List<int> Sure { get; } = [];

    /// <summary>Their weight.</summary>
    public long SureWeight { get; private set; }

    /// <summary>The independent problems that are left, by smallest column.</summary>
    public List<PackingProblem> Parts { get; } = [];

    /// <summary>Cuts out the named columns (positions in <paramref name="whole"/>) under the capacities that are left.</summary>
    public static Presolve Cut(PackingProblem whole, ReadOnlySpan<int> columns, int[] capacity, long[] price) =>
        new(whole, columns, capacity, price);

    private bool Fits(int column)
    {
        foreach (var row in _whole.RowsOf(column))
            if (_capacity[row] < 1)
                return false;
        return true;
    }

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
            if (_row[row] && Dominator(row) is var other and >= 0)
            {
                _row[row] = false;
                _price[other] += _price[row];
            }
    }

    /// <summary>
    /// A kept row that holds all columns of this one and is no wider, or -1. Its price takes over the price of the dropped
    /// row, which keeps every column covered and never raises the bound.
    /// </summary>
    private int Dominator(int row)
    {
        Span<int> candidates = stackalloc int[2 * CycleSearch.MaxCap + 1];
        var left = -1;
        foreach (var column in _whole.ColumnsOf(row))
        {
            if (!_column[column])
                continue;
            var rows = _whole.RowsOf(column);
            left = left < 0 ? Candidates(row, rows, candidates) : Common(candidates[..left], rows);
            if (left == 0)
                return -1;
        }
        return left > 0 ? candidates[0] : -1;
    }

    private int Candidates(int row, ReadOnlySpan<int> rows, Span<int> into)
    {
        var count = 0;
        foreach (var other in rows)
        {
            var wider = _count[other] > _count[row];
            var same = _count[other] == _count[row];
            var before = _capacity[other] < _capacity[row] || (_capacity[other] == _capacity[row] && other < row);
            if (_row[other] && ((wider && _capacity[other] <= _capacity[row]) || (same && before)))
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

    /// <summary>
    /// Two rings through the same people in the other direction often use the same rows. Only one of them can be in a plan if
    /// one of the rows has room for one.
    /// </summary>
    private bool DropTwins()
    {
        var single = Enumerable.Range(0, _whole.Columns).Where(c => _column[c] && HasSingleRow(c)).ToArray();
        var hash = new ulong[_whole.Columns];
        foreach (var column in single)
            hash[column] = HashOfRows(column);
        Array.Sort(single, (a, b) => CompareTwins(a, b, hash));
        var dropped = false;
        for (var i = 1; i < single.Length; i++)
        {
            var (better, worse) = (single[i - 1], single[i]);
            if (hash[better] != hash[worse] || !SameRows(better, worse))
                continue;
            _column[worse] = false;
            single[i] = better;
            dropped = true;
        }
        return dropped;
    }

    private int CompareTwins(int a, int b, ulong[] hash)
    {
        if (hash[a] != hash[b])
            return hash[a].CompareTo(hash[b]);
        var byWeight = _whole.Weights[b].CompareTo(_whole.Weights[a]);
        return byWeight != 0 ? byWeight : a.CompareTo(b);
    }

    private bool HasSingleRow(int column)
    {
        foreach (var row in _whole.RowsOf(column))
            if (_row[row] && _capacity[row] == 1)
                return true;
        return false;
    }

    /// <summary>The same for any order of the rows. Wrap-around is meant: it is a hash, and equality is checked after it.</summary>
    private ulong HashOfRows(int column)
    {
        ulong sum = 0;
        foreach (var row in _whole.RowsOf(column))
            if (_row[row])
                unchecked
                {
                    var mixed = ((ulong)row + 1) * 0x9E3779B97F4A7C15;
                    sum += (mixed ^ (mixed >> 29)) * 0xBF58476D1CE4E5B9;
                }
        return sum;
    }

    private bool SameRows(int a, int b) => Covers(a, b) && Covers(b, a);

    private bool Covers(int a, int b)
    {
        var rows = _whole.RowsOf(a);
        foreach (var row in _whole.RowsOf(b))
            if (_row[row] && !rows.Contains(row))
                return false;
        return true;
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

    /// <summary>
    /// A plan holds a ring at most once. Where no row of a column says so (all have room for more), it gets a row of its own.
    /// </summary>
    private PackingProblem Build(List<int> columns)
    {
        var rowAt = new Dictionary<int, int>();
        var (capacity, price) = (new List<int>(), new List<long>());
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
                    price.Add(_price[row]);
                }
                rows.Add(rowAt[row]);
            }
            if (!HasSingleRow(columns[i]))
            {
                rows.Add(capacity.Count);
                capacity.Add(1);
                price.Add(0);
            }
            start[i + 1] = rows.Count;
        }
        int[] ids = [.. columns.Select(c => _whole.Ids[c])];
        long[] weights = [.. columns.Select(c => _whole.Weights[c])];
        return new PackingProblem(ids, weights, start, [.. rows], [.. capacity], [.. price]);
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
