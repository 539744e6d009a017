using System.Text.Json;
using EdgeNode.Store;
using EdgeNode.Wire;
using Microsoft.Data.Sqlite;

namespace EdgeNode.Sync;

/// <summary>What became of a bundle that arrived.</summary>
public enum Arrival
{
    /// <summary>Committed by this step; its receipt follows the commit.</summary>
    Taken,

    /// <summary>It was here already; the same receipt is given again.</summary>
    Again,

    /// <summary>Bundles before it are missing: the sender is told what is here.</summary>
    Gap,

    /// <summary>Refused and counted.</summary>
    Refused,
}

/// <summary>
/// Takes bundles over, in order, each once. Statements, their effects and the bundle's own row are one transaction with the step; the receipt follows its
/// commit. <paramref name="apply"/> is what a statement means; it runs at most once per statement id.
/// </summary>
public sealed class Inbox(VerifyGate gate, SyncOptions options, Lanes lanes, Func<Turn, Statement, Did, Verdict> apply)
{
    public Arrival Take(Turn turn, Did peer, byte[] raw, Bundle? foreseen, out int stream, out long seq)
    {
        (stream, seq) = (0, 0);
        var (bundle, code) = gate.CheckBundle(raw, peer, foreseen);
        if (bundle is null)
            return Refuse(turn, peer, code);
        (stream, seq) = (bundle.Header.Stream, bundle.Header.Seq);
        var last = turn.Db.One(
            "SELECT seq, last_id, put_off FROM stream_in WHERE peer = $1 AND stream = $2",
            r => (Seq: r.Long(0), Id: r.Text(1), PutOff: r.Long(2)),
            peer.Value,
            stream
        );
        if (seq <= last.Seq)
            return Repeat(turn, peer, bundle);
        // A bundle without a predecessor begins the stream anew: its sender has set aside what came before (Outbox.Abandon).
        var restarts = bundle.Header.Prev.Length == 0;
        if (seq > last.Seq + 1 && !restarts)
            return Arrival.Gap;
        if (!restarts && bundle.Header.Prev != last.Id)
            return Refuse(turn, peer, "bundle.prev");
        Commit(turn, peer, bundle, code, new Moment(last.PutOff));
        return Arrival.Taken;
    }

    /// <summary>Exceptions in one receipt, at most (one bundle's own may be more): about 150 bytes each, and a receipt's body may have 32 KiB.</summary>
    private const int MostExceptions = 64;

    /// <summary>The receipts for a range that is in the inbox: one, or several where much was not accepted.</summary>
    public static List<ReceiptBody> ReceiptsFor(Db db, Did peer, int stream, long first, long last)
    {
        var refused = db.All(
            "SELECT seq, exceptions FROM inbox WHERE peer = $1 AND stream = $2 AND seq BETWEEN $3 AND $4 AND exceptions IS NOT NULL ORDER BY seq",
            r => (Seq: r.Long(0), List: WireJson.Read(r.Text(1), WireJson.Default.ReceiptBody)!.Exceptions),
            peer.Value,
            stream,
            first,
            last
        );
        var bodies = new List<ReceiptBody>();
        var gathered = new List<ReceiptException>();
        foreach (var (seq, list) in refused)
        {
            if (gathered.Count > 0 && gathered.Count + list.Length > MostExceptions)
            {
                bodies.Add(new ReceiptBody(stream, first, seq - 1, [.. gathered]));
                gathered.Clear();
                first = seq;
            }
            gathered.AddRange(list);
        }
        bodies.Add(new ReceiptBody(stream, first, last, [.. gathered]));
        return bodies;
    }

    /// <summary>Last bundle per stream, for the have.</summary>
    public static HaveStream[] Have(Db db, Did peer) =>
        [
            .. db.All(
                "SELECT stream, seq FROM stream_in WHERE peer = $1 ORDER BY stream",
                r => new HaveStream(r.Int(0), r.Long(1)),
                peer.Value
            ),
        ];

    private static Arrival Refuse(Turn turn, Did peer, string code)
    {
        SetAside.CountRefusal(turn, peer, code);
        return Arrival.Refused;
    }

    /// <summary>The same number again: the same bundle is receipted again, another one is proof that the peer told two stories.</summary>
    private static Arrival Repeat(Turn turn, Did peer, Bundle bundle)
    {
        var known = turn.Db.Text(
            "SELECT bundle_id FROM inbox WHERE peer = $1 AND stream = $2 AND seq = $3",
            peer.Value,
            bundle.Header.Stream,
            bundle.Header.Seq
        );
        return known is null || known == bundle.Id ? Arrival.Again : Refuse(turn, peer, "bundle.equivocation");
    }

    private void Commit(Turn turn, Did peer, Bundle bundle, string code, Moment putOff)
    {
        var h = bundle.Header;
        var exceptions = code.Length > 0 ? [WholeRefused(turn, peer, h, code)] : TakeStatements(turn, peer, bundle, ref putOff);
        var list =
            exceptions.Count == 0
                ? null
                : WireJson.WriteText(new ReceiptBody(h.Stream, h.Seq, h.Seq, [.. exceptions]), WireJson.Default.ReceiptBody);
        turn.Db.Run(
            "INSERT INTO inbox (peer, stream, seq, bundle_id, received, statements, exceptions) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            peer.Value,
            h.Stream,
            h.Seq,
            bundle.Id,
            turn.Now.Ms,
            h.Count,
            list
        );
        turn.Db.Run(
            "INSERT INTO stream_in (peer, stream, seq, last_id, put_off) VALUES ($1, $2, $3, $4, $5) "
                + "ON CONFLICT (peer, stream) DO UPDATE SET seq = $3, last_id = $4, put_off = $5",
            peer.Value,
            h.Stream,
            h.Seq,
            bundle.Id,
            putOff.Ms
        );
        turn.Db.Run(
            "DELETE FROM inbox WHERE peer = $1 AND stream = $2 AND seq <= $3",
            peer.Value,
            h.Stream,
            h.Seq - options.InboxKept
        );
        Traffic.Add(turn, peer, Traffic.BundlesReceived, 1);
        Traffic.Add(turn, peer, Traffic.StatementsReceived, h.Count);
    }

    private static ReceiptException WholeRefused(Turn turn, Did peer, BundleHeader header, string code)
    {
        SetAside.CountRefusal(turn, peer, code);
        return new ReceiptException(header.Seq, "", Disposition.Refused.ToWire(), code);
    }

    private List<ReceiptException> TakeStatements(Turn turn, Did peer, Bundle bundle, ref Moment putOff)
    {
        var h = bundle.Header;
        var room = RoomFor(turn, peer, h.Stream, putOff);
        var exceptions = new List<ReceiptException>();
        var late = 0;
        foreach (var read in bundle.Read)
        {
            var (statement, verdict) = gate.Check(read, turn.Now);
            if (verdict.IsAccepted)
                verdict = ApplyOnce(turn, statement!, peer, h.Stream, ref room);
            if (verdict.IsAccepted)
                continue;
            exceptions.Add(new ReceiptException(h.Seq, statement?.Id ?? "", verdict.Disposition.ToWire(), verdict.Code));
            if (verdict.Disposition == Disposition.Quota)
            {
                SetAside.CountRefusal(turn, peer, verdict.Code);
                late += Lanes.IsOfStream(verdict.Code) ? 1 : 0;
            }
            else
                SetAside.Add(turn, peer, "in", statement?.Id ?? "", statement?.Kind ?? "unreadable", verdict);
        }
        if (late > 0 && room.Code != Lanes.Behind)
            putOff = turn.Now + options.QuotaPause / 2;
        return late == h.Count ? [exceptions[0] with { Statement = "" }] : exceptions;
    }

    /// <summary>
    /// After something of a stream was put off, what was already under way behind it is put off as well, though there may be room again: otherwise an item could
    /// come before its resident, or after its own withdrawal. Half the sender's pause is enough for the road to empty.
    /// </summary>
    private Verdict RoomFor(Turn turn, Did peer, int stream, Moment putOff)
    {
        var room = lanes.Admits(turn.Db, peer, stream, turn.Now);
        var behind = putOff > turn.Now && putOff <= turn.Now + options.QuotaPause / 2;
        return room.IsAccepted && behind ? Verdict.Quota(Lanes.Behind) : room;
    }

    /// <summary>What is here already has had its effect; what is new needs room, and once there is none it is put off with all behind it.</summary>
    private Verdict ApplyOnce(Turn turn, Statement statement, Did peer, int bundled, ref Verdict room)
    {
        // By its kind, not by the bundle it came in: nobody walks around a lane by another stream.
        var stream = DataMap.RuleOf(statement.Kind)!.Stream;
        var admitted = room.IsAccepted && stream != bundled ? lanes.Admits(turn.Db, peer, stream, turn.Now) : room;
        if (admitted.IsAccepted)
            return ApplyNew(turn, statement, peer, stream, ref room);
        if (Statements.Has(turn.Db, statement.Id))
            return Verdict.Accepted;
        return room = admitted;
    }

    /// <summary>
    /// Keeps the statement and does what it means, or neither: what is not accepted leaves no trace, so that it has its effect when it comes again (after
    /// quota, or by another road). One whose handling fails is taken back alone, set aside and counted, so that it never blocks the queue. A failing disk is
    /// not the statement's fault and ends the step.
    /// </summary>
    private Verdict ApplyNew(Turn turn, Statement statement, Did peer, int stream, ref Verdict room)
    {
        turn.Db.Savepoint("statement");
        try
        {
            var isNew = Statements.Keep(turn, statement);
            if (isNew)
                room = lanes.Takes(turn, peer, stream, statement.Raw.Length);
            var verdict = isNew && room.IsAccepted ? apply(turn, statement, peer) : room;
            if (verdict.IsAccepted)
                turn.Db.Release("statement");
            else
                turn.Db.RollbackTo("statement");
            return verdict;
        }
        catch (Exception e)
            when (e
                    is InvariantException
                        or InvalidOperationException
                        or ArgumentException
                        or FormatException
                        or OverflowException
                        or JsonException
                        or KeyNotFoundException
                        or IndexOutOfRangeException
                || IsConstraint(e)
            )
        {
            turn.Db.RollbackTo("statement");
            SetAside.CountRefusal(turn, peer, "statement.fault");
            return Verdict.Refused("statement.fault");
        }
    }

    private static bool IsConstraint(Exception e) => e is SqliteException { SqliteErrorCode: 19 };
}

/// <summary>Totals per peer for the steward's page, the metrics and the demo's table.</summary>
public static class Traffic
{
    public const string BundlesSent = "bundles_sent";
    public const string BundlesReceived = "bundles_received";
    public const string BytesSent = "bytes_sent";
    public const string BytesReceived = "bytes_received";
    public const string StatementsSent = "statements_sent";
    public const string StatementsReceived = "statements_received";
    public const string BlobBytesSent = "blob_bytes_sent";
    public const string BlobBytesReceived = "blob_bytes_received";
    public const string ReceiptsSent = "receipts_sent";
    public const string ReceiptsReceived = "receipts_received";

    public static void Add(Turn turn, Did peer, string what, long amount) =>
        turn.Db.Run(
            "INSERT INTO traffic (peer, what, total) VALUES ($1, $2, $3) ON CONFLICT (peer, what) DO UPDATE SET total = total + $3",
            peer.Value,
            what,
            amount
        );
}
