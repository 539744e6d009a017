namespace EdgeNode.Matching;

/// <summary>
/// Who could give what to whom: an arc from an offering to a need where the category is accepted, giver and receiver are two
/// people, and each side's item may be seen by the other's home node. Rows of arcs lie in flat arrays, a row per giving
/// resident, sorted by offering and need; every index follows the order of ids, so smaller index means smaller id.
/// </summary>
/// <remarks>An arc takes 16 bytes. The graph is immutable and holds no object per arc.</remarks>
public sealed class ExchangeGraph
{
    private readonly ulong[] _homeBit;
    private readonly ulong[] _offeringSeen;
    private readonly ulong[] _needSeen;
    private readonly int[] _offeringResident;
    private readonly int[] _acceptPercent;
    private readonly Dictionary<string, int[]> _byCategory;
    private readonly int[] _rowStart;
    private readonly int[] _arcOffering;
    private readonly int[] _arcNeed;
    private readonly int[] _arcTo;
    private readonly int[] _arcScore;
    private readonly bool[] _waiting;

    private ExchangeGraph(Market market)
    {
        Market = market;
        Residents = SortedNames(market.Offerings.Select(o => o.Resident).Concat(market.Needs.Select(n => n.Resident)));
        var residentOf = Index(Residents);
        var bitOf = HomeBits(market);
        _offeringResident = [.. market.Offerings.Select(o => residentOf[o.Resident])];
        _acceptPercent = [.. market.Offerings.Select(o => o.AcceptPercent)];
        _byCategory = market
            .Offerings.Select((o, index) => (o.Category, index))
            .GroupBy(x => x.Category, x => x.index, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
        _offeringSeen = [.. market.Offerings.Select(o => Mask(o.HomeNode, o.Audience, bitOf))];
        _needSeen = [.. market.Needs.Select(n => Mask(n.HomeNode, n.Audience, bitOf))];
        _homeBit = new ulong[Residents.Count];
        foreach (var o in market.Offerings)
            _homeBit[residentOf[o.Resident]] = bitOf[o.HomeNode];
        foreach (var n in market.Needs)
            _homeBit[residentOf[n.Resident]] = bitOf[n.HomeNode];
        _waiting = new bool[Residents.Count];
        foreach (var name in market.Waiting)
            if (residentOf.TryGetValue(name, out var resident))
                _waiting[resident] = true;

        var receivers = market.Needs.Select(n => residentOf[n.Resident]).ToArray();
        var arcsOfOffering = CountArcs(receivers);
        _rowStart = RowStarts(arcsOfOffering);
        var arcs = _rowStart[^1];
        (_arcOffering, _arcNeed, _arcTo, _arcScore) = (new int[arcs], new int[arcs], new int[arcs], new int[arcs]);
        FillRows(receivers, arcsOfOffering);
    }

    /// <summary>The market this graph was built from; offering and need indices are positions in its lists.</summary>
    public Market Market { get; }

    /// <summary>Everyone with an offering or a need, by id.</summary>
    public IReadOnlyList<string> Residents { get; }

    /// <summary>Number of arcs.</summary>
    public int Arcs => _arcTo.Length;

    /// <summary>Builds the graph; cost is the number of (accepted category, offering in it) pairs.</summary>
    public static ExchangeGraph Build(Market market) => new(market);

    /// <summary>First arc that resident <paramref name="giver"/> gives along; its last is before the next giver's first.</summary>
    public int FirstArc(int giver) => _rowStart[giver];

    /// <summary>The offering of an arc, as an index into <see cref="Market.Offerings"/>.</summary>
    public int OfferingOf(int arc) => _arcOffering[arc];

    /// <summary>The need of an arc, as an index into <see cref="Market.Needs"/>.</summary>
    public int NeedOf(int arc) => _arcNeed[arc];

    /// <summary>The resident who gives along an arc.</summary>
    public int GiverOf(int arc) => _offeringResident[_arcOffering[arc]];

    /// <summary>The resident who receives along an arc.</summary>
    public int ReceiverOf(int arc) => _arcTo[arc];

    /// <summary>The score of an arc, 1 to 100.</summary>
    public int ScoreOf(int arc) => _arcScore[arc];

    /// <summary>How likely the giver of an arc is to accept, in percent.</summary>
    public int AcceptPercentOf(int arc) => _acceptPercent[_arcOffering[arc]];

    /// <summary>The one bit of a resident's home node.</summary>
    public ulong HomeBit(int resident) => _homeBit[resident];

    /// <summary>Whether a resident gave in an earlier ring and did not yet receive.</summary>
    public bool IsWaiting(int resident) => _waiting[resident];

    /// <summary>The home nodes that may see both items of an arc.</summary>
    public ulong SeenBy(int arc) => _offeringSeen[_arcOffering[arc]] & _needSeen[_arcNeed[arc]];

    private int[] CountArcs(int[] receivers)
    {
        var count = new int[_offeringResident.Length];
        foreach (var (offering, _) in Pairs(receivers))
            count[offering]++;
        return count;
    }

    private int[] RowStarts(int[] arcsOfOffering)
    {
        var start = new int[Residents.Count + 1];
        for (var offering = 0; offering < arcsOfOffering.Length; offering++)
            start[_offeringResident[offering] + 1] += arcsOfOffering[offering];
        for (var resident = 0; resident < Residents.Count; resident++)
            start[resident + 1] += start[resident];
        return start;
    }

    /// <summary>Pairs come need by need, so each offering's stretch of its giver's row is filled in the order of needs.</summary>
    private void FillRows(int[] receivers, int[] arcsOfOffering)
    {
        var next = OfferingStarts(arcsOfOffering);
        foreach (var (offering, need) in Pairs(receivers))
        {
            var at = next[offering]++;
            _arcOffering[at] = offering;
            _arcNeed[at] = need;
            _arcTo[at] = receivers[need];
            _arcScore[at] = Market.Needs[need].Score;
        }
    }

    private int[] OfferingStarts(int[] arcsOfOffering)
    {
        var free = _rowStart[..^1];
        var start = new int[arcsOfOffering.Length];
        for (var offering = 0; offering < start.Length; offering++)
        {
            var giver = _offeringResident[offering];
            start[offering] = free[giver];
            free[giver] += arcsOfOffering[offering];
        }
        return start;
    }

    private IEnumerable<(int Offering, int Need)> Pairs(int[] receivers)
    {
        for (var need = 0; need < receivers.Length; need++)
            foreach (var category in Market.Needs[need].Accepts)
                if (_byCategory.TryGetValue(category, out var offerings))
                    foreach (var offering in offerings)
                        if (Fits(offering, need, receivers[need]))
                            yield return (offering, need);
    }

    /// <summary>Pairwise visibility is necessary; the search asks it again of the whole ring.</summary>
    private bool Fits(int offering, int need, int receiver)
    {
        var giver = _offeringResident[offering];
        return giver != receiver
            && (_offeringSeen[offering] & _homeBit[receiver]) != 0
            && (_needSeen[need] & _homeBit[giver]) != 0;
    }

    private static ulong Mask(string home, IReadOnlyList<string> audience, Dictionary<string, ulong> bitOf)
    {
        var mask = bitOf[home];
        foreach (var node in audience)
            if (bitOf.TryGetValue(node, out var bit))
                mask |= bit;
        return mask;
    }

    private static Dictionary<string, ulong> HomeBits(Market market)
    {
        var nodes = SortedNames(market.Offerings.Select(o => o.HomeNode).Concat(market.Needs.Select(n => n.HomeNode)));
        return Index(nodes).ToDictionary(x => x.Key, x => 1UL << x.Value, StringComparer.Ordinal);
    }

    private static string[] SortedNames(IEnumerable<string> names) =>
        [.. names.Distinct(StringComparer.Ordinal).OrderBy(n => n, StringComparer.Ordinal)];

    private static Dictionary<string, int> Index(IReadOnlyList<string> names)
    {
        var index = new Dictionary<string, int>(names.Count, StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++)
            index.Add(names[i], i);
        return index;
    }
}
