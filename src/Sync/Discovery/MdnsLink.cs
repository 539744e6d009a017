using System.Net;

namespace EdgeNode.Sync.Discovery;

/// <summary>
/// One way out: an interface with one address family. IPv4 and IPv6 of an interface are two links (RFC 6762 section 20).
/// </summary>
/// <param name="Id">The caller's number for it; the same link keeps its number.</param>
/// <param name="ScopeId">Interface index, put on link-local IPv6 addresses learnt here.</param>
/// <param name="Addresses">This machine's addresses on the interface, both families: what is announced here. At most 16 are used.</param>
public sealed record MdnsLink(int Id, long ScopeId, IReadOnlyList<IPAddress> Addresses)
{
    /// <summary>Most own addresses announced on a link.</summary>
    public const int MaxAddresses = 16;

    /// <summary>
    /// The networks that are reached over this link without a router. What comes to us alone, and not to the group, is heeded
    /// from there only (RFC 6762 section 11).
    /// </summary>
    public IReadOnlyList<IPNetwork> Networks { get; init; } = [];

    public bool Equals(MdnsLink? other) =>
        other is not null
        && (Id, ScopeId) == (other.Id, other.ScopeId)
        && Addresses.SequenceEqual(other.Addresses)
        && Networks.SequenceEqual(other.Networks);

    public override int GetHashCode() => HashCode.Combine(Id, ScopeId, Addresses.Count);

    /// <summary>True for an address of this machine on this link, whatever its scope id.</summary>
    internal bool Owns(IPAddress address)
    {
        foreach (var own in Addresses)
        {
            if (SameBytes(own, address))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>True for an address that no router lies before.</summary>
    internal bool IsOnLink(IPAddress address)
    {
        var plain = address.IsIPv6LinkLocal ? new IPAddress(address.GetAddressBytes()) : address;
        return plain.IsIPv6LinkLocal || Networks.Any(network => network.Contains(plain)) || Owns(plain);
    }

    private static bool SameBytes(IPAddress a, IPAddress b)
    {
        Span<byte> left = stackalloc byte[16];
        Span<byte> right = stackalloc byte[16];
        return a.TryWriteBytes(left, out var leftLength)
            && b.TryWriteBytes(right, out var rightLength)
            && left[..leftLength].SequenceEqual(right[..rightLength]);
    }
}
