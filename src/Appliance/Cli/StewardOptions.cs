using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
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

    /// <summary>Signs in, acts, and prints the report as a sentence or as JSON; 1 when it is not good or something refused.</summary>
    public static async Task<int> RunAsync<T>(
        ParseResult parsed,
        Func<StewardClient, Task<T>> act,
        ReportForm<T> form,
        CancellationToken token
    )
        where T : IReport
    {
        var json = parsed.GetValue(Json);
        try
        {
            using var door = await SignInAsync(parsed, token);
            var report = await act(door);
            Console.WriteLine(json ? JsonSerializer.Serialize(report, form.Json) : report.Says);
            return report.Good ? 0 : 1;
        }
        catch (Exception e) when (e is CourierException or SetupException or IOException or UnauthorizedAccessException)
        {
            var code = (e as CourierException)?.Code ?? (e as SetupException)?.Code ?? form.Otherwise;
            if (json)
                Console.WriteLine(JsonSerializer.Serialize(form.Failed(code, e.Message), form.Json));
            Console.Error.WriteLine($"edgenode: {e.Message}");
            return 1;
        }
    }

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

/// <summary>What a steward's command did, for people and for programs.</summary>
internal interface IReport
{
    bool Good { get; }

    /// <summary>What is printed without --json.</summary>
    string Says { get; }
}

/// <summary>How a report is written.</summary>
/// <param name="Json">Its form as JSON.</param>
/// <param name="Failed">The report of a failure: code and sentence.</param>
/// <param name="Otherwise">The code of a file that could not be read or written.</param>
internal sealed record ReportForm<T>(JsonTypeInfo<T> Json, Func<string, string, T> Failed, string Otherwise);
