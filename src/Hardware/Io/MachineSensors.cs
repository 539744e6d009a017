namespace EdgeNode.Hardware.Io;

/// <summary>What the kernel of this machine shows by itself, for a cabinet without a bill: power supplies, thermometers, fans.</summary>
public static class MachineSensors
{
    /// <summary>One device for each power supply, thermal zone, 1-Wire thermometer and the first fan; empty on a machine without any.</summary>
    public static IReadOnlyList<DeviceSpec> Find(string sys = "/sys") =>
        [
            .. Each(sys, "class/power_supply", "*", "power-supply"),
            .. Each(sys, "class/thermal", "thermal_zone*", "thermal"),
            .. Each(sys, "bus/w1/devices", "28-*", "ds18b20"),
            .. SysfsFile.Expand(Path.Combine(sys, "class/hwmon"), "hwmon*").Any(f => File.Exists(Path.Combine(f, "fan1_input")))
                ? (DeviceSpec[])[new KernelSpec("fan", "fan")]
                : [],
        ];

    private static IEnumerable<DeviceSpec> Each(string sys, string folder, string pattern, string model) =>
        SysfsFile
            .Expand(Path.Combine(sys, folder), pattern)
            .Select(f => Path.GetFileName(f))
            .Select(id => new KernelSpec(id.ToLowerInvariant().Replace('_', '-'), model, id));
}

/// <summary>What answers on an I2C bus at the addresses of parts this program knows.</summary>
/// <param name="Address">7 bits.</param>
/// <param name="Kernel">The kernel's driver has it.</param>
/// <param name="Parts">What usually sits there.</param>
public sealed record I2cAnswer(byte Address, bool Kernel, string Parts)
{
    private static readonly (byte Address, string Parts)[] Known =
    [
        (0x14, "PiJuice"),
        (0x2D, "Waveshare UPS HAT (E)"),
        (0x32, "a clone of the MAX17043"),
        (0x36, "MAX17040/43 of X120x and X728"),
        (0x40, "INA219, INA226 or INA228"),
        (0x42, "Waveshare UPS HAT (B)"),
        (0x43, "Waveshare UPS HAT (D)"),
        (0x44, "SHT3x"),
        (0x45, "SHT3x or an INA"),
        (0x48, "ADS1115 or TMP117"),
        (0x57, "PiSugar 3"),
        (0x68, "DS3231 clock"),
        (0x76, "BME280"),
        (0x77, "BME280"),
    ];

    /// <summary>Asks each known address for its register 0 and nothing else; nothing is written to a chip.</summary>
    public static IReadOnlyList<I2cAnswer> Scan(string bus)
    {
        using var opened = new I2cBus(bus);
        return
        [
            .. Known
                .Select(k => (k, Fault: new I2cChip(opened, k.Address).ReadByte(0, out _)))
                .Where(a => a.Fault is Devices.BusFault.None or Devices.BusFault.Busy)
                .Select(a => new I2cAnswer(a.k.Address, a.Fault == Devices.BusFault.Busy, a.k.Parts)),
        ];
    }
}
