using System.Globalization;

namespace EdgeNode.Hardware.Power;

/// <summary>Lines by which a test or the demo moves simulated sensors.</summary>
public static class PowerScript
{
    /// <summary>The sample after one line; what is no such line changes nothing.</summary>
    public static PowerSample Apply(in PowerSample now, string line) =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) switch
        {
            ["mains", "on"] => now with { Mains = true },
            ["mains", "off"] => now with { Mains = false },
            ["mains", "-"] => now with { Mains = null },
            ["volts", var v] when Value(v, out var volts) => now with { Volts = volts },
            ["percent", var p] when Value(p, out var percent) => now with { Percent = percent },
            ["amps", var a] when Value(a, out var amps) => now with { Amps = amps },
            _ => now,
        };

    /// <summary>Whether the household's button is held after one line.</summary>
    public static bool Button(bool held, string line) =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) switch
        {
            ["button", "down"] => true,
            ["button", "up"] => false,
            _ => held,
        };

    private static bool Value(string text, out double? value)
    {
        value = null;
        if (text == "-")
            return true;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return false;
        value = number;
        return true;
    }
}
