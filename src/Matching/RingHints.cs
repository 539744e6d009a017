namespace EdgeNode.Matching;

/// <summary>
/// Quick looks into a cabinet's market between two plans: is there a ring through what was just posted, and how could a ring go
/// on without someone. Hints only: the plan that all home nodes compute alike stays the full solve.
/// </summary>
public static class RingHints
{
    private static readonly Func<int, bool> Always = static _ => true;

    /// <summary>
    /// The best ring of at most <paramref name="cap"/> residents through an offering of the market, or null when there is none or the
    /// market does not hold the offering.
    /// </summary>
    public static PlanRing? Through(Market market, string offering, int cap)
    {
        var graph = ExchangeGraph.Build(market);
        var index = graph.Offerings.IndexOf(offering);
        if (index < 0)
            return null;
        var ring = new Rematch(graph, RematchOptions.Default with { Cap = cap }).BestThrough(index, freeOnly: true);
        return ring is null ? null : ToRing(graph, ring.Arcs, ring.ValueMicro);
    }

    /// <summary>
    /// Rings that go on without <paramref name="declined"/> and keep what all others accepted; shortcuts first, then fewest
    /// newcomers, then most value. Empty when an item of the ring is no longer in the market.
    /// </summary>
    /// <param name="market">Without the items that other rings hold, and with those of this ring.</param>
    /// <param name="ring">The ring that was declined.</param>
    /// <param name="declined">The resident who said no.</param>
    /// <param name="cap">Longest ring.</param>
    /// <param name="most">How many are wanted.</param>
    public static IReadOnlyList<PlanRing> Without(Market market, PlanRing ring, string declined, int cap, int most)
    {
        var graph = ExchangeGraph.Build(market);
        var resident = graph.Residents.IndexOf(declined);
        int[] arcs = [.. ring.Edges.Select(edge => ArcOf(graph, edge))];
        if (arcs.Contains(-1) || !arcs.Any(arc => graph.GiverOf(arc) == resident))
            return [];
        var repairs = new RingRepairs(graph, cap, Always, Always).Without(arcs, resident, most);
        return [.. repairs.Select(repair => ToRing(graph, repair.Arcs, repair.ValueMicro))];
    }

    private static int ArcOf(ExchangeGraph graph, PlanEdge edge)
    {
        var (offering, need) = (graph.Offerings.IndexOf(edge.Offering), graph.Needs.IndexOf(edge.Need));
        return offering < 0 || need < 0 ? -1 : graph.FindArc(offering, need);
    }

    private static PlanRing ToRing(ExchangeGraph graph, IReadOnlyList<int> arcs, long valueMicro)
    {
        var smallest = Enumerable.Range(0, arcs.Count).MinBy(i => graph.GiverOf(arcs[i]));
        PlanEdge[] edges =
        [
            .. arcs.Skip(smallest)
                .Concat(arcs.Take(smallest))
                .Select(arc => new PlanEdge(
                    graph.Residents[graph.GiverOf(arc)],
                    graph.Offerings[graph.OfferingOf(arc)],
                    graph.Residents[graph.ReceiverOf(arc)],
                    graph.Needs[graph.NeedOf(arc)]
                )),
        ];
        return new PlanRing(edges, valueMicro);
    }
}
