using EdgeNode.Hardware.Io;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode hw probe</c>: what this machine's buses are and what answers on them.</summary>
internal static class HwProbe
{
    public static CliCommand Create()
    {
        var command = new CliCommand(
            "probe",
            """
            Lists the buses of this machine.

            Example: edgenode hw probe
            """
        );
        command.SetAction(_ => Run());
        return command;
    }

    private static int Run()
    {
        var buses = Buses.Find();
        if (buses.None)
        {
            Console.WriteLine(
                "This machine has no GPIO chip, no I2C bus and no serial line that a cabinet's parts could be wired to."
            );
            return 0;
        }
        foreach (var bus in (string[])[.. buses.GpioChips, .. buses.I2c, .. buses.Serial])
            Console.WriteLine(bus);
        return 0;
    }
}
