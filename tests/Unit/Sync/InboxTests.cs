using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Sync;

public sealed class InboxTests : IDisposable
{
    private readonly CustodyDesk _mill = new(1);
    private readonly CustodyDesk _hill = new(2);

    public InboxTests()
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
    public void A_bundle_has_its_effect_once_however_often_it_comes()
    {
        var statement = _mill.Queue(_hill);
        var bundle = _mill.Form(_hill)!;
        Assert.Equal(Arrival.Taken, _hill.Take(_mill, bundle));
        Assert.Equal(Arrival.Again, _hill.Take(_mill, bundle));
        Assert.Equal([statement.Id], _hill.Applied);
    }

    [Fact]
    public void A_statement_has_its_effect_once_in_whatever_bundle_it_comes()
    {
        var statement = _mill.Queue(_hill);
        Assert.Equal(Arrival.Taken, _hill.Take(_mill, _mill.Form(_hill)!));
        _mill.Outbox.Take(_mill.Turn(), _hill.Did, new ReceiptBody(2, 1, 1, []));
        Assert.Equal(Enqueued.Queued, _mill.Outbox.Enqueue(_mill.Turn(), _hill.Did, statement));
        Assert.Equal(Arrival.Taken, _hill.Take(_mill, _mill.Form(_hill)!));
        Assert.Equal([statement.Id], _hill.Applied);
        Assert.Empty(_hill.Receipt(_mill, 2, 2, 2).Exceptions);
    }

    [Fact]
    public void Bundles_are_taken_in_order_and_a_gap_waits()
    {
        var bundles = Three();
        Assert.Equal(Arrival.Gap, _hill.Take(_mill, bundles[1]));
        Assert.Equal(Arrival.Gap, _hill.Take(_mill, bundles[2]));
        Assert.Empty(_hill.Applied);
        Assert.All(bundles, b => Assert.Equal(Arrival.Taken, _hill.Take(_mill, b)));
        Assert.Equal(3, _hill.Applied.Count);
        Assert.Equal([new HaveStream(2, 3)], Inbox.Have(_hill.Db, _mill.Did));
    }

    [Fact]
    public void Another_bundle_under_a_number_is_refused_and_counted()
    {
        _hill.Take(_mill, Three()[0]);
        var other = _mill.Make(_hill.Did);
        var header = Bundle.SignHeader(_mill.Signer, _hill.Did, 2, 1, "", [other.Id]);
        Assert.Equal(Arrival.Refused, _hill.Take(_mill, Bundle.Join(header, [other.Raw.ToArray()])));
        Assert.Equal(1, Refusals("bundle.equivocation"));
    }

    [Fact]
    public void A_bundle_that_names_another_predecessor_is_refused()
    {
        _hill.Take(_mill, Three()[0]);
        var other = _mill.Make(_hill.Did);
        var header = Bundle.SignHeader(_mill.Signer, _hill.Did, 2, 2, new string('0', 64), [other.Id]);
        Assert.Equal(Arrival.Refused, _hill.Take(_mill, Bundle.Join(header, [other.Raw.ToArray()])));
        Assert.Equal(1, Refusals("bundle.prev"));
    }

    [Fact]
    public void A_stream_that_begins_anew_goes_on_after_what_never_came()
    {
        Three();
        _mill.Outbox.Abandon(_mill.Turn(), _hill.Did, "peer.ended");
        _mill.Queue(_hill);
        Assert.Equal(Arrival.Taken, _hill.Take(_mill, _mill.Form(_hill)!));
        _mill.Queue(_hill);
        Assert.Equal(Arrival.Taken, _hill.Take(_mill, _mill.Form(_hill)!));
        Assert.Equal([new HaveStream(2, 5)], Inbox.Have(_hill.Db, _mill.Did));
    }

    [Fact]
    public void What_is_not_accepted_leaves_no_trace_but_the_visible_one()
    {
        var statement = _mill.Queue(_hill);
        _hill.Judges = _ => Verdict.Refused("no.thanks");
        Assert.Equal(Arrival.Taken, _hill.Take(_mill, _mill.Form(_hill)!));
        Assert.False(Statements.Has(_hill.Db, statement.Id));
        Assert.Equal(0, Refusals(statement.Id));
        Assert.Equal(
            statement.Id,
            _hill.Db.Text("SELECT statement_id FROM set_aside WHERE direction = 'in' AND code = 'no.thanks'")
        );
        var exception = Assert.Single(_hill.Receipt(_mill, 2, 1, 1).Exceptions);
        Assert.Equal((statement.Id, "refused", "no.thanks"), (exception.Statement, exception.Disposition, exception.Code));
    }

    [Fact]
    public void What_met_a_full_quota_has_its_effect_when_it_comes_again()
    {
        var statement = _mill.Queue(_hill);
        _hill.Judges = _ => Verdict.Quota("full");
        _hill.Take(_mill, _mill.Form(_hill)!);
        _mill.Outbox.Take(_mill.Turn(), _hill.Did, _hill.Receipt(_mill, 2, 1, 1));
        _hill.Judges = _ => Verdict.Accepted;
        _mill.Now += _mill.Options.QuotaPause;
        Assert.Equal(Arrival.Taken, _hill.Take(_mill, _mill.Form(_hill)!));
        Assert.Equal([statement.Id], _hill.Applied);
    }

    [Fact]
    public void A_statement_whose_handling_fails_does_not_hold_up_the_others()
    {
        var (first, bad, last) = (_mill.Queue(_hill), _mill.Queue(_hill), _mill.Queue(_hill));
        _hill.Judges = s => s.Id == bad.Id ? throw new InvalidOperationException("a fault of ours") : Verdict.Accepted;
        Assert.Equal(Arrival.Taken, _hill.Take(_mill, _mill.Form(_hill)!));
        Assert.Equal([first.Id, last.Id], _hill.Applied);
        Assert.Equal("statement.fault", Assert.Single(_hill.Receipt(_mill, 2, 1, 1).Exceptions).Code);
        Assert.Equal(1, Refusals("statement.fault"));
    }

    [Fact]
    public void A_repeated_receipt_says_the_same()
    {
        _mill.Queue(_hill);
        _hill.Judges = _ => Verdict.Refused("no.thanks");
        var bundle = _mill.Form(_hill)!;
        _hill.Take(_mill, bundle);
        var before = _hill.Receipt(_mill, 2, 1, 1);
        _hill.Judges = _ => Verdict.Accepted;
        _hill.Restart();
        Assert.Equal(before.Exceptions, _hill.Receipt(_mill, 2, 1, 1).Exceptions);
    }

    [Fact]
    public void Statements_that_were_exchanged_for_others_are_refused_as_a_whole_and_the_stream_goes_on()
    {
        var statement = _mill.Queue(_hill);
        var header = Bundle.SignHeader(_mill.Signer, _hill.Did, 2, 1, "", [statement.Id]);
        var other = _mill.Make(_hill.Did);
        Assert.Equal(Arrival.Taken, _hill.Take(_mill, Bundle.Join(header, [other.Raw.ToArray()])));
        Assert.Empty(_hill.Applied);
        var exception = Assert.Single(_hill.Receipt(_mill, 2, 1, 1).Exceptions);
        Assert.Equal(("", "bundle.digest"), (exception.Statement, exception.Code));
    }

    [Fact]
    public void Bytes_that_are_no_bundle_change_nothing()
    {
        var bundle = Three()[0];
        var spoiled = (byte[])bundle.Clone();
        spoiled[100] ^= 1;
        byte[][] noise =
        [
            [],
            [1, 2, 3],
            new byte[70_000],
            bundle[..^1],
            [.. bundle, 0],
            spoiled,
        ];
        Assert.All(noise, n => Assert.Equal(Arrival.Refused, _hill.Take(_mill, n)));
        Assert.Equal(Arrival.Taken, _hill.Take(_mill, bundle));
    }

    [Fact]
    public void A_bundle_counts_only_between_the_two_it_names()
    {
        using var third = new CustodyDesk(3);
        third.Knows(_mill);
        var bundle = Three()[0];
        Assert.Equal(Arrival.Refused, third.Take(_mill, bundle));
        Assert.Equal(Arrival.Refused, _hill.Take(third, bundle));
    }

    /// <summary>Three bundles of one statement each.</summary>
    private byte[][] Three() =>
        [
            .. Enumerable
                .Range(0, 3)
                .Select(_ =>
                {
                    _mill.Queue(_hill);
                    return _mill.Form(_hill)!;
                }),
        ];

    private long Refusals(string code) => _hill.Db.Number("SELECT count FROM refusal WHERE code = $1", code);
}
