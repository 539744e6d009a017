using System.Net.Sockets;
using System.Text;

namespace EdgeNode.Hardware.Nut.Io;

/// <summary>Reads a UPS from another server, such as Debian's upsd with usbhid-ups.</summary>
/// <param name="Ups">The UPS's name there.</param>
public sealed record NutAddress(string Ups, string Host, int Port)
{
    public const int UsualPort = 3493;

    /// <summary>Reads <c>ups@host:port</c>; the port may be left out. Null when it is none.</summary>
    public static NutAddress? Parse(string text)
    {
        var at = text.IndexOf('@');
        if (at < 1)
            return null;
        var rest = text[(at + 1)..];
        var colon = rest.LastIndexOf(':');
        if (colon < 0)
            return rest.Length > 0 ? new NutAddress(text[..at], rest, UsualPort) : null;
        return colon > 0 && int.TryParse(rest[(colon + 1)..], out var port) && port is > 0 and < 65536
            ? new NutAddress(text[..at], rest[..colon], port)
            : null;
    }
}

public static class NutClient
{
    /// <summary>For connection and answer together (5 s); a server that is slower is silent.</summary>
    public static TimeSpan Within { get; } = TimeSpan.FromSeconds(5);

    /// <summary>One reading. A server that cannot be reached, is slow or refuses gives a reading in which everything is missing.</summary>
    public static async Task<NutReading> ReadAsync(NutAddress address, CancellationToken token)
    {
        var reading = new NutReading();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(token);
        deadline.CancelAfter(Within);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address.Host, address.Port, deadline.Token).ConfigureAwait(false);
            var stream = client.GetStream();
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"LIST VAR {address.Ups}\n"), deadline.Token).ConfigureAwait(false);
            var lines = new NutLines(stream);
            while (!reading.IsOver && await lines.ReadAsync(Within, deadline.Token).ConfigureAwait(false) is { } line)
                reading.Take(line);
            if (reading.IsOver)
                await stream.WriteAsync("LOGOUT\n"u8.ToArray(), deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            token.ThrowIfCancellationRequested();
        }
        return reading;
    }
}
