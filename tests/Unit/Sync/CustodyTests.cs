using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Sync;

/// <summary>What the haves of a peer do, also those that no honest peer would send.</summary>
public sealed class CustodyTests : IDisposable
{
    private readonly CustodyDesk _mill = new(1);
    private readonly CustodyDesk _hill = new(2);
    private readonly Custody _custody;

    public CustodyTests()
    {
        _mill.Knows(_hill);
        _hill.Knows(_mill);
        _custody = new Custody(
            _mill.Signer,
            _mill.Gate,
            _mill.Outbox,
            _mill.Inbox,
            _mill.Options,
            new CustodyVoice("boot", "1", "test", (_, _, _) => { })
        );
        _custody.Welcome(_hill.Did, _mill.Now);
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
        Say([], reply: false);
        var statement = _mill.Queue(_hill);
        Assert.Single(Flush(), e => e is SendOnLink { Kind: TopicKind.Data });
        _mill.Now += TimeSpan.FromSeconds(1);
        Say([new(2, seq), new(int.MaxValue, seq)], reply: false);
        Flush();
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
        Assert.True(Assert.Single(Haves(Flush())).Reply);
        Say([], reply: false);
        _custody.Data(_mill.Turn(), _hill.Did, second);
        Assert.False(Assert.Single(Haves(Flush())).Reply);
    }

    private List<Effect> Flush()
    {
        var turn = _mill.Turn();
        _custody.Flush(turn);
        return [.. turn.Effects];
    }

    private static List<HaveBody> Haves(List<Effect> effects) =>
        [
            .. effects
                .OfType<SendOnLink>()
                .Where(s => s.Kind == TopicKind.Have)
                .Select(s => WireJson.Read(Frame.TryRead(s.Bytes, Control.MaxBody, out _)!.Body.Span, WireJson.Default.HaveBody)!),
        ];

    private void Say(HaveStream[] streams, bool reply)
    {
        var body = WireJson.Write(new HaveBody("there", "1", "test", reply, streams, streams), WireJson.Default.HaveBody);
        _custody.Have(_mill.Turn(), _hill.Did, Control.Sign(_hill.Signer, Kinds.Have, _mill.Did, body));
    }
}
