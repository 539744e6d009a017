using System.Buffers.Binary;

namespace EdgeNode.Hardware.Devices;

/// <summary>
/// INA219 (Texas Instruments SBOS448): bus voltage register 0x02 is 4 mV a step above bit 3, shunt voltage 0x01 is 10 µV a step, signed.
/// Only the shunt voltage is used, so the current survives a reset of the chip that forgets its calibration. The sign follows the shunt:
/// positive must charge, else set a negative shunt.
/// </summary>
/// <param name="shuntMicroOhm">The shunt; Waveshare's HATs (B) and (D) have 10 or 100 mOhm: measure. Negative turns the sign.</param>
/// <param name="limits">What is believed of the pack's voltage.</param>
/// <param name="mainsFromCurrent">Adds a mains flag from the sign of the current, for HATs without a line for it.</param>
/// <param name="current">Unverified while the shunt was only assumed.</param>
public sealed class Ina219(int shuntMicroOhm, Limits limits, bool mainsFromCurrent = false, Trust current = Trust.Verified)
    : I2cDevice
{
    private const byte Configuration = 0x00;
    private const byte ShuntVoltage = 0x01;
    private const byte BusVoltage = 0x02;

    /// <summary>32 V range, gain /8, 12 bits, shunt and bus continuously: the value of a fresh chip, written so that a changed one is known.</summary>
    public const ushort Continuous = 0x399F;

    private readonly MainsFromCurrent? _mains = mainsFromCurrent ? new() : null;

    public override IReadOnlyList<Channel> Channels { get; } =
    [
        new("voltage", SensorKind.PackVoltage, limits),
        new("current", SensorKind.PackCurrent, Limits.Current, current),
        .. mainsFromCurrent ? (Channel[])[new("mains", SensorKind.Mains, Limits.Flag, current)] : [],
    ];

    public override BusFault Begin(IRegisterBus bus) => Registers.WriteBig(bus, Configuration, Continuous);

    public override BusFault Poll(IRegisterBus bus, Span<long> micro)
    {
        ushort shunt = 0;
        var fault = Registers.Big(bus, BusVoltage, out var volts);
        if (fault == BusFault.None)
            fault = Registers.Big(bus, ShuntVoltage, out shunt);
        if (fault != BusFault.None)
            return fault;
        (micro[0], micro[1]) = (Volts(volts), Amperes(shunt, shuntMicroOhm));
        if (_mains is not null)
            micro[2] = _mains.Take(micro[1]) is { } on ? Channel.Flag(on) : Channel.NotTold;
        return BusFault.None;
    }

    public static long Volts(ushort register) => (register >> 3) * 4_000L;

    /// <summary>10 µV a step over the shunt in µOhm is ampere; in millionths.</summary>
    public static long Amperes(ushort register, int shuntMicroOhm) =>
        Registers.Signed(register) * 10L * Units.Whole / shuntMicroOhm;
}

/// <summary>
/// INA226 (SBOS547): bus voltage 1.25 mV a step, shunt voltage 2.5 µV a step, identity 0x5449 and 0x2260. Averages 16 conversions, so a
/// reading is not one instant of a switching load.
/// </summary>
public sealed class Ina226(int shuntMicroOhm, Limits limits, Trust current = Trust.Verified) : I2cDevice
{
    private const byte Configuration = 0x00;
    private const byte ShuntVoltage = 0x01;
    private const byte BusVoltage = 0x02;
    private const byte Maker = 0xFE;
    private const byte Die = 0xFF;
    public const ushort TexasInstruments = 0x5449;
    public const ushort Ina226Die = 0x2260;

    /// <summary>16 averages, 1.1 ms conversions, shunt and bus continuously (SBOS547, table 6).</summary>
    public const ushort Averaging16 = 0x4527;

    public override IReadOnlyList<Channel> Channels { get; } =
    [new("voltage", SensorKind.PackVoltage, limits), new("current", SensorKind.PackCurrent, Limits.Current, current)];

    public override BusFault Begin(IRegisterBus bus)
    {
        ushort die = 0;
        var fault = Registers.Big(bus, Maker, out var maker);
        if (fault == BusFault.None)
            fault = Registers.Big(bus, Die, out die);
        if (fault == BusFault.None && (maker != TexasInstruments || (die & 0xFFF0) != Ina226Die))
            return BusFault.Garbled;
        return fault == BusFault.None ? Registers.WriteBig(bus, Configuration, Averaging16) : fault;
    }

    public override BusFault Poll(IRegisterBus bus, Span<long> micro)
    {
        var fault = Registers.Big(bus, BusVoltage, out var volts);
        if (fault == BusFault.None)
            micro[0] = Registers.Signed(volts) * 1_250L;
        if (fault == BusFault.None && (fault = Registers.Big(bus, ShuntVoltage, out var shunt)) == BusFault.None)
            micro[1] = Amperes(shunt, shuntMicroOhm);
        return fault;
    }

    public static long Amperes(ushort register, int shuntMicroOhm) => Registers.Signed(register) * 2_500_000L / shuntMicroOhm;
}

/// <summary>
/// INA228 (SBOSA20): 20-bit values in the upper part of 24-bit registers, 195.3125 µV a step on the bus and 312.5 nV on the shunt, and a
/// 40-bit charge counter that goes on while we are off. Its step is the current step, which SHUNT_CAL sets: 13107.2e6 × step × shunt. So
/// SHUNT_CAL is only written when it differs, and the counter is never reset.
/// </summary>
public sealed class Ina228(int shuntMicroOhm, Limits limits, Trust current = Trust.Verified) : I2cDevice
{
    private const byte AdcConfiguration = 0x01;
    private const byte ShuntCalibration = 0x02;
    private const byte ShuntVoltage = 0x04;
    private const byte BusVoltage = 0x05;
    private const byte Charge = 0x0A;
    private const byte Maker = 0x3E;
    private const byte Die = 0x3F;
    public const ushort Ina228Die = 0x2280;

    /// <summary>Bus, shunt and temperature continuously, 1,052 µs, 16 averages (SBOSA20, table 7-6).</summary>
    public const ushort Averaging16 = 0xFB6A;

    /// <summary>Micro-ampere of one step of current; 100 µA counts up to 52 A, which any cabinet stays below.</summary>
    public const int CurrentStep = 100;

    public override IReadOnlyList<Channel> Channels { get; } =
    [
        new("voltage", SensorKind.PackVoltage, limits),
        new("current", SensorKind.PackCurrent, Limits.Current, current),
        new("counter", SensorKind.PackCounter, Limits.Whole(-20_000, 20_000), current),
    ];

    /// <summary>13107.2e6 × current step × shunt (SBOSA20, equation 2), bits 14 to 0: 19,661 for 15 mOhm.</summary>
    public ushort Calibration =>
        (ushort)Math.Clamp((131_072L * CurrentStep * Math.Abs(shuntMicroOhm) + 5_000_000) / 10_000_000, 1, 0x7FFF);

    public override BusFault Begin(IRegisterBus bus)
    {
        ushort die = 0,
            set = 0;
        var fault = Registers.Big(bus, Maker, out var maker);
        if (fault == BusFault.None)
            fault = Registers.Big(bus, Die, out die);
        if (fault == BusFault.None && (maker != Ina226.TexasInstruments || (die & 0xFFF0) != Ina228Die))
            return BusFault.Garbled;
        if (fault == BusFault.None)
            fault = Registers.Big(bus, ShuntCalibration, out set);
        if (fault == BusFault.None && set != Calibration)
            fault = Registers.WriteBig(bus, ShuntCalibration, Calibration);
        return fault == BusFault.None ? Registers.WriteBig(bus, AdcConfiguration, Averaging16) : fault;
    }

    public override BusFault Poll(IRegisterBus bus, Span<long> micro)
    {
        Span<byte> bytes = stackalloc byte[5];
        var fault = bus.ReadBlock(BusVoltage, bytes[..3]);
        if (fault == BusFault.None)
            micro[0] = Twenty(bytes) * 1_953_125L / 10_000;
        if (fault == BusFault.None && (fault = bus.ReadBlock(ShuntVoltage, bytes[..3])) == BusFault.None)
            micro[1] = Amperes(Twenty(bytes), shuntMicroOhm);
        if (fault == BusFault.None && (fault = bus.ReadBlock(Charge, bytes)) == BusFault.None)
            micro[2] = AmpereHours(Forty(bytes), shuntMicroOhm);
        return fault;
    }

    /// <summary>The upper 20 of 24 bits, signed.</summary>
    public static int Twenty(ReadOnlySpan<byte> bytes) => (Registers.Signed(bytes[0]) << 12) | (bytes[1] << 4) | (bytes[2] >> 4);

    public static long Forty(ReadOnlySpan<byte> bytes) =>
        ((long)Registers.Signed(bytes[0]) << 32) | BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]);

    /// <summary>312.5 nV a step.</summary>
    public static long Amperes(int steps, int shuntMicroOhm) => steps * 312_500L / shuntMicroOhm;

    /// <summary>A step of the counter is <see cref="CurrentStep"/> micro-ampere-seconds.</summary>
    public static long AmpereHours(long steps, int shuntMicroOhm) => steps * CurrentStep / 3_600 * Math.Sign(shuntMicroOhm);
}

/// <summary>
/// Mains from the sign of the battery's current, for HATs that have no line for it: a load that the battery alone carries shows as a
/// discharge. Between the two bounds nothing is decided and the last answer stands.
/// </summary>
public sealed class MainsFromCurrent
{
    /// <summary>Below this the battery carries the load: a Raspberry Pi 4 alone draws more than twice as much at idle.</summary>
    public const long LostBelow = -200_000;

    /// <summary>Above this nothing is taken out of the battery.</summary>
    public const long PresentAbove = -50_000;

    private bool? _on;

    public bool? Take(long microAmperes)
    {
        if (microAmperes < LostBelow)
            _on = false;
        else if (microAmperes > PresentAbove)
            _on = true;
        return _on;
    }
}
