using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Sync;

/// <summary>What lanes let through, what they hold back, and that nothing is lost by it.</summary>
public sealed class LanesTests : IDisposable
{
    private readonly CustodyDesk _mill = new(1);
    private readonly CustodyDesk _hill = new(2);
    private static readonly LaneGrant Out = LaneGrant.Default(DataClass.Shared, LaneDirection.Out);
    private static readonly LaneGrant In = LaneGrant.Default(DataClass.Shared, LaneDirection.In);

    public LanesTests()
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
    public void Without_a_grant_what_residents_share_stays_and_votes_go()
    {
        using var stranger = new CustodyDesk(5);
        _mill.Outbox.Enqueue(_mill.Turn(), stranger.Did, _mill.Make(stranger.Did));
        Assert.Null(_mill.Form(stranger));
        var vote = _mill.Make(stranger.Did, Kinds.ChainResponse);
        _mill.Outbox.Enqueue(_mill.Turn(), stranger.Did, vote);
        Assert.Equal(vote.Id, Statement.TryRead(Bundle.TryRead(_mill.Form(stranger)!)!.Statements.Single())!.Id);
        Assert.Equal(2, _mill.Waiting(stranger));
    }

    [Fact]
    public void A_paused_lane_keeps_what_waits_and_goes_on_in_order()
    {
        var first = _mill.Queue(_hill);
        _mill.Lanes.Pause(_mill.Turn(), _hill.Did, DataClass.Shared, LaneDirection.Out, true);
        var second = _mill.Queue(_hill);
        Assert.Null(_mill.Form(_hill));
        _mill.Lanes.Pause(_mill.Turn(), _hill.Did, DataClass.Shared, LaneDirection.Out, false);
        Assert.Equal(Arrival.Taken, _hill.Take(_mill, _mill.Form(_hill)!));
        Assert.Equal([first.Id, second.Id], _hill.Applied);
    }

    [Fact]
    public void A_grant_that_has_run_out_waits_for_a_steward()
    {
        _mill.Grant(_hill, Out with { Lifetime = TimeSpan.FromDays(1) });
        _mill.Queue(_hill);
        _mill.Now += TimeSpan.FromDays(2);
        Assert.Null(_mill.Form(_hill));
        _mill.Grant(_hill, Out);
        Assert.NotNull(_mill.Form(_hill));
    }

    [Fact]
    public void A_clock_that_was_never_set_ends_no_grant()
    {
        _mill.Grant(_hill, Out with { Lifetime = TimeSpan.FromDays(1) });
        _mill.Queue(_hill);
        _mill.Now = new Moment(1_000_000);
        Assert.NotNull(_mill.Form(_hill));
    }

    [Fact]
    public void The_first_receipt_after_a_restart_leaves_the_rest_waiting_and_going()
    {
        _mill.Queue(_hill);
        _mill.Form(_hill);
        _mill.Restart();
        _mill.Grant(_hill, Out);
        _mill.Outbox.Take(_mill.Turn(), _hill.Did, new ReceiptBody(DataMap.SharedStream, 1, 1, []));
        _mill.Queue(_hill);
        Assert.NotNull(_mill.Form(_hill));
    }

    [Fact]
    public void What_is_queued_in_a_part_that_is_taken_back_takes_no_room()
    {
        _mill.Grant(_hill, Out with { MaxRows = 1 });
        _mill.Db.Begin();
        _mill.Db.Savepoint("part");
        _mill.Queue(_hill);
        Assert.False(_mill.Outbox.HasRoom(_mill.Db, _hill.Did));
        _mill.Db.RollbackTo("part");
        Assert.True(_mill.Outbox.HasRoom(_mill.Db, _hill.Did));
        _mill.Db.Commit();
    }

    [Fact]
    public void A_grant_from_before_the_clock_was_set_lives_its_whole_life_from_then_on()
    {
        var right = _mill.Now;
        _mill.Now = new Moment(1_000_000);
        _mill.Grant(_hill, Out with { Lifetime = TimeSpan.FromDays(2) });
        _mill.Now = right;
        _mill.Lanes.Follow(_mill.Turn(), DataMap.BulkStream);
        _mill.Queue(_hill);
        _mill.Now = right + TimeSpan.FromDays(1);
        Assert.NotNull(_mill.Form(_hill));
        _mill.Queue(_hill);
        _mill.Now = right + TimeSpan.FromDays(3);
        Assert.Null(_mill.Form(_hill));
    }

    [Theory]
    [InlineData(DataMap.BulkStream, true, true)]
    [InlineData(DataMap.SharedStream, true, true)]
    [InlineData(DataMap.TrustStream, false, true)]
    [InlineData(-1, false, false)]
    public void Power_holds_back_the_less_urgent_streams(int last, bool items, bool votes)
    {
        _mill.Lanes.Follow(_mill.Turn(), last);
        _mill.Queue(_hill);
        Assert.Equal(items, _mill.Form(_hill) is not null);
        _mill.Queue(_hill, Kinds.ChainResponse);
        Assert.Equal(votes, _mill.Form(_hill) is not null);
        Assert.Equal(2, _mill.Waiting(_hill));
    }

    [Fact]
    public void A_queue_that_reached_the_quota_of_its_lane_is_full_and_what_found_no_room_goes_when_there_is_some()
    {
        _mill.Grant(_hill, Out with { MaxRows = 1 });
        _mill.Queue(_hill);
        Assert.False(_mill.Outbox.HasRoom(_mill.Db, _hill.Did));
        var late = _mill.Make(_hill.Did);
        Assert.Equal(Enqueued.Full, _mill.Outbox.Enqueue(_mill.Turn(), _hill.Did, late));
        Assert.Equal(Enqueued.Full, _mill.Outbox.Enqueue(_mill.Turn(), _hill.Did, late));
        Assert.Equal("quota", _mill.Db.Text("SELECT disposition FROM set_aside WHERE state = 'open' AND code = 'outbox.full'"));
        Carry(_mill, _hill);
        _mill.Now += TimeSpan.FromMinutes(2);
        Carry(_mill, _hill);
        Assert.Equal(late.Id, _hill.Applied[^1]);
        Assert.Equal(0, _mill.Db.Number("SELECT count(*) FROM set_aside WHERE state = 'open'"));
    }

    [Fact]
    public void What_a_lane_carried_is_written_at_the_end_of_the_step_once()
    {
        for (var i = 0; i < 3; i++)
            _mill.Queue(_hill);
        Carry(_mill, _hill);
        Assert.Equal(0, _hill.Db.Number("SELECT count(*) FROM lane_use"));
        _hill.Lanes.Save(_hill.Turn());
        Assert.Equal(3, _hill.Db.Number("SELECT rows FROM lane_use"));
        _mill.Queue(_hill);
        Carry(_mill, _hill);
        _hill.Lanes.Save(_hill.Turn());
        Assert.Equal(4, _hill.Db.Number("SELECT rows FROM lane_use"));
    }

    [Fact]
    public void A_day_has_its_quota_and_the_next_day_another()
    {
        _hill.Grant(_mill, In with { MaxRows = 2 });
        var all = Enumerable.Range(0, 5).Select(_ => _mill.Queue(_hill).Id).ToArray();
        Carry(_mill, _hill);
        Assert.Equal(all[..2], _hill.Applied);
        Assert.Equal(3, _mill.Waiting(_hill));
        Assert.Equal(0, _mill.Db.Number("SELECT count(*) FROM set_aside"));
        for (var day = 0; day < 3; day++)
        {
            _mill.Now += TimeSpan.FromDays(1);
            _hill.Now = _mill.Now;
            Carry(_mill, _hill);
        }
        Assert.Equal(all, _hill.Applied);
    }

    [Fact]
    public void What_was_under_way_behind_something_put_off_is_put_off_too()
    {
        var first = _mill.Queue(_hill);
        var ahead = _mill.Form(_hill)!;
        var second = _mill.Queue(_hill);
        var behind = _mill.Form(_hill)!;
        _hill.Lanes.Pause(_hill.Turn(), _mill.Did, DataClass.Shared, LaneDirection.In, true);
        _hill.Take(_mill, ahead);
        _hill.Lanes.Pause(_hill.Turn(), _mill.Did, DataClass.Shared, LaneDirection.In, false);
        _hill.Take(_mill, behind);
        Assert.Empty(_hill.Applied);
        _mill.Outbox.Take(_mill.Turn(), _hill.Did, _hill.Receipt(_mill, 2, 1, 2));
        _mill.Now += _mill.Options.QuotaPause;
        _hill.Now = _mill.Now;
        Carry(_mill, _hill);
        Assert.Equal([first.Id, second.Id], _hill.Applied);
    }

    [Fact]
    public void Nobody_walks_around_a_lane_by_another_stream()
    {
        _hill.Lanes.Close(_hill.Turn(), _mill.Did, DataClass.Shared, LaneDirection.In);
        var item = _mill.Make(_hill.Did);
        var header = Bundle.SignHeader(_mill.Signer, _hill.Did, DataMap.ControlStream, 1, "", [item.Id]);
        Assert.Equal(Arrival.Taken, _hill.Take(_mill, Bundle.Join(header, [item.Raw.ToArray()])));
        Assert.Empty(_hill.Applied);
        Assert.Equal("quota", Assert.Single(_hill.Receipt(_mill, 0, 1, 1).Exceptions).Disposition);
    }

    [Fact]
    public void A_lane_with_a_rate_waits_between_its_bundles()
    {
        _mill.Grant(_hill, Out with { Rate = 10_000 });
        for (var i = 0; i < 100; i++)
            _mill.Queue(_hill, size: 400);
        var (start, bytes, bundles) = (_mill.Now, 0, 0);
        while (_mill.Waiting(_hill) > 0)
        {
            if (_mill.Form(_hill) is { } raw)
            {
                (bytes, bundles) = (bytes + raw.Length, bundles + 1);
                _mill.Outbox.Take(_mill.Turn(), _hill.Did, new ReceiptBody(2, bundles, bundles, []));
            }
            else
            {
                Assert.NotNull(_mill.Pace.RateDue);
                _mill.Now = _mill.Pace.RateDue!.Value;
            }
        }
        Assert.True(bundles > 1);
        var most = 10_000 * (_mill.Now - start).TotalSeconds + 64_000;
        Assert.InRange(bytes, most - 2 * 64_000, most);
    }

    [Fact]
    public void The_most_urgent_goes_first_and_the_others_get_a_tenth()
    {
        using var mill = new CustodyDesk(4, SyncOptions.Default with { FillTo = 5_000 });
        mill.Knows(_hill);
        var bytes = new long[2];
        for (var i = 0; i < 600; i++)
        {
            mill.Queue(_hill, size: 300);
            mill.Queue(_hill, Kinds.ChainResponse, size: 300);
        }
        for (var i = 0; i < 140; i++)
        {
            var raw = mill.Form(_hill)!;
            bytes[Bundle.TryRead(raw)!.Header.Stream == DataMap.ControlStream ? 0 : 1] += raw.Length;
        }
        Assert.InRange(100.0 * bytes[1] / bytes.Sum(), 8, 12);
    }

    [Fact]
    public void A_steward_may_turn_the_order_of_lanes_but_never_put_one_before_control()
    {
        var pace = new Pace();
        Assert.Equal(3, pace.Choose([3, 2], 1));
        Assert.NotNull((Out with { Priority = 1 }).Fault());
        Assert.NotNull((Out with { Rate = 1 }).Fault());
        Assert.NotNull((Out with { MaxRows = 0 }).Fault());
        Assert.NotNull((Out with { Lifetime = TimeSpan.FromDays(9999) }).Fault());
        Assert.Null(Out.Fault());
        _mill.Grant(_hill, LaneGrant.Default(DataClass.Public, LaneDirection.Out) with { Priority = 2 });
        _mill.Grant(_hill, Out with { Priority = 3 });
        Assert.True(
            _mill.Lanes.Urgency(_mill.Db, _hill.Did, DataMap.PublicStream)
                < _mill.Lanes.Urgency(_mill.Db, _hill.Did, DataMap.SharedStream)
        );
        Assert.Equal(0, _mill.Lanes.Urgency(_mill.Db, _hill.Did, DataMap.ControlStream));
    }

    [Fact]
    public void Every_kind_that_needs_a_lane_has_the_class_of_its_stream()
    {
        Assert.All(
            DataMap.KindRules.Where(r => Lanes.ClassOf(r.Stream) is not null),
            r => Assert.Equal(Lanes.ClassOf(r.Stream), r.Class)
        );
        Assert.All(Lanes.Classes, c => Assert.Equal(c, Lanes.ClassOf(Lanes.StreamOf(c))));
    }

    [Theory]
    [InlineData(200, DiskRoom.Plenty)]
    [InlineData(149, DiskRoom.NoBulk)]
    [InlineData(79, DiskRoom.NoForeign)]
    [InlineData(29, DiskRoom.ReadOnly)]
    [InlineData(0, DiskRoom.ReadOnly)]
    public void The_disk_has_steps_by_parts_of_its_size(int perMille, DiskRoom room)
    {
        Assert.Equal(room, DiskRooms.Of(perMille * 1_000_000L, 1_000_000_000, DiskRoom.Plenty));
        Assert.Equal(room, DiskRooms.Of(perMille * 2_000L, 2_000_000, DiskRoom.Plenty));
        Assert.Equal(DiskRoom.Plenty, DiskRooms.Of(900, 1000, room));
    }

    [Fact]
    public void A_step_ends_only_when_there_is_clearly_more_room()
    {
        Assert.Equal(DiskRoom.NoForeign, DiskRooms.Of(85, 1000, DiskRoom.NoForeign));
        Assert.Equal(DiskRoom.NoBulk, DiskRooms.Of(91, 1000, DiskRoom.NoForeign));
        Assert.Equal(DiskRoom.NoForeign, DiskRooms.Of(0, 0, DiskRoom.NoForeign));
    }

    [Fact]
    public void On_a_disk_that_runs_full_items_stay_with_their_sender_and_votes_are_taken_to_the_last()
    {
        _hill.Lanes.Measure(_hill.Turn(), 70, 1000);
        _mill.Queue(_hill);
        var vote = _mill.Queue(_hill, Kinds.ChainResponse);
        Carry(_mill, _hill);
        Assert.Equal([vote.Id], _hill.Applied);
        Assert.Equal(1, _mill.Waiting(_hill));
        _hill.Lanes.Measure(_hill.Turn(), 10, 1000);
        _mill.Queue(_hill, Kinds.ChainResponse);
        Carry(_mill, _hill);
        Assert.Single(_hill.Applied);
        _hill.Lanes.Measure(_hill.Turn(), 900, 1000);
        _mill.Now += _mill.Options.QuotaPause;
        _hill.Now = _mill.Now;
        Carry(_mill, _hill);
        Assert.Equal(3, _hill.Applied.Count);
        Assert.Equal(0, _mill.Waiting(_hill));
    }

    [Fact]
    public void A_receipt_with_many_exceptions_is_cut_into_ones_that_can_be_sent()
    {
        _hill.Judges = _ => Verdict.Refused("statement.unknown_origin");
        var bundles = 0;
        for (; bundles < 8; bundles++)
        {
            for (var i = 0; i < 50; i++)
                _mill.Queue(_hill);
            _hill.Take(_mill, _mill.Form(_hill)!);
        }
        var receipts = Inbox.ReceiptsFor(_hill.Db, _mill.Did, 2, 1, bundles).ToArray();
        Assert.True(receipts.Length > 1);
        Assert.Equal((1, bundles), (receipts[0].First, receipts[^1].Last));
        Assert.All(receipts.Zip(receipts.Skip(1)), p => Assert.Equal(p.First.Last + 1, p.Second.First));
        Assert.All(receipts, r => Assert.InRange(WireJson.Write(r, WireJson.Default.ReceiptBody).Length, 1, Control.MaxBody));
        foreach (var receipt in receipts)
            _mill.Outbox.Take(_mill.Turn(), _hill.Did, receipt);
        Assert.Equal(0, _mill.Waiting(_hill));
        Assert.Equal(400, _mill.Db.Number("SELECT count(*) FROM set_aside WHERE direction = 'out'"));
    }

    /// <summary>Everything that may go now goes over, and its receipts come back.</summary>
    private static void Carry(CustodyDesk from, CustodyDesk to)
    {
        while (from.Form(to) is { } raw)
        {
            var header = Bundle.TryRead(raw)!.Header;
            Assert.Equal(Arrival.Taken, to.Take(from, raw));
            from.Outbox.Take(from.Turn(), to.Did, to.Receipt(from, header.Stream, header.Seq, header.Seq));
        }
    }
}
