using System.Globalization;
using EdgeNode.Hardware.Power;

namespace EdgeNode.Hardware.Nut;

/// <summary>What another server (Debian's upsd) says of a UPS: the answer to <c>LIST VAR</c>, line by line.</summary>
public sealed class NutReading
{
    /// <summary>Variables taken; a talkative driver has about 80.</summary>
    public const int MostVariables = 256;

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>The list is complete, or the server refused.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The server's refusal, such as <c>DATA-STALE</c>; null without one.</summary>
    public string? Refusal { get; private set; }

    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>Takes one line. Lines that fit no list are ignored.</summary>
    public void Take(string line)
    {
        if (NutLine.Split(line) is not { Count: > 0 } words)
            return;
        if (words[0] == "ERR")
            (IsOver, Refusal) = (true, words.Count > 1 ? words[1] : "UNKNOWN");
        else if (words[0] == "END")
            IsOver = true;
        else if (words is ["VAR", _, var name, var value] && _values.Count < MostVariables)
            _values[name] = value;
    }

    /// <summary>
    /// As the power policy takes it. <c>FSD</c> or <c>LB</c> on battery counts as an empty battery: the UPS knows its own best. Whatever the UPS does not
    /// tell, or a server that calls its data stale, is missing and not zero.
    /// </summary>
    public PowerSample ToSample(long atMs)
    {
        if (Refusal is not null || !IsOver)
            return new PowerSample(atMs, null, null, null, null);
        var status = (this["ups.status"] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        bool? mains =
            status.Contains("OB") ? false
            : status.Contains("OL") ? true
            : null;
        var low = mains == false && (status.Contains("LB") || status.Contains("FSD"));
        var charge = Number("battery.charge");
        return new PowerSample(
            atMs,
            mains,
            Number("battery.voltage"),
            low ? Math.Min(charge ?? 0, LowPercent) : charge,
            Number("battery.current")
        );
    }

    /// <summary>What "low battery" counts as: under the policy's stop.</summary>
    private const double LowPercent = 5;

    private double? Number(string name) =>
        double.TryParse(this[name], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}
