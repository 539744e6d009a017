using EdgeNode.Tests.System.Hosts;

namespace EdgeNode.Tests.System.Browser;

/// <summary>A cabinet that announces itself and looks for neighbours, as its people know it: by its name and where its doors are.</summary>
internal sealed class Cabinet : IAsyncDisposable
{
    private readonly CabinetProcess _process;

    private Cabinet(string name, CabinetProcess process) => (Name, _process) = (name, process);

    public string Name { get; }
    public string Address => _process.Address.ToString();
    public string Residents => $"http://{Address}:{_process.ResidentsPort}";
    public string Stewards => $"https://{Address}:{_process.StewardsPort}";

    /// <summary>The code that the cabinet printed on its first start.</summary>
    public string StewardsCode => _process.StewardsCode;

    /// <summary>What the cabinet has printed.</summary>
    public string Output => _process.Output;

    /// <summary>The process, for tests that stop it and start it again.</summary>
    public CabinetProcess Process => _process;

    /// <param name="prepare">Sets what this cabinet has and others have not.</param>
    public static async Task<Cabinet> StartAsync(string name, Action<CabinetProcess>? prepare = null)
    {
        var process = CabinetProcess.Make();
        process.Set("cabinet:name", name);
        process.Set("network:discovery", "yes");
        prepare?.Invoke(process);
        var cabinet = new Cabinet(name, process);
        try
        {
            await process.StartAsync();
            return cabinet;
        }
        catch
        {
            await cabinet.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
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
