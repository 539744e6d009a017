namespace EdgeNode.Matching;

/// <summary>
/// The one entry to planning: a pure function from market and options to plan. Same input, same plan and same hash, on any
/// machine and in any order of records.
/// </summary>
public static class Planner
{
    /// <summary>
    /// Finds the best set of rings it can within the limits and says how good it is at most. Throws
    /// <see cref="ArgumentOutOfRangeException"/> for a cap outside 2 to 4 or a limit below zero.
    /// </summary>
    /// <param name="market">The input.</param>
    /// <param name="options">Cap, objective, limits and the items to leave out.</param>
    /// <param name="cancel">
    /// Ends the run early with the best plan so far and an honest bound; if it had an effect, the plan is not deterministic.
    /// </param>
    public static Plan Solve(Market market, PlanOptions options, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.WorkLimit);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxSearchSteps);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxColumns);
        var input = market.Without(options.Excluded);
        var graph = ExchangeGraph.Build(input, options.Objective);
        var found = Solve(graph, options, cancel);
        PlanRing[] rings = [.. found.Rings.Select(ring => ToRing(graph, ring))];
        var plan = new Plan
        {
            Rings = rings,
            Cap = options.Cap,
            Objective = options.Objective,
            ValueMicro = found.ValueMicro,
            BoundMicro = found.BoundMicro,
            Columns = found.Columns,
            Work = found.Work,
            Deterministic = found.Deterministic,
            InputHash = input.InputHash,
            PlanHash = PlanDigest.OfPlan(input.InputHash, options.Objective, options.Cap, found.ValueMicro, rings),
        };
        plan.Check(input);
        return plan;
    }

    /// <summary>Plans a graph, whatever it was built from. Limits and exceptions as above; ids of held items are not looked at.</summary>
    public static GraphPlan Solve(ExchangeGraph graph, PlanOptions options, CancellationToken cancel = default)
    {
        var pool = new ColumnPool(graph);
        var search = new CycleSearch(graph, options.Cap);
        var tally = search.Run(
            arcs =>
            {
                if (graph.Weigh(arcs) is var weight && weight > 0)
                    pool.Add(arcs, weight, chain: false);
                return pool.Count < options.MaxColumns;
            },
            options.MaxSearchSteps,
            cancel
        );
        pool = pool.InColumnOrder();
        var solver = new GraphSolver(graph, pool, options, cancel);
        solver.Run();
        return new GraphPlan
        {
            Rings = [.. solver.Columns().Select(c => new GraphRing(pool.Arcs(c).ToArray(), pool.Weight(c)))],
            Chains = [],
            ValueMicro = solver.Value,
            BoundMicro = tally.Complete ? solver.Bound : ArcBound(graph, search),
            RootBoundMicro = solver.RootBound,
            Columns = pool.Count,
            Work = solver.Done,
            Deterministic = !solver.Cancelled,
        };
    }

    /// <summary>
    /// A bound that needs no list of rings: each offering and each need is worth at most its best arc, and an arc adds to a
    /// ring at most its score times its giver's acceptance, since the others' acceptances only lower it.
    /// </summary>
    private static long ArcBound(ExchangeGraph graph, CycleSearch search)
    {
        var (byOffering, byNeed) = (new long[graph.Offerings.Count], new long[graph.Needs.Count]);
        foreach (var arc in search.Inner)
        {
            // One more, as a ring is floored once and its arcs are floored one by one.
            var worth = 1 + graph.Weigh([arc]);
            ref var given = ref byOffering[graph.OfferingOf(arc)];
            ref var met = ref byNeed[graph.NeedOf(arc)];
            (given, met) = (Math.Max(given, worth), Math.Max(met, worth));
        }
        var offered = byOffering.Select((worth, i) => worth * graph.OfferingCapacity(i)).Sum();
        var needed = byNeed.Select((worth, i) => worth * graph.NeedCapacity(i)).Sum();
        return Math.Min(offered, needed);
    }

    private static PlanRing ToRing(ExchangeGraph graph, GraphRing ring)
    {
        var edges = new List<PlanEdge>();
        foreach (var arc in ring.Arcs)
            edges.Add(
                new PlanEdge(
                    graph.Residents[graph.GiverOf(arc)],
                    graph.Offerings[graph.OfferingOf(arc)],
                    graph.Residents[graph.ReceiverOf(arc)],
                    graph.Needs[graph.NeedOf(arc)]
                )
            );
        return new PlanRing(edges, ring.ValueMicro);
    }
}
