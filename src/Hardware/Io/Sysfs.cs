using System.Globalization;

namespace EdgeNode.Hardware.Io;

/// <summary>Reads <see cref="MachineHealth"/> from sysfs. A file that is missing or unreadable counts as a sensor that does not tell.</summary>
public sealed class Sysfs(string root = "/sys")
{
    /// <summary>Supplies and zones looked at; a machine has a handful.</summary>
    public const int MaxEntries = 64;

    public MachineHealth Read() => new(Supplies(), Celsius());

    private List<PowerSupply> Supplies() =>
        [
            .. Folders("class/power_supply")
                .Select(folder => new PowerSupply(
                    Path.GetFileName(folder),
                    Line(folder, "type") ?? "Unknown",
                    Number(folder, "capacity") is >= 0 and <= 100 and var percent ? percent : null,
                    Number(folder, "online") is { } online ? online != 0 : null,
                    Line(folder, "status")
                )),
        ];

    private double? Celsius()
    {
        var zones = Folders("class/thermal")
            .Where(folder => Path.GetFileName(folder).StartsWith("thermal_zone", StringComparison.Ordinal))
            .Select(folder => Number(folder, "temp") / 1000.0)
            .Where(celsius => celsius is > -40 and < 125)
            .ToArray();
        return zones.Length == 0 ? null : zones.Max();
    }

    private IEnumerable<string> Folders(string under)
    {
        var path = Path.Combine(root, under);
        return Directory.Exists(path) ? Directory.GetDirectories(path).Order(StringComparer.Ordinal).Take(MaxEntries) : [];
    }

    private static int? Number(string folder, string file) =>
        int.TryParse(Line(folder, file), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string? Line(string folder, string file)
    {
        try
        {
            var path = Path.Combine(folder, file);
            return File.Exists(path) ? File.ReadLines(path).FirstOrDefault()?.Trim() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A driver that answers EIO or ENODEV is a sensor that does not tell.
            return null;
        }
    }
}
