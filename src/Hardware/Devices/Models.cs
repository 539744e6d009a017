namespace EdgeNode.Hardware.Devices;

/// <summary>The names by which bills of materials and settings call the devices this program reads, and what stands behind each.</summary>
public static class Models
{
    /// <summary>Chips on I2C.</summary>
    public static readonly IReadOnlyList<string> I2c =
    [
        "max17040",
        "max17043",
        "ina219",
        "ina226",
        "ina228",
        "waveshare-b",
        "waveshare-d",
        "waveshare-e",
        "pisugar3",
        "pijuice",
        "bme280",
        "sht3x",
        "ads1115",
        "tmp117",
    ];

    /// <summary>Devices on serial lines.</summary>
    public static readonly IReadOnlyList<string> Serial = ["vedirect", "epever", "srne", "daly-bms", "jk-bms"];

    /// <summary>Devices that only the kernel's driver reads.</summary>
    public static readonly IReadOnlyList<string> Kernel = ["ds18b20", "thermal", "power-supply", "fan"];

    /// <summary>
    /// Micro-ohm of most INA219 boards and of Waveshare's HAT (B). As long as nobody has put the shunt's value into the bill it is only
    /// assumed, and the current stays unverified.
    /// </summary>
    public const int UsualShunt = 100_000;

    /// <summary>Micro-ohm of the shunt on the INA228 breakout board that the bill of materials names.</summary>
    public const int Ina228Shunt = 15_000;

    /// <summary>A fresh driver for the chip; null for a model this program does not know.</summary>
    public static I2cDevice? Make(I2cSpec spec)
    {
        var pack = PackOf(spec);
        var (shunt, trust) = spec.ShuntMicroOhm is { } known and not 0 ? (known, Trust.Verified) : (UsualShunt, Trust.Unverified);
        return spec.Model switch
        {
            "max17040" or "max17043" => new Max1704x(),
            "ina219" => new Ina219(shunt, pack, false, trust),
            "waveshare-b" or "waveshare-d" => new Ina219(shunt, pack, true, trust),
            "ina226" => new Ina226(shunt, pack, trust),
            "ina228" => new Ina228(spec.ShuntMicroOhm ?? Ina228Shunt, pack, trust),
            "waveshare-e" => new WaveshareE(),
            "pisugar3" => new PiSugar3(),
            "pijuice" => new PiJuice(),
            "bme280" => new Bme280(),
            "sht3x" => new Sht3x(),
            "ads1115" => new Ads1115(),
            "tmp117" => new Tmp117(),
            _ => null,
        };
    }

    /// <summary>What is believed of the pack's voltage: by its cells, or a solar battery's wide window when they are not told (0).</summary>
    public static Limits PackOf(I2cSpec spec) =>
        spec.Model switch
        {
            "waveshare-b" => Limits.Cells(2),
            _ when spec.Cells > 0 => Limits.Cells(spec.Cells),
            _ => Limits.SolarBattery,
        };

    /// <summary>A fresh reader for the line; null for a model this program does not know.</summary>
    public static SerialDevice? Make(SerialSpec spec) =>
        spec.Model switch
        {
            "vedirect" => new VeDirect(),
            "epever" => new EPever(spec.Unit),
            "srne" => new Srne(spec.Unit),
            "daly-bms" => new DalyBms(),
            "jk-bms" => new JkBms(),
            _ => null,
        };
}
