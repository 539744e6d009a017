using EdgeNode.Hardware.Power;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Appliance;

/// <summary>One point of the history: means over its time.</summary>
/// <param name="State">The worst state in it.</param>
/// <param name="Mains">Share of its samples with mains, 0 to 1.</param>
/// <param name="Watts">Drawn from the pack; negative while it is charged.</param>
public sealed record PowerPoint(Moment At, PowerState State, double Mains, double? Percent, double? Volts, double? Watts);

/// <summary>
/// Battery and mains over the years in a table that never grows beyond its bound: minutes for two days, quarter hours for a month, hours for a year, days
/// for ten years. Older rows of a tier are merged into the next one.
/// </summary>
internal static class PowerHistory
{
    private const long MinuteMs = 60_000;

    /// <summary>Length of a tier's points, and how many are kept: 2,880 + 2,976 + 8,784 + 3,660 rows, about 1 MiB.</summary>
    private static readonly (long StepMs, int Kept)[] Tiers =
    [
        (MinuteMs, 2880),
        (15 * MinuteMs, 2976),
        (60 * MinuteMs, 8784),
        (1440 * MinuteMs, 3660),
    ];

    public static int MostRows => Tiers.Sum(t => t.Kept + 1);

    /// <summary>Writes one minute and the coarser points it belongs to, and forgets what is beyond the bounds.</summary>
    public static void Put(Turn turn, PowerFacts facts)
    {
        for (var tier = 0; tier < Tiers.Length; tier++)
        {
            var (step, kept) = Tiers[tier];
            var at = turn.Now.Ms / step * step;
            Add(turn.Db, tier, at, facts);
            // A clock that was set back leaves later rows behind; they are overwritten when their time comes.
            turn.Db.Run("DELETE FROM power_history WHERE tier = $1 AND at <= $2", tier, at - (kept * step));
        }
        Bound(turn.Db);
    }

    /// <summary>The finest points that reach back to <paramref name="from"/>, oldest first, at most <paramref name="most"/> of them.</summary>
    public static List<PowerPoint> Read(Db db, Moment from, Moment to, int most)
    {
        var tier = 0;
        while (
            tier < Tiers.Length - 1
            && ((to.Ms - from.Ms) / Tiers[tier].StepMs > most || from.Ms < to.Ms - (Tiers[tier].Kept * Tiers[tier].StepMs))
        )
            tier++;
        return db.All(
            "SELECT at, state, mains, percent, volts, watts, samples FROM power_history WHERE tier = $1 AND at >= $2 AND at <= $3 ORDER BY at LIMIT $4",
            r => new PowerPoint(
                new Moment(r.Long(0)),
                (PowerState)r.Int(1),
                r.Long(2) / (double)r.Long(6),
                r.DoubleOrNull(3),
                r.DoubleOrNull(4),
                r.DoubleOrNull(5)
            ),
            tier,
            from.Ms,
            to.Ms,
            most
        );
    }

    /// <summary>Watt-hours drawn from the pack by day, newest first.</summary>
    public static List<(Moment Day, double WattHours)> Energy(Db db, int days) =>
        db.All(
            "SELECT at, watts, samples FROM power_history WHERE tier = 3 AND watts IS NOT NULL ORDER BY at DESC LIMIT $1",
            r => (new Moment(r.Long(0)), r.DoubleOrNull(1)!.Value * r.Long(2) / 60),
            days
        );

    private static void Add(Db db, int tier, long at, PowerFacts facts) =>
        db.Run(
            "INSERT INTO power_history (tier, at, state, mains, percent, volts, watts, samples) VALUES ($1, $2, $3, $4, $5, $6, $7, 1) "
                + "ON CONFLICT (tier, at) DO UPDATE SET state = CASE WHEN state = $8 THEN $3 ELSE max(state, $3) END, mains = mains + $4, "
                + "percent = coalesce((percent * samples + $5) / (samples + 1), $5, percent), "
                + "volts = coalesce((volts * samples + $6) / (samples + 1), $6, volts), "
                + "watts = coalesce((watts * samples + $7) / (samples + 1), $7, watts), samples = samples + 1",
            tier,
            at,
            (int)facts.State,
            facts.Mains == true ? 1 : 0,
            facts.Percent,
            facts.Volts,
            facts.Watts,
            (int)PowerState.RecoveryHold
        );

    /// <summary>Whatever clocks did, no tier holds more rows than it may.</summary>
    private static void Bound(Db db)
    {
        for (var tier = 0; tier < Tiers.Length; tier++)
            db.Run(
                "DELETE FROM power_history WHERE tier = $1 AND at < (SELECT at FROM power_history WHERE tier = $1 ORDER BY at DESC LIMIT 1 OFFSET $2)",
                tier,
                Tiers[tier].Kept
            );
    }
}
