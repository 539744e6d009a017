using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Sync;

/// <summary>What the haves of a peer do, also those that no honest peer would send.</summary>
public sealed class CustodyTests : IDisposable
{
    private readonly CustodyDesk _mill = new(1);
    private readonly CustodyDesk _hill = new(2);
    private static readonly CustodyVoice Silent = new("boot", "1", "test", (_, _, _) => { });
    private readonly Custody _custody;

    public CustodyTests()
    {
        _mill.Knows(_hill);
        _hill.Knows(_mill);
        _custody = Custody(_mill.Options);
    }

    public void Dispose()
    {
        _mill.Dispose();
        _hill.Dispose();
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    [InlineData(0)]
    public void A_have_beyond_all_bounds_neither_stops_the_node_nor_what_is_under_way(long seq)
    {
        Say(_custody, [], reply: false);
        var statement = _mill.Queue(_hill);
        Assert.Equal([1], Sequences(Flush(_custody)));
        _mill.Now += TimeSpan.FromSeconds(1);
        Say(_custody, [new(2, seq), new(int.MaxValue, seq)], reply: false);
        Flush(_custody);
        Assert.Equal(1, _mill.Waiting(_hill));
        _mill.Outbox.Take(_mill.Turn(), _hill.Did, new ReceiptBody(2, 1, 1, []));
        Assert.Equal([(statement.Id, Verdict.Accepted)], _mill.Receipted);
    }

    [Fact]
    public void A_bundle_before_the_first_have_that_shows_a_gap_asks_the_peer_for_its_have()
    {
        _hill.Queue(_mill);
        _hill.Form(_mill);
        _hill.Queue(_mill);
        var second = _hill.Form(_mill)!;
        _custody.Data(_mill.Turn(), _hill.Did, second);
        Assert.True(Assert.Single(Haves(Flush(_custody))).Reply);
        Say(_custody, [], reply: false);
        _custody.Data(_mill.Turn(), _hill.Did, second);
        Assert.False(Assert.Single(Haves(Flush(_custody))).Reply);
    }

    [Fact]
    public void A_gap_that_the_peer_names_too_early_is_filled_once_bundles_cannot_be_on_their_way_any_more()
    {
        Say(_custody, [], reply: false);
        _mill.Queue(_hill);
        Assert.Equal([1], Sequences(Flush(_custody)));
        Say(_custody, [new(2, 0)], reply: false);
        Assert.Empty(Sequences(Flush(_custody)));
        Assert.Equal(_mill.Now + _mill.Options.CrossingAtFirst, _custody.NextDue(_mill.Db));
        _mill.Now += _mill.Options.CrossingAtFirst;
        Assert.Equal([1], Sequences(Flush(_custody)));
    }

    [Fact]
    public void What_is_under_way_on_a_slow_link_is_not_sent_again_because_a_have_does_not_know_it_yet()
    {
        Say(_custody, [], reply: false);
        _mill.Queue(_hill);
        Flush(_custody);
        _mill.Now += TimeSpan.FromSeconds(2);
        Receipt(_custody, 1);
        _mill.Queue(_hill);
        Assert.Equal([2], Sequences(Flush(_custody)));
        _mill.Now += TimeSpan.FromSeconds(3);
        Say(_custody, [new(2, 1)], reply: false);
        Assert.Empty(Sequences(Flush(_custody)));
        _mill.Now += TimeSpan.FromSeconds(1);
        Assert.Equal([2], Sequences(Flush(_custody)));
    }

    [Fact]
    public void What_was_under_way_when_a_link_changed_its_way_is_sent_again_with_the_next_have()
    {
        _custody.LinkUp(_mill.Turn(), _hill.Did);
        Say(_custody, [], reply: false);
        _mill.Queue(_hill);
        Assert.Equal([1], Sequences(Flush(_custody)));
        _custody.LinkUp(_mill.Turn(), _hill.Did);
        Assert.Empty(Sequences(Flush(_custody)));
        Say(_custody, [new(2, 0)], reply: false);
        Assert.Equal([1], Sequences(Flush(_custody)));
    }

    [Fact]
    public void What_came_behind_a_gap_is_sent_again_also_when_the_gap_itself_has_closed()
    {
        Say(_custody, [], reply: false);
        _mill.Queue(_hill);
        Flush(_custody);
        _mill.Queue(_hill);
        Assert.Equal([2], Sequences(Flush(_custody)));
        Say(_custody, [new(2, 0)], reply: false);
        Receipt(_custody, 1);
        Say(_custody, [new(2, 0)], reply: false);
        _mill.Now += _mill.Options.CrossingAtFirst;
        Assert.Equal([2], Sequences(Flush(_custody)));
        Receipt(_custody, 2);
        Say(_custody, [new(2, 1)], reply: false);
        _mill.Now += _mill.Options.Crossing;
        Assert.Empty(Sequences(Flush(_custody)));
    }

    [Fact]
    public void A_gap_waits_longer_when_receipts_take_longer_but_is_not_forgotten()
    {
        Say(_custody, [], reply: false);
        _mill.Queue(_hill);
        Flush(_custody);
        _mill.Queue(_hill);
        Assert.Equal([2], Sequences(Flush(_custody)));
        var sent = _mill.Now;
        Say(_custody, [new(2, 0)], reply: false);
        var took = 3 * _mill.Options.CrossingAtFirst / 4;
        _mill.Now = sent + took;
        Receipt(_custody, 1);
        _mill.Now = sent + _mill.Options.CrossingAtFirst;
        Assert.Empty(Sequences(Flush(_custody)));
        Assert.Equal(sent + 2 * took, _custody.NextDue(_mill.Db));
        _mill.Now = sent + 2 * took;
        Assert.Equal([2], Sequences(Flush(_custody)));
    }

    [Fact]
    public void A_receipt_for_what_the_peer_had_already_does_not_make_a_slow_link_look_quick()
    {
        Say(_custody, [], reply: false);
        _mill.Queue(_hill);
        Flush(_custody);
        _custody.LinkDown(_hill.Did);
        _custody.LinkUp(_mill.Turn(), _hill.Did);
        Say(_custody, [new(2, 1)], reply: false);
        _mill.Queue(_hill);
        Assert.Equal([2], Sequences(Flush(_custody)));
        // The answers to our greeting: the receipt that was asked for, and a have that crosses the bundle.
        _mill.Now += TimeSpan.FromMilliseconds(200);
        Receipt(_custody, 1);
        Say(_custody, [new(2, 1)], reply: false);
        _mill.Now += TimeSpan.FromSeconds(2.5);
        Assert.Empty(Sequences(Flush(_custody)));
        Receipt(_custody, 2);
        _mill.Now += TimeSpan.FromSeconds(10);
        Assert.Empty(Sequences(Flush(_custody)));
    }

    [Fact]
    public void The_first_bundles_of_a_window_find_the_link_empty_and_do_not_tell_how_long_the_last_ones_take()
    {
        Say(_custody, [], reply: false);
        for (var i = 0; i < 4; i++)
        {
            _mill.Queue(_hill);
            Flush(_custody);
        }
        for (var seq = 1; seq <= 4; seq++)
        {
            _mill.Now += TimeSpan.FromSeconds(0.8);
            Assert.Empty(Sequences(Flush(_custody)));
            Receipt(_custody, seq);
            Say(_custody, [new(2, seq)], reply: false);
        }
    }

    [Fact]
    public void A_large_bundle_that_waits_for_room_is_not_overtaken_by_small_ones_behind_it()
    {
        var large = 0;
        int[] statements = [3, 3, 3, 3, 1];
        foreach (var count in statements)
        {
            for (var i = 0; i < count; i++)
                _mill.Queue(_hill);
            large = Math.Max(large, _mill.Form(_hill)!.Length);
        }
        var custody = Custody(_mill.Options with { Window = large * 5 / 2 });
        Say(custody, [], reply: false);
        Assert.Equal([1, 2], Sequences(Flush(custody)));
        Receipt(custody, 1);
        Assert.Equal([3], Sequences(Flush(custody)));
        Receipt(custody, 2);
        Assert.Equal([4, 5], Sequences(Flush(custody)));
    }

    [Theory]
    [InlineData(20, 4)]
    [InlineData(1000, 2)]
    public void A_quick_link_has_two_windows_under_way_and_a_slow_one_has_one(int milliseconds, int expected)
    {
        var size = 0;
        for (var i = 0; i < 12; i++)
        {
            _mill.Queue(_hill);
            size = Math.Max(size, _mill.Form(_hill)!.Length);
        }
        var custody = Custody(_mill.Options with { Window = size * 5 / 2 });
        Say(custody, [], reply: false);
        var sent = Sequences(Flush(custody)).ToList();
        for (var seq = 1; seq <= 4; seq++)
        {
            Assert.True(custody.AwaitsReceipts);
            _mill.Now += TimeSpan.FromMilliseconds(milliseconds);
            Receipt(custody, seq);
            sent.AddRange(Sequences(Flush(custody)));
        }
        Assert.Equal(Enumerable.Range(1, sent.Count).Select(i => (long)i), sent);
        Assert.InRange(sent.Count - 4, expected, expected + 1);
    }

    private Custody Custody(SyncOptions options)
    {
        var custody = new Custody(_mill.Signer, _mill.Gate, _mill.Outbox, _mill.Inbox, _mill.Lanes, options, Silent);
        custody.Welcome(_hill.Did, _mill.Now);
        return custody;
    }

    private List<Effect> Flush(Custody custody)
    {
        var turn = _mill.Turn();
        custody.Flush(turn);
        return [.. turn.Effects];
    }

    private static IEnumerable<SendOnLink> Sent(List<Effect> effects, TopicKind kind) =>
        effects.OfType<SendOnLink>().Where(s => s.Kind == kind);

    private static IEnumerable<long> Sequences(List<Effect> effects) =>
        Sent(effects, TopicKind.Data).Select(s => Bundle.TryRead(s.Bytes)!.Header.Seq);

    private static IEnumerable<HaveBody> Haves(List<Effect> effects) =>
        Sent(effects, TopicKind.Have)
            .Select(s => WireJson.Read(Frame.TryReadWhole(s.Bytes, Control.MaxBody)!.Body.Span, WireJson.Default.HaveBody)!);

    private void Say(Custody custody, HaveStream[] streams, bool reply)
    {
        var body = WireJson.Write(new HaveBody("there", "1", "test", reply, streams, streams), WireJson.Default.HaveBody);
        custody.Have(_mill.Turn(), _hill.Did, Control.Sign(_hill.Signer, Kinds.Have, _mill.Did, body));
    }

    private void Receipt(Custody custody, long seq)
    {
        var body = WireJson.Write(new ReceiptBody(2, seq, seq, []), WireJson.Default.ReceiptBody);
        custody.Receipt(_mill.Turn(), _hill.Did, Control.Sign(_hill.Signer, Kinds.Receipt, _mill.Did, body));
    }
}
