namespace EdgeNode.Matching;

/// <summary>
/// The one entry to planning: a pure function from market and options to plan. Same input, same plan and same hash, on any
/// machine and in any order of records.
/// </summary>
public static class Planner
{
    /// <summary>
    /// Finds the best set of rings it can within the limits and says how good it is at most. Throws
    /// <see cref="ArgumentOutOfRangeException"/> for a cap that is neither 0 nor from 2 to 6 or a limit below zero.
    /// </summary>
    /// <param name="market">The input.</param>
    /// <param name="options">Cap, objective, limits and the items to leave out.</param>
    /// <param name="cancel">
    /// Ends the run early with the best plan so far and an honest bound; if it had an effect, the plan is not deterministic.
    /// </param>
    public static Plan Solve(Market market, PlanOptions options, CancellationToken cancel = default)
    {
        Check(options);
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

    /// <summary>
    /// Plans a graph, whatever it was built from: by listing its rings and chains where the limits allow, else by pricing. Limits
    /// and exceptions as above; ids of held items are not looked at.
    /// </summary>
    public static GraphPlan Solve(ExchangeGraph graph, PlanOptions options, CancellationToken cancel = default)
    {
        Check(options);
        var pool = new ColumnPool(graph);
        var complete = List(graph, options, pool, cancel);
        if (!complete && graph.Dummies == 0)
            return new PricedSolver(graph, SeedsOf(graph, options, cancel), options, cancel).Solve(ArcBound(graph, options));
        pool = pool.InColumnOrder();
        var solver = new GraphSolver(pool, options, cancel);
        solver.Run();
        var columns = solver.Columns();
        return new GraphPlan
        {
            Rings = [.. columns.Where(c => !pool.IsChain(c)).Select(c => ToGraphRing(pool, c))],
            Chains = [.. columns.Where(pool.IsChain).Select(c => ToGraphRing(pool, c))],
            ValueMicro = solver.Value,
            BoundMicro = complete ? solver.Bound : Math.Max(solver.Value, ArcBound(graph, options)),
            RootBoundMicro = complete ? solver.RootBound : ArcBound(graph, options),
            Columns = pool.Count,
            Work = solver.Done,
            Deterministic = !solver.Cancelled && !cancel.IsCancellationRequested,
            Certificate = complete ? solver.ToCertificate() : null,
        };
    }

    /// <summary>Rings longer than this, and chains, soon are too many to list; pricing overtakes a list at some thousands of them.</summary>
    private const int LongestListed = 4;

    /// <summary>Rings and chains up to which they are listed all the same.</summary>
    private const int MostLongWays = 60_000;

    private static GraphRing ToGraphRing(ColumnPool pool, int column) => new(pool.Arcs(column).ToArray(), pool.Weight(column));

    private static void Check(PlanOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.WorkLimit);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxSearchSteps);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxColumns);
        ArgumentOutOfRangeException.ThrowIfNegative(options.ChainLimit);
        if (options.Cap != 0)
            ArgumentOutOfRangeException.ThrowIfLessThan(options.Cap, CycleSearch.MinCap);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Cap, CycleSearch.MaxCap);
    }

    /// <summary>Lists all rings and chains that are worth something; false when a limit or the caller ended it before.</summary>
    private static bool List(ExchangeGraph graph, PlanOptions options, ColumnPool pool, CancellationToken cancel)
    {
        // Dummies cannot be priced (PricedSearch), so there a long list is all there is.
        var longWays = (options.Cap > LongestListed || options.ChainLimit > 0) && graph.Dummies == 0;
        var most = longWays ? Math.Min(MostLongWays, options.MaxColumns) : options.MaxColumns;
        if (options.Cap > 0)
        {
            var tally = new CycleSearch(graph, options.Cap).Run(Keep, options.MaxSearchSteps, cancel);
            if (!tally.Complete)
                return false;
        }
        if (options.ChainLimit == 0 || graph.Altruists == 0)
            return true;
        var search = new PricedSearch(graph, 0, options.ChainLimit, new WorkMeter(options.MaxSearchSteps, cancel));
        search.Run(null, 0, (arcs, chain, _) => KeepAny(arcs, chain));
        return search.Complete;

        bool Keep(ReadOnlySpan<int> arcs) => KeepAny(arcs, chain: false);

        bool KeepAny(ReadOnlySpan<int> arcs, bool chain)
        {
            var weight = graph.WeightOf(arcs, chain);
            if (weight == 0)
                return true;
            if (pool.Count >= most)
                return false;
            pool.Add(arcs, weight, chain);
            return true;
        }
    }

    /// <summary>Short rings, to begin with where not all can be listed.</summary>
    private static ColumnPool SeedsOf(ExchangeGraph graph, PlanOptions options, CancellationToken cancel)
    {
        var pool = new ColumnPool(graph);
        if (options.Cap > 0)
            new CycleSearch(graph, CycleSearch.MinCap).Run(
                arcs =>
                {
                    if (graph.Weigh(arcs) is var weight && weight > 0)
                        pool.Add(arcs, weight, chain: false);
                    return pool.Count < Math.Min(options.MaxColumns, 100_000);
                },
                options.MaxSearchSteps,
                cancel
            );
        return pool;
    }

    /// <summary>
    /// A bound that needs no list of rings: each offering and each need is worth at most its best arc, and an arc adds to a
    /// ring at most its score times its giver's acceptance, since the others' acceptances only lower it.
    /// </summary>
    private static long ArcBound(ExchangeGraph graph, PlanOptions options)
    {
        var (byOffering, byNeed) = (new long[graph.Offerings.Count], new long[graph.Needs.Count]);
        var inner = options.ChainLimit > 0 || options.Cap == 0 ? AllArcs(graph) : new CycleSearch(graph, options.Cap).Inner;
        foreach (var arc in inner)
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

    private static int[] AllArcs(ExchangeGraph graph) => [.. Enumerable.Range(0, graph.Arcs)];

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
