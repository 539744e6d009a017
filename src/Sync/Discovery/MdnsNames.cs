namespace EdgeNode.Sync.Discovery;

/// <summary>The fixed names and numbers of our service.</summary>
internal static class MdnsNames
{
    /// <summary>The type under which cabinets announce themselves.</summary>
    public static readonly DnsName Service = DnsName.Of("_edgenode", "_tcp", "local");

    /// <summary>The list of all service types on a network (RFC 6763 section 9).</summary>
    public static readonly DnsName AllServices = DnsName.Of("_services", "_dns-sd", "_udp", "local");

    /// <summary>Time to live of records that hold a host's name or address, in seconds (RFC 6762 section 10).</summary>
    public const uint HostTtl = 120;

    /// <summary>Time to live of other records, in seconds (RFC 6762 section 10).</summary>
    public const uint OtherTtl = 4_500;

    /// <summary>Longest life that a plain resolver is told, in seconds: it hears no goodbye (RFC 6762 section 6.7).</summary>
    public const uint LegacyTtl = 10;

    /// <summary>The UDP port of multicast DNS; what comes from another port is a plain resolver's (RFC 6762 section 6.7).</summary>
    public const int Port = 5353;

    /// <summary>Longest packet that we send, so that it fits one frame everywhere, in bytes.</summary>
    public const int PacketLimit = 1_300;

    /// <summary>Longest answer that every plain resolver takes, in bytes (RFC 1035 section 4.2.1).</summary>
    public const int LegacyPacketLimit = 512;

    /// <summary>Longest TXT data that is believed, in bytes (RFC 6763 section 6.2).</summary>
    public const int TextLimit = 1_300;

    public static DnsName Host(string label) => DnsName.Of(label, "local");
}
