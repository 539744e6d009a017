using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Sync;

public sealed class OutboxTests : IDisposable
{
    private readonly CustodyDesk _mill = new(1);
    private readonly CustodyDesk _hill = new(2);

    public OutboxTests()
    {
        _mill.Knows(_hill);
        _hill.Knows(_mill);
    }

    public void Dispose()
    {
        _mill.Dispose();
        _hill.Dispose();
    }

    [Fact]
    public void Holds_custody_until_the_receipt()
    {
        var statement = _mill.Queue(_hill);
        var bundle = _mill.Form(_hill)!;
        Assert.Equal(1, _mill.Waiting(_hill));
        _hill.Take(_mill, bundle);
        Assert.Equal(1, _mill.Waiting(_hill));
        _mill.Outbox.Take(_mill.Turn(), _hill.Did, _hill.Receipt(_mill, 2, 1, 1));
        Assert.Equal(0, _mill.Waiting(_hill));
        Assert.Equal([(statement.Id, Verdict.Accepted)], _mill.Receipted);
        Assert.Equal(
            1,
            _mill.Db.Number(
                "SELECT count(*) FROM delivery d JOIN statement s ON s.place = d.statement WHERE s.id = $1",
                statement.Id
            )
        );
    }

    [Fact]
    public void The_same_statement_waits_once_for_each_peer()
    {
        var statement = _mill.Queue(_hill);
        Assert.Equal(Enqueued.AlreadyQueued, _mill.Outbox.Enqueue(_mill.Turn(), _hill.Did, statement));
        Assert.Equal(1, _mill.Waiting(_hill));
    }

    [Fact]
    public void What_is_not_for_a_peer_is_not_queued_for_it()
    {
        var statement = _mill.Make(new Did("did:edge:" + new string('a', 52)));
        Assert.Throws<InvariantException>(() => _mill.Outbox.Enqueue(_mill.Turn(), _hill.Did, statement));
        Assert.Throws<InvariantException>(() => _mill.Outbox.Enqueue(_mill.Turn(), _mill.Did, statement));
    }

    [Fact]
    public void A_full_queue_says_so_and_has_room_again_after_receipts()
    {
        using var small = new CustodyDesk(3, SyncOptions.Default with { MaxWaiting = 2 });
        small.Knows(_hill);
        small.Queue(_hill);
        small.Queue(_hill);
        Assert.Equal(Enqueued.Full, small.Outbox.Enqueue(small.Turn(), _hill.Did, small.Make(_hill.Did)));
        small.Form(_hill);
        small.Outbox.Take(small.Turn(), _hill.Did, new ReceiptBody(2, 1, 1, []));
        small.Queue(_hill);
    }

    [Fact]
    public void A_resend_after_a_restart_is_the_same_bundle()
    {
        _mill.Queue(_hill);
        _mill.Queue(_hill);
        var before = _mill.Form(_hill)!;
        _mill.Restart();
        var formed = Assert.Single(Outbox.Formed(_mill.Db, _hill.Did));
        Assert.Equal(before, Outbox.Load(_mill.Db, _hill.Did, formed.Stream, formed.Seq));
        Assert.Null(_mill.Form(_hill));
    }

    [Fact]
    public void Bundles_of_a_stream_name_the_one_before()
    {
        var bundles = new List<Bundle>();
        for (var i = 0; i < 3; i++)
        {
            _mill.Queue(_hill);
            bundles.Add(_hill.Gate.CheckBundle(_mill.Form(_hill)!, _mill.Did).Bundle!);
        }
        Assert.Equal([1, 2, 3], bundles.Select(b => b.Header.Seq));
        Assert.Equal(["", bundles[0].Id, bundles[1].Id], bundles.Select(b => b.Header.Prev));
    }

    [Fact]
    public void The_most_urgent_stream_goes_first()
    {
        _mill.Queue(_hill);
        var urgent = _mill.Queue(_hill, Kinds.ChainResponse);
        var bundle = _hill.Gate.CheckBundle(_mill.Form(_hill)!, _mill.Did).Bundle!;
        Assert.Equal(DataMap.ControlStream, bundle.Header.Stream);
        Assert.Equal(urgent.Id, Statement.TryRead(bundle.Statements.Single())!.Id);
    }

    [Fact]
    public void A_bundle_is_filled_and_never_beyond_its_bound()
    {
        using var mill = new CustodyDesk(4, SyncOptions.Default with { FillTo = 8_000 });
        mill.Knows(_hill);
        for (var i = 0; i < 40; i++)
            mill.Queue(_hill, size: 300);
        for (var left = 40; left > 0; )
        {
            var raw = mill.Form(_hill)!;
            Assert.InRange(raw.Length, 1, 8_000);
            var count = Bundle.TryRead(raw)!.Header.Count;
            Assert.True(count > 1 || left == 1);
            left -= count;
        }
        Assert.Null(mill.Form(_hill));
    }

    [Fact]
    public void A_receipt_for_what_was_never_sent_releases_nothing()
    {
        _mill.Queue(_hill);
        ReceiptBody[] lies =
        [
            new(2, 1, 1, []),
            new(2, 1, long.MaxValue, []),
            new(2, -3, 3, []),
            new(2, 0, 0, []),
            new(9, 1, 1, []),
        ];
        foreach (var lie in lies)
            _mill.Outbox.Take(_mill.Turn(), _hill.Did, lie);
        _mill.Form(_hill);
        foreach (var lie in lies.Skip(1))
            _mill.Outbox.Take(_mill.Turn(), _hill.Did, lie);
        Assert.Equal(1, _mill.Waiting(_hill));
    }

    [Fact]
    public void What_was_refused_goes_to_the_visible_place()
    {
        var (refused, accepted) = (_mill.Queue(_hill), _mill.Queue(_hill));
        _mill.Form(_hill);
        var exception = new ReceiptException(1, refused.Id, "refused", "statement.kind");
        _mill.Outbox.Take(_mill.Turn(), _hill.Did, new ReceiptBody(2, 1, 1, [exception]));
        Assert.Equal(0, _mill.Waiting(_hill));
        Assert.Equal(
            refused.Id,
            _mill.Db.Text("SELECT statement_id FROM set_aside WHERE direction = 'out' AND code = 'statement.kind'")
        );
        Assert.Equal(accepted.Id, _mill.Db.Text("SELECT s.id FROM delivery d JOIN statement s ON s.place = d.statement"));
    }

    [Fact]
    public void A_disposition_that_nobody_knows_is_a_refusal()
    {
        var statement = _mill.Queue(_hill);
        _mill.Form(_hill);
        _mill.Outbox.Take(_mill.Turn(), _hill.Did, new ReceiptBody(2, 1, 1, [new ReceiptException(1, "", "perhaps", "?")]));
        Assert.Equal(statement.Id, _mill.Db.Text("SELECT statement_id FROM set_aside WHERE disposition = 'refused'"));
    }

    [Fact]
    public void Without_room_at_the_peer_custody_stays_here_and_is_tried_again_after_the_pause()
    {
        var statement = _mill.Queue(_hill);
        _mill.Form(_hill);
        _mill.Outbox.Take(
            _mill.Turn(),
            _hill.Did,
            new ReceiptBody(2, 1, 1, [new ReceiptException(1, statement.Id, "quota", "full")])
        );
        Assert.Equal(1, _mill.Waiting(_hill));
        Assert.Null(_mill.Form(_hill));
        _mill.Now += _mill.Options.QuotaPause;
        Assert.NotNull(_mill.Form(_hill));
    }

    [Fact]
    public void A_pause_set_by_a_clock_that_was_wrong_does_not_last_for_years()
    {
        var statement = _mill.Queue(_hill);
        _mill.Form(_hill);
        _mill.Now += TimeSpan.FromDays(3650);
        _mill.Outbox.Take(
            _mill.Turn(),
            _hill.Did,
            new ReceiptBody(2, 1, 1, [new ReceiptException(1, statement.Id, "quota", "full")])
        );
        _mill.Now = CustodyDesk.Start;
        Assert.NotNull(_mill.Form(_hill));
    }

    [Fact]
    public void What_expires_before_it_was_sent_goes_to_the_visible_place_and_leaves_no_gap()
    {
        var old = _mill.Queue(_hill, lifetime: TimeSpan.FromHours(1));
        var young = _mill.Queue(_hill, lifetime: TimeSpan.FromDays(9));
        _mill.Now += TimeSpan.FromDays(1);
        var bundle = Bundle.TryRead(_mill.Form(_hill)!)!;
        Assert.Equal((1, 1), (bundle.Header.Seq, bundle.Header.Count));
        Assert.Equal(young.Id, Statement.TryRead(bundle.Statements[0])!.Id);
        Assert.Equal(old.Id, _mill.Db.Text("SELECT statement_id FROM set_aside WHERE disposition = 'expired'"));
    }

    [Fact]
    public void A_clock_that_was_never_set_expires_nothing()
    {
        _mill.Queue(_hill, lifetime: TimeSpan.FromHours(1));
        _mill.Now = new Moment(1_000_000);
        Assert.NotNull(_mill.Form(_hill));
    }

    [Fact]
    public void The_end_of_a_peering_sets_aside_and_the_next_one_begins_its_streams_anew()
    {
        var (gone, bundle) = (_mill.Queue(_hill), _mill.Form(_hill));
        _mill.Queue(_hill);
        _mill.Outbox.Abandon(_mill.Turn(), _hill.Did, "peer.ended");
        Assert.NotNull(bundle);
        Assert.Equal(0, _mill.Waiting(_hill));
        Assert.Equal(2, _mill.Db.Number("SELECT count(*) FROM set_aside WHERE code = 'peer.ended'"));
        Assert.Equal(gone.Id, _mill.Db.Text("SELECT statement_id FROM set_aside ORDER BY id"));
        _mill.Queue(_hill);
        var header = Bundle.TryRead(_mill.Form(_hill)!)!.Header;
        Assert.Equal((2, ""), (header.Seq, header.Prev));
    }
}
