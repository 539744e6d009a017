namespace EdgeNode.Hardware;

/// <summary>
/// A point on the machine's steady clock (CLOCK_MONOTONIC), in microseconds since the machine started. It never jumps with the wall
/// clock, so every age and every delay in this module is measured on it.
/// </summary>
public readonly record struct SteadyTime(long Us) : IComparable<SteadyTime>
{
    public static SteadyTime operator +(SteadyTime time, TimeSpan span) =>
        new(time.Us + (span.Ticks / TimeSpan.TicksPerMicrosecond));

    public static SteadyTime operator -(SteadyTime time, TimeSpan span) =>
        new(time.Us - (span.Ticks / TimeSpan.TicksPerMicrosecond));

    public static TimeSpan operator -(SteadyTime a, SteadyTime b) => new((a.Us - b.Us) * TimeSpan.TicksPerMicrosecond);

    public static bool operator <(SteadyTime a, SteadyTime b) => a.Us < b.Us;

    public static bool operator >(SteadyTime a, SteadyTime b) => a.Us > b.Us;

    public static bool operator <=(SteadyTime a, SteadyTime b) => a.Us <= b.Us;

    public static bool operator >=(SteadyTime a, SteadyTime b) => a.Us >= b.Us;

    public int CompareTo(SteadyTime other) => Us.CompareTo(other.Us);
}

/// <summary>The name of a sensor, unique in a cabinet, such as <c>ups.voltage</c>: the device's name, a dot, the channel.</summary>
public readonly record struct SensorId(string Name)
{
    public override string ToString() => Name;
}

/// <summary>What a sensor tells about. The unit follows from it (<see cref="Units.Of"/>).</summary>
public enum SensorKind
{
    /// <summary>Flag: power comes in from outside.</summary>
    Mains,

    /// <summary>Flag: the supply itself says that its battery is nearly empty.</summary>
    BatteryLow,

    /// <summary>Volt, at the whole pack.</summary>
    PackVoltage,

    /// <summary>Ampere, into the pack: positive charges, negative discharges.</summary>
    PackCurrent,

    /// <summary>Percent, 0 to 100, as a gauge or a battery monitor says. Never a reason to act alone.</summary>
    PackCharge,

    /// <summary>Ampere-hour, counted into the pack since the counter's own zero; only differences mean anything.</summary>
    PackCounter,

    /// <summary>Celsius, at the cells.</summary>
    PackTemperature,

    /// <summary>Volt, of the weakest cell.</summary>
    CellLow,

    /// <summary>Volt, of the strongest cell.</summary>
    CellHigh,

    /// <summary>Volt, at the supply's input (mains adapter, USB, VBUS).</summary>
    InputVoltage,

    /// <summary>Ampere, at the supply's input.</summary>
    InputCurrent,

    /// <summary>Volt, at the solar panel.</summary>
    SolarVoltage,

    /// <summary>Ampere, from the solar panel.</summary>
    SolarCurrent,

    /// <summary>Watt, from the solar panel.</summary>
    SolarPower,

    /// <summary>Watt-hour, harvested today.</summary>
    SolarYield,

    /// <summary>Volt, at the load output.</summary>
    LoadVoltage,

    /// <summary>Ampere, into the load.</summary>
    LoadCurrent,

    /// <summary>Watt, into the load.</summary>
    LoadPower,

    /// <summary>Flag: a charger or a battery monitor reports a fault of its own.</summary>
    SupplyFault,

    /// <summary>Celsius, in the box or of the machine.</summary>
    Temperature,

    /// <summary>Percent, relative humidity.</summary>
    Humidity,

    /// <summary>Pascal, of the air.</summary>
    Pressure,

    /// <summary>Volt, at a free analogue input.</summary>
    Voltage,

    /// <summary>Flag: the door is open, or its loop is cut.</summary>
    Door,

    /// <summary>Flag: water is seen, or the rope's loop is cut.</summary>
    Leak,

    /// <summary>Flag: somebody opens the box or cut its loop.</summary>
    Tamper,

    /// <summary>Flag: the button is held down.</summary>
    Button,

    /// <summary>Turns a minute, of the fan.</summary>
    FanSpeed,

    /// <summary>Ampere, from a charger towards the battery; what loads take out is not in it, so it is never below zero.</summary>
    ChargerCurrent,
}

/// <summary>What a reading's number counts.</summary>
public enum Unit
{
    Flag,
    Volt,
    Ampere,
    Watt,
    Percent,
    Celsius,
    AmpereHour,
    WattHour,
    Pascal,
    Rpm,
}

public static class Units
{
    /// <summary>Fixed point: a reading counts millionths of its unit. A flag that is set is one whole.</summary>
    public const long Whole = 1_000_000;

    public static Unit Of(SensorKind kind) =>
        kind switch
        {
            SensorKind.PackVoltage or SensorKind.CellLow or SensorKind.CellHigh or SensorKind.InputVoltage => Unit.Volt,
            SensorKind.SolarVoltage or SensorKind.LoadVoltage or SensorKind.Voltage => Unit.Volt,
            SensorKind.PackCurrent
            or SensorKind.InputCurrent
            or SensorKind.SolarCurrent
            or SensorKind.LoadCurrent
            or SensorKind.ChargerCurrent => Unit.Ampere,
            SensorKind.SolarPower or SensorKind.LoadPower => Unit.Watt,
            SensorKind.PackCharge or SensorKind.Humidity => Unit.Percent,
            SensorKind.PackTemperature or SensorKind.Temperature => Unit.Celsius,
            SensorKind.PackCounter => Unit.AmpereHour,
            SensorKind.SolarYield => Unit.WattHour,
            SensorKind.Pressure => Unit.Pascal,
            SensorKind.FanSpeed => Unit.Rpm,
            _ => Unit.Flag,
        };

    /// <summary>How the unit is written behind a number; empty for a flag.</summary>
    public static string Symbol(Unit unit) =>
        unit switch
        {
            Unit.Volt => "V",
            Unit.Ampere => "A",
            Unit.Watt => "W",
            Unit.Percent => "%",
            Unit.Celsius => "°C",
            Unit.AmpereHour => "Ah",
            Unit.WattHour => "Wh",
            Unit.Pascal => "Pa",
            Unit.Rpm => "rpm",
            _ => "",
        };
}

/// <summary>How far the number can be believed.</summary>
public enum Quality
{
    /// <summary>Fresh and plausible.</summary>
    Good,

    /// <summary>Fresh, but outside what the unit allows (a gauge that says 104 %); brought to the bound.</summary>
    Clamped,

    /// <summary>What came was refused (impossible, or it jumped); there is no number. Not yet a fault.</summary>
    Refused,

    /// <summary>
    /// Nothing usable came for three polls and at least 15 s, or the wire or chip is gone. There is no number: a dead sensor is a
    /// fault, never a zero.
    /// </summary>
    Fault,
}

/// <summary>Where the number comes from, and so what may be decided on it.</summary>
public enum Trust
{
    /// <summary>The register or line is known from a data sheet or a source, and read from a real bus.</summary>
    Verified,

    /// <summary>Nobody has seen this device's registers confirmed: shown, but it never arms a shutdown.</summary>
    Unverified,

    /// <summary>Made by a test, the demo or a rehearsal: always shown as simulated, never as good.</summary>
    Simulated,
}

/// <summary>One value of one sensor at one time. A value type: making and handing on a reading allocates nothing.</summary>
/// <param name="Sensor">Whose it is.</param>
/// <param name="Kind">What it tells about; the unit follows from it.</param>
/// <param name="Micro">Millionths of the unit; null when <paramref name="Quality"/> is Refused or Fault.</param>
/// <param name="Quality">How far it can be believed.</param>
/// <param name="Trust">What may be decided on it.</param>
/// <param name="At">When it was true: the kernel's stamp for an edge, the beginning of the poll otherwise.</param>
public readonly record struct Reading(SensorId Sensor, SensorKind Kind, long? Micro, Quality Quality, Trust Trust, SteadyTime At)
{
    public Unit Unit => Units.Of(Kind);

    /// <summary>A flag as yes or no; null when nothing is known.</summary>
    public bool? IsSet => Micro is { } micro ? micro != 0 : null;

    /// <summary>The number in whole units, for people and charts; decisions use <see cref="Micro"/>.</summary>
    public double? Number => Micro is { } micro ? micro / (double)Units.Whole : null;

    public static Reading Flag(SensorId sensor, SensorKind kind, bool set, Trust trust, SteadyTime at) =>
        new(sensor, kind, set ? Units.Whole : 0, Quality.Good, trust, at);

    public static Reading Fault(SensorId sensor, SensorKind kind, Trust trust, SteadyTime at) =>
        new(sensor, kind, null, Quality.Fault, trust, at);
}

/// <summary>
/// Takes readings as they come, on the hardware thread. It must return at once: hand on what takes time. An edge of a line arrives as
/// a reading of its flag with the kernel's stamp, and the level read after the edges is the last word.
/// </summary>
public delegate void ReadingHandler(in Reading reading);
