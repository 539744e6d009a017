namespace EdgeNode.Hardware.Power;

/// <summary>
/// Lets through what a working gauge can say, and remembers when it last did. Gauges in the field have shown 4.08 V with 3 %, 256 %, 5 V without a cell, and
/// jumps of 47 points in seconds; none of those may move the policy.
/// </summary>
internal sealed class GaugeFilter(Pack pack, PowerOptions options)
{
    /// <summary>Largest believable change in 5 s: 0.6 V a cell, 5 points of charge. Longer pauses allow as much more.</summary>
    private const double SlewVolts = 0.6;
    private const double SlewPercent = 5;
    private const double SlewMs = 5000;

    /// <summary>A gauge may say a little over 100; more is garbage.</summary>
    private const double MostPercent = 110;

    private const long DoubtedMs = 60_000;

    private Reading _volts;
    private Middle _middle;
    private Reading _percent;
    private Reading _amps;
    private (double? Volts, double? Percent, double? Amps) _last;
    private long _changedAt;
    private bool _moved;

    /// <summary>The middle one of the last three: a single wrong value within reach of the right ones moves nothing.</summary>
    public double? Volts => _volts.Value is null ? null : _middle.Value;
    public double? Percent => _percent.Value;
    public double? Amps => _amps.Value;

    /// <summary>Whether this sample brought a believable value.</summary>
    public bool FreshVolts { get; private set; }
    public bool FreshPercent { get; private set; }
    public bool FreshAmps { get; private set; }

    /// <summary>There is reason to think that the numbers stand still: it is noticed after a minute instead of ten.</summary>
    public bool IsDoubted { get; set; }

    /// <summary>The numbers are doubted, have not moved since the first, and have not had their minute.</summary>
    public bool MayStandStill => IsDoubted && !_moved && !IsBlind;

    /// <summary>Nothing about the pack is known: every sensor is silent, or they repeat themselves while the pack is in use.</summary>
    public bool IsBlind { get; private set; }

    /// <param name="inUse">The pack is being discharged as far as known, so its numbers must move.</param>
    public void Take(in PowerSample sample, bool inUse)
    {
        var every = (long)options.FreshEvery.TotalMilliseconds;
        FreshVolts = _volts.Take(
            sample.AtMs,
            Plausible(sample.Volts, pack.Cell.Least * pack.Series, pack.Cell.Most * pack.Series),
            SlewVolts * pack.Series,
            every
        );
        if (FreshVolts)
            _middle.Take(_volts.Value!.Value);
        FreshPercent = _percent.Take(sample.AtMs, Clamp(Plausible(sample.Percent, 0, MostPercent)), SlewPercent, every);
        FreshAmps = _amps.Take(sample.AtMs, Plausible(sample.Amps, -1000, 1000), double.PositiveInfinity, every);
        var silent = (long)options.Silent.TotalMilliseconds;
        _volts.Forget(sample.AtMs, silent);
        _percent.Forget(sample.AtMs, silent);
        _amps.Forget(sample.AtMs, silent);
        IsBlind = (Volts is null && Percent is null) || IsFrozen(sample, inUse);
    }

    private bool IsFrozen(in PowerSample sample, bool inUse)
    {
        var now = (_volts.Value, _percent.Value, _amps.Value);
        _moved |= Moved(_last.Volts, now.Item1) || Moved(_last.Percent, now.Item2) || Moved(_last.Amps, now.Item3);
        if (!inUse || now != _last)
            (_last, _changedAt) = (now, sample.AtMs);
        return sample.AtMs - _changedAt >= (IsDoubted ? DoubtedMs : (long)options.Frozen.TotalMilliseconds);
    }

    private static bool Moved(double? before, double? now) => before is { } a && now is { } b && !a.Equals(b);

    private static double? Plausible(double? value, double least, double most) =>
        value is { } v && double.IsFinite(v) && v >= least && v <= most ? v : null;

    private static double? Clamp(double? percent) => percent is { } p ? Math.Min(p, 100) : null;

    private struct Middle
    {
        private double _a;
        private double _b;
        private double _c;
        private int _count;

        public readonly double Value => _count < 3 ? _c : Math.Max(Math.Min(_a, _b), Math.Min(Math.Max(_a, _b), _c));

        public void Take(double value)
        {
            (_a, _b, _c) = (_b, _c, value);
            _count = Math.Min(_count + 1, 3);
        }
    }

    /// <summary>The last believable value of one sensor.</summary>
    private struct Reading
    {
        private long _at;
        private double? _candidate;
        private long? _seen;

        public double? Value { get; private set; }

        /// <summary>True when the value is believed: it is within reach of the last one. The first after a silence needs a second that agrees.</summary>
        public bool Take(long at, double? value, double slew, long every)
        {
            if (value is not { } v || at - _seen < every)
                return false;
            _seen = at;
            var near = Value ?? _candidate;
            if (near is not { } last || Math.Abs(v - last) > slew * Math.Max(1, (at - _at) / SlewMs))
            {
                if (Value is null)
                    (_candidate, _at) = (v, at);
                return false;
            }
            (Value, _candidate, _at) = (v, null, at);
            return true;
        }

        public void Forget(long now, long silentMs)
        {
            if (Value is not null && now - _at >= silentMs)
                Value = null;
        }
    }
}
