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
        var report = Rehearsals.Run(Small(chemistry, series, ammeter), new RehearsalPlan(Days: 0, Brownouts: 1000, Seeds: 2));
        Assert.Equal(0, report.Deaths);
        Assert.Equal(0, report.ShutdownsWithMains);
        Assert.InRange(report.ShortBootsPerHour, 0, 2);
        Assert.Equal(0, report.AnnouncementsTooClose);
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
    public void The_same_seed_gives_the_same_life()
    {
        var design = Small(Chemistry.LithiumIon, 1, false);
        var plan = new RehearsalPlan(10, 50, 2, FirstSeed: 9);
        Assert.Equal(Rehearsals.Run(design, plan), Rehearsals.Run(design, plan));
    }
}
