using System.CommandLine;
using EdgeNode.Hardware;
using EdgeNode.Hardware.Bom;
using EdgeNode.Hardware.Power;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode hw unplug-test</c>: the commissioning test that arms the automatic stop.</summary>
internal static class HwUnplugTestCommand
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    public static CliCommand Create()
    {
        var bom = new Option<string>("--bom") { Description = "The bill of materials.", Required = true };
        var command = new CliCommand(
            "unplug-test",
            """
            The commissioning test: asks you to pull the plug and to put it back, and watches whether the mains line moves and the battery agrees. When it has passed
            it prints the settings that arm the automatic stop. The cabinet must not run meanwhile. Exit code 0 when it has passed.

            Example: edgenode hw unplug-test --bom /etc/edgenode/indoor-grid.json
            """
        )
        {
            bom,
        };
        command.SetAction((parsed, token) => RunAsync(parsed.GetValue(bom)!, token));
        return command;
    }

    private static async Task<int> RunAsync(string bom, CancellationToken token)
    {
        try
        {
            var pack =
                HwBillFile.Load(bom).Pack() ?? throw new BillException($"{bom}: it names no battery that the policy knows.");
            // The line is read as it is: what it means is what the test finds out.
            var specs = Wiring
                .OfBill(File.ReadAllBytes(bom))
                .Select(s => s is LineSpec l ? l with { ActiveHigh = true } : s)
                .ToArray();
            using var session = new HwSession(specs);
            return Told(await WatchAsync(session, pack, token));
        }
        catch (Exception e) when (e is BillException or HardwareException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"edgenode: {e.Message}");
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 1;
        }
    }

    private static async Task<Commissioning> WatchAsync(HwSession session, Pack pack, CancellationToken token)
    {
        var test = new Commissioning();
        using var timer = new PeriodicTimer(LookEvery);
        var said = (CommissioningStep?)null;
        while (test.Step < CommissioningStep.Passed && await timer.WaitForNextTickAsync(token))
        {
            var readings = session.Latest;
            test.Take(
                Environment.TickCount64,
                readings.FirstOrDefault(r => r.Kind == SensorKind.Mains).IsSet,
                Number(readings, SensorKind.PackVoltage),
                Number(readings, SensorKind.PackCurrent),
                pack.Series
            );
            if (test.Step != said)
                Console.WriteLine(Ask(test.Step));
            said = test.Step;
        }
        return test;
    }

    private static double? Number(IReadOnlyList<Reading> readings, SensorKind kind) =>
        readings.Where(r => r.Kind == kind && r.Micro is not null).Select(r => r.Number).FirstOrDefault();

    private static string Ask(CommissioningStep step) =>
        step switch
        {
            CommissioningStep.WaitForMains => "Waiting for the mains line and the battery. Mains must be plugged in.",
            CommissioningStep.Unplug => "Pull the plug of the power supply now.",
            CommissioningStep.WaitForBattery => "The line has moved. Waiting for the battery to take over.",
            CommissioningStep.PlugIn => "The battery has taken over. Plug in again.",
            CommissioningStep.Passed => "Passed.",
            _ => "Failed.",
        };

    private static int Told(Commissioning test)
    {
        if (test.Step != CommissioningStep.Passed)
        {
            Console.Error.WriteLine($"edgenode: {test.Fault}");
            return 1;
        }
        Console.WriteLine("Put these two lines under [power] in the cabinet's settings:");
        Console.WriteLine($"mains_active={(test.MainsIsHigh == true ? "high" : "low")}");
        Console.WriteLine($"commissioned={DateTime.UtcNow:yyyy-MM-dd}");
        return 0;
    }
}
