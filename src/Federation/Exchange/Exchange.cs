using EdgeNode.Matching;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>Why an act on a ring was not done; an empty code means that it was.</summary>
public readonly record struct ChainAnswer(string Code, string Text)
{
    public static ChainAnswer Done { get; } = new("", "");

    public bool IsDone => Code.Length == 0;
}

/// <summary>
/// HOLD-CONSENT-VOTE over N home nodes: takes proposals, consents, votes and outcomes, moves each ring through <see cref="ChainMachine"/>, and does what the
/// transitions ask for in the same transaction. Every handler may run twice.
/// </summary>
public sealed class Exchange
{
    /// <summary>Declined rings remembered for <see cref="NextDeclined"/>; the others wait for the next plan.</summary>
    private const int MostDeclined = 100;

    private readonly ChainSpeaker _speaker;
    private readonly ChainRules _rules;
    private readonly ExchangeOptions _options;
    private readonly VerifyGate _gate;
    private readonly Func<Did, bool> _inContact;
    private readonly Settlements _settlements;
    private readonly Action<Turn, ChainProposalBody> _present;
    private readonly Queue<string> _declined = new();
    private Moment _looked;

    /// <param name="speaker">Makes and queues what this node says.</param>
    /// <param name="gate">Judges what is inside a certificate.</param>
    /// <param name="options">Waits and bounds.</param>
    /// <param name="inContact">Whether a peer has answered on a link of this run.</param>
    /// <param name="spent">Told of an own item of which units were used up.</param>
    /// <param name="present">Gives the other home nodes of a new ring our part of it to check.</param>
    public Exchange(
        ChainSpeaker speaker,
        VerifyGate gate,
        ExchangeOptions options,
        Func<Did, bool> inContact,
        Action<Turn, string> spent,
        Action<Turn, ChainProposalBody> present
    )
    {
        _present = present;
        (_speaker, _gate, _options, _inContact) = (speaker, gate, options, inContact);
        _rules = new ChainRules(speaker.Me, options);
        _settlements = new Settlements(speaker, spent, (turn, row) => Advance(turn, row, ChainEvent.EdgesFinal, null));
    }

    private Did Me => _speaker.Me;

    /// <summary>The next ring of ours that somebody said no to since the last call; null when there is none. Kept in memory: it is a chance, not a duty.</summary>
    public string? NextDeclined() => _declined.TryDequeue(out var chain) ? chain : null;

    /// <summary>Puts a ring to its home nodes, this one among them. The caller built it from a plan; nothing is reserved by it that matters.</summary>
    public ChainAnswer Propose(Turn turn, ChainProposalBody proposal)
    {
        var homes = proposal.HomeNodes.Select(h => h.Node).ToArray();
        var statement = _speaker.Make(
            turn,
            Kinds.ChainProposal,
            WireJson.Write(proposal, WireJson.Default.ChainProposalBody),
            homes
        );
        var shape = _rules.CheckShape(proposal, Me);
        if (shape.Refused is { } code)
            return new(code, "The ring does not fit together.");
        _speaker.Send(turn, statement, homes);
        Take(turn, proposal, statement);
        return ChainAnswer.Done;
    }

    /// <summary>A verified statement of the ring protocol from another node; runs once per statement.</summary>
    public Verdict Apply(Turn turn, Statement statement) =>
        statement.Kind switch
        {
            Kinds.ChainProposal => OnProposal(turn, statement),
            Kinds.ChainResponse => OnResponse(turn, statement),
            Kinds.ChainConsent => OnConsent(turn, statement),
            Kinds.ChainVote => OnVote(turn, statement),
            Kinds.ChainOutcome => OnOutcome(turn, statement),
            Kinds.ChainVoteRequest => OnVoteRequest(turn, statement),
            Kinds.EdgeSettled => _settlements.Apply(turn, statement, _options.EarlyPerPeer),
            Kinds.ChainCompleted => OnCompleted(turn, statement),
            _ => Verdict.Refused("statement.kind"),
        };

    /// <summary>
    /// A resident's answer over the sentence and card they saw. A yes can be taken back until the own node has voted; after that only the votes decide.
    /// </summary>
    public ChainAnswer Answer(Turn turn, PersonAct act)
    {
        if (act.Act != Kinds.ActConsent || WireJson.Read(act.Content, WireJson.Default.ConsentContent) is not { } content)
            return new("consent.malformed", "This answer could not be read.");
        if (ChainBook.Find(turn.Db, content.ChainId) is not { } row || act.Person != content.ParticipantId)
            return new("ring.unknown", "This ring is not known here.");
        var proposal = ChainBook.Proposal(turn.Db, row);
        if (!IsOwnParticipant(proposal, act.Person) || !IsKeyOf(turn.Db, act) || !VerifyGate.IsSigned(act))
            return new("consent.signature", "This answer is not signed by the person it names.");
        if (content.Card != ChainIds.Card(proposal, act.Person))
            return new("consent.other_card", "The ring has changed since it was shown. Please look at it again.");
        return content.Value switch
        {
            "yes" when row.State is ChainState.Validated => SayYes(turn, row, proposal, act, content),
            "no" or "withdrawn" when row.State is ChainState.Validated or ChainState.Consented => SayNo(turn, row, act, content),
            "yes" or "no" or "withdrawn" => new("ring.not_now", "This ring cannot be answered any more."),
            _ => new("consent.malformed", "The answer must be yes, no or withdrawn."),
        };
    }

    /// <summary>A resident's word on one edge: done, not done, problem.</summary>
    public ChainAnswer Settle(Turn turn, PersonAct act, string? note) => _settlements.Report(turn, act, note);

    /// <summary>An own item was withdrawn or edited: rings that have not voted on it end; a held unit stays held.</summary>
    public void ItemChanged(Turn turn, string itemId)
    {
        var chains = turn.Db.All(
            "SELECT DISTINCT chain_id FROM chain_edge WHERE offering_id = $1 OR need_id = $1 ORDER BY chain_id",
            r => r.Text(0),
            itemId
        );
        foreach (var row in chains.Select(id => ChainBook.Find(turn.Db, id)!))
            Advance(turn, row, ChainEvent.OwnItemChanged, "item_changed");
    }

    /// <summary>Items or identities of a neighbour arrived: proposals that waited for them are looked at again.</summary>
    public void ItemsArrived(Turn turn)
    {
        foreach (var row in ChainBook.InState(turn.Db, ChainState.Seen))
        {
            Judge(turn, row);
            TakeEarly(turn, row.ChainId);
        }
    }

    /// <summary>A peer signed for a statement of ours. When it is our YES, that may be the last thing a commitment waits for.</summary>
    public void Receipted(Turn turn, string statementId)
    {
        var chainId = turn.Db.Text("SELECT chain_id FROM chain WHERE vote_id = $1 AND state = 'YES'", statementId);
        if (chainId is not null)
            Decide(turn, ChainBook.Find(turn.Db, chainId)!);
    }

    /// <summary>
    /// A peering begins, perhaps anew: the peer gets again what this node has said on the rings of both, for the end of the peering before set it aside.
    /// </summary>
    public void Welcome(Turn turn, Did peer)
    {
        ChainState[] unfinished = [ChainState.Consented, ChainState.Yes, ChainState.Committed, ChainState.Completed];
        foreach (var row in unfinished.SelectMany(state => ChainBook.InState(turn.Db, state)))
        {
            if (!ChainBook.HomeNodes(turn.Db, row.ChainId).Contains(peer.Value))
                continue;
            TellAll(turn, row, peer);
        }
    }

    /// <summary>A peer can be reached again: rings that wait for its vote ask for it.</summary>
    public void Contacted(Turn turn, Did peer)
    {
        foreach (var row in ChainBook.InState(turn.Db, ChainState.Yes))
        {
            var recently =
                row.AskAt is { } at && at - turn.Now > _options.AskAfter && at - turn.Now <= LongestAsk && row.Asks > 0;
            if (!recently && ChainBook.HomeNodes(turn.Db, row.ChainId).Contains(peer.Value))
                Ask(turn, row);
        }
    }

    /// <summary>The peering with a home node has ended: rings with it that are not voted on cannot be finished and end.</summary>
    public void PeerEnded(Turn turn, Did peer)
    {
        foreach (var state in new[] { ChainState.Seen, ChainState.Validated, ChainState.Consented })
        {
            foreach (
                var row in ChainBook
                    .InState(turn.Db, state)
                    .Where(r => ChainBook.HomeNodes(turn.Db, r.ChainId).Contains(peer.Value))
            )
                Advance(turn, row, ChainEvent.PeerEnded, "rejected");
        }
    }

    /// <summary>What time alone brings: deadlines of rings not voted on, votes that waited long enough, questions for missing votes.</summary>
    public void Due(Turn turn)
    {
        _looked = turn.Now;
        if (turn.Now >= Moment.EarliestSure)
            EndOverdue(turn);
        foreach (var row in ChainBook.InState(turn.Db, ChainState.Consented))
            TryVote(turn, row);
        foreach (var row in ChainBook.InState(turn.Db, ChainState.Yes).Where(r => IsAskDue(r, turn.Now)))
            Ask(turn, row);
    }

    private TimeSpan LongestAsk => _options.AskAfter * ExchangeOptions.LongestAskFactor;

    /// <summary>A time beyond the longest wait was set by a clock that has been set back since.</summary>
    private bool IsAskDue(ChainRow row, Moment now) => row.AskAt <= now || row.AskAt > now + LongestAsk;

    /// <summary>A ring that waits for a unit has nothing to do at a time: it is looked at when another ring is decided.</summary>
    public Moment? NextDue(Db db)
    {
        var at = db.One(
            "SELECT min(at) FROM (SELECT consent_deadline + $1 + 1 AS at FROM chain WHERE state IN ('SEEN', 'VALIDATED', 'CONSENTED') "
                + "UNION ALL SELECT consented_at + $2 FROM chain WHERE state = 'CONSENTED' AND consented_at + $2 > $3 UNION ALL SELECT ask_at FROM chain WHERE state = 'YES')",
            r => r.LongOrNull(0),
            (long)_options.Skew.TotalMilliseconds,
            (long)_options.VoteAfter.TotalMilliseconds,
            _looked.Ms
        );
        return at is { } ms ? new Moment(ms) : null;
    }

    /// <summary>Units of each item that rings known here use and that are not free again: what a new plan leaves out.</summary>
    public static Dictionary<string, int> Pledged(Db db) =>
        db.All(
                "SELECT item, sum(units) FROM (SELECT e.offering_id AS item, e.units, c.state FROM chain_edge e JOIN chain c ON c.chain_id = e.chain_id "
                    + "UNION ALL SELECT e.need_id, e.units, c.state FROM chain_edge e JOIN chain c ON c.chain_id = e.chain_id) "
                    + "WHERE state <> 'ABORTED' GROUP BY item ORDER BY item",
                r => (Item: r.Text(0), Units: r.Int(1))
            )
            .ToDictionary(x => x.Item, x => x.Units, StringComparer.Ordinal);

    private Verdict OnProposal(Turn turn, Statement statement)
    {
        if (WireJson.Read(statement.Body, WireJson.Default.ChainProposalBody) is not { } proposal)
            return Verdict.Refused("chain.malformed");
        if (_rules.CheckShape(proposal, statement.From).Refused is { } code)
            return Verdict.Refused(code);
        if (ChainBook.Find(turn.Db, proposal.ChainId) is not null)
            return Verdict.Accepted;
        var open = turn.Db.Number(
            "SELECT count(*) FROM chain WHERE proposer = $1 AND state IN ('SEEN', 'VALIDATED', 'CONSENTED', 'YES')",
            proposal.ProposingNode
        );
        if (open >= _options.OpenPerProposer)
            return Verdict.Quota("chain.too_many_open");
        Audit.Write(turn, statement.From, "ring.proposed", proposal.ChainId);
        Take(turn, proposal, statement);
        return Verdict.Accepted;
    }

    private void Take(Turn turn, ChainProposalBody proposal, Statement statement)
    {
        ChainBook.Insert(turn, proposal, statement, ChainState.Seen);
        _present(turn, proposal);
        Judge(turn, ChainBook.Find(turn.Db, proposal.ChainId)!);
        TakeEarly(turn, proposal.ChainId);
    }

    /// <summary>
    /// What came too early is looked at again, in its order: each piece may already decide the ring. What is still too early goes on waiting.
    /// </summary>
    private void TakeEarly(Turn turn, string chainId)
    {
        foreach (var early in ChainBook.TakeEarly(turn, chainId))
            Apply(turn, early);
    }

    private void Judge(Turn turn, ChainRow row)
    {
        var finding = _rules.CheckHere(turn.Db, ChainBook.Proposal(turn.Db, row), turn.Now);
        if (finding.Early)
            return;
        Advance(turn, row, finding.Rejection is null ? ChainEvent.ProposalFits : ChainEvent.ProposalUnfit, finding.Rejection);
    }

    private static Verdict OnResponse(Turn turn, Statement statement)
    {
        // Advice only: a rejection without a vote proves nothing. It is kept for the steward's page.
        if (
            WireJson.Read(statement.Body, WireJson.Default.ChainResponseBody) is not { } response
            || response.RespondingNode != statement.From.Value
        )
            return Verdict.Refused("chain.malformed");
        turn.Emit(new PageChanged(PageChanged.Stewards));
        return Verdict.Accepted;
    }

    private Verdict OnConsent(Turn turn, Statement statement)
    {
        if (WireJson.Read(statement.Body, WireJson.Default.PersonAct) is not { Act: Kinds.ActConsent } act)
            return Verdict.Refused("consent.malformed");
        if (
            WireJson.Read(act.Content, WireJson.Default.ConsentContent) is not { Value: "yes" } content
            || content.ParticipantId != act.Person
        )
            return Verdict.Refused("consent.malformed");
        if (ChainBook.Find(turn.Db, content.ChainId) is not { } row)
            return Early(turn, statement, content.ChainId);
        var proposal = ChainBook.Proposal(turn.Db, row);
        if (!proposal.Participants.Any(p => p.ParticipantId == act.Person && p.HomeNode == statement.From.Value))
            return Verdict.Refused("consent.not_home");
        if (Identities.Find(turn.Db, new Did(act.Person)) is null)
            return Early(turn, statement, content.ChainId);
        if (
            !IsPinnedKey(turn.Db, proposal, act)
            || !VerifyGate.IsSigned(act)
            || content.Card != ChainIds.Card(proposal, act.Person)
        )
            return Verdict.Refused("consent.signature");
        ChainBook.PutConsent(turn, row.ChainId, act.Person, "yes", statement.Id, act);
        TryVote(turn, row);
        // A vote that came before its consents can be counted now.
        TakeEarly(turn, row.ChainId);
        return Verdict.Accepted;
    }

    private Verdict OnVote(Turn turn, Statement statement)
    {
        if (WireJson.Read(statement.Body, WireJson.Default.ChainVoteBody) is not { } vote || vote.Vote is not ("yes" or "no"))
            return Verdict.Refused("vote.malformed");
        if (vote.Node != statement.From.Value)
            return Verdict.Refused("vote.other_node");
        if (ChainBook.Find(turn.Db, vote.ChainId) is not { } row)
            return Early(turn, statement, vote.ChainId);
        var proposal = ChainBook.Proposal(turn.Db, row);
        if (!IsPinnedNode(turn.Db, proposal, statement))
            return Verdict.Refused("vote.not_home");
        if (ChainBook.Votes(turn.Db, row.ChainId).FirstOrDefault(v => v.Node == vote.Node) is { } known)
            return Again(turn, row, known, vote, statement);
        var consented = ChainBook.YesOf(turn.Db, row.ChainId, vote.Node);
        var complete =
            consented.Count == ChainBook.ParticipantsOf(turn.Db, row.ChainId, vote.Node) && consented.All(vote.Consents.Contains);
        if (vote.Vote == "yes" && !complete)
            return Early(turn, statement, vote.ChainId);
        ChainBook.InsertVote(turn, row.ChainId, vote.Node, vote.Vote == "yes", vote.Epoch, statement.Id);
        Audit.Write(turn, statement.From, "ring.voted", $"{vote.Vote} on {row.ChainId}");
        Decide(turn, row);
        return Verdict.Accepted;
    }

    /// <summary>A second vote never replaces the first. Another value in the same epoch is proof of a lie and is kept as such.</summary>
    private static Verdict Again(Turn turn, ChainRow row, VoteRow known, ChainVoteBody vote, Statement statement)
    {
        if (known.Yes == (vote.Vote == "yes"))
            return Verdict.Accepted;
        if (known.Epoch != vote.Epoch)
        {
            Audit.Write(turn, statement.From, "ring.vote_lost", $"another vote from epoch {vote.Epoch} on {row.ChainId}");
            return Verdict.Accepted;
        }
        turn.Db.Run(
            "INSERT OR IGNORE INTO chain_evidence (chain_id, node, statement_id, at) VALUES ($1, $2, $3, $4)",
            row.ChainId,
            vote.Node,
            statement.Id,
            turn.Now.Ms
        );
        Audit.Write(turn, statement.From, "ring.equivocation", $"two votes on {row.ChainId}");
        turn.Emit(new PageChanged(PageChanged.Stewards));
        return Verdict.Accepted;
    }

    /// <summary>A certificate: its votes and consents are verified and counted one by one; the outcome it claims is not believed.</summary>
    private Verdict OnOutcome(Turn turn, Statement statement)
    {
        if (
            WireJson.Read(statement.Body, WireJson.Default.ChainOutcomeBody) is not { } outcome
            || outcome.Votes.Length > 4 * ChainProposalBody.MaxParticipants
        )
            return Verdict.Refused("outcome.malformed");
        var proved = new HashSet<string>(StringComparer.Ordinal);
        foreach (var encoded in outcome.Votes)
        {
            var buffer = new byte[encoded.Length];
            if (!Convert.TryFromBase64String(encoded, buffer, out var length))
                return Verdict.Refused("outcome.malformed");
            var (inner, verdict) = _gate.Check(buffer.AsMemory(0, length), turn.Now);
            if (inner is null || !verdict.IsAccepted || inner.Kind is not (Kinds.ChainVote or Kinds.ChainConsent))
                return Verdict.Refused("outcome.unproved");
            proved.Add(inner.Id);
            if (inner.From != Me && Statements.Keep(turn, inner) && !Apply(turn, inner).IsAccepted)
                return Verdict.Refused("outcome.unproved");
        }
        // Who shows our own vote has it: that is as good as a receipt.
        if (ChainBook.Find(turn.Db, outcome.ChainId) is { VoteId: { } own } row)
            Decide(turn, row, ownVoteIsKnown: proved.Contains(own));
        return Verdict.Accepted;
    }

    private Verdict OnVoteRequest(Turn turn, Statement statement)
    {
        if (WireJson.Read(statement.Body, WireJson.Default.ChainVoteRequestBody) is not { } request)
            return Verdict.Refused("chain.malformed");
        if (
            ChainBook.Find(turn.Db, request.ChainId) is not { } row
            || !ChainBook.HomeNodes(turn.Db, row.ChainId).Contains(statement.From.Value)
        )
            return Verdict.Accepted;
        foreach (var consent in ChainBook.Consents(turn.Db, row.ChainId).Where(c => c.Value == "yes" && row.VoteId is not null))
            _speaker.SendTo(turn, Statements.Get(turn.Db, consent.StatementId), statement.From);
        foreach (var vote in ChainBook.Votes(turn.Db, row.ChainId).Where(v => !request.Have.Contains(v.StatementId)))
            _speaker.SendTo(turn, Statements.Get(turn.Db, vote.StatementId), statement.From);
        if (row.VoteId is { } own && request.Have.Contains(own))
            Decide(turn, row, ownVoteIsKnown: true);
        return Verdict.Accepted;
    }

    private static Verdict OnCompleted(Turn turn, Statement statement)
    {
        if (
            WireJson.Read(statement.Body, WireJson.Default.ChainCompletedBody) is not { } completed
            || completed.Node != statement.From.Value
        )
            return Verdict.Refused("chain.malformed");
        Audit.Write(turn, statement.From, "ring.completed", completed.ChainId);
        turn.Emit(new PageChanged(PageChanged.Stewards));
        return Verdict.Accepted;
    }

    private Verdict Early(Turn turn, Statement statement, string chainId)
    {
        ChainBook.KeepEarly(turn, statement, chainId, _options.EarlyPerPeer);
        return Verdict.Accepted;
    }

    private ChainAnswer SayYes(Turn turn, ChainRow row, ChainProposalBody proposal, PersonAct act, ConsentContent content)
    {
        var homes = ChainBook.HomeNodes(turn.Db, row.ChainId);
        var statement = _speaker.Make(turn, Kinds.ChainConsent, WireJson.Write(act, WireJson.Default.PersonAct), homes);
        ChainBook.PutConsent(turn, row.ChainId, content.ParticipantId, "yes", statement.Id, act);
        TellResidents(turn, proposal);
        if (ChainBook.YesOf(turn.Db, row.ChainId, Me.Value).Count == ChainBook.ParticipantsOf(turn.Db, row.ChainId, Me.Value))
            Advance(turn, row, ChainEvent.LastOwnYes, null);
        return ChainAnswer.Done;
    }

    /// <summary>A no frees everyone and names nobody: outside only the node's NO is seen.</summary>
    private ChainAnswer SayNo(Turn turn, ChainRow row, PersonAct act, ConsentContent content)
    {
        ChainBook.PutConsent(turn, row.ChainId, content.ParticipantId, content.Value, "", act);
        Advance(turn, row, ChainEvent.OwnNo, "not_all_agreed");
        return ChainAnswer.Done;
    }

    private void EndOverdue(Turn turn)
    {
        var earliest = turn.Now - _options.Skew;
        // No window is that long: the ring was proposed by a clock that has been set back since, and nobody would wait for its end.
        var latest = turn.Now + _options.LongestWindow + _options.Skew;
        foreach (var state in new[] { ChainState.Seen, ChainState.Validated, ChainState.Consented })
        {
            foreach (var row in ChainBook.InState(turn.Db, state))
            {
                if (row.ConsentDeadline < earliest || row.ConsentDeadline > latest)
                    Advance(turn, row, ChainEvent.DeadlinePassed, "deadline");
            }
        }
    }

    /// <summary>
    /// Votes late and together: when the consents of all participants are known, or <see cref="ExchangeOptions.VoteAfter"/> has passed. Holds and vote are one
    /// transaction, and the vote is sent after its commit.
    /// </summary>
    private void TryVote(Turn turn, ChainRow row)
    {
        if (ChainBook.Find(turn.Db, row.ChainId) is not { State: ChainState.Consented } current)
            return;
        var yes = ChainBook.Consents(turn.Db, row.ChainId).Count(c => c.Value == "yes");
        var all = yes == ChainBook.Proposal(turn.Db, current).Participants.Length;
        if (!all && current.ConsentedAt <= turn.Now && current.ConsentedAt + _options.VoteAfter > turn.Now)
            return;
        var answers = ChainBook
            .OwnItems(turn.Db, row.ChainId, Me)
            .Select(i => Items.CanHold(turn.Db, i.ItemId, i.Version, i.Units))
            .ToArray();
        if (answers.Contains(HoldAnswer.Changed))
            Advance(turn, current, ChainEvent.OwnItemChanged, "item_changed");
        else if (answers.Contains(HoldAnswer.Gone))
            Advance(turn, current, ChainEvent.CapacityGone, "capacity");
        else if (!answers.Contains(HoldAnswer.Wait))
            Advance(turn, current, ChainEvent.CanVote, null);
    }

    /// <summary>
    /// Computes the outcome from the votes. A commitment also waits until another home node has signed for our own YES, so that a restore cannot lose it
    ///; <paramref name="ownVoteIsKnown"/> says that one has shown to know it in another way.
    /// </summary>
    private void Decide(Turn turn, ChainRow row, bool ownVoteIsKnown = false)
    {
        var homes = ChainBook.HomeNodes(turn.Db, row.ChainId);
        var votes = ChainBook.Votes(turn.Db, row.ChainId);
        switch (ChainOutcome.Of(homes, [.. votes.Select(v => (v.Node, v.Yes))]))
        {
            case Decision.Aborted:
                Advance(turn, row, ChainEvent.NoKnown, "not_all_agreed");
                break;
            case Decision.Committed when homes.Count == 1 || ownVoteIsKnown || OwnVoteIsReceipted(turn.Db, row, homes):
                Advance(turn, row, ChainEvent.AllYes, null);
                break;
            default:
                break;
        }
    }

    private static bool OwnVoteIsReceipted(Db db, ChainRow row, IReadOnlyList<string> homes)
    {
        var own = db.Text("SELECT vote_id FROM chain WHERE chain_id = $1", row.ChainId);
        return own is not null && Outbox.HaveSignedFor(db, own).Any(peer => homes.Contains(peer.Value));
    }

    /// <summary>One transition and its acts. An event that the state does not know changes nothing.</summary>
    private void Advance(Turn turn, ChainRow seen, ChainEvent happened, string? reason)
    {
        var row = ChainBook.Find(turn.Db, seen.ChainId)!;
        if (ChainMachine.Apply(row.State, happened) is not { } step)
            return;
        ChainBook.SetState(turn, row.ChainId, step.Next, reason);
        var proposal = ChainBook.Proposal(turn.Db, row);
        var homes = proposal.HomeNodes.Select(h => h.Node).ToArray();
        Hold(turn, row, step.Acts);
        Speak(turn, row, homes, step.Acts, reason);
        TellResidents(turn, proposal);
        if (step.Next == ChainState.Aborted && row.Proposer == Me && reason == "not_all_agreed" && _declined.Count < MostDeclined)
            _declined.Enqueue(row.ChainId);
        if (step.Next == ChainState.Consented)
            TryVote(turn, row);
        if (step.Next == ChainState.Yes)
            Decide(turn, row);
        if (!step.Next.IsUndecided())
            RetryWaiting(turn);
        if (step.Next == ChainState.Committed)
            _settlements.TakeEarly(turn, row.ChainId);
    }

    private void Hold(Turn turn, ChainRow row, ChainActs acts)
    {
        if (acts.HasFlag(ChainActs.Release))
            Items.ReleaseAll(turn.Db, row.ChainId);
        if (acts.HasFlag(ChainActs.OpenEdges))
            turn.Db.Run("UPDATE chain_edge SET state = 'OPEN' WHERE chain_id = $1 AND state = 'PROPOSED'", row.ChainId);
        if (!acts.HasFlag(ChainActs.SoftHold) && !acts.HasFlag(ChainActs.HoldHard))
            return;
        foreach (var item in ChainBook.OwnItems(turn.Db, row.ChainId, Me))
        {
            if (acts.HasFlag(ChainActs.HoldHard))
                Items.HoldHard(turn.Db, row.ChainId, item.ItemId, item.Version, item.Units);
            else
                Items.HoldSoft(turn.Db, row.ChainId, item.ItemId, item.Version, item.Units);
        }
    }

    private void Speak(Turn turn, ChainRow row, string[] homes, ChainActs acts, string? reason)
    {
        if (acts.HasFlag(ChainActs.RespondValidated) || acts.HasFlag(ChainActs.RespondRejected))
            Respond(turn, row, homes, acts.HasFlag(ChainActs.RespondValidated), reason);
        if (acts.HasFlag(ChainActs.SendConsents))
        {
            foreach (var consent in ChainBook.YesOf(turn.Db, row.ChainId, Me.Value))
                _speaker.Send(turn, Statements.Get(turn.Db, consent), homes);
        }
        if (acts.HasFlag(ChainActs.VoteYes) || acts.HasFlag(ChainActs.VoteNo))
            Vote(turn, row, homes, acts.HasFlag(ChainActs.VoteYes), reason);
        if (acts.HasFlag(ChainActs.SendOutcome) && homes.Length > 1)
            SendOutcome(turn, row, homes);
        if (acts.HasFlag(ChainActs.SendCompleted) && homes.Length > 1)
            _speaker.Say(
                turn,
                Kinds.ChainCompleted,
                WireJson.Write(Settlements.Completed(turn.Db, row.ChainId, Me), WireJson.Default.ChainCompletedBody),
                homes
            );
    }

    private void Respond(Turn turn, ChainRow row, string[] homes, bool validated, string? reason)
    {
        if (homes.Length == 1)
            return;
        var until = validated ? (row.ConsentDeadline + TimeSpan.FromHours(24)).ToRfc3339() : null;
        var body = new ChainResponseBody(
            row.ChainId,
            Me.Value,
            validated ? "validated" : "rejected",
            validated ? null : reason,
            until
        );
        _speaker.Say(turn, Kinds.ChainResponse, WireJson.Write(body, WireJson.Default.ChainResponseBody), homes);
    }

    private void Vote(Turn turn, ChainRow row, string[] homes, bool yes, string? reason)
    {
        var consents = yes ? ChainBook.YesOf(turn.Db, row.ChainId, Me.Value).ToArray() : [];
        var held = yes ? ChainBook.OwnItems(turn.Db, row.ChainId, Me).Count : 0;
        var body = new ChainVoteBody(
            row.ChainId,
            Me.Value,
            yes ? "yes" : "no",
            _speaker.Epoch,
            yes ? null : VoteReason(reason),
            consents,
            held
        );
        var statement = _speaker.Say(turn, Kinds.ChainVote, WireJson.Write(body, WireJson.Default.ChainVoteBody), homes);
        ChainBook.InsertVote(turn, row.ChainId, Me.Value, yes, _speaker.Epoch, statement.Id);
        ChainBook.SetVote(turn, row.ChainId, statement.Id);
        if (yes)
            ChainBook.SetAsk(turn, row.ChainId, turn.Now + _options.AskAfter, 0);
    }

    /// <summary>Outside, a rejection at validation is one word; the response says which check failed.</summary>
    private static string VoteReason(string? reason) =>
        reason is "not_all_agreed" or "item_changed" or "capacity" or "deadline" ? reason : "rejected";

    private void SendOutcome(Turn turn, ChainRow row, string[] homes)
    {
        var proof = ChainBook
            .Consents(turn.Db, row.ChainId)
            .Select(c => c.StatementId)
            .Concat(ChainBook.Votes(turn.Db, row.ChainId).Select(v => v.StatementId));
        var body = new ChainOutcomeBody(
            row.ChainId,
            "committed",
            [.. proof.Select(id => Convert.ToBase64String(Statements.Raw(turn.Db, id)!))]
        );
        _speaker.Say(turn, Kinds.ChainOutcome, WireJson.Write(body, WireJson.Default.ChainOutcomeBody), homes);
    }

    private void Ask(Turn turn, ChainRow row)
    {
        var homes = ChainBook.HomeNodes(turn.Db, row.ChainId);
        var reached = homes.Where(h => _inContact(new Did(h))).ToArray();
        if (reached.Length == 0)
        {
            // A question that waits for a link is asked when the link is there; kept in the outbox, there would be a new one every hour.
            ChainBook.SetAsk(turn, row.ChainId, turn.Now + LongestAsk, 0);
            return;
        }
        var votes = ChainBook.Votes(turn.Db, row.ChainId);
        var want = homes.Except(votes.Select(v => v.Node)).ToArray();
        var wait = _options.AskAfter * Math.Min(ExchangeOptions.LongestAskFactor, 1 << Math.Min(row.Asks, 6));
        ChainBook.SetAsk(turn, row.ChainId, turn.Now + wait, row.Asks + 1);
        var body = new ChainVoteRequestBody(row.ChainId, want, [.. votes.Select(v => v.StatementId)]);
        var bytes = WireJson.Write(body, WireJson.Default.ChainVoteRequestBody);
        _speaker.Send(turn, _speaker.Make(turn, Kinds.ChainVoteRequest, bytes, homes), reached);
        foreach (var silent in want.Intersect(reached))
            TellAll(turn, row, new Did(silent));
    }

    /// <summary>
    /// What a home node needs to vote: the proposal, and what this node has said. Whoever is asked may never have had it, as when an ended peering set it aside;
    /// what it has changes nothing there.
    /// </summary>
    private void TellAll(Turn turn, ChainRow row, Did node)
    {
        _speaker.SendTo(turn, Statements.Get(turn.Db, row.ProposalId), node);
        foreach (var said in ChainBook.SaidBy(turn.Db, row, Me))
            _speaker.SendTo(turn, Statements.Get(turn.Db, said), node);
    }

    /// <summary>A decision frees or fixes units: rings that waited for them look again.</summary>
    private void RetryWaiting(Turn turn)
    {
        foreach (var waiting in ChainBook.InState(turn.Db, ChainState.Consented))
            TryVote(turn, waiting);
    }

    private void TellResidents(Turn turn, ChainProposalBody proposal)
    {
        foreach (var own in proposal.Participants.Where(p => p.HomeNode == Me.Value))
            turn.Emit(new PageChanged(own.ParticipantId));
        turn.Emit(new PageChanged(PageChanged.Stewards));
    }

    private bool IsOwnParticipant(ChainProposalBody proposal, string person) =>
        proposal.Participants.Any(p => p.ParticipantId == person && p.HomeNode == Me.Value);

    private static bool IsKeyOf(Db db, PersonAct act) => Identities.KeyIsValid(db, new Did(act.Person), act.Key);

    /// <summary>Votes and consents are judged by the keys at the heads that the proposal pins, whatever is rotated later.</summary>
    private static bool IsPinnedKey(Db db, ChainProposalBody proposal, PersonAct act)
    {
        var pinned = proposal.Participants.FirstOrDefault(p => p.ParticipantId == act.Person)?.KeyHead;
        var known = Identities.Find(db, new Did(act.Person));
        return known is not null && known.Head == pinned && known.Key == act.Key;
    }

    private static bool IsPinnedNode(Db db, ChainProposalBody proposal, Statement statement)
    {
        var pinned = proposal.HomeNodes.FirstOrDefault(h => h.Node == statement.From.Value)?.KeyHead;
        var known = Identities.Find(db, statement.From);
        return known is not null && known.Head == pinned && known.Key == statement.Header.Key;
    }
}
