using System.CommandLine;
using EdgeNode.Appliance.Io;

namespace EdgeNode.Appliance.Cli;

/// <summary>What every command needs that acts as a steward of the running cabinet.</summary>
internal static class StewardOptions
{
    private const string CodeVariable = "EDGENODE_STEWARDS_CODE";

    public static Option<string> Data { get; } =
        new("--data") { Description = "Folder of the running cabinet.", Required = true };

    public static Option<string?> Config { get; } =
        new("--config") { Description = "Settings file of the cabinet (default: the defaults)." };

    public static Option<string?> CodeFile { get; } =
        new("--code-file")
        {
            Description =
                $"File with the stewards' code (default: {CodeVariable} in the environment, or the first line of standard input).",
        };

    public static Option<bool> Json { get; } = new("--json") { Description = "Print one JSON object." };

    /// <summary>Signs in at the stewards' door.</summary>
    /// <exception cref="CourierException">There is no code, it opens nothing, or the cabinet does not run.</exception>
    public static Task<StewardClient> SignInAsync(ParseResult parsed, CancellationToken token) =>
        StewardClient.OpenAsync(
            SettingsFile.Load(parsed.GetValue(Config)),
            parsed.GetValue(Data)!,
            Code(parsed.GetValue(CodeFile)),
            token
        );

    /// <summary>Never an argument: everybody on the machine can read those.</summary>
    private static string Code(string? file)
    {
        var text = file is not null
            ? File.ReadAllText(file)
            : Environment.GetEnvironmentVariable(CodeVariable) ?? Console.In.ReadLine();
        return text?.Trim() is { Length: > 0 } code
            ? code
            : throw new CourierException(
                "signin.wrong_code",
                $"The stewards' code is needed: give it by --code-file, {CodeVariable} or standard input."
            );
    }
}
