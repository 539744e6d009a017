using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Sync.Courier;

/// <summary>Bundles on foot and over a link at once: the same bundles, each effect once, and only a receipt frees them.</summary>
public sealed class CarryTests : IDisposable
{
    private readonly CustodyDesk _mill = new(1);
    private readonly CustodyDesk _hill = new(2);
    private readonly Custody _from;
    private readonly Custody _to;

    public CarryTests()
    {
        _mill.Knows(_hill);
        _hill.Knows(_mill);
        (_from, _to) = (At(_mill, _hill), At(_hill, _mill));
    }

    public void Dispose()
    {
        _mill.Dispose();
        _hill.Dispose();
    }

    [Fact]
    public void A_stick_there_and_a_stick_back_empties_the_outbox()
    {
        var statements = Enumerable.Range(0, 5).Select(_ => _mill.Queue(_hill).Id).ToList();
        Deliver(_hill, _to, _mill, Pack(_mill, _from, _hill));
        Assert.Equal(statements, _hill.Applied);
        Assert.Equal(5, _mill.Waiting(_hill));
        Deliver(_mill, _from, _hill, Pack(_hill, _to, _mill));
        Assert.Equal(0, _mill.Waiting(_hill));
        Assert.Equal(statements, _mill.Receipted.Select(r => r.Id));
        Assert.DoesNotContain(Pack(_mill, _from, _hill), f => f.Kind == TopicKind.Data);
    }

    [Fact]
    public void A_stick_that_comes_twice_late_or_after_the_link_has_no_second_effect()
    {
        _mill.Queue(_hill);
        var stick = Pack(_mill, _from, _hill);
        Assert.Equal(
            stick.Where(f => f.Kind == TopicKind.Data).Select(f => f.Bytes),
            Pack(_mill, _from, _hill).Where(f => f.Kind == TopicKind.Data).Select(f => f.Bytes)
        );
        var overLink = stick.Single(f => f.Kind == TopicKind.Data).Bytes;
        Assert.Equal(Arrival.Taken, _to.Data(_hill.Turn(), _mill.Did, overLink));
        Deliver(_hill, _to, _mill, stick);
        _mill.Queue(_hill);
        Deliver(_hill, _to, _mill, Pack(_mill, _from, _hill));
        Deliver(_hill, _to, _mill, stick);
        Assert.Equal(2, _hill.Applied.Count);
        Deliver(_mill, _from, _hill, Pack(_hill, _to, _mill));
        Assert.Equal(0, _mill.Waiting(_hill));
    }

    [Fact]
    public void A_stick_without_its_first_bundle_takes_nothing_and_loses_nothing()
    {
        for (var i = 0; i < 3; i++)
        {
            _mill.Queue(_hill);
            _mill.Form(_hill);
        }
        var stick = Pack(_mill, _from, _hill);
        var arrivals = Deliver(_hill, _to, _mill, stick.Where(f => f.Kind != TopicKind.Data || f.Seq > 1));
        Assert.Equal([Arrival.Gap, Arrival.Gap], arrivals);
        Assert.Empty(_hill.Applied);
        Assert.Equal([Arrival.Taken, Arrival.Taken, Arrival.Taken], Deliver(_hill, _to, _mill, stick));
    }

    [Fact]
    public void A_courier_says_nothing_about_a_link()
    {
        _mill.Queue(_hill);
        Deliver(_hill, _to, _mill, Pack(_mill, _from, _hill));
        Assert.False(_to.IsReady(_mill.Did));
        _hill.Queue(_mill);
        var turn = _hill.Turn();
        _to.Flush(turn);
        Assert.DoesNotContain(turn.Effects.OfType<SendOnLink>(), s => s.Kind == TopicKind.Data);
    }

    [Fact]
    public void Pages_hold_each_bundle_once_and_end()
    {
        for (var i = 0; i < 40; i++)
            _mill.Queue(_hill, size: 400);
        var custody = At(
            _mill,
            _hill,
            _mill.Options with
            {
                FillTo = 4_000,
                CarryPage = 8_000,
            },
            new Outbox(_mill.Signer, _mill.Options with { FillTo = 4_000 }, _mill.Lanes)
        );
        var seen = new List<long>();
        IReadOnlyList<HaveStream> after = [];
        for (var page = 0; page < 50; page++)
        {
            var bundles = custody
                .Carry(_mill.Turn(), _hill.Did, after)
                .Where(f => f.Kind == TopicKind.Data)
                .Select(f => f.Seq)
                .ToList();
            if (bundles.Count == 0)
                break;
            seen.AddRange(bundles);
            after = [new HaveStream(2, bundles.Max())];
        }
        Assert.Equal(Enumerable.Range(1, seen.Count).Select(n => (long)n), seen);
        Assert.True(seen.Count > 5, $"{seen.Count} bundles");
        Assert.Equal(0, _mill.Db.Number("SELECT count(*) FROM outbox WHERE bundle_seq IS NULL"));
    }

    [Fact]
    public void Many_refusals_are_told_in_several_receipts_that_each_fit_a_frame()
    {
        _hill.Judges = _ => Verdict.Refused("statement.unknown_origin_with_a_rather_long_code_that_says_why");
        for (var i = 0; i < 300; i++)
            _mill.Queue(_hill);
        Deliver(_hill, _to, _mill, Pack(_mill, _from, _hill));
        var back = Pack(_hill, _to, _mill);
        Assert.All(back, f => Assert.True(f.Bytes.Length <= Control.MaxBody + 2048 + 70));
        Deliver(_mill, _from, _hill, back);
        Assert.Equal(0, _mill.Waiting(_hill));
        Assert.Equal(300, _mill.Receipted.Count(r => !r.Verdict.IsAccepted));
    }

    [Fact]
    public void A_relay_that_keeps_messages_is_given_one_window_for_a_peer_that_is_away()
    {
        for (var i = 0; i < 40; i++)
            _mill.Queue(_hill, size: 400);
        var options = _mill.Options with { FillTo = 4_000, Window = 12_000 };
        var custody = At(_mill, _hill, options, new Outbox(_mill.Signer, options, _mill.Lanes));
        custody.LinkUp(_mill.Turn(), _hill.Did, stored: true);
        var sent = Sent(custody);
        Assert.InRange(sent.Count, 2, 8);
        _mill.Now += options.RelayKept - TimeSpan.FromMinutes(1);
        Assert.Empty(Sent(custody));
        _mill.Now += TimeSpan.FromMinutes(1);
        Assert.Equal(sent.Count, Sent(custody).Count);
    }

    [Fact]
    public void When_a_direct_link_dies_and_a_relay_takes_over_what_was_under_way_is_sent_again()
    {
        _mill.Queue(_hill);
        _from.LinkUp(_mill.Turn(), _hill.Did);
        Assert.Empty(Sent(_from));
        _from.Have(_mill.Turn(), _hill.Did, Have(_hill, _mill));
        Assert.Single(Sent(_from));
        Assert.Empty(Sent(_from));
        _from.LinkUp(_mill.Turn(), _hill.Did, stored: true);
        Assert.Single(Sent(_from));
    }

    private List<SendOnLink> Sent(Custody custody)
    {
        var turn = _mill.Turn();
        custody.Flush(turn);
        return [.. turn.Effects.OfType<SendOnLink>().Where(s => s.Kind == TopicKind.Data)];
    }

    private static byte[] Have(CustodyDesk from, CustodyDesk to) =>
        Control.Sign(
            from.Signer,
            Kinds.Have,
            to.Did,
            WireJson.Write(new HaveBody("there", "1", "test", false, [], []), WireJson.Default.HaveBody)
        );

    private static Custody At(CustodyDesk here, CustodyDesk peer, SyncOptions? options = null, Outbox? outbox = null)
    {
        var voice = new CustodyVoice("boot", "1", "test", (_, _, _) => { });
        var custody = new Custody(
            here.Signer,
            here.Gate,
            outbox ?? here.Outbox,
            here.Inbox,
            here.Lanes,
            options ?? here.Options,
            voice
        );
        custody.Welcome(peer.Did, here.Now);
        return custody;
    }

    private static List<CarriedFrame> Pack(CustodyDesk here, Custody custody, CustodyDesk to) =>
        custody.Carry(here.Turn(), to.Did, []);

    private static List<Arrival> Deliver(CustodyDesk here, Custody custody, CustodyDesk from, IEnumerable<CarriedFrame> stick)
    {
        var arrivals = new List<Arrival>();
        foreach (var frame in stick)
        {
            if (frame.Kind == TopicKind.Data)
                arrivals.Add(custody.Data(here.Turn(), from.Did, frame.Bytes, carried: true));
            else if (frame.Kind == TopicKind.Receipt)
                Assert.True(custody.Receipt(here.Turn(), from.Did, frame.Bytes, carried: true));
            else
                Assert.True(custody.CarriedHave(here.Turn(), from.Did, frame.Bytes));
        }
        return arrivals;
    }
}
