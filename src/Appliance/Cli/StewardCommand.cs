using System.CommandLine;
using EdgeNode.Appliance.Io;
using EdgeNode.Federation;
using EdgeNode.Store;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode steward new-code</c>: for stewards who lost their code and have the opened cabinet before them.</summary>
internal static class StewardCommand
{
    public static CliCommand Create() => new("steward", "What stewards do at the opened cabinet.") { NewCode() };

    private static CliCommand NewCode()
    {
        var data = new Option<string>("--data")
        {
            Description = "Folder of the cabinet, which must be stopped.",
            Required = true,
        };
        var command = new CliCommand(
            "new-code",
            """
            Ends the stewards' code of a stopped cabinet. Its next start prints a new one. Residents and neighbours notice nothing.

            Example: edgenode steward new-code --data /var/lib/edgenode
            """
        )
        {
            data,
        };
        command.SetAction(parsed => Run(parsed.GetValue(data)!));
        return command;
    }

    private static int Run(string data)
    {
        try
        {
            if (!Directory.Exists(data))
                throw new SetupException("folder.missing", $"There is no cabinet in {data}.");
            using var folder = DataFolder.Open(data);
            folder.Store.Check(Node.Modules);
            using var db = folder.Store.OpenWriter(Node.Modules);
            Stewards.ForgetCode(db);
            Console.WriteLine("The old code opens nothing any more. The next start of the cabinet prints a new one.");
            return 0;
        }
        catch (Exception e) when (e is SetupException or StoreException or FileNotFoundException)
        {
            Console.Error.WriteLine($"edgenode: {e.Message}");
            return 1;
        }
    }
}
