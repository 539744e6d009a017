using EdgeNode.Hardware.Power;

namespace EdgeNode.Tests.Unit.Hardware.Power;

public sealed class BootLedgerTests
{
    static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void Wakes_are_put_off_from_ten_minutes_to_two_hours_while_runs_are_not_fed()
    {
        var ledger = BootLedger.Empty;
        var wakes = new List<double>();
        for (var i = 0; i < 7; i++)
        {
            ledger.Start($"b{i}");
            wakes.Add(ledger.Stop($"b{i}", Minute, RunEnd.Refused, 3.2, false).TotalMinutes);
        }
        Assert.Equal([20, 40, 80, 120, 120, 120, 120], wakes);
    }

    [Fact]
    public void A_fed_run_is_woken_after_ten_minutes_and_clears_what_was_before()
    {
        var ledger = BootLedger.Empty;
        foreach (var boot in (string[])["a", "b"])
        {
            ledger.Start(boot);
            ledger.Stop(boot, Minute, RunEnd.Stopped, 3.2, false);
        }
        Assert.True(ledger.Start("c").DoubtLost);
        Assert.True(ledger.Fed("c"));
        Assert.False(ledger.Fed("c"));
        Assert.Equal(10, ledger.Stop("c", 60 * Minute, RunEnd.Stopped, 3.3, false).TotalMinutes);
        Assert.False(ledger.Start("d").DoubtLost);
    }

    [Fact]
    public void A_stop_that_was_begun_is_resumed_in_the_same_boot_and_in_no_other()
    {
        var ledger = BootLedger.Empty;
        Assert.False(ledger.Start("a").ResumeStop);
        ledger.Stop("a", 60 * Minute, RunEnd.Stopped, 3.3, false);
        var after = BootLedger.Parse(ledger.Text());
        Assert.True(after.Start("a").ResumeStop);
        Assert.False(after.Start("b").ResumeStop);
    }

    [Fact]
    public void A_resumed_stop_keeps_the_reason_and_the_alarm_it_was_begun_with()
    {
        var ledger = BootLedger.Empty;
        ledger.Start("a");
        var wake = ledger.Stop("a", Minute, RunEnd.Stopped, 3.3, false);
        var after = BootLedger.Parse(ledger.Text());
        after.Start("a");
        Assert.Equal(wake, after.Stop("a", 2 * Minute, RunEnd.Asked, 3.2, false));
        Assert.Equal(RunEnd.Stopped, after.Runs[^1].End);
    }

    [Fact]
    public void A_stop_that_is_complete_without_power_off_leaves_an_ordinary_start()
    {
        var ledger = BootLedger.Empty;
        ledger.Start("a");
        ledger.Stop("a", Minute, RunEnd.Asked, 4.0, false);
        ledger.Complete("a");
        Assert.False(BootLedger.Parse(ledger.Text()).Start("a").ResumeStop);
    }

    [Fact]
    public void A_stop_that_a_person_asked_for_sets_no_alarm()
    {
        var ledger = BootLedger.Empty;
        ledger.Start("a");
        Assert.Equal(TimeSpan.Zero, ledger.Stop("a", Minute, RunEnd.Asked, 4.0, false));
        Assert.False(ledger.Start("b").DoubtLost);
    }

    [Fact]
    public void A_pack_that_recovers_after_each_refusal_is_not_asked_for_more_each_time()
    {
        var ledger = BootLedger.Empty;
        foreach (
            var (boot, end, volts) in new[]
            {
                ("a", RunEnd.Deceived, 11.35),
                ("b", RunEnd.Refused, 11.45),
                ("c", RunEnd.Refused, 11.5),
            }
        )
        {
            ledger.Start(boot);
            ledger.Stop(boot, Minute, end, volts, false);
        }
        var advice = ledger.Start("d");
        Assert.True(advice.DoubtThere);
        Assert.Equal(11.35, advice.StopVolts);
        Assert.Equal(11.5, advice.LastVolts);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a 5")]
    [InlineData("a 5 stopped 600 unfed 33")]
    [InlineData("\0\0\0\0\0")]
    [InlineData("a -5 stopped 600 unfed 3300\nb 5 exploded 1 fed 1\nc 99999999999999999999 open 0 fed 0")]
    public void A_torn_or_foreign_line_is_left_out(string text)
    {
        var ledger = BootLedger.Parse(text + "\nlast 100 stopped 600 unfed 3300\n");
        Assert.Equal("last", ledger.Runs[^1].Boot);
        Assert.Equal(3.3, ledger.Start("next").LastVolts);
    }

    [Fact]
    public void It_reads_what_it_wrote_and_keeps_the_newest()
    {
        var ledger = BootLedger.Empty;
        for (var i = 0; i < 200; i++)
        {
            ledger.Start($"b{i}");
            ledger.Stop($"b{i}", TimeSpan.FromSeconds(i), (RunEnd)(i % 6), i % 5, false);
        }
        var again = BootLedger.Parse(ledger.Text());
        Assert.Equal(BootLedger.MostRuns, again.Runs.Count);
        Assert.Equal(ledger.Runs, again.Runs);
    }
}
