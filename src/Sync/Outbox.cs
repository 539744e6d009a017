using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Sync;

/// <summary>What enqueue answered: Full is told to the caller, who shows "waiting for space"; nothing is dropped silently.</summary>
public enum Enqueued
{
    Queued,
    AlreadyQueued,
    Full,
}

/// <summary>
/// The rows this node has custody of, per peer, and the bundles formed of them. A row leaves on the peer's signed receipt and on nothing else.
/// </summary>
public sealed class Outbox(Signer signer, SyncOptions options)
{
    /// <summary>$2 = now, $3 = the longest pause from now: a pause beyond it was set by a clock that has been set back since.</summary>
    private const string IsDue = "(not_before <= $2 OR not_before > $3)";

    private readonly Dictionary<Did, long> _waiting = [];

    /// <summary>Told of every receipted statement: (statement id, peer, verdict). Runs in the transaction of the receipt.</summary>
    public Action<Turn, string, Did, Verdict> OnReceipted { get; set; } = (_, _, _, _) => { };

    /// <summary>Keeps the statement and queues it for <paramref name="peer"/>. The sender's gate: the peer must be in its audience.</summary>
    public Enqueued Enqueue(Turn turn, Did peer, Statement statement)
    {
        Invariant.Hold(peer != signer.Node, "a node sends nothing to itself");
        Invariant.Hold(statement.IsFor(peer), $"{statement.Kind} {statement.Id} is not for {peer}");
        var stream = DataMap.RuleOf(statement.Kind)!.Stream;
        if (Waiting(turn.Db, peer) >= options.MaxWaiting + (stream == DataMap.ControlStream ? options.ControlReserve : 0))
            return Enqueued.Full;
        Statements.Keep(turn, statement);
        var added = turn.Db.Run(
            "INSERT OR IGNORE INTO outbox (peer, stream, statement_id, queued, expires) VALUES ($1, $2, $3, $4, $5)",
            peer.Value,
            stream,
            statement.Id,
            turn.Now.Ms,
            statement.Expires?.Ms
        );
        _waiting[peer] += added;
        return added == 1 ? Enqueued.Queued : Enqueued.AlreadyQueued;
    }

    /// <summary>Whether what residents share still finds room for this peer. Asked before a post is taken, so that nothing is dropped later.</summary>
    public bool HasRoom(Db db, Did peer) => Waiting(db, peer) < options.MaxWaiting;

    /// <summary>Whether a statement waits for this peer or the peer has signed for it.</summary>
    public static bool HasOrGets(Db db, Did peer, string statementId) =>
        db.Exists("SELECT 1 FROM delivery WHERE statement_id = $1 AND peer = $2", statementId, peer.Value)
        || db.Exists("SELECT 1 FROM outbox WHERE peer = $1 AND statement_id = $2", peer.Value, statementId);

    /// <summary>Rows for a peer, counted once and then kept up by enqueues: an upper bound, counted anew when it reaches the limit.</summary>
    private long Waiting(Db db, Did peer)
    {
        if (!_waiting.TryGetValue(peer, out var count) || count >= options.MaxWaiting)
            _waiting[peer] = count = db.Number("SELECT count(*) FROM outbox WHERE peer = $1", peer.Value);
        return count;
    }

    /// <summary>
    /// Forms the next bundle for a peer from the most urgent stream that has waiting rows; null when nothing waits. Stream, number and signed header are
    /// written in this transaction, so a resend after a crash is the same bundle.
    /// </summary>
    /// <param name="reach">Streams above it wait.</param>
    public FormedBundle? FormNext(Turn turn, Did peer, int reach = DataMap.Streams)
    {
        DropExpired(turn, peer);
        var stream = turn.Db.One(
            $"SELECT stream FROM outbox WHERE peer = $1 AND bundle_seq IS NULL AND {IsDue} AND stream <= $4 ORDER BY stream, place LIMIT 1",
            r => (int?)r.Int(0),
            peer.Value,
            turn.Now.Ms,
            (turn.Now + options.QuotaPause).Ms,
            reach
        );
        return stream is { } s ? Form(turn, peer, s) : null;
    }

    /// <summary>The bundle as it goes on the link: stored header and the statements it signs.</summary>
    public static byte[] Load(Db db, Did peer, int stream, long seq)
    {
        var header = db.One(
            "SELECT header FROM bundle_out WHERE peer = $1 AND stream = $2 AND seq = $3",
            r => r.Bytes(0),
            peer.Value,
            stream,
            seq
        );
        Invariant.Hold(header is not null, "a bundle under way keeps its header until its receipt");
        var statements = db.All(
            "SELECT s.raw FROM outbox o JOIN statement s ON s.id = o.statement_id WHERE o.peer = $1 AND o.stream = $2 AND o.bundle_seq = $3 ORDER BY o.place",
            r => r.Bytes(0),
            peer.Value,
            stream,
            seq
        );
        return Bundle.Join(header, statements);
    }

    /// <summary>Bundles under way, oldest first: what a new link starts with.</summary>
    public static List<FormedBundle> Formed(Db db, Did peer) =>
        db.All(
            "SELECT stream, seq, bytes FROM bundle_out WHERE peer = $1 ORDER BY stream, seq",
            r => new FormedBundle(r.Int(0), r.Long(1), r.Int(2)),
            peer.Value
        );

    /// <summary>
    /// Takes a verified receipt: releases the rows it covers, sets aside what was not accepted, leaves <c>quota</c> rows waiting. Bundles that were never sent
    /// are not released: a receipt cannot claim more than was handed over.
    /// </summary>
    public void Take(Turn turn, Did peer, ReceiptBody receipt)
    {
        var sent = turn.Db.Number("SELECT seq FROM stream_out WHERE peer = $1 AND stream = $2", peer.Value, receipt.Stream);
        if (receipt.First < 1 || receipt.Last > sent || receipt.First > receipt.Last)
            return;
        var rows = turn.Db.All(
            "SELECT statement_id, bundle_seq, place FROM outbox WHERE peer = $1 AND stream = $2 AND bundle_seq BETWEEN $3 AND $4 ORDER BY place",
            r => (Id: r.Text(0), Seq: r.Long(1), Place: r.Long(2)),
            peer.Value,
            receipt.Stream,
            receipt.First,
            receipt.Last
        );
        foreach (var row in rows)
            Settle(turn, peer, row.Id, row.Place, VerdictOf(receipt, row.Seq, row.Id));
        turn.Db.Run(
            "DELETE FROM bundle_out WHERE peer = $1 AND stream = $2 AND seq BETWEEN $3 AND $4",
            peer.Value,
            receipt.Stream,
            receipt.First,
            receipt.Last
        );
    }

    /// <summary>Oldest bundle per stream without a receipt, for the have.</summary>
    public static HaveStream[] Open(Db db, Did peer) =>
        [
            .. db.All(
                "SELECT stream, min(seq) FROM bundle_out WHERE peer = $1 GROUP BY stream ORDER BY stream",
                r => new HaveStream(r.Int(0), r.Long(1)),
                peer.Value
            ),
        ];

    /// <summary>
    /// Everything still waiting for a peer whose peering has ended, moved to the visible set-aside. Should there be another peering, its first bundle names no
    /// predecessor, for the last ones may never have arrived; numbers go on, so that no old bundle can pass for a new one.
    /// </summary>
    public static void Abandon(Turn turn, Did peer, string code)
    {
        turn.Db.Run(
            "INSERT INTO set_aside (peer, direction, statement_id, kind, disposition, code, at) "
                + "SELECT o.peer, 'out', o.statement_id, s.kind, 'refused', $2, $3 FROM outbox o JOIN statement s ON s.id = o.statement_id WHERE o.peer = $1 ORDER BY o.place",
            peer.Value,
            code,
            turn.Now.Ms
        );
        turn.Db.Run("DELETE FROM outbox WHERE peer = $1", peer.Value);
        turn.Db.Run("DELETE FROM bundle_out WHERE peer = $1", peer.Value);
        turn.Db.Run("UPDATE stream_out SET last_id = '' WHERE peer = $1", peer.Value);
    }

    private FormedBundle Form(Turn turn, Did peer, int stream)
    {
        var rows = Gather(turn, peer, stream);
        var last = turn.Db.One(
            "SELECT seq, last_id FROM stream_out WHERE peer = $1 AND stream = $2",
            r => (Seq: r.Long(0), Id: r.Text(1)),
            peer.Value,
            stream
        );
        var seq = last.Seq + 1;
        var header = Bundle.SignHeader(signer, peer, stream, seq, last.Id ?? "", [.. rows.Select(r => r.Id)]);
        var id = Frame.TryReadWhole(header, 0)!.Id(Kinds.Bundle);
        var bytes = header.Length + rows.Sum(r => r.Size + 4);
        foreach (var row in rows)
            turn.Db.Run("UPDATE outbox SET bundle_seq = $1 WHERE place = $2", seq, row.Place);
        turn.Db.Run(
            "INSERT INTO bundle_out (peer, stream, seq, id, header, bytes, formed) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            peer.Value,
            stream,
            seq,
            id,
            header,
            bytes,
            turn.Now.Ms
        );
        turn.Db.Run(
            "INSERT INTO stream_out (peer, stream, seq, last_id) VALUES ($1, $2, $3, $4) "
                + "ON CONFLICT (peer, stream) DO UPDATE SET seq = $3, last_id = $4",
            peer.Value,
            stream,
            seq,
            id
        );
        return new FormedBundle(stream, seq, bytes);
    }

    private List<(long Place, string Id, int Size)> Gather(Turn turn, Did peer, int stream)
    {
        var waiting = turn.Db.All(
            "SELECT o.place, o.statement_id, length(s.raw) FROM outbox o JOIN statement s ON s.id = o.statement_id "
                + $"WHERE o.peer = $1 AND {IsDue} AND o.bundle_seq IS NULL AND o.stream = $4 ORDER BY o.place LIMIT $5",
            r => (Place: r.Long(0), Id: r.Text(1), Size: r.Int(2)),
            peer.Value,
            turn.Now.Ms,
            (turn.Now + options.QuotaPause).Ms,
            stream,
            Bundle.MaxStatements
        );
        var bytes = 2048 + 100;
        var fits = 0;
        while (fits < waiting.Count && (fits == 0 || bytes + waiting[fits].Size + 4 <= options.FillTo))
            bytes += waiting[fits++].Size + 4;
        return waiting[..fits];
    }

    /// <summary>Only rows in no bundle yet: then no gap opens. They go to the set-aside, where their sender sees them.</summary>
    private static void DropExpired(Turn turn, Did peer)
    {
        if (turn.Now < Moment.EarliestSure)
            return;
        var expired = turn.Db.All(
            "SELECT place, statement_id FROM outbox WHERE peer = $1 AND bundle_seq IS NULL AND expires < $2",
            r => (Place: r.Long(0), Id: r.Text(1)),
            peer.Value,
            turn.Now.Ms
        );
        foreach (var row in expired)
        {
            SetAside.Add(turn, peer, "out", row.Id, Statements.Get(turn.Db, row.Id).Kind, Verdict.Expired);
            turn.Db.Run("DELETE FROM outbox WHERE place = $1", row.Place);
        }
    }

    private void Settle(Turn turn, Did peer, string id, long place, Verdict verdict)
    {
        if (verdict.Disposition == Disposition.Quota)
        {
            // Custody stays here: the row waits for space at the peer and goes into a later bundle.
            turn.Db.Run(
                "UPDATE outbox SET bundle_seq = NULL, not_before = $1 WHERE place = $2",
                (turn.Now + options.QuotaPause).Ms,
                place
            );
            return;
        }
        turn.Db.Run("DELETE FROM outbox WHERE place = $1", place);
        if (verdict.IsAccepted)
            turn.Db.Run(
                "INSERT OR IGNORE INTO delivery (statement_id, peer, at) VALUES ($1, $2, $3)",
                id,
                peer.Value,
                turn.Now.Ms
            );
        else
            SetAside.Add(turn, peer, "out", id, Statements.Get(turn.Db, id).Kind, verdict);
        OnReceipted(turn, id, peer, verdict);
    }

    private static Verdict VerdictOf(ReceiptBody receipt, long seq, string id)
    {
        foreach (var exception in receipt.Exceptions)
        {
            if (exception.Seq == seq && (exception.Statement == id || exception.Statement.Length == 0))
                return new Verdict(Dispositions.Parse(exception.Disposition) ?? Disposition.Refused, exception.Code);
        }
        return Verdict.Accepted;
    }
}

/// <summary>A bundle under way.</summary>
public sealed record FormedBundle(int Stream, long Seq, int Bytes);

/// <summary>The visible place for what was not accepted.</summary>
public static class SetAside
{
    /// <summary>The newest are kept; an attacker cannot fill the disk with refusals.</summary>
    public const int MaxPerPeer = 1000;

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
            "DELETE FROM set_aside WHERE peer = $1 AND id <= (SELECT id FROM set_aside WHERE peer = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)",
            peer.Value,
            MaxPerPeer
        );
    }

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
