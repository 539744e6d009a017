using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Sync.Blobs;

/// <summary>A fetch to be started: which blob, what a statement claims of it, and who is asked.</summary>
public sealed record BlobFetch(string Sha256, long Length, Did Peer);

/// <summary>
/// Plans which wanted blobs are fetched from whom: the origin first, after a failure also others who may have it; in the order of the lanes, within the quotas,
/// and only while bulk flows. What is under way is known to this run only; the bytes fetched so far are the shell's, so a later fetch goes on where one stopped.
/// </summary>
public sealed class BlobFetches(Did me, Lanes lanes, BlobOptions options)
{
    /// <summary>Of one peer's wanted blobs this many are looked at in one step.</summary>
    private const int Looked = 32;

    /// <summary>A cut fetch that brought fewer bytes (8 KiB) counts as a failure: a source that drips is not asked for ever.</summary>
    public const int LeastProgress = 8 * 1024;

    /// <summary>Something was fetched but cut: see <see cref="BlobOptions.Resume"/>.</summary>
    public const string Cut = "blob.cut";

    /// <summary>The bytes have the right hash and are no picture. They will never be one, so it is not asked for again.</summary>
    public const string WrongType = "blob.type";

    private readonly Dictionary<string, Did> _underWay = new(StringComparer.Ordinal);
    private Moment _looked;

    /// <summary>The fetches to start now from the peers in contact.</summary>
    public List<BlobFetch> Due(Turn turn, IReadOnlyCollection<Did> inTouch)
    {
        _looked = turn.Now;
        var start = new List<BlobFetch>();
        if (_underWay.Count >= options.AtOnce || inTouch.Count == 0 || !HasDue(turn))
            return start;
        foreach (var peer in inTouch.Order())
        foreach (var want in Wants(turn, peer))
        {
            if (_underWay.Count >= options.AtOnce || _underWay.Values.Count(p => p == peer) >= options.FromPeer)
                break;
            if (_underWay.ContainsKey(want.Sha256) || SourceOf(turn, want, inTouch) != peer || !HasRoom(turn, want))
                continue;
            if (!lanes.AdmitsBlob(turn, peer, want.Stream, want.Bytes).IsAccepted)
                continue;
            _underWay[want.Sha256] = peer;
            start.Add(new BlobFetch(want.Sha256, want.Bytes, peer));
        }
        return start;
    }

    /// <summary>
    /// A fetch has ended: <paramref name="code"/> is empty when the blob is in the store, whole, with the right hash and of <paramref name="blob"/>'s type.
    /// True when it is here now and was not before.
    /// </summary>
    public bool Ended(Turn turn, Did peer, BlobRef blob, string code, long received)
    {
        _underWay.Remove(blob.Sha256);
        if (received > 0)
            Traffic.Add(turn, peer, Traffic.BlobBytesReceived, received);
        if (StreamOf(turn.Db, blob.Sha256) is { } stream)
            lanes.CountBlob(turn, peer, stream, received);
        if (BlobBook.StateOf(turn.Db, blob.Sha256) != "wanted")
            return false;
        if (code.Length == 0)
            return BlobBook.Keep(turn, blob);
        if (code == WrongType)
            turn.Db.Run(
                "UPDATE blob SET state = 'refused', since = $2, fault = $3 WHERE sha256 = $1",
                blob.Sha256,
                turn.Now.Ms,
                code
            );
        else
            Retry(turn, blob.Sha256, code, goesOn: code == Cut && received >= LeastProgress);
        return false;
    }

    /// <summary>A peer is in contact anew: what it has is tried at once.</summary>
    public static void Met(Turn turn, Did peer) =>
        turn.Db.Run(
            "UPDATE blob SET next_at = 0 WHERE state = 'wanted' AND next_at > 0 AND sha256 IN (SELECT sha256 FROM blob_name WHERE origin = $1)",
            peer.Value
        );

    public Moment? NextDue(Db db) =>
        db.One(
            "SELECT min(next_at) FROM blob WHERE state = 'wanted' AND next_at > $1 AND unnamed IS NULL",
            r => r.LongOrNull(0),
            _looked.Ms
        )
            is { } at
            ? new Moment(at)
            : null;

    private void Retry(Turn turn, string sha256, string code, bool goesOn)
    {
        var tries = turn.Db.Number("SELECT tries FROM blob WHERE sha256 = $1", sha256) + (goesOn ? 0 : 1);
        var wait = options.RetryFirst * Math.Pow(2, Math.Clamp(tries - 1, 0, 10));
        var pause =
            goesOn ? options.Resume
            : wait < options.RetryLast ? wait
            : options.RetryLast;
        turn.Db.Run(
            "UPDATE blob SET tries = $2, next_at = $3, fault = $4 WHERE sha256 = $1",
            sha256,
            tries,
            (turn.Now + pause).Ms,
            code
        );
    }

    /// <summary>A time beyond the longest wait was set by a clock that has been set back since.</summary>
    private bool HasDue(Turn turn) =>
        turn.Db.Exists(
            "SELECT 1 FROM blob WHERE state = 'wanted' AND unnamed IS NULL AND (next_at <= $1 OR next_at > $2) LIMIT 1",
            turn.Now.Ms,
            (turn.Now + options.RetryLast).Ms
        );

    private List<Want> Wants(Turn turn, Did peer) =>
        turn.Db.All(
            "SELECT b.sha256, n.bytes, n.stream, n.origin, n.audience, b.tries FROM blob_name n JOIN blob b ON b.sha256 = n.sha256 "
                + "WHERE n.live = 1 AND b.state = 'wanted' AND (b.next_at <= $2 OR b.next_at > $3) AND (n.origin = $1 OR instr(n.audience, $1) > 0) "
                + "ORDER BY n.stream, b.since, b.sha256 LIMIT $4",
            r => new Want(r.Text(0), r.Long(1), r.Int(2), new Did(r.Text(3)), r.Text(4), r.Int(5)),
            peer.Value,
            turn.Now.Ms,
            (turn.Now + options.RetryLast).Ms,
            Looked
        );

    /// <summary>Who of those in contact is asked this time: the origin, and after a failure the others in turn.</summary>
    private Did? SourceOf(Turn turn, Want want, IReadOnlyCollection<Did> inTouch)
    {
        var signed = turn.Db.All(
            "SELECT peer FROM blob_at WHERE sha256 = $1 ORDER BY peer",
            r => new Did(r.Text(0)),
            want.Sha256
        );
        var sources = inTouch
            .Where(p => p != me && (p == want.Origin || want.Audience.Contains(p.Value, StringComparison.Ordinal)))
            .OrderBy(p => p != want.Origin)
            .ThenBy(p => !signed.Contains(p))
            .ThenBy(p => p)
            .ToList();
        return sources.Count == 0 ? null : sources[want.Tries % sources.Count];
    }

    /// <summary>What finds no room waits for some, and the stewards see why.</summary>
    private bool HasRoom(Turn turn, Want want)
    {
        var fits =
            BlobBook.Stored(turn.Db) + want.Bytes <= options.Quota
            && (want.Origin == me || BlobBook.StoredFrom(turn.Db, want.Origin) + want.Bytes <= options.PeerQuota);
        if (!fits)
            turn.Db.Run(
                "UPDATE blob SET fault = 'blob.quota', next_at = $2 WHERE sha256 = $1",
                want.Sha256,
                (turn.Now + options.RetryLast).Ms
            );
        return fits;
    }

    private static int? StreamOf(Db db, string sha256) =>
        db.One("SELECT stream FROM blob_name WHERE sha256 = $1 ORDER BY stream LIMIT 1", r => (int?)r.Int(0), sha256);

    private readonly record struct Want(string Sha256, long Bytes, int Stream, Did Origin, string Audience, int Tries);
}
