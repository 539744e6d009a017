using EdgeNode.Federation;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>
/// I3: an agreed ring has a signed yes of every participant and a YES of every home node; row 16: somebody else has the own YES. I6: it is one closed ring in
/// which everyone gives once and gets once. And nobody's no is passed over.
/// </summary>
internal sealed class CommitmentCheck(World world) : Checker(world)
{
    private readonly SortedSet<(int Cabinet, string Chain)> _agreed = [];

    public override void Committed(CommittedStep step)
    {
        foreach (var (chain, from, to) in step.Change.Chains)
        {
            if (to == ChainState.Yes || (to is ChainState.Committed && from is not ChainState.Yes))
                CheckVersions(step, chain);
            if (to is ChainState.Committed or ChainState.Completed)
                CheckAgreed(step.Cabinet, chain);
        }
    }

    /// <summary>All signatures once more, from the bytes on disk and the keys that people and cabinets truly have.</summary>
    public override void Last()
    {
        World.Counts.Add("rings proposed", World.Watch.Facts.Proposals.Count);
        World.Counts.Add("rings agreed", _agreed.Select(a => a.Chain).Distinct().Count());
        World.Counts.Add("rings completed", Count(ChainState.Completed));
        World.Counts.Add("rings ended", Count(ChainState.Aborted));
        using var p256 = new P256();
        foreach (var (index, chain) in _agreed)
            CheckSignatures(World.Cabinets[index], chain, p256);
    }

    private int Count(ChainState state) =>
        World.Cabinets.SelectMany(c => c.View.Chains.Where(x => x.Value == state).Select(x => x.Key)).Distinct().Count();

    private void CheckAgreed(Cabinet where, string chain)
    {
        if (!_agreed.Add((where.Index, chain)))
            return;
        var proposal = World.Watch.Facts.Proposal(chain);
        Expect(proposal is not null, "I3", where, $"{chain} is agreed and nobody proposed it");
        CheckRing(where, proposal!);
        var votes = ChainBook.Votes(where.Db, chain);
        foreach (var home in proposal!.HomeNodes)
            Expect(
                votes.Exists(v => v.Node == home.Node && v.Yes),
                "I3",
                where,
                $"{chain} is agreed without the YES of {home.Node}"
            );
        var consents = ChainBook.Consents(where.Db, chain);
        foreach (var participant in proposal.Participants)
        {
            Expect(
                consents.Exists(c => c.Participant == participant.ParticipantId && c.Value == "yes"),
                "I3",
                where,
                $"{chain} is agreed without the yes of {participant.ParticipantId}"
            );
            CheckPerson(where, chain, participant.ParticipantId);
        }
        CheckKnown(where, chain, proposal);
    }

    private void CheckPerson(Cabinet where, string chain, string participant)
    {
        if (World.People.Find(participant) is not { } person)
            return;
        Expect(person.SaidYes.Contains(chain), "I3", where, $"{chain} is agreed and {person.Name} never said yes");
        Expect(!person.Declined.Contains(chain), "I3", where, $"{chain} is agreed though the no of {person.Name} was confirmed");
    }

    /// <summary>Row 16: a commitment waits until another home node has the own YES, so that a restore cannot lose it.</summary>
    private void CheckKnown(Cabinet where, string chain, ChainProposalBody proposal)
    {
        if (proposal.HomeNodes.Length == 1 || World.Watch.Facts.HasLiar(chain))
            return;
        var own = where.Db.Text("SELECT statement_id FROM chain_vote WHERE chain_id = $1 AND node = $2", chain, where.Did.Value);
        Expect(
            World.Cabinets.Any(c => c != where && own is not null && c.View.Has(own) && IsHome(proposal, c)),
            "row16",
            where,
            $"{chain} is agreed here and no other home node has our vote"
        );
    }

    private static bool IsHome(ChainProposalBody proposal, Cabinet cabinet) =>
        proposal.HomeNodes.Any(h => h.Node == cabinet.Did.Value);

    /// <summary>I6, counted apart from the code that proposes and checks rings.</summary>
    private void CheckRing(Cabinet where, ChainProposalBody proposal)
    {
        var next = new Dictionary<string, string>(StringComparer.Ordinal);
        var receivers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var edge in proposal.Edges)
            Expect(
                next.TryAdd(edge.FromParticipant, edge.ToParticipant) && receivers.Add(edge.ToParticipant),
                "I6",
                where,
                $"{proposal.ChainId}: somebody gives or gets twice"
            );
        var rows = where.Db.All(
            "SELECT giver, receiver FROM chain_edge WHERE chain_id = $1 ORDER BY edge",
            r => (r.Text(0), r.Text(1)),
            proposal.ChainId
        );
        Expect(
            rows.SequenceEqual(proposal.Edges.Select(e => (e.FromParticipant, e.ToParticipant))),
            "I6",
            where,
            $"{proposal.ChainId}: the promises kept here are not those proposed"
        );
        var (at, steps) = (proposal.Edges[0].FromParticipant, 0);
        while (steps < proposal.Edges.Length && next.TryGetValue(at, out var to))
            (at, steps) = (to, steps + 1);
        Expect(
            at == proposal.Edges[0].FromParticipant && steps == next.Count && next.Count == proposal.Participants.Length,
            "I6",
            where,
            $"{proposal.ChainId} is not one closed ring"
        );
    }

    /// <summary>At the vote, every own item stands in the version that was signed. A withdrawal in the same batch may come after the vote.</summary>
    private void CheckVersions(CommittedStep step, string chain)
    {
        if (
            step.Inputs.Any(i => i is Appliance.Asked { Command: Appliance.Withdraw })
            || World.Watch.Facts.Proposal(chain) is not { } p
        )
            return;
        foreach (var (item, version, _) in ChainBook.OwnItems(step.Cabinet.Db, chain, step.Cabinet.Did))
        {
            var edge = p.Edges.FirstOrDefault(e => e.OfferingId == item || e.NeedId == item);
            var signed =
                edge is null ? 0
                : edge.OfferingId == item ? edge.OfferingVersion
                : edge.NeedVersion;
            var current = VersionOf(step.Cabinet.Db, item);
            Expect(
                signed == version && current == version,
                "I3.version",
                step.Cabinet,
                $"{chain}: voted YES on {item} v{version}, which is v{current} now"
            );
        }
    }

    private static int VersionOf(Db db, string item) =>
        (int)
            db.Number(
                "SELECT version FROM offering WHERE offering_id = $1 UNION ALL SELECT version FROM need WHERE need_id = $1",
                item
            );

    private void CheckSignatures(Cabinet where, string chain, P256 p256)
    {
        var proposal = World.Watch.Facts.Proposal(chain)!;
        foreach (var vote in ChainBook.Votes(where.Db, chain))
            CheckVote(where, chain, vote, p256);
        foreach (var (participant, _, id) in ChainBook.Consents(where.Db, chain))
            CheckConsent(where, proposal, participant, id);
    }

    private void CheckVote(Cabinet where, string chain, VoteRow vote, P256 p256)
    {
        if (World.Find(new Did(vote.Node)) is not Cabinet home)
            return;
        var statement = Statements.Get(where.Db, vote.StatementId);
        var body = WireJson.Read(statement.Body, WireJson.Default.ChainVoteBody);
        var signed =
            statement.From == home.Did
            && p256.Verify(home.Key.PublicKey, statement.Frame.SignedBytes(statement.Kind), statement.Frame.Signature.Span);
        Expect(
            signed && body?.ChainId == chain && body.Vote == "yes",
            "I3",
            where,
            $"{chain}: the vote of {home} does not verify"
        );
    }

    private void CheckConsent(Cabinet where, ChainProposalBody proposal, string participant, string id)
    {
        if (World.People.Find(participant) is not { } person)
            return;
        var act = WireJson.Read(Statements.Get(where.Db, id).Body, WireJson.Default.PersonAct);
        var content = act is null ? null : WireJson.Read(act.Content, WireJson.Default.ConsentContent);
        var good =
            act is not null
            && act.Key == person.Key
            && VerifyGate.IsSigned(act)
            && content?.ChainId == proposal.ChainId
            && content.ParticipantId == participant
            && content.Value == "yes"
            && content.Card == ChainIds.Card(proposal, participant);
        Expect(good, "I3", where, $"{proposal.ChainId}: the consent of {person.Name} does not verify");
    }
}
