namespace EdgeNode.Wire;

/// <summary>
/// The picture of an offering: names a blob, which is fetched by its hash and not carried here. A picture that was taken away has neither hash, length nor
/// type. A higher version replaces a lower one.
/// </summary>
public sealed record PictureBody(string OfferingId, int Version, string? Sha256, long Length, string Type)
{
    /// <summary>Bytes of a picture, at most (300 KiB).</summary>
    public const long MaxLength = 307_200;

    /// <summary>What a picture may be.</summary>
    public static IReadOnlyList<string> Types { get; } = ["image/jpeg", "image/png", "image/webp"];
}

/// <summary>Word to the origin of a statement that the blob it names is here, whole and with the right hash.</summary>
public sealed record BlobReceiptBody(string Sha256, long Length);
