using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>A known node or person: the key in force, the head of the identity log, and the node that vouched for it by sending it.</summary>
public sealed record KnownIdentity(Did Did, string Type, string Key, string Head, Did Home);

/// <summary>
/// Asks whether a key is valid, and remembers that it was: neighbours' keys are asked for with every statement. The rows of identities never change as yet; what
/// revokes a key one day has to forget it here.
/// </summary>
public sealed class KnownKeys(Db db)
{
    /// <summary>Keys remembered, at most; then all are let go.</summary>
    public const int MaxKept = 4096;

    private readonly HashSet<(Did, string)> _valid = [];

    public bool IsValid(Did did, string key)
    {
        if (_valid.Contains((did, key)))
            return true;
        if (!Identities.KeyIsValid(db, did, key))
            return false;
        if (_valid.Count >= MaxKept)
            _valid.Clear();
        _valid.Add((did, key));
        return true;
    }
}

/// <summary>
/// The identity logs this node holds. Today a log has one operation (genesis); rotate, delegate, move and recover append to it later without changing a
/// DID.
/// </summary>
public static class Identities
{
    public static StoreModule Module { get; } = new("Federation", typeof(Identities).Assembly, 1);

    /// <summary>False when the DID is known under another home: a person has one home node until they move.</summary>
    public static bool Put(Turn turn, Identity identity, Did home)
    {
        turn.Db.Run(
            "INSERT OR IGNORE INTO identity (did, type, key, head, home, genesis, seen) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            identity.Did.Value,
            identity.Type,
            identity.Key,
            identity.Head,
            home.Value,
            identity.Genesis,
            turn.Now.Ms
        );
        return Find(turn.Db, identity.Did)?.Home == home;
    }

    public static KnownIdentity? Find(Db db, Did did) =>
        db.One(
            "SELECT type, key, head, home FROM identity WHERE did = $1",
            r => new KnownIdentity(did, r.Text(0), r.Text(1), r.Text(2), new Did(r.Text(3))),
            did.Value
        );

    public static bool KeyIsValid(Db db, Did did, string key) =>
        db.Exists("SELECT 1 FROM identity WHERE did = $1 AND key = $2", did.Value, key);

    /// <summary>The genesis operation, as it travels.</summary>
    public static byte[] Genesis(Db db, Did did)
    {
        var genesis = db.One("SELECT genesis FROM identity WHERE did = $1", r => r.Bytes(0), did.Value);
        Invariant.Hold(genesis is not null, $"the genesis of {did} is kept");
        return genesis;
    }

    /// <summary>The X25519 key (hex) that bundles for a node are sealed to; null when its genesis names none.</summary>
    public static string? SealOf(Db db, Did did)
    {
        var genesis = db.One("SELECT genesis FROM identity WHERE did = $1 AND type = 'node'", r => r.Bytes(0), did.Value);
        // Verified before it was kept.
        return genesis is null || Frame.TryReadWhole(genesis, 0) is not { } frame
            ? null
            : WireJson.Read(frame.Header.Span, WireJson.Default.GenesisHeader)?.Seal;
    }

    /// <summary>A statement of kind identity: a person's log, vouched for by the node that sent it.</summary>
    public static Verdict Apply(Turn turn, Statement statement, P256 p256)
    {
        if (WireJson.Read(statement.Body, WireJson.Default.IdentityBody) is not { Operations: [var genesis] })
            return Verdict.Refused("identity.malformed");
        var buffer = new byte[genesis.Length];
        if (!Convert.TryFromBase64String(genesis, buffer, out var length))
            return Verdict.Refused("identity.malformed");
        if (Identity.Verify(buffer.AsMemory(0, length), p256) is not { Type: Identity.Person } identity)
            return Verdict.Refused("identity.signature");
        return Put(turn, identity, statement.From) ? Verdict.Accepted : Verdict.Refused("identity.other_home");
    }
}
