using System.Buffers.Binary;

namespace EdgeNode.Hardware.Devices;

/// <summary>
/// Daly battery management over its serial line, read only. A question is A5 40, command, 08, eight zeros and the sum of all bytes; the
/// answer has the same form with address 01. Voltage and charge: command 0x90; cells: 0x91; temperatures: 0x92 (offset 40). The sign of
/// the current differs between descriptions, so that channel is unverified: positive is taken as discharge, as most readers do.
/// The battery monitor cuts the negative wire: its serial line needs an isolator.
/// </summary>
public sealed class DalyBms : FramedDevice
{
    private const byte Start = 0xA5;
    private const byte Host = 0x40;
    private const byte DataLength = 8;
    private const int FrameLength = 13;
    private const int ZeroCurrent = 30_000;
    private const int ZeroDegrees = 40;
    private static readonly byte[] Commands = [0x90, 0x91, 0x92];

    private readonly byte[] _request = new byte[FrameLength];

    public DalyBms()
        : base(FrameLength) { }

    public override int Baud => 9_600;

    public override int Turns => Commands.Length;

    public override IReadOnlyList<Channel> Channels { get; } =
    [
        new("voltage", SensorKind.PackVoltage, Limits.SolarBattery),
        new("current", SensorKind.PackCurrent, Limits.Whole(-500, 500), Trust.Unverified),
        new("charge", SensorKind.PackCharge, Limits.Charge),
        new("cell-low", SensorKind.CellLow, Limits.Whole(1, 5)),
        new("cell-high", SensorKind.CellHigh, Limits.Whole(1, 5)),
        new("cells", SensorKind.PackTemperature, Limits.Air),
    ];

    public override ReadOnlySpan<byte> Ask(int turn)
    {
        Forget();
        Array.Clear(_request);
        (_request[0], _request[1], _request[2], _request[3]) = (Start, Host, Commands[turn], DataLength);
        _request[^1] = Sum(_request.AsSpan(0, FrameLength - 1));
        return _request;
    }

    protected override int Judge(ReadOnlySpan<byte> head)
    {
        if (head[0] != Start || (head.Length > 3 && head[3] != DataLength))
            return Skip;
        if (head.Length < FrameLength)
            return More;
        if (Sum(head[..(FrameLength - 1)]) == head[FrameLength - 1])
            return FrameLength;
        Refused++;
        return Skip;
    }

    protected override bool Read(ReadOnlySpan<byte> block, Span<long> micro)
    {
        // An echo of our own question (a half-duplex adapter) has our address and is no answer.
        if (block[1] == Host)
            return false;
        var data = block.Slice(4, DataLength);
        switch (block[2])
        {
            case 0x90:
                (micro[0], micro[2]) = (Word(data, 0) * 100_000L, Word(data, 6) * 100_000L);
                micro[1] = (ZeroCurrent - Word(data, 4)) * 100_000L;
                return true;
            case 0x91:
                (micro[4], micro[3]) = (Word(data, 0) * 1_000L, Word(data, 3) * 1_000L);
                return true;
            case 0x92:
                micro[5] = (data[0] - ZeroDegrees) * Units.Whole;
                return true;
            default:
                return false;
        }
    }

    private static ushort Word(ReadOnlySpan<byte> data, int at) => BinaryPrimitives.ReadUInt16BigEndian(data[at..]);

    /// <summary>Modulo 256 by the protocol.</summary>
    private static byte Sum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0;
        foreach (var one in bytes)
            sum += one;
        return (byte)(sum & 0xFF);
    }
}

/// <summary>
/// JK (Jikong) battery management over its serial line, read only (field list as in syssi/esphome-jk-bms). A block is 4E 57, its length,
/// tagged values, 68, and a sum. Values carry a tag each and stand in any order; the sign of the current depends on the protocol version,
/// which comes last.
/// </summary>
public sealed class JkBms : FramedDevice
{
    /// <summary>A real answer is about 290 bytes.</summary>
    private const int Longest = 512;

    private const int HeadLength = 11;

    /// <summary>Record number (4), 68, two unused bytes and the sum.</summary>
    private const int TailLength = 9;

    private const byte Cells = 0x79;
    private const byte CellBoxTemperature = 0x82;
    private const byte PackVoltage = 0x83;
    private const byte PackCurrent = 0x84;
    private const byte PackCharge = 0x85;
    private const byte Warnings = 0x8B;
    private const byte Version = 0xC0;

    /// <summary>Read everything, with its sum.</summary>
    private static readonly byte[] ReadAll =
    [
        0x4E,
        0x57,
        0x00,
        0x13,
        0x00,
        0x00,
        0x00,
        0x00,
        0x06,
        0x03,
        0x00,
        0x00,
        0x00,
        0x00,
        0x00,
        0x00,
        0x68,
        0x00,
        0x00,
        0x01,
        0x29,
    ];

    public JkBms()
        : base(Longest) { }

    public override int Baud => 115_200;

    public override int Turns => 1;

    public override IReadOnlyList<Channel> Channels { get; } =
    [
        new("voltage", SensorKind.PackVoltage, Limits.SolarBattery),
        new("current", SensorKind.PackCurrent, Limits.Whole(-500, 500), Trust.Unverified),
        new("charge", SensorKind.PackCharge, Limits.Charge),
        new("cell-low", SensorKind.CellLow, Limits.Whole(1, 5)),
        new("cell-high", SensorKind.CellHigh, Limits.Whole(1, 5)),
        new("cells", SensorKind.PackTemperature, Limits.Air),
        new("fault", SensorKind.SupplyFault, Limits.Flag),
    ];

    public override ReadOnlySpan<byte> Ask(int turn)
    {
        Forget();
        return ReadAll;
    }

    protected override int Judge(ReadOnlySpan<byte> head)
    {
        if (head[0] != 0x4E || (head.Length > 1 && head[1] != 0x57))
            return Skip;
        if (head.Length < 4)
            return More;
        var length = BinaryPrimitives.ReadUInt16BigEndian(head[2..]) + 2;
        if (length is < HeadLength + TailLength or > Longest)
            return Skip;
        if (head.Length < length)
            return More;
        if (head[length - 5] == 0x68 && Sum(head[..(length - 4)]) == BinaryPrimitives.ReadUInt16BigEndian(head[(length - 2)..]))
            return length;
        Refused++;
        return Skip;
    }

    protected override bool Read(ReadOnlySpan<byte> block, Span<long> micro)
    {
        var rest = block[HeadLength..^TailLength];
        ushort? current = null;
        var version = 0;
        while (rest.Length > 1)
        {
            var (tag, length) = (rest[0], LengthOf(rest));
            if (length == 0 || length + 1 > rest.Length)
                break;
            var value = rest.Slice(1, length);
            if (tag == PackCurrent)
                current = BinaryPrimitives.ReadUInt16BigEndian(value);
            else if (tag == Version)
                version = value[0];
            else
                Take(tag, value, micro);
            rest = rest[(length + 1)..];
        }
        if (current is { } raw)
            micro[1] = Amperes(raw, version);
        return micro[0] != Channel.NotTold;
    }

    private static void Take(byte tag, ReadOnlySpan<byte> value, Span<long> micro)
    {
        switch (tag)
        {
            case Cells:
                CellVoltages(value[1..], micro);
                break;
            case PackVoltage:
                micro[0] = BinaryPrimitives.ReadUInt16BigEndian(value) * 10_000L;
                break;
            case PackCharge:
                micro[2] = value[0] * Units.Whole;
                break;
            case CellBoxTemperature:
                micro[5] = Degrees(BinaryPrimitives.ReadUInt16BigEndian(value)) * Units.Whole;
                break;
            case Warnings:
                // Bit 0 is a low battery, which the charge already tells; the others are faults.
                micro[6] = Channel.Flag((BinaryPrimitives.ReadUInt16BigEndian(value) & 0xFFFE) != 0);
                break;
            default:
                break;
        }
    }

    private static void CellVoltages(ReadOnlySpan<byte> cells, Span<long> micro)
    {
        var (low, high) = (long.MaxValue, 0L);
        for (; cells.Length >= 3; cells = cells[3..])
        {
            var volts = BinaryPrimitives.ReadUInt16BigEndian(cells[1..]) * 1_000L;
            (low, high) = (Math.Min(low, volts), Math.Max(high, volts));
        }
        if (high > 0)
            (micro[3], micro[4]) = (low, high);
    }

    /// <summary>Version 1: the top bit means charging. Version 0: 10,000 is zero and more is discharging. Hundredths of an ampere.</summary>
    public static long Amperes(ushort raw, int version) =>
        version == 1 ? ((raw & 0x8000) != 0 ? raw & 0x7FFF : -raw) * 10_000L : (10_000 - raw) * 10_000L;

    /// <summary>Above 100 it counts below zero: 101 is -1 °C.</summary>
    private static int Degrees(ushort raw) => raw > 100 ? 100 - raw : raw;

    /// <summary>Bytes after the tag; 0 for a tag that nobody has described, where reading on would guess.</summary>
    private static int LengthOf(ReadOnlySpan<byte> rest) =>
        rest[0] switch
        {
            Cells => 1 + rest[1],
            0x85 or 0x86 or 0x9D or 0xA9 or 0xAB or 0xAC or 0xAE or 0xAF or 0xB1 or 0xB3 or 0xB8 or Version => 1,
            0x89 or 0xAA or 0xB5 or 0xB6 or 0xB9 => 4,
            0xB4 => 8,
            0xB2 => 10,
            0xB7 => 15,
            0xBA => 24,
            (>= 0x80 and <= 0x8F) or (>= 0x90 and <= 0xA8) or 0xAD or 0xB0 => 2,
            _ => 0,
        };

    /// <summary>16 bits of the sum of all bytes; a block is too short to wrap it.</summary>
    private static int Sum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0;
        foreach (var one in bytes)
            sum += one;
        return sum & 0xFFFF;
    }
}
