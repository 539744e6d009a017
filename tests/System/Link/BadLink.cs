using System.Diagnostics;
using System.Text.Json;
using EdgeNode.Tests.System.Discovery;
using EdgeNode.Tests.System.Hosts;

namespace EdgeNode.Tests.System.Link;

/// <summary>What one direction of a link did: bytes and packets that were offered to it and that it delivered.</summary>
internal sealed record Carried(
    long OfferedPackets,
    long OfferedBytes,
    long DeliveredPackets,
    long DeliveredBytes,
    long Lost,
    long CutOff
);

/// <summary>
/// Two network namespaces and a bad link between them (edgelink.c): delay, loss, rate, flapping, cuts of one direction. End a is 10.9.0.1, end b 10.9.0.2. The
/// link ends with this object, or with this process, and takes its namespaces along.
/// </summary>
internal sealed class BadLink : IAsyncDisposable
{
    public const string A = "10.9.0.1";
    public const string B = "10.9.0.2";
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(30);
    private static readonly SemaphoreSlim Compiling = new(1);
    private static int _made;

    private readonly Process _process;

    private BadLink(Process process, string name) => (_process, SpaceA, SpaceB) = (process, name + "a", name + "b");

    public string SpaceA { get; }
    public string SpaceB { get; }

    /// <summary>The start of a command line that runs at an end.</summary>
    public string[] AtA => ["ip", "netns", "exec", SpaceA];
    public string[] AtB => ["ip", "netns", "exec", SpaceB];

    /// <param name="options">As edgelink --help lists them, such as <c>--delay 100</c>.</param>
    public static async Task<BadLink> OpenAsync(params string[] options)
    {
        Needs.Root();
        Needs.Program("/usr/sbin/ip", "/sbin/ip", package: "iproute2");
        Assert.True(File.Exists("/dev/net/tun"), "This test makes a TUN interface, and this machine has no /dev/net/tun.");
        var program = await CompileAsync();
        var name = $"edgelink-{Environment.ProcessId}-{Interlocked.Increment(ref _made)}t";
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var word in (string[])["--a", $"{name}a/{A}", "--b", $"{name}b/{B}", .. options])
            start.ArgumentList.Add(word);
        var link = new BadLink(Process.Start(start)!, name);
        Assert.True(await link._process.StandardOutput.ReadLineAsync() is not null, "The link emulator did not start.");
        return link;
    }

    /// <summary>The schedule begins and the counters are zero.</summary>
    public Task StartAsync() => AskAsync("start");

    /// <summary>Nothing passes from here on: "ab", "ba" or "both".</summary>
    public Task CutAsync(string way) => AskAsync("cut " + way);

    public Task MendAsync() => AskAsync("mend");

    public async Task<(Carried AToB, Carried BToA)> CountAsync()
    {
        using var counts = JsonDocument.Parse(await AskAsync("count"));
        return (Of(counts.RootElement.GetProperty("ab")), Of(counts.RootElement.GetProperty("ba")));
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await Until.DoneAsync(
            _process.WaitForExitAsync().ContinueWith(done => done.IsCompletedSuccessfully),
            "the link ends with its standard input",
            EndWithin
        );
        _process.Dispose();
    }

    private static Carried Of(JsonElement way)
    {
        long Number(string name) => way.GetProperty(name).GetInt64();
        return new(
            Number("offered_packets"),
            Number("offered_bytes"),
            Number("delivered_packets"),
            Number("delivered_bytes"),
            Number("lost"),
            Number("cut_off")
        );
    }

    private async Task<string> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        var answer = await _process.StandardOutput.ReadLineAsync();
        Assert.True(answer is not null, "The link emulator has ended.");
        return answer;
    }

    private static async Task<string> CompileAsync()
    {
        var source = Path.Combine(Binaries.Root, "tests", "System", "Link", "edgelink.c");
        var program = Path.Combine(Binaries.Root, "artifacts", "edgelink");
        await Compiling.WaitAsync();
        try
        {
            if (!File.Exists(program) || File.GetLastWriteTimeUtc(program) < File.GetLastWriteTimeUtc(source))
            {
                Needs.Program("/usr/bin/clang", "/usr/local/bin/clang", package: "clang");
                await Child.RunAsync("clang", "-O2", "-Wall", "-Wextra", "-o", program + ".new", source, "-lm");
                File.Move(program + ".new", program, overwrite: true);
            }
            return program;
        }
        finally
        {
            Compiling.Release();
        }
    }
}
