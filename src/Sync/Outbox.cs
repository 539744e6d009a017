using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Sync;

/// <summary>What enqueue answered.</summary>
public enum Enqueued
{
    Queued,
    AlreadyQueued,

    /// <summary>The queue has no room. The statement stands in the set-aside as <c>outbox.full</c> and is queued by itself when there is room: nothing is
    /// dropped silently, and who asks first (<see cref="Outbox.HasRoom(Db, Did)"/>) can tell the resident.</summary>
    Full,
}

/// <summary>
/// The rows this node has custody of, per peer, and the bundles formed of them. A row leaves on the peer's signed receipt and on nothing else.
/// </summary>
public sealed class Outbox(Signer signer, SyncOptions options, Lanes lanes)
{
    /// <summary>$2 = now, $3 = the longest pause from now: a pause beyond it was set by a clock that has been set back since.</summary>
    private const string IsDue = "(not_before <= $2 OR not_before > $3)";

    /// <summary>How often a peer's rows are looked through for what has expired or waits for room here (1 min).</summary>
    private static readonly TimeSpan TidyEvery = TimeSpan.FromMinutes(1);

    private readonly Dictionary<Did, Waiting> _waiting = [];

    /// <summary>Told of every receipted statement: (statement id, kind, verdict). Runs in the transaction of the receipt.</summary>
    public Action<Turn, string, string, Verdict> OnReceipted { get; set; } = (_, _, _, _) => { };

    /// <summary>Keeps the statement and queues it for <paramref name="peer"/>. The sender's gate: the peer must be in its audience.</summary>
    public Enqueued Enqueue(Turn turn, Did peer, Statement statement)
    {
        Invariant.Hold(peer != signer.Node, "a node sends nothing to itself");
        Invariant.Hold(statement.IsFor(peer), $"{statement.Kind} {statement.Id} is not for {peer}");
        var stream = DataMap.RuleOf(statement.Kind)!.Stream;
        var full = !HasRoom(turn.Db, peer, stream, statement.Raw.Length);
        if (full && IsQueued(turn.Db, peer, statement.Id))
            return Enqueued.AlreadyQueued;
        Statements.Keep(turn, statement);
        if (full)
        {
            SetAside.AddOnce(turn, peer, statement.Id, statement.Kind, Verdict.Quota(SetAside.NoRoomHere));
            return Enqueued.Full;
        }
        var added = turn.Db.Run(
            "INSERT OR IGNORE INTO outbox (peer, stream, statement, bytes, queued, expires) "
                + "VALUES ($1, $2, (SELECT place FROM statement WHERE id = $3), $4, $5, $6)",
            peer.Value,
            stream,
            statement.Id,
            statement.Raw.Length,
            turn.Now.Ms,
            statement.Expires?.Ms
        );
        if (added == 1)
        {
            var waiting = WaitingFor(turn.Db, peer);
            waiting.Add(stream, 1, statement.Raw.Length);
            turn.Db.WhenTakenBack(() => waiting.Add(stream, -1, -statement.Raw.Length));
        }
        return added == 1 ? Enqueued.Queued : Enqueued.AlreadyQueued;
    }

    /// <summary>Whether what residents share still finds room for this peer. Asked before a post is taken, so that nothing is dropped later.</summary>
    public bool HasRoom(Db db, Did peer) => HasRoom(db, peer, DataMap.SharedStream, 0);

    /// <summary>When the peer's receipt for a statement came; null while it has not signed for it.</summary>
    public static Moment? DeliveredAt(Db db, Did peer, string statementId) =>
        db.One(
            "SELECT at FROM delivery WHERE statement = (SELECT place FROM statement WHERE id = $1) AND peer = $2",
            r => (Moment?)new Moment(r.Long(0)),
            statementId,
            peer.Value
        );

    /// <summary>Who has signed for a statement.</summary>
    public static List<Did> HaveSignedFor(Db db, string statementId) =>
        db.All(
            "SELECT peer FROM delivery WHERE statement = (SELECT place FROM statement WHERE id = $1) ORDER BY peer",
            r => new Did(r.Text(0)),
            statementId
        );

    /// <summary>Whether a statement waits for this peer or the peer has signed for it.</summary>
    public static bool HasOrGets(Db db, Did peer, string statementId) =>
        DeliveredAt(db, peer, statementId) is not null || IsQueued(db, peer, statementId);

    private static bool IsQueued(Db db, Did peer, string statementId) =>
        db.Exists(
            "SELECT 1 FROM outbox WHERE statement = (SELECT place FROM statement WHERE id = $1) AND peer = $2",
            statementId,
            peer.Value
        );

    /// <summary>The bounds of the lane, and of all that waits for the peer; control statements have a reserve beyond, which a full queue must not stop.</summary>
    private bool HasRoom(Db db, Did peer, int stream, int bytes)
    {
        var waiting = WaitingFor(db, peer);
        if (Lanes.ClassOf(stream) is not { } cls)
            return waiting.Rows < options.MaxWaiting + options.ControlReserve;
        var lane = lanes.Find(db, peer, cls, LaneDirection.Out);
        var inLane = waiting.Of(stream);
        return waiting.Rows < options.MaxWaiting
            && inLane.Rows < (lane?.MaxRows ?? options.MaxWaiting)
            && inLane.Bytes + bytes <= (lane?.MaxBytes ?? long.MaxValue);
    }

    private Waiting WaitingFor(Db db, Did peer)
    {
        if (!_waiting.TryGetValue(peer, out var waiting))
            _waiting[peer] = waiting = Waiting.Count(db, peer);
        return waiting;
    }

    /// <summary>
    /// Forms the next bundle for a peer: from the most urgent stream that has due rows and whose lane is open, with a floor for the others. Null when nothing
    /// may go. Stream, number and signed header are written in this transaction, so a resend after a crash is the same bundle.
    /// </summary>
    public NewBundle? FormNext(Turn turn, Did peer, Pace pace)
    {
        Tidy(turn, peer);
        pace.Look();
        var ready = Ready(turn, peer, pace);
        if (ready.Count == 0)
            return null;
        var stream = pace.Choose(ready, options.FillTo);
        var formed = Form(turn, peer, stream);
        pace.Formed(ready, stream, formed.Raw.Length, lanes.Rate(turn.Db, peer, stream), turn.Now);
        return formed;
    }

    /// <summary>Streams that have something due, whose lane is open and whose rate allows it (without a pace: whatever the rate), the most urgent first.</summary>
    private List<int> Ready(Turn turn, Did peer, Pace? pace)
    {
        var ready = new List<int>();
        var waiting = WaitingFor(turn.Db, peer);
        for (var stream = 0; stream < DataMap.Streams; stream++)
        {
            if (
                waiting.Of(stream).Rows > 0
                && !waiting.IsPutOff(stream, turn.Now, options.QuotaPause)
                && lanes.Flows(turn.Db, peer, stream, turn.Now)
                && HasDue(turn, peer, stream)
                && pace?.IsFree(stream, turn.Now) != false
            )
                ready.Add(stream);
        }
        return ready.Count < 2 ? ready : [.. ready.OrderBy(s => lanes.Urgency(turn.Db, peer, s)).ThenBy(s => s)];
    }

    /// <summary>Whether something is due for this peer by a lane that flows, be it only held by the lane's rate.</summary>
    public bool HasBacklog(Turn turn, Did peer) => Ready(turn, peer, null).Count > 0;

    private bool HasDue(Turn turn, Did peer, int stream) =>
        turn.Db.Exists(
            $"SELECT 1 FROM outbox WHERE peer = $1 AND {IsDue} AND bundle_seq IS NULL AND stream = $4 LIMIT 1",
            peer.Value,
            turn.Now.Ms,
            (turn.Now + options.QuotaPause).Ms,
            stream
        );

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
            "SELECT s.raw FROM outbox o JOIN statement s ON s.place = o.statement WHERE o.peer = $1 AND o.stream = $2 AND o.bundle_seq = $3 ORDER BY o.place",
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
            "SELECT s.id, o.bundle_seq, o.place, o.bytes, s.kind FROM outbox o JOIN statement s ON s.place = o.statement "
                + "WHERE o.peer = $1 AND o.stream = $2 AND o.bundle_seq BETWEEN $3 AND $4 ORDER BY o.place",
            r => new OutboxRow(r.Text(0), r.Long(1), r.Long(2), r.Int(3), r.Text(4)),
            peer.Value,
            receipt.Stream,
            receipt.First,
            receipt.Last
        );
        if (receipt.Exceptions.Length == 0)
            SettleAll(turn, peer, receipt, rows);
        else
            foreach (var row in rows)
                Settle(turn, peer, receipt.Stream, row, VerdictOf(receipt, row.Seq, row.Id));
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
    public void Abandon(Turn turn, Did peer, string code)
    {
        _waiting.Remove(peer);
        turn.Db.Run(
            "INSERT INTO set_aside (peer, direction, statement_id, kind, disposition, code, at) "
                + "SELECT o.peer, 'out', s.id, s.kind, 'refused', $2, $3 FROM outbox o JOIN statement s ON s.place = o.statement WHERE o.peer = $1 ORDER BY o.place",
            peer.Value,
            code,
            turn.Now.Ms
        );
        turn.Db.Run("DELETE FROM outbox WHERE peer = $1", peer.Value);
        turn.Db.Run("DELETE FROM bundle_out WHERE peer = $1", peer.Value);
        turn.Db.Run("UPDATE stream_out SET last_id = '' WHERE peer = $1", peer.Value);
    }

    private NewBundle Form(Turn turn, Did peer, int stream)
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
        var raw = Bundle.Join(header, [.. rows.Select(r => r.Raw)]);
        // The same rows that were gathered: the first ones that are due.
        turn.Db.Run(
            $"UPDATE outbox SET bundle_seq = $5 WHERE peer = $1 AND {IsDue} AND bundle_seq IS NULL AND stream = $4 AND place <= $6",
            peer.Value,
            turn.Now.Ms,
            (turn.Now + options.QuotaPause).Ms,
            stream,
            seq,
            rows[^1].Place
        );
        turn.Db.Run(
            "INSERT INTO bundle_out (peer, stream, seq, id, header, bytes, formed) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            peer.Value,
            stream,
            seq,
            id,
            header,
            raw.Length,
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
        return new NewBundle(new FormedBundle(stream, seq, raw.Length), raw, rows.Count);
    }

    /// <summary>The first rows that are due, as many as fill a bundle: one at least.</summary>
    private List<(long Place, string Id, byte[] Raw)> Gather(Turn turn, Did peer, int stream)
    {
        const int Header = 2048 + 100;
        var (count, bytes) = (0, Header);
        bool Fits((long, string, byte[] Raw) row)
        {
            (count, bytes) = (count + 1, bytes + row.Raw.Length + 4);
            return count == 1 || bytes <= options.FillTo;
        }
        return turn.Db.While(
            "SELECT o.place, s.id, s.raw FROM outbox o JOIN statement s ON s.place = o.statement "
                + $"WHERE o.peer = $1 AND {IsDue} AND o.bundle_seq IS NULL AND o.stream = $4 ORDER BY o.place LIMIT $5",
            r => (Place: r.Long(0), Id: r.Text(1), Raw: r.Bytes(2)),
            Fits,
            peer.Value,
            turn.Now.Ms,
            (turn.Now + options.QuotaPause).Ms,
            stream,
            Bundle.MaxStatements
        );
    }

    /// <summary>
    /// Now and then, in contact: what has expired is set aside, and what found no room here before is queued when there is some. Not without contact: a clock that
    /// is wrong for an hour would set aside what an absent neighbour still can have.
    /// </summary>
    private void Tidy(Turn turn, Did peer)
    {
        var waiting = WaitingFor(turn.Db, peer);
        if (waiting.Tidied is { } last && last <= turn.Now && turn.Now - last < TidyEvery)
            return;
        waiting.Tidied = turn.Now;
        DropExpired(turn, peer, waiting);
        foreach (var (id, statement) in SetAside.WaitingForRoom(turn.Db, peer))
        {
            if (!HasRoom(turn.Db, peer, DataMap.RuleOf(statement.Kind)!.Stream, statement.Raw.Length))
                break;
            SetAside.Settle(turn, id, SetAside.Sent);
            Enqueue(turn, peer, statement);
        }
    }

    /// <summary>Only rows in no bundle yet: then no gap opens. They go to the set-aside, where their sender sees them.</summary>
    private static void DropExpired(Turn turn, Did peer, Waiting waiting)
    {
        if (turn.Now < Moment.EarliestSure)
            return;
        var expired = turn.Db.All(
            "SELECT o.place, s.id, s.kind, o.stream, o.bytes FROM outbox o JOIN statement s ON s.place = o.statement "
                + "WHERE o.peer = $1 AND o.bundle_seq IS NULL AND o.expires < $2",
            r => (Place: r.Long(0), Id: r.Text(1), Kind: r.Text(2), Stream: r.Int(3), Bytes: r.Int(4)),
            peer.Value,
            turn.Now.Ms
        );
        foreach (var row in expired)
        {
            SetAside.Add(turn, peer, "out", row.Id, row.Kind, Verdict.Expired);
            turn.Db.Run("DELETE FROM outbox WHERE place = $1", row.Place);
            waiting.Add(row.Stream, -1, -row.Bytes);
        }
    }

    /// <summary>The same as <see cref="Settle"/> for each, when all was accepted: two statements instead of two for each row.</summary>
    private void SettleAll(Turn turn, Did peer, ReceiptBody receipt, List<OutboxRow> rows)
    {
        const string Covered = "FROM outbox WHERE peer = $1 AND stream = $2 AND bundle_seq BETWEEN $3 AND $4";
        // Asked before the rows go: what is counted only now must count them still.
        var waiting = WaitingFor(turn.Db, peer);
        turn.Db.Run(
            $"INSERT OR IGNORE INTO delivery (statement, peer, at) SELECT statement, peer, $5 {Covered}",
            peer.Value,
            receipt.Stream,
            receipt.First,
            receipt.Last,
            turn.Now.Ms
        );
        turn.Db.Run($"DELETE {Covered}", peer.Value, receipt.Stream, receipt.First, receipt.Last);
        waiting.Add(receipt.Stream, -rows.Count, -rows.Sum(row => (long)row.Bytes));
        foreach (var row in rows)
            OnReceipted(turn, row.Id, row.Kind, Verdict.Accepted);
    }

    private void Settle(Turn turn, Did peer, int stream, OutboxRow row, Verdict verdict)
    {
        if (verdict.Disposition == Disposition.Quota)
        {
            PutOff(turn, peer, stream, row.Place, verdict.Code);
            return;
        }
        // Asked before the row goes: what is counted only now must count it still.
        var waiting = WaitingFor(turn.Db, peer);
        turn.Db.Run("DELETE FROM outbox WHERE place = $1", row.Place);
        waiting.Add(stream, -1, -row.Bytes);
        if (verdict.IsAccepted)
            turn.Db.Run(
                "INSERT OR IGNORE INTO delivery (statement, peer, at) SELECT place, $2, $3 FROM statement WHERE id = $1",
                row.Id,
                peer.Value,
                turn.Now.Ms
            );
        else
            SetAside.Add(turn, peer, "out", row.Id, row.Kind, verdict);
        OnReceipted(turn, row.Id, row.Kind, verdict);
    }

    /// <summary>
    /// Custody stays here: the row waits for space at the peer and goes into a later bundle. When the lane itself has no room its stream waits too, or all that
    /// is behind would cross the link only to be put off.
    /// </summary>
    private void PutOff(Turn turn, Did peer, int stream, long place, string code)
    {
        var until = turn.Now + options.QuotaPause;
        turn.Db.Run("UPDATE outbox SET bundle_seq = NULL, not_before = $1 WHERE place = $2", until.Ms, place);
        if (Lanes.IsOfStream(code))
            WaitingFor(turn.Db, peer).PutOff(stream, until);
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

/// <summary>A bundle that was formed now, as it goes on the link.</summary>
public sealed record NewBundle(FormedBundle Bundle, byte[] Raw, int Statements);

/// <summary>A row under way.</summary>
internal readonly record struct OutboxRow(string Id, long Seq, long Place, int Bytes, string Kind);

/// <summary>How much waits for one peer, by stream: counted once and then kept up by every change, for this node is the only writer.</summary>
internal sealed class Waiting
{
    private readonly (long Rows, long Bytes)[] _streams = new (long, long)[DataMap.Streams];
    private readonly Moment[] _putOff = new Moment[DataMap.Streams];

    public long Rows { get; private set; }
    public Moment? Tidied { get; set; }

    public static Waiting Count(Db db, Did peer)
    {
        var waiting = new Waiting();
        foreach (
            var (stream, rows, bytes) in db.All(
                "SELECT stream, count(*), sum(bytes) FROM outbox WHERE peer = $1 GROUP BY stream",
                r => (r.Int(0), r.Long(1), r.Long(2)),
                peer.Value
            )
        )
            waiting.Add(stream, rows, bytes);
        return waiting;
    }

    public (long Rows, long Bytes) Of(int stream) => _streams[stream];

    public void Add(int stream, long rows, long bytes)
    {
        var before = _streams[stream];
        _streams[stream] = (before.Rows + rows, before.Bytes + bytes);
        Rows += rows;
    }

    /// <summary>The peer has no room for this stream; a pause that a wrong clock set does not last.</summary>
    public bool IsPutOff(int stream, Moment now, TimeSpan pause) => _putOff[stream] > now && _putOff[stream] <= now + pause;

    public void PutOff(int stream, Moment until) => _putOff[stream] = until;
}
