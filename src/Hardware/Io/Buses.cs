namespace EdgeNode.Hardware.Io;

/// <summary>The buses this machine has, by the kernel's device files. Nothing is opened or spoken to.</summary>
/// <param name="GpioChips">Such as <c>/dev/gpiochip0</c>.</param>
/// <param name="I2c">Such as <c>/dev/i2c-1</c>.</param>
/// <param name="Serial">Stable names of <c>/dev/serial/by-id</c>, and the board's own <c>ttyAMA</c> and <c>ttyS</c> lines that exist as <c>/dev/serial0</c>.</param>
public sealed record Buses(IReadOnlyList<string> GpioChips, IReadOnlyList<string> I2c, IReadOnlyList<string> Serial)
{
    /// <summary>Device files of one kind looked at; a board has a handful.</summary>
    public const int MostPerKind = 64;

    public bool None => GpioChips.Count == 0 && I2c.Count == 0 && Serial.Count == 0;

    /// <param name="dev">Where device files are; a test gives its own folder.</param>
    public static Buses Find(string dev = "/dev") =>
        new(
            Files(dev, "gpiochip*"),
            Files(dev, "i2c-*"),
            [.. Files(Path.Combine(dev, "serial/by-id"), "*"), .. Files(dev, "serial?")]
        );

    private static string[] Files(string folder, string pattern) =>
        Directory.Exists(folder) ? [.. Directory.GetFiles(folder, pattern).Order(StringComparer.Ordinal).Take(MostPerKind)] : [];
}
