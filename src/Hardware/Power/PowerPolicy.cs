namespace EdgeNode.Hardware.Power;

/// <summary>
/// The power policy: samples in, decisions out, nothing else. It has no clock but the samples' own, allocates nothing per sample, and holds the five rules:
/// <list type="number">
/// <item>While mains is there, no charge however low stops the cabinet.</item>
/// <item>A low charge stops it only when a second sample says the same and the voltage does not contradict.</item>
/// <item>When the mains line and the battery contradict each other, it goes to Survive and stops at the hard floor only.</item>
/// <item>A start that should not have been is refused and the next one is put off (<see cref="BootLedger"/>).</item>
/// <item>A silent sensor is a fault, never a zero.</item>
/// </list>
/// </summary>
public sealed class PowerPolicy
{
    private const int MostEvents = 4;

    /// <summary>Volts a cell by which a pack must have risen since the last stop to have been fed meanwhile.</summary>
    private const double Risen = 0.03;

    private readonly PowerOptions _options;
    private readonly Pack _pack;
    private readonly GaugeFilter _gauge;
    private readonly MainsSense _mains;
    private readonly Trend _trend = new();
    private readonly Announcer _announcer;
    private readonly StartAdvice _start;
    private readonly bool _guard;
    private long _now = long.MinValue;
    private long _startedAt;
    private bool _started;
    private bool _starting = true;
    private bool _drawing;
    private bool _held = true;
    private Since _low = Since.Never;
    private Since _hard = Since.Never;
    private Since _blind = Since.Never;
    private int _hardSeen;
    private Since _empty = Since.Never;
    private int _emptySeen;
    private PowerEvent? _asked;

    /// <param name="pack">What the cabinet draws from.</param>
    /// <param name="options">Thresholds and waits.</param>
    /// <param name="start">What the boot ledger said at this start.</param>
    public PowerPolicy(Pack pack, PowerOptions options, StartAdvice start)
    {
        (_pack, _options) = (pack, options);
        _gauge = new GaugeFilter(pack, options) { IsDoubted = start.DoubtGauge };
        _mains = new MainsSense(pack, options);
        _announcer = new Announcer((long)options.Announce.TotalMilliseconds);
        State = PowerState.RecoveryHold;
        _guard = start.DoubtLost;
        if (start.DoubtLost)
            _mains.DoubtFromLedger();
        _start = start;
        if (start.ResumeStop)
            _asked = PowerEvent.StopAsked;
    }

    public PowerState State { get; private set; }

    /// <summary>Line and pack are still being looked at for the first time; until it ends nothing is opened.</summary>
    public bool IsStarting => _starting;

    /// <summary>This start was refused before anything was opened.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>The event that led here; null before the first transition.</summary>
    public PowerEvent? Cause { get; private set; }

    /// <summary>Charge in per cent that the policy acts on; null while nothing is known.</summary>
    public double? Charge { get; private set; }

    /// <summary>What to write into the boot ledger for the stop that was just begun.</summary>
    public RunEnd End =>
        Cause switch
        {
            PowerEvent.StartRefused => RunEnd.Refused,
            PowerEvent.StopAsked => RunEnd.Asked,
            PowerEvent.BlindTooLong => RunEnd.Blind,
            PowerEvent.HardFloor when _mains.Level == true && _mains.IsSpoken => RunEnd.Deceived,
            _ => RunEnd.Stopped,
        };

    /// <summary>At the pack; null while not known.</summary>
    public double? Volts => _gauge.Volts;

    /// <summary>Into the pack; null while not known.</summary>
    public double? Amps => _gauge.Amps;

    /// <summary>What the mains line is believed to say.</summary>
    public bool? Mains => _mains.Level;

    /// <summary>The mains line and the battery contradict each other.</summary>
    public bool IsDisputed => _mains.IsDisputed;

    /// <summary>Nothing about the pack is known.</summary>
    public bool IsBlind => _gauge.IsBlind;

    /// <summary>The cabinet would stop now, and may not because the commissioning test has not passed.</summary>
    public bool WouldStop { get; private set; }

    /// <summary>Asks for a clean stop at the next sample, whatever the state.</summary>
    public void AskToStop() => _asked = PowerEvent.StopAsked;

    /// <summary>
    /// One sample. Samples of the past count as of now: the clock of a caller may stand still, it never goes back.
    /// </summary>
    public PowerDecision Take(in PowerSample given)
    {
        var sample = given with { AtMs = Math.Max(given.AtMs, _now) };
        _now = sample.AtMs;
        if (!_started)
            (_started, _startedAt) = (true, _now);
        Weigh(sample);
        PowerEvent? cause = null;
        var acts = PowerActs.None;
        for (var i = 0; i < MostEvents && Next() is { } happened; i++)
        {
            if (PowerTable.Apply(State, happened) is not { } step)
                break;
            (cause, acts) = (happened, acts | step.Acts);
            Enter(step.Next, happened);
        }
        return new PowerDecision(State, _announcer.Filter(acts, _now), cause);
    }

    private void Enter(PowerState next, PowerEvent cause)
    {
        // The load changes now: a pack that is relieved rises by itself, and that is no sign of being fed.
        _trend.Restart(_now);
        (State, Cause, _asked) = (next, cause, null);
        _held = next == PowerState.RecoveryHold || (_held && next == PowerState.Bridging);
    }

    private void Weigh(in PowerSample sample)
    {
        // Where the current itself is the mains line it never stands still.
        _gauge.Take(sample, _drawing || _options.MainsFromCurrent);
        if (_gauge.FreshVolts)
            _trend.Take(_now, _gauge.Volts!.Value);
        _mains.Take(sample, _gauge, _trend);
        if (_starting)
            DoubtRepetition();
        _drawing = _mains.Level != true || _mains.IsDisputed;
        Charge = ChargeNow();
        _blind.Set(_gauge.IsBlind && _drawing, _now);
        CountFloors();
    }

    /// <summary>The gauge's charge while it is credible, else what the voltage suggests.</summary>
    private double? ChargeNow()
    {
        if (_gauge.IsBlind)
            return null;
        var byVolts = _trend.Smooth is { } volts && _gauge.Volts is not null ? _pack.PercentAt(volts) : (double?)null;
        return _gauge.Percent is { } percent && !IsContradicted(percent) ? percent : byVolts;
    }

    private bool IsContradicted(double percent) =>
        _gauge.Volts is { } volts
        && (
            (percent <= _options.DownAt && volts >= _pack.Cell.Doubt * _pack.Series)
            || (percent >= _options.ConserveAt && volts <= _pack.Down)
        );

    /// <summary>
    /// A floor is said of a pack that is drawn from, by a gauge that speaks: what an empty pack showed while it was fed counts for nothing when mains
    /// flickers, and neither does what a gauge said before it fell silent.
    /// </summary>
    private void CountFloors()
    {
        if (!_drawing || _gauge.Volts is not { } volts)
            ForgetFloors();
        else if (_gauge.FreshVolts)
        {
            if (volts <= _pack.Down)
                _low.Set(true, _now);
            else if (volts > _pack.Down + 0.05)
                _low.Set(false, _now);
            _hard.Set(volts <= _pack.Hard, _now);
            _hardSeen = volts <= _pack.Hard ? Math.Min(_hardSeen + 1, 2) : 0;
        }
        CountPercent();
    }

    private void ForgetFloors() => (_low, _hard, _hardSeen) = (Since.Never, Since.Never, 0);

    private void CountPercent()
    {
        if (!_drawing || _gauge.Percent is not { } percent)
            (_empty, _emptySeen) = (Since.Never, 0);
        else if (_gauge.FreshPercent)
        {
            var low = percent <= _options.DownAt && !IsContradicted(percent);
            _empty.Set(low, _now);
            _emptySeen = low ? Math.Min(_emptySeen + 1, 2) : 0;
        }
    }

    /// <summary>The most urgent event that changes this state; null when there is none.</summary>
    private PowerEvent? Next()
    {
        WouldStop = false;
        if (_asked is { } asked)
            return asked;
        if (State == PowerState.ShuttingDown)
            return null;
        if (Stop() is { } stop)
        {
            WouldStop = !_options.Armed;
            if (_options.Armed)
                return stop;
        }
        return State switch
        {
            PowerState.RecoveryHold => InHold(),
            PowerState.Mains => OnMains(),
            PowerState.Bridging => InBridging(),
            _ => OnBattery(),
        };
    }

    /// <summary>What ends in a stop. Rule 1: nothing does while mains is there and undisputed.</summary>
    private PowerEvent? Stop()
    {
        if (!_drawing || _starting)
            return null;
        if (_hardSeen >= 2 && _hard.Lasts(_options.HardHold, _now))
            return PowerEvent.HardFloor;
        if (State is not (PowerState.OnBattery or PowerState.Conserve or PowerState.Survive))
            return null;
        // A line that says "lost" and a pack that says nothing: there is no hard floor to wait for.
        if (_mains.Level == false && _blind.Lasts(_options.BlindMost, _now))
            return PowerEvent.BlindTooLong;
        if (_mains.IsDisputed || IsGuarded)
            return null;
        return IsEmpty || _low.Lasts(_pack.Cell.DownHold, _now) ? PowerEvent.DownAgreed : null;
    }

    /// <summary>Two samples of the charge say so, as far apart as those of the hard floor: mains that flickers does not stop the cabinet between two flickers.</summary>
    private bool IsEmpty => _emptySeen >= 2 && _empty.Lasts(_options.HardHold, _now);

    /// <summary>After short runs this one lasts, down to the hard floor: a cabinet that starts and stops all the time serves nobody and wears its disk.</summary>
    private bool IsGuarded => _guard && _now - _startedAt < (long)BootLedger.ShortRun.TotalMilliseconds;

    /// <summary>A gauge that says at a start what it said at the last end, to the millivolt, may be standing still: it has to move first.</summary>
    private void DoubtRepetition()
    {
        if (_start.LastVolts is { } last && _gauge.Volts is { } volts && (long)(volts * 1000) == (long)Math.Round(last * 1000))
            _gauge.IsDoubted = true;
    }

    private PowerEvent? InHold()
    {
        if (_starting)
        {
            if (!FirstLook())
                return null;
            _starting = false;
            if (_options.Armed && Refusal() is { } refusal)
            {
                IsRefused = true;
                return refusal;
            }
        }
        if (_mains.IsDisputed)
            return PowerEvent.Disputed;
        if (_mains.Level == false)
            return PowerEvent.MainsLost;
        return IsCharged ? PowerEvent.HoldEnded : null;
    }

    private bool IsCharged =>
        (_gauge.Volts is not null || _gauge.Percent is not null)
        && (Charge ?? 100) >= _options.HoldUntil
        && (_gauge.Volts ?? double.MaxValue) >= _pack.Boot;

    /// <summary>Why this start must not be; null when it may. One without mains that cannot see its pack would end as a power cut sooner or later.</summary>
    private PowerEvent? Refusal() =>
        _mains.Level == false && _gauge.IsBlind ? PowerEvent.BlindTooLong
        : IsTooLowToStart() ? PowerEvent.StartRefused
        : null;

    /// <summary>On the line's word alone a pack below its start voltage is not drawn from; on doubt, the hard floor counts.</summary>
    private bool IsTooLowToStart() =>
        _gauge.Volts
        < (_mains.Level, _mains.IsDisputed) switch
        {
            (false, false) => HasStood(_options.ConfirmLoss) ? _pack.Boot : _pack.Hard,
            (not false, _) when _start.DoubtThere => Math.Min(
                _pack.Boot,
                (_start.StopVolts ?? _pack.Boot) + (Risen * _pack.Series)
            ),
            (true, _) => double.MinValue,
            _ => _pack.Hard,
        };

    /// <summary>
    /// The first look is over when line and pack have both spoken, or when they have had their time. A pack at its hard floor cannot bear a flicker: there,
    /// mains has to stand first. Numbers that are doubted have to move first.
    /// </summary>
    private bool FirstLook()
    {
        var looked = _now - _startedAt;
        if (looked >= (long)_options.LookMost.TotalMilliseconds)
            return true;
        if (_mains.Level is not { } level || _gauge.Volts is not { } volts)
            return looked >= (long)_options.Silent.TotalMilliseconds;
        return level ? volts > _pack.Hard || HasStood(_options.FloorHold) : HasStood(LostAtStart(volts)) && !_gauge.MayStandStill;
    }

    /// <summary>Nothing is open yet, so there is time: a pack that is good enough is used soon, and one that is not is refused only when mains stays away.</summary>
    private TimeSpan LostAtStart(double volts) =>
        volts >= _pack.Boot && _options.ConfirmLoss < _options.Silent ? _options.ConfirmLoss : _options.Silent;

    private PowerEvent? OnMains() =>
        _mains.Level == false ? PowerEvent.MainsLost
        : _mains.IsDisputed ? PowerEvent.Disputed
        : null;

    private PowerEvent? InBridging()
    {
        if (_mains.Level == true)
            return _held && !IsCharged ? PowerEvent.BackTooLow : PowerEvent.MainsBack;
        if (_mains.IsDisputed)
            return PowerEvent.Disputed;
        return HasStood(_options.ConfirmLoss) ? PowerEvent.LossConfirmed : null;
    }

    private PowerEvent? OnBattery()
    {
        if (_mains.Level == true && !_mains.IsDisputed)
            return HasStood(_options.ConfirmReturn) ? PowerEvent.MainsSteady : null;
        if (State != PowerState.Survive && _mains.IsDisputed)
            return PowerEvent.Disputed;
        if (State != PowerState.Survive && _gauge.IsBlind)
            return PowerEvent.WentBlind;
        return _gauge.IsBlind || _mains.IsDisputed ? null : ByCharge();
    }

    private PowerEvent? ByCharge() =>
        (State, Charge) switch
        {
            (PowerState.OnBattery or PowerState.Conserve, { } c) when c <= _options.SurviveAt => PowerEvent.ChargeQuarter,
            (PowerState.OnBattery, { } c) when c <= _options.ConserveAt => PowerEvent.ChargeHalf,
            (PowerState.Survive, { } c) when c >= _options.SurviveAt + _options.Hysteresis => PowerEvent.ChargeOverQuarter,
            (PowerState.Conserve, { } c) when c >= _options.ConserveAt + _options.Hysteresis => PowerEvent.ChargeOverHalf,
            _ => null,
        };

    private bool HasStood(TimeSpan time) => _now - _mains.Since >= (long)time.TotalMilliseconds;

    /// <summary>Since when something has been so without a break.</summary>
    private struct Since
    {
        private long _at;

        public static Since Never { get; } = new() { _at = long.MaxValue };

        public void Set(bool holds, long now) => _at = holds ? Math.Min(_at, now) : long.MaxValue;

        public readonly bool Lasts(TimeSpan time, long now) => _at != long.MaxValue && now - _at >= (long)time.TotalMilliseconds;
    }
}
