using EdgeNode.Matching;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>What a search has brought together: a market, why there is none, or that it is not finished.</summary>
public readonly record struct Gathered(Market? Market, MarketRefusal? Refusal)
{
    /// <summary>Nothing to take yet.</summary>
    public static Gathered Later { get; } = new(null, null);

    public bool IsFinished => Market is not null || Refusal is not null;
}

/// <summary>An entry of a plan as it is now; null stands for one that is gone, changed or taken.</summary>
public sealed record PlannedItem(string Id, int Version);

/// <summary>
/// How partners are found across cabinets. Synchronous: it is told what happens, writes and queues in the turn, and is asked when it has finished. At most one
/// search at a time. Whatever it finds is only a proposal's raw material: every home node checks its own part of a ring.
/// </summary>
public interface IPartnerSearch
{
    FindingMode Mode { get; }

    /// <summary>Starts a search. It may be finished at once.</summary>
    Gathered Begin(Turn turn);

    /// <summary>What time brings: asks on, gives up on who is silent; the market once the search has finished, and only once.</summary>
    Gathered Due(Turn turn);

    /// <summary>When <see cref="Due"/> wants to be called; null = only after an answer.</summary>
    Moment? NextDue();

    /// <summary>A verified answer of a neighbour. One that nobody waits for changes nothing.</summary>
    Verdict Apply(Turn turn, Statement statement);

    /// <summary>The offering that the plan of the last search calls <paramref name="name"/>.</summary>
    PlannedItem? Offering(Turn turn, string name, IReadOnlyDictionary<string, int> pledged);

    /// <summary>The need that the plan of the last search calls <paramref name="name"/>.</summary>
    PlannedItem? Need(Turn turn, string name, IReadOnlyDictionary<string, int> pledged);

    /// <summary>The resident that the plan of the last search calls <paramref name="name"/>.</summary>
    PlannedPerson? Person(Turn turn, string name);
}

/// <summary>A resident of a plan: who, their home node, and the head of their identity log.</summary>
public sealed record PlannedPerson(Did Did, Did Home, string Head);
