namespace EdgeNode.Hardware.Devices;

/// <summary>One number that a kernel driver shows in a file of sysfs.</summary>
/// <param name="Folder">Where below the device's folder, with one <c>*</c> at most: <c>hwmon/hwmon*</c>; empty for the folder itself.</param>
/// <param name="File">The file, such as <c>in1_input</c>.</param>
/// <param name="Scale">What one step of the file's number is, in millionths of the unit.</param>
/// <param name="Refuse">A number of the file that is never a measurement (85,000 of a DS18B20 that has not measured); null for none.</param>
/// <param name="ByShunt">Scaled by the ratio of the kernel's shunt to ours, when both are known.</param>
public sealed record KernelFile(
    Channel Channel,
    string Folder,
    string File,
    double Scale,
    long? Refuse = null,
    bool ByShunt = false
);

/// <summary>
/// What the kernel's drivers show, by our model name (Documentation/ABI/testing: sysfs-class-power, sysfs-bus-iio; Documentation/hwmon;
/// Documentation/w1/slaves/w1_therm). hwmon counts mV, mA, m°C and m%; power supplies µV and µA.
/// </summary>
public static class KernelFiles
{
    private const string Hwmon = "hwmon/hwmon*";
    private const string Iio = "iio:device*";
    private const string Supply = "power_supply/*";
    private const double Milli = 1_000;
    private const double Micro = 1;

    /// <summary>True for sensors whose read itself waits for a conversion (750 ms of a DS18B20): they are read on a thread of the pool.</summary>
    public static bool IsSlow(string model) => model == "ds18b20";

    /// <summary>The files of an I2C model with <paramref name="pack"/> as the pack's bounds; empty when no kernel driver is known for it.</summary>
    public static IReadOnlyList<KernelFile> OfI2c(string model, Limits pack) =>
        model switch
        {
            "max17040" or "max17043" =>
            [
                new(new("voltage", SensorKind.PackVoltage, pack), Supply, "voltage_now", Micro),
                new(new("charge", SensorKind.PackCharge, Limits.Charge), Supply, "capacity", Units.Whole),
            ],
            "ina219" or "ina226" or "ina228" or "waveshare-b" or "waveshare-d" =>
            [
                new(new("voltage", SensorKind.PackVoltage, pack), Hwmon, "in1_input", Milli),
                new(new("current", SensorKind.PackCurrent, Limits.Current), Hwmon, "curr1_input", Milli, ByShunt: true),
            ],
            "sht3x" =>
            [
                new(new("temperature", SensorKind.Temperature, Limits.Air), Hwmon, "temp1_input", Milli),
                new(new("humidity", SensorKind.Humidity, Limits.Humidity), Hwmon, "humidity1_input", Milli),
            ],
            "bme280" =>
            [
                new(new("temperature", SensorKind.Temperature, Limits.Air), Iio, "in_temp_input", Milli),
                new(new("humidity", SensorKind.Humidity, Limits.Humidity), Iio, "in_humidityrelative_input", Milli),
                new(new("pressure", SensorKind.Pressure, Limits.AirPressure), Iio, "in_pressure_input", Units.Whole * 1_000.0),
            ],
            "tmp117" => [new(new("temperature", SensorKind.Temperature, Limits.Air), Iio, "in_temp_raw", 7_812.5)],
            "ads1115" =>
            [
                .. Enumerable
                    .Range(0, 4)
                    .Select(i => new KernelFile(
                        new($"a{i}", SensorKind.Voltage, Limits.Whole(-5, 5)),
                        Hwmon,
                        $"in{i + 4}_input",
                        Milli
                    )),
            ],
            _ => [],
        };

    /// <summary>The class of sysfs and the files of a model that only the kernel reads; null for an unknown one.</summary>
    public static (string Class, string Pattern, IReadOnlyList<KernelFile> Files)? Of(string model) =>
        model switch
        {
            "ds18b20" => (
                "bus/w1/devices",
                "28-*",
                [
                    new(
                        new("temperature", SensorKind.Temperature, Limits.Whole(-55, 125)),
                        "",
                        "temperature",
                        Milli,
                        Refuse: 85_000
                    ),
                ]
            ),
            "thermal" => (
                "class/thermal",
                "thermal_zone*",
                [new(new("temperature", SensorKind.Temperature, Limits.Whole(-40, 125)), "", "temp", Milli)]
            ),
            "power-supply" => (
                "class/power_supply",
                "*",
                [
                    new(new("mains", SensorKind.Mains, Limits.Flag), "", "online", Units.Whole),
                    new(new("charge", SensorKind.PackCharge, Limits.Charge), "", "capacity", Units.Whole),
                    new(new("voltage", SensorKind.PackVoltage, Limits.Whole(1, 64)), "", "voltage_now", Micro),
                ]
            ),
            "fan" => (
                "class/hwmon",
                "hwmon*",
                [new(new("speed", SensorKind.FanSpeed, Limits.Whole(0, 20_000)), "", "fan1_input", Units.Whole)]
            ),
            _ => null,
        };
}
