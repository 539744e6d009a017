namespace EdgeNode.Tests.System.Discovery;

/// <summary>Several cabinets on one machine, as in the demo: separate processes, each with its own loopback address.</summary>
public sealed class LoopbackDiscoveryTests
{
    // Another run of the tests, or a demo, may be on the same loopback: names carry this process's number.
    private static readonly string Run = $"{Environment.ProcessId}";

    [Fact]
    public async Task Three_cabinets_on_the_loopback_find_each_other_and_see_a_goodbye()
    {
        await using var north = Cabinet("North", 21, 'a');
        await using var south = Cabinet("South", 22, 'b');
        await using var east = Cabinet("East", 23, 'c');
        var all = new[] { (north, "North", "127.0.0.21"), (south, "South", "127.0.0.22"), (east, "East", "127.0.0.23") };
        foreach (var (cabinet, name, _) in all)
        {
            foreach (var (_, other, address) in all.Where(each => each.Item2 != name))
            {
                var line = await cabinet.LineAsync(line => line.StartsWith($"seen\t{other} {Run}\t"), $"{other} being found");
                Assert.Equal(["1", "8883", "8444", address], line.Split('\t')[3..]);
            }
        }

        Assert.Equal(0, await east.StopAsync());

        await north.LineAsync(line => line.StartsWith($"gone\tEast {Run}\t"), "East's goodbye", TimeSpan.FromSeconds(5));
        await south.LineAsync(line => line.StartsWith($"gone\tEast {Run}\t"), "East's goodbye", TimeSpan.FromSeconds(5));
        Assert.DoesNotContain($"gone\tSouth {Run}", north.Said);
        Assert.DoesNotContain($"seen\tNorth {Run}", north.Said);
    }

    [Fact]
    public async Task The_second_cabinet_of_one_name_takes_a_number()
    {
        await using var first = Cabinet("Corner", 24, 'd');
        await using var watcher = Cabinet("Watcher", 25, 'e');
        await watcher.LineAsync(line => line.StartsWith($"seen\tCorner {Run}\t"), "the first Corner");

        await using var second = Cabinet("Corner", 26, 'f');

        await second.LineAsync(line => line == $"name\tCorner {Run}\tCorner {Run} (2)", "its new name");
        var line = await watcher.LineAsync(line => line.StartsWith($"seen\tCorner {Run} (2)\t"), "the second Corner");
        Assert.EndsWith("\t127.0.0.26", line);
        Assert.DoesNotContain("name\t", first.Said);
    }

    [Fact]
    public async Task A_port_that_is_not_shared_is_told_in_one_sentence_and_taken_when_it_is_free()
    {
        await using var hosts = await TwoHosts.CreateAsync(withIPv4: true);
        await using var holder = Child.Helper(TwoHosts.In(hosts.A), "hold", "5353");
        await holder.LineAsync(line => line == "held", "the port being held");
        await using var blocked = Child.Helper(
            TwoHosts.In(hosts.A),
            "Blocked",
            "edgenode-g",
            new string('g', 13),
            "8883",
            "10.77.0.1"
        );
        await using var away = Child.Helper(TwoHosts.In(hosts.B), "Away", "edgenode-h", new string('h', 13), "8883", "10.77.0.2");

        var problem = await blocked.LineAsync(line => line.StartsWith("problem\t", StringComparison.Ordinal), "the problem");
        Assert.StartsWith("problem\tdiscovery.port_taken\tUDP port 5353 is held by a program", problem);
        Assert.Equal(0, await holder.StopAsync());

        await away.LineAsync(line => line.StartsWith("seen\tBlocked\t", StringComparison.Ordinal), "the cabinet that waited");
        Assert.Single(blocked.Said.Split(Environment.NewLine), line => line.StartsWith("problem\t", StringComparison.Ordinal));
    }

    private static Child Cabinet(string name, int address, char did) =>
        Child.Helper([], $"{name} {Run}", $"edgenode-{did}-{Run}", new string(did, 13), "8883", $"127.0.0.{address}");
}
