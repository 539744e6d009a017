using System.Net;
using System.Net.Sockets;
using EdgeNode.Sync.Discovery;

namespace EdgeNode.Sync.Io;

/// <summary>
/// A socket on the multicast DNS port for one interface and one address family. The port is shared with whoever else
/// uses it (avahi, other cabinets); only packets that came in over this interface are handed on.
/// </summary>
internal sealed class MulticastSocket : IDisposable
{
    // Linux numbers of options that .NET has no name for (asm-generic/socket.h, linux/in.h, linux/in6.h).
    private const int SolSocket = 1;
    private const int SoReusePort = 15;
    private const int IpLevel = 0;
    private const int IpMulticastIf = 32;
    private const int IpMulticastAll = 49;
    private const int Ipv6Level = 41;
    private const int Ipv6MulticastAll = 29;

    private const int HopLimit = 255; // RFC 6762 section 11

    private static readonly IPAddress GroupV4 = IPAddress.Parse("224.0.0.251");
    private static readonly IPAddress GroupV6 = IPAddress.Parse("ff02::fb");

    private readonly Socket _socket;
    private readonly IPEndPoint _group;
    private readonly IPEndPoint _anybody;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(DnsMessage.MaxLength, pinned: true);

    private MulticastSocket(Socket socket, MulticastInterface on)
    {
        _socket = socket;
        On = on;
        _anybody = new IPEndPoint(on.IsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        _group = new IPEndPoint(on.IsIPv6 ? new IPAddress(GroupV6.GetAddressBytes(), on.Index) : GroupV4, MdnsNames.Port);
    }

    public MulticastInterface On { get; }

    /// <summary>Opens, binds and joins.</summary>
    /// <exception cref="SocketException">
    /// AddressAlreadyInUse: somebody holds the port without sharing it. AddressNotAvailable, NetworkUnreachable: the
    /// interface has no usable address yet, for instance while IPv6 checks it for duplicates.
    /// </exception>
    public static MulticastSocket Open(MulticastInterface on)
    {
        var family = on.IsIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        var socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            Share(socket);
            if (on.IsIPv6)
            {
                JoinV6(socket, on);
            }
            else
            {
                JoinV4(socket, on);
            }
            var opened = new MulticastSocket(socket, on);
            opened.CheckRoute();
            return opened;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends to the group, or to one host.</summary>
    /// <exception cref="SocketException">The interface is down, or lost its address; or that host cannot be reached.</exception>
    public void Send(byte[] packet, IPEndPoint? to = null) => _socket.SendTo(packet, to ?? _group);

    /// <summary>
    /// Waits for one packet. Null when it was not for us: over another interface, or cut off. The
    /// bytes are valid until the next call.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token.</exception>
    public async ValueTask<(IPEndPoint Source, ReadOnlyMemory<byte> Packet, bool ToGroup)?> ReceiveAsync(CancellationToken token)
    {
        var got = await _socket.ReceiveMessageFromAsync(_buffer, SocketFlags.None, _anybody, token).ConfigureAwait(false);
        var information = got.PacketInformation;
        var toGroup = information.Address.Equals(On.IsIPv6 ? GroupV6 : GroupV4);
        var forUs = information.Interface == On.Index && (got.SocketFlags & SocketFlags.Truncated) == 0;
        return forUs && got.RemoteEndPoint is IPEndPoint source
            ? (source, _buffer.AsMemory(0, got.ReceivedBytes), toGroup)
            : null;
    }

    public void Dispose() => _socket.Dispose();

    private static void Share(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(SolSocket, SoReusePort, BitConverter.GetBytes(1));
        }
    }

    private static void JoinV4(Socket socket, MulticastInterface on)
    {
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.PacketInformation, true);
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, HopLimit);
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastLoopback, true);
        if (OperatingSystem.IsLinux())
        {
            // Without this a socket also gets what other programs joined, on any interface (ip(7)).
            socket.SetRawSocketOption(IpLevel, IpMulticastAll, BitConverter.GetBytes(0));
            // struct ip_mreqn: group, own address, interface. The address becomes the source of what is sent.
            byte[] request = [0, 0, 0, 0, .. on.SendFrom.GetAddressBytes(), .. BitConverter.GetBytes(on.Index)];
            socket.SetRawSocketOption(IpLevel, IpMulticastIf, request);
        }
        else
        {
            var index = IPAddress.HostToNetworkOrder(on.Index);
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, index);
        }
        socket.Bind(new IPEndPoint(IPAddress.Any, MdnsNames.Port));
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(GroupV4, on.Index));
    }

    private static void JoinV6(Socket socket, MulticastInterface on)
    {
        socket.DualMode = false;
        socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.PacketInformation, true);
        socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastTimeToLive, HopLimit);
        socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastLoopback, true);
        socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastInterface, on.Index);
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(Ipv6Level, Ipv6MulticastAll, BitConverter.GetBytes(0));
        }
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, MdnsNames.Port));
        var membership = new IPv6MulticastOption(GroupV6, on.Index);
        socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.AddMembership, membership);
    }

    // Connecting a second socket makes the kernel choose route and source address and sends nothing. If it cannot yet, the
    // first probes would be lost without a word.
    private void CheckRoute()
    {
        using var trial = new Socket(_group.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        if (On.IsIPv6)
        {
            trial.Connect(_group);
        }
        else
        {
            trial.Bind(new IPEndPoint(On.SendFrom, 0));
        }
    }
}
