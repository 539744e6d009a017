using System.CommandLine;
using EdgeNode.Hardware;
using EdgeNode.Hardware.Io;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary>
/// <c>edgenode hw</c>: what is wired to this machine. A group only; each of its commands is a file of its own beside this one. None of
/// them opens the database, the keys or the broker, so that they also start on a bare rescue system.
/// </summary>
internal static class HwCommand
{
    public const string NoHardware =
        "This machine has no GPIO chip, no I2C bus, no serial line, no battery and no thermometer that a cabinet's parts could be read through.";

    public static CliCommand Create() =>
        new("hw", "Looks at the sensors, lines and batteries of this cabinet.")
        {
            HwProbe.Create(),
            HwWatch.Create(),
            HwSelftest.Create(),
            HwValidateCommand.Create(),
            HwRehearseCommand.Create(),
            HwPagesCommand.Wiring(),
            HwPagesCommand.Shopping(),
            HwStockCommand.Create(),
            HwUnplugTestCommand.Create(),
            HwDecideCommand.Create(),
        };

    public static Option<string?> Bill() =>
        new("--bom") { Description = "Bill of materials (edgenode-bom/1) that says what is wired where." };

    /// <summary>What the bill names, or what the kernel shows by itself.</summary>
    public static IReadOnlyList<DeviceSpec> Specs(string? bill) =>
        bill is null ? MachineSensors.Find() : Wiring.OfBill(File.ReadAllBytes(bill));

    /// <summary>Runs a command that may be refused: the sentence goes to standard error, the exit code is 1.</summary>
    public static int Refusing(Func<int> run)
    {
        try
        {
            return run();
        }
        catch (Exception e) when (e is HardwareException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"edgenode: {e.Message}");
            return 1;
        }
    }
}
