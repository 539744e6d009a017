using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Sync;

/// <summary>A statement that was not accepted or has expired, and what became of it since.</summary>
public sealed record AsideRow(long Id, Did Peer, string Direction, string StatementId, string State);

/// <summary>The visible place for what was not accepted. A row stays after a steward has dealt with it, so that residents still read what happened.</summary>
public static class SetAside
{
    public const string Open = "open";
    public const string Sent = "sent";
    public const string Discarded = "discarded";

    /// <summary>Found no room in our own queue; sent by itself when there is some.</summary>
    public const string NoRoomHere = "outbox.full";

    /// <summary>The newest are kept; an attacker cannot fill the disk with refusals. What waits for room here is kept in any case: posts are refused before.</summary>
    public const int MaxPerPeer = 1000;

    /// <summary>Rows that are queued again in one step, at most.</summary>
    public const int MaxAtOnce = 256;

    public static void Add(Turn turn, Did peer, string direction, string statementId, string kind, Verdict verdict)
    {
        turn.Db.Run(
            "INSERT INTO set_aside (peer, direction, statement_id, kind, disposition, code, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            peer.Value,
            direction,
            statementId,
            kind,
            verdict.Disposition.ToWire(),
            verdict.Code,
            turn.Now.Ms
        );
        turn.Db.Run(
            "DELETE FROM set_aside WHERE peer = $1 AND code <> $3 AND id <= (SELECT id FROM set_aside WHERE peer = $1 AND code <> $3 ORDER BY id DESC LIMIT 1 OFFSET $2)",
            peer.Value,
            MaxPerPeer,
            NoRoomHere
        );
    }

    /// <summary>Nothing when the statement stands there already and nobody has dealt with it.</summary>
    public static void AddOnce(Turn turn, Did peer, string statementId, string kind, Verdict verdict)
    {
        if (
            !turn.Db.Exists(
                "SELECT 1 FROM set_aside WHERE peer = $1 AND state = 'open' AND statement_id = $2 AND direction = 'out' AND code = $3",
                peer.Value,
                statementId,
                verdict.Code
            )
        )
            Add(turn, peer, "out", statementId, kind, verdict);
    }

    /// <summary>What found no room in our queue for this peer, oldest first.</summary>
    public static List<(long Id, Statement Statement)> WaitingForRoom(Db db, Did peer) =>
        db.All(
            "SELECT a.id, s.raw FROM set_aside a JOIN statement s ON s.id = a.statement_id "
                + "WHERE a.peer = $1 AND a.state = 'open' AND a.direction = 'out' AND a.code = $2 ORDER BY a.id LIMIT $3",
            r => (r.Long(0), Statement.FromStore(r.Bytes(1))),
            peer.Value,
            NoRoomHere,
            MaxAtOnce
        );

    public static AsideRow? Find(Db db, long id) =>
        db.One(
            "SELECT id, peer, direction, statement_id, state FROM set_aside WHERE id = $1",
            r => new AsideRow(r.Long(0), new Did(r.Text(1)), r.Text(2), r.Text(3), r.Text(4)),
            id
        );

    /// <summary>A steward, or room, has settled it.</summary>
    public static void Settle(Turn turn, long id, string state) =>
        turn.Db.Run("UPDATE set_aside SET state = $2, settled = $3 WHERE id = $1", id, state, turn.Now.Ms);

    /// <summary>Counts traffic that was refused before it became a statement.</summary>
    public static void CountRefusal(Turn turn, Did peer, string code, int times = 1) =>
        turn.Db.Run(
            "INSERT INTO refusal (peer, code, count, last) VALUES ($1, $2, $3, $4) ON CONFLICT (peer, code) DO UPDATE SET count = count + $3, last = $4",
            peer.Value,
            code,
            times,
            turn.Now.Ms
        );
}
