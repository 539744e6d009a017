using System.Globalization;
using System.Threading.Channels;
using EdgeNode.Sync.Io;
using EdgeNode.Wire;

namespace EdgeNode.Appliance.Io;

/// <summary>
/// Gives blobs to peers at the pairing port: <c>GET /blobs/{sha256}</c> with a client certificate whose key an enrolled peer pinned, and ranges. The node is
/// asked before every slice; who may not have a blob is answered like who asks for one that is nowhere.
/// </summary>
internal sealed class BlobDoor(NodeDoor door, BlobStore store, Func<NodeInput, bool> post)
{
    /// <summary>Transfers at once: to one peer, and in all.</summary>
    public const int MostPerPeer = 4;
    public const int Most = 16;

    /// <summary>While bundles go first a transfer waits this long (8 s), then it ends; the peer goes on later where it stopped.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<Did, int> _running = [];
    private static readonly SemaphoreSlim Never = new(0);

    public async Task Serve(HttpContext http)
    {
        var sha256 = (string?)http.Request.RouteValues["sha256"];
        var key = http.Connection.ClientCertificate is { } shown ? CertificateKey.Of(shown) : null;
        if (key is null || !Sha.IsHex(sha256))
        {
            await Refuse(http, key is null ? "peer.not_enrolled" : "blob.unknown").ConfigureAwait(false);
            return;
        }
        var answer = await door.Ask(new ServeBlob(key.Spki, sha256!, Slice: false), http.RequestAborted).ConfigureAwait(false);
        if (answer.Blob is not { } blob)
            await Refuse(http, answer.Code).ConfigureAwait(false);
        else if (!Enter(blob.Peer))
            await Refuse(http, "blob.busy").ConfigureAwait(false);
        else
            await ServeTo(http, blob, key.Spki, sha256!).ConfigureAwait(false);
    }

    private async Task ServeTo(HttpContext http, BlobTurn blob, string spki, string sha256)
    {
        var sent = new Sent();
        try
        {
            await Answer(http, blob, spki, sha256, sent).ConfigureAwait(false);
        }
        finally
        {
            Leave(blob.Peer);
            await Tell(blob.Peer, sent.Bytes).ConfigureAwait(false);
        }
    }

    private async Task Answer(HttpContext http, BlobTurn blob, string spki, string sha256, Sent sent)
    {
        var file = store.Open(sha256);
        if (file is null || file.Length != blob.Length)
        {
            file?.Dispose();
            post(new BlobLost(sha256));
            await Refuse(http, "blob.unknown").ConfigureAwait(false);
            return;
        }
        await using (file.ConfigureAwait(false))
        {
            var headers = http.Response.Headers;
            (headers.ETag, headers.AcceptRanges, headers.XContentTypeOptions) = ($"\"{sha256}\"", "bytes", "nosniff");
            if (RangeOf(http.Request, blob.Length, sha256) is not { } range)
            {
                headers.ContentRange = $"bytes */{blob.Length}";
                await Refuse(http, "blob.range").ConfigureAwait(false);
                return;
            }
            if (range.IsPart)
            {
                http.Response.StatusCode = StatusCodes.Status206PartialContent;
                headers.ContentRange = $"bytes {range.From}-{range.To}/{blob.Length}";
            }
            http.Response.ContentType = blob.Type;
            http.Response.ContentLength = range.To - range.From + 1;
            file.Seek(range.From, SeekOrigin.Begin);
            await Send(http, file, range.To - range.From + 1, spki, sha256, sent).ConfigureAwait(false);
        }
    }

    private async Task Send(HttpContext http, FileStream file, long left, string spki, string sha256, Sent sent)
    {
        var buffer = new byte[64 * 1024];
        while (left > 0)
        {
            if (await NextSlice(spki, sha256, http.RequestAborted).ConfigureAwait(false) is not { } slice)
            {
                http.Abort();
                return;
            }
            await Pause(slice.Wait, http.RequestAborted).ConfigureAwait(false);
            var want = (int)Math.Min(Math.Min(slice.Bytes, buffer.Length), left);
            await file.ReadExactlyAsync(buffer.AsMemory(0, want), http.RequestAborted).ConfigureAwait(false);
            await http.Response.Body.WriteAsync(buffer.AsMemory(0, want), http.RequestAborted).ConfigureAwait(false);
            await http.Response.Body.FlushAsync(http.RequestAborted).ConfigureAwait(false);
            left -= want;
            sent.Bytes += want;
        }
    }

    /// <summary>The next slice, or null when the lane has closed or bundles leave no room for too long.</summary>
    private async Task<BlobTurn?> NextSlice(string spki, string sha256, CancellationToken token)
    {
        for (var waited = TimeSpan.Zero; waited < Patience; waited += AskAgain)
        {
            var answer = await door.Ask(new ServeBlob(spki, sha256, Slice: true), token).ConfigureAwait(false);
            if (answer.Blob is not null || answer.Code != "blob.later")
                return answer.Blob;
            await Pause(AskAgain, token).ConfigureAwait(false);
        }
        return null;
    }

    private static async Task Pause(TimeSpan wait, CancellationToken token)
    {
        if (wait > TimeSpan.Zero)
            await Never.WaitAsync(wait, token).ConfigureAwait(false);
    }

    private async Task Tell(Did peer, long bytes)
    {
        if (bytes == 0)
            return;
        try
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await door.Ask(new BlobServed(peer, bytes), soon.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // The cabinet is being closed: only a figure of a table is not counted.
        }
    }

    /// <summary>
    /// One range <c>a-</c> or <c>a-b</c>, or all of it when there is none, none that we understand, or the condition is about other bytes; null when it begins
    /// behind the end (RFC 9110, 14.2 and 15.5.17).
    /// </summary>
    internal static (long From, long To, bool IsPart)? RangeOf(HttpRequest request, long length, string sha256)
    {
        var all = (0L, length - 1, false);
        var text = request.Headers.Range.ToString();
        var condition = request.Headers.IfRange.ToString();
        if (!text.StartsWith("bytes=", StringComparison.Ordinal) || (condition.Length > 0 && condition != $"\"{sha256}\""))
            return all;
        var ends = text["bytes=".Length..].Split('-');
        if (ends.Length != 2 || Number(ends[0]) is not { } from || (ends[1].Length > 0 && Number(ends[1]) is null))
            return all;
        var to = Math.Min(Number(ends[1]) ?? length - 1, length - 1);
        return from >= length ? null
            : to < from ? all
            : (from, to, true);
    }

    private static long? Number(string digits) =>
        digits.Length is > 0 and <= 15 && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private bool Enter(Did peer)
    {
        lock (_running)
        {
            var mine = _running.GetValueOrDefault(peer);
            if (mine >= MostPerPeer || _running.Values.Sum() >= Most)
                return false;
            _running[peer] = mine + 1;
            return true;
        }
    }

    private void Leave(Did peer)
    {
        lock (_running)
        {
            if (--_running[peer] == 0)
                _running.Remove(peer);
        }
    }

    private static async Task Refuse(HttpContext http, string code)
    {
        http.Response.StatusCode = code switch
        {
            "peer.not_enrolled" => StatusCodes.Status403Forbidden,
            "blob.range" => StatusCodes.Status416RangeNotSatisfiable,
            "blob.busy" or "blob.held" => StatusCodes.Status429TooManyRequests,
            "store.full" or "store.failed" => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status404NotFound,
        };
        if (http.Response.StatusCode == StatusCodes.Status429TooManyRequests)
            http.Response.Headers.RetryAfter = "5";
        http.Response.ContentType = "text/plain";
        await http.Response.WriteAsync(code, http.RequestAborted).ConfigureAwait(false);
    }

    private sealed class Sent
    {
        public long Bytes { get; set; }
    }
}
