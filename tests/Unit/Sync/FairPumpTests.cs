using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Sync;

/// <summary>One node and sixteen peers: the backlog, the flood and the stuck link of one are nobody else's.</summary>
public sealed class FairPumpTests : IDisposable
{
    private const int Peers = 16;
    private static readonly CustodyVoice Silent = new("boot", "1", "test", (_, _, _) => { });
    private readonly CustodyDesk _mill = new(100, SyncOptions.Default with { PumpBudget = 64 * 1024, FillTo = 4_000 });
    private readonly CustodyDesk[] _peers = [.. Enumerable.Range(0, Peers).Select(i => new CustodyDesk((ulong)(200 + i)))];
    private readonly Custody _custody;

    public FairPumpTests()
    {
        _custody = new Custody(_mill.Signer, _mill.Gate, _mill.Outbox, _mill.Inbox, _mill.Lanes, _mill.Options, Silent);
        foreach (var peer in _peers)
        {
            _mill.Knows(peer);
            peer.Knows(_mill);
            _custody.Welcome(peer.Did, _mill.Now);
            var body = new HaveBody("there", "1", "test", false, [], []);
            _custody.Have(
                _mill.Turn(),
                peer.Did,
                Control.Sign(peer.Signer, Kinds.Have, _mill.Did, WireJson.Write(body, WireJson.Default.HaveBody))
            );
        }
    }

    public void Dispose()
    {
        _mill.Dispose();
        foreach (var peer in _peers)
            peer.Dispose();
    }

    [Fact]
    public void The_backlog_and_the_stuck_link_of_one_peer_slow_none_of_fifteen_others()
    {
        var calm = StepsUntilServed(backlog: 0);
        var busy = StepsUntilServed(backlog: 600);
        Assert.InRange(busy, 1, calm + 1);
        Assert.True(_mill.Waiting(_peers[0]) > 500, "the stuck peer's backlog is still here");
    }

    [Fact]
    public void Full_windows_are_handed_out_a_budget_at_a_time_and_to_all()
    {
        foreach (var peer in _peers)
        {
            for (var i = 0; i < 30; i++)
                _mill.Queue(peer, size: 400);
        }
        var first = Flush();
        Assert.InRange(first.Sum(s => s.Bytes.Length), 1, _mill.Options.PumpBudget + 4_000);
        Assert.Equal(_mill.Now, _custody.NextDue(_mill.Db));
        Assert.InRange(first.Select(s => s.Peer).Distinct().Count(), Peers - 1, Peers);
        for (var i = 0; i < 20; i++)
            first.AddRange(Flush());
        Assert.Equal(Peers, first.Select(s => s.Peer).Distinct().Count());
        Assert.NotEqual(_mill.Now, _custody.NextDue(_mill.Db));
    }

    [Fact]
    public void A_lie_or_a_flood_of_one_peer_takes_nothing_from_another()
    {
        for (var i = 0; i < 200; i++)
        {
            _custody.Receipt(_mill.Turn(), _peers[0].Did, [1, 2, 3]);
            _custody.Data(_mill.Turn(), _peers[0].Did, [1, 2, 3]);
        }
        var calm = StepsUntilServed(backlog: 0);
        for (var i = 0; i < 200; i++)
            _custody.Data(_mill.Turn(), _peers[0].Did, [1, 2, 3]);
        Assert.InRange(StepsUntilServed(backlog: 0), 1, calm);
    }

    /// <summary>Ten statements for each of fifteen peers; the first peer has a backlog and never answers.</summary>
    private int StepsUntilServed(int backlog)
    {
        for (var i = 0; i < backlog; i++)
            _mill.Queue(_peers[0], size: 400);
        var waiting = new Dictionary<Did, int>();
        foreach (var peer in _peers[1..])
        {
            for (var i = 0; i < 10; i++)
                _mill.Queue(peer);
            waiting[peer.Did] = 10;
        }
        for (var step = 1; step < 100; step++)
        {
            foreach (var send in Flush())
            {
                if (send.Peer == _peers[0].Did)
                    continue;
                var header = Bundle.TryRead(send.Bytes)!.Header;
                waiting[send.Peer] -= header.Count;
                Answer(Array.Find(_peers, p => p.Did == send.Peer)!, header);
            }
            if (waiting.Values.All(n => n == 0))
                return step;
        }
        throw new InvalidOperationException("others are never served");
    }

    private void Answer(CustodyDesk peer, BundleHeader header)
    {
        var body = WireJson.Write(new ReceiptBody(header.Stream, header.Seq, header.Seq, []), WireJson.Default.ReceiptBody);
        _custody.Receipt(_mill.Turn(), peer.Did, Control.Sign(peer.Signer, Kinds.Receipt, _mill.Did, body));
    }

    private List<SendOnLink> Flush()
    {
        var turn = _mill.Turn();
        _custody.Flush(turn);
        return [.. turn.Effects.OfType<SendOnLink>().Where(s => s.Kind == TopicKind.Data)];
    }
}
