using System.Diagnostics;
using EdgeNode.Tests.System.Brokers;
using EdgeNode.Tests.System.Hosts;

namespace EdgeNode.Tests.System.Relay;

/// <summary>Cabinets that do not reach each other, and a plain broker between them.</summary>
public sealed class RelayTests
{
    private const int Offerings = 48;
    private static readonly TimeSpan Within = TimeSpan.FromMinutes(3);

    /// <summary>The default of <c>[peers] flood_patience</c>.</summary>
    private static readonly TimeSpan FloodedFor = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Nothing_is_lost_or_doubled_while_the_relay_is_killed_and_started_again()
    {
        await using var relay = await PlainRelay.StartAsync();
        await using var two = await TwoCabinets.PeeredAndPartedAsync(relay.Address);
        using var resident = await TwoCabinets.ResidentAsync(two.Mill);
        for (var i = 0; i < Offerings; i++)
        {
            if (i is 12 or 32)
                await relay.KillAsync();
            if (i is 18 or 38)
                await relay.RunAsync();
            await TwoCabinets.ShareAsync(resident, $"thing {i}");
        }
        await two.ArrivedAsync(Offerings, Within);
    }

    [Fact]
    public async Task A_cabinet_that_was_away_gets_what_the_relay_kept_for_it()
    {
        await using var relay = await PlainRelay.StartAsync();
        await using var two = await TwoCabinets.PeeredAndPartedAsync(relay.Address);
        using var resident = await TwoCabinets.ResidentAsync(two.Mill);
        await TwoCabinets.ShareAsync(resident, "bread");
        await two.ArrivedAsync(1, Within);
        await two.Hill.StopAsync();
        await TwoCabinets.ShareAsync(resident, "a lamp");
        await Until.HoldsAsync(
            () => TwoCabinets.Number(two.Mill, "SELECT count(*) FROM bundle_out") > 0,
            "Mill hands it to the relay"
        );
        await two.Mill.StopAsync();
        await two.Hill.StartAsync();
        await Until.HoldsAsync(() => TwoCabinets.Offerings(two.Hill) == 2, "the lamp is at Hill while Mill is away", Within);
        await two.Mill.StartAsync();
        await two.ArrivedAsync(2, Within);
    }

    [Fact]
    public async Task Whoever_reads_at_the_relay_sees_no_word_of_what_passes()
    {
        await using var relay = await PlainRelay.StartAsync();
        using var spy = new Running([
            "mosquitto_sub",
            "-h",
            "127.0.0.1",
            "-p",
            $"{relay.Port}",
            "-t",
            "#",
            "-q",
            "1",
            "-v",
            "-F",
            "%t %l %x",
        ]);
        await using var two = await TwoCabinets.PeeredAndPartedAsync(relay.Address);
        using var resident = await TwoCabinets.ResidentAsync(two.Mill);
        await TwoCabinets.ShareAsync(resident, "sourdough");
        await two.ArrivedAsync(1, Within);
        await Until.HoldsAsync(() => spy.Output.Contains("/d/", StringComparison.Ordinal), "the spy has seen a bundle");
        foreach (var word in new[] { "sourdough", "Anna", "edgenode/1", "\"kind\"" })
            Assert.DoesNotContain(
                Convert.ToHexStringLower(global::System.Text.Encoding.UTF8.GetBytes(word)),
                spy.Output,
                StringComparison.OrdinalIgnoreCase
            );
        Assert.Contains(Convert.ToHexStringLower("age-encryption.org/v1"u8), spy.Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Forged_and_foreign_messages_at_the_relay_change_nothing()
    {
        await using var relay = await PlainRelay.StartAsync();
        await using var two = await TwoCabinets.PeeredAndPartedAsync(relay.Address);
        using var resident = await TwoCabinets.ResidentAsync(two.Mill);
        await TwoCabinets.ShareAsync(resident, "bread");
        await two.ArrivedAsync(1, Within);
        var (mill, hill) = (Did(two.Mill), Did(two.Hill));
        foreach (var payload in new[] { "", "x", "age-encryption.org/v1\n-> X25519 x\n", new string('y', 70_000) })
        foreach (var kind in new[] { "d", "r", "h" })
            await Foreign.RunAsync(
                "mosquitto_pub",
                "-h",
                "127.0.0.1",
                "-p",
                $"{relay.Port}",
                "-q",
                "1",
                "-t",
                $"en/1/{hill}/{mill}/{kind}/shared",
                "-m",
                payload
            );
        await TwoCabinets.ShareAsync(resident, "a lamp");
        await two.ArrivedAsync(2, Within);
    }

    [Fact]
    public async Task A_flood_at_the_relay_in_a_neighbours_name_suspends_nobody()
    {
        // Longer than the patience with a peer that floods by its own link.
        var longer = FloodedFor + TimeSpan.FromSeconds(2);
        await using var relay = await PlainRelay.StartAsync();
        await using var two = await TwoCabinets.PeeredAndPartedAsync(relay.Address);
        using var resident = await TwoCabinets.ResidentAsync(two.Mill);
        var topic = $"en/1/{Did(two.Hill)}/{Did(two.Mill)}/d/shared";
        var lines = Path.Combine(two.Mill.Folder, "flood");
        await File.WriteAllLinesAsync(lines, Enumerable.Repeat("again and again", 20_000));
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < longer; )
            await Foreign.RunAsync("sh", ["-c", $"exec mosquitto_pub -h 127.0.0.1 -p {relay.Port} -t {topic} -l < '{lines}'"]);
        await Until.HoldsAsync(
            () => TwoCabinets.Number(two.Hill, "SELECT count(*) FROM refusal WHERE code = 'peer.flood'") == 1,
            "it is cut"
        );
        await TwoCabinets.ShareAsync(resident, "bread");
        await two.ArrivedAsync(1, Within);
        Assert.Equal(1, TwoCabinets.Number(two.Hill, "SELECT count(*) FROM peering WHERE state = 'enrolled'"));
    }

    private static string Did(CabinetProcess cabinet)
    {
        using var db = new EdgeNode.Store.StoreFile(cabinet.Database).OpenReader();
        return db.Text("SELECT did FROM identity WHERE type = 'node' AND did = home AND did NOT IN (SELECT did FROM peering)")!;
    }
}
