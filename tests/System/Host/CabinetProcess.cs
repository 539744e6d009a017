using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeNode.Tests.System.Brokers;

namespace EdgeNode.Tests.System.Hosts;

/// <summary>How a start that was meant to fail, or a whole run, ended.</summary>
internal sealed record Ended(int Code, string Output, string Error)
{
    public override string ToString() => $"exit code {Code}; standard error: {Error}; standard output: {Output}";
}

/// <summary>
/// A cabinet as a steward runs it: its own loopback address, free ports, a folder of its own, and the real program as a process. May be started, killed
/// and started again; at the end nothing of it is left, no broker either.
/// </summary>
internal sealed class CabinetProcess : IAsyncDisposable
{
    /// <summary>A start takes a third of a second; a machine that does a lot besides may take long.</summary>
    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(90);
    private static int _made;

    private readonly string _program;
    private readonly Dictionary<string, string> _settings;
    private Running? _running;

    private CabinetProcess(string program)
    {
        _program = program;
        Address = IPAddress.Parse($"127.0.0.{50 + Interlocked.Increment(ref _made) % 10}");
        Folder = Directory.CreateTempSubdirectory("edgenode-host-").FullName;
        Data = Path.Combine(Folder, "data");
        Ports = FreePorts(Address, DoorKeys.Length);
        _settings = new(StringComparer.Ordinal)
        {
            ["cabinet:version"] = "1",
            ["cabinet:name"] = "Test cabinet",
            ["network:address"] = Address.ToString(),
            ["network:discovery"] = "no",
            ["residents:join"] = "open",
            ["matching:plan"] = "manual",
            ["timing:pace"] = "demo",
        };
        foreach (var (key, port) in DoorKeys.Zip(Ports))
            _settings[key] = port.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The five doors, as the settings file names them.</summary>
    public static readonly string[] DoorKeys =
    [
        "network:residents",
        "network:stewards",
        "network:pairing",
        "network:peers",
        "network:broker",
    ];

    public IPAddress Address { get; }
    public string Folder { get; }

    /// <summary>The data folder; may be moved before the first start, into a small file system for instance.</summary>
    public string Data { get; set; }
    public IReadOnlyList<int> Ports { get; }
    public int ResidentsPort => Ports[0];
    public int StewardsPort => Ports[1];
    public int PairingPort => Ports[2];
    public int PeersPort => Ports[3];
    public string Config => Path.Combine(Folder, "cabinet.ini");

    /// <summary>Given to --config instead of our own file, when set.</summary>
    public string? OtherConfig { get; set; }
    public string Database => Path.Combine(SeenData ?? Data, "edgenode.db");

    /// <summary>The data folder as this process sees it, where the cabinet sees another file system.</summary>
    public string? SeenData { get; set; }
    public string CertificateFile => Path.Combine(SeenData ?? Data, "node.crt");

    /// <summary>The folder the program is started in; an init system starts it in "/".</summary>
    public string StartedIn { get; set; } = "/";
    public string Output => _running?.Output ?? "";
    public string Error => _running?.Error ?? "";

    /// <summary>Lines that the program has printed in this life.</summary>
    public int Lines => _running!.Lines().Count;

    public int ProcessId => _running!.Id;

    /// <summary>It does not run, or not any more.</summary>
    public bool HasEnded => _running?.HasEnded ?? true;

    /// <summary>Processor time of this life, all threads.</summary>
    public TimeSpan ProcessorTime => _running!.ProcessorTime;

    /// <summary>How long the last start took until the line "ready".</summary>
    public TimeSpan StartTook { get; private set; }

    /// <summary>The code that the first start printed, once.</summary>
    public string StewardsCode { get; private set; } = "";

    public static CabinetProcess Make(string? program = null) => new(program ?? Binaries.Built);

    public static async Task<CabinetProcess> StartNewAsync(string? program = null)
    {
        var cabinet = Make(program);
        try
        {
            await cabinet.StartAsync();
            return cabinet;
        }
        catch
        {
            await cabinet.DisposeAsync();
            throw;
        }
    }

    /// <summary>Another line of the settings file: "section:key".</summary>
    public void Set(string key, string? value)
    {
        if (value is null)
            _settings.Remove(key);
        else
            _settings[key] = value;
    }

    /// <summary>Starts it and returns when it says "ready".</summary>
    public async Task StartAsync(string[]? before = null, string[]? more = null)
    {
        var clock = Stopwatch.StartNew();
        var running = Launch(before ?? [], more ?? []);
        await Until.HoldsAsync(
            () => running.Says("ready") || running.HasEnded,
            $"the cabinet says ready; it said: {running.Output} {running.Error}",
            StartWithin
        );
        StartTook = clock.Elapsed;
        Assert.True(running.Says("ready"), $"The cabinet did not start: {running.Error} {running.Output}");
        const string Code = "stewards' code: ";
        if (running.Lines().FirstOrDefault(line => line.StartsWith(Code, StringComparison.Ordinal)) is { } line)
            StewardsCode = line[Code.Length..].Trim();
    }

    /// <summary>Starts it and returns when the program has printed so many lines, ready or not.</summary>
    public async Task StartUntilLineAsync(int lines)
    {
        var running = Launch([], []);
        await Until.HoldsAsync(
            () => running.Lines().Count >= lines || running.Says("ready") || running.HasEnded,
            $"the cabinet prints {lines} lines",
            StartWithin
        );
    }

    /// <summary>A start that is meant to end by itself.</summary>
    /// <param name="before">A program that starts ours: <c>unshare</c>, <c>faketime</c>.</param>
    /// <param name="more">Options after those of every start.</param>
    public async Task<Ended> RunAsync(string[]? before = null, string[]? more = null)
    {
        var running = Launch(before ?? [], more ?? []);
        await Until.HoldsAsync(() => running.HasEnded, $"the program ends; it said: {running.Output} {running.Error}", EndWithin);
        return await running.EndAsync();
    }

    /// <summary>A start that may be refused or not: null when it runs.</summary>
    public async Task<Ended?> StartOrEndAsync(string[] before)
    {
        var running = Launch(before, []);
        await Until.HoldsAsync(() => running.HasEnded || running.Says("ready"), "the cabinet is ready or ends", StartWithin);
        return running.HasEnded ? await running.EndAsync() : null;
    }

    /// <summary>kill -9, at once. Returns when the process is gone.</summary>
    public async Task KillAsync()
    {
        _running!.Kill();
        await _running.EndAsync();
    }

    /// <summary>What Ctrl-C does.</summary>
    public async Task<Ended> StopAsync()
    {
        await Foreign.RunAsync("kill", "-INT", $"{_running!.Id}");
        return await _running.EndAsync();
    }

    /// <summary>The process ids of every broker that runs with this cabinet's configuration.</summary>
    public IReadOnlyList<int> Brokers()
    {
        var config = Path.Combine(Data, "broker", "mosquitto.conf");
        return
        [
            .. Directory
                .GetDirectories("/proc")
                .Select(path => int.TryParse(Path.GetFileName(path), out var id) ? id : 0)
                .Where(id => id > 0 && CommandLine(id).Contains(config)),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        if (_running is { HasEnded: false })
            await KillAsync();
        _running?.Dispose();
        await Until.HoldsAsync(() => Brokers().Count == 0, "no broker of the cabinet is left");
        Directory.Delete(Folder, recursive: true);
    }

    private Running Launch(string[] before, string[] more)
    {
        Assert.True(_running is null or { HasEnded: true }, "The cabinet runs already.");
        _running?.Dispose();
        File.WriteAllText(Config, Ini());
        return _running = new Running(
            [.. before, _program, "run", "--data", Data, "--config", OtherConfig ?? Config, .. more],
            StartedIn
        );
    }

    private string Ini()
    {
        var text = new StringBuilder();
        foreach (var section in _settings.GroupBy(pair => pair.Key.Split(':')[0]))
        {
            text.Append(CultureInfo.InvariantCulture, $"[{section.Key}]\n");
            foreach (var (key, value) in section)
                text.Append(CultureInfo.InvariantCulture, $"{key.Split(':')[1]}={value}\n");
        }
        return text.ToString();
    }

    private static string[] CommandLine(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Split('\0');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Ports nobody listens on now, all different: they are held together until all are found.</summary>
    private static int[] FreePorts(IPAddress address, int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(address, 0)).ToArray();
        foreach (var listener in listeners)
            listener.Start();
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners)
            listener.Dispose();
        return ports;
    }
}
