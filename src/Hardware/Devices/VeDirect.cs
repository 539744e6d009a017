using System.Buffers.Text;

namespace EdgeNode.Hardware.Devices;

/// <summary>
/// Victron VE.Direct in text mode (Victron "VE.Direct Protocol", 19200 8N1): lines of label, tab, value; the last label is Checksum, and
/// all bytes of a block add up to 0 modulo 256. HEX frames (from ':' to line feed) may stand between any two bytes of a block; they are
/// left out of the sum and the block goes on after them. Solar chargers, SmartShunt and BMV speak it.
/// </summary>
public sealed class VeDirect : SerialDevice
{
    /// <summary>Longest label and value of the protocol; longer ones spoil their block.</summary>
    public const int LongestLabel = 8;
    public const int LongestValue = 32;

    private const int Voltage = 0;
    private const int PackCurrent = 1;
    private const int Charge = 2;
    private const int Counter = 3;
    private const int SolarVoltage = 4;
    private const int SolarPower = 5;
    private const int ChargerCurrent = 6;
    private const int LoadCurrent = 7;
    private const int YieldToday = 8;
    private const int Fault = 9;
    private const int Temperature = 10;

    private enum Part
    {
        Outside,
        LineBegin,
        Label,
        Value,
        Checksum,
        Hex,
    }

    private readonly byte[] _label = new byte[LongestLabel];
    private readonly byte[] _value = new byte[LongestValue];
    private readonly long[] _block = new long[11];
    private int _labelLength;
    private int _valueLength;
    private byte _sum;
    private bool _spoiled;
    private Part _part = Part.Outside;
    private Part _beforeHex = Part.Outside;

    public VeDirect() => Array.Fill(_block, Channel.NotTold);

    public override int Baud => 19_200;

    public override IReadOnlyList<Channel> Channels { get; } =
    [
        new("voltage", SensorKind.PackVoltage, Limits.SolarBattery),
        new("current", SensorKind.PackCurrent, Limits.Whole(-1_000, 1_000)),
        new("charge", SensorKind.PackCharge, Limits.Charge),
        new("counter", SensorKind.PackCounter, Limits.Whole(-20_000, 20_000)),
        new("solar-voltage", SensorKind.SolarVoltage, Limits.Whole(0, 250)),
        new("solar-power", SensorKind.SolarPower, Limits.Whole(0, 10_000)),
        new("charger-current", SensorKind.ChargerCurrent, new(-1 * Units.Whole, 200 * Units.Whole, 0, 200 * Units.Whole)),
        new("load-current", SensorKind.LoadCurrent, Limits.Whole(0, 100)),
        new("solar-yield", SensorKind.SolarYield, Limits.Whole(0, 200_000)),
        new("fault", SensorKind.SupplyFault, Limits.Flag),
        new("cells", SensorKind.PackTemperature, Limits.Air),
    ];

    public override bool Take(ReadOnlySpan<byte> bytes, Span<long> micro)
    {
        var told = false;
        foreach (var one in bytes)
            told |= Take(one, micro);
        return told;
    }

    private bool Take(byte one, Span<long> micro)
    {
        if (one == ':' && _part is not (Part.Checksum or Part.Hex))
            (_beforeHex, _part) = (_part, Part.Hex);
        if (_part == Part.Hex)
        {
            if (one == '\n')
                _part = _beforeHex;
            return false;
        }
        // The sum is modulo 256 by the protocol, so it wraps on purpose.
        _sum = unchecked((byte)(_sum + one));
        switch (_part)
        {
            case Part.Checksum:
                return End(micro);
            case Part.Label:
                InLabel(one);
                break;
            case Part.Value:
                InValue(one);
                break;
            default:
                Between(one);
                break;
        }
        return false;
    }

    private void Between(byte one)
    {
        if (one == '\n')
            _part = Part.LineBegin;
        else if (_part == Part.LineBegin && one != '\r')
        {
            (_labelLength, _valueLength, _part) = (0, 0, Part.Label);
            InLabel(one);
        }
    }

    private void InLabel(byte one)
    {
        if (one == '\t')
            _part = Label.SequenceEqual("Checksum"u8) ? Part.Checksum : Part.Value;
        else if (one == '\n')
            (_spoiled, _part) = (true, Part.LineBegin);
        else if (_labelLength < LongestLabel)
            _label[_labelLength++] = one;
        else
            _spoiled = true;
    }

    private void InValue(byte one)
    {
        if (one == '\n')
        {
            Field();
            _part = Part.LineBegin;
        }
        else if (one == '\r')
            return;
        else if (_valueLength < LongestValue)
            _value[_valueLength++] = one;
        else
            _spoiled = true;
    }

    private ReadOnlySpan<byte> Label => _label.AsSpan(0, _labelLength);

    private ReadOnlySpan<byte> Value => _value.AsSpan(0, _valueLength);

    /// <summary>Units by the protocol: mV, mA, W, per mille, mAh, hundredths of a kWh, °C. "---" stands for a value that is not known.</summary>
    private void Field()
    {
        if (!Utf8Parser.TryParse(Value, out int number, out var used) || used != _valueLength)
            return;
        var (slot, scale) = Slot(Label);
        if (slot == Fault)
            _block[Fault] = Channel.Flag(number != 0);
        else if (slot >= 0)
            _block[slot] = number * scale;
    }

    private static (int Slot, long Scale) Slot(ReadOnlySpan<byte> label) =>
        label switch
        {
            [(byte)'V'] => (Voltage, 1_000),
            [(byte)'I'] => (PackCurrent, 1_000),
            [(byte)'T'] => (Temperature, Units.Whole),
            [(byte)'S', (byte)'O', (byte)'C'] => (Charge, 100_000),
            [(byte)'C', (byte)'E'] => (Counter, 1_000),
            [(byte)'V', (byte)'P', (byte)'V'] => (SolarVoltage, 1_000),
            [(byte)'P', (byte)'P', (byte)'V'] => (SolarPower, Units.Whole),
            [(byte)'I', (byte)'L'] => (LoadCurrent, 1_000),
            [(byte)'H', (byte)'2', (byte)'0'] => (YieldToday, 10 * Units.Whole),
            [(byte)'E', (byte)'R', (byte)'R'] => (Fault, 1),
            _ => (-1, 0),
        };

    /// <summary>The byte after "Checksum" came: the block counts if all its bytes add up to zero and nothing in it was too long.</summary>
    private bool End(Span<long> micro)
    {
        var good = _sum == 0 && !_spoiled;
        if (good)
            Hand(micro);
        else
            Refused++;
        Array.Fill(_block, Channel.NotTold);
        (_sum, _spoiled, _part) = (0, false, Part.Outside);
        return good;
    }

    /// <summary>A solar charger's I is what it gives to the battery; only a shunt's I is what flows into the pack.</summary>
    private void Hand(Span<long> micro)
    {
        if (_block[SolarVoltage] != Channel.NotTold || _block[SolarPower] != Channel.NotTold)
            (_block[ChargerCurrent], _block[PackCurrent]) = (_block[PackCurrent], Channel.NotTold);
        for (var slot = 0; slot < _block.Length; slot++)
        {
            if (_block[slot] != Channel.NotTold)
                micro[slot] = _block[slot];
        }
    }
}
