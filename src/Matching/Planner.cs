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
        var search = new CycleSearch(graph, options.Cap);
        var columns = RingColumns.Collect(graph, search, options, cancel);
        var meter = new WorkMeter(options.WorkLimit, cancel);
        var packed = Packing.Solve(Problem(columns), meter);
        var bound = columns.Tally.Complete ? packed.Bound : ArcBound(graph, search);
        PlanRing[] rings = [.. packed.Columns.Select(column => ToRing(graph, columns, column))];
        var plan = new Plan
        {
            Rings = rings,
            Cap = options.Cap,
            Objective = options.Objective,
            ValueMicro = packed.Value,
            BoundMicro = bound,
            Columns = columns.Tally.Rings,
            Work = meter.Done,
            Deterministic = !meter.Cancelled && !cancel.IsCancellationRequested,
            InputHash = input.InputHash,
            PlanHash = PlanDigest.OfPlan(input.InputHash, options.Objective, options.Cap, packed.Value, rings),
        };
        plan.Check(input);
        return plan;
    }

    /// <summary>Plans a graph, whatever it was built from. Limits and exceptions as above; ids of held items are not looked at.</summary>
    public static GraphPlan Solve(ExchangeGraph graph, PlanOptions options, CancellationToken cancel = default)
    {
        var search = new CycleSearch(graph, options.Cap);
        var columns = RingColumns.Collect(graph, search, options, cancel);
        var meter = new WorkMeter(options.WorkLimit, cancel);
        var packed = Packing.Solve(Problem(columns), meter);
        var bound = columns.Tally.Complete ? packed.Bound : ArcBound(graph, search);
        return new GraphPlan
        {
            Rings = [.. packed.Columns.Select(c => new GraphRing(columns.Arcs(c).ToArray(), columns.Weight(c)))],
            Chains = [],
            ValueMicro = packed.Value,
            BoundMicro = bound,
            RootBoundMicro = bound,
            Columns = columns.Tally.Rings,
            Work = meter.Done,
            Deterministic = !meter.Cancelled && !cancel.IsCancellationRequested,
        };
    }

    private static PackingProblem Problem(RingColumns columns)
    {
        var (ids, weights, start) = (new int[columns.Count], new long[columns.Count], new int[columns.Count + 1]);
        var rows = new List<int>(6 * columns.Count);
        Span<int> resources = stackalloc int[2 * CycleSearch.MaxCap];
        for (var column = 0; column < columns.Count; column++)
        {
            (ids[column], weights[column]) = (column, columns.Weight(column));
            rows.AddRange(resources[..columns.ResourcesOf(column, resources)]);
            start[column + 1] = rows.Count;
        }
        int[] capacity = [.. Enumerable.Range(0, columns.Resources).Select(columns.Capacity)];
        return new PackingProblem(ids, weights, start, [.. rows], capacity, new long[capacity.Length]);
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

    private static PlanRing ToRing(ExchangeGraph graph, RingColumns columns, int column)
    {
        var edges = new List<PlanEdge>();
        foreach (var arc in columns.Arcs(column))
            edges.Add(
                new PlanEdge(
                    graph.Residents[graph.GiverOf(arc)],
                    graph.Offerings[graph.OfferingOf(arc)],
                    graph.Residents[graph.ReceiverOf(arc)],
                    graph.Needs[graph.NeedOf(arc)]
                )
            );
        return new PlanRing(edges, columns.Weight(column));
    }
}
