using System.Net;
using System.Net.Sockets;
using EdgeNode.Sync.Discovery;

namespace EdgeNode.Tests.System.Discovery;

/// <summary>
/// A program that asks one question at most and writes down what it hears, packet by packet: to the group or to itself alone.
/// It keeps no state and answers nothing.
/// </summary>
internal static class MulticastEar
{
    private static readonly IPAddress Group = IPAddress.Parse("224.0.0.251");

    /// <summary>
    /// <paramref name="question"/>: nothing, or the destination ("group" or an address), the name with dots, the type's number, and
    /// "alone" when the answer is wanted alone. A line per packet: "query" or "response", "group" or "alone", sender, id, types asked
    /// for, types answered, the highest time to live.
    /// </summary>
    public static async Task<int> RunAsync(IPAddress own, int port, string[] question, Action<string, string[]> write)
    {
        using var socket = Open(own, port);
        if (question.Length >= 3)
        {
            var name = DnsName.Of(question[1].Split('.'));
            var ask = new DnsQuestion(name, ushort.Parse(question[2]), question is [.., "alone"]);
            var to = question[0] == "group" ? Group : IPAddress.Parse(question[0]);
            socket.SendTo(new DnsMessage { Id = 0x1234, Questions = [ask] }.ToBytes(), new IPEndPoint(to, 5353));
        }
        write("ready", []);
        using var ended = new CancellationTokenSource();
        var hearing = HearAsync(socket, write, ended.Token);
        await Console.In.ReadToEndAsync(CancellationToken.None);
        await ended.CancelAsync();
        await hearing;
        return 0;
    }

    private static Socket Open(IPAddress own, int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.SetRawSocketOption(1, 15, BitConverter.GetBytes(1)); // SO_REUSEPORT, as avahi has it
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.PacketInformation, true);
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, 255);
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, own.GetAddressBytes());
        socket.Bind(new IPEndPoint(IPAddress.Any, port));
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(Group, own));
        return socket;
    }

    private static async Task HearAsync(Socket socket, Action<string, string[]> write, CancellationToken token)
    {
        var buffer = new byte[DnsMessage.MaxLength];
        while (!token.IsCancellationRequested)
        {
            try
            {
                var got = await socket.ReceiveMessageFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), token);
                var way = got.PacketInformation.Address.Equals(Group) ? "group" : "alone";
                if (DnsMessage.TryParse(buffer.AsSpan(0, got.ReceivedBytes), out var message, out _))
                {
                    write(message.IsResponse ? "response" : "query", [way, $"{got.RemoteEndPoint}", .. Said(message)]);
                }
            }
            catch (OperationCanceledException)
            {
                return; // the test has heard enough
            }
        }
    }

    private static string[] Said(DnsMessage message) =>
        [
            $"{message.Id:x4}",
            string.Join(' ', message.Questions.Select(question => question.Type)),
            string.Join(' ', message.Answers.Select(answer => answer.Type)),
            $"{message.Answers.Select(answer => answer.Ttl).DefaultIfEmpty().Max()}",
        ];
}
