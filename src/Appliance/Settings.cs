using System.Net;
using EdgeNode.Federation;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Appliance;

/// <summary>
/// A cabinet's settings, as its INI file says them. Every field has a default; a fault is a sentence that names section and key. Nothing in it is a
/// secret.
/// </summary>
public sealed record Settings
{
    public const int Version = 1;

    /// <summary>What neighbours and residents call the cabinet (default: Cabinet).</summary>
    public string Name { get; init; } = "Cabinet";

    /// <summary>Who answers for it: a role address will do (norm N1).</summary>
    public string Operator { get; init; } = "the stewards";

    /// <summary>The one address all doors are bound to (default: 127.0.0.1).</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;
    public int ResidentsPort { get; init; } = 8080;
    public int StewardsPort { get; init; } = 8443;
    public int PairingPort { get; init; } = 8444;
    public int PeersPort { get; init; } = 8883;
    public int BrokerPort { get; init; } = 1884;

    /// <summary>Names, beside the address, that browsers may call the cabinet by (default: none).</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Whether anybody on the network may join, or only a steward adds residents (default: steward).</summary>
    public bool OpenJoining { get; init; }

    /// <summary>Whether matching runs start by themselves (default) or only by a steward's command.</summary>
    public bool AutoPlan { get; init; } = true;

    /// <summary>Longest ring, 2 to 4 (default: 3).</summary>
    public int Cap { get; init; } = 3;

    /// <summary>How partners at other cabinets are found: replicate, query or gossip (default: replicate).</summary>
    public FindingMode Mode { get; init; } = FindingMode.Replicate;

    /// <summary>Whether the cabinet is announced and looks for others on the local network (default: yes).</summary>
    public bool Discovery { get; init; } = true;

    /// <summary>Seconds after which a neighbour that floods without a pause is suspended; 0 = never (default: 5).</summary>
    public int FloodPatience { get; init; } = (int)FloodWatch.DefaultPatience.TotalSeconds;

    /// <summary>The broker that carries sealed bundles where no direct link stands (default: none).</summary>
    public RelaySettings? Relay { get; init; }

    /// <summary>Waits of a neighbourhood on one machine instead of those of real links (default: no).</summary>
    public bool DemoPace { get; init; }

    /// <summary>Bill of materials of this cabinet; null = the cabinet does not look at its power (default: none).</summary>
    public string? Bill { get; init; }

    /// <summary>What the commissioning test measured: the level of the mains line that means "there" (high or low; default: not tested).</summary>
    public string? MainsActive { get; init; }

    /// <summary>The day the commissioning test was passed, as it printed it (default: not tested).</summary>
    public string? Commissioned { get; init; }

    /// <summary>A file of timed edges that stands for the mains line in the demo and in tests; null = real lines (default: none).</summary>
    public string? PowerScript { get; init; }

    /// <summary>Address and port at which NUT clients read the battery, such as 127.0.0.1:3493; null = nobody does (default: none).</summary>
    public IPEndPoint? Nut { get; init; }

    /// <summary>The household's MQTT broker, to which Home Assistant's sensors are told; null = nobody is told (default: none).</summary>
    public IPEndPoint? HomeAssistant { get; init; }

    /// <summary>A program that is called with <c>full</c> or <c>reduced</c> and turns 5 GHz and guest radio on or off; null = they are left alone (default: none).</summary>
    public string? Radios { get; init; }

    /// <summary>Folder for the daily copy of the database, best on another disk; null = none (default: none).</summary>
    public string? CopyFolder { get; init; }

    /// <summary>When a steward is alerted (default: <see cref="AlertRule.Default"/>).</summary>
    public IReadOnlyList<AlertRule> Alerts { get; init; } = AlertRule.Default;

    /// <summary>Whether a stop of the cabinet also turns the machine off (default: no; the image says yes).</summary>
    public bool PowerOff { get; init; }

    /// <summary>Reads the settings; <paramref name="get"/> gives the text of <c>section:key</c> or null. Unknown keys are named by the caller.</summary>
    /// <returns>The settings, or the faults found, one sentence each.</returns>
    public static (Settings? Settings, IReadOnlyList<string> Faults) Read(Func<string, string?> get)
    {
        var read = new SettingsReader(get);
        var d = new Settings();
        read.Exactly("cabinet:version", Version);
        var settings = new Settings
        {
            Name = read.Text("cabinet:name", d.Name, 60),
            Operator = read.Text("cabinet:operator", d.Operator, 200),
            Address = read.Address("network:address", d.Address),
            ResidentsPort = read.Port("network:residents", d.ResidentsPort),
            StewardsPort = read.Port("network:stewards", d.StewardsPort),
            PairingPort = read.Port("network:pairing", d.PairingPort),
            PeersPort = read.Port("network:peers", d.PeersPort),
            BrokerPort = read.Port("network:broker", d.BrokerPort),
            Hosts = read.List("network:hosts"),
            Discovery = read.OneOf("network:discovery", "yes", "no") == "yes",
            OpenJoining = read.OneOf("residents:join", "steward", "open") == "open",
            AutoPlan = read.OneOf("matching:plan", "auto", "manual") == "auto",
            Cap = read.Number("matching:cap", d.Cap, 2, 4),
            Mode = FindingModes.Parse(read.OneOf("matching:mode", "replicate", "query", "gossip")) ?? d.Mode,
            FloodPatience = read.Number("peers:flood_patience", d.FloodPatience, 0, 3600),
            Relay = RelaySettings.Read(read),
            DemoPace = read.OneOf("timing:pace", "normal", "demo") == "demo",
            Bill = get("power:bill"),
            MainsActive = get("power:mains_active") is null ? null : read.OneOf("power:mains_active", "high", "low"),
            Commissioned = get("power:commissioned") is null ? null : read.Text("power:commissioned", "", 20),
            PowerScript = get("power:script"),
            Nut = read.EndPoint("power:nut"),
            HomeAssistant = read.EndPoint("power:home_assistant"),
            PowerOff = read.OneOf("power:off", "no", "yes") == "yes",
            Radios = read.FullPath("power:radios"),
            CopyFolder = read.FullPath("store:copy"),
            Alerts = [.. AlertRule.Default.Select(read.Alert).OfType<AlertRule>()],
        };
        read.Distinct(
            settings.ResidentsPort,
            settings.StewardsPort,
            settings.PairingPort,
            settings.PeersPort,
            settings.BrokerPort
        );
        return read.Faults.Count == 0 ? (settings, []) : (null, read.Faults);
    }

    /// <summary>Every key that <see cref="Read"/> knows.</summary>
    public static IReadOnlyList<string> Keys { get; } =
    [
        "cabinet:version",
        "cabinet:name",
        "cabinet:operator",
        "network:address",
        "network:residents",
        "network:stewards",
        "network:pairing",
        "network:peers",
        "network:broker",
        "network:hosts",
        "network:discovery",
        "residents:join",
        "matching:plan",
        "matching:cap",
        "matching:mode",
        "peers:flood_patience",
        "relay:address",
        "relay:user",
        "relay:password_file",
        "relay:ca",
        "relay:peers",
        "timing:pace",
        "power:bill",
        "power:mains_active",
        "power:commissioned",
        "power:script",
        "power:nut",
        "power:home_assistant",
        "power:off",
        "power:radios",
        "store:copy",
        "alerts:charge",
        "alerts:temperature",
        "alerts:disk",
    ];

    /// <summary>The node's waits for these settings.</summary>
    public NodeOptions ToNodeOptions() =>
        PacedOptions() with
        {
            FloodPatience = FloodPatience == 0 ? null : TimeSpan.FromSeconds(FloodPatience),
        };

    private NodeOptions PacedOptions() =>
        DemoPace
            ? new NodeOptions
            {
                Sync = new SyncOptions
                {
                    Ping = TimeSpan.FromSeconds(1),
                    DeadAfter = TimeSpan.FromSeconds(3),
                    Retransmit = TimeSpan.FromSeconds(3),
                    RelayPing = TimeSpan.FromSeconds(2),
                    RelayDeadAfter = TimeSpan.FromSeconds(8),
                    RelayRetransmit = TimeSpan.FromSeconds(5),
                    RelayKept = TimeSpan.FromSeconds(20),
                    RelayCrossing = TimeSpan.FromSeconds(2),
                    Knock = TimeSpan.FromSeconds(10),
                },
                Exchange = new ExchangeOptions
                {
                    Cap = 4,
                    AskAfter = TimeSpan.FromSeconds(5),
                    OpenPerProposer = 500,
                },
                Pairing = new PairingOptions { Retry = TimeSpan.FromSeconds(0.3), RetryMax = TimeSpan.FromSeconds(2) },
                Finding = new FindingOptions
                {
                    Mode = Mode,
                    AnswerWithin = TimeSpan.FromSeconds(5),
                    SummaryEvery = TimeSpan.FromSeconds(0.5),
                    SearchEvery = TimeSpan.FromSeconds(20),
                    ProposeAfter = TimeSpan.FromSeconds(10),
                },
                PlanCap = Cap,
                PlanQuiet = AutoPlan ? TimeSpan.FromSeconds(2) : null,
            }
            : NodeOptions.Default with
            {
                Finding = FindingOptions.Default with { Mode = Mode },
                PlanCap = Cap,
                PlanQuiet = AutoPlan ? NodeOptions.Default.PlanQuiet : null,
            };
}

/// <summary>A relay as the settings name it; the stewards of both cabinets name the same one.</summary>
/// <param name="Doors">Address or name and port; port 8883 with a certificate authority and 1883 without, unless said. A cluster has several, tried in turn.</param>
/// <param name="User">The account at the relay; null = none.</param>
/// <param name="PasswordFile">The file with the account's password.</param>
/// <param name="Authorities">PEM file of the relay's certificate authority; null = no TLS.</param>
/// <param name="Peers">First 13 characters of the DIDs that are reached by it; empty = every neighbour.</param>
public sealed record RelaySettings(
    IReadOnlyList<(string Host, int Port)> Doors,
    string? User,
    string? PasswordFile,
    string? Authorities,
    IReadOnlyList<string> Peers
)
{
    public bool Serves(Wire.Did peer) => Peers.Count == 0 || Peers.Contains(peer.Short);

    internal static RelaySettings? Read(SettingsReader read)
    {
        var addresses = read.List("relay:address");
        if (addresses.Count == 0)
            return null;
        var ca = read.Raw("relay:ca");
        var doors = addresses.Select(a => read.HostAndPort("relay:address", a, ca is null ? 1883 : 8883)).ToArray();
        var peers = read.List("relay:peers");
        return new RelaySettings(
            doors,
            read.Raw("relay:user"),
            read.Raw("relay:password_file"),
            ca,
            peers is ["all"] ? [] : peers
        );
    }
}

/// <summary>Reads values and collects a sentence for each that does not fit.</summary>
internal sealed class SettingsReader(Func<string, string?> get)
{
    private readonly List<string> _faults = [];

    public IReadOnlyList<string> Faults => _faults;

    public string Text(string key, string fallback, int max)
    {
        var text = get(key)?.Trim() ?? fallback;
        if (text.Length == 0 || text.Length > max || !PlainText.Is(text))
            Fault(key, $"needs 1 to {max} characters");
        return text;
    }

    public IPAddress Address(string key, IPAddress fallback)
    {
        if (get(key) is not { } text)
            return fallback;
        if (IPAddress.TryParse(text, out var address))
            return address;
        Fault(key, $"'{text}' is not an IP address such as 192.168.4.1");
        return fallback;
    }

    public IPEndPoint? EndPoint(string key)
    {
        if (get(key) is not { } text)
            return null;
        if (IPEndPoint.TryParse(text, out var at) && at.Port > 0)
            return at;
        Fault(key, $"'{text}' is not an address with a port such as 127.0.0.1:3493");
        return null;
    }

    /// <summary>The words behind a key, or null when there are none.</summary>
    public string? Raw(string key) => get(key)?.Trim() is { Length: > 0 } text ? text : null;

    /// <summary><c>192.0.2.7</c>, <c>relay.example:8883</c> or <c>[2001:db8::7]:1883</c>.</summary>
    public (string Host, int Port) HostAndPort(string key, string text, int port)
    {
        var bare = !text.StartsWith('[') && text.Count(c => c == ':') > 1;
        if (!Uri.TryCreate("mqtt://" + (bare ? $"[{text}]" : text), UriKind.Absolute, out var uri) || uri.AbsolutePath.Length > 1)
        {
            Fault(key, $"'{text}' is not an address such as relay.example:8883");
            return ("", port);
        }
        return (uri.Host.Trim('[', ']'), uri.Port > 0 ? uri.Port : port);
    }

    /// <summary>Null when not set; what is set must begin at the root, for nobody knows where a cabinet is started.</summary>
    public string? FullPath(string key)
    {
        if (get(key)?.Trim() is not { Length: > 0 } text)
            return null;
        if (!Path.IsPathRooted(text))
            Fault(key, $"'{text}' is not a whole path such as /usr/local/bin/NAME");
        return text;
    }

    /// <summary>The steward's levels, or the default's; null when switched off.</summary>
    public AlertRule? Alert(AlertRule fallback)
    {
        var key = "alerts:" + fallback.Name;
        if (get(key)?.Trim() is not { } text)
            return fallback;
        if (text == "off")
            return null;
        if (AlertRule.Parse(fallback.Name, text) is { } rule && rule.LowIsBad == fallback.LowIsBad)
            return rule;
        Fault(
            key,
            $"'{text}' is not two levels such as {fallback.Raise:0}/{fallback.Clear:0} (alert at the first, end at the second), or off"
        );
        return fallback;
    }

    public int Port(string key, int fallback) => Number(key, fallback, 1, 65535);

    public int Number(string key, int fallback, int min, int max)
    {
        if (get(key) is not { } text)
            return fallback;
        if (int.TryParse(text, out var number) && number >= min && number <= max)
            return number;
        Fault(key, $"'{text}' is not a number from {min} to {max}");
        return fallback;
    }

    /// <summary>The first word is the default.</summary>
    public string OneOf(string key, params ReadOnlySpan<string> words)
    {
        var text = get(key)?.Trim().ToLowerInvariant() ?? words[0];
        if (!words.Contains(text))
            Fault(key, $"'{text}' must be {string.Join(" or ", words!)}");
        return text;
    }

    public IReadOnlyList<string> List(string key) =>
        (get(key) ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public void Exactly(string key, int version)
    {
        if (get(key) is { } text && text != version.ToString())
            Fault(key, $"'{text}' is not a version this program knows; it knows {version}");
    }

    public void Distinct(params ReadOnlySpan<int> ports)
    {
        if (ports.ToArray().Distinct().Count() != ports.Length)
            _faults.Add("[network] two doors have the same port; give each its own.");
    }

    private void Fault(string key, string what)
    {
        var parts = key.Split(':');
        _faults.Add($"[{parts[0]}] {parts[1]}: {what}.");
    }
}
