using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Sync;

/// <summary>When receipts are given: soon enough for the sender, seldom enough for a slow link.</summary>
public sealed class DebtTests
{
    private const int Full = 58_000;
    private static readonly SyncOptions Options = SyncOptions.Default;
    private readonly Debt _debt = new();
    private Moment _now = new(1_772_352_000_000);

    [Fact]
    public void A_bundle_that_is_not_full_is_receipted_at_once()
    {
        Assert.Null(_debt.Due(Options));
        _debt.Add(1_700, _now, Options);
        Assert.Equal(_now, _debt.Due(Options));
        _debt.Settle(Options);
        Assert.Null(_debt.Due(Options));
    }

    [Fact]
    public void Two_full_bundles_share_a_receipt()
    {
        for (var pair = 0; pair < 3; pair++)
        {
            var first = Pass(0.47);
            _debt.Add(Full, first, Options);
            Assert.True(_debt.Due(Options) > first);
            _debt.Add(Full, Pass(0.47), Options);
            Assert.True(_debt.Due(Options) <= _now);
            _debt.Settle(Options);
        }
    }

    [Fact]
    public void The_last_full_bundle_of_a_backlog_does_not_wait_longer_than_two_more_would_take()
    {
        for (var i = 0; i < 8; i++)
        {
            _debt.Add(Full, Pass(0.005), Options);
            _debt.Add(Full, Pass(0.005), Options);
            _debt.Settle(Options);
        }
        _debt.Add(Full, Pass(0.005), Options);
        Assert.True(_debt.Due(Options) < _now + TimeSpan.FromSeconds(0.15));
    }

    [Fact]
    public void A_sender_whose_window_is_one_bundle_is_kept_waiting_once_in_a_while_only()
    {
        var waits = 0;
        for (var i = 0; i < 90; i++)
        {
            _debt.Add(Full, Pass(0.1), Options);
            if (_debt.Due(Options) is { } due && due > _now)
            {
                waits++;
                _now = due;
            }
            _debt.Settle(Options);
        }
        Assert.InRange(waits, 1, 10);
    }

    [Fact]
    public void A_sender_that_asks_is_answered_at_once()
    {
        _debt.Add(Full, _now, Options);
        _debt.Call();
        Assert.True(_debt.Due(Options) <= _now);
    }

    private Moment Pass(double seconds) => _now += TimeSpan.FromSeconds(seconds);
}
