using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>A peering as it stands in the database.</summary>
public sealed record Peering(
    Did Did,
    string Name,
    PeerState State,
    string Address,
    int Port,
    int PairPort,
    byte[] Certificate,
    string Spki,
    string ContractVersion,
    string ContractHash,
    Moment Since,
    Moment? LastContact
);

/// <summary>The nodes we have, had or may have a peering with.</summary>
public static class PeerBook
{
    private const string Columns =
        "did, name, state, requested_by, address, port, pair_port, certificate, spki, contract_version, contract_hash, since, last_contact";

    public static Peering? Find(Db db, Did did) => db.One($"SELECT {Columns} FROM peering WHERE did = $1", Read, did.Value);

    public static List<Peering> All(Db db) => db.All($"SELECT {Columns} FROM peering ORDER BY name, did", Read);

    public static List<Peering> Enrolled(Db db) =>
        db.All($"SELECT {Columns} FROM peering WHERE state = 'enrolled' ORDER BY did", Read);

    public static bool IsEnrolled(Db db, Did did) =>
        db.Exists("SELECT 1 FROM peering WHERE did = $1 AND state = 'enrolled'", did.Value);

    /// <summary>The enrolled peer that pinned this TLS key; null for any other.</summary>
    public static Did? FindByKey(Db db, string spki) =>
        db.Text("SELECT did FROM peering WHERE spki = $1 AND state = 'enrolled'", spki) is { } did ? new Did(did) : null;

    /// <summary>What a verified pairing frame says of the other side; its state is written by <see cref="SetState"/>.</summary>
    public static void Put(Turn turn, PairingMessage message, PeerState state)
    {
        var b = message.Body;
        turn.Db.Run(
            "INSERT INTO peering (did, name, state, requested_by, address, port, pair_port, certificate, spki, contract_version, contract_hash, release, operator, since) "
                + "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (did) DO UPDATE SET "
                + "name = $2, state = $3, requested_by = $4, address = $5, port = $6, pair_port = $7, certificate = $8, spki = $9, "
                + "contract_version = $10, contract_hash = $11, release = $12, operator = $13, since = $14, reason = NULL",
            message.Identity.Did.Value,
            b.Name,
            state.Word(),
            RequestedBy(state),
            b.Address,
            b.Port,
            b.PairPort,
            message.Certificate,
            message.Spki,
            b.ContractVersion,
            b.ContractHash,
            b.Release,
            b.Operator,
            turn.Now.Ms
        );
    }

    public static void SetState(Turn turn, Did did, PeerState state, string? reason = null) =>
        turn.Db.Run(
            "UPDATE peering SET state = $2, since = $3, reason = $4, requested_by = CASE WHEN $2 = 'proposed' THEN $5 ELSE requested_by END WHERE did = $1",
            did.Value,
            state.Word(),
            turn.Now.Ms,
            reason,
            RequestedBy(state)
        );

    /// <summary>The peer is to be found elsewhere from now on.</summary>
    public static void Move(Turn turn, Did did, string address, int port, int pairPort) =>
        turn.Db.Run(
            "UPDATE peering SET address = $2, port = $3, pair_port = $4 WHERE did = $1",
            did.Value,
            address,
            port,
            pairPort
        );

    public static void SetAgreement(Turn turn, Did did, string agreement) =>
        turn.Db.Run("UPDATE peering SET agreement = $2 WHERE did = $1", did.Value, agreement);

    /// <summary>Kept to the minute: a contact is not worth a write of its own more often.</summary>
    public static void Contacted(Turn turn, Did did) =>
        turn.Db.Run(
            "UPDATE peering SET last_contact = $2 WHERE did = $1 AND (last_contact IS NULL OR last_contact NOT BETWEEN $2 - 60000 AND $2)",
            did.Value,
            turn.Now.Ms
        );

    private static string RequestedBy(PeerState state) => state == PeerState.ProposedByThem ? "them" : "us";

    private static Peering Read(Row r) =>
        new(
            new Did(r.Text(0)),
            r.Text(1),
            PeerLifecycle.Parse(r.Text(2), r.Text(3)),
            r.Text(4),
            r.Int(5),
            r.Int(6),
            r.Bytes(7),
            r.Text(8),
            r.Text(9),
            r.Text(10),
            new Moment(r.Long(11)),
            r.LongOrNull(12) is { } at ? new Moment(at) : null
        );
}
