using EdgeNode.Matching;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Appliance.Web;

/// <summary>Peerings, queues, plans, wire and audit, from read-only SQL.</summary>
internal static class StewardQueries
{
    /// <summary>Points of one item at full score and certain acceptance: plans are told to people in items (rulings 16).</summary>
    private const long MicroPerItem = 100 * PlanObjectives.MicroPerPoint;

    public static List<DiscoveredView> Discovered(Db db) =>
        db.All(
            "SELECT instance, did13, address, port, pair_port, seen FROM discovered ORDER BY instance",
            r => new DiscoveredView(r.Text(0), r.Text(1), r.Text(2), r.Int(3), r.Int(4), EntryQueries.At(r.Long(5)))
        );

    public static List<PeeringView> Peerings(Db db, Func<Did, bool> isInContact) =>
        db.All(
            "SELECT did, name, state, requested_by, contract_version, since, last_contact, reason FROM peering ORDER BY name, did",
            r => new PeeringView(
                r.Text(0),
                r.Text(1),
                r.Text(2),
                r.Text(3),
                r.Text(4),
                EntryQueries.At(r.Long(5)),
                r.LongOrNull(6) is { } last ? EntryQueries.At(last) : null,
                r.Text(2) == "enrolled" && isInContact(new Did(r.Text(0))),
                r.TextOrNull(7)
            )
        );

    public static List<PairingUnderWay> UnderWay(Db db) =>
        db.All(
            "SELECT address, pair_port, kind, tries, fault, next_at FROM pairing ORDER BY id LIMIT 100",
            r => new PairingUnderWay(r.Text(0), r.Int(1), r.Text(2), r.Int(3), r.TextOrNull(4), EntryQueries.At(r.Long(5)))
        );

    public static PeeringEnd WhatEnds(Db db, string did) =>
        new(
            (int)
                db.Number(
                    "SELECT count(DISTINCT c.chain_id) FROM chain c JOIN chain_participant p ON p.chain_id = c.chain_id "
                        + "WHERE p.home_node = $1 AND c.state NOT IN ('ABORTED', 'COMPLETED')",
                    did
                ),
            (int)
                db.Number(
                    "SELECT count(*) FROM delivery d JOIN statement s ON s.place = d.statement WHERE d.peer = $1 AND s.kind IN ($2, $3)",
                    did,
                    Kinds.Offering,
                    Kinds.Need
                ),
            (int)db.Number("SELECT count(*) FROM outbox WHERE peer = $1", did)
        );

    public static List<QueueView> Queues(Db db, Func<Did, bool> isInContact) =>
        [
            .. Peerings(db, isInContact)
                .Where(p => p.State is "accepted" or "enrolled" or "suspended" or "revoked")
                .Select(p => new QueueView(p.Did, p.Name, p.Connected, p.LastContact, QueueRows(db, p.Did))),
        ];

    public static List<SetAsideView> SetAside(Db db, NodeNames names, int most) =>
        db.All(
            "SELECT id, peer, direction, kind, statement_id, code, at FROM set_aside WHERE state = 'open' AND direction = 'out' ORDER BY id DESC LIMIT $1",
            r => new SetAsideView(
                r.Long(0),
                names.Of(r.Text(1)),
                r.Text(2),
                r.Text(3),
                r.Text(4),
                r.Text(5),
                EntryQueries.At(r.Long(6))
            ),
            most
        );

    public static PlanView Plan(Db db) =>
        db.One(
            "SELECT state, coalesce(rings, 0), coalesce(items, 0), coalesce(value, 0), coalesce(bound, 0), coalesce(optimal, 0), plan_hash, cap, "
                + "coalesce(proposed, 0), started, ended FROM plan ORDER BY plan_id DESC LIMIT 1",
            r => new PlanView(
                r.Text(0),
                r.Int(1),
                r.Int(2),
                r.Long(3) / MicroPerItem,
                r.Long(4) / MicroPerItem,
                r.Flag(5),
                r.TextOrNull(6),
                r.Int(7),
                r.Int(8),
                r.LongOrNull(10) is { } ended ? (ended - r.Long(9)) / 1000.0 : 0
            )
        ) ?? new PlanView("never", 0, 0, 0, 0, false, null, 0, 0, 0);

    public static WireView Wire(Db db, NodeNames names)
    {
        var totals = db.All("SELECT what, sum(total) FROM traffic GROUP BY what", r => (What: r.Text(0), Total: r.Long(1)))
            .ToDictionary(t => t.What, t => t.Total, StringComparer.Ordinal);
        var refused = db.All(
            "SELECT peer, code, sum(n) FROM (SELECT peer, code, count AS n FROM refusal UNION ALL "
                + "SELECT peer, code, 1 FROM set_aside WHERE direction = 'in') GROUP BY peer, code ORDER BY peer, code",
            r => new RefusedView(names.Of(r.Text(0)), r.Text(1), r.Long(2))
        );
        return new WireView(
            totals.GetValueOrDefault(Traffic.StatementsSent),
            totals.GetValueOrDefault(Traffic.StatementsReceived),
            totals.GetValueOrDefault(Traffic.BytesSent),
            totals.GetValueOrDefault(Traffic.BytesReceived),
            totals.GetValueOrDefault(Traffic.BundlesSent),
            totals.GetValueOrDefault(Traffic.BundlesReceived),
            totals.GetValueOrDefault(Traffic.ReceiptsSent),
            totals.GetValueOrDefault(Traffic.ReceiptsReceived),
            refused
        );
    }

    public static List<AuditView> Audit(Db db, NodeNames names, long after, int most) =>
        db.All(
            "SELECT seq, at, peer, act, detail FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2",
            r => ReadAudit(r, names),
            after,
            most
        );

    public static List<AuditView> LatestAudit(Db db, NodeNames names, int most) =>
        db.All("SELECT seq, at, peer, act, detail FROM audit ORDER BY seq DESC LIMIT $1", r => ReadAudit(r, names), most);

    public static ResidentsView Residents(Db db, string me, Moment since) =>
        new(
            (int)db.Number("SELECT count(*) FROM resident WHERE active = 1"),
            (int)
                db.Number(
                    "SELECT count(*) FROM (SELECT participant FROM offering WHERE home_node = $1 AND updated > $2 "
                        + "UNION SELECT participant FROM need WHERE home_node = $1 AND updated > $2 "
                        + "UNION SELECT c.participant FROM chain_consent c JOIN resident r ON r.did = c.participant WHERE c.at > $2)",
                    me,
                    since.Ms
                ),
            (int)db.Number("SELECT count(*) FROM offering WHERE home_node = $1 AND state = 'active'", me),
            (int)db.Number("SELECT count(*) FROM need WHERE home_node = $1 AND state = 'active'", me)
        );

    private static AuditView ReadAudit(Row r, NodeNames names) =>
        new(r.Long(0), EntryQueries.At(r.Long(1)), names.Of(r.Text(2)), r.Text(3), r.Text(4));

    private static List<QueueRow> QueueRows(Db db, string peer)
    {
        QueueRow?[] rows =
        [
            Sum(
                db,
                DeliveryKind.Waiting,
                "SELECT count(*), coalesce(sum(bytes), 0), min(queued) FROM outbox WHERE peer = $1 AND not_before = 0",
                peer
            ),
            Sum(
                db,
                DeliveryKind.WaitingForSpace,
                "SELECT count(*), coalesce(sum(bytes), 0), min(queued) FROM outbox WHERE peer = $1 AND not_before > 0",
                peer
            ),
            Sum(
                db,
                DeliveryKind.PeerHasIt,
                "SELECT count(*), coalesce(sum(length(s.raw)), 0), min(d.at) FROM delivery d JOIN statement s ON s.place = d.statement WHERE d.peer = $1",
                peer
            ),
            Sum(
                db,
                DeliveryKind.PersonHasIt,
                "SELECT count(*), coalesce(sum(length(c.act)), 0), min(c.at) FROM chain_consent c JOIN chain_participant p "
                    + "ON p.chain_id = c.chain_id AND p.participant = c.participant WHERE p.home_node = $1",
                peer
            ),
            Sum(
                db,
                DeliveryKind.NotAccepted,
                "SELECT count(*), coalesce(sum(length(s.raw)), 0), min(a.at) FROM set_aside a LEFT JOIN statement s ON s.id = a.statement_id "
                    + "WHERE a.peer = $1 AND a.state = 'open' AND a.direction = 'out' AND a.disposition <> 'expired'",
                peer
            ),
            Sum(
                db,
                DeliveryKind.Expired,
                "SELECT count(*), coalesce(sum(length(s.raw)), 0), min(a.at) FROM set_aside a LEFT JOIN statement s ON s.id = a.statement_id "
                    + "WHERE a.peer = $1 AND a.state = 'open' AND a.direction = 'out' AND a.disposition = 'expired'",
                peer
            ),
        ];
        return [.. rows.OfType<QueueRow>()];
    }

    private static QueueRow? Sum(Db db, DeliveryKind kind, string sql, string peer) =>
        db.One(sql, r => r.Int(0) == 0 ? null : new QueueRow(kind, r.Int(0), r.Long(1), EntryQueries.At(r.Long(2))), peer);
}
