using System.Diagnostics;
using EdgeNode.Tests.System.Discovery;

namespace EdgeNode.Tests.System.Hosts;

/// <summary>
/// A file system of a few mebibytes that nobody else sees: a tmpfs in a mount namespace of its own, kept alive by a process that ends with ours. Cabinets
/// are started inside it, also again after a kill; the test fills and frees it from outside.
/// </summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly Process _keeper;
    private readonly string _folder;

    private SmallDisk(Process keeper, string folder) => (_keeper, _folder) = (keeper, folder);

    /// <summary>Starts a program inside the namespace.</summary>
    public string[] Inside => ["nsenter", $"--mount=/proc/{_keeper.Id}/ns/mnt", "--"];

    private string Filler => Seen("filler");

    /// <summary>A path inside, as it is reached from outside.</summary>
    public string Seen(string name) => $"/proc/{_keeper.Id}/root{_folder}/{name}";

    public static async Task<SmallDisk> MountAsync(string folder, int mebibytes)
    {
        Needs.Root();
        Directory.CreateDirectory(folder);
        var start = new ProcessStartInfo("unshare")
        {
            ArgumentList =
            {
                "--mount",
                "sh",
                "-c",
                "mount -t tmpfs -o size=\"$2\"m tmpfs \"$1\" && echo mounted && exec cat",
                "sh",
                folder,
                $"{mebibytes}",
            },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var keeper = Process.Start(start)!;
        var line = await Until.DoneAsync(keeper.StandardOutput.ReadLineAsync(), "the small file system is mounted");
        Assert.Equal("mounted", line);
        return new SmallDisk(keeper, folder);
    }

    /// <summary>Fills it up and gives the last bytes back: whole pages of 4 KiB.</summary>
    public void Fill(int leave)
    {
        var zeros = new byte[4096];
        using var filler = new FileStream(Filler, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        filler.Seek(0, SeekOrigin.End);
        try
        {
            while (true)
                filler.Write(zeros);
        }
        catch (IOException)
        {
            // Full, which was wanted; a last page that was written in part counts as whole.
        }
        filler.SetLength(Math.Max(0, (filler.Length + 4095) / 4096 * 4096 - leave));
    }

    public void Free() => File.Delete(Filler);

    public async ValueTask DisposeAsync()
    {
        _keeper.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await _keeper.WaitForExitAsync(limit.Token);
        _keeper.Dispose();
    }
}
