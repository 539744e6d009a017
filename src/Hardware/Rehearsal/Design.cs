using EdgeNode.Hardware.Power;

namespace EdgeNode.Hardware.Rehearsal;

/// <summary>What feeds a cabinet.</summary>
public enum SupplyKind
{
    /// <summary>Mains with an adapter; it fails now and then.</summary>
    Grid,

    /// <summary>A panel; every night is an outage.</summary>
    Solar,
}

/// <summary>A cabinet as the rehearsal knows it: what a bill of materials says of energy.</summary>
/// <param name="Pack">What is drawn from.</param>
/// <param name="Supply">Where power comes from.</param>
/// <param name="SupplyWatts">Most that the supply gives, to load and charger together; of a panel its peak.</param>
/// <param name="ChargeWatts">Most that goes into the pack.</param>
/// <param name="TypicalWatts">Drawn with everything on.</param>
/// <param name="ConserveWatts">Drawn in Conserve.</param>
/// <param name="SurviveWatts">Drawn in Survive.</param>
/// <param name="OffWatts">Drawn by a stopped machine.</param>
/// <param name="HasPin">There is a mains line.</param>
/// <param name="HasAmmeter">Current is measured at the pack.</param>
/// <param name="HasPercent">There is a gauge or counter.</param>
/// <param name="WakesOnMains">The supply starts the machine when mains is there; else only the real-time clock does.</param>
/// <param name="SunHours">Hours of full sun on an average day of the worst month.</param>
public sealed record Design(
    Pack Pack,
    SupplyKind Supply,
    double SupplyWatts,
    double ChargeWatts,
    double TypicalWatts,
    double ConserveWatts,
    double SurviveWatts,
    double OffWatts,
    bool HasPin,
    bool HasAmmeter,
    bool HasPercent,
    bool WakesOnMains,
    double SunHours
)
{
    /// <summary>The policy's options for this cabinet, armed as after a passed commissioning test.</summary>
    public PowerOptions Options() =>
        PowerOptions.Default with
        {
            Armed = true,
            MainsFromCurrent = !HasPin,
            // Clouds pass: without a mains line the sign of a current is believed more slowly.
            ConfirmLoss = HasPin ? PowerOptions.Default.ConfirmLoss : TimeSpan.FromMinutes(2),
            ConfirmReturn = HasPin ? PowerOptions.Default.ConfirmReturn : TimeSpan.FromMinutes(5),
        };

    /// <summary>Watts drawn in a state; the first minute after a start draws a sixth more.</summary>
    public double Load(PowerState state) =>
        state switch
        {
            PowerState.Conserve => ConserveWatts,
            PowerState.Survive => SurviveWatts,
            _ => TypicalWatts,
        };
}
