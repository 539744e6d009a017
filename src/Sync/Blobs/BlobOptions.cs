namespace EdgeNode.Sync.Blobs;

/// <summary>Bounds and waits of blobs.</summary>
public sealed record BlobOptions
{
    public static BlobOptions Default { get; } = new();

    /// <summary>Bytes of blobs from one peer that are kept here (default: 64 MiB). What is beyond stays wanted until there is room.</summary>
    public long PeerQuota { get; init; } = 64L << 20;

    /// <summary>Bytes of all blobs here, own and peers' (default: 512 MiB).</summary>
    public long Quota { get; init; } = 512L << 20;

    /// <summary>A blob that nothing names any more is kept this long, should a statement on its way name it again (default: 1 day).</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Fetches at once: from one peer, and in all (default: 2 and 8).</summary>
    public int FromPeer { get; init; } = 2;
    public int AtOnce { get; init; } = 8;

    /// <summary>Wait after the first failure, doubled with each further one (default: 5 s).</summary>
    public TimeSpan RetryFirst { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest wait between two tries (default: 10 min).</summary>
    public TimeSpan RetryLast { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Wait after a fetch that brought something before it was cut: it goes on where it stopped (default: 2 s).</summary>
    public TimeSpan Resume { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Most bytes that are sent before the lanes are asked again (default: 64 KiB).</summary>
    public int Slice { get; init; } = 64 * 1024;
}
