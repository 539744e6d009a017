using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using EdgeNode.Appliance.Io;
using EdgeNode.Appliance.Web.Api;

namespace EdgeNode.Appliance.Cli;

/// <summary>A command as a steward at the stewards' door of the running cabinet on this machine, whose certificate file is pinned.</summary>
internal sealed class StewardClient : IDisposable
{
    private const int MostAnswerBytes = 8 << 20;
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromMinutes(2);

    private readonly HttpClient _http;
    private readonly Uri _door;
    private string? _cookie;

    private StewardClient(Uri door, string certificateFile)
    {
        _door = door;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => IsPinned(shown, certificateFile);
        _http = new HttpClient(handler)
        {
            BaseAddress = door,
            Timeout = AnswerWithin,
            MaxResponseContentBufferSize = MostAnswerBytes,
        };
    }

    /// <summary>Signs in with the stewards' code.</summary>
    /// <exception cref="CourierException">The cabinet does not run, or the code opens nothing.</exception>
    public static async Task<StewardClient> OpenAsync(Settings settings, string dataFolder, string code, CancellationToken token)
    {
        var certificate = Path.Combine(dataFolder, "node.crt");
        if (!File.Exists(certificate))
            throw new CourierException("folder.missing", $"There is no cabinet in {dataFolder}: {certificate} is missing.");
        var host =
            settings.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
                ? $"[{settings.Address}]"
                : $"{settings.Address}";
        var client = new StewardClient(new Uri($"https://{host}:{settings.StewardsPort}/"), certificate);
        try
        {
            await client
                .SendAsync(HttpMethod.Post, "api/steward/session", new CodeRequest(code), WebJson.Safe.CodeRequest, token)
                .ConfigureAwait(false);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken token) =>
        Parse(await SendAsync<CodeRequest>(HttpMethod.Get, path, null, null, token).ConfigureAwait(false), type);

    public async Task<TAnswer> PostAsync<TBody, TAnswer>(
        string path,
        TBody body,
        JsonTypeInfo<TBody> type,
        JsonTypeInfo<TAnswer> answer,
        CancellationToken token
    ) => Parse(await SendAsync(HttpMethod.Post, path, body, type, token).ConfigureAwait(false), answer);

    public Task PostAsync<TBody>(string path, TBody body, JsonTypeInfo<TBody> type, CancellationToken token) =>
        SendAsync(HttpMethod.Post, path, body, type, token);

    public void Dispose() => _http.Dispose();

    private async Task<byte[]> SendAsync<T>(
        HttpMethod method,
        string path,
        T? body,
        JsonTypeInfo<T>? type,
        CancellationToken token
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (_cookie is not null)
            request.Headers.Add("Cookie", _cookie);
        if (type is not null)
            request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body!, type))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            };
        try
        {
            using var response = await _http.SendAsync(request, token).ConfigureAwait(false);
            var bytes = await response.Content.ReadAsByteArrayAsync(token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
                throw Refused(bytes, (int)response.StatusCode);
            if (response.Headers.TryGetValues("Set-Cookie", out var cookies))
                _cookie = cookies.Select(c => c.Split(';')[0]).LastOrDefault(c => !c.EndsWith('=')) ?? _cookie;
            return bytes;
        }
        catch (HttpRequestException e)
        {
            throw new CourierException(
                "cabinet.silent",
                $"The cabinet does not answer at {_door}. Start it first, or name its settings with --config.",
                e
            );
        }
    }

    private static CourierException Refused(byte[] body, int status)
    {
        try
        {
            if (JsonSerializer.Deserialize(body, WebJson.Safe.ErrorJson) is { } error)
                return new CourierException(error.Code, error.Text);
        }
        catch (JsonException)
        {
            // Not an answer of the interface: the status has to do.
        }
        return new CourierException("cabinet.refused", $"The cabinet answered with status {status}.");
    }

    private static T Parse<T>(byte[] bytes, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, type) ?? throw new JsonException("an empty answer");
        }
        catch (JsonException e)
        {
            throw new CourierException(
                "cabinet.other_version",
                "The cabinet answered in a form that this program does not know.",
                e
            );
        }
    }

    private static bool IsPinned(X509Certificate? shown, string certificateFile)
    {
        if (shown is null)
            return false;
        using var pinned = X509Certificate2.CreateFromPem(File.ReadAllText(certificateFile));
        return pinned.GetPublicKey().AsSpan().SequenceEqual(shown.GetPublicKey());
    }
}
