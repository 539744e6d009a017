using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Appliance.Web;

/// <summary>Lanes of all neighbours as they stand in the database: for the stewards' page, the metrics and <c>edgenode link status</c>.</summary>
internal static class LaneQueries
{
    private const string Control = "control";

    /// <param name="db">A reader.</param>
    /// <param name="now">The time.</param>
    /// <param name="had">Bytes fetched so far of a blob.</param>
    public static LinksView All(Db db, Moment now, Func<string, long> had)
    {
        var restraints = db.All(
            "SELECT cause, last_stream, says, since FROM restraint WHERE last_stream < $1 ORDER BY cause",
            r => new RestraintView(r.Text(0), r.Int(1), r.Text(2), EntryQueries.At(r.Long(3))),
            DataMap.BulkStream
        );
        var peers = db.All(
            "SELECT p.did, p.name, coalesce(c.way, 'none'), c.since, p.last_contact FROM peering p LEFT JOIN contact c ON c.peer = p.did "
                + "WHERE p.state = 'enrolled' ORDER BY p.name, p.did",
            r => new PeerLanes(r.Text(0), r.Text(1), r.Text(2), AtOrNull(r.LongOrNull(3)), AtOrNull(r.LongOrNull(4)), 0, 0, 0, [])
        );
        string NameOf(string did) => peers.Find(p => p.Did == did)?.Name ?? "";
        return new LinksView(restraints, [.. peers.Select(p => Fill(db, p, restraints, now))])
        {
            Blobs = BlobQueries.All(db, NameOf, had),
        };
    }

    private static PeerLanes Fill(Db db, PeerLanes peer, List<RestraintView> restraints, Moment now) =>
        peer with
        {
            BytesSent = Total(db, peer.Did, Traffic.BytesSent),
            BytesReceived = Total(db, peer.Did, Traffic.BytesReceived),
            SetAside = db.Number(
                "SELECT count(*) FROM set_aside WHERE peer = $1 AND state = 'open' AND direction = 'out'",
                peer.Did
            ),
            Lanes = LanesOf(db, peer.Did, restraints, now),
        };

    private static long Total(Db db, string peer, string what) =>
        db.Number("SELECT total FROM traffic WHERE peer = $1 AND what = $2", peer, what);

    private static List<LaneView> LanesOf(Db db, string peer, List<RestraintView> restraints, Moment now)
    {
        var waiting = db.All(
                "SELECT stream, count(*), sum(bytes), sum(not_before > 0), min(queued) FROM outbox WHERE peer = $1 GROUP BY stream",
                r => new Backlog(r.Int(0), r.Long(1), r.Long(2), r.Long(3), EntryQueries.At(r.Long(4))),
                peer
            )
            .ToLookup(w => Lanes.ClassOf(w.Stream)?.ToWire() ?? Control, StringComparer.Ordinal);
        var granted = Lanes.Of(db, new Did(peer));
        var lanes = new List<LaneView> { ControlLane(waiting[Control], restraints) };
        foreach (var cls in Lanes.Classes)
        {
            var (there, here) = (Find(granted, cls, LaneDirection.Out), Find(granted, cls, LaneDirection.In));
            lanes.Add(Load(View(cls, LaneDirection.Out, there, restraints, now), waiting[cls.ToWire()]));
            lanes.Add(Today(db, peer, View(cls, LaneDirection.In, here, restraints, now), now));
        }
        return lanes;
    }

    private static Lane? Find(List<Lane> granted, DataClass cls, LaneDirection direction) =>
        granted.Find(l => l.Class == cls && l.Direction == direction);

    private static LaneView ControlLane(IEnumerable<Backlog> waiting, List<RestraintView> restraints)
    {
        var held = IsHeld(restraints, LaneDirection.Out, DataMap.ControlStream);
        return Load(new LaneView(Control, "out", held ? "held" : "open", 0, 0, 0, 0, 0, 0, 0, null, null), waiting);
    }

    private static LaneView View(DataClass cls, LaneDirection direction, Lane? lane, List<RestraintView> restraints, Moment now)
    {
        var state = lane?.StateAt(now) ?? LaneState.Closed;
        var held = state == LaneState.Open && IsHeld(restraints, direction, Lanes.StreamOf(cls));
        return new LaneView(
            cls.ToWire(),
            direction.Word(),
            held ? "held" : state.Word(),
            lane?.Priority ?? Lanes.StreamOf(cls),
            lane?.Rate ?? 0,
            lane?.MaxRows ?? 0,
            lane?.MaxBytes ?? 0,
            0,
            0,
            0,
            null,
            AtOrNull(lane?.Expires.Ms)
        );
    }

    /// <summary>Power holds back what leaves, a full disk what comes.</summary>
    private static bool IsHeld(List<RestraintView> restraints, LaneDirection direction, int stream) =>
        restraints.Exists(r => stream > r.LastStream && r.Cause == (direction == LaneDirection.Out ? Lanes.Power : Lanes.Disk));

    private static LaneView Load(LaneView lane, IEnumerable<Backlog> waiting) =>
        waiting.Aggregate(
            lane,
            (l, w) =>
                l with
                {
                    Rows = l.Rows + w.Rows,
                    Bytes = l.Bytes + w.Bytes,
                    NoRoom = l.NoRoom + w.NoRoom,
                    Oldest = l.Oldest < w.Oldest ? l.Oldest : w.Oldest,
                }
        );

    private static LaneView Today(Db db, string peer, LaneView lane, Moment now) =>
        db.One(
            "SELECT rows, bytes FROM lane_use WHERE peer = $1 AND class = $2 AND day = $3",
            r => lane with { Rows = r.Long(0), Bytes = r.Long(1) },
            peer,
            lane.Class,
            Lanes.DayOf(now)
        ) ?? lane;

    private static DateTimeOffset? AtOrNull(long? ms) => ms is { } at ? EntryQueries.At(at) : null;

    private readonly record struct Backlog(int Stream, long Rows, long Bytes, long NoRoom, DateTimeOffset Oldest);
}
