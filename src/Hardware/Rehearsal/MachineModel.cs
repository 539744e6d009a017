using EdgeNode.Hardware.Power;

namespace EdgeNode.Hardware.Rehearsal;

/// <summary>What happened in a rehearsal, counted.</summary>
internal sealed class Tally
{
    private const int MostKept = 100_000;

    private readonly List<long> _shortRuns = [];
    private long _lastWord = long.MinValue;

    /// <summary>What led to the failures, told for a person.</summary>
    public Story Story { get; } = new();

    /// <summary>Power went while the machine ran.</summary>
    public int Deaths { get; private set; }

    /// <summary>Stops by the policy, and those of them while mains was there.</summary>
    public int Stops { get; set; }
    public int StopsWithMains { get; private set; }

    /// <summary>Stops because nothing about the pack was known; whether mains was there could not be either.</summary>
    public int StopsBlind { get; set; }

    /// <summary>The pack was empty before the program had started.</summary>
    public int FailedStarts { get; set; }
    public int Starts { get; private set; }
    public int Announcements { get; private set; }

    /// <summary>Announcements that followed another within 30 s, the word of a start and last words excepted.</summary>
    public int Storms { get; private set; }

    public void Died(long atMs)
    {
        Deaths++;
        Story.Failed(atMs, "power went while the cabinet ran");
    }

    public void StoppedWithMains(long atMs)
    {
        StopsWithMains++;
        Story.Failed(atMs, "stopped while mains was there");
    }

    public void Announced(long atMs, PowerActs acts)
    {
        if ((acts & (PowerActs.TellBack | PowerActs.TellBattery | PowerActs.TellGoing)) == 0)
            return;
        Announcements++;
        if (_lastWord != long.MinValue && atMs - _lastWord < 30_000 && !acts.HasFlag(PowerActs.BeginStop))
        {
            Storms++;
            Story.Failed(atMs, "announced within 30 s of the word before");
        }
        // The word of a start that all is well is no part of a storm.
        if (_lastWord != long.MinValue || acts != PowerActs.TellBack)
            _lastWord = atMs;
    }

    /// <summary>A new run: what was said before it came from another life.</summary>
    public void Started()
    {
        Starts++;
        _lastWord = long.MinValue;
    }

    public void ShortRun(long startedMs)
    {
        if (_shortRuns.Count >= MostKept)
            return;
        _shortRuns.Add(startedMs);
        if (_shortRuns.Count >= 3 && startedMs - _shortRuns[^3] < 3_600_000)
            Story.Failed(startedMs, "the third short run within an hour began");
    }

    /// <summary>Short runs in the worst hour, wherever it begins.</summary>
    public int ShortRunsInWorstHour()
    {
        var (worst, first) = (0, 0);
        for (var i = 0; i < _shortRuns.Count; i++)
        {
            while (_shortRuns[i] - _shortRuns[first] >= 3_600_000)
                first++;
            worst = Math.Max(worst, i - first + 1);
        }
        return worst;
    }
}

/// <summary>
/// A cabinet's machine around the real policy, ledger and stop sequence: it starts, runs, stops, is woken by its real-time clock or by mains, and dies when
/// the pack is empty under it. Wall clock there is none.
/// </summary>
internal sealed class MachineModel(Design design, PackModel pack, Sensors sensors, Dice dice, Tally tally)
{
    private const long BootMs = 30_000;
    private const long StopMs = 20_000;
    private const long LivelyMs = 120_000;

    private string _ledger = "";
    private string _boot = "";
    private PowerPolicy? _policy;
    private long _startedMs;
    private long _runsFromMs;
    private long _offAtMs = long.MaxValue;
    private long _wakeAtMs = long.MaxValue;
    private long _livelyUntilMs;
    private long _mainsSinceMs = long.MinValue;
    private bool? _mains;
    private long _fedSinceMs = long.MaxValue;

    public bool IsOn { get; private set; }

    public PowerState? State => _policy?.State;

    /// <summary>The machine's own counter of boots; stands for the kernel's random id.</summary>
    private int _boots;

    /// <summary>The program is killed inside a stop and started again by the system, with nothing but the ledger.</summary>
    public bool KillInStop { get; set; }

    /// <summary>How long the next step may be: short while something is happening.</summary>
    public long StepMs(long nowMs) => nowMs < _livelyUntilMs ? 1000 : 5000;

    public void Start(long nowMs)
    {
        tally.Started();
        tally.Story.Note(nowMs, "machine", "starts", pack.Charge, sensors.Fault);
        _boot = $"boot-{++_boots}";
        (IsOn, _startedMs, _runsFromMs) = (true, nowMs, nowMs + BootMs);
        (_offAtMs, _wakeAtMs, _policy) = (long.MaxValue, long.MaxValue, null);
        _livelyUntilMs = nowMs + LivelyMs;
    }

    /// <summary>One step of <paramref name="stepMs"/> with the supply giving <paramref name="supplyWatts"/>.</summary>
    public void Step(long nowMs, long stepMs, double supplyWatts)
    {
        var mains = supplyWatts > 0;
        if (mains != _mains)
            Changed(nowMs, mains);
        var load = Load(nowMs);
        var flow = Math.Min(supplyWatts - load, design.ChargeWatts);
        pack.Flow(flow, stepMs / 1000.0);
        if (pack.IsEmpty && flow < 0)
            CutOff(nowMs);
        if (!IsOn)
            MayWake(nowMs, mains);
        else if (nowMs >= _offAtMs)
            TurnOff();
        else if (nowMs >= _runsFromMs)
            Run(nowMs, mains, flow);
    }

    private void Changed(long nowMs, bool mains)
    {
        (_mains, _mainsSinceMs, _livelyUntilMs) = (mains, nowMs, nowMs + LivelyMs);
        tally.Story.Note(nowMs, "mains", mains ? "there" : "gone", pack.Charge, sensors.Fault);
    }

    private double Load(long nowMs) =>
        !IsOn ? design.OffWatts
        : nowMs - _startedMs < 60_000 ? design.TypicalWatts * 8 / 7
        : design.Load(State ?? PowerState.Mains);

    private void Run(long nowMs, bool mains, double flow)
    {
        _policy ??= NewPolicy(nowMs);
        var volts = pack.Volts(flow);
        var decision = _policy.Take(sensors.Read(nowMs, mains, volts, pack.Charge, pack.Amps(flow)));
        if (decision.Cause is { } cause)
        {
            _livelyUntilMs = nowMs + LivelyMs;
            tally.Story.Note(nowMs, cause.ToString(), decision.State.ToString(), pack.Charge, sensors.Fault, volts);
        }
        tally.Announced(nowMs, decision.Acts);
        NoteFed(nowMs);
        if (decision.Acts.HasFlag(PowerActs.BeginStop) && _offAtMs == long.MaxValue)
            BeginStop(nowMs, mains, decision.Cause!.Value);
    }

    private void NoteFed(long nowMs)
    {
        if (_policy!.State != PowerState.Mains)
            _fedSinceMs = long.MaxValue;
        else if (_fedSinceMs == long.MaxValue)
            _fedSinceMs = nowMs;
        else if (nowMs - _fedSinceMs >= (long)BootLedger.FedAfter.TotalMilliseconds)
        {
            var ledger = BootLedger.Parse(_ledger);
            if (ledger.Fed(_boot))
                _ledger = ledger.Text();
            _fedSinceMs = long.MaxValue - 1;
        }
    }

    private PowerPolicy NewPolicy(long nowMs)
    {
        var ledger = BootLedger.Parse(_ledger);
        var advice = ledger.Start(_boot);
        _ledger = ledger.Text();
        _livelyUntilMs = nowMs + LivelyMs;
        return new PowerPolicy(design.Pack, design.Options(), advice);
    }

    private void BeginStop(long nowMs, bool mains, PowerEvent cause)
    {
        tally.Stops++;
        if (cause == PowerEvent.BlindTooLong)
            tally.StopsBlind++;
        else if (mains && cause != PowerEvent.StopAsked)
            tally.StoppedWithMains(nowMs);
        var ran = TimeSpan.FromMilliseconds(nowMs - _startedMs);
        if (ran < BootLedger.ShortRun)
            tally.ShortRun(_startedMs);
        var ledger = BootLedger.Parse(_ledger);
        var wake = ledger.Stop(_boot, ran, _policy!.End, _policy.Volts, _policy.Volts <= design.Pack.Hard);
        _ledger = ledger.Text();
        _offAtMs = nowMs + (long)dice.Between(1000, StopMs);
        _wakeAtMs = _offAtMs + (long)wake.TotalMilliseconds;
        if (KillInStop)
            Resume(nowMs);
    }

    /// <summary>kill -9 in the middle of a stop: the program starts again in the same boot and must go on stopping.</summary>
    private void Resume(long nowMs)
    {
        _policy = NewPolicy(nowMs);
        var acts = _policy.Take(sensors.Read(nowMs, true, pack.Volts(0), pack.Charge, 0)).Acts;
        if (!acts.HasFlag(PowerActs.BeginStop))
            _offAtMs = long.MaxValue;
    }

    private void TurnOff() => (IsOn, _policy, _offAtMs) = (false, null, long.MaxValue);

    /// <summary>The pack gives nothing any more: what runs dies, and a clock that was to wake the machine has lost its supply.</summary>
    private void CutOff(long nowMs)
    {
        _wakeAtMs = long.MaxValue;
        if (IsOn)
            Die(nowMs);
    }

    private void Die(long nowMs)
    {
        // Until the first look is over nothing was opened.
        if (_policy is null || _policy.IsStarting || _policy.IsRefused)
            tally.FailedStarts++;
        else if (nowMs < _offAtMs)
            tally.Died(nowMs);
        TurnOff();
    }

    /// <summary>
    /// A machine whose standby power never went sees nothing of mains that returns: its clock wakes it. Only one that was cut off starts with mains, and
    /// one whose board or UPS does so by itself.
    /// </summary>
    private void MayWake(long nowMs, bool mains)
    {
        var byMains = mains && (design.WakesOnMains || _wakeAtMs == long.MaxValue) && nowMs - _mainsSinceMs >= 5000;
        if (byMains || nowMs >= _wakeAtMs)
            Start(nowMs);
    }
}
