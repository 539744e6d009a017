using System.Buffers.Binary;

namespace EdgeNode.Hardware.Devices;

/// <summary>
/// SHT3x at 0x44 (Sensirion data sheet SHT3x-DIS; commands and formulas as in Linux drivers/hwmon/sht3x.c). It measures by itself every
/// two seconds and each poll fetches the last result, so nobody waits for a conversion. Each word has a checksum.
/// </summary>
public sealed class Sht3x : I2cDevice
{
    private static readonly byte[] EveryTwoSeconds = [0x20, 0x32];
    private static readonly byte[] Fetch = [0xE0, 0x00];
    private static readonly byte[] Break = [0x30, 0x93];

    public override IReadOnlyList<Channel> Channels { get; } =
    [
        new("temperature", SensorKind.Temperature, Limits.Air, Trust.Unverified),
        new("humidity", SensorKind.Humidity, Limits.Humidity, Trust.Unverified),
    ];

    /// <summary>A chip that already measures by itself refuses the command; it is stopped, and the next try starts it.</summary>
    public override BusFault Begin(IRegisterBus bus)
    {
        var fault = bus.Transfer(EveryTwoSeconds, []);
        if (fault != BusFault.None)
            bus.Transfer(Break, []);
        return fault;
    }

    public override BusFault Poll(IRegisterBus bus, Span<long> micro)
    {
        Span<byte> answer = stackalloc byte[6];
        var fault = bus.Transfer(Fetch, answer);
        if (fault != BusFault.None)
            return fault;
        if (Crc8(answer[..2]) != answer[2] || Crc8(answer[3..5]) != answer[5])
            return BusFault.Garbled;
        var (temperature, humidity) = (
            BinaryPrimitives.ReadUInt16BigEndian(answer),
            BinaryPrimitives.ReadUInt16BigEndian(answer[3..])
        );
        (micro[0], micro[1]) = (Celsius(temperature), humidity * 100 * Units.Whole / 65_535);
        return BusFault.None;
    }

    public static long Celsius(ushort raw) => (raw * 175 * Units.Whole / 65_535) - (45 * Units.Whole);

    /// <summary>Polynomial 0x31, start 0xFF.</summary>
    public static byte Crc8(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFF;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
                crc = ((crc << 1) ^ ((crc & 0x80) != 0 ? 0x31 : 0)) & 0xFF;
        }
        return (byte)crc;
    }
}

/// <summary>TMP117 at 0x48 (SNOS D82): 7.8125 m°C a step, identity 0x0117 in register 0x0F. A fresh chip gives -256 °C, which is refused.</summary>
public sealed class Tmp117 : I2cDevice
{
    private const byte Temperature = 0x00;
    private const byte Identity = 0x0F;
    private const ushort Tmp117Die = 0x0117;

    public override IReadOnlyList<Channel> Channels { get; } =
    [new("temperature", SensorKind.Temperature, Limits.Air, Trust.Unverified)];

    public override BusFault Begin(IRegisterBus bus)
    {
        var fault = Registers.Big(bus, Identity, out var die);
        return fault == BusFault.None && (die & 0x0FFF) != Tmp117Die ? BusFault.Garbled : fault;
    }

    public override BusFault Poll(IRegisterBus bus, Span<long> micro)
    {
        var fault = Registers.Big(bus, Temperature, out var raw);
        if (fault == BusFault.None)
            micro[0] = Registers.Signed(raw) * 78_125L / 10;
        return fault;
    }
}

/// <summary>
/// ADS1115 at 0x48 (SBAS444): four inputs, ±4.096 V, 125 µV a step. Each poll reads the conversion that the poll before started and
/// starts the next input's, so nobody waits; an input is told at every fourth poll.
/// </summary>
public sealed class Ads1115 : I2cDevice
{
    private const byte Conversion = 0x00;
    private const byte Configuration = 0x01;
    private const int Inputs = 4;

    /// <summary>Start one conversion, ±4.096 V, 8 a second, no comparator; the input goes into bits 14 to 12 as 4 + input.</summary>
    private const int OneShot = 0x8303;

    private int _running;

    public override IReadOnlyList<Channel> Channels { get; } =
    [.. Enumerable.Range(0, Inputs).Select(i => new Channel($"a{i}", SensorKind.Voltage, Limits.Whole(-5, 5), Trust.Unverified))];

    public override BusFault Begin(IRegisterBus bus) => Start(bus, 0);

    public override BusFault Poll(IRegisterBus bus, Span<long> micro)
    {
        var fault = Registers.Big(bus, Conversion, out var raw);
        if (fault != BusFault.None)
            return fault;
        micro[_running] = Registers.Signed(raw) * 125L;
        return Start(bus, (_running + 1) % Inputs);
    }

    private BusFault Start(IRegisterBus bus, int input)
    {
        _running = input;
        return Registers.WriteBig(bus, Configuration, (ushort)(OneShot | ((4 + input) << 12)));
    }
}

/// <summary>
/// BME280 at 0x76 or 0x77 (Bosch BST-BME280-DS001): raw values are made true with constants from the chip's own memory, in the data
/// sheet's 64-bit integer form (section 4.2.3).
/// </summary>
public sealed class Bme280 : I2cDevice
{
    private const byte Identity = 0xD0;
    private const byte Bme280Die = 0x60;
    private const byte FirstConstants = 0x88;
    private const byte MoreConstants = 0xE1;
    private const byte HumidityControl = 0xF2;
    private const byte MeasureControl = 0xF4;
    private const byte Standby = 0xF5;
    private const byte Results = 0xF7;

    private BmeConstants? _constants;

    public override IReadOnlyList<Channel> Channels { get; } =
    [
        new("temperature", SensorKind.Temperature, Limits.Air, Trust.Unverified),
        new("humidity", SensorKind.Humidity, Limits.Humidity, Trust.Unverified),
        new("pressure", SensorKind.Pressure, Limits.AirPressure, Trust.Unverified),
    ];

    public override BusFault Begin(IRegisterBus bus)
    {
        Span<byte> first = stackalloc byte[26];
        Span<byte> more = stackalloc byte[7];
        var fault = bus.ReadByte(Identity, out var die);
        if (fault == BusFault.None && die != Bme280Die)
            return BusFault.Garbled;
        if (fault == BusFault.None)
            fault = bus.ReadBlock(FirstConstants, first);
        if (fault == BusFault.None)
            fault = bus.ReadBlock(MoreConstants, more);
        if (fault != BusFault.None)
            return fault;
        _constants = BmeConstants.Read(first, more);
        return Start(bus);
    }

    /// <summary>Every second by itself, one sample each: as still air needs, and the self-heating stays below 0.1 K.</summary>
    private static BusFault Start(IRegisterBus bus)
    {
        var fault = bus.WriteByte(HumidityControl, 0x01);
        if (fault == BusFault.None)
            fault = bus.WriteByte(Standby, 0xA0);
        return fault == BusFault.None ? bus.WriteByte(MeasureControl, 0x27) : fault;
    }

    public override BusFault Poll(IRegisterBus bus, Span<long> micro)
    {
        if (_constants is not { } constants)
            return BusFault.Garbled;
        Span<byte> raw = stackalloc byte[8];
        var fault = bus.ReadBlock(Results, raw);
        if (fault != BusFault.None)
            return fault;
        var (pressure, temperature, humidity) = (Twenty(raw), Twenty(raw[3..]), (raw[6] << 8) | raw[7]);
        var fine = constants.Fine(temperature);
        if (Math.Abs(fine) > BmeConstants.MostFine)
            return BusFault.Garbled;
        micro[0] = BmeConstants.Celsius(fine);
        micro[1] = constants.Percent(fine, humidity);
        micro[2] = constants.Pascal(fine, pressure) ?? Channel.NotTold;
        return BusFault.None;
    }

    private static int Twenty(ReadOnlySpan<byte> raw) => (raw[0] << 12) | (raw[1] << 4) | (raw[2] >> 4);
}

/// <summary>The constants of one BME280 and the data sheet's formulas with them. Widened, so that no contents of a memory overflow a step of them.</summary>
public readonly record struct BmeConstants(
    (long One, long Two, long Three) T,
    (long One, long Two, long Three, long Four, long Five, long Six, long Seven, long Eight, long Nine) P,
    (long One, long Two, long Three, long Four, long Five, long Six) H
)
{
    /// <summary>Largest <see cref="Fine"/> the other formulas take: 200 °C, far beyond what the chip survives.</summary>
    public const long MostFine = 1L << 20;

    /// <summary>Sixteen times what the highest pressure and humidity give on the way; beyond it the squares would overflow.</summary>
    private const long MostRaw = 1L << 36;

    /// <param name="first">26 bytes from 0x88.</param>
    /// <param name="more">7 bytes from 0xE1.</param>
    public static BmeConstants Read(ReadOnlySpan<byte> first, ReadOnlySpan<byte> more) =>
        new(
            (U(first, 0), S(first, 2), S(first, 4)),
            (
                U(first, 6),
                S(first, 8),
                S(first, 10),
                S(first, 12),
                S(first, 14),
                S(first, 16),
                S(first, 18),
                S(first, 20),
                S(first, 22)
            ),
            (
                first[25],
                S(more, 0),
                more[2],
                (Registers.Signed(more[3]) << 4) | (more[4] & 0x0F),
                (Registers.Signed(more[5]) << 4) | (more[4] >> 4),
                Registers.Signed(more[6])
            )
        );

    /// <summary>The temperature in the form that all three formulas need.</summary>
    public long Fine(int raw)
    {
        var one = (((raw >> 3) - (T.One << 1)) * T.Two) >> 11;
        var offset = (raw >> 4) - T.One;
        return one + ((((offset * offset) >> 12) * T.Three) >> 14);
    }

    /// <summary>Hundredths of a degree, widened to millionths.</summary>
    public static long Celsius(long fine) => (((fine * 5) + 128) >> 8) * 10_000;

    /// <summary>Null when the constants are an empty or torn memory: they would divide by zero or leave what the formula can hold.</summary>
    public long? Pascal(long fine, int raw)
    {
        var one = fine - 128_000;
        var two = (one * one * P.Six) + ((one * P.Five) << 17) + (P.Four << 35);
        one = ((one * one * P.Three) >> 8) + ((one * P.Two) << 12);
        one = (long)(((Int128)((1L << 47) + one) * P.One) >> 33);
        if (one == 0)
            return null;
        var wide = ((((Int128)1_048_576 - raw) << 31) - two) * 3_125 / one;
        if (wide < 0 || wide > MostRaw)
            return null;
        var p = (long)wide;
        p = (p + ((P.Nine * (p >> 13) * (p >> 13)) >> 25) + ((P.Eight * p) >> 19)) >> 8;
        return (p + (P.Seven << 4)) * Units.Whole / 256;
    }

    public long Percent(long fine, int raw)
    {
        var v = fine - 76_800;
        var slope = ((((v * H.Six) >> 10) * (((v * H.Three) >> 11) + 32_768)) >> 10) + 2_097_152;
        v = ((((long)raw << 14) - (H.Four << 20) - (H.Five * v) + 16_384) >> 15) * (((slope * H.Two) + 8_192) >> 14);
        v = Math.Clamp(v, -MostRaw, MostRaw);
        v -= ((((v >> 15) * (v >> 15)) >> 7) * H.One) >> 4;
        return (Math.Clamp(v, 0, 419_430_400) >> 12) * Units.Whole / 1_024;
    }

    private static long U(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static long S(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt16LittleEndian(bytes[at..]);
}
