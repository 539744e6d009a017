namespace EdgeNode.Matching;

/// <summary>
/// Turns a market into a graph: an arc where the need accepts the offering's category, giver and receiver are two people, and
/// each side's item may be seen by the other's home node.
/// </summary>
internal sealed class MarketGraph
{
    private readonly Market _market;
    private readonly PlanObjective _objective;
    private readonly string[] _residents;
    private readonly string[] _nodes;
    private readonly int[] _home;
    private readonly int[] _giver;
    private readonly int[] _receiver;
    private readonly ulong[] _offeringSeen;
    private readonly ulong[] _needSeen;
    private readonly Dictionary<string, int[]> _byCategory;

    public MarketGraph(Market market, PlanObjective objective)
    {
        (_market, _objective) = (market, objective);
        _residents = SortedNames(market.Offerings.Select(o => o.Resident).Concat(market.Needs.Select(n => n.Resident)));
        _nodes = SortedNames(market.Offerings.Select(o => o.HomeNode).Concat(market.Needs.Select(n => n.HomeNode)));
        var residentOf = Index(_residents);
        var nodeOf = Index(_nodes);
        _giver = [.. market.Offerings.Select(o => residentOf[o.Resident])];
        _receiver = [.. market.Needs.Select(n => residentOf[n.Resident])];
        _home = new int[_residents.Length];
        foreach (var o in market.Offerings)
            _home[residentOf[o.Resident]] = nodeOf[o.HomeNode];
        foreach (var n in market.Needs)
            _home[residentOf[n.Resident]] = nodeOf[n.HomeNode];
        _offeringSeen = [.. market.Offerings.Select(o => Mask(o.HomeNode, o.Audience, nodeOf))];
        _needSeen = [.. market.Needs.Select(n => Mask(n.HomeNode, n.Audience, nodeOf))];
        _byCategory = market
            .Offerings.Select((o, index) => (o.Category, index))
            .GroupBy(x => x.Category, x => x.index, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
    }

    public ExchangeGraph Build()
    {
        var (offering, need) = Arcs();
        var parts = new GraphParts
        {
            Market = _market,
            Objective = _objective,
            Residents = GraphIds.Texts(_residents),
            Offerings = GraphIds.Texts([.. _market.Offerings.Select(o => o.Id)]),
            Needs = GraphIds.Texts([.. _market.Needs.Select(n => n.Id)]),
            OfferingResident = _giver,
            NeedResident = _receiver,
            OfferingCapacity = Capacities(_market.Offerings.Select(o => o.Capacity)),
            NeedCapacity = Capacities(_market.Needs.Select(n => n.Capacity)),
            Accept = Accept(),
            Home = _home,
            Waiting = Waiting(),
            Sight = EverybodySeesAll() ? null : new GraphSight(_offeringSeen, _needSeen),
            ArcOffering = offering,
            ArcNeed = need,
            ArcScore = [.. need.Select(n => _objective == PlanObjective.Count ? 1 : _market.Needs[n].Score)],
        };
        // A need names each category once and an offering has one, so no pair comes twice.
        return parts.TryBuild(out _)!;
    }

    private (int[] Offering, int[] Need) Arcs()
    {
        var (offerings, needs) = (new List<int>(), new List<int>());
        for (var need = 0; need < _receiver.Length; need++)
            foreach (var category in _market.Needs[need].Accepts)
                if (_byCategory.TryGetValue(category, out var inCategory))
                    foreach (var offering in inCategory)
                        if (Fits(offering, need))
                        {
                            offerings.Add(offering);
                            needs.Add(need);
                        }
        return ([.. offerings], [.. needs]);
    }

    /// <summary>Pairwise visibility is necessary; the search asks it again of the whole ring.</summary>
    private bool Fits(int offering, int need)
    {
        var (giver, receiver) = (_giver[offering], _receiver[need]);
        return giver != receiver && (_offeringSeen[offering] & Bit(receiver)) != 0 && (_needSeen[need] & Bit(giver)) != 0;
    }

    private ulong Bit(int resident) => 1UL << _home[resident];

    private bool EverybodySeesAll()
    {
        var all = _nodes.Length == Market.MaxHomeNodes ? ulong.MaxValue : (1UL << _nodes.Length) - 1;
        return _offeringSeen.All(mask => mask == all) && _needSeen.All(mask => mask == all);
    }

    private ushort[]? Accept() =>
        _objective != PlanObjective.Expected || _market.Offerings.All(o => o.AcceptPercent == 100)
            ? null
            : [.. _market.Offerings.Select(o => (ushort)o.AcceptPercent)];

    private bool[]? Waiting() =>
        _market.Waiting.Count == 0 ? null : [.. _residents.Select(_market.Waiting.ToHashSet(StringComparer.Ordinal).Contains)];

    private static ushort[]? Capacities(IEnumerable<int> capacities)
    {
        ushort[] all = [.. capacities.Select(c => (ushort)c)];
        return all.AsSpan().ContainsAnyExcept((ushort)1) ? all : null;
    }

    private static ulong Mask(string home, IReadOnlyList<string> audience, Dictionary<string, int> nodeOf)
    {
        var mask = 1UL << nodeOf[home];
        foreach (var node in audience)
            if (nodeOf.TryGetValue(node, out var index))
                mask |= 1UL << index;
        return mask;
    }

    private static string[] SortedNames(IEnumerable<string> names) =>
        [.. names.Distinct(StringComparer.Ordinal).OrderBy(n => n, StringComparer.Ordinal)];

    private static Dictionary<string, int> Index(string[] names)
    {
        var index = new Dictionary<string, int>(names.Length, StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
            index.Add(names[i], i);
        return index;
    }
}
