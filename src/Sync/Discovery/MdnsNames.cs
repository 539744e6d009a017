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

    /// <summary>The UDP port of multicast DNS; what comes from another port is not a full peer and is left alone.</summary>
    public const int Port = 5353;

    /// <summary>Longest packet that we send, so that it fits one frame everywhere, in bytes.</summary>
    public const int PacketLimit = 1_300;

    public static DnsName Host(string label) => DnsName.Of(label, "local");
}
