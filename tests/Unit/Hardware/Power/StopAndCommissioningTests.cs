using EdgeNode.Hardware.Power;

namespace EdgeNode.Tests.Unit.Hardware.Power;

public sealed class StopAndCommissioningTests
{
    [Fact]
    public void The_ledger_is_written_before_anything_else_is_stopped() =>
        Assert.Equal(StopStep.WriteLedger, new StopSequence(0).Next(0));

    [Fact]
    public void Disks_are_safe_before_the_secondaries_have_left()
    {
        var stop = new StopSequence(0);
        Do(stop, StopStep.WriteLedger, 0);
        Do(stop, StopStep.CloseIntake, 0);
        Assert.Null(stop.Next(1000));
        stop.Drained();
        Do(stop, StopStep.CloseStore, 1000);
        Do(stop, StopStep.SyncDisks, 1500);
        Assert.True(stop.DisksSafe);
        Do(stop, StopStep.SetAlarm, 1600);
        Assert.Null(stop.Next(1700));
        stop.SecondariesGone();
        Assert.Equal(StopStep.PowerOff, stop.Next(1800));
    }

    [Fact]
    public void Neighbours_that_do_not_answer_hold_it_for_five_seconds_and_secondaries_for_fifteen()
    {
        var stop = new StopSequence(0);
        Do(stop, StopStep.WriteLedger, 0);
        Do(stop, StopStep.CloseIntake, 0);
        Assert.Null(stop.Next(4999));
        Do(stop, StopStep.CloseStore, 5000);
        Do(stop, StopStep.SyncDisks, 5000);
        Do(stop, StopStep.SetAlarm, 5000);
        Assert.Null(stop.Next(14_999));
        Assert.Equal(StopStep.PowerOff, stop.Next(15_000));
    }

    [Fact]
    public void A_step_that_hangs_is_left_after_twenty_five_seconds()
    {
        var stop = new StopSequence(0);
        Do(stop, StopStep.WriteLedger, 0);
        Do(stop, StopStep.CloseIntake, 0);
        Assert.Equal(StopStep.CloseStore, stop.Next(5000));
        Assert.Null(stop.Next(24_999));
        Assert.Equal(StopStep.PowerOff, stop.Next(25_000));
        Assert.True(stop.IsOver);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_commissioning_test_measures_what_the_wire_means(bool rest)
    {
        var test = new Commissioning();
        test.Take(0, rest, 4.10, null, 1);
        Assert.Equal(CommissioningStep.Unplug, test.Step);
        test.Take(5000, !rest, 4.10, null, 1);
        test.Take(9000, !rest, 4.05, null, 1);
        Assert.Equal(CommissioningStep.PlugIn, test.Step);
        test.Take(20_000, rest, 4.10, null, 1);
        Assert.Equal(CommissioningStep.Passed, test.Step);
        Assert.Equal(rest, test.MainsIsHigh);
    }

    [Fact]
    public void A_pin_that_does_not_move_fails_the_test()
    {
        var test = new Commissioning();
        test.Take(0, true, 4.10, 0.5, 1);
        for (var at = 1000; at <= 61_000; at += 1000)
            test.Take(at, true, 4.0, -1.2, 1);
        Assert.Equal(CommissioningStep.Failed, test.Step);
        Assert.Contains("did not move", test.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pin_that_moves_while_the_battery_rests_fails_the_test()
    {
        var test = new Commissioning();
        test.Take(0, true, 4.10, 0, 1);
        for (var at = 1000; at <= 62_000; at += 1000)
            test.Take(at, false, 4.10, 0, 1);
        Assert.Equal(CommissioningStep.Failed, test.Step);
        Assert.Null(test.MainsIsHigh);
    }

    [Fact]
    public void A_counter_is_anchored_when_the_pack_is_full_and_survives_a_restart()
    {
        var pack = new Pack(Chemistry.LithiumIronPhosphate, 4, 640, 0.8);
        var counter = new ChargeCounter(pack, 12.8, null);
        Assert.Null(counter.Percent);
        for (var at = 0L; at <= 400_000; at += 10_000)
            counter.Take(at, 12.5, 13.6, 0.2);
        Assert.Equal(100, counter.Percent);
        var later = new ChargeCounter(pack, 12.8, counter.Mark);
        later.Take(0, -12.5, 13.1, -1);
        Assert.Equal(50, later.Percent!.Value, 3);
    }

    [Fact]
    public void A_counter_that_was_reset_is_not_believed()
    {
        var pack = new Pack(Chemistry.LithiumIronPhosphate, 4, 640, 0.8);
        var counter = new ChargeCounter(pack, 12.8, new ChargeMark(0, -25));
        counter.Take(0, -25.1, 13.1, -1);
        Assert.NotNull(counter.Percent);
        counter.Take(5000, 0, 13.1, -1);
        Assert.Null(counter.Percent);
    }

    static void Do(StopSequence stop, StopStep step, long at)
    {
        Assert.Equal(step, stop.Next(at));
        stop.Done(step);
    }
}
