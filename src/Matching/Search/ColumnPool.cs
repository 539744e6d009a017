namespace EdgeNode.Matching;

/// <summary>
/// Rings and chains in flat arrays. Sorted, they stand in column order: those with someone who gave and did not yet receive
/// first, then fewer home nodes, then shorter, then smaller resident ids, offering ids and need ids. The position is the column
/// id by which every tie is settled, so it must not depend on anything but the graph.
/// </summary>
internal sealed class ColumnPool
{
    private readonly ExchangeGraph _graph;
    private int[] _arcs = new int[1024];
    private int[] _start = new int[257];
    private long[] _weight = new long[256];
    private bool[] _chain = new bool[256];

    public ColumnPool(ExchangeGraph graph) => _graph = graph;

    /// <summary>Number of columns.</summary>
    public int Count { get; private set; }

    /// <summary>Number of arcs of all columns.</summary>
    public int Entries => _start[Count];

    /// <summary>Offerings and needs: offering index, or number of offerings plus need index.</summary>
    public int Resources => _graph.Offerings.Count + _graph.Needs.Count;

    /// <summary>The arcs of a column in giving order: a ring from its smallest resident, a chain from its altruist.</summary>
    public ReadOnlySpan<int> Arcs(int column) => _arcs.AsSpan(_start[column].._start[column + 1]);

    /// <summary>What a column is worth, in micro-points; at least 1.</summary>
    public long Weight(int column) => _weight[column];

    /// <summary>Whether a column is a chain and not a ring.</summary>
    public bool IsChain(int column) => _chain[column];

    /// <summary>The resource an arc takes from its giver.</summary>
    public int Given(int arc) => _graph.OfferingOf(arc);

    /// <summary>The resource an arc takes up at its receiver.</summary>
    public int Met(int arc) => _graph.Offerings.Count + _graph.NeedOf(arc);

    /// <summary>How often a resource may be used in one plan.</summary>
    public int Capacity(int resource) =>
        resource < _graph.Offerings.Count
            ? _graph.OfferingCapacity(resource)
            : _graph.NeedCapacity(resource - _graph.Offerings.Count);

    /// <summary>Adds a ring or chain of known weight; answers its position.</summary>
    public int Add(ReadOnlySpan<int> arcs, long weight, bool chain)
    {
        if (Count + 1 >= _weight.Length)
        {
            Array.Resize(ref _weight, 2 * _weight.Length);
            Array.Resize(ref _chain, _weight.Length);
            Array.Resize(ref _start, _weight.Length + 1);
        }
        var at = _start[Count];
        if (at + arcs.Length > _arcs.Length)
            Array.Resize(ref _arcs, Math.Max(at + arcs.Length, 2 * _arcs.Length));
        arcs.CopyTo(_arcs.AsSpan(at));
        (_weight[Count], _chain[Count]) = (weight, chain);
        _start[++Count] = at + arcs.Length;
        return Count - 1;
    }

    /// <summary>The same columns in column order.</summary>
    public ColumnPool InColumnOrder()
    {
        var (keys, order) = (new int[Count], new int[Count]);
        for (var column = 0; column < Count; column++)
            (order[column], keys[column]) = (column, KeyOf(column));
        // No two columns compare equal, so an unstable sort is good enough.
        Array.Sort(order, (a, b) => keys[a] != keys[b] ? keys[a].CompareTo(keys[b]) : CompareArcs(Arcs(a), Arcs(b)));
        return Pick(order);
    }

    /// <summary>A pool of the named columns, in that order.</summary>
    public ColumnPool Pick(ReadOnlySpan<int> columns)
    {
        var picked = new ColumnPool(_graph);
        foreach (var column in columns)
            picked.Add(Arcs(column), _weight[column], _chain[column]);
        return picked;
    }

    /// <summary>All columns as a packing problem with a row for every resource.</summary>
    public PackingProblem ToProblem()
    {
        var (ids, start, rows) = (new int[Count], new int[Count + 1], new int[2 * Entries]);
        var at = 0;
        for (var column = 0; column < Count; column++)
        {
            ids[column] = column;
            foreach (var arc in Arcs(column))
            {
                rows[at++] = Given(arc);
                rows[at++] = Met(arc);
            }
            start[column + 1] = at;
        }
        var capacity = new int[Resources];
        var names = new int[Resources];
        for (var resource = 0; resource < capacity.Length; resource++)
            (capacity[resource], names[resource]) = (Capacity(resource), resource);
        return new PackingProblem(ids, _weight[..Count], start, rows, capacity, names);
    }

    /// <summary>Patience, home nodes, kind and length in one number, the most important highest.</summary>
    private int KeyOf(int column)
    {
        var patient = true;
        var arcs = Arcs(column);
        Span<int> homes = arcs.Length <= 64 ? stackalloc int[arcs.Length] : new int[arcs.Length];
        var count = 0;
        foreach (var arc in arcs)
        {
            var giver = _graph.GiverOf(arc);
            patient &= !_graph.IsWaiting(giver);
            if (!homes[..count].Contains(_graph.HomeOf(giver)))
                homes[count++] = _graph.HomeOf(giver);
        }
        return (patient ? 1 << 30 : 0)
            + (Math.Min(count, 1023) << 20)
            + (_chain[column] ? 1 << 19 : 0)
            + Math.Min(arcs.Length, 1 << 18);
    }

    private int CompareArcs(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        if (a.Length != b.Length)
            return a.Length.CompareTo(b.Length);
        for (var i = 0; i < a.Length; i++)
            if (_graph.GiverOf(a[i]) is var left && _graph.GiverOf(b[i]) is var right && left != right)
                return left.CompareTo(right);
        for (var i = 0; i < a.Length; i++)
            if (_graph.OfferingOf(a[i]) is var left && _graph.OfferingOf(b[i]) is var right && left != right)
                return left.CompareTo(right);
        for (var i = 0; i < a.Length; i++)
            if (_graph.NeedOf(a[i]) is var left && _graph.NeedOf(b[i]) is var right && left != right)
                return left.CompareTo(right);
        return 0;
    }
}
