using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace EdgeNode.Tests.System.Hosts;

/// <summary>What a door answered: status and JSON, if it was JSON.</summary>
internal sealed record Answered(int Status, JsonNode? Json, string Text)
{
    public bool IsDone => Status is >= 200 and < 300;

    /// <summary>The code of a refusal.</summary>
    public string Code => (string?)(Json as JsonObject)?["code"] ?? "";

    public string this[string field] => (string?)Json![field] ?? "";
}

/// <summary>
/// One visitor of a cabinet's public doors, with a cookie jar of its own: a resident by http or a steward by https with the cabinet's own certificate
/// pinned. It knows nothing but what a phone could know.
/// </summary>
internal sealed class CabinetVisitor : IDisposable
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(60);
    private readonly HttpClient _http;

    private CabinetVisitor(Uri door, string? certificateFile)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            CookieContainer = new CookieContainer(),
        };
        if (certificateFile is not null)
            handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => IsPinned(shown, certificateFile);
        _http = new HttpClient(handler) { BaseAddress = door, Timeout = AnswerWithin };
    }

    public static CabinetVisitor Resident(CabinetProcess cabinet) =>
        new(new Uri($"http://{cabinet.Address}:{cabinet.ResidentsPort}/"), null);

    /// <summary>A steward who has signed in with the code that the cabinet printed, or was told when it was made.</summary>
    public static async Task<CabinetVisitor> StewardAsync(CabinetProcess cabinet, string? code = null)
    {
        var steward = new CabinetVisitor(new Uri($"https://{cabinet.Address}:{cabinet.StewardsPort}/"), cabinet.CertificateFile);
        var session = await steward.PostAsync("api/steward/session", new JsonObject { ["code"] = code ?? cabinet.StewardsCode });
        Assert.True(session.IsDone, $"The steward could not sign in: {session}");
        return steward;
    }

    /// <summary>Makes a card; the code is what opens it.</summary>
    public Task<Answered> JoinAsync(string label) => PostAsync("api/join", new JsonObject { ["label"] = label });

    /// <summary>Shows the card.</summary>
    public Task<Answered> SignInAsync(string code) => PostAsync("api/session", new JsonObject { ["code"] = code });

    public Task<Answered> OfferAsync(string title) =>
        PostAsync(
            "api/offerings",
            new JsonObject
            {
                ["category"] = "test/thing",
                ["title"] = title,
                ["share"] = "here",
            }
        );

    /// <summary>An offering that must be taken.</summary>
    public async Task PostsAsync(string title)
    {
        var answered = await OfferAsync(title);
        Assert.True(answered.Status == 201, answered.ToString());
    }

    public Task<Answered> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    public Task<Answered> PostAsync(string path, JsonObject body) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) });

    /// <summary>Gives a file by the form of a page, as a browser does; the status.</summary>
    public async Task<int> UploadAsync(string page, string field, byte[] file)
    {
        var shown = (await GetAsync(page)).Text;
        const string Mark = "name=\"_t\" value=\"";
        var at = shown.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length;
        using var form = new MultipartFormDataContent
        {
            { new StringContent(shown[at..shown.IndexOf('"', at)]), "_t" },
            { new ByteArrayContent(file), field, "file" },
        };
        using var response = await _http.PostAsync(new Uri(page, UriKind.Relative), form);
        return (int)response.StatusCode;
    }

    /// <summary>What is at a path, when it is there.</summary>
    public async Task<byte[]?> BytesAsync(string path)
    {
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative));
        return response.IsSuccessStatusCode ? await response.Content.ReadAsByteArrayAsync() : null;
    }

    /// <summary>Null when nobody answered: what was asked for may then have happened or not.</summary>
    public static async Task<Answered?> TryAsync(Task<Answered> request)
    {
        try
        {
            return await request;
        }
        catch (Exception gone) when (gone is HttpRequestException or IOException or TaskCanceledException)
        {
            return null;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<Answered> SendAsync(HttpRequestMessage request)
    {
        using var sent = request;
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var isJson = response.Content.Headers.ContentType?.MediaType == "application/json";
        return new Answered((int)response.StatusCode, isJson ? JsonNode.Parse(text) : null, text);
    }

    internal static bool IsPinned(X509Certificate? shown, string certificateFile)
    {
        using var pinned = X509Certificate2.CreateFromPem(File.ReadAllText(certificateFile));
        return shown is not null && pinned.GetPublicKey().AsSpan().SequenceEqual(shown.GetPublicKey());
    }
}
