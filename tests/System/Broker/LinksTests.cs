using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using EdgeNode.Sync;
using EdgeNode.Sync.Io;

namespace EdgeNode.Tests.System.Brokers;

public sealed class LinksTests
{
    private const string AnnasAddress = "127.0.0.31";
    private const string BensAddress = "127.0.0.32";

    /// <summary>Anna and Ben admit each other; Ben dials Anna, Anna waits for Ben.</summary>
    private static async Task<(TestNode Anna, TestNode Ben)> PairAsync(LinksOptions? options = null)
    {
        var anna = await TestNode.StartAsync(AnnasAddress);
        var ben = await TestNode.StartAsync(BensAddress, anna.Identity);
        anna.Broker.Admit(ben.Did, ben.Identity.Pem);
        await anna.WithLinksAsync(options);
        await ben.WithLinksAsync(options);
        anna.Links!.Open(ben.Unreachable);
        ben.Links!.Open(anna.Target);
        Assert.Equal(new LinkUp(anna.Did, LinkWay.Outgoing), await ben.NextAsync<LinkUp>());
        Assert.Equal(new LinkUp(ben.Did, LinkWay.Incoming), await anna.NextAsync<LinkUp>());
        return (anna, ben);
    }

    [Fact]
    public async Task Two_nodes_talk_both_ways_over_one_outgoing_link()
    {
        var (anna, ben) = await PairAsync();
        await using var first = anna;
        await using var second = ben;
        Assert.Equal(SendResult.Sent, anna.Links!.Send(ben.Did, TopicKind.Data, "shared", "seeds"u8.ToArray()));
        Assert.Equal(SendResult.Sent, ben.Links!.Send(anna.Did, TopicKind.Receipt, "control", "taken"u8.ToArray()));
        var toBen = await ben.NextAsync<LinkMessage>();
        var toAnna = await anna.NextAsync<LinkMessage>();
        Assert.Equal((anna.Did, TopicKind.Data, "shared", "seeds"), (toBen.From, toBen.Kind, toBen.Class, Text(toBen)));
        Assert.Equal((ben.Did, TopicKind.Receipt, "control", "taken"), (toAnna.From, toAnna.Kind, toAnna.Class, Text(toAnna)));
    }

    [Fact]
    public async Task A_link_comes_up_over_a_network_that_takes_its_time()
    {
        await using var anna = await TestNode.StartAsync(AnnasAddress);
        await using var ben = await TestNode.StartAsync(BensAddress, anna.Identity);
        anna.Broker.Admit(ben.Did, ben.Identity.Pem);
        await anna.WithLinksAsync();
        await ben.WithLinksAsync(LinksOptions.Default);
        await using var door = await SlowDoor.StartAsync(anna.Address, new IPEndPoint(anna.Address, anna.Port));
        anna.Links!.Open(ben.Unreachable);
        ben.Links!.Open(anna.Target with { Port = door.Port });
        await Foreign.UntilAsync(door.SomebodyWaits, "Ben's try to connect is pending");
        await door.OpenAsync();
        await ben.NextAsync<LinkUp>();
        await anna.NextAsync<LinkUp>();
        Assert.Equal(1, ben.Links.Status()[0].Tries);
        Assert.Equal(SendResult.Sent, ben.Say(anna.Did, "from far away"));
        Assert.Equal("from far away", await anna.NextTextAsync());
    }

    [Fact]
    public async Task The_largest_bundle_passes_and_a_larger_one_is_never_sent()
    {
        var (anna, ben) = await PairAsync();
        await using var first = anna;
        await using var second = ben;
        var bundle = new byte[64_000];
        Random.Shared.NextBytes(bundle);
        Assert.Equal(SendResult.Sent, anna.Links!.Send(ben.Did, TopicKind.Data, "restore-only", bundle));
        Assert.Equal(bundle, (await ben.NextAsync<LinkMessage>()).Bytes);
        var limit = new byte[BrokerFiles.MaxMessageBytes];
        Assert.Equal(SendResult.Sent, ben.Links!.Send(anna.Did, TopicKind.Data, "public", limit));
        Assert.Equal(limit.Length, (await anna.NextAsync<LinkMessage>()).Bytes.Length);
        Assert.Throws<ArgumentException>(() => anna.Links.Send(ben.Did, TopicKind.Data, "public", new byte[limit.Length + 1]));
        Assert.Throws<ArgumentException>(() => anna.Links.Send(ben.Did, TopicKind.Data, "local-only", bundle));
    }

    [Fact]
    public async Task Many_messages_arrive_all_and_in_order()
    {
        const int Messages = 2000;
        // Custody never sends so many small ones; here they stand for what it sends in an hour.
        var patient = LinksOptions.Default with
        {
            Retry = BackOffOptions.Demo,
            Flood = new FloodOptions { SmallBurst = Messages },
        };
        var (anna, ben) = await PairAsync(patient);
        await using var first = anna;
        await using var second = ben;
        var receiving = Task.Run(async () =>
        {
            for (int i = 0; i < Messages; i++)
                Assert.Equal(i.ToString(CultureInfo.InvariantCulture).PadLeft(1024), await anna.NextTextAsync());
        });
        for (int i = 0; i < Messages; i++)
        {
            var text = i.ToString(CultureInfo.InvariantCulture).PadLeft(1024);
            await Foreign.UntilAsync(() => ben.Say(anna.Did, text) == SendResult.Sent, "room for a message");
        }
        await receiving.WaitAsync(TestNode.Deadline);
        var status = Assert.Single(ben.Links!.Status());
        Assert.Equal((Messages, Messages * 1024L, LinkWay.Outgoing), (status.MessagesOut, status.BytesOut, status.Way));
    }

    [Fact]
    public async Task Says_when_there_is_no_way_and_when_too_much_is_under_way()
    {
        var (anna, ben) = await PairAsync();
        await using var first = anna;
        await using var second = ben;
        Assert.Equal(SendResult.NoWay, ben.Say(new TestIdentity().Did, "nobody"));
        Suspend(anna.Broker.ProcessId);
        try
        {
            var megabyte = Enumerable.Repeat(new byte[60_000], 18);
            Assert.Contains(SendResult.Full, megabyte.Select(each => ben.Links!.Send(anna.Did, TopicKind.Data, "public", each)));
        }
        finally
        {
            Resume(anna.Broker.ProcessId);
        }
        await Foreign.UntilAsync(() => ben.Say(anna.Did, "again") == SendResult.Sent, "room after the broker woke up");
    }

    [Fact]
    public async Task Keeps_the_way_that_works_and_falls_back_to_the_other()
    {
        var (anna, ben) = await PairAsync();
        await using var first = anna;
        await using var second = ben;
        anna.Links!.Open(ben.Target);
        await Foreign.UntilAsync(() => anna.Links.Status()[0].Connected, "Anna's own connection to Ben's broker");
        Assert.Equal(LinkWay.Incoming, anna.Links.Status()[0].Way);
        anna.Broker.Remove(ben.Did);
        await Foreign.UntilAsync(() => anna.Links.Status()[0].Way == LinkWay.Outgoing, "the other way");
        await Foreign.UntilAsync(() => anna.Say(ben.Did, "still here") == SendResult.Sent, "a way to Ben");
        Assert.Equal("still here", await ben.NextTextAsync());
    }

    [Fact]
    public async Task A_closed_link_is_known_at_once_on_both_sides_and_can_be_opened_again()
    {
        var (anna, ben) = await PairAsync();
        await using var first = anna;
        await using var second = ben;
        var clock = Stopwatch.StartNew();
        ben.Links!.Close(anna.Did);
        Assert.Equal(ben.Did, (await anna.NextAsync<LinkDown>()).Did);
        Assert.Equal(anna.Did, (await ben.NextAsync<LinkDown>()).Did);
        Assert.True(clock.Elapsed < LinksOptions.Default.DeadAfter);
        Assert.Equal(SendResult.NoWay, anna.Say(ben.Did, "hello"));
        ben.Links.Open(anna.Target);
        await anna.NextAsync<LinkUp>();
        Assert.Equal(SendResult.Sent, anna.Say(ben.Did, "hello"));
        Assert.Equal("hello", await ben.NextTextAsync());
    }

    [Fact]
    public async Task Hearsay_of_another_address_does_not_cut_a_link_that_works()
    {
        var (anna, ben) = await PairAsync();
        await using var first = anna;
        await using var second = ben;
        ben.Links!.Open(anna.Target with { Port = TestNode.FreePort(anna.Address) });
        Assert.Equal(SendResult.Sent, ben.Say(anna.Did, "still here"));
        Assert.Equal("still here", await anna.NextTextAsync());
        Assert.Equal((1L, LinkWay.Outgoing), (ben.Links.Status()[0].Tries, ben.Links.Status()[0].Way));
        anna.Broker.Remove(ben.Did);
        await Foreign.UntilAsync(
            () => ben.Links.Status()[0] is { Tries: >= 2, LastFault: not null },
            "the other address is tried"
        );
        ben.Links.Open(anna.Target);
        anna.Broker.Admit(ben.Did, ben.Identity.Pem);
        await ben.NextAsync<LinkUp>();
    }

    [Fact]
    public async Task A_silent_link_is_noticed_by_its_missing_signs_of_life_and_comes_back()
    {
        var quick = LinksOptions.Default with
        {
            Retry = BackOffOptions.Demo,
            PingEvery = TimeSpan.FromSeconds(0.2),
            DeadAfter = TimeSpan.FromSeconds(1),
        };
        var (anna, ben) = await PairAsync(quick);
        await using var first = anna;
        await using var second = ben;
        Suspend(anna.Broker.ProcessId);
        try
        {
            Assert.Contains("no sign of life", (await ben.NextAsync<LinkDown>()).Reason, StringComparison.Ordinal);
            await anna.NextAsync<LinkDown>();
        }
        finally
        {
            Resume(anna.Broker.ProcessId);
        }
        await ben.NextAsync<LinkUp>();
        await anna.NextAsync<LinkUp>();
    }

    [Fact]
    public async Task A_killed_broker_is_started_again_and_the_link_recovers()
    {
        var (anna, ben) = await PairAsync();
        await using var first = anna;
        await using var second = ben;
        int killed = anna.Broker.ProcessId!.Value;
        Process.GetProcessById(killed).Kill();
        await ben.NextAsync<LinkDown>();
        await anna.NextAsync<LinkDown>();
        await anna.NextAsync<BrokerUp>();
        await ben.NextAsync<LinkUp>();
        await anna.NextAsync<LinkUp>();
        Assert.NotEqual(killed, anna.Broker.ProcessId);
        Assert.Equal(1, anna.Broker.Restarts);
        Assert.Equal(SendResult.Sent, anna.Say(ben.Did, "after the fall"));
        Assert.Equal("after the fall", await ben.NextTextAsync());
    }

    [Fact]
    public async Task A_flood_is_cut_and_counted_before_anybody_looks_at_it()
    {
        var few = LinksOptions.Default with
        {
            Retry = BackOffOptions.Demo,
            Flood = new FloodOptions { MessageBurst = 20, MessagesPerSecond = 1 },
        };
        var (anna, ben) = await PairAsync(few);
        await using var first = anna;
        await using var second = ben;
        for (int i = 0; i < 200; i++)
            Assert.Equal(SendResult.Sent, ben.Say(anna.Did, "again and again"));
        await Foreign.UntilAsync(
            () => anna.Links!.Status()[0] is var link && link.MessagesIn + link.Flooded >= 200,
            "all messages counted"
        );
        Assert.InRange(anna.Links!.Status()[0].MessagesIn, 10, 30);
        var (cut, told) = (anna.Links.Status()[0].Flooded, 0L);
        while (told < cut)
            told += (await anna.NextAsync<LinkFlooded>()).Dropped;
        Assert.Equal(cut, told);
    }

    [Fact]
    public async Task A_broker_that_shows_another_certificate_is_not_spoken_to()
    {
        await using var anna = await TestNode.StartAsync(AnnasAddress);
        await using var ben = await TestNode.StartAsync(BensAddress);
        using var impostor = new TestIdentity();
        anna.Broker.Admit(ben.Did, ben.Identity.Pem);
        await ben.WithLinksAsync();
        ben.Links!.Open(new LinkTarget(impostor.Did, anna.Address, anna.Port, impostor.Pem));
        await Foreign.UntilAsync(() => ben.Links.Status()[0] is { Tries: >= 2, LastFault: not null }, "two refused tries");
        var status = ben.Links.Status()[0];
        Assert.Equal(LinkWay.None, status.Way);
        Assert.Contains("certificate verify failed", status.LastFault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_could_sign_others_is_not_pinned()
    {
        await using var anna = await TestNode.StartAsync(AnnasAddress);
        await anna.WithLinksAsync();
        using var other = new TestIdentity();
        var refusal = Assert.Throws<BrokerException>(() => anna.Links!.Open(anna.Target with { CertificatePem = other.Pem }));
        Assert.Equal("peer.certificate_name", refusal.Code);
    }

    private static string Text(LinkMessage message) => Encoding.UTF8.GetString(message.Bytes);

    private static void Suspend(int? process) => Foreign.RunAsync("kill", "-STOP", $"{process}").Wait(TestNode.Deadline);

    private static void Resume(int? process) => Foreign.RunAsync("kill", "-CONT", $"{process}").Wait(TestNode.Deadline);
}
