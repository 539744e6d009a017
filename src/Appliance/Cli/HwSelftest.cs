using System.Buffers.Text;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using EdgeNode.Hardware;
using EdgeNode.Hardware.Io;
using EdgeNode.Wire;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode hw selftest</c>: which wire is wrong, in sentences, as a report the cabinet signs.</summary>
internal static class HwSelftest
{
    private const string Prefix = "edgenode/hw-selftest/1\n";
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    public static CliCommand Create()
    {
        var bill = new Option<string>("--bom")
        {
            Description = "Bill of materials that says what is wired where.",
            Required = true,
        };
        var data = new Option<string?>("--data") { Description = "Folder of the cabinet, whose key signs the report." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object: the report, the key and the signature." };
        var command = new CliCommand(
            "selftest",
            """
            Tries every part of a bill: lines, chips, serial devices. What is wrong is said with the wire to look at. Stop the
            cabinet first: two programs cannot have one line. Exit code 0 when everything is as the bill says.

            Example: edgenode hw selftest --bom hw-bom/indoor-grid.json --data /var/lib/edgenode --json
            """
        )
        {
            bill,
            data,
            json,
        };
        command.SetAction(
            (parsed, stop) =>
                Task.FromResult(
                    HwCommand.Refusing(() => Run(parsed.GetValue(bill)!, parsed.GetValue(data), parsed.GetValue(json), stop))
                )
        );
        return command;
    }

    private static int Run(string bill, string? data, bool json, CancellationToken stop)
    {
        var specs = HwCommand.Specs(bill);
        using var key = data is null ? null : Key(data);
        using var session = new HwSession(specs);
        session.Await(readings => specs.All(s => HwProbe.Found(s, readings)), Longest, stop);
        var report = Report(bill, specs, session);
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(Sign(report, key), HwJson.Default.SignedSelftest));
        else
            Print(report);
        return report.Good ? 0 : 1;
    }

    private static NodeKey Key(string data)
    {
        var file = Path.Combine(data, "node.key");
        var secret = File.ReadAllBytes(file);
        return secret.Length == 64
            ? NodeKey.FromScalar(secret.AsSpan(0, 32))
            : throw new HardwareException("folder.bad_key", $"The key {file} is damaged: it must have 64 bytes.");
    }

    private static SelftestReport Report(string bill, IReadOnlyList<DeviceSpec> specs, HwSession session)
    {
        var readings = session.Latest;
        var status = session.Thread.Status.ToDictionary(s => s.Name, StringComparer.Ordinal);
        IReadOnlyList<SelftestLine> lines = [.. specs.Select(s => Judge(s, status[s.Name], readings))];
        return new(
            $"{DateTimeOffset.UtcNow:yyyy-MM-dd'T'HH:mm:ss'Z'}",
            Path.GetFileName(bill),
            lines.All(l => l.Good),
            lines,
            [.. readings.Select(ReadingLine.Of)]
        );
    }

    private static SelftestLine Judge(DeviceSpec spec, DeviceStatus status, IReadOnlyList<Reading> readings)
    {
        var good = spec is LineSpec { IsOutput: true } ? !status.Faulty : HwProbe.Found(spec, readings);
        return new(spec.Name, good, good ? $"{status.Backend}." : $"{status.Backend}. {Wire(spec)}");
    }

    /// <summary>Where a builder looks first.</summary>
    private static string Wire(DeviceSpec spec) =>
        spec switch
        {
            I2cSpec i2c =>
                $"Look at SDA, SCL, 3.3 V and ground of the part at 0x{i2c.Address:x2}, at its address jumpers, and whether the bus {i2c.Path} is enabled.",
            LineSpec line =>
                $"Look whether another program or overlay uses line {line.Line}, and whether this board's header chip is named in the bill.",
            SerialSpec serial =>
                $"Look whether TX and RX are swapped at {serial.Path}, whether both sides share ground, at the speed, and that no console runs on it.",
            _ => "Look whether its kernel driver or overlay is loaded, and at its data wire and pull-up.",
        };

    private static SignedSelftest Sign(SelftestReport report, NodeKey? key)
    {
        var text = JsonSerializer.Serialize(report, HwJson.Default.SelftestReport);
        return key is null
            ? new(text, null, null)
            : new(text, key.PublicKey, Base64Url.EncodeToString(key.Sign(Encoding.UTF8.GetBytes(Prefix + text))));
    }

    private static void Print(SelftestReport report)
    {
        foreach (var line in report.Lines)
            Console.WriteLine($"{(line.Good ? "ok   " : "WRONG")} {line.Name, -20} {line.Says}");
        Console.WriteLine(report.Good ? "Everything of the bill is there." : "Not everything of the bill is as it must be.");
    }
}
