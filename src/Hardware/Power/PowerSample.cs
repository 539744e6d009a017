namespace EdgeNode.Hardware.Power;

/// <summary>
/// What the sensors said at one moment. Each value may be missing: a dead sensor is missing, never zero.
/// </summary>
/// <param name="AtMs">Milliseconds of a clock that is never set (CLOCK_MONOTONIC); the policy knows no other time.</param>
/// <param name="Mains">What the mains line says, polarity applied; null without a line or while it cannot be read.</param>
/// <param name="Volts">At the pack.</param>
/// <param name="Percent">Charge as the gauge or the counter says it.</param>
/// <param name="Amps">At the pack; positive while it is charged.</param>
public readonly record struct PowerSample(long AtMs, bool? Mains, double? Volts, double? Percent, double? Amps);

/// <summary>Thresholds and waits of the policy. The defaults are those the simulation in docs/hardware.md ran with.</summary>
public sealed record PowerOptions
{
    public static PowerOptions Default { get; } = new();

    /// <summary>A loss shorter than this is a blip (default: 2 s).</summary>
    public TimeSpan ConfirmLoss { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Mains must stand this long before loads return (default: 30 s).</summary>
    public TimeSpan ConfirmReturn { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A sensor silent for longer is a fault (default: 15 s; rule 5).</summary>
    public TimeSpan Silent { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A gauge that is asked every few seconds repeats itself in between; only one value in this time counts (default: each).</summary>
    public TimeSpan FreshEvery { get; init; } = TimeSpan.Zero;

    /// <summary>How long the cabinet dares to run blind on battery (default: 120 s).</summary>
    public TimeSpan BlindMost { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>A gauge that shows the very same numbers for this long on battery does not measure (default: 10 min).</summary>
    public TimeSpan Frozen { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>At a start with the pack at its hard floor mains must stand this long, so that one clean stop can be paid for (default: 2 min).</summary>
    public TimeSpan FloorHold { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The first look at a start ends after this long whatever is seen (default: 10 min).</summary>
    public TimeSpan LookMost { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the hard floor or an empty pack must be seen, by at least two samples (default: 5 s).</summary>
    public TimeSpan HardHold { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Least time between two announcements to neighbours (default: 30 s).</summary>
    public TimeSpan Announce { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Discharging current that contradicts a mains line must last this long (default: 60 s).</summary>
    public TimeSpan DrainHold { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Charging current that contradicts a mains line must last this long (default: 10 s).</summary>
    public TimeSpan FeedHold { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Charge in per cent at which loads are shed, and the points above it at which they return (defaults: 50, 25, 12 and 5).</summary>
    public double ConserveAt { get; init; } = 50;
    public double SurviveAt { get; init; } = 25;
    public double DownAt { get; init; } = 12;
    public double Hysteresis { get; init; } = 5;

    /// <summary>Charge in per cent that a start on mains must find for full service (default: 20).</summary>
    public double HoldUntil { get; init; } = 20;

    /// <summary>Amperes beyond which a current has a direction (default: 0.15).</summary>
    public double CurrentSure { get; init; } = 0.15;

    /// <summary>Volts per cell and minute beyond which a voltage has a direction (default: 0.0005).</summary>
    public double SlopeSure { get; init; } = 0.0005;

    /// <summary>No mains line: the sign of the current says whether the pack is fed (default: no).</summary>
    public bool MainsFromCurrent { get; init; }

    /// <summary>False until the commissioning test has passed: then the policy sheds and warns, and stops only when it is asked to (default: no).</summary>
    public bool Armed { get; init; }
}

/// <summary>What one sample led to.</summary>
/// <param name="State">The state after it.</param>
/// <param name="Acts">What is to be done now; each act is given once.</param>
/// <param name="Cause">The event that led to the newest transition; null when this sample changed nothing.</param>
public readonly record struct PowerDecision(PowerState State, PowerActs Acts, PowerEvent? Cause);
