using System.Net;
using System.Net.Sockets;

namespace EdgeNode.Appliance.Io;

/// <summary>
/// Whether the cabinet's own doors can be opened, asked before anything is started: a start that fails has then shown no code and told no
/// neighbour. The broker asks for its two ports itself.
/// </summary>
internal static class DoorCheck
{
    /// <exception cref="SetupException">A port is taken, the address is not one of this machine, or the account may not open the port.</exception>
    public static void RequireFree(Settings settings)
    {
        RequireFree(settings.Address, settings.ResidentsPort, "residents");
        RequireFree(settings.Address, settings.StewardsPort, "stewards");
        RequireFree(settings.Address, settings.PairingPort, "pairing");
    }

    private static void RequireFree(IPAddress address, int port, string key)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(1);
        }
        catch (SocketException e)
        {
            throw Explain(e, address, port, key);
        }
    }

    private static SetupException Explain(SocketException e, IPAddress address, int port, string key) =>
        e.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => new(
                "port.occupied",
                $"Port {port} on {address} is used by another program. Stop it, or choose another port under [network] {key}.",
                e
            ),
            SocketError.AddressNotAvailable => new(
                "port.no_address",
                $"This machine has no address {address}. Correct it under [network] address.",
                e
            ),
            SocketError.AccessDenied => new(
                "port.forbidden",
                $"This account may not open port {port}. Choose one from 1024 up under [network] {key}.",
                e
            ),
            _ => new("port.failed", $"Port {port} on {address} cannot be opened: {e.Message}. See [network] {key}.", e),
        };
}
