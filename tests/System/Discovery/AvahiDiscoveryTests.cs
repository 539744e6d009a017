using System.Net;

namespace EdgeNode.Tests.System.Discovery;

/// <summary>Against a foreign implementation, avahi, over a cable between two network namespaces.</summary>
public sealed class AvahiDiscoveryTests
{
    private const string Service = "_edgenode._tcp";

    [Fact]
    public async Task Avahi_browse_finds_and_resolves_a_cabinet_over_IPv4_and_IPv6_and_sees_its_goodbye()
    {
        await using var hosts = await TwoHosts.CreateAsync(withIPv4: true);
        await using var avahi = await AvahiHost.StartAsync(hosts.A);
        var browse = avahi.Browse(Service);
        await using var cabinet = Cabinet(hosts.B, "Garden.House 7");

        var v4 = await browse.LineAsync(
            line => line.StartsWith("=;enA;IPv4;", StringComparison.Ordinal),
            "the cabinet over IPv4"
        );
        var v6 = await browse.LineAsync(
            line => line.StartsWith("=;enA;IPv6;", StringComparison.Ordinal),
            "the cabinet over IPv6"
        );
        var resolved = avahi.Resolve("edgenode-q.local", "-6");
        await resolved.LineAsync(
            line => line.StartsWith("edgenode-q.local\tfe80::", StringComparison.Ordinal),
            "its IPv6 address"
        );
        Assert.Equal(0, await cabinet.StopAsync());
        await browse.LineAsync(line => line.StartsWith("-;enA;IPv4;", StringComparison.Ordinal), "the goodbye over IPv4");
        await browse.LineAsync(line => line.StartsWith("-;enA;IPv6;", StringComparison.Ordinal), "the goodbye over IPv6");

        // =;interface;protocol;name;type;domain;host;address;port;text
        Assert.Equal([@"Garden\.House\0327", Service, "local", "edgenode-q.local", "10.77.0.2", "8883"], v4.Split(';')[3..9]);
        Assert.Equal([@"Garden\.House\0327", Service, "local", "edgenode-q.local"], v6.Split(';')[3..7]);
        foreach (var pair in (string[])["\"v=1\"", "\"pair=8444\"", "\"did=qqqqqqqqqqqqq\""])
        {
            Assert.Contains(pair, v4.Split(';')[9]);
            Assert.Contains(pair, v6.Split(';')[9]);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cabinet_finds_a_service_that_avahi_publishes(bool withIPv4)
    {
        await using var hosts = await TwoHosts.CreateAsync(withIPv4);
        await using var avahi = await AvahiHost.StartAsync(hosts.A);
        await using var cabinet = Cabinet(hosts.B, "Watcher");
        var published = avahi.Publish(
            "Avahi's Österhus",
            Service,
            9883,
            "v=1-2",
            "pair=9444",
            "did=abcdefghijk23",
            "more=ignored"
        );

        var line = await cabinet.LineAsync(
            line => line.StartsWith("seen\t", StringComparison.Ordinal) && HasBothFamilies(line, withIPv4),
            "the published service"
        );
        await published.DisposeAsync();
        await cabinet.LineAsync(line => line.StartsWith("gone\tAvahi's Österhus\t", StringComparison.Ordinal), "its goodbye");

        Assert.Equal(["Avahi's Österhus", "abcdefghijk23", "1-2", "9883", "9444"], line.Split('\t')[1..6]);
        var addresses = line.Split('\t')[6].Split(',').Select(IPAddress.Parse).ToList();
        Assert.Equal(withIPv4, addresses.Contains(IPAddress.Parse("10.77.0.1")));
        Assert.All(addresses.Where(address => address.IsIPv6LinkLocal), address => Assert.NotEqual(0, address.ScopeId));
    }

    [Fact]
    public async Task A_name_that_avahi_holds_is_left_to_it()
    {
        await using var hosts = await TwoHosts.CreateAsync(withIPv4: true);
        await using var avahi = await AvahiHost.StartAsync(hosts.A);
        var published = avahi.Publish("Corner", Service, 9883, "v=1", "pair=9444", "did=abcdefghijk23");
        await published.LineAsync(line => line.Contains("Established", StringComparison.Ordinal), "avahi's claim");
        var browse = avahi.Browse(Service);

        await using var cabinet = Cabinet(hosts.B, "Corner");

        await cabinet.LineAsync(line => line == "name\tCorner\tCorner (2)", "the new name");
        await browse.LineAsync(
            line => line.StartsWith(@"=;enA;IPv4;Corner\032\0402\041;", StringComparison.Ordinal),
            "the cabinet"
        );
    }

    [Fact]
    public async Task A_name_that_a_cabinet_holds_is_defended_against_avahi()
    {
        await using var hosts = await TwoHosts.CreateAsync(withIPv4: true);
        await using var avahi = await AvahiHost.StartAsync(hosts.A);
        var browse = avahi.Browse(Service);
        await using var cabinet = Cabinet(hosts.B, "Corner");
        await browse.LineAsync(line => line.StartsWith("=;enA;IPv4;Corner;", StringComparison.Ordinal), "the cabinet");

        var published = avahi.Publish("Corner", Service, 9883, "v=1", "pair=9444", "did=abcdefghijk23");

        await published.LineAsync(
            line =>
                line.Contains("Corner #2", StringComparison.Ordinal) && line.Contains("Established", StringComparison.Ordinal),
            "avahi's other name"
        );
        await cabinet.LineAsync(line => line.StartsWith("seen\tCorner #2\t", StringComparison.Ordinal), "avahi's service");
        Assert.DoesNotContain("name\t", cabinet.Said);
    }

    [Fact]
    public async Task A_link_that_goes_down_takes_the_neighbour_along_and_brings_it_back()
    {
        await using var hosts = await TwoHosts.CreateAsync(withIPv4: true);
        await using var avahi = await AvahiHost.StartAsync(hosts.A);
        var published = avahi.Publish("Away", Service, 9883, "v=1", "pair=9444", "did=abcdefghijk23");
        await published.LineAsync(line => line.Contains("Established", StringComparison.Ordinal), "avahi's claim");
        var browse = avahi.Browse(Service);
        await using var cabinet = Cabinet(hosts.B, "Corner");
        await cabinet.LineAsync(SeesAway, "the published service");
        await browse.LineAsync(FindsCorner, "the cabinet");

        await TwoHosts.SetLinkAsync(hosts.B, "enB", up: false);
        await cabinet.LineAsync(line => line.StartsWith("gone\tAway\t", StringComparison.Ordinal), "the loss");
        var seen = Count(cabinet, SeesAway);
        await TwoHosts.SetLinkAsync(hosts.B, "enB", up: true);

        var deadline = TimeSpan.FromSeconds(20);
        await cabinet.LineAsync(SeesAway, "the published service again", deadline, nth: seen + 1);
        // avahi never let go of the cabinet: its own side of the cable was not told.
        await avahi.Browse(Service).LineAsync(FindsCorner, "the cabinet again", deadline, nth: 1);
    }

    private static int Count(Child child, Func<string, bool> fits) => child.Said.Split(Environment.NewLine).Count(fits);

    private static bool SeesAway(string line) => line.StartsWith("seen\tAway\t", StringComparison.Ordinal);

    private static bool FindsCorner(string line) => line.StartsWith("=;enA;IPv4;Corner;", StringComparison.Ordinal);

    [Fact]
    public async Task The_port_is_shared_with_avahi_on_one_host_and_a_late_address_is_announced()
    {
        await using var hosts = await TwoHosts.CreateAsync(withIPv4: false);
        await using var avahi = await AvahiHost.StartAsync(hosts.A);
        var browse = avahi.Browse(Service);
        await using var beside = Cabinet(hosts.A, "Beside");
        await using var away = Cabinet(hosts.B, "Away", 'w');
        await browse.LineAsync(
            line => line.StartsWith("=;enA;IPv6;Beside;", StringComparison.Ordinal),
            "the cabinet beside avahi"
        );
        await browse.LineAsync(
            line => line.StartsWith("=;enA;IPv6;Away;", StringComparison.Ordinal),
            "the cabinet on the other host"
        );
        await beside.LineAsync(line => line.StartsWith("seen\tAway\t", StringComparison.Ordinal), "Away, beside avahi");

        await TwoHosts.AddAddressAsync(hosts.B, "enB", "10.77.0.2/24");

        await beside.LineAsync(
            line => line.StartsWith("seen\tAway\t", StringComparison.Ordinal) && line.Contains("10.77.0.2"),
            "the new address"
        );
        await TwoHosts.AddAddressAsync(hosts.A, "enA", "10.77.0.1/24");
        await browse.LineAsync(line => line.StartsWith("=;enA;IPv4;Away;", StringComparison.Ordinal), "Away over IPv4");
    }

    private static bool HasBothFamilies(string line, bool withIPv4) =>
        line.Contains("fe80::") && (!withIPv4 || line.Contains("10.77.0.1"));

    private static Child Cabinet(string space, string name, char did = 'q') =>
        Child.Helper(TwoHosts.In(space), name, $"edgenode-{did}", new string(did, 13), "8883", "all");
}
