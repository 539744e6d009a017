namespace EdgeNode.Tests.System.Hosts;

/// <summary>The programs under test: what a steward starts, not this assembly's own copies.</summary>
internal static class Binaries
{
    /// <summary>The framework build: EDGENODE_BIN, else out/edgenode of this tree.</summary>
    public static string Built =>
        Existing(
            Environment.GetEnvironmentVariable("EDGENODE_BIN") ?? Path.Combine(Root, "out", "edgenode"),
            "Build it with: dotnet build src/Appliance -c Release"
        );

    /// <summary>The ahead-of-time build: EDGENODE_AOT, else artifacts/aot/edgenode of this tree.</summary>
    public static string AheadOfTime =>
        Existing(
            Environment.GetEnvironmentVariable("EDGENODE_AOT") ?? Path.Combine(Root, "artifacts", "aot", "edgenode"),
            "Build it with: .ci/publish-aot"
        );

    /// <summary>The source tree these tests run in.</summary>
    public static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "EdgeNode.sln")))
                folder = folder.Parent;
            return folder?.FullName ?? throw new InvalidOperationException("These tests run inside the source tree.");
        }
    }

    private static string Existing(string path, string todo)
    {
        Assert.True(File.Exists(path), $"There is no program {path}. {todo}");
        return path;
    }
}
