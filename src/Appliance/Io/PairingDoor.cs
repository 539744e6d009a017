using System.Net;
using System.Security.Cryptography.X509Certificates;
using EdgeNode.Wire;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace EdgeNode.Appliance.Io;

/// <summary>
/// The pairing port: TLS with a client certificate of any key, because two cabinets that meet for the first time know nothing of each other. What is
/// believed is decided by the signatures inside; the TLS key must be the one that signed.
/// </summary>
public sealed class PairingDoor : IAsyncDisposable
{
    /// <summary>Connections at once: pairing is rare, and a peer needs one for all its blobs.</summary>
    public const int MaxConnections = 64;

    private readonly WebApplication _web;

    private PairingDoor(WebApplication web) => _web = web;

    internal static async Task<PairingDoor> OpenAsync(IPEndPoint at, X509Certificate2 certificate, NodeDoor door, BlobDoor? blobs)
    {
        var builder = BareWeb.NewBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = PairingMessage.MaxSize;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
            kestrel.Limits.Http2.MaxStreamsPerConnection = 16;
            kestrel.Listen(at, listen => listen.UseHttps(https => Configure(https, certificate)));
        });
        var web = builder.Build();
        web.MapPost("/pair", (HttpContext http) => Take(http, door));
        if (blobs is not null)
            web.MapGet("/blobs/{sha256}", (HttpContext http) => blobs.Serve(http));
        await web.StartAsync().ConfigureAwait(false);
        return new PairingDoor(web);
    }

    private static void Configure(HttpsConnectionAdapterOptions https, X509Certificate2 certificate)
    {
        https.ServerCertificate = certificate;
        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        https.AllowAnyClientCertificate();
        https.HandshakeTimeout = TimeSpan.FromSeconds(5);
    }

    private static async Task Take(HttpContext http, NodeDoor door)
    {
        var client = http.Connection.ClientCertificate is { } shown ? CertificateKey.Of(shown) : null;
        if (client is null)
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted).ConfigureAwait(false);
        var answer = await door.Ask(new PairFrame(body.ToArray(), client.Spki), http.RequestAborted).ConfigureAwait(false);
        http.Response.StatusCode = answer.IsDone ? StatusCodes.Status200OK : StatusCodes.Status409Conflict;
        // One word for the other program's log; undeclared questions get the same uniform answer (norm N6).
        await http
            .Response.Body.WriteAsync(answer.Bytes ?? System.Text.Encoding.ASCII.GetBytes(answer.Code), http.RequestAborted)
            .ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        await _web.StopAsync(soon.Token).ConfigureAwait(false);
        await _web.DisposeAsync().ConfigureAwait(false);
    }
}

/// <summary>Posts our pairing frames to other cabinets' pairing doors and brings the answers back as inputs.</summary>
public sealed class PairingCalls(X509Certificate2 certificate, Action<NodeInput> post) : IDisposable
{
    /// <summary>Calls under way at once; further ones wait for their next try.</summary>
    public const int MaxCalls = 4;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _room = new(MaxCalls);
    private readonly CancellationTokenSource _stop = new();

    public void Send(Federation.PairSend send) => _ = CallAsync(send);

    private async Task CallAsync(Federation.PairSend send)
    {
        if (!await _room.WaitAsync(0).ConfigureAwait(false))
            return;
        try
        {
            var (bytes, spki, fault) = await PostAsync(send).ConfigureAwait(false);
            post(new PairReply(send.Address, send.PairPort, send.Kind, bytes, spki, fault));
        }
        catch (Exception e)
            when (e
                    is HttpRequestException
                        or IOException
                        or OperationCanceledException
                        or System.Security.Authentication.AuthenticationException
            )
        {
            // Told to the node, which tries again later and shows the steward why.
            post(new PairReply(send.Address, send.PairPort, send.Kind, [], "", e.Message));
        }
        finally
        {
            _room.Release();
        }
    }

    private async Task<(byte[] Bytes, string Spki, string? Fault)> PostAsync(Federation.PairSend send)
    {
        var spki = "";
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectTimeout = Limit,
        };
        handler.SslOptions.ClientCertificates = [certificate];
        handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) =>
        {
            // Any key: who it is gets decided by the signed frame that must name this very key.
            spki = shown is X509Certificate2 c ? CertificateKey.Of(c)?.Spki ?? "" : "";
            return spki.Length > 0;
        };
        using var http = new HttpClient(handler) { Timeout = Limit, MaxResponseContentBufferSize = PairingMessage.MaxSize };
        var host =
            IPAddress.TryParse(send.Address, out var ip) && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
                ? $"[{ip}]"
                : send.Address;
        using var content = new ByteArrayContent(send.Bytes);
        using var answer = await http.PostAsync(new Uri($"https://{host}:{send.PairPort}/pair"), content, _stop.Token)
            .ConfigureAwait(false);
        var bytes = await answer.Content.ReadAsByteArrayAsync(_stop.Token).ConfigureAwait(false);
        return answer.IsSuccessStatusCode
            ? (bytes, spki, null)
            : ([], spki, $"refused: {System.Text.Encoding.ASCII.GetString(bytes.AsSpan(0, Math.Min(80, bytes.Length)))}");
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }
}
