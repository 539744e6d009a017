using System.Globalization;
using System.Text.Json;
using EdgeNode.Hardware.Devices;

namespace EdgeNode.Hardware;

/// <summary>
/// Reads from a bill of materials (<c>edgenode-bom/1</c>) what is wired where: the <c>interface</c> entries of its lines. What else stands
/// in a bill (parts, prices, budget) is not looked at here.
/// </summary>
public static class Wiring
{
    /// <summary>Longest bill that is read, in bytes.</summary>
    public const int LongestBill = 1 << 20;

    /// <summary>Interfaces of one cabinet.</summary>
    public const int MostInterfaces = 64;

    private static readonly string[] NoLabels = [];

    /// <summary>The devices in the order of the bill. A bill that is no JSON or names what cannot be is refused with <see cref="HardwareException"/>.</summary>
    public static IReadOnlyList<DeviceSpec> OfBill(ReadOnlyMemory<byte> json)
    {
        if (json.Length > LongestBill)
            throw Bad($"it has {json.Length} bytes; the most is {LongestBill}");
        try
        {
            using var document = JsonDocument.Parse(json);
            var labels = NoLabels;
            var specs = new List<DeviceSpec>();
            foreach (var line in Items(document.RootElement, "lines"))
            {
                foreach (var entry in Items(line, "interface"))
                {
                    if (specs.Count == MostInterfaces)
                        throw Bad($"it names more than {MostInterfaces} interfaces");
                    labels = Labels(entry) is { Length: > 0 } own ? own : labels;
                    specs.Add(Spec(line, entry, labels));
                }
            }
            return specs;
        }
        catch (JsonException e)
        {
            throw Bad($"it is no JSON: {e.Message}");
        }
        catch (InvalidOperationException e)
        {
            throw Bad($"a value has the wrong form: {e.Message}");
        }
    }

    private static DeviceSpec Spec(JsonElement line, JsonElement entry, string[] labels)
    {
        var bus = Text(entry, "bus") ?? throw Bad("an interface has no \"bus\"");
        var part = (Text(line, "ref") ?? "part").ToLowerInvariant();
        return bus switch
        {
            "i2c" => I2c(part, line, entry),
            "gpio" => Gpio(part, entry, labels),
            "serial" or "uart" => Serial(part, entry),
            "kernel" or "w1" or "hwmon" => Kernel(part, entry),
            _ => throw Bad($"the bus \"{bus}\" of {part} is none of i2c, gpio, serial and kernel"),
        };
    }

    private static I2cSpec I2c(string part, JsonElement line, JsonElement entry)
    {
        var model = Model(part, entry, Models.I2c);
        var cells =
            line.TryGetProperty("battery", out var battery) && Text(battery, "chemistry") == "li-ion"
                ? Number(battery, "series") ?? 1
                : 0;
        var owner = Text(entry, "owner") switch
        {
            "own" => BusOwner.Own,
            "kernel" => BusOwner.Kernel,
            _ => BusOwner.Either,
        };
        return new(
            Text(entry, "name") ?? $"{part}-{model}",
            model,
            Text(entry, "path") ?? "/dev/i2c-1",
            Address(part, entry),
            owner,
            Number(entry, "shunt_uohm"),
            Number(entry, "cells") ?? cells
        );
    }

    private static byte Address(string part, JsonElement entry)
    {
        var text = Text(entry, "addr") ?? throw Bad($"the I2C interface of {part} has no \"addr\"");
        var hex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        return
            byte.TryParse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var address)
            && address is >= 0x08 and <= 0x77
            ? address
            : throw Bad($"{text} of {part} is no I2C address; those go from 0x08 to 0x77");
    }

    private static LineSpec Gpio(string part, JsonElement entry, string[] labels)
    {
        var name = Text(entry, "signal") ?? throw Bad($"a GPIO interface of {part} has no \"signal\"");
        var signal = Signal(name) ?? throw Bad($"the signal {name} of {part} is not known");
        var line = Number(entry, "line") ?? throw Bad($"the signal {name} of {part} has no \"line\"");
        var spec = new LineSpec(
            Text(entry, "name") ?? $"{part}-{name.ToLowerInvariant().Replace('_', '-')}",
            signal,
            labels,
            line,
            ActiveHigh: Text(entry, "active") != "low",
            Bias(Text(entry, "bias")),
            Number(entry, "debounce_us") ?? 10_000,
            Initial: (Number(entry, "default") ?? 0) != 0
        );
        return (Text(entry, "dir") is "out") == spec.IsOutput || Text(entry, "dir") is null
            ? spec
            : throw Bad($"the signal {name} of {part} goes the other way");
    }

    private static SerialSpec Serial(string part, JsonElement entry)
    {
        var model = Model(part, entry, Models.Serial);
        var path = Text(entry, "path") ?? throw Bad($"the serial interface of {part} has no \"path\"");
        return new(
            Text(entry, "name") ?? $"{part}-{model}",
            model,
            path,
            (byte)Math.Clamp(Number(entry, "unit") ?? 1, 1, 247),
            Number(entry, "baud")
        );
    }

    private static KernelSpec Kernel(string part, JsonElement entry)
    {
        var model = Model(part, entry, Models.Kernel);
        return new(Text(entry, "name") ?? $"{part}-{model}", model, Text(entry, "id"));
    }

    private static string Model(string part, JsonElement entry, IReadOnlyList<string> known)
    {
        var model = Text(entry, "model") ?? throw Bad($"an interface of {part} has no \"model\"");
        return known.Contains(model, StringComparer.Ordinal)
            ? model
            : throw Bad($"the model {model} of {part} is not known; known are {string.Join(", ", known)}");
    }

    /// <summary>The names that bills and wiring pages use.</summary>
    public static LineSignal? Signal(string name) =>
        name switch
        {
            "AC_OK" => LineSignal.AcOk,
            "BATT_LOW" => LineSignal.BatteryLow,
            "DOOR" => LineSignal.Door,
            "LEAK" => LineSignal.Leak,
            "TAMPER" => LineSignal.Tamper,
            "BUTTON" => LineSignal.Button,
            "CHARGE_INHIBIT" => LineSignal.ChargeInhibit,
            "STATUS" or "STATUS_LED" => LineSignal.StatusLamp,
            "FAN" => LineSignal.Fan,
            "POWER_CUT" => LineSignal.PowerCut,
            "RUNNING" or "BOOT" => LineSignal.Running,
            _ => null,
        };

    private static LineBias Bias(string? name) =>
        name switch
        {
            "pull-down" => LineBias.PullDown,
            "none" => LineBias.None,
            "as-is" => LineBias.AsIs,
            _ => LineBias.PullUp,
        };

    private static string[] Labels(JsonElement entry) =>
        !entry.TryGetProperty("chip_label", out var label) ? NoLabels
        : label.ValueKind == JsonValueKind.Array ? [.. label.EnumerateArray().Select(l => l.GetString() ?? "")]
        : [label.GetString() ?? ""];

    private static JsonElement.ArrayEnumerator Items(JsonElement of, string name) =>
        of.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : default;

    private static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static int? Number(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
            ? number
            : null;

    private static HardwareException Bad(string what) =>
        new("hardware.bad_bill", $"The bill of materials cannot be used: {what}.");
}

/// <summary>A configuration of the hardware that cannot be; the code and a sentence.</summary>
public sealed class HardwareException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}
