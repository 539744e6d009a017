namespace EdgeNode.Hardware.Devices;

/// <summary>
/// MAX17040/MAX17041 and MAX17043/MAX17044 (Maxim data sheets 19-5210 and 19-4811): the gauge of the X120x and X728 boards at 0x36.
/// VCELL (0x02) is 12 bits in the upper part, 1.25 mV a step; SOC (0x04) is 1/256 % a step. The gauge is never reset by us: that would
/// make it guess anew from the loaded voltage.
/// </summary>
public sealed class Max1704x : I2cDevice
{
    private const byte CellVoltage = 0x02;
    private const byte StateOfCharge = 0x04;

    public override IReadOnlyList<Channel> Channels { get; } =
    [new("voltage", SensorKind.PackVoltage, Limits.Cells(1)), new("charge", SensorKind.PackCharge, Limits.Charge)];

    public override BusFault Poll(IRegisterBus bus, Span<long> micro)
    {
        ushort charge = 0;
        var fault = Registers.Big(bus, CellVoltage, out var cell);
        if (fault == BusFault.None)
            fault = Registers.Big(bus, StateOfCharge, out charge);
        if (fault == BusFault.None)
            (micro[0], micro[1]) = (Volts(cell), Percent(charge));
        return fault;
    }

    public static long Volts(ushort register) => (register >> 4) * 1_250L;

    public static long Percent(ushort register) => register * Units.Whole / 256;
}

/// <summary>
/// Waveshare UPS HAT (E), microcontroller at 0x2d in front of a BQ4050 and an IP2368 (registers: int08h/waveshare-ups-hat-e,
/// src/registers.rs). Blocks of little-endian words: 0x02 charger bits, 0x03 whether it still hears its chips, 0x10 VBUS, 0x20 pack,
/// 0x30 four cells. Its register 0x01 cuts the power and is never written here.
/// </summary>
public sealed class WaveshareE : I2cDevice
{
    private const byte ChargerBits = 0x02;
    private const byte ChipsHeard = 0x03;
    private const byte VBus = 0x10;
    private const byte Pack = 0x20;
    private const byte Cells = 0x30;
    private const byte InputPresent = 1 << 5;
    private const byte BothChips = 0b11;

    public override IReadOnlyList<Channel> Channels { get; } =
    [
        new("voltage", SensorKind.PackVoltage, Limits.Cells(4)),
        new("current", SensorKind.PackCurrent, Limits.Whole(-15, 15)),
        new("charge", SensorKind.PackCharge, Limits.Charge),
        new("mains", SensorKind.Mains, Limits.Flag),
        new("input-voltage", SensorKind.InputVoltage, Limits.Whole(0, 25)),
        new("input-current", SensorKind.InputCurrent, Limits.Whole(0, 10)),
        new("cell-low", SensorKind.CellLow, Limits.Cells(1)),
        new("cell-high", SensorKind.CellHigh, Limits.Cells(1)),
    ];

    public override BusFault Poll(IRegisterBus bus, Span<long> micro)
    {
        Span<byte> bytes = stackalloc byte[12];
        var fault = bus.ReadByte(ChipsHeard, out var heard);
        if (fault == BusFault.None && (heard & BothChips) != BothChips)
            return BusFault.Garbled;
        if (fault == BusFault.None && (fault = bus.ReadByte(ChargerBits, out var bits)) == BusFault.None)
            micro[3] = Channel.Flag((bits & InputPresent) != 0);
        if (fault == BusFault.None && (fault = bus.ReadBlock(VBus, bytes[..6])) == BusFault.None)
            (micro[4], micro[5]) = (Milli(bytes, 0), Milli(bytes, 2));
        if (fault == BusFault.None && (fault = bus.ReadBlock(Pack, bytes)) == BusFault.None)
            (micro[0], micro[1], micro[2]) = (Milli(bytes, 0), SignedMilli(bytes, 2), Word(bytes, 4) * Units.Whole);
        if (fault == BusFault.None && (fault = bus.ReadBlock(Cells, bytes[..8])) == BusFault.None)
            Extremes(bytes, micro);
        return fault;
    }

    private static void Extremes(ReadOnlySpan<byte> bytes, Span<long> micro)
    {
        (micro[6], micro[7]) = (long.MaxValue, 0);
        for (var cell = 0; cell < 4; cell++)
            (micro[6], micro[7]) = (Math.Min(micro[6], Milli(bytes, cell * 2)), Math.Max(micro[7], Milli(bytes, cell * 2)));
    }

    private static ushort Word(ReadOnlySpan<byte> bytes, int at) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static long Milli(ReadOnlySpan<byte> bytes, int at) => Word(bytes, at) * 1_000L;

    private static long SignedMilli(ReadOnlySpan<byte> bytes, int at) => Registers.Signed(Word(bytes, at)) * 1_000L;
}

/// <summary>
/// PiSugar 3 at 0x57: identity 0x00 is 3, pack voltage 0x22 (high byte first, mV), percent 0x2A. That bit 7 of 0x02 means external power
/// stands in the makers' register list and was never confirmed on a board by us, so that channel is unverified.
/// </summary>
public sealed class PiSugar3 : I2cDevice
{
    private const byte Identity = 0x00;
    private const byte Control = 0x02;
    private const byte VoltageHigh = 0x22;
    private const byte VoltageLow = 0x23;
    private const byte Percent = 0x2A;
    private const byte Model3 = 3;
    private const byte ExternalPower = 1 << 7;

    public override IReadOnlyList<Channel> Channels { get; } =
    [
        new("voltage", SensorKind.PackVoltage, Limits.Cells(1)),
        new("charge", SensorKind.PackCharge, Limits.Charge),
        new("mains", SensorKind.Mains, Limits.Flag, Trust.Unverified),
    ];

    public override BusFault Begin(IRegisterBus bus)
    {
        var fault = bus.ReadByte(Identity, out var model);
        return fault == BusFault.None && model != Model3 ? BusFault.Garbled : fault;
    }

    public override BusFault Poll(IRegisterBus bus, Span<long> micro)
    {
        byte low = 0;
        var fault = bus.ReadByte(VoltageHigh, out var high);
        if (fault == BusFault.None && (fault = bus.ReadByte(VoltageLow, out low)) == BusFault.None)
            micro[0] = ((high << 8) | low) * 1_000L;
        if (fault == BusFault.None && (fault = bus.ReadByte(Percent, out var percent)) == BusFault.None)
            micro[1] = percent * Units.Whole;
        if (fault == BusFault.None && (fault = bus.ReadByte(Control, out var control)) == BusFault.None)
            micro[2] = Channel.Flag((control & ExternalPower) != 0);
        return fault;
    }
}

/// <summary>
/// PiJuice at 0x14 (dotnet/iot PiJuice.cs, PiJuiceStatus.cs): a command byte, then data and one check byte, 0xFF exclusive-or all data.
/// It does not acknowledge while it is busy and sometimes drops the top bit of the first byte; the check byte shows both, and the next
/// poll tries again, so that nobody waits here. Read only.
/// </summary>
public sealed class PiJuice : I2cDevice
{
    private const byte Status = 0x40;
    private const byte ChargeLevel = 0x41;
    private const byte BatteryTemperature = 0x47;
    private const byte BatteryVoltage = 0x49;
    private const byte BatteryCurrent = 0x4B;

    /// <summary>Power input states: 0 not there, 1 bad, 2 weak, 3 present.</summary>
    private const int Present = 3;

    public override IReadOnlyList<Channel> Channels { get; } =
    [
        new("voltage", SensorKind.PackVoltage, Limits.Cells(1)),
        new("current", SensorKind.PackCurrent, Limits.Whole(-10, 10), Trust.Unverified),
        new("charge", SensorKind.PackCharge, Limits.Charge),
        new("cells", SensorKind.PackTemperature, Limits.Air),
        new("mains", SensorKind.Mains, Limits.Flag),
        new("fault", SensorKind.SupplyFault, Limits.Flag),
    ];

    public override BusFault Poll(IRegisterBus bus, Span<long> micro)
    {
        Span<byte> data = stackalloc byte[2];
        var fault = Command(bus, Status, data[..1]);
        if (fault == BusFault.None)
            (micro[4], micro[5]) = (Channel.Flag(Feeds(data[0] >> 4) || Feeds(data[0] >> 6)), Channel.Flag((data[0] & 1) != 0));
        if (fault == BusFault.None && (fault = Command(bus, ChargeLevel, data[..1])) == BusFault.None)
            micro[2] = data[0] * Units.Whole;
        if (fault == BusFault.None && (fault = Command(bus, BatteryVoltage, data)) == BusFault.None)
            micro[0] = Signed(data) * 1_000L;
        if (fault == BusFault.None && (fault = Command(bus, BatteryCurrent, data)) == BusFault.None)
            micro[1] = Signed(data) * 1_000L;
        if (fault == BusFault.None && (fault = Command(bus, BatteryTemperature, data)) == BusFault.None)
            micro[3] = Signed(data) * Units.Whole;
        return fault;
    }

    private static bool Feeds(int state) => (state & 3) == Present;

    private static short Signed(ReadOnlySpan<byte> data) => System.Buffers.Binary.BinaryPrimitives.ReadInt16LittleEndian(data);

    private static BusFault Command(IRegisterBus bus, byte command, Span<byte> data)
    {
        Span<byte> answer = stackalloc byte[data.Length + 1];
        var fault = bus.Transfer([command], answer);
        if (fault != BusFault.None)
            return fault;
        if (Check(answer) != 0)
            answer[0] |= 0x80;
        if (Check(answer) != 0)
            return BusFault.Garbled;
        answer[..data.Length].CopyTo(data);
        return BusFault.None;
    }

    /// <summary>Zero when the last byte is 0xFF exclusive-or all before it.</summary>
    private static byte Check(ReadOnlySpan<byte> answer)
    {
        byte sum = 0xFF;
        foreach (var one in answer)
            sum ^= one;
        return sum;
    }
}
