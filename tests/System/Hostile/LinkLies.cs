using System.Text;
using System.Text.Json.Nodes;
using EdgeNode.Sync;
using EdgeNode.Tests.Load;
using EdgeNode.Tests.System.Hosts;
using EdgeNode.Wire;

namespace EdgeNode.Tests.System.Hostile;

/// <summary>Lies on a link that stands: well-formed frames that say what is not so, and topics that are not the liar's.</summary>
internal static class LinkLies
{
    private const string NothingWaits = "counted as a receipt, and nothing that waits is let go";
    private const string Denied = "denied by the broker; the other's streams stand as they were";
    private const string NoEffect = "accepted, and without effect";

    public static IReadOnlyList<Lie> All { get; } =
    [
        new(
            "receipts for what was never sent",
            NothingWaits,
            s => ReceiptsAsync(s, [new(0, 1, 1, []), new(1, 5, 9, []), new(4, 1, 3, [])])
        ),
        new("a receipt for all that ever will be", NothingWaits, s => ReceiptsAsync(s, [new(2, 1_000_000, (1L << 53) - 1, [])])),
        new("receipts that blame what they never got", NothingWaits, s => ReceiptsAsync(s, [Blaming()])),
        new("receipts that run backwards", "`receipt.malformed`", s => Malformed(s, new ReceiptBody(2, 9, 1, []))),
        new("receipts with negative numbers", "`receipt.malformed`", s => Malformed(s, new ReceiptBody(2, -5, -1, []))),
        new("receipts of a stream that does not exist", "`receipt.malformed`", s => Malformed(s, new ReceiptBody(99, 1, 1, []))),
        new("receipts with a novel for a reason", "`receipt.malformed`", s => Malformed(s, Novel())),
        new("haves that run backwards", NoEffect, HavesBackwardsAsync),
        new("haves of what never was", NoEffect, s => HavesAsync(s, 3, n => [new(2, long.MaxValue - n), new(0, 1L << 52)])),
        new("a storm of haves", "answered; the others are served meanwhile", s => HavesAsync(s, 2_000, _ => [])),
        new("a new run in every have", "answered with what waits, each time; the others are served meanwhile", BootsAsync),
        new("everything that was ever said, again", "receipted again, and without effect", ReplayAsync),
        new("a statement in ten bundles", "its effect comes once", TenTimesAsync),
        new("another peer's bundle", "`bundle.address`", ForwardedAsync),
        new("another peer's receipt and have", "`receipt.signature`, `have.signature`", ForwardedWordsAsync),
        new("a person of another cabinet", "`identity.other_home`", s => RefusedAsync(s, StolenPerson(s), "identity.other_home")),
        new(
            "an offering in the name of another's person",
            "`item.unknown_participant`",
            s => RefusedAsync(s, StolenOffering(s), "item.unknown_participant")
        ),
        new("a withdrawal of what is another's", NoEffect, WithdrawalAsync),
        new(
            "votes and consents for rings that nobody knows",
            "kept apart, a bounded number of them, and without effect",
            EarlyAsync
        ),
        new("a clock a thousand years ahead", "accepted; our own clock does not follow", FarClockAsync),
        new(
            "a clock of 1970",
            "accepted; our own clock does not follow",
            s => AcceptedAsync(s, Told(s, h => h with { Hlc = "0000000000000001" }))
        ),
        new(
            "a statement without an end in this age",
            NoEffect,
            s => AcceptedAsync(s, Told(s, h => h with { Expires = "9999-12-31T23:59:59.999Z" }))
        ),
        new("more than its lane grants", "`lane.quota`; what is within the grant is taken", QuotaAsync),
        new("words in a lane that a steward has paused", "`lane.paused`", PausedAsync),
        new("words after its peering has ended", "no connection is let in, and nothing is taken", EndedAsync),
        new("in another peer's name", Denied, s => InNameAsync(s, s.TopicOf(s.Honest))),
        new(
            "in the cabinet's own name",
            Denied,
            s => InNameAsync(s, new Topic(s.Honest.Did.Value, s.Liar.Node.Value, TopicKind.Data, "shared").ToString())
        ),
        new(
            "in a stranger's name",
            Denied,
            s => InNameAsync(s, s.TopicOf(s.Liar).Replace(s.Liar.Did.Value, Stranger(), StringComparison.Ordinal))
        ),
        new(
            "to somebody else through this broker",
            Denied,
            s => InNameAsync(s, new Topic(s.Honest.Did.Value, s.Liar.Did.Value, TopicKind.Data, "shared").ToString())
        ),
        new("on the broker's own topics", Denied, s => InNameAsync(s, "$SYS/broker/version")),
        new(
            "a class that has no topic",
            "dropped unseen",
            s => InNameAsync(s, s.TopicOf(s.Liar).Replace("/shared", "/local-only", StringComparison.Ordinal))
        ),
        new(
            "a kind that has no topic",
            "dropped unseen",
            s => InNameAsync(s, s.TopicOf(s.Liar).Replace("/d/", "/x/", StringComparison.Ordinal))
        ),
        new(
            "a topic of 20,000 letters",
            "dropped unseen",
            s => InNameAsync(s, s.TopicOf(s.Liar) + "/" + new string('a', 20_000))
        ),
    ];

    private static Task ReceiptsAsync(Stage s, ReceiptBody[] receipts)
    {
        var before = s.Waiting(s.Liar);
        Assert.True(before > 0, "something waits for the liar");
        foreach (var receipt in receipts)
            Say(s, receipt);
        return HeardOutAsync(s, () => Assert.Equal(before, s.Waiting(s.Liar)));
    }

    private static Task Malformed(Stage s, ReceiptBody receipt) => s.CountedAsync("receipt.malformed", () => Say(s, receipt));

    private static ReceiptBody Blaming() =>
        new(2, 1_000, 1_000, [new(1_000, Sha.Hex([1]), "refused", "offering.malformed"), new(1_000, "", "eaten", "by.a.dog")]);

    private static ReceiptBody Novel() => new(2, 1, 1, [new(1, "", "refused", new string('a', 30_000))]);

    private static void Say(Stage s, ReceiptBody receipt) =>
        s.Liar.Send(
            TopicKind.Receipt,
            "control",
            Control.Sign(s.Liar.Signer, Kinds.Receipt, s.Liar.Node, WireJson.Write(receipt, WireJson.Default.ReceiptBody))
        );

    private static void Say(Stage s, string boot, HaveStream[] streams, bool reply = true) =>
        s.Liar.Send(
            TopicKind.Have,
            "control",
            Control.Sign(
                s.Liar.Signer,
                Kinds.Have,
                s.Liar.Node,
                WireJson.Write(new HaveBody(boot, "1", "liar 1", reply, streams, streams), WireJson.Default.HaveBody)
            )
        );

    /// <summary>Frames are taken in order: a bundle behind a lie is receipted when the lie has been dealt with.</summary>
    private static async Task HeardOutAsync(Stage s, Action? then = null)
    {
        Assert.Empty(await s.Liar.DeliverAsync(2, s.Liar.Bundle(2, [s.Offering(s.Liar)])));
        then?.Invoke();
    }

    private static async Task HavesBackwardsAsync(Stage s)
    {
        for (var n = 20; n >= 0; n--)
            Say(s, "liar", [new(2, n), new(0, n)]);
        await HeardOutAsync(s);
    }

    private static async Task HavesAsync(Stage s, int times, Func<int, HaveStream[]> streams)
    {
        for (var n = 0; n < times; n++)
            Say(s, "liar", streams(n));
        Assert.Empty(await s.Honest.DeliverAsync(2, s.Honest.Bundle(2, [s.Offering(s.Honest)])));
        await HeardOutAsync(s);
        s.Liar.Drain();
    }

    private static async Task BootsAsync(Stage s)
    {
        for (var n = 0; n < 200; n++)
            Say(s, $"run {n}", []);
        Assert.Empty(await s.Honest.DeliverAsync(2, s.Honest.Bundle(2, [s.Offering(s.Honest)])));
        await HeardOutAsync(s);
        s.Liar.Drain();
    }

    private static async Task ReplayAsync(Stage s)
    {
        var said = new List<byte[]>();
        for (var n = 0; n < 5; n++)
        {
            said.Add(s.Liar.Bundle(2, [s.Offering(s.Liar, $"Once {n}")]));
            Assert.Empty(await s.Liar.DeliverAsync(2, said[^1]));
        }
        var offerings = await s.OfferingsAsync(s.Liar);
        foreach (var old in Enumerable.Repeat(said, 20).SelectMany(all => all))
            s.Liar.SendBundle(old);
        await HeardOutAsync(s);
        Assert.Equal(offerings + 1, await s.OfferingsAsync(s.Liar));
    }

    private static async Task TenTimesAsync(Stage s)
    {
        var (statement, before) = (s.Offering(s.Liar, "Once only"), await s.OfferingsAsync(s.Liar));
        for (var n = 0; n < 10; n++)
            Assert.Empty(await s.Liar.DeliverAsync(2, s.Liar.Bundle(2, [statement])));
        Assert.Equal(before + 1, await s.OfferingsAsync(s.Liar));
    }

    /// <summary>What the honest peer signed for this cabinet, brought by the liar.</summary>
    private static Task ForwardedAsync(Stage s) =>
        s.CountedAsync("bundle.address", () => s.Liar.SendBundle(s.Honest.Bundle(2, [s.Offering(s.Honest)])));

    private static async Task ForwardedWordsAsync(Stage s)
    {
        var receipt = WireJson.Write(new ReceiptBody(2, 1, 1, []), WireJson.Default.ReceiptBody);
        var before = s.Waiting(s.Honest);
        await s.CountedAsync(
            "receipt.signature",
            () => s.Liar.Send(TopicKind.Receipt, "control", Control.Sign(s.Honest.Signer, Kinds.Receipt, s.Honest.Node, receipt))
        );
        await s.CountedAsync("have.signature", () => s.Liar.Send(TopicKind.Have, "control", s.Honest.Have()));
        Assert.Equal(before, s.Waiting(s.Honest));
    }

    private static byte[] StolenPerson(Stage s) =>
        s.Liar.Statement(Kinds.Identity, Statement.TryRead(s.HonestIntroduction)!.Body.ToArray());

    private static byte[] StolenOffering(Stage s) =>
        s.Liar.Statement(Kinds.Offering, ForeignPeer.OfferingBody(s.HonestPerson, "Not mine to give"));

    private static byte[] Told(Stage s, Func<StatementHeader, StatementHeader> lie) =>
        s.Liar.Statement(Kinds.Offering, ForeignPeer.OfferingBody(s.LiarsPerson, "A thing"), lie);

    private static async Task RefusedAsync(Stage s, byte[] statement, string code)
    {
        var before = await s.OfferingsAsync(s.Honest);
        var exception = Assert.Single(await s.Liar.DeliverAsync(2, s.Liar.Bundle(2, [statement])));
        Assert.Equal(code, exception.Code);
        Assert.Equal(before, await s.OfferingsAsync(s.Honest));
    }

    private static async Task AcceptedAsync(Stage s, byte[] statement) =>
        Assert.Empty(await s.Liar.DeliverAsync(2, s.Liar.Bundle(2, [statement])));

    private static async Task WithdrawalAsync(Stage s)
    {
        var mine = s.Offering(s.Honest, "Here to stay");
        Assert.Empty(await s.Honest.DeliverAsync(2, s.Honest.Bundle(2, [mine])));
        var before = await s.OfferingsAsync(s.Honest);
        var id = WireJson.Read(Statement.TryRead(mine)!.Body, WireJson.Default.OfferingBody)!.OfferingId;
        var body = WireJson.Write(new WithdrawalBody(id, 2), WireJson.Default.WithdrawalBody);
        await AcceptedAsync(s, s.Liar.Statement(Kinds.Withdrawal, body));
        Assert.Equal(before, await s.OfferingsAsync(s.Honest));
    }

    private static async Task EarlyAsync(Stage s)
    {
        for (var bundle = 0; bundle < 20; bundle++)
        {
            var votes = Enumerable.Range(0, 50).Select(n => Vote(s, $"{bundle}-{n}"));
            Assert.Empty(await s.Liar.DeliverAsync(0, s.Liar.Bundle(0, [.. votes])));
        }
        using var db = new EdgeNode.Store.StoreFile(s.Cabinet.Database).OpenReader();
        Assert.Equal(0, db.Number("SELECT count(*) FROM chain"));
        Assert.InRange(
            db.Number("SELECT count(*) FROM chain_early"),
            1,
            EdgeNode.Federation.ExchangeOptions.Default.EarlyPerPeer
        );
    }

    private static byte[] Vote(Stage s, string ring)
    {
        var vote = new ChainVoteBody(Sha.Hex(Encoding.ASCII.GetBytes(ring)), s.Liar.Did.Value, "yes", 0, null, [], 0);
        return s.Liar.Statement(Kinds.ChainVote, WireJson.Write(vote, WireJson.Default.ChainVoteBody));
    }

    private static async Task FarClockAsync(Stage s)
    {
        var ahead = ((ForeignPeer.Now.Ms + 31_557_600_000_000) << 16).ToString("x16", null);
        await AcceptedAsync(s, Told(s, h => h with { Hlc = ahead }));
        s.Liar.Drain();
        Say(s, "liar", []);
        var have = Frame.TryReadWhole(await s.Liar.HearAsync(TopicKind.Have, TimeSpan.FromSeconds(60)), Control.MaxBody)!;
        var hlc = WireJson.Read(have.Header.Span, WireJson.Default.ControlHeader)!.Hlc;
        var ours = Hlc.TimeOf(Convert.ToInt64(hlc, 16)) - ForeignPeer.Now;
        Assert.InRange(ours, TimeSpan.FromHours(-1), TimeSpan.FromHours(1));
    }

    /// <summary>A good bundle of the honest peer's, and garbage, where the liar has no right to write.</summary>
    private static async Task InNameAsync(Stage s, string topic)
    {
        var (offerings, malformed) = (await s.OfferingsAsync(s.Honest), await s.CountAsync("bundle.malformed"));
        s.Liar.SendTo(topic, s.Honest.Bundle(2, [s.Offering(s.Honest, "Slipped in")]));
        s.Liar.SendTo(topic, Encoding.ASCII.GetBytes("garbage"));
        if (s.Liar.IsConnected)
            await HeardOutAsync(s);
        Assert.Equal((offerings, malformed), (await s.OfferingsAsync(s.Honest), await s.CountAsync("bundle.malformed")));
    }

    /// <summary>A third peer, so that what a steward does to it touches nobody else.</summary>
    private static async Task<(ForeignPeer Peer, string Person)> ThirdAsync(Stage s, string name)
    {
        var third = await ForeignPeer.EnrolAsync(s.Cabinet, s.Steward, name);
        var (person, introduction) = third.NewPerson();
        Assert.Empty(await third.DeliverAsync(0, third.Bundle(0, [introduction])));
        return (third, person);
    }

    private static async Task StewardAsync(Stage s, ForeignPeer peer, string act, JsonObject? body = null)
    {
        var done = await s.Steward.PostAsync($"api/steward/peerings/{peer.Did}/{act}", body ?? []);
        Assert.True(done.IsDone, done.ToString());
    }

    private static byte[] FiveOf(ForeignPeer peer, string person) =>
        peer.Bundle(
            2,
            [
                .. Enumerable
                    .Range(0, 5)
                    .Select(n => peer.Statement(Kinds.Offering, ForeignPeer.OfferingBody(person, $"Thing {n}"))),
            ]
        );

    private static async Task QuotaAsync(Stage s)
    {
        var (third, person) = await ThirdAsync(s, "Greedy");
        await using var closing = third;
        await StewardAsync(s, third, "lanes/shared/in", new JsonObject { ["max_rows"] = 4 });
        var exceptions = await third.DeliverAsync(2, FiveOf(third, person));
        Assert.NotEmpty(exceptions);
        Assert.All(exceptions, e => Assert.Equal(("quota", "lane.quota"), (e.Disposition, e.Code)));
        Assert.InRange(await s.OfferingsAsync(third), 1, 4);
    }

    private static async Task PausedAsync(Stage s)
    {
        var (third, person) = await ThirdAsync(s, "Paused");
        await using var closing = third;
        await StewardAsync(s, third, "lanes/shared/in/pause");
        var exceptions = await third.DeliverAsync(2, FiveOf(third, person));
        Assert.All(exceptions, e => Assert.Equal(("quota", "lane.paused"), (e.Disposition, e.Code)));
        Assert.NotEmpty(exceptions);
        Assert.Equal(0, await s.OfferingsAsync(third));
    }

    private static async Task EndedAsync(Stage s)
    {
        var (third, person) = await ThirdAsync(s, "Former");
        await using var closing = third;
        await StewardAsync(s, third, "end");
        for (var n = 0; n < 20; n++)
            third.SendBundle(FiveOf(third, person));
        await Until.HoldsAsync(() => !third.IsConnected, "the connection is cut");
        // The broker begins anew, to forget the certificate; whoever may come in comes again.
        await s.Honest.ConnectAsync();
        await using var again = await RawPeer.SecureAsync(s.Cabinet, s.Cabinet.PeersPort, third.Certificate);
        if (again is not null)
        {
            await again.SendAsync(MqttPackets.Connect(third.Did.Value));
            Assert.Empty(await again.HearAsync());
        }
        Assert.Equal(0, await s.OfferingsAsync(third));
    }

    private static string Stranger() =>
        Did.FromGenesis(global::System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)).Value;
}
