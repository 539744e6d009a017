namespace EdgeNode.Hardware;

/// <summary>
/// What the supply boards of a Raspberry Pi bring to its header, as bills write it line by line. The polarity of a mains line differs
/// between boards of one vendor, so whatever stands here holds only after the commissioning test has seen the line move.
/// </summary>
public static class Hats
{
    /// <summary>Chips that carry the 40-pin header: Raspberry Pi 5 and 4.</summary>
    public static readonly IReadOnlyList<string> Header = ["pinctrl-rp1", "pinctrl-bcm2711"];

    /// <summary>X1200 to X1209 (suptronics/x120x): gauge at 0x36, GPIO6 high while mains is there, GPIO16 high keeps it from charging.</summary>
    public static IReadOnlyList<DeviceSpec> X120x(string i2c = "/dev/i2c-1") =>
        [
            new I2cSpec("ups", "max17043", i2c, 0x36),
            new LineSpec("ups-mains", LineSignal.AcOk, Header, 6),
            new LineSpec("ups-charge-inhibit", LineSignal.ChargeInhibit, Header, 16),
        ];

    /// <summary>
    /// X728 (geekworm-com/x728): the same gauge, GPIO6 low while mains is there, GPIO12 says that the machine runs, and GPIO26 (from version
    /// 2 on; 13 before) cuts the power when it is held for three seconds.
    /// </summary>
    public static IReadOnlyList<DeviceSpec> X728(string i2c = "/dev/i2c-1", bool version1 = false) =>
        [
            new I2cSpec("ups", "max17043", i2c, 0x36),
            new LineSpec("ups-mains", LineSignal.AcOk, Header, 6, ActiveHigh: false),
            new LineSpec("ups-running", LineSignal.Running, Header, 12, Initial: true),
            new LineSpec("ups-power-cut", LineSignal.PowerCut, Header, version1 ? 13 : 26),
        ];

    /// <summary>Waveshare UPS HAT (B), two cells, INA219 at 0x42; no line for mains: it follows from the sign of the current.</summary>
    public static IReadOnlyList<DeviceSpec> WaveshareB(string i2c = "/dev/i2c-1", int? shuntMicroOhm = null) =>
        [new I2cSpec("ups", "waveshare-b", i2c, 0x42, ShuntMicroOhm: shuntMicroOhm, Cells: 2)];

    /// <summary>Waveshare UPS HAT (D), one cell, INA219 at 0x43.</summary>
    public static IReadOnlyList<DeviceSpec> WaveshareD(string i2c = "/dev/i2c-1", int? shuntMicroOhm = null) =>
        [new I2cSpec("ups", "waveshare-d", i2c, 0x43, ShuntMicroOhm: shuntMicroOhm)];

    /// <summary>Waveshare UPS HAT (E), four cells, microcontroller at 0x2d.</summary>
    public static IReadOnlyList<DeviceSpec> WaveshareE(string i2c = "/dev/i2c-1") =>
        [new I2cSpec("ups", "waveshare-e", i2c, 0x2d, Cells: 4)];

    public static IReadOnlyList<DeviceSpec> PiSugar3(string i2c = "/dev/i2c-1") => [new I2cSpec("ups", "pisugar3", i2c, 0x57)];

    public static IReadOnlyList<DeviceSpec> PiJuice(string i2c = "/dev/i2c-1") => [new I2cSpec("ups", "pijuice", i2c, 0x14)];

    /// <summary>A supply that has nothing but lines: one for mains, or one for a nearly empty battery, or both.</summary>
    public static IReadOnlyList<DeviceSpec> LinesOnly(int? mains, int? batteryLow, bool activeHigh = true) =>
        [
            .. mains is { } m ? (DeviceSpec[])[new LineSpec("ups-mains", LineSignal.AcOk, Header, m, activeHigh)] : [],
            .. batteryLow is { } b ? (DeviceSpec[])[new LineSpec("ups-low", LineSignal.BatteryLow, Header, b, activeHigh)] : [],
        ];
}
