using EdgeNode.Tests.System.Discovery;

namespace EdgeNode.Tests.System.Browser;

/// <summary>A real cabinet: a process of its own with a data folder of its own, on a loopback address of its own.</summary>
internal sealed class Cabinet : IAsyncDisposable
{
    private const string CodeLine = "stewards' code: ";
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(45);

    private readonly Child _process;
    private readonly string _folder;

    private Cabinet(string name, string address, string folder, Child process) =>
        (Name, Address, _folder, _process) = (name, address, folder, process);

    public string Name { get; }
    public string Address { get; }
    public string Residents => $"http://{Address}:8080";
    public string Stewards => $"https://{Address}:8443";

    /// <summary>The code that the cabinet printed on its first start.</summary>
    public string StewardsCode { get; private set; } = "";

    /// <summary>What the cabinet has printed, for the message of a failed test.</summary>
    public string Said => _process.Said;

    public static async Task<Cabinet> StartAsync(string name, string address)
    {
        var folder = Directory.CreateTempSubdirectory("edgenode-browser-").FullName;
        var settings = Path.Combine(folder, "edgenode.ini");
        await File.WriteAllTextAsync(settings, SettingsOf(name, address));
        var none = new Dictionary<string, string>();
        var process = Child.Start(name, none, Program, "run", "--data", Path.Combine(folder, "data"), "--config", settings);
        var cabinet = new Cabinet(name, address, folder, process);
        try
        {
            await process.LineAsync(line => line == "ready", "\"ready\"", LongestStart);
            var code = await process.LineAsync(line => line.StartsWith(CodeLine, StringComparison.Ordinal), "the stewards' code");
            cabinet.StewardsCode = code[CodeLine.Length..];
            return cabinet;
        }
        catch
        {
            await cabinet.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Program =>
        Environment.GetEnvironmentVariable("EDGENODE_BIN") is { Length: > 0 } set ? set : Path.Combine(Tree.Root, "out", "edgenode");

    private static string SettingsOf(string name, string address) =>
        $"""
            [cabinet]
            name={name}
            [network]
            address={address}
            [residents]
            join=open
            [matching]
            plan=manual
            [timing]
            pace=demo

            """;
}

/// <summary>The repository that this assembly was built from.</summary>
internal static class Tree
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "EdgeNode.sln")) ? folder
        : Path.GetDirectoryName(folder) is { } above ? Find(above)
        : throw new DirectoryNotFoundException("EdgeNode.sln is in no folder above the test's assembly.");
}
