namespace EdgeNode.Matching;

/// <summary>Rings that fit together, and which ring uses which offering and need, so that a ring's price in others is known at once.</summary>
internal sealed class LivePlan(LiveGraph live)
{
    private const int None = -1;

    /// <summary>Rings by number; a number whose ring is gone is used again.</summary>
    private readonly List<(int[] Arcs, long Weight)> _rings = [];
    private readonly Stack<int> _free = new();

    /// <summary>Per offering and per need the first of its uses; a use names a ring and the next use.</summary>
    private readonly List<int> _offeringUse = [];
    private readonly int[] _needUse = Filled(live.Graph.Needs.Count);
    private readonly List<(int Ring, int Next)> _uses = [];
    private readonly Stack<int> _freeUses = new();

    public long ValueMicro { get; private set; }

    public int Count => _rings.Count - _free.Count;

    public IEnumerable<GraphRing> Rings() =>
        _rings.Where(ring => ring.Arcs.Length > 0).Select(ring => new GraphRing(ring.Arcs, ring.Weight));

    /// <summary>What a ring would add to the plan, less the rings that would have to go.</summary>
    public long GainOf(ReadOnlySpan<int> arcs, long weight)
    {
        Span<int> rivals = stackalloc int[2 * CycleSearch.MaxCap];
        var gain = weight;
        foreach (var rival in rivals[..Rivals(arcs, rivals)])
            gain -= _rings[rival].Weight;
        return gain;
    }

    /// <summary>Puts a ring in place of its rivals and tells of each that went; answers how many.</summary>
    public int Replace(ReadOnlySpan<int> arcs, long weight, Action<int[]>? gone)
    {
        Span<int> rivals = stackalloc int[2 * CycleSearch.MaxCap];
        rivals = rivals[..Rivals(arcs, rivals)];
        foreach (var rival in rivals)
        {
            var removed = Remove(rival);
            gone?.Invoke(removed);
        }
        Add(arcs, weight);
        return rivals.Length;
    }

    public void Add(ReadOnlySpan<int> arcs, long weight)
    {
        if (!_free.TryPop(out var ring))
        {
            ring = _rings.Count;
            _rings.Add(default);
        }
        _rings[ring] = (arcs.ToArray(), weight);
        ValueMicro += weight;
        foreach (var arc in arcs)
        {
            var (offering, need) = (live.OfferingOf(arc), live.NeedOf(arc));
            SetOfferingUse(offering, Use(ring, OfferingUse(offering)));
            _needUse[need] = Use(ring, _needUse[need]);
        }
    }

    /// <summary>Takes a ring out and answers its arcs.</summary>
    public int[] Remove(int ring)
    {
        var (arcs, weight) = _rings[ring];
        foreach (var arc in arcs)
        {
            var (offering, need) = (live.OfferingOf(arc), live.NeedOf(arc));
            SetOfferingUse(offering, Without(ring, OfferingUse(offering)));
            _needUse[need] = Without(ring, _needUse[need]);
        }
        _rings[ring] = ([], 0);
        _free.Push(ring);
        ValueMicro -= weight;
        return arcs;
    }

    /// <summary>The rings that use an offering.</summary>
    public int[] RingsWith(int offering)
    {
        var rings = new List<int>();
        for (var use = OfferingUse(offering); use != None; use = _uses[use].Next)
            rings.Add(_uses[use].Ring);
        return [.. rings];
    }

    /// <summary>The rings that have to go for this one: at every full offering and need the one of least weight, unless one goes already.</summary>
    private int Rivals(ReadOnlySpan<int> arcs, Span<int> rivals)
    {
        var count = 0;
        foreach (var arc in arcs)
            count = AddRivals(arc, rivals, count);
        return count;
    }

    /// <summary>Adds to the first <paramref name="count"/> rivals those that one more arc has; answers how many there are.</summary>
    public int AddRivals(int arc, Span<int> rivals, int count)
    {
        var (offering, need) = (live.OfferingOf(arc), live.NeedOf(arc));
        count = AddRival(OfferingUse(offering), live.CapacityOf(offering), rivals, count);
        return AddRival(_needUse[need], live.Graph.NeedCapacity(need), rivals, count);
    }

    public long WeightOf(int ring) => _rings[ring].Weight;

    private int AddRival(int firstUse, int capacity, Span<int> rivals, int count)
    {
        var (used, lightest) = (0, None);
        for (var use = firstUse; use != None; use = _uses[use].Next, used++)
        {
            var ring = _uses[use].Ring;
            if (rivals[..count].Contains(ring))
                return count;
            if (lightest == None || _rings[ring].Weight < _rings[lightest].Weight)
                lightest = ring;
        }
        if (used >= capacity)
            rivals[count++] = lightest;
        return count;
    }

    private int Use(int ring, int next)
    {
        if (_freeUses.TryPop(out var use))
            _uses[use] = (ring, next);
        else
        {
            use = _uses.Count;
            _uses.Add((ring, next));
        }
        return use;
    }

    private int Without(int ring, int first)
    {
        if (_uses[first].Ring == ring)
        {
            _freeUses.Push(first);
            return _uses[first].Next;
        }
        var before = first;
        while (_uses[_uses[before].Next].Ring != ring)
            before = _uses[before].Next;
        var use = _uses[before].Next;
        _uses[before] = (_uses[before].Ring, _uses[use].Next);
        _freeUses.Push(use);
        return first;
    }

    private int OfferingUse(int offering) => offering < _offeringUse.Count ? _offeringUse[offering] : None;

    private void SetOfferingUse(int offering, int use)
    {
        while (_offeringUse.Count <= offering)
            _offeringUse.Add(None);
        _offeringUse[offering] = use;
    }

    private static int[] Filled(int length)
    {
        var array = new int[length];
        Array.Fill(array, None);
        return array;
    }
}
