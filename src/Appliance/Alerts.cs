using System.Globalization;

namespace EdgeNode.Appliance;

/// <summary>
/// When a steward is alerted and when that ends. The two levels lie apart, so that a value that trembles around one does not ring twice; which lies higher says whether
/// low or high is bad.
/// </summary>
/// <param name="Name">charge, temperature or disk.</param>
/// <param name="Raise">At it, or beyond, the alert is raised.</param>
/// <param name="Clear">At it, or beyond on the good side, it ends.</param>
public sealed record AlertRule(string Name, double Raise, double Clear)
{
    /// <summary>Charge in per cent, the hottest place of the machine in degrees Celsius, free room on the data disk in per cent.</summary>
    public static IReadOnlyList<AlertRule> Default { get; } =
    [new("charge", 30, 35), new("temperature", 75, 70), new("disk", 10, 12)];

    public bool LowIsBad => Clear > Raise;

    /// <summary>Reads <c>RAISE/CLEAR</c>; null when that is not two different numbers.</summary>
    public static AlertRule? Parse(string name, string text) =>
        text.Split('/', StringSplitOptions.TrimEntries) is [var raise, var clear]
        && double.TryParse(raise, NumberStyles.Float, CultureInfo.InvariantCulture, out var at)
        && double.TryParse(clear, NumberStyles.Float, CultureInfo.InvariantCulture, out var back)
        && double.IsFinite(at)
        && double.IsFinite(back)
        && !at.Equals(back)
            ? new AlertRule(name, at, back)
            : null;
}

/// <summary>How one alert stands.</summary>
/// <param name="Value">The newest known value; null while none was known.</param>
public sealed record AlertFact(AlertRule Rule, bool IsRaised, double? Value)
{
    /// <summary>The alert after one more look. A value that is not known changes nothing: a dead sensor neither raises nor ends an alert.</summary>
    public AlertFact After(double? value)
    {
        if (value is not { } v || !double.IsFinite(v))
            return this;
        var bad = Rule.LowIsBad ? v <= Rule.Raise : v >= Rule.Raise;
        var good = Rule.LowIsBad ? v >= Rule.Clear : v <= Rule.Clear;
        return this with { IsRaised = bad || (IsRaised && !good), Value = v };
    }
}
