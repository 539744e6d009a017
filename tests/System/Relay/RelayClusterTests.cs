using System.Globalization;
using EdgeNode.Tests.System.Brokers;
using EdgeNode.Tests.System.Hosts;

namespace EdgeNode.Tests.System.Relay;

/// <summary>A relay of three nodes from Debian's packages, one of which is killed while cabinets use it.</summary>
public sealed class RelayClusterTests : IDisposable
{
    private const int Offerings = 48;
    private static readonly TimeSpan StartWithin = TimeSpan.FromMinutes(6);
    private static readonly TimeSpan Within = TimeSpan.FromMinutes(5);
    private readonly string _folder = Directory.CreateTempSubdirectory("edgenode-cluster-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public Task Three_nodes_of_nats_lose_and_double_nothing_when_one_is_killed() => Play("start-nats", "n1.pid", 18810);

    [Fact]
    [Trait("Length", "long")]
    public Task Three_nodes_of_rabbitmq_lose_and_double_nothing_when_one_is_killed() => Play("start-rabbitmq", "r1.pid", 18910);

    private async Task Play(string script, string victim, int basePort)
    {
        try
        {
            await RunScript(script, _folder, "--base", basePort.ToString(CultureInfo.InvariantCulture));
            await Exchange(victim, basePort);
        }
        finally
        {
            await RunScript("stop", _folder);
        }
    }

    private async Task Exchange(string victim, int basePort)
    {
        var doors = string.Join(
            ", ",
            Enumerable.Range(1, 3).Select(i => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{basePort + i}"))
        );
        await using var two = await TwoCabinets.PeeredAndPartedAsync(doors);
        using var resident = await TwoCabinets.ResidentAsync(two.Mill);
        for (var i = 0; i < Offerings; i++)
        {
            if (i == Offerings / 2)
                await Foreign.RunAsync("kill", "-9", (await File.ReadAllTextAsync(Path.Combine(_folder, victim))).Trim());
            await TwoCabinets.ShareAsync(resident, $"thing {i}");
        }
        await two.ArrivedAsync(Offerings, Within);
    }

    private static async Task RunScript(string name, params string[] arguments)
    {
        using var running = new Running([Path.Combine(Binaries.Root, "relay", name), .. arguments]);
        await Until.HoldsAsync(
            () => running.HasEnded,
            $"relay/{name} ends; it said: {running.Output} {running.Error}",
            StartWithin
        );
        var ended = await running.EndAsync();
        Assert.True(ended.Code == 0, $"relay/{name}: {ended}");
    }
}
