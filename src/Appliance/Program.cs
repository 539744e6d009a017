using System.CommandLine;
using System.CommandLine.Parsing;
using EdgeNode.Appliance.Cli;

#pragma warning disable RS0030 // The entry point waits for the command it starts.
namespace EdgeNode.Appliance;

/// <summary>The one binary, <c>edgenode</c>. Exit codes: 0 done, 1 refused with a reason, 2 used wrongly.</summary>
public static class Program
{
    public static async Task<int> Main(string[] args)
    {
        var root = new RootCommand(
            "EdgeNode: a community cabinet where neighbours' offers and needs close into rings of exchange."
        )
        {
            RunCommand.Create(),
            CardCommand.Create(),
            CourierCommand.Create(),
            DemoCommand.Create(),
            DoctorCommand.Create(),
            HwCommand.Create(),
            LinkCommand.Create(),
            PowerCommand.Create(),
            MatchCommand.Create(),
            CategoriesCommand.Create(),
            StewardCommand.Create(),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count == 0)
            return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(20) });
        foreach (var error in parsed.Errors)
            Console.Error.WriteLine($"edgenode: {Sentence(error.Message)}");
        Console.Error.WriteLine($"Try: {Words(parsed.CommandResult)} --help");
        return 2;
    }

    /// <summary>Without the name of a .NET type, which tells nobody what to write instead.</summary>
    private static string Sentence(string message) =>
        message.IndexOf(" as expected type ", StringComparison.Ordinal) is > 0 and var at ? $"{message[..at]}." : message;

    /// <summary>The command as far as it was understood, such as <c>edgenode hw watch</c>.</summary>
    private static string Words(CommandResult command) =>
        command.Parent is CommandResult group ? $"{Words(group)} {command.Command.Name}" : "edgenode";
}
