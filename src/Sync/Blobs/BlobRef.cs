using EdgeNode.Wire;

namespace EdgeNode.Sync.Blobs;

/// <summary>A blob by its SHA-256 in hex, its length in bytes and its media type.</summary>
public sealed record BlobRef(string Sha256, long Length, string Type)
{
    /// <summary>The media type that the first bytes show; null for anything that is not kept as a blob.</summary>
    public static string? TypeOf(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "image/jpeg"
        : head.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) ? "image/png"
        : head.StartsWith("RIFF"u8) && head.Length >= 12 && head[8..12].SequenceEqual("WEBP"u8) ? "image/webp"
        : null;

    /// <summary>Bytes that <see cref="TypeOf"/> looks at.</summary>
    public const int HeadLength = 12;

    /// <summary>Whether the hash is one and length and type are within what a statement may claim.</summary>
    public bool IsSound => Sha.IsHex(Sha256) && Length is > 0 and <= PictureBody.MaxLength && PictureBody.Types.Contains(Type);
}

/// <summary>What names a blob, or says that a name has none any more.</summary>
/// <param name="Holder">What it belongs to: the id of an offering.</param>
/// <param name="Version">A higher one replaces a lower one.</param>
/// <param name="Origin">Whose statement it is; this node's own for what it keeps to itself.</param>
/// <param name="Blob">The blob; null when it was taken away.</param>
/// <param name="Statement">The statement; null when the blob is only for this cabinet.</param>
public sealed record BlobName(string Holder, int Version, Did Origin, BlobRef? Blob, Statement? Statement);

/// <summary>What a peer may be given now.</summary>
/// <param name="Length">Of the blob in bytes.</param>
/// <param name="Type">Media type.</param>
/// <param name="Stream">By whose lane it goes.</param>
public sealed record BlobGrant(long Length, string Type, int Stream);

/// <summary>The shell is to delete the bytes of a blob, and what there is of it in part, and to say so.</summary>
public sealed record DropBlob(string Sha256) : Effect;

/// <summary>
/// At a start the shell compares its files with what should be there (hash and length), deletes what is older than this run and not listed, and tells what is
/// missing. <paramref name="Wanted"/> are the hashes whose parts are kept.
/// </summary>
public sealed record SweepBlobs(IReadOnlyDictionary<string, long> Here, IReadOnlySet<string> Wanted) : Effect;
