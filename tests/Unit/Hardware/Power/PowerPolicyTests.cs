using EdgeNode.Hardware.Power;

namespace EdgeNode.Tests.Unit.Hardware.Power;

/// <summary>The five rules, one claim at a time, on a lithium-ion pack with gauge and mains pin unless said otherwise.</summary>
public sealed class PowerPolicyTests
{
    static readonly Pack Cells = new(Chemistry.LithiumIon, 1, 74, 0.85);

    long _now;
    readonly List<PowerActs> _told = [];
    PowerPolicy _policy = new(Cells, PowerOptions.Default with { Armed = true }, default);

    /// <summary>Samples once a second for so long.</summary>
    void Live(int seconds, bool? mains, double? volts, double? percent, double? amps = null)
    {
        for (var i = 0; i < seconds; i++)
        {
            _now += 1000;
            // A living gauge never stands still to the last digit.
            var jitter = i % 2 * 0.00125;
            var acts = _policy.Take(new PowerSample(_now, mains, volts + jitter, percent, amps)).Acts;
            if (acts != PowerActs.None)
                _told.Add(acts);
        }
    }

    PowerPolicyTests Charged()
    {
        Live(10, true, 4.1, 95);
        Assert.Equal(PowerState.Mains, _policy.State);
        _told.Clear();
        return this;
    }

    void Restart(StartAdvice advice, bool armed = true) =>
        _policy = new PowerPolicy(Cells, PowerOptions.Default with { Armed = armed }, advice);

    [Fact]
    public void A_loss_under_two_seconds_is_a_blip()
    {
        Charged().Live(2, false, 4.0, 95);
        Assert.Equal(PowerState.Bridging, _policy.State);
        Live(1, true, 4.1, 95);
        Assert.Equal(PowerState.Mains, _policy.State);
        Assert.DoesNotContain(_told, acts => acts.HasFlag(PowerActs.TellBattery));
    }

    [Fact]
    public void A_loss_that_lasts_is_told_within_three_seconds()
    {
        Charged().Live(3, false, 4.0, 95);
        Assert.Equal(PowerState.OnBattery, _policy.State);
        Assert.Contains(_told, acts => acts.HasFlag(PowerActs.TellBattery));
    }

    [Fact]
    public void Mains_counts_again_after_thirty_seconds()
    {
        Charged().Live(60, false, 4.0, 90);
        Live(30, true, 4.05, 90);
        Assert.Equal(PowerState.OnBattery, _policy.State);
        Live(1, true, 4.05, 90);
        Assert.Equal(PowerState.Mains, _policy.State);
    }

    [Theory]
    [InlineData(51, PowerState.OnBattery)]
    [InlineData(50, PowerState.Conserve)]
    [InlineData(26, PowerState.Conserve)]
    [InlineData(25, PowerState.Survive)]
    public void Charge_decides_what_is_shed(double percent, PowerState state)
    {
        Charged().Live(5, false, 3.9, 90);
        // A real gauge comes down slowly.
        for (var p = 90.0; p > percent; p -= 0.5)
            Live(1, false, 3.7, p);
        Live(5, false, 3.7, percent);
        Assert.Equal(state, _policy.State);
    }

    [Fact]
    public void Loads_return_five_points_above_where_they_were_shed()
    {
        Charged().Live(5, false, 3.9, 51);
        for (var p = 51.0; p >= 49; p -= 0.5)
            Live(20, false, 3.8, p);
        for (var p = 49.0; p < 55; p += 0.5)
            Live(20, false, 3.8, p);
        Assert.Equal(PowerState.Conserve, _policy.State);
        Live(20, false, 3.8, 55);
        Assert.Equal(PowerState.OnBattery, _policy.State);
    }

    [Fact]
    public void With_mains_an_empty_pack_stops_nothing()
    {
        Live(3600, true, 3.0, 0);
        Assert.Equal(PowerState.RecoveryHold, _policy.State);
    }

    [Fact]
    public void A_low_charge_stops_only_when_the_voltage_does_not_contradict()
    {
        Charged().Live(5, false, 4.08, 90);
        for (var p = 90.0; p >= 3; p--)
            Live(2, false, 4.08, p);
        Live(600, false, 4.08, 3);
        Assert.NotEqual(PowerState.ShuttingDown, _policy.State);
    }

    [Fact]
    public void Charge_and_voltage_together_stop_the_cabinet()
    {
        Charged().Live(5, false, 3.6, 40);
        for (var p = 40.0; p >= 12; p -= 0.5)
            Live(2, false, 3.45, p);
        Live(6, false, 3.45, 11.9);
        Assert.Equal(PowerState.ShuttingDown, _policy.State);
        Assert.Contains(_told, acts => acts.HasFlag(PowerActs.BeginStop));
    }

    [Fact]
    public void One_impossible_value_moves_nothing()
    {
        Charged().Live(10, false, 3.9, 80);
        foreach (var (volts, percent) in new (double, double)[] { (0, 0), (5.12, 256), (double.NaN, 3), (2.6, 1), (-1, -1) })
        {
            Live(1, false, volts, percent);
            Live(5, false, 3.9, 80);
        }
        Assert.Equal(PowerState.OnBattery, _policy.State);
    }

    [Fact]
    public void A_silent_gauge_on_battery_sheds_first_and_stops_after_two_minutes()
    {
        Charged().Live(10, false, 3.9, 80);
        Live(20, false, null, null);
        Assert.Equal(PowerState.Survive, _policy.State);
        Live(100, false, null, null);
        Assert.Equal(PowerState.Survive, _policy.State);
        Live(30, false, null, null);
        Assert.Equal(PowerState.ShuttingDown, _policy.State);
    }

    [Fact]
    public void A_silent_gauge_on_mains_stops_nothing()
    {
        Charged().Live(3600, true, null, null);
        Assert.Equal(PowerState.Mains, _policy.State);
        Assert.Null(_policy.Charge);
    }

    [Fact]
    public void A_pin_that_says_lost_while_the_pack_charges_is_disputed()
    {
        Charged().Live(15, false, 3.7, 50, amps: 1.2);
        Assert.Equal(PowerState.Survive, _policy.State);
        Assert.True(_policy.IsDisputed);
        for (var p = 50.0; p >= 1; p -= 0.5)
            Live(2, false, 3.5, p, amps: 1.2);
        Assert.NotEqual(PowerState.ShuttingDown, _policy.State);
    }

    [Fact]
    public void A_pin_that_says_there_while_the_pack_empties_is_disputed()
    {
        Charged().Live(90, true, 3.8, 60, amps: -1.5);
        Assert.Equal(PowerState.Survive, _policy.State);
        Assert.True(_policy.IsDisputed);
        for (var v = 3.8; v > 3.05; v -= 0.005)
            Live(5, true, v, 40, amps: -1.5);
        Assert.Equal(PowerState.ShuttingDown, _policy.State);
        Assert.Equal(RunEnd.Deceived, _policy.End);
    }

    [Fact]
    public void A_dead_pin_that_once_said_there_has_deceived_nobody()
    {
        Charged().Live(30, null, 4.0, 60);
        for (var v = 4.0; v > 3.05 && _policy.State != PowerState.ShuttingDown; v -= 0.005)
            Live(10, null, v, 40);
        Assert.Equal(PowerState.ShuttingDown, _policy.State);
        Assert.NotEqual(RunEnd.Deceived, _policy.End);
    }

    [Fact]
    public void What_an_empty_pack_showed_while_it_was_fed_counts_for_nothing_when_mains_flickers()
    {
        Charged().Live(60, false, 3.4, 20);
        Live(31, true, 3.05, 5);
        for (var i = 0; i < 30; i++)
        {
            Live(4, false, 3.05, 5);
            Live(1, true, 3.05, 5);
        }
        Assert.NotEqual(PowerState.ShuttingDown, _policy.State);
        Live(6, false, 3.05, 5);
        Assert.Equal(PowerState.ShuttingDown, _policy.State);
    }

    [Fact]
    public void A_floor_that_a_gauge_saw_before_it_fell_silent_stops_nothing()
    {
        var fed = PowerOptions.Default with { Armed = true, MainsFromCurrent = true, FloorHold = TimeSpan.Zero };
        _policy = new PowerPolicy(Cells, fed, default);
        Live(60, null, 3.05, 2, amps: 1);
        Live(40, null, null, null);
        Assert.NotEqual(PowerState.ShuttingDown, _policy.State);
    }

    [Fact]
    public void Two_low_charges_stop_it_only_when_they_stand_five_seconds_apart()
    {
        Charged().Live(10, false, 3.45, 13);
        for (var i = 0; i < 20; i++)
        {
            Live(4, false, 3.45, 11);
            Live(1, true, 3.45, 11);
        }
        Assert.NotEqual(PowerState.ShuttingDown, _policy.State);
        Live(6, false, 3.45, 11);
        Assert.Equal(PowerEvent.DownAgreed, _policy.Cause);
    }

    [Fact]
    public void A_start_at_the_hard_floor_opens_only_after_mains_has_stood()
    {
        for (var i = 0; i < 20; i++)
        {
            Live(20, true, 3.05, 0);
            Live(1, false, 3.0, 0);
        }
        Assert.True(_policy.IsStarting);
        Live(121, true, 3.05, 1);
        Assert.False(_policy.IsStarting);
        Assert.Equal(PowerState.RecoveryHold, _policy.State);
    }

    [Fact]
    public void The_first_look_ends_after_ten_minutes_whatever_is_seen()
    {
        for (var i = 0; i < 601; i++)
            Live(1, i % 2 == 0, 3.05, 0);
        Assert.False(_policy.IsStarting);
    }

    [Fact]
    public void A_start_without_mains_that_cannot_see_its_pack_is_refused()
    {
        Restart(default);
        Live(16, false, null, null);
        Assert.True(_policy.IsRefused);
        Assert.Equal(RunEnd.Blind, _policy.End);
    }

    [Fact]
    public void A_gauge_that_repeats_the_last_end_has_to_move_before_a_start_without_mains()
    {
        var advice = new StartAdvice(false, false, false, false, 3.7, LastVolts: 3.7);
        Restart(advice);
        for (var i = 0; i < 70; i++)
            _policy.Take(new PowerSample(_now += 1000, false, 3.7, 50, null));
        Assert.Equal((true, RunEnd.Blind), (_policy.IsRefused, _policy.End));

        Restart(advice);
        Live(5, false, 3.7, 50);
        Assert.False(_policy.IsRefused);
        Assert.False(_policy.IsStarting);
    }

    [Fact]
    public void A_blip_does_not_end_the_wait_for_a_low_pack()
    {
        Live(60, true, 3.5, 15);
        Assert.Equal(PowerState.RecoveryHold, _policy.State);
        Live(1, false, 3.45, 15);
        Assert.Equal(PowerState.Bridging, _policy.State);
        Live(5, true, 3.5, 15);
        Assert.Equal(PowerState.RecoveryHold, _policy.State);
    }

    [Fact]
    public void After_two_short_runs_only_the_hard_floor_stops_a_run_on_battery()
    {
        Restart(new StartAdvice(false, DoubtLost: true, false, false, 3.3));
        Live(590, false, 3.33, 10);
        Assert.Equal(PowerState.Survive, _policy.State);
        for (var v = 3.33; v >= 3.08; v -= 0.01)
            Live(5, false, v, 8);
        Assert.Equal(PowerEvent.HardFloor, _policy.Cause);
    }

    [Fact]
    public void A_start_without_mains_below_the_start_voltage_is_refused()
    {
        Restart(default);
        Live(14, false, 3.5, 30);
        Assert.True(_policy.IsStarting, "mains may come back; nothing is open yet");
        Live(3, false, 3.5, 30);
        Assert.Equal(PowerEvent.StartRefused, _policy.Cause);
        Assert.Equal(RunEnd.Refused, _policy.End);
    }

    [Fact]
    public void A_start_on_mains_with_a_low_pack_is_held_until_both_are_exceeded()
    {
        Live(60, true, 3.5, 25);
        Assert.Equal(PowerState.RecoveryHold, _policy.State);
        Live(60, true, 3.6, 25);
        Assert.Equal(PowerState.Mains, _policy.State);
    }

    [Fact]
    public void A_stop_is_resumed_by_the_same_boot()
    {
        Restart(new StartAdvice(ResumeStop: true, false, false, false, null));
        Live(1, true, 4.1, 100);
        Assert.Equal(PowerState.ShuttingDown, _policy.State);
    }

    [Fact]
    public void Unarmed_it_sheds_and_warns_and_does_not_stop()
    {
        Restart(default, armed: false);
        Live(10, true, 4.0, 90);
        for (var v = 4.0; v > 3.0; v -= 0.01)
            Live(10, false, v, Math.Max(0, (v - 3.2) * 100));
        Assert.Equal(PowerState.Survive, _policy.State);
        Assert.True(_policy.WouldStop);
        _policy.AskToStop();
        Live(1, false, 3.0, 0);
        Assert.Equal(PowerState.ShuttingDown, _policy.State);
    }

    [Fact]
    public void Flapping_mains_is_told_at_most_every_thirty_seconds()
    {
        Charged();
        var at = new List<long>();
        for (var i = 0; i < 200; i++)
        {
            var before = _told.Count;
            Live(i % 40 < 33 ? 1 : 2, i % 40 < 33, 4.0, 90);
            if (_told.Skip(before).Any(a => (a & (PowerActs.TellBack | PowerActs.TellBattery)) != 0))
                at.Add(_now);
        }
        Assert.NotEmpty(at);
        Assert.All(at.Zip(at.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 30_000));
    }

    [Fact]
    public void A_caller_whose_clock_goes_back_does_not_confuse_it()
    {
        Charged().Live(2, false, 4.0, 90);
        _policy.Take(new PowerSample(_now - 315_360_000_000, false, 4.0, 90, null));
        Live(2, false, 4.0, 90);
        Assert.Equal(PowerState.OnBattery, _policy.State);
    }

    [Fact]
    public void A_sample_allocates_nothing()
    {
        Charged().Live(100, false, 3.9, 80);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
            _policy.Take(new PowerSample(_now += 1000, i % 7 != 0, 3.9 + i % 2 * 0.001, 80, -1));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024);
    }
}
