using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Sync;

/// <summary>
/// The lanes of this node: what may go to and come from whom, and what holds it back at the moment (a steward, an expired grant, power, a full disk). A
/// statement that may not go waits in the outbox; one that may not come stays with its sender (receipt <c>quota</c>). Control and trust, streams 0 and 1, need
/// no lane: other cabinets wait for them.
/// </summary>
public sealed class Lanes
{
    public const string Disk = "disk";
    public const string Power = "power";

    /// <summary>Something before it in the stream was put off.</summary>
    public const string Behind = "lane.behind";

    /// <summary>The disk of the receiver is nearly full.</summary>
    public const string DiskLow = "store.low";

    private const string OfLanes = "lane.";
    private const long DayMs = 86_400_000;
    private const string Columns = "class, direction, granted, expires, priority, rate, max_rows, max_bytes, paused";

    /// <summary>The node is the only writer, so what was read once is known until it is written here.</summary>
    private readonly Dictionary<(Did Peer, DataClass Class, LaneDirection Direction), Lane?> _known = [];

    /// <summary>What came in today over each incoming lane that was used in this step, to be written once at its end.</summary>
    private readonly Dictionary<(Did Peer, DataClass Class), (long Day, long Rows, long Bytes)> _used = [];
    private int _lastByPower = DataMap.BulkStream;

    /// <summary>A grant of a time when the clock was not set may be there, so its life has not begun.</summary>
    private bool _unborn = true;

    public DiskRoom Room { get; private set; }

    /// <summary>The class whose lane carries a stream; null for control and trust.</summary>
    public static DataClass? ClassOf(int stream) =>
        stream switch
        {
            DataMap.SharedStream => DataClass.Shared,
            DataMap.PublicStream => DataClass.Public,
            DataMap.BulkStream => DataClass.RestoreOnly,
            _ => null,
        };

    /// <summary>Whether a <c>quota</c> with this code is about the whole stream; others are about the one statement, as a ring when too many are open.</summary>
    public static bool IsOfStream(string code) => code == DiskLow || code.StartsWith(OfLanes, StringComparison.Ordinal);

    public static int StreamOf(DataClass cls) =>
        cls switch
        {
            DataClass.Shared => DataMap.SharedStream,
            DataClass.Public => DataMap.PublicStream,
            DataClass.RestoreOnly => DataMap.BulkStream,
            _ => throw new InvalidOperationException("local-only data has no lane"),
        };

    /// <summary>The day that the quota of incoming lanes counts, in UTC.</summary>
    public static long DayOf(Moment now) => now.Ms / DayMs;

    public static IReadOnlyList<DataClass> Classes { get; } = [DataClass.Shared, DataClass.Public, DataClass.RestoreOnly];

    /// <summary>All lanes of a peer that were granted, in order of class and direction.</summary>
    public static List<Lane> Of(Db db, Did peer) =>
        db.All($"SELECT {Columns} FROM lane WHERE peer = $1 ORDER BY class, direction", Read, peer.Value);

    public Lane? Find(Db db, Did peer, DataClass cls, LaneDirection direction)
    {
        if (!_known.TryGetValue((peer, cls, direction), out var lane))
            _known[(peer, cls, direction)] = lane = db.One(
                $"SELECT {Columns} FROM lane WHERE peer = $1 AND class = $2 AND direction = $3",
                Read,
                peer.Value,
                cls.ToWire(),
                direction.Word()
            );
        return lane;
    }

    /// <summary>Opens a lane or changes its bounds. <paramref name="from"/> is when the grant's life begins, on a clock that never runs backwards.</summary>
    public void Grant(Turn turn, Did peer, LaneGrant grant, Moment from)
    {
        Invariant.Hold(grant.Fault() is null, "a grant is checked before it is written");
        turn.Db.Run(
            "INSERT INTO lane (peer, class, direction, granted, expires, priority, rate, max_rows, max_bytes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
                + "ON CONFLICT (peer, class, direction) DO UPDATE SET granted = $4, expires = $5, priority = $6, rate = $7, max_rows = $8, max_bytes = $9",
            peer.Value,
            grant.Class.ToWire(),
            grant.Direction.Word(),
            from.Ms,
            (from + grant.Lifetime).Ms,
            grant.Priority,
            grant.Rate,
            grant.MaxRows,
            grant.MaxBytes
        );
        _known.Remove((peer, grant.Class, grant.Direction));
        _unborn |= from < Moment.EarliestSure;
    }

    /// <summary>The agreement of two stewards opens the lanes for what residents share by name, both ways; one that is there stays as it is.</summary>
    public void OpenAgreed(Turn turn, Did peer, Moment from)
    {
        foreach (var direction in new[] { LaneDirection.Out, LaneDirection.In })
        {
            if (Find(turn.Db, peer, DataClass.Shared, direction) is null)
                Grant(turn, peer, LaneGrant.Default(DataClass.Shared, direction), from);
        }
    }

    /// <summary>False when there is no such lane.</summary>
    public bool Pause(Turn turn, Did peer, DataClass cls, LaneDirection direction, bool paused)
    {
        _known.Remove((peer, cls, direction));
        return turn.Db.Run(
                "UPDATE lane SET paused = $4 WHERE peer = $1 AND class = $2 AND direction = $3",
                peer.Value,
                cls.ToWire(),
                direction.Word(),
                paused ? 1 : 0
            ) == 1;
    }

    /// <summary>Takes the grant back. What waits goes on waiting; nothing is lost.</summary>
    public bool Close(Turn turn, Did peer, DataClass cls, LaneDirection direction)
    {
        _known.Remove((peer, cls, direction));
        return turn.Db.Run(
                "DELETE FROM lane WHERE peer = $1 AND class = $2 AND direction = $3",
                peer.Value,
                cls.ToWire(),
                direction.Word()
            ) == 1;
    }

    /// <summary>The peering has ended, and its lanes with it.</summary>
    public void Drop(Turn turn, Did peer)
    {
        foreach (var cls in Classes)
        {
            Close(turn, peer, cls, LaneDirection.Out);
            Close(turn, peer, cls, LaneDirection.In);
            _used.Remove((peer, cls));
        }
        turn.Db.Run("DELETE FROM lane_use WHERE peer = $1", peer.Value);
    }

    /// <summary>At a start nothing is known yet of power and disk.</summary>
    public static void Begin(Turn turn) => turn.Db.Run("DELETE FROM restraint");

    /// <summary>
    /// The load plan, asked at every step, lets outgoing streams go up to this one: 4 all, 3 no bulk, 1 only control and trust, -1 nothing. True when that is a
    /// change.
    /// </summary>
    public bool Follow(Turn turn, int lastStream)
    {
        BeginLives(turn);
        var last = Math.Clamp(lastStream, -1, DataMap.BulkStream);
        if (last == _lastByPower)
            return false;
        _lastByPower = last;
        Note(turn, Power, last, "load-plan");
        return true;
    }

    /// <summary>What was granted before the clock was set lives from the first moment at which it is: otherwise it would end fifty years too early.</summary>
    private void BeginLives(Turn turn)
    {
        if (!_unborn || turn.Now < Moment.EarliestSure)
            return;
        _unborn = false;
        var begun = turn.Db.Run(
            "UPDATE lane SET granted = $1, expires = expires - granted + $1 WHERE granted < $2",
            turn.Now.Ms,
            Moment.EarliestSure.Ms
        );
        if (begun > 0)
            _known.Clear();
    }

    /// <summary>The disk was measured. True when its step has changed.</summary>
    public bool Measure(Turn turn, long free, long total)
    {
        var room = DiskRooms.Of(free, total, Room);
        if (room == Room)
            return false;
        Room = room;
        Note(turn, Disk, room.LastStream(), room.Word());
        return true;
    }

    public LaneState StateOf(Db db, Did peer, int stream, LaneDirection direction, Moment now) =>
        ClassOf(stream) is not { } cls ? LaneState.Open
        : Find(db, peer, cls, direction) is { } lane ? lane.StateAt(now)
        : LaneState.Closed;

    /// <summary>Whether bundles of a stream may leave for this peer now.</summary>
    public bool Flows(Db db, Did peer, int stream, Moment now) =>
        stream <= _lastByPower && StateOf(db, peer, stream, LaneDirection.Out, now) == LaneState.Open;

    /// <summary>Order of a stream for this peer: control, trust, then by the priority that the steward gave.</summary>
    public int Urgency(Db db, Did peer, int stream) =>
        ClassOf(stream) is { } cls && Find(db, peer, cls, LaneDirection.Out) is { } lane ? lane.Priority : stream;

    /// <summary>Bytes a second towards a peer; 0 = no limit.</summary>
    public long Rate(Db db, Did peer, int stream) =>
        ClassOf(stream) is { } cls ? Find(db, peer, cls, LaneDirection.Out)?.Rate ?? 0 : 0;

    /// <summary>Whether statements of a stream may come from this peer now; <c>quota</c> when their sender is to keep them for a while.</summary>
    public Verdict Admits(Db db, Did peer, int stream, Moment now)
    {
        if (stream > Room.LastStream())
            return Verdict.Quota(DiskLow);
        return StateOf(db, peer, stream, LaneDirection.In, now) switch
        {
            LaneState.Open => Verdict.Accepted,
            var state => Verdict.Quota(OfLanes + state.Word()),
        };
    }

    /// <summary>Counts a new statement against the day's quota of its incoming lane.</summary>
    public Verdict Takes(Turn turn, Did peer, int stream, int bytes)
    {
        if (ClassOf(stream) is not { } cls || Find(turn.Db, peer, cls, LaneDirection.In) is not { } lane)
            return Verdict.Accepted;
        var used = UsedToday(turn, peer, cls);
        if (used.Rows + 1 > lane.MaxRows || used.Bytes + bytes > lane.MaxBytes)
            return Verdict.Quota(OfLanes + "quota");
        Use(turn, peer, cls, used.Rows + 1, used.Bytes + bytes);
        return Verdict.Accepted;
    }

    /// <summary>Whether blobs of a stream may leave for this peer now: its lane is open, and they are shed with bulk, before what people wait for.</summary>
    public bool BlobsFlow(Db db, Did peer, int stream, Moment now) =>
        DataMap.BulkStream <= _lastByPower && Flows(db, peer, stream, now);

    /// <summary>Whether a blob may be fetched from this peer now: as for a statement of its stream, and only while there is power and disk for bulk.</summary>
    public Verdict AdmitsBlob(Turn turn, Did peer, int stream, long bytes)
    {
        if (DataMap.BulkStream > _lastByPower)
            return Verdict.Quota(OfLanes + Power);
        if (DataMap.BulkStream > Room.LastStream())
            return Verdict.Quota(DiskLow);
        var admitted = Admits(turn.Db, peer, stream, turn.Now);
        if (!admitted.IsAccepted || ClassOf(stream) is not { } cls)
            return admitted;
        return UsedToday(turn, peer, cls).Bytes + bytes <= Find(turn.Db, peer, cls, LaneDirection.In)!.MaxBytes
            ? admitted
            : Verdict.Quota(OfLanes + "quota");
    }

    /// <summary>Counts bytes of a blob that came over an incoming lane.</summary>
    public void CountBlob(Turn turn, Did peer, int stream, long bytes)
    {
        if (bytes <= 0 || ClassOf(stream) is not { } cls || Find(turn.Db, peer, cls, LaneDirection.In) is null)
            return;
        var used = UsedToday(turn, peer, cls);
        Use(turn, peer, cls, used.Rows, used.Bytes + bytes);
    }

    private (long Rows, long Bytes) UsedToday(Turn turn, Did peer, DataClass cls) =>
        _used.TryGetValue((peer, cls), out var used) && used.Day == DayOf(turn.Now)
            ? (used.Rows, used.Bytes)
            : turn.Db.One(
                "SELECT rows, bytes FROM lane_use WHERE peer = $1 AND class = $2 AND day = $3",
                r => (Rows: r.Long(0), Bytes: r.Long(1)),
                peer.Value,
                cls.ToWire(),
                DayOf(turn.Now)
            );

    private void Use(Turn turn, Did peer, DataClass cls, long rows, long bytes) =>
        _used[(peer, cls)] = (DayOf(turn.Now), rows, bytes);

    /// <summary>The end of a step: writes what it counted, one row for each lane and not for each statement.</summary>
    public void Save(Turn turn)
    {
        foreach (var ((peer, cls), (day, rows, bytes)) in _used)
            turn.Db.Run(
                "INSERT INTO lane_use (peer, class, day, rows, bytes) VALUES ($1, $2, $3, $4, $5) "
                    + "ON CONFLICT (peer, class) DO UPDATE SET day = $3, rows = $4, bytes = $5",
                peer.Value,
                cls.ToWire(),
                day,
                rows,
                bytes
            );
        _used.Clear();
    }

    private static void Note(Turn turn, string cause, int lastStream, string says) =>
        turn.Db.Run(
            "INSERT INTO restraint (cause, last_stream, says, since) VALUES ($1, $2, $3, $4) "
                + "ON CONFLICT (cause) DO UPDATE SET last_stream = $2, says = $3, since = $4",
            cause,
            lastStream,
            says,
            turn.Now.Ms
        );

    private static Lane Read(Row r) =>
        new(
            DataClasses.TryParse(r.Text(0), out var cls) ? cls : DataClass.LocalOnly,
            LaneWords.ParseDirection(r.Text(1))!.Value,
            new Moment(r.Long(2)),
            new Moment(r.Long(3)),
            r.Int(4),
            r.Long(5),
            r.Long(6),
            r.Long(7),
            r.Flag(8)
        );
}
