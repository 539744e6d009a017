using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeNode.Appliance.Io;
using EdgeNode.Federation;
using EdgeNode.Store;
using EdgeNode.Wire;
using EdgeNode.Wire.Io;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary>One finding of the doctor.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Good">Whether it is as it must be.</param>
/// <param name="Says">What was found, and what to do when it is not good.</param>
public sealed record Finding(string Name, bool Good, string Says);

/// <summary><c>edgenode doctor</c>: says in sentences what would keep a cabinet from running. It changes nothing.</summary>
internal static class DoctorCommand
{
    /// <summary>Below this a cabinet should not start: room for the log, receipts and an orderly end.</summary>
    private const long LeastFree = 64L << 20;

    public static CliCommand Create()
    {
        var data = new Option<string?>("--data")
        {
            Description = "Folder of a cabinet, to look at its database too (while it is stopped or runs).",
        };
        var config = new Option<string?>("--config") { Description = "Settings file, to check it." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new CliCommand(
            "doctor",
            """
            Looks for what would keep a cabinet from running, and changes nothing. Exit code 0 when nothing is wrong.

            Example: edgenode doctor --data /var/lib/edgenode --config /etc/edgenode.ini
            """
        )
        {
            data,
            config,
            json,
        };
        command.SetAction(parsed => Run(parsed.GetValue(data), parsed.GetValue(config), parsed.GetValue(json)));
        return command;
    }

    private static int Run(string? data, string? config, bool json)
    {
        List<Finding> findings = [Broker(), Launcher(), Mosquitto(), SodiumLibrary(), Clock(), SettingsOf(config)];
        if (data is not null)
            findings.AddRange([Disk(data), Database(data), AuditChain(data)]);
        if (json)
            Console.WriteLine(
                JsonSerializer.Serialize(
                    new DoctorReport(findings.TrueForAll(f => f.Good), findings),
                    DoctorJson.Default.DoctorReport
                )
            );
        else
            findings.ForEach(f => Console.WriteLine($"{(f.Good ? "ok   " : "WRONG")} {f.Name, -10} {f.Says}"));
        return findings.TrueForAll(f => f.Good) ? 0 : 1;
    }

    private static Finding Broker() => Program("broker", "/usr/sbin/mosquitto", "mosquitto");

    private static Finding Launcher() => Program("launcher", "/usr/bin/setpriv", "util-linux");

    private static Finding Program(string name, string path, string package) =>
        File.Exists(path)
            ? new(name, true, $"{path} is there.")
            : new(name, false, $"{path} is missing; install Debian's package {package}.");

    private static Finding Mosquitto() =>
        NativeLibrary.TryLoad("libmosquitto.so.1", out _)
            ? new("library", true, "libmosquitto is there.")
            : new("library", false, "libmosquitto is missing; install Debian's package libmosquitto1.");

    private static Finding SodiumLibrary() =>
        Sodium.Fault is { } fault ? new("sodium", false, fault) : new("sodium", true, "libsodium gives the right answers.");

    private static Finding Clock()
    {
        var now = DateTimeOffset.UtcNow;
        return now.ToUnixTimeMilliseconds() >= Moment.EarliestSure.Ms
            ? new("clock", true, $"It is {now:yyyy-MM-dd HH:mm} UTC.")
            : new(
                "clock",
                false,
                $"The clock says {now:yyyy-MM-dd}, so it was never set. Set it with date -s or fit a real-time clock."
            );
    }

    private static Finding SettingsOf(string? config)
    {
        try
        {
            var settings = SettingsFile.Load(config);
            return new(
                "settings",
                true,
                config is null ? "No file was named; the defaults apply." : $"{config} is sound; the cabinet is {settings.Name}."
            );
        }
        catch (SetupException e)
        {
            return new("settings", false, e.Message);
        }
    }

    private static Finding Disk(string data)
    {
        if (!Directory.Exists(data))
            return new("disk", true, $"{data} does not exist yet; the first start makes it.");
        var free = new DriveInfo(Path.GetFullPath(data)).AvailableFreeSpace;
        return free >= LeastFree
            ? new("disk", true, $"{free >> 20} MiB are free.")
            : new("disk", false, $"Only {free >> 20} MiB are free; free some space before the cabinet starts.");
    }

    private static Finding Database(string data)
    {
        var store = new StoreFile(Path.Combine(data, "edgenode.db"));
        if (!File.Exists(store.Path))
            return new("database", true, "There is none yet; the first start makes it.");
        try
        {
            store.Check(Node.Modules);
            return new("database", true, $"{store.Path} is whole.");
        }
        catch (StoreException e)
        {
            return new("database", false, e.Message);
        }
    }

    private static Finding AuditChain(string data)
    {
        var store = new StoreFile(Path.Combine(data, "edgenode.db"));
        if (!File.Exists(store.Path))
            return new("audit", true, "There is none yet.");
        try
        {
            using var db = store.OpenReader();
            return Audit.FirstBroken(db) is { } broken
                ? new(
                    "audit",
                    false,
                    $"Row {broken.Seq} about {broken.Peer} does not continue the chain: somebody changed the log outside the program."
                )
                : new("audit", true, "Every row continues its chain.");
        }
        catch (Exception e) when (e is StoreException or Microsoft.Data.Sqlite.SqliteException)
        {
            return new("audit", false, $"The log cannot be read: {e.Message}");
        }
    }
}

/// <param name="Good">Nothing is wrong.</param>
public sealed record DoctorReport(bool Good, IReadOnlyList<Finding> Findings);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DoctorReport))]
internal sealed partial class DoctorJson : JsonSerializerContext;
