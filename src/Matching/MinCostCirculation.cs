namespace EdgeNode.Matching;

/// <summary>
/// The circulation of least cost in a network with whole capacities and costs: cost scaling with partial augmentation and
/// current arcs (Goldberg 1997, "An efficient implementation of a scaling minimum-cost flow algorithm"; Kovács 2015 for the
/// partial augmentation). Costs are multiplied by one more than the number of nodes, so that a circulation which is optimal
/// to within 1 of the multiplied costs is optimal. Everything is whole numbers in a fixed order: the same network gives
/// the same circulation everywhere.
/// </summary>
internal sealed partial class MinCostCirculation
{
    /// <summary>By how much the tolerance shrinks from phase to phase.</summary>
    private const int Alpha = 8;

    /// <summary>Longest path that is augmented at once: longer ones are given up too often.</summary>
    private const int MaxPath = 4;

    /// <summary>Relabels between two global price updates, in parts of the number of nodes.</summary>
    private const int UpdatesPerNodes = 1;

    /// <summary>Arcs looked at between two looks at the cancellation.</summary>
    private const int CancelEvery = 1 << 18;

    private readonly int _nodes;
    private readonly int[] _first;
    private readonly int[] _head;
    private readonly int[] _reverse;
    private readonly int[] _room;
    private readonly long[] _cost;
    private readonly long[] _price;
    private readonly long[] _excess;
    private readonly int[] _current;
    private readonly int[] _queue;
    private readonly bool[] _queued;
    private readonly int[] _path = new int[MaxPath];
    private readonly int[] _arcAt;
    private readonly int[] _capacity;
    private readonly PriceUpdate _prices;
    private int _queueHead;
    private int _queueLength;
    private long _relabels;

    /// <summary>Arcs by tail, head, capacity (at least 1) and cost; the arrays are not kept.</summary>
    public MinCostCirculation(int nodes, int[] tail, int[] head, int[] capacity, long[] cost)
    {
        (_nodes, _capacity) = (nodes, capacity);
        _first = new int[nodes + 1];
        foreach (var node in tail)
            _first[node + 1]++;
        foreach (var node in head)
            _first[node + 1]++;
        for (var node = 0; node < nodes; node++)
            _first[node + 1] += _first[node];
        var (arcs, next) = (2 * tail.Length, _first.AsSpan(0, nodes).ToArray());
        (_head, _reverse, _room, _cost) = (new int[arcs], new int[arcs], new int[arcs], new long[arcs]);
        _arcAt = new int[tail.Length];
        for (var arc = 0; arc < tail.Length; arc++)
        {
            var (there, back) = (next[tail[arc]]++, next[head[arc]]++);
            _arcAt[arc] = there;
            (_head[there], _reverse[there], _room[there], _cost[there]) = (
                head[arc],
                back,
                capacity[arc],
                cost[arc] * (nodes + 1L)
            );
            (_head[back], _reverse[back], _cost[back]) = (tail[arc], there, -cost[arc] * (nodes + 1L));
        }
        (_price, _excess, _current) = (new long[nodes], new long[nodes], new int[nodes]);
        (_queue, _queued) = (new int[nodes], new bool[nodes]);
        _prices = new PriceUpdate(this);
    }

    /// <summary>Units on an arc after <see cref="Run"/>.</summary>
    public int FlowOf(int arc) => _capacity[arc] - _room[_arcAt[arc]];

    /// <summary>
    /// Whether what stands there is a circulation of least cost: nothing is left over anywhere, and no arc with room costs less than
    /// minus 1 of the multiplied costs under the prices. A cycle that would save anything would save more than one per node.
    /// </summary>
    public bool IsOptimal()
    {
        for (var node = 0; node < _nodes; node++)
        {
            if (_excess[node] != 0)
                return false;
            for (var arc = _first[node]; arc < _first[node + 1]; arc++)
                if (_room[arc] > 0 && Reduced(node, arc) < -1)
                    return false;
        }
        return true;
    }

    /// <summary>Finds the circulation; false after a cancellation, and then there is none.</summary>
    public bool Run(CancellationToken cancel)
    {
        long tolerance = 1;
        foreach (var cost in _cost)
            tolerance = Math.Max(tolerance, Math.Abs(cost));
        while (true)
        {
            tolerance = Math.Max(1, tolerance / Alpha);
            if (!Refine(tolerance, cancel))
                return false;
            if (tolerance == 1)
                return true;
        }
    }

    /// <summary>Makes the circulation optimal to within the tolerance.</summary>
    private bool Refine(long tolerance, CancellationToken cancel)
    {
        SaturateNegative();
        (_queueHead, _queueLength, _relabels) = (0, 0, 0);
        for (var node = 0; node < _nodes; node++)
        {
            _current[node] = _first[node];
            if (_excess[node] > 0)
                Enqueue(node);
        }
        _prices.Update(tolerance);
        var nextUpdate = _nodes / UpdatesPerNodes + 100L;
        for (long turns = 0; _queueLength > 0; turns++)
        {
            if (turns % CancelEvery == 0 && cancel.IsCancellationRequested)
                return false;
            var node = Dequeue();
            if (_excess[node] > 0)
                Discharge(node, tolerance);
            if (_relabels < nextUpdate)
                continue;
            _relabels = 0;
            _prices.Update(tolerance);
        }
        return true;
    }

    private void SaturateNegative()
    {
        for (var node = 0; node < _nodes; node++)
        for (var arc = _first[node]; arc < _first[node + 1]; arc++)
            if (_room[arc] > 0 && Reduced(node, arc) < 0)
                Push(node, arc, _room[arc]);
    }

    private void Discharge(int start, long tolerance)
    {
        var (tip, length) = (start, 0);
        while (length < MaxPath && (tip == start || _excess[tip] >= 0))
        {
            var arc = Admissible(tip);
            if (arc >= 0)
            {
                _path[length++] = arc;
                tip = _head[arc];
                continue;
            }
            Relabel(tip, tolerance);
            if (length > 0)
                tip = _head[_reverse[_path[--length]]];
        }
        Augment(start, length);
        if (_excess[start] > 0)
            Enqueue(start);
    }

    /// <summary>The next arc with room and negative reduced cost, from the current arc on; -1 when there is none.</summary>
    private int Admissible(int node)
    {
        var (end, price) = (_first[node + 1], _price[node]);
        for (var arc = _current[node]; arc < end; arc++)
            if (_room[arc] > 0 && _cost[arc] + price - _price[_head[arc]] < 0)
            {
                _current[node] = arc;
                return arc;
            }
        return -1;
    }

    private void Relabel(int node, long tolerance)
    {
        var least = long.MaxValue;
        for (var arc = _first[node]; arc < _first[node + 1]; arc++)
            if (_room[arc] > 0)
                least = Math.Min(least, Reduced(node, arc));
        // A node with excess got it along an arc that has room back.
        _price[node] -= (least == long.MaxValue ? 0 : least) + tolerance;
        _current[node] = _first[node];
        _relabels++;
    }

    private void Augment(int start, int length)
    {
        var tail = start;
        for (var i = 0; i < length; i++)
        {
            var arc = _path[i];
            var units = (int)Math.Min(_room[arc], _excess[tail]);
            if (units > 0)
                Push(tail, arc, units);
            tail = _head[arc];
            if (_excess[tail] > 0)
                Enqueue(tail);
        }
    }

    private void Push(int tail, int arc, int units)
    {
        _room[arc] -= units;
        _room[_reverse[arc]] += units;
        _excess[tail] -= units;
        _excess[_head[arc]] += units;
    }

    private long Reduced(int node, int arc) => _cost[arc] + _price[node] - _price[_head[arc]];

    private void Enqueue(int node)
    {
        if (_queued[node])
            return;
        _queued[node] = true;
        var at = _queueHead + _queueLength++;
        _queue[at < _nodes ? at : at - _nodes] = node;
    }

    private int Dequeue()
    {
        var node = _queue[_queueHead];
        _queueHead = _queueHead + 1 == _nodes ? 0 : _queueHead + 1;
        _queueLength--;
        _queued[node] = false;
        return node;
    }
}
