using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace EdgeNode.Appliance.Demo;

/// <summary>What a door answered.</summary>
/// <param name="Cookie">"name=value" of a cookie that was set, or null.</param>
internal sealed record HttpAnswer(int Status, byte[] Body, string? Cookie)
{
    public bool IsDone => Status is >= 200 and < 300;
}

/// <summary>
/// The two doors of one cabinet as its visitors reach them: residents by http, stewards by https with exactly the key that stands in the cabinet's certificate
/// file. Shared by everybody who visits; cookies are the visitors' own.
/// </summary>
internal sealed class CabinetHttp : IDisposable
{
    /// <summary>Connections to one door: a few phones on one access point, not hundreds.</summary>
    private const int Connections = 12;

    private const int MostAnswerBytes = 16 << 20;
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(2);

    private readonly HttpClient _residents;
    private readonly HttpClient _stewards;
    private readonly string _certificateFile;

    public CabinetHttp(CabinetPlace place, TimeSpan requestWithin)
    {
        _certificateFile = place.CertificateFile;
        _residents = Client(place.Residents, requestWithin, null);
        _stewards = Client(place.Stewards, requestWithin, IsPinned);
    }

    /// <summary>
    /// One request, tried once. Null when the door was not there or went away: what was asked for may then have happened or not.
    /// </summary>
    public async Task<HttpAnswer?> TryAsync(
        bool asSteward,
        HttpMethod method,
        string path,
        string? cookie,
        byte[]? json,
        CancellationToken token
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);
        if (json is not null)
            request.Content = new ByteArrayContent(json)
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            };
        try
        {
            using var response = await (asSteward ? _stewards : _residents).SendAsync(request, token);
            return new HttpAnswer(
                (int)response.StatusCode,
                await response.Content.ReadAsByteArrayAsync(token),
                CookieOf(response)
            );
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            return null; // the request's own time was over
        }
    }

    public void Dispose()
    {
        _residents.Dispose();
        _stewards.Dispose();
    }

    private static HttpClient Client(Uri door, TimeSpan within, RemoteCertificateValidationCallback? pin)
    {
        var handler = new SocketsHttpHandler
        {
            UseCookies = false,
            AllowAutoRedirect = false,
            UseProxy = false,
            ConnectTimeout = ConnectWithin,
            MaxConnectionsPerServer = Connections,
        };
        if (pin is not null)
            handler.SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = pin };
        return new HttpClient(handler)
        {
            BaseAddress = door,
            Timeout = within,
            MaxResponseContentBufferSize = MostAnswerBytes,
        };
    }

    /// <summary>Self-signed by design: trusted is the one key that the cabinet's own file names, and nothing else about the certificate.</summary>
    private bool IsPinned(object sender, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors)
    {
        if (shown is null)
            return false;
        using var pinned = X509Certificate2.CreateFromPem(File.ReadAllText(_certificateFile));
        return pinned.GetPublicKey().AsSpan().SequenceEqual(shown.GetPublicKey());
    }

    /// <summary>The value of the last cookie that was set, not of one that was taken back.</summary>
    private static string? CookieOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Set-Cookie", out var cookies)
            ? cookies.Select(c => c.Split(';')[0].Trim()).LastOrDefault(c => !c.EndsWith('='))
            : null;
}
