namespace EdgeNode.Hardware.Power;

/// <summary>Where a voltage is going: smoothed, then compared with itself ten minutes ago.</summary>
internal sealed class Trend
{
    /// <summary>Weight of one sample at one sample a second.</summary>
    private const double Weight = 0.02;
    private const int Minutes = 10;
    private const long MinuteMs = 60_000;

    /// <summary>A pack whose load changed needs this long before its voltage says something about charge (2 min).</summary>
    private const long SettleMs = 120_000;

    private readonly double[] _marks = new double[Minutes + 1];
    private int _count;
    private long _at;
    private long _markAt;
    private long _settled = long.MinValue;

    /// <summary>Smoothed volts; null before the first.</summary>
    public double? Smooth { get; private set; }

    /// <summary>Volts a minute over the last ten minutes; null while there are fewer.</summary>
    public double? PerMinute => _count <= Minutes ? null : (_marks[Minutes] - _marks[0]) / Minutes;

    /// <summary>Volts by which it fell in the last minute and in the one before, the smaller of the two; null while there are fewer.</summary>
    public double? FellTwice =>
        _count < 3 ? null : Math.Min(_marks[_count - 3] - _marks[_count - 2], _marks[_count - 2] - _marks[_count - 1]);

    public void Take(long at, double volts)
    {
        Smooth = Smooth is { } s ? s + (volts - s) * (1 - Math.Pow(1 - Weight, Math.Max(0, at - _at) / 1000.0)) : volts;
        _at = at;
        if (at < _settled)
            return;
        // A long silence is no trend: it begins anew.
        if (_count > 0 && at - _markAt >= 3 * MinuteMs)
            _count = 0;
        if (_count == 0)
            (_markAt, _) = (at, Mark(Smooth.Value));
        else if (at - _markAt >= MinuteMs)
            (_markAt, _) = (_markAt + MinuteMs, Mark(Smooth.Value));
    }

    /// <summary>Forgets the way so far, because the load changes: a pack that is relieved rises without being fed.</summary>
    public void Restart(long at) => (_count, _settled) = (0, at + SettleMs);

    private int Mark(double volts)
    {
        if (_count <= Minutes)
            _marks[_count++] = volts;
        else
        {
            Array.Copy(_marks, 1, _marks, 0, Minutes);
            _marks[Minutes] = volts;
        }
        return _count;
    }
}
