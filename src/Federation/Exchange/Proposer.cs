using EdgeNode.Matching;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>Run the planner on this value, off the step loop; its plan comes back as an input.</summary>
public sealed record StartPlan(long PlanId, Market Market, int Cap) : Effect;

/// <summary>
/// Turns plans into proposals. Every node computes the same plan from the same published graph; the home node of a ring's smallest participant proposes
/// it. No new plan starts while proposals of the last one are undecided.
/// </summary>
public sealed class Proposer(Did me, Exchange exchange, Entropy entropy, ExchangeOptions options, int planCap)
{
    public const int PlansKept = 50;

    /// <summary>Starts a matching run on a snapshot; the answer names why not.</summary>
    public ChainAnswer Start(Turn turn)
    {
        if (turn.Db.Exists("SELECT 1 FROM plan WHERE state = 'running'"))
            return new("plan.running", "A matching run is under way.");
        if (
            turn.Db.Exists(
                "SELECT 1 FROM chain WHERE proposer = $1 AND state IN ('SEEN', 'VALIDATED', 'CONSENTED', 'YES')",
                me.Value
            )
        )
            return new("plan.undecided", "Rings of the last run still wait for answers.");
        var (market, refusal) = Input(turn.Db, me);
        if (market is null)
            return new(refusal!.Code, refusal.Sentence);
        turn.Db.Run(
            "INSERT INTO plan (state, started, cap, offerings, needs) VALUES ('running', $1, $2, $3, $4)",
            turn.Now.Ms,
            planCap,
            market.Offerings.Count,
            market.Needs.Count
        );
        turn.Db.Run("DELETE FROM plan WHERE plan_id <= (SELECT max(plan_id) FROM plan) - $1", PlansKept);
        turn.Emit(new StartPlan(turn.Db.Number("SELECT max(plan_id) FROM plan"), market, planCap));
        return ChainAnswer.Done;
    }

    /// <summary>
    /// The best ring through an offering as the tables are now, or null: what may be told to whoever just posted it. A hint and no
    /// proposal; rings are proposed from plans alone, which all home nodes compute alike.
    /// </summary>
    public static PlanRing? Hint(Db db, Did me, string offeringId, int cap) =>
        Input(db, me).Market is { } market ? RingHints.Through(market, offeringId, cap) : null;

    /// <summary>
    /// What a plan is made from: own items and those of enrolled neighbours, with what no ring holds yet. Items of a neighbour whose
    /// peering has ended stay known, and are left out: no ring could be agreed with them.
    /// </summary>
    private static (Market? Market, MarketRefusal? Refusal) Input(Db db, Did me) =>
        Items.Snapshot(db, Exchange.Pledged(db), PeerBook.Enrolled(db).Select(p => p.Did).Append(me).ToHashSet());

    /// <summary>After a restart: a run that was under way starts again from the tables.</summary>
    public void Resume(Turn turn)
    {
        if (
            turn.Db.Run("UPDATE plan SET state = 'failed', ended = $1, reason = 'restarted' WHERE state = 'running'", turn.Now.Ms)
            > 0
        )
            Start(turn);
    }

    public static void TakeFailure(Turn turn, long planId, string reason) =>
        turn.Db.Run("UPDATE plan SET state = 'failed', ended = $2, reason = $3 WHERE plan_id = $1", planId, turn.Now.Ms, reason);

    /// <summary>
    /// Takes a finished plan: proposes the rings that are ours to propose. Each is checked against the rows as they are now; a ring whose items have changed
    /// meanwhile is left for the next run.
    /// </summary>
    public void Take(Turn turn, long planId, Plan plan)
    {
        if (turn.Db.Text("SELECT state FROM plan WHERE plan_id = $1", planId) != "running")
            return;
        var pledged = Exchange.Pledged(turn.Db);
        var proposed = 0;
        foreach (var ring in plan.Rings)
        {
            if (Build(turn, ring, plan.PlanHash, pledged) is { } proposal && exchange.Propose(turn, proposal).IsDone)
                proposed++;
        }
        turn.Db.Run(
            "UPDATE plan SET state = 'done', ended = $2, input_hash = $3, plan_hash = $4, rings = $5, items = $6, value = $7, bound = $8, columns = $9, optimal = $10, proposed = $11 "
                + "WHERE plan_id = $1",
            planId,
            turn.Now.Ms,
            plan.InputHash,
            plan.PlanHash,
            plan.Rings.Count,
            plan.Items,
            plan.ValueMicro,
            plan.BoundMicro,
            plan.Columns,
            plan.Optimal ? 1 : 0,
            proposed
        );
        turn.Emit(new PageChanged(PageChanged.Stewards));
    }

    /// <summary>The proposal of a ring, or null when it is not ours to propose or an item is no longer as the plan saw it.</summary>
    private ChainProposalBody? Build(Turn turn, PlanRing ring, string planHash, Dictionary<string, int> pledged)
    {
        var people = ring.Edges.Select(e => Identities.Find(turn.Db, new Did(e.Giver))).ToArray();
        if (people[0] is null || people[0]!.Home != me || people.Contains(null))
            return null;
        var edges = new List<ChainEdge>();
        var start = turn.Now + options.ConsentWindow;
        var window = (From: start.ToRfc3339(), To: (start + options.ExecutionTime).ToRfc3339());
        foreach (var edge in ring.Edges)
        {
            var (offering, need) = (Items.FindOffering(turn.Db, edge.Offering), Items.FindNeed(turn.Db, edge.Need));
            if (
                !IsFree(offering?.Active, offering?.Capacity, edge.Offering, pledged)
                || !IsFree(need?.Active, need?.Capacity, edge.Need, pledged)
            )
                return null;
            edges.Add(
                new ChainEdge(
                    edge.Giver,
                    edge.Receiver,
                    100,
                    edge.Offering,
                    offering!.Version,
                    edge.Need,
                    need!.Version,
                    1,
                    "item",
                    "",
                    window.From,
                    window.To
                )
            );
        }
        return Complete(turn, edges, people!, (window.From, window.From, window.To), planHash);
    }

    private static bool IsFree(bool? active, int? capacity, string id, Dictionary<string, int> pledged) =>
        active == true && capacity > pledged.GetValueOrDefault(id);

    private ChainProposalBody Complete(
        Turn turn,
        List<ChainEdge> edges,
        KnownIdentity[] people,
        (string Deadline, string Start, string End) times,
        string planHash
    )
    {
        var participants = people.Select(p => Participant(p, edges)).ToArray();
        var homes = people
            .Select(p => p.Home)
            .Distinct()
            .Order()
            .Select(h => new ChainHome(h.Value, Identities.Find(turn.Db, h)!.Head))
            .ToArray();
        var contract = PeeringContract.Current;
        var proposal = new ChainProposalBody(
            "",
            "",
            me.Value,
            participants,
            [.. edges],
            new ChainTimeline(times.Deadline, times.Start, times.End),
            homes,
            new ChainNorms(contract.Version, contract.Hash),
            null,
            entropy.Hex(8),
            planHash
        );
        return proposal with { ChainId = ChainIds.ChainId(proposal), RingKey = ChainIds.RingKey(proposal) };
    }

    private static ChainParticipant Participant(KnownIdentity person, List<ChainEdge> edges) =>
        new(
            person.Did.Value,
            person.Home.Value,
            "both",
            edges.First(e => e.FromParticipant == person.Did.Value).OfferingId,
            edges.First(e => e.ToParticipant == person.Did.Value).NeedId,
            person.Head
        );
}
