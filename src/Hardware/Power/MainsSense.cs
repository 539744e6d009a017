namespace EdgeNode.Hardware.Power;

/// <summary>
/// Whether mains is there, and whether the battery agrees (rule 3). A mains pin has died in the field and cost eighteen forced shutdowns; so the pin's word is
/// held against the current, or the voltage's way where there is no ammeter.
/// </summary>
internal sealed class MainsSense(Pack pack, PowerOptions options)
{
    /// <summary>Volts a cell and minute.</summary>
    private const double SinkPerMinute = 0.003;

    private long _fedSince = long.MaxValue;
    private long _drainedSince = long.MaxValue;
    private long _levelSeen = long.MinValue;
    private long _sightAt = long.MinValue;
    private Dispute _dispute;

    private enum Dispute
    {
        None,

        /// <summary>The pin says "lost", and the last runs that believed it were short.</summary>
        LostByLedger,

        /// <summary>The pin says "lost", and the pack is being charged.</summary>
        LostButFed,

        /// <summary>The pin says "there", and the pack is being emptied.</summary>
        ThereButDrained,
    }

    /// <summary>The level believed now; null before anything was known.</summary>
    public bool? Level { get; private set; }

    /// <summary>Since when it is so, in the sample's milliseconds.</summary>
    public long Since { get; private set; }

    /// <summary>The level is the line's own word and not what it said before it fell silent.</summary>
    public bool IsSpoken { get; private set; }

    /// <summary>The pin's word and the battery contradict each other.</summary>
    public bool IsDisputed => _dispute != Dispute.None;

    /// <summary>Too many short runs ended in our own shutdown: a pin that says "lost" is doubted from the start.</summary>
    public void DoubtFromLedger() => _dispute = options.MainsFromCurrent ? Dispute.None : Dispute.LostByLedger;

    public void Take(in PowerSample sample, GaugeFilter gauge, Trend trend)
    {
        Weigh(sample.AtMs, gauge, trend);
        SetLevel(sample, gauge);
        if (!options.MainsFromCurrent && Level is { } level)
            _dispute = level ? WhenThere(sample.AtMs, gauge) : WhenLost(sample.AtMs, gauge);
    }

    private Dispute WhenLost(long at, GaugeFilter gauge) =>
        _dispute switch
        {
            Dispute.LostByLedger => IsDrained(at) ? Dispute.None : _dispute,
            // What a gauge said before it went silent proves nothing any more.
            Dispute.LostButFed => IsDrained(at) || gauge.IsBlind ? Dispute.None : _dispute,
            _ => IsFed(at) && !gauge.IsBlind ? Dispute.LostButFed : Dispute.None,
        };

    private Dispute WhenThere(long at, GaugeFilter gauge) =>
        _dispute == Dispute.ThereButDrained
            ? IsTrustedAgain(at, gauge)
                ? Dispute.None
                : _dispute
            : IsDrained(at)
                ? Dispute.ThereButDrained
                : Dispute.None;

    /// <summary>Without an ammeter a pack must rise, or stand where only a fed one stands, before a doubted "there" is believed.</summary>
    private bool IsTrustedAgain(long at, GaugeFilter gauge) =>
        gauge.Amps is { } amps ? amps > -options.CurrentSure : IsFed(at) || gauge.Volts >= pack.Cell.Rest * pack.Series;

    private void Weigh(long at, GaugeFilter gauge, Trend trend)
    {
        var slope = trend.PerMinute;
        var steep = options.SlopeSure * pack.Series;
        var feeds = gauge.Amps is { } a ? a >= options.CurrentSure : slope >= steep;
        var drains = gauge.Amps is { } b
            ? b <= -options.CurrentSure
            : (slope <= -steep && gauge.Volts < pack.Cell.Rest * pack.Series) || IsSinking(gauge, trend);
        _fedSince = feeds ? Math.Min(_fedSince, at) : long.MaxValue;
        _drainedSince = drains ? Math.Min(_drainedSince, at) : long.MaxValue;
    }

    /// <summary>An almost empty pack that falls fast: there are no ten minutes left to watch it.</summary>
    private bool IsSinking(GaugeFilter gauge, Trend trend) =>
        gauge.Volts <= pack.Down && trend.FellTwice >= SinkPerMinute * pack.Series;

    private bool IsFed(long at) => _fedSince <= at - (long)options.FeedHold.TotalMilliseconds;

    private bool IsDrained(long at) => _drainedSince <= at - (long)options.DrainHold.TotalMilliseconds;

    private void SetLevel(in PowerSample sample, GaugeFilter gauge)
    {
        var level = sample.Mains;
        var silent = sample.AtMs - Math.Max(_levelSeen, 0) >= (long)options.Silent.TotalMilliseconds;
        IsSpoken = level is not null || (IsSpoken && !silent);
        if (level is not null)
            _levelSeen = sample.AtMs;
        else if (options.MainsFromCurrent || silent)
            level = Direction(sample.AtMs, gauge);
        if (level is { } known && known != Level)
            (Level, Since) = (known, sample.AtMs);
    }

    /// <summary>
    /// What a current says alone; nothing while it is small. Where the current is the only mains line, a silent ammeter counts as lost: nobody
    /// can say that the pack is fed.
    /// </summary>
    private bool? Direction(long at, GaugeFilter gauge)
    {
        if (!gauge.IsBlind || _sightAt == long.MinValue)
            _sightAt = at;
        if (options.MainsFromCurrent && at - _sightAt >= (long)options.Silent.TotalMilliseconds)
            return false;
        return gauge.Amps is not { } amps ? null
            : amps >= options.CurrentSure ? true
            : amps <= -options.CurrentSure ? false
            : null;
    }
}
