namespace EdgeNode.Sync.Discovery;

/// <summary>Bounds and waits of <see cref="MdnsEngine"/>.</summary>
public sealed record MdnsOptions
{
    public static MdnsOptions Default { get; } = new();

    /// <summary>Wait between the first and the second browse query in milliseconds; it doubles from there (default: 1000).</summary>
    public int FirstQueryIntervalMs { get; init; } = 1_000;

    /// <summary>Longest wait between browse queries in milliseconds (default: one hour, RFC 6762 section 5.2).</summary>
    public int LongestQueryIntervalMs { get; init; } = 3_600_000;

    /// <summary>
    /// Most claims kept about other cabinets (default: 256). At the bound the sender that holds the most makes room, or the
    /// newcomer is refused if that is the newcomer's own sender; claims of favoured cabinets stay.
    /// </summary>
    public int CacheEntries { get; init; } = 256;

    /// <summary>
    /// Packets a second that one sender may send us for long (default: 50); what is above is dropped unread. A cabinet in a
    /// busy network sends about one.
    /// </summary>
    public int PacketsPerSecond { get; init; } = 50;

    /// <summary>Packets that one sender may send us at once after a rest (default: 250): the known answers of a large network.</summary>
    public int PacketBurst { get; init; } = 250;

    /// <summary>
    /// Answers a second that go to one asker alone (default: 10), and to all askers together five times that. What is above
    /// goes to the group, where a record is sent once a second at most, or is not sent at all.
    /// </summary>
    public int DirectAnswersPerSecond { get; init; } = 10;
}
