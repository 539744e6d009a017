using System.Buffers.Binary;

namespace EdgeNode.Hardware.Devices;

/// <summary>Modbus over serial line (modbus.org, V1.02): frames of unit, function, data and a CRC, low byte first.</summary>
public static class ModbusRtu
{
    public const int RequestLength = 8;

    /// <summary>Longest frame of the standard.</summary>
    public const int LongestFrame = 256;

    /// <summary>CRC-16, polynomial 0xA001 reflected, start 0xFFFF. Over a whole frame with its CRC it is zero.</summary>
    public static ushort Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFF;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xA001 : 0);
        }
        return (ushort)crc;
    }

    /// <summary>A request to read registers, <see cref="RequestLength"/> bytes.</summary>
    public static void Request(Span<byte> into, byte unit, byte function, ushort address, ushort count)
    {
        (into[0], into[1]) = (unit, function);
        BinaryPrimitives.WriteUInt16BigEndian(into[2..], address);
        BinaryPrimitives.WriteUInt16BigEndian(into[4..], count);
        BinaryPrimitives.WriteUInt16LittleEndian(into[6..], Crc(into[..6]));
    }
}

/// <summary>A range of registers that is read at once.</summary>
public readonly record struct RegisterRange(ushort Address, ushort Count);

/// <summary>A Modbus device that is read range by range. Which answer belongs to which question is known from unit, function and length.</summary>
/// <param name="unit">Its address on the line.</param>
/// <param name="function">3 for holding registers, 4 for input registers.</param>
public abstract class ModbusDevice(byte unit, byte function) : FramedDevice(ModbusRtu.LongestFrame)
{
    private const int ExceptionLength = 5;
    private readonly byte[] _request = new byte[ModbusRtu.RequestLength];
    private int _turn;

    protected abstract ReadOnlySpan<RegisterRange> Ranges { get; }

    /// <summary>Reads the registers of one range: big-endian words.</summary>
    protected abstract void Read(int turn, ReadOnlySpan<byte> words, Span<long> micro);

    public override int Turns => Ranges.Length;

    public override ReadOnlySpan<byte> Ask(int turn)
    {
        Forget();
        _turn = turn;
        ModbusRtu.Request(_request, unit, function, Ranges[turn].Address, Ranges[turn].Count);
        return _request;
    }

    protected override int Judge(ReadOnlySpan<byte> head)
    {
        if (head[0] != unit)
            return Skip;
        if (head.Length < 3)
            return More;
        var bytes = Ranges[_turn].Count * 2;
        var length =
            head[1] == (function | 0x80) ? ExceptionLength
            : head[1] == function && head[2] == bytes ? bytes + 5
            : Skip;
        if (length == Skip || head.Length < length)
            return length == Skip ? Skip : More;
        if (ModbusRtu.Crc(head[..length]) == 0)
            return length;
        Refused++;
        return Skip;
    }

    protected override bool Read(ReadOnlySpan<byte> block, Span<long> micro)
    {
        if (block[1] != function)
        {
            Refused++;
            return false;
        }
        Read(_turn, block[3..^2], micro);
        return true;
    }

    protected static ushort Word(ReadOnlySpan<byte> words, int index) =>
        BinaryPrimitives.ReadUInt16BigEndian(words[(index * 2)..]);

    /// <summary>Hundredths of a unit.</summary>
    protected static long Hundredths(ReadOnlySpan<byte> words, int index) => Word(words, index) * 10_000L;

    protected static long SignedHundredths(ReadOnlySpan<byte> words, int index) => Registers.Signed(Word(words, index)) * 10_000L;

    protected static long Tenths(ReadOnlySpan<byte> words, int index) => Word(words, index) * 100_000L;

    /// <summary>Hundredths in two words, the lower one first.</summary>
    protected static long LongHundredths(ReadOnlySpan<byte> words, int index) =>
        (((long)Word(words, index + 1) << 16) | Word(words, index)) * 10_000L;
}

/// <summary>
/// EPever Tracer and its relatives (EPsolar "ControllerSolar Modbus specification": input registers, 115200 baud, at most 12 at once).
/// Hundredths of a unit; the charge is in whole percent as the specification's table has it, seen on no device by us, so unverified.
/// </summary>
public sealed class EPever(byte unit) : ModbusDevice(unit, 4)
{
    private static readonly RegisterRange[] Read12 = [new(0x3100, 6), new(0x310C, 4), new(0x3110, 1), new(0x311A, 1)];

    public override int Baud => 115_200;

    protected override ReadOnlySpan<RegisterRange> Ranges => Read12;

    public override IReadOnlyList<Channel> Channels { get; } =
    [
        new("voltage", SensorKind.PackVoltage, Limits.SolarBattery),
        new("charger-current", SensorKind.ChargerCurrent, Limits.Whole(0, 200)),
        new("solar-voltage", SensorKind.SolarVoltage, Limits.Whole(0, 250)),
        new("solar-current", SensorKind.SolarCurrent, Limits.Whole(0, 200)),
        new("solar-power", SensorKind.SolarPower, Limits.Whole(0, 10_000)),
        new("load-voltage", SensorKind.LoadVoltage, Limits.Whole(0, 64)),
        new("load-current", SensorKind.LoadCurrent, Limits.Whole(0, 100)),
        new("load-power", SensorKind.LoadPower, Limits.Whole(0, 5_000)),
        new("cells", SensorKind.PackTemperature, Limits.Air),
        new("charge", SensorKind.PackCharge, Limits.Charge, Trust.Unverified),
    ];

    protected override void Read(int turn, ReadOnlySpan<byte> words, Span<long> micro)
    {
        switch (turn)
        {
            case 0:
                (micro[2], micro[3], micro[4]) = (Hundredths(words, 0), Hundredths(words, 1), LongHundredths(words, 2));
                (micro[0], micro[1]) = (Hundredths(words, 4), Hundredths(words, 5));
                break;
            case 1:
                (micro[5], micro[6], micro[7]) = (Hundredths(words, 0), Hundredths(words, 1), LongHundredths(words, 2));
                break;
            case 2:
                micro[8] = SignedHundredths(words, 0);
                break;
            default:
                micro[9] = Word(words, 0) * Units.Whole;
                break;
        }
    }
}

/// <summary>
/// SRNE and the controllers sold under other names that share its registers (holding registers 0x100 to 0x109 at 9600 baud). No maker's
/// document and no device was at hand, so all of it is unverified.
/// </summary>
public sealed class Srne(byte unit) : ModbusDevice(unit, 3)
{
    private static readonly RegisterRange[] OneRead = [new(0x0100, 10)];

    public override int Baud => 9_600;

    protected override ReadOnlySpan<RegisterRange> Ranges => OneRead;

    public override IReadOnlyList<Channel> Channels { get; } =
    [
        new("voltage", SensorKind.PackVoltage, Limits.SolarBattery, Trust.Unverified),
        new("charger-current", SensorKind.ChargerCurrent, Limits.Whole(0, 200), Trust.Unverified),
        new("charge", SensorKind.PackCharge, Limits.Charge, Trust.Unverified),
        new("cells", SensorKind.PackTemperature, Limits.Air, Trust.Unverified),
        new("load-voltage", SensorKind.LoadVoltage, Limits.Whole(0, 64), Trust.Unverified),
        new("load-current", SensorKind.LoadCurrent, Limits.Whole(0, 100), Trust.Unverified),
        new("load-power", SensorKind.LoadPower, Limits.Whole(0, 5_000), Trust.Unverified),
        new("solar-voltage", SensorKind.SolarVoltage, Limits.Whole(0, 250), Trust.Unverified),
        new("solar-current", SensorKind.SolarCurrent, Limits.Whole(0, 200), Trust.Unverified),
        new("solar-power", SensorKind.SolarPower, Limits.Whole(0, 10_000), Trust.Unverified),
    ];

    protected override void Read(int turn, ReadOnlySpan<byte> words, Span<long> micro)
    {
        (micro[2], micro[0], micro[1]) = (Word(words, 0) * Units.Whole, Tenths(words, 1), Hundredths(words, 2));
        micro[3] = SignMagnitude(words[7]) * Units.Whole;
        (micro[4], micro[5], micro[6]) = (Tenths(words, 4), Hundredths(words, 5), Word(words, 6) * Units.Whole);
        (micro[7], micro[8], micro[9]) = (Tenths(words, 7), Hundredths(words, 8), Word(words, 9) * Units.Whole);
    }

    /// <summary>The low byte of 0x103: the battery's degrees, the top bit is the sign.</summary>
    private static int SignMagnitude(byte raw) => (raw & 0x80) != 0 ? -(raw & 0x7F) : raw;
}
