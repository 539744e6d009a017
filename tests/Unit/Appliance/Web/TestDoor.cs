using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using EdgeNode.Appliance.Web;

namespace EdgeNode.Tests.Unit.Appliance.Web;

/// <summary>One of the two doors on a free loopback port, with a cabinet on paper behind it.</summary>
internal sealed class TestDoor : IAsyncDisposable
{
    private readonly OpenDoor _open;

    private TestDoor(OpenDoor open, PaperDesk desk, HandClock clock, LiveHub live)
    {
        (_open, Desk, Clock, Live) = (open, desk, clock, live);
        Base = new Uri(open.Addresses[0]);
    }

    public PaperDesk Desk { get; }
    public HandClock Clock { get; }
    public LiveHub Live { get; }
    public Uri Base { get; }
    public Door Door => _open.Door;
    public List<Exception> Faults { get; } = [];

    public static Task<TestDoor> Residents(PaperDesk? desk = null) => Open(desk ?? PaperDesk.Evening(), "r");

    public static Task<TestDoor> Stewards(PaperDesk? desk = null) => Open(desk ?? PaperDesk.Evening(), "s");

    /// <summary>A browser without cookies.</summary>
    public Browser Visitor() => new(Base);

    /// <summary>A browser in which the resident, or the steward, has signed in by the form.</summary>
    public async Task<Browser> SignedIn()
    {
        var browser = Visitor();
        var path = Door.IsSteward ? "/signin" : "/c";
        var code = Door.IsSteward ? PaperDesk.StewardCode : PaperDesk.AliceCode;
        using var answer = await browser.PostForm("/", path, ("code", code));
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return browser;
    }

    public async ValueTask DisposeAsync() => await _open.DisposeAsync();

    private static async Task<TestDoor> Open(PaperDesk desk, string letter)
    {
        var clock = new HandClock(PaperDesk.Now);
        var live = new LiveHub(TimeProvider.System);
        TestDoor? door = null;
        var options = new DoorOptions
        {
            Letter = letter,
            Https = letter == "s",
            Did = PaperDesk.Did,
            Report = e => door?.Faults.Add(e),
        };
        var at = new IPEndPoint(IPAddress.Loopback, 0);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var open =
            letter == "s"
                ? await WebDoors.OpenStewards(options, desk, live, clock, Certificate(key), at)
                : await WebDoors.OpenResidents(options, desk, live, clock, at);
        return door = new TestDoor(open, desk, clock, live);
    }

    private static X509Certificate2 Certificate(ECDsa key) =>
        new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UnixEpoch,
            new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero)
        );
}

/// <summary>A browser as far as the doors can tell: keeps cookies, follows nothing, sends what a test says.</summary>
internal sealed partial class Browser : IDisposable
{
    private readonly HttpClient _client;
    private readonly CookieContainer _cookies = new();
    private readonly Uri _base;

    public Browser(Uri at)
    {
        _base = at;
        var handler = new SocketsHttpHandler
        {
            CookieContainer = _cookies,
            AllowAutoRedirect = false,
            UseProxy = false,
            SslOptions = new()
            {
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null && shown.Issuer == shown.Subject,
            },
        };
        _client = new HttpClient(handler) { BaseAddress = at, Timeout = TimeSpan.FromSeconds(20) };
    }

    public IEnumerable<Cookie> Cookies => _cookies.GetCookies(_base);

    public string Origin => _base.GetLeftPart(UriPartial.Authority);

    public void SetCookie(string name, string value) => _cookies.Add(_base, new Cookie(name, value));

    public Task<HttpResponseMessage> Get(string path) => _client.GetAsync(new Uri(path, UriKind.Relative));

    public async Task<string> Page(string path)
    {
        using var answer = await Get(path);
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>The form token that the page at a path carries.</summary>
    public async Task<string> TokenOn(string page) => TokenField().Match(await Page(page)).Groups[1].Value;

    /// <summary>Loads a page and posts a form of it as a browser does, with Origin and token.</summary>
    public async Task<HttpResponseMessage> PostForm(string page, string path, params (string Name, string Value)[] fields)
    {
        var token = await TokenOn(page);
        return await Send(HttpMethod.Post, path, FormOf([("_t", token), .. fields]), ("Origin", Origin));
    }

    public Task<HttpResponseMessage> PostJson(string path, string json) =>
        Send(HttpMethod.Post, path, new StringContent(json, Encoding.UTF8, "application/json"));

    public async Task<HttpResponseMessage> Send(
        HttpMethod method,
        string path,
        HttpContent? content,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await _client.SendAsync(request);
    }

    public Task<Stream> Stream(string path) => _client.GetStreamAsync(new Uri(path, UriKind.Relative));

    public static FormUrlEncodedContent FormOf(params (string Name, string Value)[] fields) =>
        new(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));

    public void Dispose() => _client.Dispose();

    [GeneratedRegex("name=\"_t\" value=\"([0-9a-f]{32})\"")]
    private static partial Regex TokenField();
}
