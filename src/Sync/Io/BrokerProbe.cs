using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EdgeNode.Sync.Io;

/// <summary>Questions to an address that are answered in a moment: is a door free, and does a broker behind it really answer?</summary>
internal static class BrokerProbe
{
    private const byte Connect = 0x10;
    private const byte ConnAck = 0x20;
    private static readonly byte[] Accepted = [ConnAck, 2, 0, 0];

    /// <summary>The client name of a question that is about nobody.</summary>
    public const string Nobody = "edgenode-probe";

    /// <summary>Refuses with a sentence when a port cannot be ours.</summary>
    /// <exception cref="BrokerException">Taken, not an address of this machine, or not allowed.</exception>
    public static void RequireFree(IPAddress address, int port)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(1);
        }
        catch (SocketException fault)
        {
            throw Explain(fault.SocketErrorCode, address, port);
        }
    }

    /// <summary>
    /// True when a broker accepts this login: TCP connect, MQTT CONNECT, CONNACK. False on any failure or after the time. A session that stands under the same client
    /// name is ended by the broker (OASIS MQTT 3.1.1, section 3.1.4).
    /// </summary>
    public static async Task<bool> AnswersAsync(
        IPEndPoint door,
        string client,
        string user,
        string password,
        TimeSpan within,
        CancellationToken token
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(within);
        using var socket = new Socket(door.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(door, limit.Token).ConfigureAwait(false);
            await socket.SendAsync(Greeting(client, user, password), limit.Token).ConfigureAwait(false);
            var answer = new byte[Accepted.Length];
            int have = 0;
            while (have < answer.Length)
            {
                int got = await socket.ReceiveAsync(answer.AsMemory(have), limit.Token).ConfigureAwait(false);
                if (got == 0)
                    return false;
                have += got;
            }
            return answer.AsSpan().SequenceEqual(Accepted);
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException)
        {
            token.ThrowIfCancellationRequested();
            return false;
        }
    }

    /// <summary>An MQTT 3.1.1 CONNECT packet (OASIS MQTT 3.1.1, section 3.1) with clean session, user name and password.</summary>
    internal static byte[] Greeting(string client, string user, string password)
    {
        var body = new List<byte>();
        Text(body, "MQTT");
        body.AddRange([4, 0xC2, 0, 10]); // level 4; user, password, clean session; keep alive 10 s
        Text(body, client);
        Text(body, user);
        Text(body, password);
        // Section 2.2.3: seven bits of the length a byte, the least first.
        return body.Count switch
        {
            < 128 => [Connect, (byte)body.Count, .. body],
            < 128 * 128 => [Connect, (byte)((body.Count % 128) | 0x80), (byte)(body.Count / 128), .. body],
            _ => throw new ArgumentException("The greeting's length takes two bytes at most."),
        };
    }

    private static void Text(List<byte> body, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        body.Add((byte)(bytes.Length >> 8));
        body.Add((byte)(bytes.Length & 0xFF));
        body.AddRange(bytes);
    }

    private static BrokerException Explain(SocketError error, IPAddress address, int port) =>
        error switch
        {
            SocketError.AddressAlreadyInUse => new BrokerException(
                "broker.port_in_use",
                $"Port {port} on {address} is used by another program; stop it or give this cabinet another port."
            ),
            SocketError.AddressNotAvailable => new BrokerException(
                "broker.address_missing",
                $"This machine has no address {address}; correct the cabinet's address in its configuration."
            ),
            SocketError.AccessDenied => new BrokerException(
                "broker.port_forbidden",
                $"This account may not open port {port}; choose a port from 1024 up."
            ),
            _ => new BrokerException("broker.port_failed", $"Port {port} on {address} cannot be opened: {error}."),
        };
}
