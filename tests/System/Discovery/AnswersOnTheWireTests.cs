namespace EdgeNode.Tests.System.Discovery;

/// <summary>What a cabinet sends, heard by a program on another host.</summary>
public sealed class AnswersOnTheWireTests
{
    private const string Instance = "Corner._edgenode._tcp.local";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("group")]
    [InlineData("10.77.0.2")]
    public async Task A_plain_resolver_is_answered_alone_with_its_own_number_and_a_short_life(string destination)
    {
        await using var hosts = await TwoHosts.CreateAsync(withIPv4: true);
        await using var cabinet = await EstablishedAsync(hosts);

        await using var resolver = Ear(hosts, port: 0, destination, Instance, "33");

        var reply = await resolver.LineAsync(line => line.StartsWith("response\talone\t", StringComparison.Ordinal), "the reply");
        Assert.Equal(["10.77.0.2:5353", "1234", "33", "33", "10"], reply.Split('\t')[2..]);
    }

    [Fact]
    public async Task Who_asks_for_an_answer_alone_gets_it_alone()
    {
        await using var hosts = await TwoHosts.CreateAsync(withIPv4: true);
        await using var cabinet = await EstablishedAsync(hosts);

        await using var asker = Ear(hosts, port: 5353, "group", Instance, "33", "alone");

        var reply = await asker.LineAsync(line => line.StartsWith("response\t", StringComparison.Ordinal), "the reply");
        Assert.Equal(["alone", "10.77.0.2:5353", "0000", "", "33", "120"], reply.Split('\t')[1..]);
    }

    [Fact]
    public async Task A_type_that_the_name_does_not_have_is_denied()
    {
        await using var hosts = await TwoHosts.CreateAsync(withIPv4: true);
        await using var cabinet = await EstablishedAsync(hosts);

        await using var asker = Ear(hosts, port: 5353, "group", Instance, "12");

        var reply = await asker.LineAsync(line => line.StartsWith("response\tgroup\t", StringComparison.Ordinal), "the reply");
        Assert.Equal(["47", "120"], reply.Split('\t')[5..]);
    }

    [Fact]
    public async Task What_avahi_lists_as_known_is_not_told_again()
    {
        await using var hosts = await TwoHosts.CreateAsync(withIPv4: true);
        await using var cabinet = await EstablishedAsync(hosts);
        await using var avahi = await AvahiHost.StartAsync(hosts.A);
        await using var ear = Ear(hosts, port: 5353);
        await ear.LineAsync(line => line == "ready", "the ear");
        _ = avahi.Browse("_edgenode._tcp");

        // avahi asks again and again, and from the second time on it says what it knows.
        await ear.LineAsync(KnowingQuery, "a question with a known answer", Soon, nth: 1);
        await ear.LineAsync(KnowingQuery, "the next one", Soon, nth: 2);

        var lines = ear.Said.Split(Environment.NewLine).ToList();
        var between = lines[lines.FindIndex(line => KnowingQuery(line))..lines.FindLastIndex(line => KnowingQuery(line))];
        Assert.DoesNotContain(
            between,
            line => line.StartsWith("response\tgroup\t10.77.0.2:", StringComparison.Ordinal) && Answers(line, "12")
        );
    }

    private static bool KnowingQuery(string line) =>
        line.StartsWith("query\tgroup\t10.77.0.1:5353\t", StringComparison.Ordinal)
        && line.Split('\t')[4] == "12"
        && Answers(line, "12");

    private static bool Answers(string line, string type) => line.Split('\t')[5].Split(' ').Contains(type);

    private static async Task<Child> EstablishedAsync(TwoHosts hosts)
    {
        await using var ear = Ear(hosts, port: 5353);
        await ear.LineAsync(line => line == "ready", "the ear");
        var cabinet = Child.Helper(TwoHosts.In(hosts.B), "Corner", "edgenode-q", new string('q', 13), "8883", "10.77.0.2");
        await ear.LineAsync(Announcement, "the second announcement", Soon, nth: 2);
        return cabinet;
    }

    private static bool Announcement(string line) =>
        line.StartsWith("response\tgroup\t10.77.0.2:5353\t", StringComparison.Ordinal) && Answers(line, "16");

    private static Child Ear(TwoHosts hosts, int port, params string[] question) =>
        Child.Helper(TwoHosts.In(hosts.A), ["ear", "10.77.0.1", $"{port}", .. question]);
}
