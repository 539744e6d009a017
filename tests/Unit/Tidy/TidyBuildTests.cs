using System.Diagnostics;

namespace EdgeNode.Tests.Unit.Tidy;

/// <summary>The layer list of Directory.Build.targets, tried with projects that obey it and projects that do not.</summary>
public sealed class TidyBuildTests : IDisposable
{
    static readonly TimeSpan LongestBuild = TimeSpan.FromSeconds(60);

    readonly string _tree = Directory.CreateTempSubdirectory("edgenode-layers-").FullName;

    public void Dispose() => Directory.Delete(_tree, recursive: true);

    [Theory]
    [InlineData("Sync", "Federation")]
    [InlineData("Store", "Wire")]
    [InlineData("Matching", "Appliance")]
    public void A_reference_against_the_layers_stops_the_build(string project, string reference)
    {
        var output = CheckLayers(project, reference, out var code);

        Assert.Contains($"error EDGE001: {project} may not reference {reference}", output, StringComparison.Ordinal);
        Assert.NotEqual(0, code);
    }

    [Fact]
    public void A_reference_along_the_layers_builds()
    {
        var output = CheckLayers("Federation", "Sync", out var code);

        Assert.DoesNotContain("EDGE001", output, StringComparison.Ordinal);
        Assert.Equal(0, code);
    }

    [Fact]
    public void No_project_stands_at_the_root_where_it_would_pick_up_the_output_of_both_targets() =>
        Tree.NoneOf(Tree.Files.Where(f => !f.Contains('/') && f.EndsWith("proj", StringComparison.Ordinal)));

    /// <summary>Runs the check alone, in a tree with this repository's build files and two empty projects.</summary>
    string CheckLayers(string project, string reference, out int code)
    {
        foreach (var file in Tree.Files.Where(f => f.StartsWith("Directory.", StringComparison.Ordinal)))
        {
            File.Copy(Tree.PathOf(file), Path.Combine(_tree, file));
        }
        WriteProject(reference, "");
        WriteProject(project, $"""<ItemGroup><ProjectReference Include="../{reference}/{reference}.csproj" /></ItemGroup>""");
        return Run(out code, "msbuild", $"src/{project}/{project}.csproj", "-t:CheckLayers", "-nologo", "-nodeReuse:false");
    }

    void WriteProject(string name, string items)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_tree, "src", name)).FullName;
        File.WriteAllText(Path.Combine(folder, name + ".csproj"), $"""<Project Sdk="Microsoft.NET.Sdk">{items}</Project>""");
    }

    string Run(out int code, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            WorkingDirectory = _tree,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(LongestBuild);
        using var _ = deadline.Token.Register(() => process.Kill(entireProcessTree: true));
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        code = process.ExitCode;
        return output;
    }
}
