using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using EdgeNode.Tests.System.Hosts;

namespace EdgeNode.Tests.System.Hostile;

/// <summary>A connection that sends whatever bytes it is told, with or without TLS, to one of a cabinet's doors.</summary>
internal sealed class RawPeer : IAsyncDisposable
{
    /// <summary>Longer than any of the cabinet's own limits for a silent stranger.</summary>
    private static readonly TimeSpan CutWithin = TimeSpan.FromSeconds(120);

    private readonly TcpClient _tcp = new();
    private Stream? _stream;

    public static async Task<RawPeer> PlainAsync(CabinetProcess cabinet, int port)
    {
        var peer = new RawPeer();
        await peer._tcp.ConnectAsync(cabinet.Address, port);
        peer._stream = peer._tcp.GetStream();
        return peer;
    }

    /// <summary>Null when the door refuses the certificate during the handshake already; in TLS 1.3 it may do so only afterwards.</summary>
    public static async Task<RawPeer?> SecureAsync(CabinetProcess cabinet, int port, X509Certificate2? certificate)
    {
        var peer = await PlainAsync(cabinet, port);
        var tls = new SslStream(peer._stream!);
        peer._stream = tls;
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "",
            RemoteCertificateValidationCallback = (_, shown, _, _) => CabinetVisitor.IsPinned(shown, cabinet.CertificateFile),
            ClientCertificates = certificate is null ? null : [certificate],
            LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
        };
        try
        {
            await tls.AuthenticateAsClientAsync(options);
            return peer;
        }
        catch (Exception refused) when (refused is AuthenticationException or IOException)
        {
            await peer.DisposeAsync();
            return null;
        }
    }

    /// <summary>False when the other side has closed already.</summary>
    public async Task<bool> SendAsync(params byte[] bytes)
    {
        try
        {
            await _stream!.WriteAsync(bytes);
            await _stream.FlushAsync();
            return true;
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>What the other side says next; empty when it has closed the connection.</summary>
    public async Task<byte[]> HearAsync()
    {
        var buffer = new byte[4096];
        try
        {
            using var limit = new CancellationTokenSource(CutWithin);
            var read = await _stream!.ReadAsync(buffer, limit.Token);
            return buffer[..read];
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>The other side closes the connection, after whatever it still says.</summary>
    public async Task IsCutAsync()
    {
        for (var heard = 0; heard < 100; heard++)
        {
            if ((await HearAsync()).Length == 0)
                return;
        }
        Assert.Fail("the connection is not cut");
    }

    public ValueTask DisposeAsync()
    {
        _stream?.Dispose();
        _tcp.Dispose();
        return ValueTask.CompletedTask;
    }
}
