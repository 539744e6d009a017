using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using EdgeNode.Sync.Blobs;
using EdgeNode.Wire;

namespace EdgeNode.Sync.Io;

/// <summary>Waits of <see cref="BlobFetcher"/>.</summary>
public sealed record BlobFetcherOptions
{
    public static BlobFetcherOptions Default { get; } = new();

    /// <summary>For a connection (default: 8 s).</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Nothing came for this long: the fetch ends, and a later one goes on (default: 12 s).</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>One fetch, at most (default: 10 min); what drips slower goes on later, so that it never holds a place for ever.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>How a fetch ended.</summary>
/// <param name="Code">Empty when the blob is in the store.</param>
/// <param name="Received">Bytes that came, whatever became of them.</param>
/// <param name="Type">Media type of the bytes; empty unless they are here.</param>
public sealed record BlobOutcome(string Code, long Received, string Type = "");

/// <summary>
/// Fetches blobs from peers: HTTP/2 over TLS with both certificates, the peer's pinned by its key. Goes on behind what is there, takes not a byte more than was
/// said, and believes nothing but the hash.
/// </summary>
public sealed class BlobFetcher(X509Certificate2 certificate, BlobStore store, BlobFetcherOptions options) : IDisposable
{
    private const int BufferSize = 16 * 1024;

    private readonly ConcurrentDictionary<string, HttpClient> _clients = new(StringComparer.Ordinal);

    /// <param name="blob">Hash and length; its type is what the bytes show.</param>
    /// <param name="roads">Addresses and ports of the peer's door, tried until one answers.</param>
    /// <param name="spki">The pinned key.</param>
    /// <param name="stop">Ends the fetch; what came is kept.</param>
    public async Task<BlobOutcome> FetchAsync(
        BlobRef blob,
        IReadOnlyList<(string Address, int Port)> roads,
        string spki,
        CancellationToken stop
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(options.Longest);
        var outcome = new BlobOutcome("blob.unreachable", 0);
        foreach (var (address, port) in roads)
        {
            outcome = await TryAsync(blob, AddressOf(address, port, blob.Sha256), spki, limit.Token).ConfigureAwait(false);
            if (outcome.Code != "blob.unreachable")
                break;
        }
        return outcome;
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values)
            client.Dispose();
    }

    private async Task<BlobOutcome> TryAsync(BlobRef blob, Uri address, string spki, CancellationToken stop)
    {
        var progress = new Progress();
        try
        {
            return await TransferAsync(blob, address, spki, progress, stop).ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (!progress.Answered && progress.Received == 0)
        {
            return new BlobOutcome(e.InnerException is AuthenticationException ? "blob.identity" : "blob.unreachable", 0);
        }
        catch (Exception e) when (e is HttpRequestException or HttpProtocolException or OperationCanceledException)
        {
            return new BlobOutcome(progress.Answered ? BlobFetches.Cut : "blob.unreachable", progress.Received);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new BlobOutcome(progress.FromDisk ? "blob.disk" : BlobFetches.Cut, progress.Received);
        }
    }

    private async Task<BlobOutcome> TransferAsync(
        BlobRef blob,
        Uri address,
        string spki,
        Progress progress,
        CancellationToken stop
    )
    {
        var had = store.PartLength(blob.Sha256);
        if (had > blob.Length)
        {
            store.DropPart(blob.Sha256);
            had = 0;
        }
        if (had < blob.Length)
        {
            var fault = await ReceiveAsync(blob, address, spki, had, progress, stop).ConfigureAwait(false);
            if (fault.Length > 0)
                return new BlobOutcome(fault, progress.Received);
        }
        progress.FromDisk = true;
        var (type, isRight) = await store.FinishAsync(blob.Sha256, stop).ConfigureAwait(false);
        return type is { } known
            ? new BlobOutcome("", progress.Received, known)
            : new BlobOutcome(isRight ? BlobFetches.WrongType : "blob.hash", progress.Received);
    }

    private async Task<string> ReceiveAsync(
        BlobRef blob,
        Uri address,
        string spki,
        long had,
        Progress progress,
        CancellationToken stop
    )
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(stop);
        stall.CancelAfter(options.Connect + options.Stall);
        using var request = Ask(blob, address, had);
        using var response = await ClientOf(spki)
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stall.Token)
            .ConfigureAwait(false);
        progress.Answered = true;
        if (Judge(response, blob, ref had) is { Length: > 0 } fault)
        {
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
                store.DropPart(blob.Sha256);
            return fault;
        }
        var body = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
            return await CopyAsync(body, blob, had, progress, stall).ConfigureAwait(false);
    }

    private static HttpRequestMessage Ask(BlobRef blob, Uri address, long had)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (had > 0)
        {
            request.Headers.Range = new RangeHeaderValue(had, null);
            request.Headers.IfRange = new RangeConditionHeaderValue($"\"{blob.Sha256}\"");
        }
        return request;
    }

    /// <summary>A fault, or nothing and the place the body begins at: a source that gives no ranges gives all of it.</summary>
    private static string Judge(HttpResponseMessage response, BlobRef blob, ref long had)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                had = 0;
                break;
            case HttpStatusCode.PartialContent:
                if (response.Content.Headers.ContentRange is not { Unit: "bytes" } range || range.From != had)
                    return "blob.range";
                if (range.To != blob.Length - 1 || range.Length != blob.Length)
                    return "blob.range";
                break;
            case HttpStatusCode.NotFound:
                return "blob.unknown";
            case HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable:
                return "blob.held";
            case HttpStatusCode.RequestedRangeNotSatisfiable:
                return "blob.range";
            default:
                return "blob.refused";
        }
        return response.Content.Headers.ContentLength is { } says && says != blob.Length - had ? "blob.length" : "";
    }

    private async Task<string> CopyAsync(Stream body, BlobRef blob, long had, Progress progress, CancellationTokenSource stall)
    {
        var buffer = new byte[BufferSize];
        var left = blob.Length - had;
        var part = store.OpenPart(blob.Sha256, anew: had == 0);
        await using (part.ConfigureAwait(false))
        {
            while (true)
            {
                stall.CancelAfter(options.Stall);
                var read = await body.ReadAsync(buffer, stall.Token).ConfigureAwait(false);
                if (read == 0)
                    return left == 0 ? "" : BlobFetches.Cut;
                progress.Received += read;
                left -= read;
                if (left < 0)
                    break;
                progress.FromDisk = true;
                await part.WriteAsync(buffer.AsMemory(0, read), stall.Token).ConfigureAwait(false);
                // What a kill of the process leaves behind is what the next fetch goes on from.
                await part.FlushAsync(stall.Token).ConfigureAwait(false);
                progress.FromDisk = false;
            }
        }
        store.DropPart(blob.Sha256);
        return "blob.length";
    }

    private HttpClient ClientOf(string spki) =>
        _clients.GetOrAdd(
            spki,
            pinned =>
            {
                var handler = new SocketsHttpHandler
                {
                    UseProxy = false,
                    UseCookies = false,
                    AllowAutoRedirect = false,
                    ConnectTimeout = options.Connect,
                    KeepAlivePingDelay = TimeSpan.FromSeconds(5),
                    KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
                    KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
                    PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
                    MaxResponseHeadersLength = 16,
                    SslOptions = new SslClientAuthenticationOptions
                    {
                        ClientCertificates = [certificate],
                        LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate,
                        // Dates and names of a certificate say nothing here; the key that both stewards agreed on does.
                        RemoteCertificateValidationCallback = (_, shown, _, _) =>
                            shown is X509Certificate2 c && CertificateKey.Of(c)?.Spki == pinned,
                    },
                };
                return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
            }
        );

    private static Uri AddressOf(string address, int port, string sha256)
    {
        var host =
            IPAddress.TryParse(address, out var ip) && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
                ? $"[{ip}]"
                : address;
        return new Uri(string.Create(CultureInfo.InvariantCulture, $"https://{host}:{port}/blobs/{sha256}"));
    }

    private sealed class Progress
    {
        public bool Answered { get; set; }
        public bool FromDisk { get; set; }
        public long Received { get; set; }
    }
}
