using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using EdgeNode.Sync.Discovery;

namespace EdgeNode.Sync.Io;

/// <summary>One interface in one address family, as it is now.</summary>
/// <param name="Index">The kernel's interface index.</param>
/// <param name="Name">The kernel's interface name.</param>
/// <param name="SendFrom">IPv4: the address that packets leave with. IPv6: not used, the kernel picks the link-local one.</param>
/// <param name="IsIPv6">Which family's group is joined.</param>
/// <param name="Addresses">What is announced there.</param>
/// <param name="Networks">What is reached there without a router.</param>
internal sealed record MulticastInterface(
    int Index,
    string Name,
    IPAddress SendFrom,
    bool IsIPv6,
    IReadOnlyList<IPAddress> Addresses,
    IReadOnlyList<IPNetwork> Networks
)
{
    /// <summary>The same interface and family keeps its number.</summary>
    public int LinkId => Index * 2 + (IsIPv6 ? 1 : 0);

    public MdnsLink Link => new(LinkId, Index, Addresses) { Networks = Networks };

    /// <summary>True when a socket opened for the other serves for this one too.</summary>
    public bool SameSocket(MulticastInterface other) => LinkId == other.LinkId && (IsIPv6 || SendFrom.Equals(other.SendFrom));
}

/// <summary>Finds the interfaces to use, each time anew.</summary>
internal static class MulticastInterfaces
{
    /// <summary>Interfaces for the given addresses, or all if none are given; <paramref name="missing"/> are addresses that nobody has.</summary>
    public static List<MulticastInterface> Find(IReadOnlyList<IPAddress> wanted, out List<IPAddress> missing)
    {
        missing = [.. wanted];
        var found = new List<MulticastInterface>();
        foreach (var network in NetworkInterface.GetAllNetworkInterfaces())
        {
            if (network.OperationalStatus is not (OperationalStatus.Up or OperationalStatus.Unknown))
            {
                continue;
            }
            if (wanted.Count == 0)
            {
                AddWhole(network, found);
            }
            else
            {
                AddWanted(network, wanted, missing, found);
            }
        }
        return found;
    }

    private static void AddWhole(NetworkInterface network, List<MulticastInterface> found)
    {
        if (network.NetworkInterfaceType == NetworkInterfaceType.Loopback || !network.SupportsMulticast)
        {
            return;
        }
        List<IPAddress> addresses = [.. network.GetIPProperties().UnicastAddresses.Select(unicast => unicast.Address)];
        var v4 = addresses.Find(address => address.AddressFamily == AddressFamily.InterNetwork);
        var v6 = addresses.Find(address => address.AddressFamily == AddressFamily.InterNetworkV6);
        // Announced in one order whichever way the kernel lists them, so that a new listing is not taken for a change.
        IPAddress[] told =
        [
            .. addresses.OrderBy(address => address.AddressFamily).ThenBy(address => address.ToString(), StringComparer.Ordinal),
        ];
        var networks = NetworksOf(network);
        if (v4 is not null)
        {
            found.Add(new MulticastInterface(IndexOf(network), network.Name, v4, false, told, networks));
        }
        if (v6 is not null)
        {
            found.Add(new MulticastInterface(IndexOf(network), network.Name, v6, true, told, networks));
        }
    }

    private static List<IPNetwork> NetworksOf(NetworkInterface network) =>
        [
            .. network
                .GetIPProperties()
                .UnicastAddresses.Select(unicast => NetworkOf(unicast.Address, unicast.PrefixLength))
                .Distinct()
                .OrderBy(on => on.ToString(), StringComparer.Ordinal),
        ];

    // The scope is a number of this host's own and no part of the network.
    private static IPNetwork NetworkOf(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp(prefix - 8 * i, 0, 8);
            // The bits beyond a byte are meant to fall away.
            bytes[i] &= unchecked((byte)(0xFF00 >> kept));
        }
        return new IPNetwork(new IPAddress(bytes), prefix);
    }

    private static void AddWanted(
        NetworkInterface network,
        IReadOnlyList<IPAddress> wanted,
        List<IPAddress> missing,
        List<MulticastInterface> found
    )
    {
        // Every address of 127.0.0.0/8 belongs to the loopback interface, also those that it does not list.
        var loopback = network.NetworkInterfaceType == NetworkInterfaceType.Loopback;
        List<IPAddress> has = [.. network.GetIPProperties().UnicastAddresses.Select(unicast => unicast.Address)];
        List<IPAddress> here = [.. wanted.Where(address => has.Contains(address) || (loopback && IPAddress.IsLoopback(address)))];
        if (here.Count > 0)
        {
            missing.RemoveAll(here.Contains);
            found.Add(new MulticastInterface(IndexOf(network), network.Name, here[0], false, here, NetworksOf(network)));
        }
    }

    private static int IndexOf(NetworkInterface network) =>
        network.Supports(NetworkInterfaceComponent.IPv4)
            ? network.GetIPProperties().GetIPv4Properties().Index
            : network.GetIPProperties().GetIPv6Properties().Index;
}
