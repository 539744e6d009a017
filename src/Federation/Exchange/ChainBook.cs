using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>One ring as its row stands.</summary>
public sealed record ChainRow(
    string ChainId,
    ChainState State,
    Did Proposer,
    string ProposalId,
    Moment ConsentDeadline,
    Moment? ConsentedAt,
    string? VoteId,
    Moment? AskAt,
    int Asks
);

public sealed record VoteRow(string Node, bool Yes, long Epoch, string StatementId);

/// <summary>The tables of the ring protocol; every question and change in SQL stands here.</summary>
public static class ChainBook
{
    private const string Columns =
        "chain_id, state, proposer, proposal_id, consent_deadline, consented_at, vote_id, ask_at, asks";

    public static ChainRow? Find(Db db, string chainId) =>
        db.One($"SELECT {Columns} FROM chain WHERE chain_id = $1", Read, chainId);

    public static List<ChainRow> InState(Db db, ChainState state) =>
        db.All($"SELECT {Columns} FROM chain WHERE state = $1 ORDER BY seen_at, chain_id", Read, state.Word());

    public static ChainProposalBody Proposal(Db db, ChainRow row)
    {
        var body = WireJson.Read(Statements.Get(db, row.ProposalId).Body, WireJson.Default.ChainProposalBody);
        Invariant.Hold(body is not null, "a kept proposal reads back");
        return body;
    }

    public static void Insert(Turn turn, ChainProposalBody p, Statement proposal, ChainState state)
    {
        _ = Moment.TryParse(p.ProposedTimeline.ConsentDeadline, out var deadline);
        turn.Db.Run(
            "INSERT INTO chain (chain_id, ring_key, state, proposer, proposal_id, consent_deadline, seen_at, plan_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            p.ChainId,
            p.RingKey,
            state.Word(),
            p.ProposingNode,
            proposal.Id,
            deadline.Ms,
            turn.Now.Ms,
            p.PlanHash
        );
        foreach (var x in p.Participants)
            turn.Db.Run(
                "INSERT INTO chain_participant (chain_id, participant, home_node, key_head) VALUES ($1, $2, $3, $4)",
                p.ChainId,
                x.ParticipantId,
                x.HomeNode,
                x.KeyHead
            );
        for (var i = 0; i < p.Edges.Length; i++)
        {
            var e = p.Edges[i];
            turn.Db.Run(
                "INSERT INTO chain_edge (chain_id, edge, giver, receiver, offering_id, offering_version, need_id, need_version, units, state) "
                    + "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'PROPOSED')",
                p.ChainId,
                i,
                e.FromParticipant,
                e.ToParticipant,
                e.OfferingId,
                e.OfferingVersion,
                e.NeedId,
                e.NeedVersion,
                e.Quantity
            );
        }
    }

    public static void SetState(Turn turn, string chainId, ChainState state, string? reason)
    {
        var decided = state is ChainState.Aborted or ChainState.Committed;
        turn.Db.Run(
            "UPDATE chain SET state = $2, reason = coalesce($3, reason), decided_at = CASE WHEN $4 THEN $5 ELSE decided_at END, "
                + "consented_at = CASE WHEN $2 = 'CONSENTED' THEN $5 ELSE consented_at END WHERE chain_id = $1",
            chainId,
            state.Word(),
            reason,
            decided ? 1 : 0,
            turn.Now.Ms
        );
    }

    public static void SetAsk(Turn turn, string chainId, Moment? at, int asks) =>
        turn.Db.Run("UPDATE chain SET ask_at = $2, asks = $3 WHERE chain_id = $1", chainId, at?.Ms, asks);

    public static void SetVote(Turn turn, string chainId, string statementId) =>
        turn.Db.Run("UPDATE chain SET vote_id = $2 WHERE chain_id = $1", chainId, statementId);

    public static List<VoteRow> Votes(Db db, string chainId) =>
        db.All(
            "SELECT node, vote, epoch, statement_id FROM chain_vote WHERE chain_id = $1 ORDER BY node",
            r => new VoteRow(r.Text(0), r.Text(1) == "yes", r.Long(2), r.Text(3)),
            chainId
        );

    /// <summary>A vote is written once; the first one stays.</summary>
    public static void InsertVote(Turn turn, string chainId, string node, bool yes, long epoch, string statementId) =>
        turn.Db.Run(
            "INSERT INTO chain_vote (chain_id, node, vote, epoch, statement_id) VALUES ($1, $2, $3, $4, $5)",
            chainId,
            node,
            yes ? "yes" : "no",
            epoch,
            statementId
        );

    /// <summary>A later word replaces an earlier one; the caller has made sure that the home node has not voted.</summary>
    public static void PutConsent(
        Turn turn,
        string chainId,
        string participant,
        string value,
        string statementId,
        PersonAct act
    ) =>
        turn.Db.Run(
            "INSERT INTO chain_consent (chain_id, participant, value, statement_id, act, at) VALUES ($1, $2, $3, $4, $5, $6) "
                + "ON CONFLICT (chain_id, participant) DO UPDATE SET value = $3, statement_id = $4, act = $5, at = $6",
            chainId,
            participant,
            value,
            statementId,
            WireJson.WriteText(act, WireJson.Default.PersonAct),
            turn.Now.Ms
        );

    public static List<(string Participant, string Value, string StatementId)> Consents(Db db, string chainId) =>
        db.All(
            "SELECT participant, value, statement_id FROM chain_consent WHERE chain_id = $1 ORDER BY participant",
            r => (r.Text(0), r.Text(1), r.Text(2)),
            chainId
        );

    /// <summary>Ids of the yes consents of one home node's participants.</summary>
    public static List<string> YesOf(Db db, string chainId, string node) =>
        db.All(
            "SELECT c.statement_id FROM chain_consent c JOIN chain_participant p ON p.chain_id = c.chain_id AND p.participant = c.participant "
                + "WHERE c.chain_id = $1 AND p.home_node = $2 AND c.value = 'yes' ORDER BY c.participant",
            r => r.Text(0),
            chainId,
            node
        );

    /// <summary>Statements of one home node on a ring that has its consents: those, its vote, its participants' words on promises.</summary>
    public static List<string> SaidBy(Db db, ChainRow row, Did node)
    {
        var settled = db.All(
            "SELECT s.statement_id FROM chain_settlement s JOIN chain_participant p ON p.chain_id = s.chain_id AND p.participant = s.reporter "
                + "WHERE s.chain_id = $1 AND p.home_node = $2 ORDER BY s.edge, s.reporter",
            r => r.Text(0),
            row.ChainId,
            node.Value
        );
        return [.. YesOf(db, row.ChainId, node.Value), .. row.VoteId is { } vote ? [vote] : Array.Empty<string>(), .. settled];
    }

    public static int ParticipantsOf(Db db, string chainId, string node) =>
        (int)db.Number("SELECT count(*) FROM chain_participant WHERE chain_id = $1 AND home_node = $2", chainId, node);

    public static List<string> HomeNodes(Db db, string chainId) =>
        db.All(
            "SELECT DISTINCT home_node FROM chain_participant WHERE chain_id = $1 ORDER BY home_node",
            r => r.Text(0),
            chainId
        );

    /// <summary>Own items of a ring with the version it names: an offering per own giver, a need per own receiver.</summary>
    public static List<(string ItemId, int Version, int Units)> OwnItems(Db db, string chainId, Did me) =>
        db.All(
            "SELECT e.offering_id, e.offering_version, e.units FROM chain_edge e JOIN chain_participant p ON p.chain_id = e.chain_id AND p.participant = e.giver "
                + "WHERE e.chain_id = $1 AND p.home_node = $2 UNION ALL "
                + "SELECT e.need_id, e.need_version, e.units FROM chain_edge e JOIN chain_participant p ON p.chain_id = e.chain_id AND p.participant = e.receiver "
                + "WHERE e.chain_id = $1 AND p.home_node = $2 ORDER BY 1",
            r => (r.Text(0), r.Int(1), r.Int(2)),
            chainId,
            me.Value
        );

    /// <summary>
    /// Keeps a vote, consent or settlement that came before what it belongs to. The oldest of the same origin give way, and are forgotten altogether, so that
    /// they have their effect when they are sent again.
    /// </summary>
    public static void KeepEarly(Turn turn, Statement statement, string chainId, int perPeer)
    {
        turn.Db.Run(
            "INSERT OR IGNORE INTO chain_early (statement_id, chain_id, origin, at) VALUES ($1, $2, $3, $4)",
            statement.Id,
            chainId,
            statement.From.Value,
            turn.Now.Ms
        );
        var oldest = turn.Db.All(
            "SELECT statement_id FROM chain_early WHERE origin = $1 ORDER BY rowid DESC LIMIT -1 OFFSET $2",
            r => r.Text(0),
            statement.From.Value,
            perPeer
        );
        foreach (var id in oldest)
        {
            turn.Db.Run("DELETE FROM chain_early WHERE statement_id = $1", id);
            Statements.Forget(turn, id);
        }
    }

    /// <summary>Takes out what waited for this ring, in the order it came.</summary>
    public static List<Statement> TakeEarly(Turn turn, string chainId)
    {
        var ids = turn.Db.All("SELECT statement_id FROM chain_early WHERE chain_id = $1 ORDER BY rowid", r => r.Text(0), chainId);
        turn.Db.Run("DELETE FROM chain_early WHERE chain_id = $1", chainId);
        return [.. ids.Select(id => Statements.Get(turn.Db, id))];
    }

    private static ChainRow Read(Row r) =>
        new(
            r.Text(0),
            ChainMachine.Parse(r.Text(1)),
            new Did(r.Text(2)),
            r.Text(3),
            new Moment(r.Long(4)),
            r.LongOrNull(5) is { } consented ? new Moment(consented) : null,
            r.TextOrNull(6),
            r.LongOrNull(7) is { } ask ? new Moment(ask) : null,
            r.Int(8)
        );
}
