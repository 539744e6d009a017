using EdgeNode.Matching.Words;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Appliance.Web;

/// <summary>Names of cabinets for one read: our own, our peers', and for others the first part of their DID.</summary>
internal sealed class NodeNames
{
    private readonly Dictionary<string, string> _names;

    public NodeNames(Db db, string me, string name)
    {
        Me = me;
        _names = db.All("SELECT did, name FROM peering", r => (Did: r.Text(0), Name: r.Text(1)))
            .ToDictionary(p => p.Did, p => p.Name, StringComparer.Ordinal);
        _names[me] = name;
    }

    /// <summary>Our own DID.</summary>
    public string Me { get; }

    public string Of(string did) => _names.TryGetValue(did, out var name) ? name : new Did(did).Short;
}

/// <summary>Offerings, needs and how far they have come, from read-only SQL.</summary>
internal static class EntryQueries
{
    public static List<OfferingView> Offerings(Db db, NodeNames names, string did) =>
        [
            .. db.All(
                    "SELECT offering_id, category, title, audience, statement_id, updated FROM offering "
                        + "WHERE participant = $1 AND state = 'active' ORDER BY offering_id DESC",
                    r =>
                        (
                            Id: r.Text(0),
                            Category: r.Text(1),
                            Title: r.Text(2),
                            Audience: r.Text(3),
                            Statement: r.TextOrNull(4),
                            At: At(r.Long(5))
                        ),
                    did
                )
                .Select(o => new OfferingView(
                    o.Id,
                    o.Category,
                    o.Title,
                    ShareOf(db, o.Audience),
                    o.At,
                    Deliveries(db, names, o.Audience, o.Statement)
                )
                {
                    Picture = BlobQueries.PictureOf(db, names, o.Id),
                }),
        ];

    public static List<NeedView> Needs(Db db, NodeNames names, string did) =>
        [
            .. db.All(
                    "SELECT need_id, title, audience, statement_id, updated FROM need WHERE participant = $1 AND state = 'active' ORDER BY need_id DESC",
                    r => (Id: r.Text(0), Title: r.Text(1), Audience: r.Text(2), Statement: r.TextOrNull(3), At: At(r.Long(4))),
                    did
                )
                .Select(n => new NeedView(
                    n.Id,
                    Accepts(db, n.Id),
                    n.Title,
                    ShareOf(db, n.Audience),
                    n.At,
                    Deliveries(db, names, n.Audience, n.Statement)
                )),
        ];

    /// <summary>Entries by home node; those kept here alone count only when <paramref name="publishedOnly"/> is false.</summary>
    public static List<EntryCount> Counts(Db db, NodeNames names, bool publishedOnly)
    {
        var kept = publishedOnly ? " AND statement_id IS NOT NULL" : "";
        var offerings = CountBy(db, $"SELECT home_node, count(*) FROM offering WHERE state = 'active'{kept} GROUP BY home_node");
        var needs = CountBy(db, $"SELECT home_node, count(*) FROM need WHERE state = 'active'{kept} GROUP BY home_node");
        var nodes = offerings.Keys.Concat(needs.Keys).Append(names.Me).Distinct(StringComparer.Ordinal);
        return
        [
            .. nodes
                .OrderBy(n => n != names.Me)
                .ThenBy(n => n, StringComparer.Ordinal)
                .Select(n => new EntryCount(n, names.Of(n), offerings.GetValueOrDefault(n), needs.GetValueOrDefault(n))),
        ];
    }

    /// <summary>Categories of shared offerings that the tree lacks, the most used first. What somebody keeps to this cabinet is not told to the others.</summary>
    public static List<string> Categories(Db db, int most) =>
        [
            .. db.All(
                    "SELECT category FROM offering WHERE state = 'active' AND statement_id IS NOT NULL GROUP BY category ORDER BY count(*) DESC, category LIMIT $1",
                    r => r.Text(0),
                    most + Taxonomy.Seed.Leaves.Count
                )
                .Where(c => Taxonomy.Seed.Find(c) is null)
                .Take(most),
        ];

    /// <summary>How far a statement of ours has come at one peer; null when it was never for them.</summary>
    public static Delivery? DeliveryOf(Db db, NodeNames names, string peer, string statement)
    {
        var who = names.Of(peer);
        if (
            db.One(
                "SELECT stream, queued, not_before FROM outbox WHERE peer = $1 AND statement = (SELECT place FROM statement WHERE id = $2)",
                r => new Delivery(r.Long(2) > 0 ? DeliveryKind.WaitingForSpace : Held(db, peer, r.Int(0)), who, At(r.Long(1))),
                peer,
                statement
            ) is
            { } waiting
        )
        {
            return waiting;
        }

        if (Outbox.DeliveredAt(db, new Did(peer), statement) is { } at)
            return new Delivery(DeliveryKind.PeerHasIt, who, At(at.Ms));

        return db.One(
            "SELECT disposition, code, at FROM set_aside WHERE peer = $1 AND direction = 'out' AND statement_id = $2 ORDER BY id DESC LIMIT 1",
            r => new Delivery(
                r.Text(0) switch
                {
                    "expired" => DeliveryKind.Expired,
                    "quota" => DeliveryKind.WaitingForSpace,
                    _ => DeliveryKind.NotAccepted,
                },
                who,
                At(r.Long(2)),
                r.Text(1)
            ),
            peer,
            statement
        );
    }

    /// <summary>Whether what waits could go at all: a lane that a steward paused or closed, or that power holds back, is said.</summary>
    private static DeliveryKind Held(Db db, string peer, int stream)
    {
        var held =
            Lanes.ClassOf(stream) is { } cls
            && !db.Exists(
                "SELECT 1 FROM lane WHERE peer = $1 AND class = $2 AND direction = 'out' AND paused = 0",
                peer,
                cls.ToWire()
            );
        return held || db.Exists("SELECT 1 FROM restraint WHERE cause = 'power' AND last_stream < $1", stream)
            ? DeliveryKind.HeldHere
            : DeliveryKind.Waiting;
    }

    internal static DateTimeOffset At(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);

    private static List<string> Accepts(Db db, string need) =>
        db.All("SELECT category FROM need_accept WHERE need_id = $1 ORDER BY category", r => r.Text(0), need);

    private static Dictionary<string, int> CountBy(Db db, string sql) =>
        db.All(sql, r => (Node: r.Text(0), Count: r.Int(1))).ToDictionary(x => x.Node, x => x.Count, StringComparer.Ordinal);

    // An entry stores whom it was shared with when it was posted; "all" is said when that is everybody we have now.
    private static Share ShareOf(Db db, string audience)
    {
        var peers = ReadAudience(audience);
        if (peers.Length == 0)
        {
            return Share.Here;
        }

        var enrolled = db.All("SELECT did FROM peering WHERE state = 'enrolled'", r => r.Text(0));
        return enrolled.TrueForAll(peers.Contains) ? Share.All : new Share(ShareKind.Named, peers);
    }

    private static List<Delivery> Deliveries(Db db, NodeNames names, string audience, string? statement) =>
        statement is null
            ? []
            : [.. ReadAudience(audience).Select(peer => DeliveryOf(db, names, peer, statement)).OfType<Delivery>()];

    private static string[] ReadAudience(string json) => WireJson.Read(json, WireJson.Default.StringArray) ?? [];
}
