using System.Net.Sockets;
using EdgeNode.Tests.System.Brokers;

namespace EdgeNode.Tests.System.Hosts;

/// <summary>A cabinet is what its settings say, wherever it is started and whatever lies about there.</summary>
public sealed class StartFolderTests
{
    [Fact]
    public async Task Neither_reads_nor_watches_what_lies_in_the_folder_it_is_started_in()
    {
        await using var cabinet = CabinetProcess.Make();
        var elsewhere = TestNode.FreePort(cabinet.Address);
        cabinet.StartedIn = Directory.CreateDirectory(Path.Combine(cabinet.Folder, "here", "below")).Parent!.FullName;
        const string Planted = """{ "Kestrel": { "Endpoints": { "Back": { "Url": "URL" } } }, "urls": "URL" }""";
        var url = $"http://{cabinet.Address}:{elsewhere}";
        File.WriteAllText(
            Path.Combine(cabinet.StartedIn, "appsettings.json"),
            Planted.Replace("URL", url, StringComparison.Ordinal)
        );
        string[] environment = ["env", $"ASPNETCORE_URLS={url}", "ASPNETCORE_ENVIRONMENT=Development"];
        await cabinet.StartAsync(environment);
        using var visitor = CabinetVisitor.Resident(cabinet);
        Assert.Equal(200, (await visitor.GetAsync("")).Status);
        Assert.DoesNotContain("anon_inode:inotify", OpenFiles(cabinet.ProcessId));
        using var socket = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(() => socket.ConnectAsync(cabinet.Address, elsewhere));
    }

    private static List<string> OpenFiles(int process) =>
        [.. Directory.GetFiles($"/proc/{process}/fd").Select(link => new FileInfo(link).LinkTarget ?? "")];
}
