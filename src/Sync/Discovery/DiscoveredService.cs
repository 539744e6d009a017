using System.Net;

namespace EdgeNode.Sync.Discovery;

/// <summary>
/// A cabinet that somebody on the local network claims to be: a hint where to try, never who is there. Two claims that
/// differ in anything but their addresses are two services, so that a forged one cannot replace a true one.
/// </summary>
/// <param name="Instance">The name to show: valid text without control characters, at most 63 bytes, unescaped and untrusted.</param>
/// <param name="DidPrefix">First 13 base32 characters of the DID that it claims.</param>
/// <param name="Version">Protocol range that it claims, "1" or "1-2".</param>
/// <param name="Port">Port of its peers' broker.</param>
/// <param name="PairPort">Port for pairing and blobs.</param>
/// <param name="HostName">Its host name with ".local", for people.</param>
/// <param name="Addresses">
/// 1 to 16 addresses in the order in which they were learnt; link-local IPv6 ones carry the scope to use.
/// </param>
public sealed record DiscoveredService(
    string Instance,
    string DidPrefix,
    string Version,
    int Port,
    int PairPort,
    string HostName,
    IReadOnlyList<IPAddress> Addresses
)
{
    public bool Equals(DiscoveredService? other) =>
        other is not null
        && (Instance, DidPrefix, Version, Port, PairPort, HostName)
            == (other.Instance, other.DidPrefix, other.Version, other.Port, other.PairPort, other.HostName)
        && Addresses.SequenceEqual(other.Addresses);

    public override int GetHashCode() => HashCode.Combine(Instance, DidPrefix, Version, Port, PairPort);
}
