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
        var json = new Option<bool>("--json") { Description = "Print one JSON object with the last readings at the end." };
        var command = new CliCommand(
            "watch",
            """
            Prints each reading as it comes: seconds, sensor, value, how it stands. With a bill it watches what the bill names,
            without one what the kernel shows by itself.

            Example: edgenode hw watch --bom hw-bom/indoor-grid-ups.json
            """
        )
        {
            bill,
            seconds,
            battery,
            json,
        };
        command.SetAction(
            (parsed, stop) =>
                Task.FromResult(
                    HwCommand.Refusing(() =>
                        Run(
                            parsed.GetValue(bill),
                            parsed.GetValue(seconds),
                            parsed.GetValue(battery),
                            parsed.GetValue(json),
                            stop
                        )
                    )
                )
        );
        return command;
    }

    private static int Run(string? bill, int? seconds, bool battery, bool json, CancellationToken stop)
    {
        if (seconds is <= 0)
        {
            Console.Error.WriteLine("edgenode: --for must be at least 1.");
            return 2;
        }
        var specs = HwCommand.Specs(bill);
        if (!json && specs.Count == 0)
        {
            Console.WriteLine(HwCommand.NoHardware);
            return 0;
        }
        var begun = SteadyClock.Now;
        var count = 0L;
        using var session = new HwSession(
            specs,
            reading =>
            {
                Interlocked.Increment(ref count);
                if (!json)
                    Print(reading, begun);
            }
        );
        session.Thread.SetPace(battery);
        var most = seconds is { } s ? TimeSpan.FromSeconds(s) : Timeout.InfiniteTimeSpan;
        stop.WaitHandle.WaitOne(most);
        if (json)
            PrintJson(session, specs, count, SteadyClock.Now - begun);
        return 0;
    }

    private static void Print(Reading reading, SteadyTime begun) =>
        Console.WriteLine(
            $"{(reading.At - begun).TotalSeconds, 9:0.000}  {reading.Sensor.Name, -24} {ReadingLine.Text(reading), 12}  {ReadingLine.Standing(reading)}"
        );

    private static void PrintJson(HwSession session, IReadOnlyList<DeviceSpec> specs, long count, TimeSpan took)
    {
        var readings = session.Latest;
        var status = session.Thread.Status.Select(d => new DeviceLine(
            d.Name,
            d.Backend,
            specs.Where(s => s.Name == d.Name).All(s => HwProbe.Found(s, readings))
        ));
        var report = new WatchReport(Math.Round(took.TotalSeconds, 3), count, [.. readings.Select(ReadingLine.Of)], [.. status]);
        Console.WriteLine(JsonSerializer.Serialize(report, HwJson.Default.WatchReport));
    }
}
