using System.CommandLine;
using System.Text.Json;
using EdgeNode.Hardware;
using EdgeNode.Hardware.Io;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode hw probe</c>: the buses of this machine, what answers on them, and what of a bill is found.</summary>
internal static class HwProbe
{
    /// <summary>A line, a chip or a file of the kernel's has answered by then.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>A device on a serial line that speaks once a second or wants several questions has answered by then.</summary>
    private static readonly TimeSpan LongestSerial = TimeSpan.FromSeconds(8);

    public static CliCommand Create()
    {
        var bill = HwCommand.Bill();
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new CliCommand(
            "probe",
            """
            Lists the buses of this machine and what answers on them. With a bill it says of each part whether it was found.
            Exit code 0 when all of the bill was found. Nothing is written to a part that the bill does not name.

            Example: edgenode hw probe --bom hw-bom/indoor-grid.json
            """
        )
        {
            bill,
            json,
        };
        command.SetAction(
            (parsed, stop) => Task.FromResult(HwCommand.Refusing(() => Run(parsed.GetValue(bill), parsed.GetValue(json), stop)))
        );
        return command;
    }

    private static int Run(string? bill, bool json, CancellationToken stop)
    {
        var specs = HwCommand.Specs(bill);
        var buses = Buses.Find();
        if (!json && buses.None && specs.Count == 0)
        {
            Console.WriteLine(HwCommand.NoHardware);
            return 0;
        }
        using var session = new HwSession(specs);
        session.Await(
            readings => specs.All(s => Found(s, readings)),
            specs.Any(s => s is SerialSpec) ? LongestSerial : Longest,
            stop
        );
        var report = Report(session, specs, buses);
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(report, HwJson.Default.ProbeReport));
        else
            Print(report);
        return report.Good ? 0 : 1;
    }

    private static ProbeReport Report(HwSession session, IReadOnlyList<DeviceSpec> specs, Buses buses)
    {
        var readings = session.Latest;
        var status = session.Thread.Status.ToDictionary(s => s.Name, StringComparer.Ordinal);
        IReadOnlyList<DeviceLine> devices =
        [
            .. specs.Select(s => new DeviceLine(
                s.Name,
                status[s.Name].Backend,
                s is LineSpec { IsOutput: true } ? !status[s.Name].Faulty : Found(s, readings)
            )),
        ];
        return new(devices.All(d => d.Found), [.. BusLines(buses)], devices, [.. readings.Select(ReadingLine.Of)]);
    }

    /// <summary>True once any of its sensors told a value; an output has none to tell.</summary>
    internal static bool Found(DeviceSpec spec, IReadOnlyList<Reading> readings) =>
        spec is LineSpec { IsOutput: true }
        || readings.Any(r =>
            r.Micro is not null
            && (r.Sensor.Name == spec.Name || r.Sensor.Name.StartsWith($"{spec.Name}.", StringComparison.Ordinal))
        );

    private static IEnumerable<string> BusLines(Buses buses) =>
        GpioChip
            .All()
            .Select(c => $"{c.Path} is {c.Label} with {c.Lines} lines")
            .Concat(buses.I2c.SelectMany(I2cLines))
            .Concat(buses.Serial.Select(s => $"{s} is a serial line"));

    private static IEnumerable<string> I2cLines(string bus) =>
        I2cAnswer.Scan(bus) is { Count: > 0 } answers
            ? answers.Select(a => $"{bus} 0x{a.Address:x2}: {a.Parts}{(a.Kernel ? " (the kernel's driver has it)" : "")}")
            : [$"{bus}: none of the parts we know answers"];

    private static void Print(ProbeReport report)
    {
        foreach (var line in report.Buses)
            Console.WriteLine(line);
        foreach (var device in report.Devices)
            Console.WriteLine($"{(device.Found ? "found  " : "MISSING")} {device.Name, -20} {device.Backend}");
    }
}
