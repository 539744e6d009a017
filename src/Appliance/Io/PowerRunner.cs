using EdgeNode.Hardware.Bom;
using EdgeNode.Hardware.Io;
using EdgeNode.Hardware.Nut;
using EdgeNode.Hardware.Nut.Io;
using EdgeNode.Hardware.Power;
using EdgeNode.Hardware.Power.Io;
using EdgeNode.Store.Io;

namespace EdgeNode.Appliance.Io;

/// <summary>
/// Runs the power policy: looks at the sensors, tells the node what follows, keeps the boot ledger, and ends the cabinet cleanly. It is the first part of a cabinet to
/// start and the last to end, so that a pack that is too low is not drawn on for opening a database, and the disks are synced when everything else is closed.
/// </summary>
internal sealed class PowerRunner : IAsyncDisposable
{
    /// <summary>Between two looks: while a loss is being confirmed, on battery, and on mains.</summary>
    private static readonly TimeSpan Lively = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Steady = TimeSpan.FromSeconds(1);

    /// <summary>How often the drain of messages and the leaving of NUT's secondaries are looked at.</summary>
    private static readonly TimeSpan StopLook = TimeSpan.FromMilliseconds(100);

    /// <summary>How long the household's button is held (5 s).</summary>
    private static readonly TimeSpan HoldButton = TimeSpan.FromSeconds(5);

    private const long MinuteMs = 60_000;

    private readonly IPowerSource _source;
    private readonly PowerRunnerOptions _options;
    private readonly PowerPolicy _policy;
    private readonly BootLedger _ledger;
    private readonly NutServer? _nut;
    private readonly SemaphoreSlim _news = new(0);
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _firstLook = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;
    private Action<NodeInput> _post = _ => { };
    private (string Why, TimeSpan? BackAfter)? _asked;
    private StopSequence? _stop;
    private volatile PowerFacts _facts;
    private TimeSpan _wake;
    private Task _draining = Task.CompletedTask;
    private long _stopAt;
    private long _minuteAt;
    private long _heldSince = long.MaxValue;
    private long _mainsSince = long.MaxValue;

    private PowerRunner(IPowerSource source, PowerRunnerOptions options, Pack pack, NutServer? nut)
    {
        (_source, _options, _nut) = (source, options, nut);
        _ledger = BootLedger.Parse(File.Exists(options.LedgerFile) ? File.ReadAllText(options.LedgerFile) : "");
        _policy = new PowerPolicy(pack, options.Policy, _ledger.Start(options.BootId));
        KeepLedger();
        _facts = Facts();
        _source.Moved = () => _news.Release();
        _running = RunAsync();
    }

    /// <summary>Opens what a cabinet's settings and bill name; null when they name nothing about power.</summary>
    /// <exception cref="SetupException">The bill cannot be used.</exception>
    public static PowerRunner? Start(
        Settings settings,
        string dataFolder,
        string nutPassword,
        Action<string> log,
        Func<bool> isDrained
    )
    {
        if (settings.Bill is null && settings.PowerScript is null)
            return null;
        try
        {
            var bill = settings.Bill is { } path ? Bill.Parse(File.ReadAllBytes(path)) : null;
            var pack =
                bill?.Pack()
                ?? (
                    bill is null
                        ? new Pack(Chemistry.LithiumIon, 1, 74, 0.85)
                        : throw new BillException("it names no battery that the policy knows")
                );
            var options = PowerRunnerOptions.For(settings, bill, dataFolder, log) with { IsDrained = isDrained };
            var source = OpenSource(settings, bill, pack, options);
            var nut = settings.Nut is { } at
                ? NutServer.Start(new NutDesk(nutPassword, settings.Name, Release.Version), at)
                : null;
            if (source.IsSimulated || source.IsUnverified)
                options = options with { Policy = options.Policy with { Armed = false } };
            return new PowerRunner(source, options, pack, nut);
        }
        catch (Exception e)
            when (e
                    is BillException
                        or Hardware.HardwareException
                        or IOException
                        or UnauthorizedAccessException
                        or System.Net.Sockets.SocketException
            )
        {
            throw new SetupException("power.setup", $"[power] cannot be used: {e.Message}", e);
        }
    }

    private static IPowerSource OpenSource(Settings settings, Bill? bill, Pack pack, PowerRunnerOptions options)
    {
        if (settings.PowerScript is { } script)
            return new ScriptedPower(script);
        if (bill!.Supply?.Nut is { } nut)
            return new NutPower(NutAddress.Parse(nut) ?? throw new BillException($"'{nut}' is no ups@host:port"));
        return new BusPower(options.Wired(File.ReadAllBytes(settings.Bill!)), pack, options.ReadMark());
    }

    /// <summary>How power stands, as of the last look. From any thread.</summary>
    public PowerFacts Now => _facts;

    /// <summary>When the mains line moved last, by the kernel's stamp of the edge; null without a line of our own.</summary>
    public Hardware.SteadyTime? MainsMovedAt => _source.MainsMovedAt;

    /// <summary>Called after each change, on the runner's thread; must return at once.</summary>
    public Action Changed { private get; set; } = () => { };

    /// <summary>Ends when a clean stop has begun and its messages had their time: the cabinet closes then.</summary>
    public Task Stopping => _stopping.Task;

    /// <summary>Ends when the first look is over; the cabinet opens only then. A refused start is already stopping.</summary>
    public Task FirstLook => _firstLook.Task;

    /// <summary>From now on the node is told; what it has to know already is told at once.</summary>
    public void Attach(Action<NodeInput> post)
    {
        _post = post;
        Post(Word(_policy.State), "mains", null);
    }

    /// <summary>A steward, the button or maintenance asks for a clean stop.</summary>
    public void AskToStop(string why, TimeSpan? backAfter)
    {
        _asked = (why, backAfter);
        _news.Release();
    }

    private async Task RunAsync()
    {
        try
        {
            while (!_end.IsCancellationRequested)
            {
                Look(SteadyMs);
                await _news
                    .WaitAsync(_policy.State == PowerState.Bridging || _policy.IsStarting ? Lively : Steady, _end.Token)
                    .ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The cabinet ends.
        }
        catch (Exception e)
        {
            _firstLook.TrySetException(e);
            throw;
        }
    }

    private static long SteadyMs => SteadyClock.Now.Us / 1000;

    private void Look(long now)
    {
        WatchButton(now);
        if (_asked is not null && _stop is null)
            _policy.AskToStop();
        var decision = _policy.Take(_source.Sample(now));
        _source.SetPace(decision.State is not (PowerState.Mains or PowerState.RecoveryHold));
        _facts = Facts();
        _nut?.Say(NutFacts());
        NoteFed(now);
        if (decision.Cause is not null || (decision.Acts & Words) != 0)
        {
            Post(Told(decision.Acts), _asked?.Why ?? "mains", _asked?.BackAfter);
            Changed();
        }
        if ((decision.Acts & PowerActs.Alarm) != 0)
            _options.Log($"power: {Explain(_policy)}");
        if ((decision.Acts & PowerActs.BeginStop) != 0)
            BeginStop(now);
        // A stop that is resumed has nothing to look at.
        if (!_policy.IsStarting || decision.State == PowerState.ShuttingDown)
            _firstLook.TrySetResult();
        if (now - _minuteAt >= MinuteMs)
            (_minuteAt, _) = (now, Keep(new PowerMinute(_facts)));
    }

    /// <summary>A household that needs the cabinet off holds the button for five seconds; a touch does nothing.</summary>
    private void WatchButton(long now)
    {
        if (!_source.IsButtonHeld)
            _heldSince = long.MaxValue;
        else if (_heldSince == long.MaxValue)
            _heldSince = now;
        else if (now - _heldSince >= (long)HoldButton.TotalMilliseconds)
            _asked ??= ("household", null);
    }

    private const PowerActs Words = PowerActs.TellBack | PowerActs.TellBattery | PowerActs.TellGoing;

    private bool Keep(NodeInput input)
    {
        _post(input);
        return true;
    }

    private void Post(PowerWord? tell, string why, TimeSpan? backAfter) =>
        _post(
            new PowerChanged(
                _facts,
                tell,
                why,
                tell == PowerWord.Going ? backAfter ?? (_wake > TimeSpan.Zero ? _wake : null) : null
            )
        );

    private static PowerWord? Told(PowerActs acts) =>
        (acts & PowerActs.TellGoing) != 0 ? PowerWord.Going
        : (acts & PowerActs.TellBattery) != 0 ? PowerWord.Battery
        : (acts & PowerActs.TellBack) != 0 ? PowerWord.Back
        : null;

    /// <summary>What neighbours must know of the state that a start finds.</summary>
    private static PowerWord? Word(PowerState state) =>
        state switch
        {
            PowerState.Mains or PowerState.RecoveryHold => PowerWord.Back,
            PowerState.OnBattery or PowerState.Conserve => PowerWord.Battery,
            PowerState.Survive or PowerState.ShuttingDown => PowerWord.Going,
            _ => null,
        };

    private static string Explain(PowerPolicy policy) =>
        policy.IsDisputed
            ? $"the mains line says {(policy.Mains == true ? "there" : "lost")}, and the battery contradicts it: check the wire."
            : "the battery cannot be seen any more: check its gauge.";

    private void NoteFed(long now)
    {
        if (_policy.State != PowerState.Mains)
            _mainsSince = long.MaxValue;
        else if (_mainsSince == long.MaxValue)
            _mainsSince = now;
        else if (now - _mainsSince >= (long)BootLedger.FedAfter.TotalMilliseconds && _ledger.Fed(_options.BootId))
            KeepLedger();
    }

    private void BeginStop(long now)
    {
        _stop = new StopSequence(now);
        _stopAt = now;
        Do(
            StopStep.WriteLedger,
            () =>
            {
                _wake = _ledger.Stop(
                    _options.BootId,
                    TimeSpan.FromMilliseconds(now),
                    _policy.End,
                    _policy.Volts,
                    _policy.Volts <= _options.Hard
                );
                KeepLedger();
            }
        );
        Do(StopStep.CloseIntake, () => _nut?.LatchFsd());
        _options.Log(
            $"power: the cabinet stops ({_policy.Cause}); what is under way to neighbours has {StopSequence.Drain.TotalSeconds:0} s."
        );
        _draining = DrainAsync();
    }

    /// <summary>Ends the wait for neighbours; whoever runs the cabinet closes it then.</summary>
    private async Task DrainAsync()
    {
        using var look = new PeriodicTimer(StopLook);
        while (_stop!.Next(SteadyMs) is not StopStep.CloseStore && await look.WaitForNextTickAsync().ConfigureAwait(false))
        {
            if (_options.IsDrained())
                _stop.Drained();
        }
        _stopping.TrySetResult();
    }

    private void Do(StopStep step, Action act)
    {
        if (_stop!.Next(SteadyMs) != step)
            return;
        act();
        _stop.Done(step);
    }

    private PowerFacts Facts()
    {
        var (volts, amps) = (_policy.Volts, _policy.Amps);
        return new PowerFacts(
            _policy.State,
            _policy.Mains,
            _policy.Charge,
            volts,
            volts is { } v && amps is { } a ? -v * a : null,
            HoursLeft(volts, amps),
            _policy.Cause,
            _policy.IsDisputed,
            _options.Policy.Armed,
            _source.IsSimulated
        );
    }

    /// <summary>From the charge that may still be used and what is drawn now, or what the bill says is drawn.</summary>
    private double? HoursLeft(double? volts, double? amps)
    {
        if (_policy.Charge is not { } charge)
            return null;
        var drawn = volts * -amps is > 0.5 and { } w ? w : _options.TypicalWatts;
        return drawn is { } watts ? Math.Max(0, charge - _options.Policy.DownAt) / 100 * _options.WattHours / watts : null;
    }

    private NutState NutFacts() =>
        new(
            _policy.State is not (PowerState.Mains or PowerState.RecoveryHold) && _policy.Mains != true,
            _policy.State == PowerState.ShuttingDown,
            _facts.Percent,
            _facts.Volts,
            _facts.HoursLeft * 3600,
            _facts.Watts is > 0 and var w ? w : null,
            _options.Policy.DownAt
        );

    private void KeepLedger()
    {
        try
        {
            DurableFile.Write(_options.LedgerFile, System.Text.Encoding.UTF8.GetBytes(_ledger.Text()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A cabinet whose disk is full must still stop in time; the next start then knows less.
            _options.Log($"power: the boot ledger cannot be written: {e.Message}");
        }
    }

    /// <summary>Everything else is closed: the disks are synced, the alarm is set, the secondaries have their time, and the machine goes.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_source is BusPower { Mark: { } mark })
            _options.WriteMark(mark);
        await _draining.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_stop is not null)
            await FinishAsync(_stop).ConfigureAwait(false);
        if (_nut is not null)
            await _nut.DisposeAsync().ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
    }

    private async Task FinishAsync(StopSequence stop)
    {
        stop.Drained();
        stop.Done(StopStep.CloseStore);
        Do(StopStep.SyncDisks, Machine.SyncDisks);
        _options.Log($"power: the disks are safe, {(SteadyMs - _stopAt) / 1000.0:0.0} s after the decision to stop.");
        Do(StopStep.SetAlarm, SetAlarm);
        using var look = new PeriodicTimer(StopLook);
        while (stop.Next(SteadyMs) is not StopStep.PowerOff && await look.WaitForNextTickAsync().ConfigureAwait(false))
        {
            if ((_nut?.Logins ?? 0) == 0)
                stop.SecondariesGone();
        }
        if (!_options.PowerOff)
        {
            _ledger.Complete(_options.BootId);
            KeepLedger();
        }
        else if (Machine.PowerOff() is { } fault)
            _options.Log("power: " + fault);
    }

    private void SetAlarm()
    {
        if (_wake > TimeSpan.Zero && _options.PowerOff && new RtcWake().Set(_wake) is { } fault)
            _options.Log("power: " + fault);
    }
}
