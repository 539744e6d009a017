namespace EdgeNode.Hardware;

/// <summary>One power supply as the kernel names it (Documentation/ABI/testing/sysfs-class-power).</summary>
/// <param name="Name">The kernel's name, such as <c>BAT0</c>.</param>
/// <param name="Kind">Battery, Mains, UPS or USB, as the kernel says.</param>
/// <param name="Percent">Charge, 0 to 100; null when the supply does not tell.</param>
/// <param name="Online">Whether it feeds the machine; null when the supply does not tell.</param>
/// <param name="Status">Charging, Discharging, Full, Not charging or Unknown; null when the supply does not tell.</param>
public sealed record PowerSupply(string Name, string Kind, int? Percent, bool? Online, string? Status);

/// <summary>What the machine says of itself. An absent sensor is absent: nothing here is ever guessed or shown as a zero.</summary>
/// <param name="Supplies">Every power supply the kernel knows, by name.</param>
/// <param name="Celsius">The hottest plausible temperature (-40 to 125 °C) of a thermal zone; null when there is none.</param>
public sealed record MachineHealth(IReadOnlyList<PowerSupply> Supplies, double? Celsius)
{
    /// <summary>True when something feeds the machine from outside; null when no supply tells.</summary>
    public bool? OnMains =>
        Supplies.Where(s => s.Kind is "Mains" or "USB" && s.Online is not null).Select(s => s.Online).ToArray()
            is { Length: > 0 } feeds
            ? feeds.Any(online => online == true)
            : null;

    /// <summary>Charge of the emptiest battery, 0 to 100; null without one.</summary>
    public int? BatteryPercent => Supplies.Where(s => s.Kind is "Battery" or "UPS").Min(s => s.Percent);
}
