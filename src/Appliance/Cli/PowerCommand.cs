using System.CommandLine;
using EdgeNode.Appliance.Io;
using EdgeNode.Hardware.Power.Io;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode power</c>: what other programs of the machine ask a cabinet about its power.</summary>
internal static class PowerCommand
{
    private const int Unknown = 3;

    public static CliCommand Create() => new("power", "What other programs ask a cabinet about its power.") { Gate() };

    private static CliCommand Gate()
    {
        var what = new Argument<string>("what") { Description = string.Join(", ", PowerGate.Asked) + "." };
        what.AcceptOnlyFromAmong([.. PowerGate.Asked]);
        var data = new Option<string>("--data") { Description = "The cabinet's data folder.", Required = true };
        var command = new CliCommand(
            "gate",
            """
            Says whether something may begin now, by the cabinet's load plan. Exit code 0: it may. 1: not on this battery. 3: the cabinet does not run, so
            nobody watches the power.

            Example: edgenode power gate updates --data /var/lib/edgenode && apt-get upgrade
            """
        )
        {
            what,
            data,
        };
        command.SetAction(parsed => Run(parsed.GetValue(what)!, parsed.GetValue(data)!));
        return command;
    }

    private static int Run(string what, string data)
    {
        var answer = PowerGate.Ask(Text(LoadKeeper.FileOf(data)), what, Machine.BootId, id => Directory.Exists($"/proc/{id}"));
        Console.WriteLine(
            answer switch
            {
                GateAnswer.May => $"{what}: may begin.",
                GateAnswer.MayNot => $"{what}: not now; the cabinet saves its battery.",
                _ => $"{what}: not known; no cabinet runs with {data}.",
            }
        );
        return answer switch
        {
            GateAnswer.May => 0,
            GateAnswer.MayNot => 1,
            _ => Unknown,
        };
    }

    private static string? Text(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllText(file) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"edgenode: {file} cannot be read: {e.Message}");
            return null;
        }
    }
}
