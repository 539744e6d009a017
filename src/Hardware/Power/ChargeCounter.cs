namespace EdgeNode.Hardware.Power;

/// <summary>What has to be kept over a restart to go on counting.</summary>
/// <param name="FullAt">The counter's value, in ampere-hours, when the pack was last seen full; null before that.</param>
/// <param name="Last">The counter's newest value.</param>
public sealed record ChargeMark(double? FullAt, double Last);

/// <summary>
/// Charge from a hardware counter of ampere-hours (INA228, SmartShunt), for packs whose voltage says little. The counter is anchored whenever the pack is
/// full, because small errors add up; a counter that was reset is not believed until then.
/// </summary>
/// <param name="pack">Gives the capacity and the voltage at which it counts as full.</param>
/// <param name="nominalVolts">Turns the pack's watt-hours into ampere-hours.</param>
/// <param name="mark">What was kept; null at the first start.</param>
public sealed class ChargeCounter(Pack pack, double nominalVolts, ChargeMark? mark)
{
    /// <summary>Full: charging has ended, less than a fiftieth of the capacity still flows in (for instance 1 A at 50 Ah).</summary>
    private const double TailFraction = 0.02;
    private const long TailMs = 300_000;

    /// <summary>A change faster than this many capacities an hour is a reset, not a current.</summary>
    private const double FastestPerHour = 4;

    private readonly double _capacity = pack.WattHours / nominalVolts;
    private double? _fullAt = mark?.FullAt;
    private double? _last = mark?.Last;
    private long? _at;
    private long _tailSince = long.MaxValue;

    /// <summary>Charge in per cent; null until the pack was full once since the counter's last reset.</summary>
    public double? Percent =>
        _fullAt is { } full && _last is { } last ? Math.Clamp(100 + (last - full) / _capacity * 100, 0, 100) : null;

    /// <summary>What to keep for the next start; null before the first value.</summary>
    public ChargeMark? Mark => _last is { } last ? new ChargeMark(_fullAt, last) : null;

    /// <param name="atMs">The sample's monotonic time.</param>
    /// <param name="ampHours">The counter; it rises while the pack is charged.</param>
    /// <param name="volts">At the pack.</param>
    /// <param name="amps">Positive while it is charged.</param>
    public void Take(long atMs, double ampHours, double? volts, double? amps)
    {
        if (!double.IsFinite(ampHours))
            return;
        if (WasReset(atMs, ampHours))
            _fullAt = null;
        (_last, _at) = (ampHours, atMs);
        var tail = volts >= pack.Cell.Rest * pack.Series && amps is { } a && a >= 0 && a <= _capacity * TailFraction;
        _tailSince = tail ? Math.Min(_tailSince, atMs) : long.MaxValue;
        if (_tailSince <= atMs - TailMs)
            _fullAt = ampHours;
    }

    /// <summary>Over a restart nothing is known of the time between; then only an impossible charge is a reset.</summary>
    private bool WasReset(long atMs, double ampHours)
    {
        if (_last is not { } last)
            return false;
        if (_at is not { } at)
            return _fullAt is { } full && (ampHours - full > _capacity * 0.1 || full - ampHours > _capacity * 1.1);
        var hours = Math.Max(1, (atMs - at) / 1000.0) / 3600;
        return Math.Abs(ampHours - last) > _capacity * Math.Max(0.01, FastestPerHour * hours);
    }
}
