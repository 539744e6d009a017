namespace EdgeNode.Hardware.Power;

/// <summary>Where the test stands, and what the steward does next.</summary>
public enum CommissioningStep
{
    /// <summary>Mains must be there and the pack must be seen.</summary>
    WaitForMains,

    /// <summary>"Unplug now."</summary>
    Unplug,

    /// <summary>The line has moved; the battery must agree.</summary>
    WaitForBattery,

    /// <summary>"Plug in again."</summary>
    PlugIn,
    Passed,
    Failed,
}

/// <summary>
/// The test that arms the automatic stop: the same pin of two boards by one maker says "lost" with opposite levels, so what the wire means is measured and not
/// believed. The pin must move when the plug is pulled, current or voltage must agree, and it must move back.
/// </summary>
public sealed class Commissioning
{
    /// <summary>The steward has this long for each act (3 min).</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromMinutes(3);

    /// <summary>After the line moved the battery has this long to agree (60 s).</summary>
    public static TimeSpan Agree { get; } = TimeSpan.FromSeconds(60);

    /// <summary>A pack that takes over the load falls by at least this much a cell.</summary>
    public const double LeastDrop = 0.005;

    /// <summary>Amperes by which the current must swing towards discharge.</summary>
    public const double LeastSwing = 0.15;

    private long? _since;
    private double? _volts;
    private double? _amps;
    private bool? _rest;

    public CommissioningStep Step { get; private set; } = CommissioningStep.WaitForMains;

    /// <summary>Level of the raw line that means "mains is there"; known when the test has passed.</summary>
    public bool? MainsIsHigh { get; private set; }

    /// <summary>Why it failed, as a sentence for the steward; empty otherwise.</summary>
    public string Fault { get; private set; } = "";

    /// <summary>One reading of the raw line (not yet turned by polarity) and of the pack.</summary>
    /// <param name="atMs">Monotonic milliseconds.</param>
    /// <param name="level">The line as it is read.</param>
    /// <param name="series">Cells in series, for the least drop.</param>
    public void Take(long atMs, bool? level, double? volts, double? amps, int series)
    {
        _since ??= atMs;
        switch (Step)
        {
            case CommissioningStep.WaitForMains when level is not null && (volts is not null || amps is not null):
                (_rest, _volts, _amps) = (level, volts, amps);
                Go(CommissioningStep.Unplug, atMs);
                break;
            case CommissioningStep.Unplug when level is { } now && now != _rest:
                Go(CommissioningStep.WaitForBattery, atMs);
                break;
            case CommissioningStep.Unplug when IsDischarging(volts, amps, series):
                if (Late(atMs, Agree))
                    Fail(
                        "The battery took over, and the mains line did not move: check its wire, its pin number and its pull-up."
                    );
                break;
            case CommissioningStep.WaitForBattery when IsDischarging(volts, amps, series):
                Go(CommissioningStep.PlugIn, atMs);
                break;
            case CommissioningStep.WaitForBattery when Late(atMs, Agree):
                Fail("The mains line moved, and the battery shows no load: check that this battery feeds this machine.");
                break;
            case CommissioningStep.PlugIn when level == _rest:
                MainsIsHigh = _rest;
                Step = CommissioningStep.Passed;
                break;
            default:
                break;
        }
        if (Step < CommissioningStep.Passed && Late(atMs, Patience))
            Fail("Nothing happened for three minutes; start the test again when you stand at the plug.");
    }

    private bool IsDischarging(double? volts, double? amps, int series) =>
        (amps is { } a && _amps is { } before && a <= Math.Min(before, 0) - LeastSwing)
        || (volts is { } v && _volts is { } rest && rest - v >= LeastDrop * series);

    private bool Late(long at, TimeSpan time) => at - _since >= (long)time.TotalMilliseconds;

    private void Go(CommissioningStep step, long at) => (Step, _since) = (step, at);

    private void Fail(string sentence) => (Step, Fault) = (CommissioningStep.Failed, sentence);
}
