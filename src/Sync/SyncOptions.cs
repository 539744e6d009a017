namespace EdgeNode.Sync;

/// <summary>Waits and bounds of custody. Times are real durations; the demo and tests shorten them.</summary>
public sealed record SyncOptions
{
    public static SyncOptions Default { get; } = new();

    /// <summary>Bytes under way to one peer without a receipt (default: 256 KiB); twice as many on a quick link.</summary>
    public int Window { get; init; } = 256 * 1024;

    /// <summary>A link is quick when receipts took no longer than this lately (default: 0.25 s): 8 Mbit/s and near.</summary>
    public TimeSpan QuickLink { get; init; } = TimeSpan.FromSeconds(0.25);

    /// <summary>The same to all peers in contact together (default: 32 MiB): with more than 128 of them each has a smaller window.</summary>
    public int WindowOfAll { get; init; } = 32 * 1024 * 1024;

    /// <summary>Bytes handed to links in one step, at most; the peers take turns, so none waits for another's backlog (default: 2 MiB).</summary>
    public int PumpBudget { get; init; } = 2 * 1024 * 1024;

    /// <summary>Size to which a bundle is filled while there is a backlog (default: 60,000 bytes; hard bound 64,000).</summary>
    public int FillTo { get; init; } = 60_000;

    /// <summary>A sign of life is sent when nothing else came for this long (default: 3 s).</summary>
    public TimeSpan Ping { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>As a sign of life, when no link is known to stand (default: 5 min).</summary>
    public TimeSpan Knock { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A link from which nothing came for this long is dead (default: 8 s).</summary>
    public TimeSpan DeadAfter { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>A bundle without a receipt is sent again after this (default: 20 s).</summary>
    public TimeSpan Retransmit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// A bundle younger than this, or than twice what receipts took lately, may have crossed the have that does not know it (default: 0.5 s): a full window
    /// takes seconds on a slow link, and what is under way is not lost.
    /// </summary>
    public TimeSpan Crossing { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The same until receipts of a contact have shown how slow the link is with a window under way (default: 3 s).</summary>
    public TimeSpan CrossingAtFirst { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Of full bundles, behind which more is to come, so many bytes share a receipt (default: 64 KiB).</summary>
    public int ReceiptBytes { get; init; } = 64 * 1024;

    /// <summary>No receipt waits longer for more bundles, nor longer than two more of them would take (default: 1 s).</summary>
    public TimeSpan ReceiptWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The same over a relay (default: 10 s).</summary>
    public TimeSpan RelayCrossing { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Over a relay a sign of life is sent when nothing else came for this long (default: 30 s).</summary>
    public TimeSpan RelayPing { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Over a relay a peer is away when nothing came for this long (default: 90 s).</summary>
    public TimeSpan RelayDeadAfter { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Over a relay a bundle without a receipt is sent again after this while the peer is in contact (default: 1 min).</summary>
    public TimeSpan RelayRetransmit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A bundle that a relay keeps for a peer that is away is sent again after this, for relays forget (default: 6 h).</summary>
    public TimeSpan RelayKept { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Bytes of bundles that one step takes out for a courier (default: 1 MiB), so that a large stick does not hold up everybody else.</summary>
    public int CarryPage { get; init; } = 1024 * 1024;

    /// <summary>Rows that may wait for one peer; then enqueue answers Full (default: 1,000,000).</summary>
    public int MaxWaiting { get; init; } = 1_000_000;

    /// <summary>Further rows for votes, withdrawals and other control statements, which a full queue must not stop (default: 100,000).</summary>
    public int ControlReserve { get; init; } = 100_000;

    /// <summary>A peer that answered quota is tried again after this (default: 5 min).</summary>
    public TimeSpan QuotaPause { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Inbox rows kept per stream so that a repeated receipt says the same (default: 4,096).</summary>
    public int InboxKept { get; init; } = 4096;
}
