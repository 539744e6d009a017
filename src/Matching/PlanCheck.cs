namespace EdgeNode.Matching;

/// <summary>Tells whether a plan keeps its promises, from the market's records alone.</summary>
internal sealed class PlanCheck(Market market, Plan plan)
{
    private readonly Dictionary<string, MarketOffering> _offerings = market.Offerings.ToDictionary(
        o => o.Id,
        StringComparer.Ordinal
    );
    private readonly Dictionary<string, MarketNeed> _needs = market.Needs.ToDictionary(n => n.Id, StringComparer.Ordinal);
    private readonly Dictionary<string, int> _used = new(StringComparer.Ordinal);
    private readonly HashSet<string> _waiting = market.Waiting.ToHashSet(StringComparer.Ordinal);

    public void Run()
    {
        Hold(plan.InputHash == market.InputHash, "it was made for another market");
        Hold(plan.Cap is >= CycleSearch.MinCap and <= CycleSearch.MaxCap, $"its cap is {plan.Cap}");
        long value = 0;
        for (var i = 0; i < plan.Rings.Count; i++)
        {
            CheckRing(plan.Rings[i]);
            Hold(i == 0 || Compare(plan.Rings[i - 1], plan.Rings[i]) < 0, $"ring {i} is out of column order or there twice");
            value += plan.Rings[i].ValueMicro;
        }
        Hold(value == plan.ValueMicro, $"its rings are worth {value}, not {plan.ValueMicro}");
        Hold(value <= plan.BoundMicro, $"its value {value} is above its bound {plan.BoundMicro}");
        var hash = PlanDigest.OfPlan(plan.InputHash, plan.Objective, plan.Cap, plan.ValueMicro, plan.Rings);
        Hold(hash == plan.PlanHash, "its hash is not the hash of its content");
    }

    private void CheckRing(PlanRing ring)
    {
        var edges = ring.Edges;
        Hold(edges.Count >= CycleSearch.MinCap && edges.Count <= plan.Cap, $"a ring has {edges.Count} edges");
        for (var i = 0; i < edges.Count; i++)
        {
            var next = edges[(i + 1) % edges.Count];
            Hold(edges[i].Receiver == next.Giver, $"{edges[i].Receiver} receives and {next.Giver} gives next");
            Hold(
                i == 0 || string.CompareOrdinal(edges[0].Giver, edges[i].Giver) < 0,
                $"{edges[0].Giver} is not the one smallest resident of the ring"
            );
            CheckEdge(edges[i]);
        }
        Hold(edges.Select(e => e.Giver).Distinct().Count() == edges.Count, "a resident is in a ring twice");
        CheckVisibility(ring);
        Hold(Weight(ring) == ring.ValueMicro, $"a ring is worth {Weight(ring)}, not {ring.ValueMicro}");
    }

    private void CheckEdge(PlanEdge edge)
    {
        var offering = Offering(edge);
        var need = Need(edge);
        Hold(offering.Resident == edge.Giver, $"offering {edge.Offering} is not {edge.Giver}'s");
        Hold(need.Resident == edge.Receiver, $"need {edge.Need} is not {edge.Receiver}'s");
        Hold(need.Accepts.Contains(offering.Category), $"need {edge.Need} does not accept {offering.Category}");
        Use(offering.Id, offering.Capacity);
        Use(need.Id, need.Capacity);
    }

    private void Use(string item, int capacity)
    {
        var uses = _used[item] = _used.GetValueOrDefault(item) + 1;
        Hold(uses <= capacity, $"{item} is used {uses} times and has a capacity of {capacity}");
    }

    private void CheckVisibility(PlanRing ring)
    {
        var homes = Homes(ring);
        foreach (var edge in ring.Edges)
        foreach (var home in homes)
        {
            var (offering, need) = (Offering(edge), Need(edge));
            Hold(offering.HomeNode == home || offering.Audience.Contains(home), $"{home} may not see {offering.Id}");
            Hold(need.HomeNode == home || need.Audience.Contains(home), $"{home} may not see {need.Id}");
        }
    }

    private string[] Homes(PlanRing ring) => [.. ring.Edges.Select(e => Offering(e).HomeNode).Distinct()];

    private long Weight(PlanRing ring)
    {
        Int128 accepts = 1;
        foreach (var edge in ring.Edges)
            accepts *= Offering(edge).AcceptPercent;
        return plan.Objective.Weigh(ring.Edges.Count, ring.Edges.Sum(e => Need(e).Score), accepts);
    }

    private MarketOffering Offering(PlanEdge edge) =>
        _offerings.TryGetValue(edge.Offering, out var offering)
            ? offering
            : throw new PlanBrokenException($"The plan is broken: there is no offering {edge.Offering}.");

    private MarketNeed Need(PlanEdge edge) =>
        _needs.TryGetValue(edge.Need, out var need)
            ? need
            : throw new PlanBrokenException($"The plan is broken: there is no need {edge.Need}.");

    private int Compare(PlanRing a, PlanRing b)
    {
        var byWaiting = Patient(a).CompareTo(Patient(b));
        var byHomes = Homes(a).Length.CompareTo(Homes(b).Length);
        var byLength = a.Edges.Count.CompareTo(b.Edges.Count);
        return (byWaiting, byHomes, byLength) switch
        {
            (not 0, _, _) => byWaiting,
            (_, not 0, _) => byHomes,
            (_, _, not 0) => byLength,
            _ => CompareIds(a, b),
        };
    }

    private bool Patient(PlanRing ring) => !ring.Edges.Any(e => _waiting.Contains(e.Giver));

    private static int CompareIds(PlanRing a, PlanRing b)
    {
        Func<PlanEdge, string>[] parts = [e => e.Giver, e => e.Offering, e => e.Need];
        foreach (var part in parts)
            for (var i = 0; i < a.Edges.Count; i++)
            {
                var order = string.CompareOrdinal(part(a.Edges[i]), part(b.Edges[i]));
                if (order != 0)
                    return order;
            }
        return 0;
    }

    private static void Hold(bool promise, string otherwise)
    {
        if (!promise)
            throw new PlanBrokenException($"The plan is broken: {otherwise}.");
    }
}
