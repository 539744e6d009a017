using EdgeNode.Matching;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>
/// What happens with an agreed ring: each end of each edge says done, not done or problem; the receiver's done finishes the edge and uses up the held units.
/// The first word of a person on an edge counts.
/// </summary>
public sealed class Settlements(ChainSpeaker speaker, Action<Turn, string> spent, Action<Turn, ChainRow> edgesFinal)
{
    public const int MaxNote = 500;

    /// <summary>A resident's own report.</summary>
    public ChainAnswer Report(Turn turn, PersonAct act, string? note)
    {
        if (act.Act != Kinds.ActSettlement || WireJson.Read(act.Content, WireJson.Default.SettlementContent) is not { } content)
            return new("settlement.malformed", "This report could not be read.");
        if (ChainBook.Find(turn.Db, content.ChainId) is not { } row || act.Person != content.Reporter)
            return new("ring.unknown", "This ring is not known here.");
        if (row.State is not (ChainState.Committed or ChainState.Completed))
            return new("ring.not_now", "This ring is not agreed.");
        if (
            !Fits(turn.Db, content)
            || !IsHome(turn.Db, content, speaker.Me)
            || !Identities.KeyIsValid(turn.Db, new Did(act.Person), act.Key)
            || !VerifyGate.IsSigned(act)
        )
            return new("settlement.signature", "This report is not signed by a person of this promise.");
        if (IsSettled(turn.Db, content))
            return new("settlement.again", "You have told how this went already.");
        KeepNote(turn, content, note);
        var homes = ChainBook.HomeNodes(turn.Db, row.ChainId);
        var statement = speaker.Say(turn, Kinds.EdgeSettled, WireJson.Write(act, WireJson.Default.PersonAct), homes);
        Settle(turn, row, content, statement.Id);
        return ChainAnswer.Done;
    }

    /// <summary>Another home node's report of its participant.</summary>
    public Verdict Apply(Turn turn, Statement statement, int earlyPerPeer)
    {
        if (WireJson.Read(statement.Body, WireJson.Default.PersonAct) is not { Act: Kinds.ActSettlement } act)
            return Verdict.Refused("settlement.malformed");
        if (WireJson.Read(act.Content, WireJson.Default.SettlementContent) is not { } content || content.Reporter != act.Person)
            return Verdict.Refused("settlement.malformed");
        if (ChainBook.Find(turn.Db, content.ChainId) is not { State: ChainState.Committed or ChainState.Completed } row)
        {
            // Its ring is not known or not agreed here yet; it waits for the votes.
            ChainBook.KeepEarly(turn, statement, content.ChainId, earlyPerPeer);
            return Verdict.Accepted;
        }
        if (!Fits(turn.Db, content) || !IsHome(turn.Db, content, statement.From))
            return Verdict.Refused("settlement.not_home");
        if (!Identities.KeyIsValid(turn.Db, new Did(act.Person), act.Key) || !VerifyGate.IsSigned(act))
            return Verdict.Refused("settlement.signature");
        Settle(turn, row, content, statement.Id);
        return Verdict.Accepted;
    }

    /// <summary>The ring was agreed: reports that came before are taken now.</summary>
    public void TakeEarly(Turn turn, string chainId)
    {
        foreach (var statement in ChainBook.TakeEarly(turn, chainId).Where(s => s.Kind == Kinds.EdgeSettled))
            Apply(turn, statement, int.MaxValue);
    }

    /// <summary>Results of the edges that touch participants of <paramref name="me"/>.</summary>
    public static ChainCompletedBody Completed(Db db, string chainId, Did me) =>
        new(
            chainId,
            me.Value,
            [.. OwnEdges(db, chainId, me).Select(e => new ChainEdgeResult(e.Edge, e.State.ToLowerInvariant()))]
        );

    private void Settle(Turn turn, ChainRow row, SettlementContent content, string statementId)
    {
        var first = turn.Db.Run(
            "INSERT OR IGNORE INTO chain_settlement (chain_id, edge, reporter, side, result, statement_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            content.ChainId,
            content.Edge,
            content.Reporter,
            content.Side,
            content.Result,
            statementId,
            turn.Now.Ms
        );
        if (first == 0)
            return;
        TellBothEnds(turn, content);
        if (content.Result == "done" && content.Side == "receiver")
            Finish(turn, row, content.Edge);
        else if (content.Result != "done")
            turn.Db.Run(
                "UPDATE chain_edge SET state = 'FAILED' WHERE chain_id = $1 AND edge = $2 AND state = 'OPEN'",
                row.ChainId,
                content.Edge
            );
        if (OwnEdges(turn.Db, row.ChainId, speaker.Me).All(e => e.State is "DONE" or "RELEASED"))
            edgesFinal(turn, row);
    }

    /// <summary>The edge is done: its own held items are consumed, once.</summary>
    private void Finish(Turn turn, ChainRow row, int edge)
    {
        if (
            turn.Db.Run(
                "UPDATE chain_edge SET state = 'DONE' WHERE chain_id = $1 AND edge = $2 AND state IN ('OPEN', 'FAILED')",
                row.ChainId,
                edge
            ) == 0
        )
            return;
        var items = turn.Db.One(
            "SELECT offering_id, need_id FROM chain_edge WHERE chain_id = $1 AND edge = $2",
            r => new[] { r.Text(0), r.Text(1) },
            row.ChainId,
            edge
        )!;
        foreach (var item in items)
        {
            if (Items.Consume(turn.Db, row.ChainId, item))
                spent(turn, item);
        }
    }

    private static bool Fits(Db db, SettlementContent content)
    {
        if (content.Result is not ("done" or "not_done" or "problem"))
            return false;
        var end = content.Side switch
        {
            "giver" => "SELECT giver FROM chain_edge WHERE chain_id = $1 AND edge = $2",
            "receiver" => "SELECT receiver FROM chain_edge WHERE chain_id = $1 AND edge = $2",
            _ => null,
        };
        return end is not null && db.Text(end, content.ChainId, content.Edge) == content.Reporter;
    }

    private static bool IsHome(Db db, SettlementContent content, Did node) =>
        db.Exists(
            "SELECT 1 FROM chain_participant WHERE chain_id = $1 AND participant = $2 AND home_node = $3",
            content.ChainId,
            content.Reporter,
            node.Value
        );

    private static bool IsSettled(Db db, SettlementContent content) =>
        db.Exists(
            "SELECT 1 FROM chain_settlement WHERE chain_id = $1 AND edge = $2 AND reporter = $3",
            content.ChainId,
            content.Edge,
            content.Reporter
        );

    private static void KeepNote(Turn turn, SettlementContent content, string? note)
    {
        if (string.IsNullOrWhiteSpace(note))
            return;
        turn.Db.Run(
            "INSERT OR IGNORE INTO chain_note (chain_id, edge, reporter, note, at) VALUES ($1, $2, $3, $4, $5)",
            content.ChainId,
            content.Edge,
            content.Reporter,
            note.Length > MaxNote ? note[..MaxNote] : note,
            turn.Now.Ms
        );
    }

    private static List<(int Edge, string State)> OwnEdges(Db db, string chainId, Did me) =>
        db.All(
            "SELECT DISTINCT e.edge, e.state FROM chain_edge e JOIN chain_participant p ON p.chain_id = e.chain_id AND p.participant IN (e.giver, e.receiver) "
                + "WHERE e.chain_id = $1 AND p.home_node = $2 ORDER BY e.edge",
            r => (r.Int(0), r.Text(1)),
            chainId,
            me.Value
        );

    private static void TellBothEnds(Turn turn, SettlementContent content)
    {
        var ends = turn.Db.One(
            "SELECT giver, receiver FROM chain_edge WHERE chain_id = $1 AND edge = $2",
            r => new[] { r.Text(0), r.Text(1) },
            content.ChainId,
            content.Edge
        )!;
        foreach (var end in ends)
            turn.Emit(new PageChanged(end));
        turn.Emit(new PageChanged(PageChanged.Stewards));
    }
}
