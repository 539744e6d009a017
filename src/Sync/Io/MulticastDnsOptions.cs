using System.Net;
using EdgeNode.Sync.Discovery;

namespace EdgeNode.Sync.Io;

/// <summary>Where and what <see cref="MulticastDnsRunner"/> announces and browses.</summary>
public sealed record MulticastDnsOptions
{
    /// <summary>What this cabinet tells about itself; null only browses (default: null).</summary>
    public ServiceAnnouncement? Announcement { get; init; }

    /// <summary>
    /// Own IPv4 addresses to use, and to announce as the only ones; also ones of the loopback network, so that several
    /// cabinets can meet on one machine (default: empty, which means every interface that can multicast, IPv4 and IPv6,
    /// without the loopback).
    /// </summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];

    /// <summary>Bounds and waits (default: <see cref="MdnsOptions.Default"/>).</summary>
    public MdnsOptions Engine { get; init; } = MdnsOptions.Default;

    /// <summary>DID prefixes whose claims stay when the cache is full (default: empty).</summary>
    public IReadOnlyList<string> Favoured { get; init; } = [];
}
