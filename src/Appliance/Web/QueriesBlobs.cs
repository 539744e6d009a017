using EdgeNode.Store;
using EdgeNode.Sync.Blobs;

namespace EdgeNode.Appliance.Web;

/// <summary>Pictures of entries, and what a steward sees of blobs.</summary>
internal static class BlobQueries
{
    /// <summary>Wanted blobs that a page lists.</summary>
    private const int MostUnderWay = 50;

    /// <summary>The picture of an entry; null when it has none.</summary>
    public static PictureView? PictureOf(Db db, NodeNames names, string holder) =>
        db.One(
            "SELECT n.sha256, b.state FROM blob_name n JOIN blob b ON b.sha256 = n.sha256 WHERE n.holder = $1 AND n.live = 1",
            r => new PictureView(r.Text(0), r.Text(1) == "here", AtPeers(db, names, r.Text(0))),
            holder
        );

    /// <param name="db">A reader.</param>
    /// <param name="nameOf">A cabinet's name.</param>
    /// <param name="had">Bytes fetched so far of a hash.</param>
    public static BlobsView All(Db db, Func<string, string> nameOf, Func<string, long> had)
    {
        var (count, bytes) = db.One(
            "SELECT count(*), coalesce(sum(bytes), 0) FROM blob WHERE state IN ('here', 'going')",
            r => (r.Long(0), r.Long(1))
        );
        var wanted = db.All(
            "SELECT b.sha256, min(n.origin), b.bytes, b.state, b.fault, b.since FROM blob b JOIN blob_name n ON n.sha256 = b.sha256 "
                + "WHERE b.state IN ('wanted', 'refused') AND n.live = 1 GROUP BY b.sha256 ORDER BY b.since, b.sha256 LIMIT $1",
            r => new BlobUnderWay(
                r.Text(0),
                nameOf(r.Text(1)),
                r.Text(3) == "refused" ? 0 : Math.Min(had(r.Text(0)), r.Long(2)),
                r.Long(2),
                r.Text(3),
                r.TextOrNull(4),
                EntryQueries.At(r.Long(5))
            ),
            MostUnderWay
        );
        return new BlobsView(count, bytes, BlobOptions.Default.Quota, BlobOptions.Default.PeerQuota, wanted)
        {
            Wanted = db.Number("SELECT count(*) FROM blob WHERE state = 'wanted' AND unnamed IS NULL"),
        };
    }

    private static List<string> AtPeers(Db db, NodeNames names, string sha256) =>
        [.. db.All("SELECT peer FROM blob_at WHERE sha256 = $1 ORDER BY peer", r => r.Text(0), sha256).Select(names.Of)];
}
