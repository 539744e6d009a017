using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace EdgeNode.Appliance.Web;

/// <summary>What a door is told when it is made.</summary>
public sealed record DoorOptions
{
    /// <summary>"r" at the residents' door, "s" at the stewards'; part of the cookie names.</summary>
    public required string Letter { get; init; }

    /// <summary>True where connections are encrypted: cookies are then marked Secure.</summary>
    public required bool Https { get; init; }

    /// <summary>The node's DID; eight of its characters stand in the cookie names, because cookies ignore ports.</summary>
    public required string Did { get; init; }

    /// <summary>Names and addresses this cabinet is called by, without ports. The address a connection came in on always counts too.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Where residents reach this cabinet, printed on cards: <c>http://box.lan</c>. Empty: as the present visitor came.</summary>
    public string ResidentAddress { get; init; } = "";

    /// <summary>Longest request body at the stewards' door: what a courier brought comes in one form of up to 1 MiB.</summary>
    public const int StewardsMaxBody = 1024 * 1024;

    /// <summary>Longest request body in bytes (default 64 KiB, at the stewards' door 1 MiB).</summary>
    public int MaxBody => Letter == "s" ? StewardsMaxBody : 64 * 1024;

    /// <summary>Where a fault of ours is written (default: nowhere; the host gives the node's log).</summary>
    public Action<Exception> Report { get; init; } = _ => { };
}

/// <summary>Who may use a route.</summary>
public enum Access
{
    Anyone,
    SignedIn,
}

/// <summary>What a route's request carries.</summary>
public enum Carries
{
    Nothing,
    Form,
    Json,
}

/// <summary>One route of a door. The table of them is compared with openapi.json and attacked route by route in tests.</summary>
public sealed record WebRoute(string Method, string Pattern, Access Access, Carries Carries, Func<Visit, Task<Reply>> Handle)
{
    /// <summary>True for the JSON interface, whose errors are JSON.</summary>
    public bool IsApi => Pattern.StartsWith("/api/", StringComparison.Ordinal) || Pattern == "/metrics";

    /// <summary>True when the route may change something.</summary>
    public bool Mutates => Method is not "GET";

    /// <summary>Longest body in bytes where it is another than the door's.</summary>
    public int? MaxBody { get; init; }
}

/// <summary>
/// One of the two web doors: its routes, its sessions, and the checks every request passes before a handler sees it. Handlers
/// are pure but for the desk; everything a hostile page on the same Wi-Fi could try is answered here, once.
/// </summary>
public sealed class Door : IDisposable
{
    private readonly List<WebRoute> _routes = [];
    private readonly byte[] _tokenKey = RandomNumberGenerator.GetBytes(32);
    private readonly HashSet<string> _hosts;

    public Door(DoorOptions options, IDesk desk, LiveHub live, TimeProvider clock)
    {
        Options = options;
        Desk = desk;
        Live = live;
        Clock = clock;
        Sessions = new Sessions(clock);
        Limit = new SignInLimit(clock);
        Suggestions = new SuggestLimit(clock);
        _hosts = new HashSet<string>(options.Hosts, StringComparer.OrdinalIgnoreCase);
        var mark = options.Did.Split(':')[^1];
        var did8 = mark.Length > 8 ? mark[..8] : mark;
        SessionCookie = $"en-{options.Letter}-{did8}";
        VisitorCookie = $"en-{options.Letter}v-{did8}";
    }

    public DoorOptions Options { get; }
    public IDesk Desk { get; }
    public LiveHub Live { get; }
    public TimeProvider Clock { get; }
    public Sessions Sessions { get; }
    public SignInLimit Limit { get; }
    public SuggestLimit Suggestions { get; }

    /// <summary>Name of the cookie of a signed-in session.</summary>
    public string SessionCookie { get; }

    /// <summary>Name of the cookie that ties a form to the browser it was shown in before anybody signed in.</summary>
    public string VisitorCookie { get; }

    /// <summary>True at the stewards' door.</summary>
    public bool IsSteward => Options.Letter == "s";

    /// <summary>Every route, in the order they were added.</summary>
    public IReadOnlyList<WebRoute> Routes => _routes;

    public void Get(string pattern, Access access, Func<Visit, Task<Reply>> handle) =>
        _routes.Add(new WebRoute("GET", pattern, access, Carries.Nothing, handle));

    public void Get(string pattern, Access access, Func<Visit, Reply> handle) =>
        Get(pattern, access, v => Task.FromResult(handle(v)));

    /// <summary>A form of ours: needs the form token.</summary>
    public void PostForm(string pattern, Access access, Func<Visit, Task<Reply>> handle, int? maxBody = null) =>
        _routes.Add(new WebRoute("POST", pattern, access, Carries.Form, handle) { MaxBody = maxBody });

    /// <summary>JSON: needs the content type, which makes every other origin's browser ask first and be refused.</summary>
    public void PostJson(string pattern, Access access, Func<Visit, Task<Reply>> handle) =>
        _routes.Add(new WebRoute("POST", pattern, access, Carries.Json, handle));

    public void Delete(string pattern, Access access, Func<Visit, Task<Reply>> handle) =>
        _routes.Add(new WebRoute("DELETE", pattern, access, Carries.Nothing, handle));

    /// <summary>Adds every route to a web application.</summary>
    public void MapTo(IEndpointRouteBuilder web)
    {
        foreach (var route in _routes)
        {
            RequestDelegate run = http => DoorGuard.Run(this, route, http);
            web.MapMethods(route.Pattern, [route.Method], run);
        }
    }

    /// <summary>True when the Host header names this cabinet: another name is DNS rebinding or a mistake.</summary>
    public bool Knows(HostString host, IPAddress? local)
    {
        if (!host.HasValue)
        {
            return false;
        }

        var name = host.Host.Trim('[', ']');
        return _hosts.Contains(name)
            || (IPAddress.TryParse(name, out var address) && local is not null && Plain(address).Equals(Plain(local)));
    }

    /// <summary>The token that forms shown to this cookie carry.</summary>
    public string FormTokenFor(string cookie) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(_tokenKey, Encoding.UTF8.GetBytes(cookie)).AsSpan(0, 16));

    /// <summary>Compares without telling by the time taken how much was right.</summary>
    public bool IsFormToken(string? token, string? cookie) =>
        token is not null
        && cookie is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(FormTokenFor(cookie)));

    public void Dispose() => Sessions.Dispose();

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
