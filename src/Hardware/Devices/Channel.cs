namespace EdgeNode.Hardware.Devices;

/// <summary>
/// What is believed of one number. Outside <paramref name="Low"/> to <paramref name="High"/> it is refused; between them but outside the
/// shown bounds it is clamped; a change faster than <paramref name="Slew"/> is refused. All in millionths of the unit.
/// </summary>
/// <param name="ShowLow">Least that is shown; below it the value counts as clamped.</param>
/// <param name="ShowHigh">Most that is shown.</param>
/// <param name="Slew">Largest believable change in five seconds; it scales with the interval. Null for no limit.</param>
public sealed record Limits(long Low, long High, long ShowLow, long ShowHigh, long? Slew = null)
{
    public static Limits Whole(long low, long high) =>
        new(low * Units.Whole, high * Units.Whole, low * Units.Whole, high * Units.Whole);

    /// <summary>
    /// A lithium cell: 2.5 to 4.4 V, and at most 0.6 V in 5 s (from gauges that lied in the field: 5.12 V without a cell, 4.08 V at 3 %).
    /// </summary>
    public static Limits Cells(int series) =>
        new(series * 2_500_000L, series * 4_400_000L, series * 2_500_000L, series * 4_400_000L, series * 600_000L);

    /// <summary>A lead or lithium battery of a solar charger: 8 to 64 V covers 12 to 48 V systems.</summary>
    public static readonly Limits SolarBattery = Whole(8, 64) with { Slew = 6 * Units.Whole };

    /// <summary>Charge: gauges overshoot to 110 %; what they say beyond is a broken gauge (256 % was seen).</summary>
    public static readonly Limits Charge = new(0, 110 * Units.Whole, 0, 100 * Units.Whole);

    public static readonly Limits Air = Whole(-40, 85) with { Slew = 20 * Units.Whole };

    public static readonly Limits Humidity = new(0, 105 * Units.Whole, 0, 100 * Units.Whole);

    /// <summary>300 to 1,100 hPa, the range of the BME280.</summary>
    public static readonly Limits AirPressure = Whole(30_000, 110_000);

    public static readonly Limits Flag = Whole(0, 1);

    public static readonly Limits Current = Whole(-200, 200);
}

/// <summary>One number of a device.</summary>
/// <param name="Suffix">Its name within the device: <c>voltage</c> makes <c>ups.voltage</c>.</param>
/// <param name="Kind">What it tells about.</param>
/// <param name="Limits">What is believed of it.</param>
/// <param name="Trust">Unverified where no data sheet or source stands behind the register.</param>
public sealed record Channel(string Suffix, SensorKind Kind, Limits Limits, Trust Trust = Trust.Verified)
{
    /// <summary>In a span of values: this channel was not told this time. No sensor has such a value.</summary>
    public const long NotTold = long.MinValue;

    /// <summary>A flag as a value.</summary>
    public static long Flag(bool set) => set ? Units.Whole : 0;
}
