using System.CommandLine;
using System.Text.Json;
using EdgeNode.Hardware;
using EdgeNode.Hardware.Io;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode hw watch</c>: every reading as it comes.</summary>
internal static class HwWatch
{
    public static CliCommand Create()
    {
        var bill = HwCommand.Bill();
        var seconds = new Option<int?>("--for") { Description = "End after so many seconds; without it, with Ctrl-C." };
        var battery = new Option<bool>("--on-battery") { Description = "Ask every 5 s as on battery, not every 30 s." };
        var watchdog = new Option<string?>("--watchdog") { Description = "Start this watchdog and feed it while watching." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object with the last readings at the end." };
        var command = new CliCommand(
            "watch",
            """
            Prints each reading as it comes: seconds, sensor, value, how it stands. With a bill it watches what the bill names,
            without one what the kernel shows by itself.

            Example: edgenode hw watch --bom hw-bom/indoor-grid.json
            """
        )
        {
            bill,
            seconds,
            battery,
            watchdog,
            json,
        };
        command.SetAction(
            (parsed, stop) =>
            {
                var options = new Options(
                    parsed.GetValue(bill),
                    parsed.GetValue(seconds),
                    parsed.GetValue(battery),
                    parsed.GetValue(watchdog)
                );
                return Task.FromResult(HwCommand.Refusing(() => Run(options, parsed.GetValue(json), stop)));
            }
        );
        return command;
    }

    private static int Run(Options options, bool json, CancellationToken stop)
    {
        if (options.Seconds is <= 0)
        {
            Console.Error.WriteLine("edgenode: --for must be at least 1.");
            return 2;
        }
        var specs = HwCommand.Specs(options.Bill);
        if (!json && specs.Count == 0 && options.Watchdog is null)
        {
            Console.WriteLine(HwCommand.NoHardware);
            return 0;
        }
        var begun = SteadyClock.Now;
        var log = new WatchLog(specs);
        using var session = new HwSession(
            specs,
            reading =>
            {
                log.Add(reading, SteadyClock.Now);
                if (!json)
                    Print(reading, begun);
            },
            options.Watchdog
        );
        session.Thread.SetPace(options.OnBattery);
        Watch(session, options.Seconds, stop);
        if (json)
            PrintJson(session, specs, log, SteadyClock.Now - begun);
        return 0;
    }

    /// <summary>Until the time is over or somebody ends it; a node that watches is alive, so the watchdog is fed meanwhile.</summary>
    private static void Watch(HwSession session, int? seconds, CancellationToken stop)
    {
        for (var second = 0; seconds is null || second < seconds; second++)
        {
            session.Thread.Beat();
            if (stop.WaitHandle.WaitOne(TimeSpan.FromSeconds(1)))
                return;
        }
    }

    private static void Print(Reading reading, SteadyTime begun) =>
        Console.WriteLine(
            $"{(reading.At - begun).TotalSeconds, 9:0.000}  {reading.Sensor.Name, -24} {ReadingLine.Text(reading), 12}  {ReadingLine.Standing(reading)}"
        );

    private static void PrintJson(HwSession session, IReadOnlyList<DeviceSpec> specs, WatchLog log, TimeSpan took)
    {
        var readings = session.Latest;
        var status = session.Thread.Status.Select(d => new DeviceLine(
            d.Name,
            d.Backend,
            specs.Where(s => s.Name == d.Name).All(s => HwProbe.Found(s, readings))
        ));
        var report = new WatchReport(
            Math.Round(took.TotalSeconds, 3),
            log.Count,
            WakeUps(session.Thread.ThreadId),
            log.AllocatedPerReading,
            EdgeTimes.Of(log.EdgeMilliseconds),
            [.. readings.Select(ReadingLine.Of)],
            [.. status]
        );
        Console.WriteLine(JsonSerializer.Serialize(report, HwJson.Default.WatchReport));
    }

    /// <summary>As the kernel counts them for one thread; 0 where it does not tell.</summary>
    private static long WakeUps(int thread) =>
        File.ReadLines($"/proc/self/task/{thread}/status")
            .Where(line => line.StartsWith("voluntary_ctxt_switches:", StringComparison.Ordinal))
            .Select(line => long.Parse(line.AsSpan(line.IndexOf(':') + 1).Trim()))
            .FirstOrDefault();

    private sealed record Options(string? Bill, int? Seconds, bool OnBattery, string? Watchdog);

    /// <summary>Counts readings and times the changes of lines.</summary>
    private sealed class WatchLog(IReadOnlyList<DeviceSpec> specs)
    {
        /// <summary>Edges whose time is kept; a longer watch keeps its first ones.</summary>
        private const int MostEdges = 100_000;

        /// <summary>Readings until every device was opened and asked once; what that allocates is the start's.</summary>
        private const int WarmReadings = 32;

        private readonly Lock _lock = new();
        private readonly Dictionary<string, bool?> _lines = specs
            .OfType<LineSpec>()
            .ToDictionary(l => l.Name, _ => (bool?)null, StringComparer.Ordinal);
        private readonly List<double> _edges = [];
        private long _warmBytes;
        private long _lastBytes;

        public long Count { get; private set; }

        public IReadOnlyList<double> EdgeMilliseconds
        {
            get
            {
                lock (_lock)
                    return [.. _edges.Order()];
            }
        }

        /// <summary>Bytes that the hardware thread allocated for one reading, once it was warm; null before.</summary>
        public double? AllocatedPerReading
        {
            get
            {
                lock (_lock)
                    return Count > WarmReadings
                        ? Math.Round((_lastBytes - _warmBytes) / (double)(Count - WarmReadings), 3)
                        : null;
            }
        }

        /// <summary>Called on the hardware thread.</summary>
        public void Add(Reading reading, SteadyTime now)
        {
            lock (_lock)
            {
                Count++;
                _lastBytes = GC.GetAllocatedBytesForCurrentThread();
                _warmBytes = Count <= WarmReadings ? _lastBytes : _warmBytes;
                if (!_lines.TryGetValue(reading.Sensor.Name, out var before))
                    return;
                _lines[reading.Sensor.Name] = reading.IsSet;
                if (before is not null && reading.IsSet is not null && before != reading.IsSet && _edges.Count < MostEdges)
                    _edges.Add((now - reading.At).TotalMilliseconds);
            }
        }
    }
}
