using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>The stewards' code of this cabinet: made on first start and shown once; only its lock is kept.</summary>
public static class Stewards
{
    /// <summary>A new code when there is none yet; null when one is in force.</summary>
    public static string? EnsureCode(Turn turn, Entropy entropy)
    {
        if (turn.Db.Exists("SELECT 1 FROM steward"))
            return null;
        var (code, salt, stored) = StewardLock.Create(entropy);
        turn.Db.Run("INSERT INTO steward (id, salt, lock) VALUES (1, $1, $2)", salt, stored);
        return code;
    }

    public static bool Opens(Db db, string typed) =>
        db.One("SELECT salt, lock FROM steward WHERE id = 1", r => (Salt: r.Bytes(0), Lock: r.Bytes(1)))
            is { Lock: not null } kept
        && StewardLock.Opens(typed, kept.Salt, kept.Lock);

    /// <summary>Ends the code in force; the next start makes a new one. For whoever has the cabinet's folder in hand.</summary>
    public static void ForgetCode(Db db) => db.Run("DELETE FROM steward");
}
