using EdgeNode.Hardware;
using EdgeNode.Hardware.Io;
using EdgeNode.Hardware.Nut.Io;
using EdgeNode.Hardware.Power;

namespace EdgeNode.Appliance.Io;

/// <summary>Where the power policy's samples come from.</summary>
internal interface IPowerSource : IAsyncDisposable
{
    /// <summary>Something moved that cannot wait for the next look; called from any thread.</summary>
    Action Moved { set; }

    /// <summary>The values come from a script.</summary>
    bool IsSimulated { get; }

    /// <summary>A value comes from a device whose registers nobody has confirmed: it may shed, it never stops the cabinet.</summary>
    bool IsUnverified { get; }

    PowerSample Sample(long atMs);

    /// <summary>The household's button is held down.</summary>
    bool IsButtonHeld { get; }

    /// <summary>When the mains line moved last, by the kernel's stamp of the edge; null where no kernel stamps it.</summary>
    SteadyTime? MainsMovedAt { get; }

    /// <summary>The cabinet runs on battery: devices are asked more often.</summary>
    void SetPace(bool onBattery);
}

/// <summary>Lines, gauges and chargers on the cabinet's own buses.</summary>
internal sealed class BusPower : IPowerSource
{
    private readonly Lock _lock = new();
    private readonly HardwareThread _thread;
    private readonly ChargeCounter? _counter;
    private readonly Dictionary<string, Reading> _readings = new(StringComparer.Ordinal);
    private Reading? _moved;

    /// <param name="specs">What the bill wires.</param>
    /// <param name="pack">For counting charge where there is a counter.</param>
    /// <param name="mark">What the counter's last run left; null at the first.</param>
    public BusPower(IReadOnlyList<DeviceSpec> specs, Pack pack, ChargeMark? mark)
    {
        _counter = new ChargeCounter(pack, NominalVolts(pack), mark);
        _thread = new HardwareThread(specs, Take);
        _thread.Start();
    }

    public Action Moved { private get; set; } = () => { };

    public bool IsSimulated => false;

    public bool IsUnverified
    {
        get
        {
            lock (_lock)
                return _readings.Values.Any(r => r.Trust == Trust.Unverified && IsPack(r.Kind));
        }
    }

    /// <summary>What the counter of charge must know at the next start; null without one.</summary>
    public ChargeMark? Mark
    {
        get
        {
            lock (_lock)
                return _counter?.Mark;
        }
    }

    public void SetPace(bool onBattery) => _thread.SetPace(onBattery);

    public bool IsButtonHeld
    {
        get
        {
            lock (_lock)
                return Flag(SensorKind.Button) == true;
        }
    }

    public SteadyTime? MainsMovedAt
    {
        get
        {
            lock (_lock)
                return _moved?.At;
        }
    }

    public PowerSample Sample(long atMs)
    {
        lock (_lock)
        {
            var (volts, amps) = (Number(SensorKind.PackVoltage), Number(SensorKind.PackCurrent));
            if (Number(SensorKind.PackCounter) is { } ampHours)
                _counter?.Take(atMs, ampHours, volts, amps);
            var percent = _counter?.Percent ?? Number(SensorKind.PackCharge);
            return new PowerSample(atMs, Flag(SensorKind.Mains), volts, percent, amps);
        }
    }

    private void Take(in Reading reading)
    {
        lock (_lock)
        {
            _readings[reading.Sensor.Name] = reading;
            if (reading is { Kind: SensorKind.Mains, IsSet: { } level } && _moved?.IsSet != level)
                _moved = reading;
        }
        if (reading.Kind is SensorKind.Mains or SensorKind.Button)
            Moved();
    }

    private double? Number(SensorKind kind) => Newest(kind)?.Number;

    private bool? Flag(SensorKind kind) => Newest(kind)?.IsSet;

    /// <summary>Of several sensors of a kind the newest that says something.</summary>
    private Reading? Newest(SensorKind kind)
    {
        Reading? newest = null;
        foreach (var reading in _readings.Values)
        {
            if (reading.Kind == kind && reading.Micro is not null && (newest is not { } n || reading.At > n.At))
                newest = reading;
        }
        return newest;
    }

    private static bool IsPack(SensorKind kind) =>
        kind
            is SensorKind.Mains
                or SensorKind.PackVoltage
                or SensorKind.PackCurrent
                or SensorKind.PackCharge
                or SensorKind.PackCounter;

    private static double NominalVolts(Pack pack) =>
        pack.Series
        * pack.Chemistry switch
        {
            Chemistry.LithiumIon => 3.7,
            Chemistry.LithiumIronPhosphate => 3.2,
            _ => 2.0,
        };

    public ValueTask DisposeAsync()
    {
        _thread.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>A UPS that Debian's upsd reads, asked every few seconds.</summary>
internal sealed class NutPower : IPowerSource
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    private readonly NutAddress _address;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _asking;
    private volatile Hardware.Nut.NutReading _last = new();

    public NutPower(NutAddress address)
    {
        _address = address;
        _asking = AskAsync();
    }

    public Action Moved { private get; set; } = () => { };

    public bool IsSimulated => false;

    public bool IsUnverified => false;

    public bool IsButtonHeld => false;

    public SteadyTime? MainsMovedAt => null;

    public PowerSample Sample(long atMs) => _last.ToSample(atMs);

    public void SetPace(bool onBattery) { }

    private async Task AskAsync()
    {
        using var timer = new PeriodicTimer(Every);
        try
        {
            do
            {
                var before = _last["ups.status"];
                _last = await NutClient.ReadAsync(_address, _stop.Token).ConfigureAwait(false);
                if (_last["ups.status"] != before)
                    Moved();
            } while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The cabinet stops.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _asking.ConfigureAwait(false);
        _stop.Dispose();
    }
}

/// <summary>
/// A file that a test or the demo writes to: <c>mains on</c>, <c>mains off</c>, <c>volts 3.7</c>, <c>percent 40</c>, <c>amps -1.5</c>, <c>button down</c>, <c>button up</c>; a dash instead of a value is
/// a sensor that is silent. Lines take effect as they are added; everything from here is shown as simulated and never stops the machine.
/// </summary>
internal sealed class ScriptedPower : IPowerSource
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest script read, in bytes.</summary>
    private const int Longest = 1 << 20;

    private readonly string _path;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;
    private readonly Lock _lock = new();
    private PowerSample _now = new(0, true, null, null, null);
    private int _read;
    private bool _button;

    public ScriptedPower(string path)
    {
        _path = path;
        Look();
        _reading = ReadAsync();
    }

    public Action Moved { private get; set; } = () => { };

    public bool IsSimulated => true;

    public bool IsUnverified => false;

    public bool IsButtonHeld
    {
        get
        {
            lock (_lock)
                return _button;
        }
    }

    public SteadyTime? MainsMovedAt => null;

    public PowerSample Sample(long atMs)
    {
        lock (_lock)
            // A simulated gauge trembles in its last digit as a real one does, or it would pass for a frozen one.
            return _now with { AtMs = atMs, Volts = _now.Volts + (atMs / 1000 % 2 * 0.001) };
    }

    public void SetPace(bool onBattery) { }

    private async Task ReadAsync()
    {
        using var timer = new PeriodicTimer(LookEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                if (Look())
                    Moved();
            }
        }
        catch (OperationCanceledException)
        {
            // The cabinet stops.
        }
    }

    /// <summary>Takes the lines that were added since; true when there were any.</summary>
    private bool Look()
    {
        if (!File.Exists(_path) || new FileInfo(_path).Length > Longest)
            return false;
        var lines = File.ReadAllText(_path).Split('\n');
        // The last piece has no end yet.
        if (lines.Length - 1 <= _read)
            return false;
        lock (_lock)
        {
            for (; _read < lines.Length - 1; _read++)
                (_now, _button) = (PowerScript.Apply(_now, lines[_read]), PowerScript.Button(_button, lines[_read]));
        }
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _stop.Dispose();
    }
}
