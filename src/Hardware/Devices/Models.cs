namespace EdgeNode.Hardware.Devices;

/// <summary>The names by which bills of materials and settings call the devices this program reads.</summary>
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
}
