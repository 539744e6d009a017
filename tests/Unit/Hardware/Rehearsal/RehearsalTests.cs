using EdgeNode.Hardware.Power;
using EdgeNode.Hardware.Rehearsal;

namespace EdgeNode.Tests.Unit.Hardware.Rehearsal;

/// <summary>The real policy through thousands of outages. A smaller set here; <c>edgenode hw rehearse --brownouts 1000 --seeds 20</c> runs it all.</summary>
public sealed class RehearsalTests
{
    public static TheoryData<Chemistry, int, bool> Packs =>
        new()
        {
            { Chemistry.LithiumIon, 1, false },
            { Chemistry.LithiumIronPhosphate, 4, true },
            { Chemistry.LeadAcid, 6, false },
        };

    static Design Small(Chemistry chemistry, int series, bool ammeter) =>
        new(
            new Pack(chemistry, series, 22, 0.85),
            SupplyKind.Grid,
            SupplyWatts: 18,
            ChargeWatts: 12,
            TypicalWatts: 7,
            ConserveWatts: 4.5,
            SurviveWatts: 3,
            OffWatts: 0.1,
            HasPin: true,
            HasAmmeter: ammeter,
            HasPercent: true,
            WakesOnMains: false,
            SunHours: 0
        );

    [Theory]
    [MemberData(nameof(Packs))]
    public void A_thousand_brownouts_kill_nothing_and_stop_nothing_that_is_fed(Chemistry chemistry, int series, bool ammeter)
    {
        var stories = new List<string>();
        var plan = new RehearsalPlan(Days: 0, Brownouts: 1000, Seeds: 2);
        var report = Rehearsals.Run(Small(chemistry, series, ammeter), plan, (seed, told) => stories.Add($"seed {seed}: {told}"));
        Assert.True(report.Holds(), $"{report}\n{string.Join('\n', stories)}");
        Assert.True(report.Shutdowns > 100, "the outages must be long enough to matter");
    }

    [Theory]
    [MemberData(nameof(Packs))]
    public void A_stuck_pin_costs_two_stops_at_most_and_no_life(Chemistry chemistry, int series, bool ammeter)
    {
        var report = Rehearsals.Run(Small(chemistry, series, ammeter), new RehearsalPlan(0, 0, Seeds: 20));
        Assert.InRange(report.ShutdownsStuckPin, 0, 2);
        Assert.Equal(0, report.DeathsStuckPin);
    }

    [Theory]
    [MemberData(nameof(Packs))]
    public void A_program_killed_inside_a_stop_goes_on_stopping(Chemistry chemistry, int series, bool ammeter)
    {
        var design = Small(chemistry, series, ammeter);
        var tally = new Tally();
        var life = new Life(design, new Dice(3), tally) { KillInStop = true };
        life.Brownouts(100);
        Assert.True(tally.Stops > 5);
        Assert.Equal(0, tally.Deaths);
    }

    public static TheoryData<SensorFault, Chemistry, int, bool> FaultyPacks
    {
        get
        {
            var data = new TheoryData<SensorFault, Chemistry, int, bool>();
            foreach (var fault in Enum.GetValues<SensorFault>())
            foreach (var row in (IEnumerable<object[]>)Packs)
                data.Add(fault, (Chemistry)row[0], (int)row[1], (bool)row[2]);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(FaultyPacks))]
    public void No_sensor_fault_lets_a_cabinet_die_in_an_outage(SensorFault fault, Chemistry chemistry, int series, bool ammeter)
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            var tally = new Tally();
            var life = new Life(Small(chemistry, series, ammeter), new Dice(seed), tally);
            life.Settle();
            life.Fault = fault;
            life.Until(life.NowMs + 24 * 3_600_000, 0);
            Assert.True(tally.Deaths == 0, $"seed {seed}: died");
            Assert.True(tally.Stops > 0, $"seed {seed}: never stopped");
        }
    }

    [Theory]
    [MemberData(nameof(FaultyPacks))]
    public void No_sensor_fault_stops_a_charged_cabinet_on_mains(SensorFault fault, Chemistry chemistry, int series, bool ammeter)
    {
        var design = Small(chemistry, series, ammeter);
        var tally = new Tally();
        var life = new Life(design, new Dice(11), tally);
        life.Settle();
        life.Fault = fault;
        life.Until(life.NowMs + 24 * 3_600_000, design.SupplyWatts);
        Assert.Equal(0, tally.StopsWithMains);
        Assert.Equal(0, tally.Deaths);
    }

    [Fact]
    public void A_failure_tells_its_seed_and_what_led_to_it()
    {
        // Half an hour's worth of energy, and a supply that starts the machine with every return: short runs are certain.
        var weak = Small(Chemistry.LithiumIon, 1, false) with
        {
            Pack = new Pack(Chemistry.LithiumIon, 1, 4, 0.85),
            WakesOnMains = true,
        };
        var stories = new List<(ulong Seed, string Told)>();
        var report = Rehearsals.Run(weak, new RehearsalPlan(0, 200, 1, FirstSeed: 5), (seed, told) => stories.Add((seed, told)));
        Assert.False(report.Holds());
        Assert.InRange(stories.Count, 1, Story.MostTold);
        Assert.All(stories, story => Assert.Equal(5UL, story.Seed));
        Assert.Contains("machine          starts", stories[0].Told, StringComparison.Ordinal);
        Assert.InRange(stories[0].Told.Split('\n').Length, 3, Story.MostKept + 1);
    }

    /// <summary>An outage that empties the pack while the machine is off, or does not; then mains again for a minute.</summary>
    static (Tally Tally, Life Life) AfterStop(double offWatts)
    {
        var design = Small(Chemistry.LithiumIon, 1, false) with { OffWatts = offWatts };
        var tally = new Tally();
        var life = new Life(design, new Dice(4), tally);
        life.Settle();
        life.Until(life.NowMs + 7 * 3_600_000, 0);
        var starts = tally.Starts;
        life.Until(life.NowMs + 60_000, design.SupplyWatts);
        Assert.Equal(0, tally.Deaths);
        Assert.Equal(1, tally.Starts - starts + (life.State is null ? 1 : 0));
        return (tally, life);
    }

    [Fact]
    public void A_stopped_machine_that_kept_its_standby_power_waits_for_its_clock() => Assert.Null(AfterStop(0.01).Life.State);

    [Fact]
    public void A_machine_that_was_cut_off_starts_with_mains() => Assert.NotNull(AfterStop(6).Life.State);

    [Fact]
    public void The_same_seed_gives_the_same_life()
    {
        var design = Small(Chemistry.LithiumIon, 1, false);
        var plan = new RehearsalPlan(10, 50, 2, FirstSeed: 9);
        Assert.Equal(Rehearsals.Run(design, plan), Rehearsals.Run(design, plan));
    }
}
