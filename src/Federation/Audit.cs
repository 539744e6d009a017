using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

public sealed record AuditRow(long Seq, string Peer, Moment At, string Act, string Detail, string Prev, string Hash);

/// <summary>Every act that crosses to a peer, hash-chained per peer (norm N5). Rows are never changed or deleted; triggers see to it.</summary>
public static class Audit
{
    public const int MaxDetail = 400;

    public static void Write(Turn turn, Did peer, string act, string detail)
    {
        var cut = detail.Length > MaxDetail ? detail[..MaxDetail] : detail;
        var prev = turn.Db.Text("SELECT hash FROM audit WHERE peer = $1 ORDER BY seq DESC LIMIT 1", peer.Value) ?? "";
        turn.Db.Run(
            "INSERT INTO audit (peer, at, act, detail, prev, hash) VALUES ($1, $2, $3, $4, $5, $6)",
            peer.Value,
            turn.Now.Ms,
            act,
            cut,
            prev,
            HashOf(prev, peer.Value, turn.Now, act, cut)
        );
    }

    public static List<AuditRow> Read(Db db, long after, int limit) =>
        db.All(
            "SELECT seq, peer, at, act, detail, prev, hash FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2",
            ReadRow,
            after,
            limit
        );

    /// <summary>The first row whose hash or link does not hold, or null when every chain is whole.</summary>
    public static AuditRow? FirstBroken(Db db)
    {
        var heads = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var row in Read(db, 0, int.MaxValue))
        {
            var prev = heads.GetValueOrDefault(row.Peer, "");
            if (row.Prev != prev || row.Hash != HashOf(prev, row.Peer, row.At, row.Act, row.Detail))
                return row;
            heads[row.Peer] = row.Hash;
        }
        return null;
    }

    private static AuditRow ReadRow(Row r) =>
        new(r.Long(0), r.Text(1), new Moment(r.Long(2)), r.Text(3), r.Text(4), r.Text(5), r.Text(6));

    private static string HashOf(string prev, string peer, Moment at, string act, string detail) =>
        LengthPrefixed.Hash("edgenode/audit/1", [prev, peer, at.Ms.ToString(), act, detail]);
}

/// <summary>
/// SHA-256 over a label, a zero byte, and values as 4-byte big-endian length and UTF-8 bytes: no two lists of values give the same bytes.
/// </summary>
public static class LengthPrefixed
{
    public static string Hash(string label, IEnumerable<string> values)
    {
        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(
            System.Security.Cryptography.HashAlgorithmName.SHA256
        );
        hash.AppendData(System.Text.Encoding.ASCII.GetBytes(label + "\0"));
        Span<byte> length = stackalloc byte[4];
        foreach (var value in values)
        {
            var bytes = System.Text.Encoding.UTF8.GetBytes(value);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(length, (uint)bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
