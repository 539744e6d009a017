using EdgeNode.Matching;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>Run the planner on this value, off the step loop; its plan comes back as an input.</summary>
public sealed record StartPlan(long PlanId, Market Market, int Cap) : Effect;

/// <summary>
/// Turns plans into proposals. With full replication every node computes the same plan from the same published graph; the home node of a ring's smallest
/// participant proposes it, and no new plan starts while proposals of the last one are undecided. In the other modes plans differ, so a ring that its natural
/// proposer has not found is proposed by another after a while, and what is undecided is simply left out of the next search.
/// </summary>
public sealed class Proposer(
    Did me,
    Exchange exchange,
    Entropy entropy,
    ExchangeOptions options,
    int planCap,
    IPartnerSearch search
)
{
    public const int PlansKept = 50;

    /// <summary>Rings of others that are remembered; beyond that the wait for their proposers begins anew.</summary>
    private const int MostWaiting = 10_000;

    /// <summary>Rings tried in place of a declined one, the best first: the items of one may be taken meanwhile.</summary>
    private const int MostSubstitutes = 4;

    private readonly Dictionary<string, Moment> _foundAt = new(StringComparer.Ordinal);
    private Moment? _restartAt;

    /// <summary>Waits and bounds of the modes without full replication.</summary>
    public FindingOptions Finding { get; init; } = FindingOptions.Default;

    private bool Replicates => search.Mode == FindingMode.Replicate;

    /// <summary>Starts a matching run on what the search brings together; the answer names why not.</summary>
    public ChainAnswer Start(Turn turn)
    {
        if (turn.Db.Exists("SELECT 1 FROM plan WHERE state = 'running'"))
            return new("plan.running", "A matching run is under way.");
        if (
            Replicates
            && turn.Db.Exists(
                "SELECT 1 FROM chain WHERE proposer = $1 AND state IN ('SEEN', 'VALIDATED', 'CONSENTED', 'YES')",
                me.Value
            )
        )
            return new("plan.undecided", "Rings of the last run still wait for answers.");
        var gathered = search.Begin(turn);
        if (gathered.Refusal is { } refusal)
            return new(refusal.Code, refusal.Sentence);
        turn.Db.Run(
            "INSERT INTO plan (state, started, cap, offerings, needs) VALUES ('running', $1, $2, 0, 0)",
            turn.Now.Ms,
            planCap
        );
        turn.Db.Run("DELETE FROM plan WHERE plan_id <= (SELECT max(plan_id) FROM plan) - $1", PlansKept);
        Solve(turn, gathered);
        return ChainAnswer.Done;
    }

    /// <summary>
    /// The best ring through an offering as the tables are now, or null: what may be told to whoever just posted it. A hint and no
    /// proposal; rings are proposed from plans alone, which all home nodes compute alike.
    /// </summary>
    public static PlanRing? Hint(Db db, Did me, string offeringId, int cap) =>
        ReplicaSearch.Snapshot(db, me).Market is { } market ? RingHints.Through(market, offeringId, cap) : null;

    /// <summary>A ring of ours was declined, or a search may have come to its end.</summary>
    public void Due(Turn turn)
    {
        if (Replicates && exchange.NextDeclined() is { } chain)
            GoOnWithout(turn, chain);
        // A time beyond the longest wait was set by a clock that has been set back since.
        if (_restartAt is { } at && (at <= turn.Now || at - turn.Now > Finding.AnswerWithin))
            Restart(turn);
        var gathered = search.Due(turn);
        if (gathered.Refusal is { } refusal)
            TakeFailure(turn, turn.Db.Number("SELECT max(plan_id) FROM plan"), refusal.Code);
        else
            Solve(turn, gathered);
    }

    private void Solve(Turn turn, Gathered gathered)
    {
        if (gathered.Market is not { } market)
            return;
        var planId = turn.Db.Number("SELECT max(plan_id) FROM plan");
        turn.Db.Run(
            "UPDATE plan SET offerings = $2, needs = $3 WHERE plan_id = $1",
            planId,
            market.Offerings.Count,
            market.Needs.Count
        );
        turn.Emit(new StartPlan(planId, market, planCap));
    }

    /// <summary>
    /// After a restart: a run that was under way starts again from the tables. One that asks neighbours waits a while, until they can be in contact again.
    /// </summary>
    public void Resume(Turn turn)
    {
        if (Replicates)
            Restart(turn);
        else if (turn.Db.Exists("SELECT 1 FROM plan WHERE state = 'running'"))
            _restartAt = turn.Now + Finding.AnswerWithin;
    }

    public Moment? NextDue() => _restartAt;

    private void Restart(Turn turn)
    {
        _restartAt = null;
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

    /// <summary>
    /// Somebody said no: proposes the best ring in which everybody else gives and gets what they had accepted, so that only a newcomer has anything to think over.
    /// Nothing is proposed when it is not known who it was, or when no such ring is there; the next plan sees to it then.
    /// </summary>
    private void GoOnWithout(Turn turn, string chain)
    {
        var proposal = ChainBook.Proposal(turn.Db, ChainBook.Find(turn.Db, chain)!);
        if (
            Declines.OnlyOne(turn.Db, proposal, me) is not { } declined
            || ReplicaSearch.Snapshot(turn.Db, me).Market is not { } market
        )
            return;
        var ring = new PlanRing(
            [.. proposal.Edges.Select(e => new PlanEdge(e.FromParticipant, e.OfferingId, e.ToParticipant, e.NeedId))],
            0
        );
        var pledged = Exchange.Pledged(turn.Db);
        foreach (var other in RingHints.Without(market, ring, declined, planCap, MostSubstitutes))
            if (Build(turn, other, null, pledged, again: true) is { } next && exchange.Propose(turn, next).IsDone)
                return;
    }

    /// <summary>The proposal of a ring, or null when it is not ours to propose or an item is no longer as the plan saw it.</summary>
    private ChainProposalBody? Build(
        Turn turn,
        PlanRing ring,
        string? planHash,
        Dictionary<string, int> pledged,
        bool again = false
    )
    {
        var people = ring.Edges.Select(e => search.Person(turn, e.Giver)!).ToArray();
        if (people.Contains(null) || people.DistinctBy(p => p.Did).Count() < people.Length || !IsOurs(turn, ring, people, again))
            return null;
        var edges = new List<ChainEdge>();
        var start = turn.Now + options.ConsentWindow;
        var window = (From: start.ToRfc3339(), To: (start + options.ExecutionTime).ToRfc3339());
        for (var i = 0; i < people.Length; i++)
        {
            var (edge, receiver) = (ring.Edges[i], people[(i + 1) % people.Length]);
            if (
                search.Offering(turn, edge.Offering, pledged) is not { } offering
                || search.Need(turn, edge.Need, pledged) is not { } need
            )
                return null;
            edges.Add(
                new ChainEdge(
                    people[i].Did.Value,
                    receiver.Did.Value,
                    100,
                    offering.Id,
                    offering.Version,
                    need.Id,
                    need.Version,
                    1,
                    "item",
                    "",
                    window.From,
                    window.To
                )
            );
        }
        return (again || !Replicates) && WasDeclined(turn, edges)
            ? null
            : Complete(turn, edges, people, (window.From, window.From, window.To), planHash);
    }

    /// <summary>
    /// Whether somebody said no to this very ring, or nobody answered, not long ago. Searches come often; nobody is asked the same again and again.
    /// </summary>
    private bool WasDeclined(Turn turn, List<ChainEdge> edges)
    {
        var since = (turn.Now - Finding.AskAgainAfter).Ms;
        var alike = turn.Db.All(
            "SELECT e.chain_id FROM chain_edge e JOIN chain c ON c.chain_id = e.chain_id "
                + "WHERE e.offering_id = $1 AND e.need_id = $2 AND c.state = 'ABORTED' AND c.decided_at > $3 ORDER BY c.decided_at DESC",
            r => r.Text(0),
            edges[0].OfferingId,
            edges[0].NeedId,
            since
        );
        return alike.Any(chain => HasEdges(turn, chain, edges) && IsRefusedByPeople(turn, chain));
    }

    private static bool HasEdges(Turn turn, string chain, List<ChainEdge> edges) =>
        turn
            .Db.All("SELECT offering_id, need_id FROM chain_edge WHERE chain_id = $1", r => (r.Text(0), r.Text(1)), chain)
            .ToHashSet()
            .SetEquals(edges.Select(e => (e.OfferingId, e.NeedId)));

    private static bool IsRefusedByPeople(Turn turn, string chain) =>
        ChainBook
            .Votes(turn.Db, chain)
            .Where(v => !v.Yes)
            .Select(v => WireJson.Read(Statements.Get(turn.Db, v.StatementId).Body, WireJson.Default.ChainVoteBody)?.Reason)
            .Any(reason => reason is "not_all_agreed" or "deadline");

    /// <summary>
    /// The home node of the smallest participant proposes. Without full replication it may not have found the ring: then a node of the ring does it in its place
    /// when it has waited long enough.
    /// </summary>
    private bool IsOurs(Turn turn, PlanRing ring, PlannedPerson[] people, bool again)
    {
        // Who proposed the declined ring is the only one that knows of the decline and looks for another.
        if (again)
            return people.Any(p => p.Home == me);
        if (!Replicates && people.Select(p => p.Home).Distinct().Any(h => h != me && LeavesUnchecked(turn, h)))
            return false;
        if (people[0].Home == me || Replicates)
            return people[0].Home == me;
        if (people.All(p => p.Home != me))
            return false;
        var key = string.Join(' ', ring.Edges.Select(e => $"{e.Offering} {e.Need}"));
        if (_foundAt.Count >= MostWaiting)
            _foundAt.Clear();
        // A time in the future was noted by a clock that has been set back since.
        if (!_foundAt.TryGetValue(key, out var at) || at > turn.Now)
            _foundAt[key] = at = turn.Now;
        return turn.Now - at >= Finding.ProposeAfter;
    }

    /// <summary>
    /// Whether a neighbour owes us so many checks that no more rings with it are proposed: what it answered may be a lie, and each such ring ties up entries of
    /// ours until its deadline.
    /// </summary>
    private bool LeavesUnchecked(Turn turn, Did peer)
    {
        var open = turn.Db.Number(
            "SELECT count(*) FROM chain c WHERE c.proposer = $1 AND c.state = 'SEEN' AND EXISTS "
                + "(SELECT 1 FROM chain_participant p WHERE p.chain_id = c.chain_id AND p.home_node = $2)",
            me.Value,
            peer.Value
        );
        var own = Items.OfferingsAt(turn.Db, me).Count;
        return open >= Math.Max(FindingOptions.LeastUnchecked, own * Finding.UncheckedPercent / 100);
    }

    private ChainProposalBody Complete(
        Turn turn,
        List<ChainEdge> edges,
        PlannedPerson[] people,
        (string Deadline, string Start, string End) times,
        string? planHash
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

    private static ChainParticipant Participant(PlannedPerson person, List<ChainEdge> edges) =>
        new(
            person.Did.Value,
            person.Home.Value,
            "both",
            edges.First(e => e.FromParticipant == person.Did.Value).OfferingId,
            edges.First(e => e.ToParticipant == person.Did.Value).NeedId,
            person.Head
        );
}
