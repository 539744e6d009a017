using System.Text.Json.Serialization;
using EdgeNode.Hardware;
using EdgeNode.Hardware.Io;

namespace EdgeNode.Appliance.Cli;

/// <summary>The hardware thread for the length of one command, with the latest reading of each sensor.</summary>
internal sealed class HwSession : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Reading> _latest = new(StringComparer.Ordinal);
    private readonly AutoResetEvent _news = new(false);
    private readonly Action<Reading>? _each;

    public HwSession(IReadOnlyList<DeviceSpec> specs, Action<Reading>? each = null, string? watchdog = null)
    {
        _each = each;
        Thread = new HardwareThread(specs, Take, HardwareOptions.Default with { Watchdog = watchdog });
        Thread.Start();
    }

    public HardwareThread Thread { get; }

    public IReadOnlyList<Reading> Latest
    {
        get
        {
            lock (_lock)
                return [.. _latest.Values.OrderBy(r => r.Sensor.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>Waits until something is true of the latest readings, at most so long.</summary>
    public bool Await(Func<IReadOnlyList<Reading>, bool> enough, TimeSpan most, CancellationToken stop)
    {
        var until = SteadyClock.Now + most;
        while (!enough(Latest))
        {
            var left = until - SteadyClock.Now;
            if (left <= TimeSpan.Zero || !Wait(left, stop))
                return enough(Latest);
        }
        return true;
    }

    /// <summary>False when the command is told to stop.</summary>
    private bool Wait(TimeSpan most, CancellationToken stop) => WaitHandle.WaitAny([_news, stop.WaitHandle], most) != 1;

    private void Take(in Reading reading)
    {
        lock (_lock)
            _latest[reading.Sensor.Name] = reading;
        _each?.Invoke(reading);
        _news.Set();
    }

    public void Dispose()
    {
        Thread.Dispose();
        _news.Dispose();
    }
}

/// <summary>A reading as a command prints it.</summary>
/// <param name="Value">In whole units; null when there is none.</param>
/// <param name="Quality">good, clamped, refused or fault.</param>
/// <param name="Trust">verified, unverified or simulated.</param>
internal sealed record ReadingLine(string Sensor, string Kind, double? Value, string Unit, string Quality, string Trust)
{
    public static ReadingLine Of(Reading reading) =>
        new(
            reading.Sensor.Name,
            Word(reading.Kind.ToString()),
            reading.Number,
            Units.Symbol(reading.Unit),
            Word(reading.Quality.ToString()),
            Word(reading.Trust.ToString())
        );

    /// <summary>The value for people: a flag as yes or no, nothing as a dash.</summary>
    public static string Text(Reading reading) =>
        reading.Micro is null ? "-"
        : reading.Unit == Hardware.Unit.Flag
            ? reading.IsSet == true ? "yes"
                : "no"
        : $"{reading.Number:0.###} {Units.Symbol(reading.Unit)}";

    /// <summary>A simulated or unverified value is never shown as good.</summary>
    public static string Standing(Reading reading) =>
        reading.Quality is Hardware.Quality.Good or Hardware.Quality.Clamped && reading.Trust != Hardware.Trust.Verified
            ? Word(reading.Trust.ToString())
            : Word(reading.Quality.ToString());

    /// <summary>A name of the program as commands print it: <c>MainsLost</c> becomes <c>mains_lost</c>.</summary>
    internal static string Word(string name) =>
        string.Concat(
            name.Select((c, i) => char.IsUpper(c) && i > 0 ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}")
        );
}

/// <summary>How a device stands, as a command prints it.</summary>
internal sealed record DeviceLine(string Name, string Backend, bool Found);

/// <param name="Buses">Device files.</param>
/// <param name="Devices">What the bill or the kernel names, and whether it was found.</param>
internal sealed record ProbeReport(
    bool Good,
    IReadOnlyList<string> Buses,
    IReadOnlyList<DeviceLine> Devices,
    IReadOnlyList<ReadingLine> Readings
);

/// <param name="Count">Readings that came.</param>
/// <param name="WakeUps">How often the hardware thread went to sleep and woke (voluntary context switches).</param>
/// <param name="AllocatedBytesPerReading">By the hardware thread once it was warm; null before.</param>
/// <param name="Edges">Changes of lines, and the time from the kernel's stamp of an edge until it was handed on.</param>
internal sealed record WatchReport(
    double Seconds,
    long Count,
    long WakeUps,
    double? AllocatedBytesPerReading,
    EdgeTimes Edges,
    IReadOnlyList<ReadingLine> Readings,
    IReadOnlyList<DeviceLine> Devices
);

/// <param name="P50">Milliseconds; null without an edge.</param>
internal sealed record EdgeTimes(int Count, double? P50, double? P99, double? Most)
{
    public static EdgeTimes Of(IReadOnlyList<double> sorted) =>
        sorted.Count == 0
            ? new(0, null, null, null)
            : new(
                sorted.Count,
                Math.Round(sorted[(sorted.Count - 1) / 2], 3),
                Math.Round(sorted[(sorted.Count - 1) * 99 / 100], 3),
                Math.Round(sorted[^1], 3)
            );
}

/// <param name="Name">What was looked at.</param>
/// <param name="Says">What was found, and which wire to look at.</param>
internal sealed record SelftestLine(string Name, bool Good, string Says);

internal sealed record SelftestReport(
    string Date,
    string Bom,
    bool Good,
    IReadOnlyList<SelftestLine> Lines,
    IReadOnlyList<ReadingLine> Readings
);

/// <param name="Report">The report as it was signed, character by character.</param>
/// <param name="Key">did:key of the node; null when nobody signed.</param>
/// <param name="Signature">ES256 over <c>edgenode/hw-selftest/1</c>, a line feed, and the report; base64url.</param>
internal sealed record SignedSelftest(string Report, string? Key, string? Signature);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProbeReport))]
[JsonSerializable(typeof(WatchReport))]
[JsonSerializable(typeof(SelftestReport))]
[JsonSerializable(typeof(SignedSelftest))]
internal sealed partial class HwJson : JsonSerializerContext;
