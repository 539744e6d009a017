namespace EdgeNode.Hardware.Rehearsal;

/// <summary>What to rehearse.</summary>
/// <param name="Days">Days of the supply's own weather; 0 = none.</param>
/// <param name="Brownouts">Brown-outs, one after the other; 0 = none.</param>
/// <param name="Seeds">Each seed is another pack, other sensors, other weather.</param>
/// <param name="FirstSeed">The first of them.</param>
public sealed record RehearsalPlan(int Days, int Brownouts, int Seeds, ulong FirstSeed = 1)
{
    /// <summary>Bounds of a request, so that a slip of the finger does not run for a year.</summary>
    public const int MostDays = 3660;
    public const int MostBrownouts = 100_000;
    public const int MostSeeds = 1000;
}

/// <summary>What came of it. Counts are sums over the seeds unless said otherwise.</summary>
/// <param name="Deaths">Power went while the cabinet ran.</param>
/// <param name="ShutdownsWithMains">The policy stopped the cabinet while mains was there.</param>
/// <param name="ShutdownsStuckPin">Stops in six hours on mains with a pin that says "lost" (worst seed).</param>
/// <param name="ShortBootsPerHour">Runs under ten minutes that the policy ended, in the worst hour of the worst seed.</param>
/// <param name="AutonomyHours">From a full pack to the policy's stop without supply (worst seed).</param>
/// <param name="Announcements">Words to neighbours.</param>
/// <param name="AnnouncementsTooClose">Of them, those within 30 s of the one before.</param>
/// <param name="Shutdowns">Stops by the policy.</param>
/// <param name="FailedStarts">The pack was empty before the program had started.</param>
/// <param name="SimulatedHours">Hours lived through.</param>
/// <param name="DeathsStuckPin">Deaths in an outage with a pin that says "there".</param>
/// <param name="ShutdownsBlind">Stops because every sensor of the pack was silent or stood still; not counted among those with mains.</param>
public sealed record RehearsalReport(
    int Deaths,
    int ShutdownsWithMains,
    int ShutdownsStuckPin,
    int ShortBootsPerHour,
    double AutonomyHours,
    int Announcements,
    int AnnouncementsTooClose,
    int Shutdowns,
    int FailedStarts,
    double SimulatedHours,
    int DeathsStuckPin,
    int ShutdownsBlind
)
{
    /// <summary>Most stops that a mains pin which is stuck at "lost" may cost, and most short runs within an hour.</summary>
    public const int MostStuckStops = 2;
    public const int MostShortBoots = 2;

    /// <summary>What every cabinet has to hold.</summary>
    public bool Holds() =>
        Deaths == 0
        && DeathsStuckPin == 0
        && ShutdownsWithMains == 0
        && ShutdownsStuckPin <= MostStuckStops
        && ShortBootsPerHour <= MostShortBoots
        && AnnouncementsTooClose == 0;
}

/// <summary>Lives through outages with the real policy, before anybody buys a battery.</summary>
public static class Rehearsals
{
    private const long HourMs = 3_600_000;

    /// <summary>Stuck pin on mains: how long it is watched (6 h).</summary>
    private const long StuckMs = 6 * HourMs;

    /// <param name="tell">Hears of each failure with its seed and what led to it; the first few of each life.</param>
    public static RehearsalReport Run(Design design, RehearsalPlan plan, Action<ulong, string>? tell = null)
    {
        var sum = new RehearsalReport(0, 0, 0, 0, double.MaxValue, 0, 0, 0, 0, 0, 0, 0);
        for (var i = 0; i < plan.Seeds; i++)
        {
            // A seed is any number; behind the last one stands the first.
            var seed = unchecked(plan.FirstSeed + (ulong)i);
            sum = Add(sum, OneSeed(design, plan, seed, told => tell?.Invoke(seed, told)));
        }
        return sum with { AutonomyHours = Math.Round(sum.AutonomyHours, 2), SimulatedHours = Math.Round(sum.SimulatedHours, 1) };
    }

    private static RehearsalReport OneSeed(Design design, RehearsalPlan plan, ulong seed, Action<string> tell)
    {
        var (brown, weather) = (new Tally(), new Tally());
        long lived = 0;
        if (plan.Brownouts > 0)
            lived += new Life(design, new Dice(seed), brown).Brownouts(plan.Brownouts);
        if (plan.Days > 0)
            lived += new Life(design, new Dice(unchecked(seed * 31 + 7)), weather).Weather(plan.Days);
        foreach (var told in brown.Story.Told.Concat(weather.Story.Told))
            tell(told);
        var (stuckStops, stuckDeaths) = StuckPin(design, seed);
        return new RehearsalReport(
            brown.Deaths + weather.Deaths,
            brown.StopsWithMains + weather.StopsWithMains,
            stuckStops,
            Math.Max(brown.ShortRunsInWorstHour(), weather.ShortRunsInWorstHour()),
            Autonomy(design, seed),
            brown.Announcements + weather.Announcements,
            brown.Storms + weather.Storms,
            brown.Stops + weather.Stops,
            brown.FailedStarts + weather.FailedStarts,
            lived / (double)HourMs,
            stuckDeaths,
            brown.StopsBlind + weather.StopsBlind
        );
    }

    private static RehearsalReport Add(RehearsalReport a, RehearsalReport b) =>
        new(
            a.Deaths + b.Deaths,
            a.ShutdownsWithMains + b.ShutdownsWithMains,
            Math.Max(a.ShutdownsStuckPin, b.ShutdownsStuckPin),
            Math.Max(a.ShortBootsPerHour, b.ShortBootsPerHour),
            Math.Min(a.AutonomyHours, b.AutonomyHours),
            a.Announcements + b.Announcements,
            a.AnnouncementsTooClose + b.AnnouncementsTooClose,
            a.Shutdowns + b.Shutdowns,
            a.FailedStarts + b.FailedStarts,
            a.SimulatedHours + b.SimulatedHours,
            a.DeathsStuckPin + b.DeathsStuckPin,
            a.ShutdownsBlind + b.ShutdownsBlind
        );

    /// <summary>Hours from a full pack to the stop.</summary>
    private static double Autonomy(Design design, ulong seed)
    {
        var tally = new Tally();
        var life = new Life(design, new Dice(seed), tally);
        life.Settle();
        var from = life.NowMs;
        var most = (long)(design.Pack.WattHours / design.SurviveWatts * 1.5 * HourMs);
        while (tally.Stops == 0 && tally.Deaths == 0 && life.NowMs - from < most)
            life.Step(0);
        return (life.NowMs - from) / (double)HourMs;
    }

    private static (int Stops, int Deaths) StuckPin(Design design, ulong seed)
    {
        if (!design.HasPin)
            return (0, 0);
        var lost = new Tally();
        var fed = new Life(design with { WakesOnMains = true }, new Dice(seed), lost, charge: 0.11);
        fed.Fault = SensorFault.PinStuckLost;
        fed.Until(fed.NowMs + StuckMs, design.SupplyWatts);
        var there = new Tally();
        var cut = new Life(design, new Dice(seed), there);
        cut.Settle();
        cut.Fault = SensorFault.PinStuckThere;
        cut.Until(cut.NowMs + (long)(design.Pack.WattHours / design.SurviveWatts * 1.5 * HourMs), 0);
        return (lost.Stops, there.Deaths);
    }
}
