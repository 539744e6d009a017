using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace EdgeNode.Appliance.Web;

/// <summary>What a handler answers; written once all checks and the handler are done.</summary>
public abstract class Reply
{
    /// <summary>A page.</summary>
    public static Reply Page(Html page, int status = 200) => new PageReply(page, status);

    /// <summary>See other: after an act the browser fetches a page, so that reload does not act again.</summary>
    /// <param name="path">A path of ours, written by us; never from a request.</param>
    public static Reply Go(string path) => new GoReply(path);

    /// <summary>JSON.</summary>
    public static Reply Json<T>(T value, JsonTypeInfo<T> type, int status = 200) => new JsonReply<T>(value, type, status);

    /// <summary>The JSON form of a refusal.</summary>
    public static Reply Refused(int status, Refusal refusal) =>
        Json(new ErrorJson(refusal.Code, refusal.Text), Api.WebJson.Safe.ErrorJson, status);

    /// <summary>Done, nothing to say.</summary>
    public static Reply NoContent { get; } = new EmptyReply(204);

    /// <summary>Plain text.</summary>
    public static Reply Text(string text, string contentType = "text/plain; charset=utf-8", int status = 200) =>
        new TextReply(text, contentType, status);

    /// <summary>Bytes that the browser saves under a name of ours.</summary>
    public static Reply Download(byte[] bytes, string name) => new DownloadReply(bytes, name);

    /// <summary>A picture by its hash: it never changes, so the browser keeps it; only the one who is signed in.</summary>
    public static Reply Picture(byte[] bytes, string type) => new PictureReply(bytes, type);

    /// <summary>An embedded file; cached for a year when asked for by its tag, otherwise checked each time.</summary>
    public static Reply File(Asset asset) => new FileReply(asset);

    /// <summary>Writes the answer by hand (server-sent events).</summary>
    public static Reply Stream(Func<HttpContext, Task> write) => new StreamReply(write);

    /// <summary>Writes status, headers and body.</summary>
    public abstract Task Write(HttpContext http);

    private sealed class PageReply(Html page, int status) : Reply
    {
        public override async Task Write(HttpContext http)
        {
            http.Response.StatusCode = status;
            http.Response.ContentType = "text/html; charset=utf-8";
            page.WriteTo(http.Response.BodyWriter);
            await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        }
    }

    private sealed class GoReply(string path) : Reply
    {
        public override Task Write(HttpContext http)
        {
            http.Response.StatusCode = StatusCodes.Status303SeeOther;
            http.Response.Headers.Location = path;
            return Task.CompletedTask;
        }
    }

    private sealed class JsonReply<T>(T value, JsonTypeInfo<T> type, int status) : Reply
    {
        public override async Task Write(HttpContext http)
        {
            http.Response.StatusCode = status;
            http.Response.ContentType = "application/json; charset=utf-8";
            await JsonSerializer.SerializeAsync(http.Response.Body, value, type, http.RequestAborted);
        }
    }

    private sealed class EmptyReply(int status) : Reply
    {
        public override Task Write(HttpContext http)
        {
            http.Response.StatusCode = status;
            return Task.CompletedTask;
        }
    }

    private sealed class TextReply(string text, string contentType, int status) : Reply
    {
        public override Task Write(HttpContext http)
        {
            http.Response.StatusCode = status;
            http.Response.ContentType = contentType;
            return http.Response.WriteAsync(text, http.RequestAborted);
        }
    }

    private sealed class FileReply(Asset asset) : Reply
    {
        public override async Task Write(HttpContext http)
        {
            var (request, response) = (http.Request, http.Response);
            var tag = $"\"{asset.Tag}\"";
            response.Headers.ETag = tag;
            response.Headers.Vary = "Accept-Encoding";
            response.Headers.CacheControl = request.Query["v"] == asset.Tag ? "public, max-age=31536000, immutable" : "no-cache";
            if (request.Headers.IfNoneMatch.ToString().Contains(tag, StringComparison.Ordinal))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }

            var packed = request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
            var bytes = packed ? asset.Gzip : asset.Bytes;
            if (packed)
            {
                response.Headers.ContentEncoding = "gzip";
            }

            response.ContentType = asset.ContentType;
            response.ContentLength = bytes.Length;
            await response.Body.WriteAsync(bytes, http.RequestAborted);
        }
    }

    private sealed class DownloadReply(byte[] bytes, string name) : Reply
    {
        public override async Task Write(HttpContext http)
        {
            http.Response.ContentType = "application/octet-stream";
            http.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
            http.Response.ContentLength = bytes.Length;
            await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
        }
    }

    private sealed class PictureReply(byte[] bytes, string type) : Reply
    {
        public override async Task Write(HttpContext http)
        {
            http.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
            http.Response.ContentType = type;
            http.Response.ContentLength = bytes.Length;
            await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
        }
    }

    private sealed class StreamReply(Func<HttpContext, Task> write) : Reply
    {
        public override Task Write(HttpContext http) => write(http);
    }
}

/// <summary>An error of the JSON interface: a code for programs and runbooks, a sentence for people.</summary>
public sealed record ErrorJson(string Code, string Text);
