using System.Globalization;
using EdgeNode.Tests.System.Discovery;

namespace EdgeNode.Tests.System.Link;

/// <summary>The emulator does what it says, or what is measured over it means nothing.</summary>
public sealed class BadLinkTests
{
    /// <summary>Sends numbered datagrams to an echo at the other end; prints how many came back and the median of their times in ms.</summary>
    private const string Probe = """
        import socket, statistics, sys, time
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(0.5); times = []; n = int(sys.argv[1])
        for i in range(n):
            t = time.time(); s.sendto(b"%08d" % i, ("10.9.0.2", 7))
            try:
                while s.recvfrom(2048)[0] != b"%08d" % i: pass
                times.append((time.time() - t) * 1000)
            except TimeoutError: pass
        print(len(times), statistics.median(times) if times else 0)
        """;

    private const string Echo = """
        import socket
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("10.9.0.2", 7)); print("bound", flush=True)
        while True: b, a = s.recvfrom(2048); s.sendto(b, a)
        """;

    private static readonly Dictionary<string, string> NoEnvironment = [];

    [Fact]
    public async Task Delays_loses_counts_and_cuts_one_direction_alone()
    {
        await using var link = await BadLink.OpenAsync("--delay", "20", "--loss", "10", "--seed", "3");
        await using var echo = Child.Start("echo", NoEnvironment, [.. link.AtB, "python3", "-c", Echo]);
        await echo.LineAsync(line => line == "bound", "that it listens");
        await link.StartAsync();
        var (back, milliseconds) = await ProbeAsync(link, 60);
        Assert.InRange(back, 35, 58);
        Assert.InRange(milliseconds, 40, 400); // a busy machine is later, never earlier
        var (there, answers) = await link.CountAsync();
        Assert.Equal((60, 60 * 36), (there.OfferedPackets, there.OfferedBytes));
        Assert.Equal(60 - there.Lost, answers.OfferedPackets);
        Assert.Equal(back, answers.DeliveredPackets);

        await link.StartAsync();
        await link.CutAsync("ba");
        Assert.Equal(0, (await ProbeAsync(link, 3)).Back);
        (there, answers) = await link.CountAsync();
        Assert.Equal(3 - there.Lost, there.DeliveredPackets);
        Assert.Equal((0, there.DeliveredPackets), (answers.DeliveredPackets, answers.CutOff));
        await link.MendAsync();
        Assert.InRange((await ProbeAsync(link, 10)).Back, 3, 10);
    }

    [Fact]
    public async Task Takes_its_namespaces_along_when_it_ends()
    {
        var link = await BadLink.OpenAsync();
        Assert.True(File.Exists($"/run/netns/{link.SpaceA}"));
        await link.DisposeAsync();
        Assert.False(File.Exists($"/run/netns/{link.SpaceA}") || File.Exists($"/run/netns/{link.SpaceB}"));
    }

    private static async Task<(int Back, double Milliseconds)> ProbeAsync(BadLink link, int count)
    {
        await using var probe = Child.Start("probe", NoEnvironment, [.. link.AtA, "python3", "-c", Probe, $"{count}"]);
        var said = (await probe.LineAsync(line => line.Split(' ').Length == 2, "the count", TimeSpan.FromSeconds(60))).Split(' ');
        return (int.Parse(said[0], CultureInfo.InvariantCulture), double.Parse(said[1], CultureInfo.InvariantCulture));
    }
}
