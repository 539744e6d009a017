using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Sync.Blobs;

/// <summary>
/// Which blobs there are, what names them, who may have them, and which are let go. The bytes themselves are files of the shell's. A blob is named by the
/// newest version of a statement about an item that still stands; only a blob that nothing has named for the grace time is deleted.
/// </summary>
public static class BlobBook
{
    private const string NoStatement = "";

    /// <summary>The bytes are in the store: hash, length and type are those of the bytes. False while a deletion of the same blob is under way.</summary>
    public static bool Keep(Turn turn, BlobRef blob)
    {
        if (StateOf(turn.Db, blob.Sha256) == "going")
            return false;
        turn.Db.Run(
            "INSERT INTO blob (sha256, bytes, type, state, since, unnamed) VALUES ($1, $2, $3, 'here', $4, $4) "
                + "ON CONFLICT (sha256) DO UPDATE SET bytes = $2, type = $3, state = 'here', since = $4, tries = 0, next_at = 0, fault = NULL",
            blob.Sha256,
            blob.Length,
            blob.Type,
            turn.Now.Ms
        );
        MarkNamed(turn, blob.Sha256);
        return true;
    }

    /// <summary>Takes a name, or its end. False when it is not newer than what is known. A blob that is not here is wanted from now on.</summary>
    public static bool Name(Turn turn, BlobName name)
    {
        var before = Of(turn.Db, name.Holder);
        if (before is { } known && (known.Version >= name.Version || known.Origin != name.Origin))
            return false;
        if (name.Blob is { } blob)
            turn.Db.Run(
                "INSERT OR IGNORE INTO blob (sha256, bytes, type, state, since) VALUES ($1, $2, $3, 'wanted', $4)",
                blob.Sha256,
                blob.Length,
                blob.Type,
                turn.Now.Ms
            );
        turn.Db.Run(
            "INSERT INTO blob_name (holder, version, origin, stream, sha256, bytes, audience, statement_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
                + "ON CONFLICT (holder) DO UPDATE SET version = $2, stream = $4, sha256 = $5, bytes = $6, audience = $7, statement_id = $8, live = 1",
            name.Holder,
            name.Version,
            name.Origin.Value,
            Lanes.StreamOf(name.Statement?.Class ?? DataClass.Shared),
            name.Blob?.Sha256,
            name.Blob?.Length ?? 0,
            name.Statement is { } s ? string.Join(' ', s.Header.Audience) : NoStatement,
            name.Statement?.Id
        );
        MarkNamed(turn, name.Blob?.Sha256);
        MarkNamed(turn, before?.Sha256);
        return true;
    }

    /// <summary>The item has ended, and its name with it.</summary>
    public static void Unname(Turn turn, string holder)
    {
        if (Of(turn.Db, holder) is not { } known)
            return;
        turn.Db.Run("DELETE FROM blob_name WHERE holder = $1", holder);
        MarkNamed(turn, known.Sha256);
    }

    /// <summary>A peering has ended (its names name nothing any more) or stands again.</summary>
    public static void SetLive(Turn turn, Did origin, bool live)
    {
        var hashes = turn.Db.All(
            "SELECT DISTINCT sha256 FROM blob_name WHERE origin = $1 AND sha256 IS NOT NULL",
            r => r.Text(0),
            origin.Value
        );
        turn.Db.Run("UPDATE blob_name SET live = $2 WHERE origin = $1", origin.Value, live ? 1 : 0);
        foreach (var sha256 in hashes)
            MarkNamed(turn, sha256);
        if (!live)
            turn.Db.Run("DELETE FROM blob_at WHERE peer = $1", origin.Value);
    }

    /// <summary>What is known of the name of a holder.</summary>
    public static (int Version, Did Origin, string? Sha256, string? StatementId)? Of(Db db, string holder) =>
        db.One(
            "SELECT version, origin, sha256, statement_id FROM blob_name WHERE holder = $1",
            r => ((int, Did, string?, string?)?)(r.Int(0), new Did(r.Text(1)), r.TextOrNull(2), r.TextOrNull(3)),
            holder
        );

    /// <summary>What a peer may be given: a blob that is here and that a statement for this peer names. Null for everything else, whatever the reason.</summary>
    public static BlobGrant? For(Db db, Did peer, string sha256) =>
        db.One(
            "SELECT b.bytes, b.type, n.stream FROM blob b JOIN blob_name n ON n.sha256 = b.sha256 "
                + "WHERE b.sha256 = $1 AND b.state = 'here' AND n.live = 1 AND (n.origin = $2 OR instr(n.audience, $2) > 0) ORDER BY n.stream LIMIT 1",
            r => new BlobGrant(r.Long(0), r.Text(1), r.Int(2)),
            sha256,
            peer.Value
        );

    /// <summary>The media type of a blob that is here and belongs to something that may be shown at this cabinet: shared by anybody, or this person's own.</summary>
    public static string? TypeForPage(Db db, string sha256, IReadOnlyCollection<string> ownHolders) =>
        db.All(
                "SELECT b.type, n.holder, n.statement_id FROM blob b JOIN blob_name n ON n.sha256 = b.sha256 WHERE b.sha256 = $1 AND b.state = 'here' AND n.live = 1",
                r => (Type: r.Text(0), Holder: r.Text(1), Statement: r.TextOrNull(2)),
                sha256
            )
            .Where(n => n.Statement is not null || ownHolders.Contains(n.Holder))
            .Select(n => n.Type)
            .FirstOrDefault();

    /// <summary>A peer has signed for a blob. False when nothing of this node's names it to that peer.</summary>
    public static bool Receipted(Turn turn, Did me, Did peer, string sha256)
    {
        if (
            !turn.Db.Exists(
                "SELECT 1 FROM blob_name WHERE sha256 = $1 AND origin = $2 AND instr(audience, $3) > 0",
                sha256,
                me.Value,
                peer.Value
            )
        )
            return false;
        turn.Db.Run("INSERT OR IGNORE INTO blob_at (sha256, peer, at) VALUES ($1, $2, $3)", sha256, peer.Value, turn.Now.Ms);
        return true;
    }

    /// <summary>The length of a blob that is here; null when it is not.</summary>
    public static long? LengthOf(Db db, string sha256) =>
        db.One("SELECT bytes FROM blob WHERE sha256 = $1 AND state = 'here'", r => r.LongOrNull(0), sha256);

    /// <summary>Whose statements name a blob: they get a receipt when it is here.</summary>
    public static List<Did> OriginsOf(Db db, string sha256) =>
        db.All(
            "SELECT DISTINCT origin FROM blob_name WHERE sha256 = $1 AND live = 1 ORDER BY origin",
            r => new Did(r.Text(0)),
            sha256
        );

    /// <summary>Bytes of all blobs here.</summary>
    public static long Stored(Db db) => db.Number("SELECT sum(bytes) FROM blob WHERE state IN ('here', 'going')");

    /// <summary>Bytes here that a peer's statements name.</summary>
    public static long StoredFrom(Db db, Did peer) =>
        db.Number(
            "SELECT sum(bytes) FROM blob WHERE state = 'here' AND sha256 IN (SELECT sha256 FROM blob_name WHERE origin = $1)",
            peer.Value
        );

    /// <summary>
    /// Lets go of what nothing has named for the grace time. The row stays until the shell has deleted the bytes (<see cref="Dropped"/>). A time from before the
    /// clock was set, or from a clock that has been set back, counts from now on: no clock shortens the grace.
    /// </summary>
    public static void LetGo(Turn turn, TimeSpan grace)
    {
        if (turn.Now < Moment.EarliestSure)
            return;
        turn.Db.Run(
            "UPDATE blob SET unnamed = $1 WHERE unnamed IS NOT NULL AND (unnamed > $1 OR unnamed < $2)",
            turn.Now.Ms,
            Moment.EarliestSure.Ms
        );
        var old = turn.Db.All(
            "SELECT sha256 FROM blob b WHERE unnamed <= $1 AND (state IN ('here', 'refused') "
                + "OR (state = 'wanted' AND NOT EXISTS (SELECT 1 FROM blob_name n WHERE n.sha256 = b.sha256))) ORDER BY unnamed LIMIT 64",
            r => r.Text(0),
            (turn.Now - grace).Ms
        );
        foreach (var sha256 in old)
        {
            turn.Db.Run("UPDATE blob SET state = 'going' WHERE sha256 = $1", sha256);
            turn.Emit(new DropBlob(sha256));
        }
    }

    /// <summary>The bytes are gone. What was named again meanwhile is wanted again.</summary>
    public static void Dropped(Turn turn, string sha256)
    {
        var named = turn.Db.Exists("SELECT 1 FROM blob_name WHERE sha256 = $1", sha256);
        turn.Db.Run(
            named
                ? "UPDATE blob SET state = 'wanted', tries = 0, next_at = 0, fault = NULL WHERE sha256 = $1 AND state = 'going'"
                : "DELETE FROM blob WHERE sha256 = $1 AND state = 'going'",
            sha256
        );
    }

    /// <summary>The bytes of a blob that should be here are missing or damaged: it is wanted, from whoever has it.</summary>
    public static void Lost(Turn turn, string sha256) =>
        turn.Db.Run(
            "UPDATE blob SET state = 'wanted', since = $2, tries = 0, next_at = 0, fault = 'blob.lost' WHERE sha256 = $1 AND state = 'here'",
            sha256,
            turn.Now.Ms
        );

    /// <summary>After a start: deletions are asked for again, and the shell compares its files.</summary>
    public static void Begin(Turn turn)
    {
        foreach (var sha256 in turn.Db.All("SELECT sha256 FROM blob WHERE state = 'going'", r => r.Text(0)))
            turn.Emit(new DropBlob(sha256));
        var rows = turn.Db.All(
            "SELECT sha256, bytes, state FROM blob WHERE state IN ('here', 'wanted')",
            r => (Sha256: r.Text(0), Bytes: r.Long(1), State: r.Text(2))
        );
        turn.Emit(
            new SweepBlobs(
                rows.Where(r => r.State == "here").ToDictionary(r => r.Sha256, r => r.Bytes, StringComparer.Ordinal),
                rows.Where(r => r.State == "wanted").Select(r => r.Sha256).ToHashSet(StringComparer.Ordinal)
            )
        );
    }

    /// <summary>When <see cref="LetGo"/> has something to do after <paramref name="looked"/>.</summary>
    public static Moment? NextDue(Db db, TimeSpan grace, Moment looked) =>
        db.One("SELECT min(unnamed) FROM blob WHERE unnamed > $1 AND state <> 'going'", r => r.LongOrNull(0), (looked - grace).Ms)
            is { } at
            ? new Moment(at) + grace
            : null;

    internal static string? StateOf(Db db, string sha256) => db.Text("SELECT state FROM blob WHERE sha256 = $1", sha256);

    /// <summary>Writes down since when nothing names the blob, or that something does.</summary>
    private static void MarkNamed(Turn turn, string? sha256)
    {
        if (sha256 is null)
            return;
        turn.Db.Run(
            "UPDATE blob SET unnamed = CASE WHEN EXISTS (SELECT 1 FROM blob_name n WHERE n.sha256 = $1 AND n.live = 1) THEN NULL ELSE coalesce(unnamed, $2) END "
                + "WHERE sha256 = $1",
            sha256,
            turn.Now.Ms
        );
    }
}
