namespace EdgeNode.Matching;

/// <summary>What an incremental re-plan may do.</summary>
public sealed record RematchOptions
{
    public static RematchOptions Default { get; } = new();

    /// <summary>Longest ring, 2 to 6 residents (default: 4).</summary>
    public int Cap { get; init; } = 4;

    /// <summary>Residents of broken rings that are given a new look after one change (default: 8).</summary>
    public int MaxRepairs { get; init; } = 8;

    /// <summary>Arcs that may be looked at in one search; what is found by then counts (default: 200,000).</summary>
    public int MaxSteps { get; init; } = 200_000;
}

/// <summary>What one change did to the plan.</summary>
/// <param name="Added">Rings that are new.</param>
/// <param name="Removed">Rings that had to go.</param>
/// <param name="GainMicro">What the plan won or lost, in micro-points.</param>
/// <param name="Steps">Arcs looked at.</param>
public readonly record struct RematchResult(int Added, int Removed, long GainMicro, long Steps);

/// <summary>
/// A plan that follows a changing market: one new, changed or withdrawn offering re-plans its neighbourhood only. The best ring
/// through what is new replaces rings in its way if it is worth more than they are; residents of rings that had to go are
/// looked after in turn. Every change leaves a valid plan; the value is not proved best, the full solve does that.
/// </summary>
/// <remarks>Deterministic: it depends on the graph, the plan at the start and the order of changes alone.</remarks>
public sealed class Rematch
{
    private readonly LiveGraph _live;
    private readonly LivePlan _plan;
    private readonly RematchOptions _options;
    private readonly BestRing _search;
    private readonly Queue<int> _toRepair = new();

    /// <summary>An empty plan over a graph without altruists and dummies.</summary>
    public Rematch(ExchangeGraph graph, RematchOptions options)
    {
        if (graph.Dummies > 0)
            throw new MarketException(
                new("rematch.dummies", "Markets with dummy items are planned whole, not change by change.")
            );
        (_live, _options) = (new LiveGraph(graph), options);
        _plan = new LivePlan(_live);
        _search = new BestRing(_live, _plan, options.Cap);
    }

    /// <summary>Worth of the plan, in micro-points.</summary>
    public long ValueMicro => _plan.ValueMicro;

    /// <summary>Number of rings in the plan.</summary>
    public int Rings => _plan.Count;

    /// <summary>The market as it is now.</summary>
    public LiveGraph Live => _live;

    /// <summary>The rings of the plan, by the order in which they came; arcs are those of <see cref="Live"/>.</summary>
    public IEnumerable<GraphRing> Plan() => _plan.Rings();

    /// <summary>Takes over rings found elsewhere, from the full solve for example; they must fit together.</summary>
    public void Start(IEnumerable<GraphRing> rings)
    {
        foreach (var ring in rings)
            _plan.Add([.. ring.Arcs], ring.ValueMicro);
    }

    /// <summary>
    /// A first plan in one pass over all rings: each replaces those in its way if it is worth more than they are. Some percent
    /// below the best, in the time of counting the rings.
    /// </summary>
    public SearchTally StartFromStream(ExchangeGraph graph, CancellationToken cancel = default)
    {
        var search = new CycleSearch(graph, _options.Cap);
        return search.Run(
            arcs =>
            {
                var weight = _live.Weigh(arcs);
                if (_plan.GainOf(arcs, weight) > 0)
                    _plan.Replace(arcs, weight, null);
                return true;
            },
            cancel: cancel
        );
    }

    /// <summary>
    /// Looks once through every resident for a ring that is worth more than those in its way. Answers what the plan won, in
    /// micro-points.
    /// </summary>
    public long Improve(CancellationToken cancel = default)
    {
        var value = _plan.ValueMicro;
        var (added, removed) = (0, 0);
        for (var resident = 0; resident < _live.Residents && !cancel.IsCancellationRequested; resident++)
        {
            _search.Look(resident, null, freeOnly: false, _options.MaxSteps);
            Take(ref added, ref removed);
            _toRepair.Clear();
        }
        return _plan.ValueMicro - value;
    }

    /// <summary>
    /// The ring through an offering that would add most to the plan, after what it displaces; null when none adds anything. With
    /// <paramref name="freeOnly"/> only rings that displace nothing: those may be proposed at once.
    /// </summary>
    public GraphRing? BestThrough(int offering, bool freeOnly)
    {
        _search.Look(_live.ResidentOf(offering), offering, freeOnly, _options.MaxSteps);
        return _search.Gain > 0 ? new GraphRing(_search.Arcs.ToArray(), _search.Weight) : null;
    }

    /// <summary>An offering came, with its arcs; re-plans round it.</summary>
    /// <param name="giver">Whose.</param>
    /// <param name="capacity">In how many rings it may be given.</param>
    /// <param name="accept">Its giver's acceptance, in parts of the graph's base.</param>
    /// <param name="needs">The needs it fits, of others than the giver, each once, and the score in the graph's units.</param>
    /// <param name="offering">Its index from now on.</param>
    public RematchResult Add(int giver, int capacity, int accept, IReadOnlyList<(int Need, int Score)> needs, out int offering)
    {
        offering = _live.AddOffering(giver, capacity, accept);
        foreach (var (need, score) in needs)
            _live.AddArc(offering, need, score);
        return Settle(offering);
    }

    /// <summary>An offering is withdrawn, or held elsewhere; re-plans what it breaks.</summary>
    public RematchResult Withdraw(int offering)
    {
        _live.Close(offering);
        return Settle(null, _plan.RingsWith(offering));
    }

    /// <summary>An offering that was withdrawn is back; re-plans round it.</summary>
    public RematchResult Reopen(int offering)
    {
        _live.Open(offering);
        return Settle(offering);
    }

    /// <summary>An offering changed: its arcs are others now. The old one is closed, and the answer names the new one.</summary>
    public RematchResult Change(int offering, IReadOnlyList<(int Need, int Score)> needs, out int changed)
    {
        var gone = Withdraw(offering);
        var (giver, capacity, accept) = (_live.ResidentOf(offering), _live.CapacityOf(offering), _live.AcceptOf(offering));
        var come = Add(giver, capacity, accept, needs, out changed);
        return new(
            gone.Added + come.Added,
            gone.Removed + come.Removed,
            gone.GainMicro + come.GainMicro,
            gone.Steps + come.Steps
        );
    }

    private RematchResult Settle(int? offering, int[]? broken = null)
    {
        var (value, added, removed) = (_plan.ValueMicro, 0, 0);
        _search.ResetSteps();
        foreach (var ring in broken ?? [])
        {
            RepairLater(_plan.Remove(ring));
            removed++;
        }
        if (offering is { } first)
        {
            _search.Look(_live.ResidentOf(first), first, freeOnly: false, _options.MaxSteps);
            Take(ref added, ref removed);
        }
        for (var repairs = 0; repairs < _options.MaxRepairs && _toRepair.TryDequeue(out var resident); repairs++)
        {
            _search.Look(resident, null, freeOnly: false, _options.MaxSteps);
            Take(ref added, ref removed);
        }
        _toRepair.Clear();
        return new(added, removed, _plan.ValueMicro - value, _search.Steps);
    }

    private void Take(ref int added, ref int removed)
    {
        if (_search.Gain <= 0)
            return;
        added++;
        removed += _plan.Replace(_search.Arcs, _search.Weight, RepairLater);
    }

    private void RepairLater(int[] ring)
    {
        foreach (var arc in ring)
            _toRepair.Enqueue(_live.GiverOf(arc));
    }
}
