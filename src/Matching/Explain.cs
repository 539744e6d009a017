using System.Globalization;

namespace EdgeNode.Matching;

/// <summary>Why an offering is in no ring of a plan, or that it is in one. The first that holds.</summary>
public enum WhyNot
{
    /// <summary>It is given.</summary>
    IsGiven,

    /// <summary>Nobody needs it.</summary>
    NobodyNeedsIt,

    /// <summary>Its owner has no need that is still open to be met.</summary>
    OwnerNeedsNothing,

    /// <summary>Nobody offers what its owner needs.</summary>
    NobodyOffersWhatOwnerNeeds,

    /// <summary>No ring of the allowed length goes through it.</summary>
    NoRingShortEnough,

    /// <summary>Every ring through it would displace rings that are worth more.</summary>
    OthersAreWorthMore,

    /// <summary>A ring through it would add to the plan: the plan was not proved best.</summary>
    PlanIsNotBest,
}

/// <summary>Why an offering is not given.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Sentence">The same for a person.</param>
/// <param name="BestRing">The ring through it that comes closest, where there is one: arcs in giving order.</param>
/// <param name="BestRingMicro">What that ring is worth.</param>
/// <param name="InItsWayMicro">What the rings of the plan in its way are worth.</param>
public sealed record OfferingReason(
    WhyNot Reason,
    string Sentence,
    IReadOnlyList<int> BestRing,
    long BestRingMicro,
    long InItsWayMicro
);

/// <summary>Why one gift of a ring: who else could have met the need, and who else wanted the offering.</summary>
/// <param name="Arc">The arc.</param>
/// <param name="ScoreMicro">How well it fits, in micro-points.</param>
/// <param name="OtherOfferings">How many other offerings would meet the need.</param>
/// <param name="OtherNeeds">How many other needs the offering would meet.</param>
public sealed record ArcReason(int Arc, long ScoreMicro, int OtherOfferings, int OtherNeeds);

/// <summary>Why a ring.</summary>
/// <param name="ValueMicro">What it adds to the plan.</param>
/// <param name="ScoreMicro">Its scores together, as if everybody accepted for sure.</param>
/// <param name="Chance">How likely all accept, 0 to 1; for people to read, nothing is decided by it.</param>
/// <param name="Arcs">Gift by gift.</param>
/// <param name="Sentence">The same for a person.</param>
public sealed record RingReason(long ValueMicro, long ScoreMicro, double Chance, IReadOnlyList<ArcReason> Arcs, string Sentence);

/// <summary>What is scarce in a market.</summary>
/// <param name="NeedsNobodyOffers">Needs that no offering fits.</param>
/// <param name="OfferingsNobodyNeeds">Offerings that fit no need.</param>
/// <param name="Categories">By category, the most wanted and least offered first; empty for markets without categories.</param>
public sealed record Scarcity(
    IReadOnlyList<int> NeedsNobodyOffers,
    IReadOnlyList<int> OfferingsNobodyNeeds,
    IReadOnlyList<CategoryScarcity> Categories
);

/// <summary>How much of a category is offered and wanted, in units.</summary>
public sealed record CategoryScarcity(string Category, int Offered, int Wanted);

/// <summary>
/// Answers questions about a plan: why this ring, why not that offering, what is scarce. For the people concerned and for
/// stewards; a pure function of graph and plan.
/// </summary>
public sealed class Explain
{
    private readonly ExchangeGraph _graph;
    private readonly LiveGraph _live;
    private readonly LivePlan _plan;
    private readonly BestRing _search;
    private readonly int _cap;
    private readonly int[] _offeringArcs;
    private readonly int[] _needArcs;
    private readonly HashSet<int> _given = [];

    /// <param name="graph">The market.</param>
    /// <param name="rings">The rings of the plan.</param>
    /// <param name="cap">Longest ring, 2 to 6.</param>
    public Explain(ExchangeGraph graph, IReadOnlyList<GraphRing> rings, int cap)
    {
        (_graph, _cap, _live) = (graph, cap, new LiveGraph(graph));
        _plan = new LivePlan(_live);
        _search = new BestRing(_live, _plan, cap);
        foreach (var ring in rings)
        {
            _plan.Add([.. ring.Arcs], ring.ValueMicro);
            _given.UnionWith(ring.Arcs.Select(graph.OfferingOf));
        }
        (_offeringArcs, _needArcs) = (new int[graph.Offerings.Count], new int[graph.Needs.Count]);
        for (var arc = 0; arc < graph.Arcs; arc++)
        {
            _offeringArcs[graph.OfferingOf(arc)]++;
            _needArcs[graph.NeedOf(arc)]++;
        }
    }

    /// <summary>Why a ring of the plan is worth what it is.</summary>
    public RingReason Why(GraphRing ring)
    {
        ArcReason[] arcs =
        [
            .. ring.Arcs.Select(arc => new ArcReason(
                arc,
                _graph.ScoreMicroOf(arc),
                _needArcs[_graph.NeedOf(arc)] - 1,
                _offeringArcs[_graph.OfferingOf(arc)] - 1
            )),
        ];
        var chance = ring.Arcs.Aggregate(1.0, (product, arc) => product * _graph.AcceptOf(arc) / _graph.AcceptBase);
        var scores = arcs.Sum(a => a.ScoreMicro);
        var sentence = string.Create(
            CultureInfo.InvariantCulture,
            $"{arcs.Length} people give and get. It is worth {Points(ring.ValueMicro)} of {Points(scores)} points, since all of them accept with a chance of {100 * chance:0} in 100."
        );
        return new RingReason(ring.ValueMicro, scores, chance, arcs, sentence);
    }

    /// <summary>Why an offering is given or not.</summary>
    public OfferingReason WhyNotGiven(int offering)
    {
        if (_given.Contains(offering))
            return Reason(WhyNot.IsGiven, "It is given in a ring of the plan.");
        if (_offeringArcs[offering] == 0)
            return Reason(WhyNot.NobodyNeedsIt, "Nobody who could receive it needs it.");
        var owner = _graph.OfferingResidents[offering];
        var needs = NeedsOf(owner);
        if (needs.Length == 0)
            return Reason(WhyNot.OwnerNeedsNothing, "Its owner has no open need, and in a ring everybody also gets something.");
        if (needs.All(need => _needArcs[need] == 0))
            return Reason(WhyNot.NobodyOffersWhatOwnerNeeds, "Nobody offers what its owner needs.");
        return AmongRings(offering, owner);
    }

    /// <summary>What nobody offers and what nobody needs.</summary>
    public Scarcity Scarcity() =>
        new(
            [.. Enumerable.Range(0, _needArcs.Length).Where(need => _needArcs[need] == 0)],
            [.. Enumerable.Range(0, _offeringArcs.Length).Where(offering => _offeringArcs[offering] == 0)],
            _graph.Market is { } market ? Categories(market) : []
        );

    private OfferingReason AmongRings(int offering, int owner)
    {
        _search.Look(owner, offering, freeOnly: false, int.MaxValue);
        if (_search.Gain > 0)
            return Reason(WhyNot.PlanIsNotBest, "A ring through it would add to the plan, which was not proved best.");
        // Without the plan in its way the best ring is the heaviest one.
        var alone = new BestRing(_live, new LivePlan(_live), _cap);
        alone.Look(owner, offering, freeOnly: false, int.MaxValue);
        if (alone.Gain == 0)
            return Reason(WhyNot.NoRingShortEnough, $"No ring of at most {_cap} people goes through it.");
        var arcs = alone.Arcs.ToArray();
        var inItsWay = alone.Weight - _plan.GainOf(arcs, alone.Weight);
        var sentence =
            $"Its best ring has {arcs.Length} people and is worth {Points(alone.Weight)} points; the rings that stand in its way are worth {Points(inItsWay)}.";
        return new OfferingReason(WhyNot.OthersAreWorthMore, sentence, arcs, alone.Weight, inItsWay);
    }

    private static OfferingReason Reason(WhyNot reason, string sentence) => new(reason, sentence, [], 0, 0);

    private int[] NeedsOf(int resident)
    {
        var owners = _graph.NeedResidents;
        var needs = new List<int>();
        for (var need = 0; need < owners.Length; need++)
            if (owners[need] == resident)
                needs.Add(need);
        return [.. needs];
    }

    private static List<CategoryScarcity> Categories(Market market)
    {
        var units = new SortedDictionary<string, (int Offered, int Wanted)>(StringComparer.Ordinal);
        foreach (var offering in market.Offerings)
            Count(offering.Category, offering.Capacity, 0);
        foreach (var need in market.Needs)
        foreach (var category in need.Accepts)
            Count(category, 0, need.Capacity);
        return
        [
            .. units
                .Select(u => new CategoryScarcity(u.Key, u.Value.Offered, u.Value.Wanted))
                .OrderByDescending(c => c.Wanted - c.Offered)
                .ThenBy(c => c.Category, StringComparer.Ordinal),
        ];

        void Count(string category, int offered, int wanted)
        {
            var known = units.GetValueOrDefault(category);
            units[category] = (known.Offered + offered, known.Wanted + wanted);
        }
    }

    private static string Points(long micro) =>
        ((decimal)micro / PlanObjectives.MicroPerPoint).ToString("0.##", CultureInfo.InvariantCulture);
}
