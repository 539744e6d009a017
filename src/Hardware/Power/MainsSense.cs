namespace EdgeNode.Hardware.Power;

/// <summary>
/// Whether mains is there, and whether the battery agrees (rule 3). A mains pin has died in the field and cost eighteen forced shutdowns; so the pin's word is
/// held against the current, or the voltage's way where there is no ammeter.
/// </summary>
internal sealed class MainsSense(Pack pack, PowerOptions options)
{
    private long _fedSince = long.MaxValue;
    private long _drainedSince = long.MaxValue;
    private long _levelSeen = long.MinValue;
    private Dispute _dispute;

    private enum Dispute
    {
        None,
        LostButFed,
        ThereButDrained,
    }

    /// <summary>The level believed now; null before anything was known.</summary>
    public bool? Level { get; private set; }

    /// <summary>Since when it is so, in the sample's milliseconds.</summary>
    public long Since { get; private set; }

    /// <summary>The pin's word and the battery contradict each other.</summary>
    public bool IsDisputed => _dispute != Dispute.None;

    /// <summary>Too many short runs ended in our own shutdown: a pin that says "lost" is doubted from the start.</summary>
    public void DoubtFromLedger() => _dispute = Dispute.LostButFed;

    public void Take(in PowerSample sample, GaugeFilter gauge, double? slopePerMinute)
    {
        Weigh(sample.AtMs, gauge, slopePerMinute);
        SetLevel(sample, gauge);
        if (!options.MainsFromCurrent && Level is { } level)
            _dispute = level ? WhenThere(sample.AtMs, gauge) : WhenLost(sample.AtMs);
    }

    private Dispute WhenLost(long at) =>
        _dispute == Dispute.LostButFed
            ? IsDrained(at) ? Dispute.None : _dispute
            : IsFed(at) ? Dispute.LostButFed : Dispute.None;

    private Dispute WhenThere(long at, GaugeFilter gauge) =>
        _dispute == Dispute.ThereButDrained
            ? IsTrustedAgain(at, gauge) ? Dispute.None : _dispute
            : IsDrained(at) ? Dispute.ThereButDrained : Dispute.None;

    /// <summary>Without an ammeter a pack must rise, or stand where only a fed one stands, before a doubted "there" is believed.</summary>
    private bool IsTrustedAgain(long at, GaugeFilter gauge) =>
        gauge.Amps is { } amps ? amps > -options.CurrentSure : IsFed(at) || gauge.Volts >= pack.Cell.Rest * pack.Series;

    private void Weigh(long at, GaugeFilter gauge, double? slope)
    {
        var steep = options.SlopeSure * pack.Series;
        var feeds = gauge.Amps is { } a ? a >= options.CurrentSure : slope >= steep;
        var drains = gauge.Amps is { } b
            ? b <= -options.CurrentSure
            : slope <= -steep && gauge.Volts < pack.Cell.Rest * pack.Series;
        _fedSince = feeds ? Math.Min(_fedSince, at) : long.MaxValue;
        _drainedSince = drains ? Math.Min(_drainedSince, at) : long.MaxValue;
    }

    private bool IsFed(long at) => _fedSince <= at - (long)options.FeedHold.TotalMilliseconds;

    private bool IsDrained(long at) => _drainedSince <= at - (long)options.DrainHold.TotalMilliseconds;

    private void SetLevel(in PowerSample sample, GaugeFilter gauge)
    {
        var level = sample.Mains;
        if (level is not null)
            _levelSeen = sample.AtMs;
        else if (options.MainsFromCurrent || sample.AtMs - Math.Max(_levelSeen, 0) >= (long)options.Silent.TotalMilliseconds)
            level = Direction(gauge);
        if (level is { } known && known != Level)
            (Level, Since) = (known, sample.AtMs);
    }

    /// <summary>What a current says alone; nothing while it is small.</summary>
    private bool? Direction(GaugeFilter gauge) =>
        gauge.Amps is not { } amps ? null
        : amps >= options.CurrentSure ? true
        : amps <= -options.CurrentSure ? false
        : null;
}
