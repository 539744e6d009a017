using EdgeNode.Hardware.Devices;

namespace EdgeNode.Hardware.Io;

/// <summary>Where the hardware thread finds things, and what replaces them in tests.</summary>
/// <param name="Dev">Device files.</param>
/// <param name="Sys">sysfs.</param>
/// <param name="OpenLine">How a line is opened; null for the kernel's.</param>
/// <param name="OpenChip">How a chip's registers are reached; null for the kernel's bus.</param>
/// <param name="Watchdog">The watchdog to feed, such as <c>/dev/watchdog0</c>; null for none.</param>
public sealed record HardwareOptions(
    string Dev = "/dev",
    string Sys = "/sys",
    LineOpener? OpenLine = null,
    Func<I2cSpec, IRegisterBus>? OpenChip = null,
    string? Watchdog = null
)
{
    /// <summary>Devices and lines of one cabinet; what is beyond is refused at the start.</summary>
    public const int MostDevices = Wiring.MostInterfaces;

    /// <summary>How long the machine may hang before the watchdog restarts it.</summary>
    public static readonly TimeSpan WatchdogTimeout = TimeSpan.FromSeconds(60);

    public static HardwareOptions Default { get; } = new();
}

/// <summary>
/// The one thread that waits for the cabinet's lines and asks its devices. It waits in epoll; its timer rings on whole seconds and only
/// when something is due, so an idle cabinet with sensors wakes at most once a second, and edges of lines wake it at once. A reading
/// allocates nothing.
/// </summary>
public sealed class HardwareThread : IDisposable
{
    private readonly HardwareOptions _options;
    private readonly ReadingHandler _hand;
    private readonly Poller _poller = new();
    private readonly PolledDevice[] _devices;
    private readonly WatchedLine[] _lines;
    private readonly int[] _watched;
    private readonly Dictionary<string, I2cBus> _buses = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly bool?[] _wanted;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Watchdog? _watchdog;
    private SteadyTime _feedDue;
    private volatile bool _beat = true;
    private volatile bool _onBattery;
    private volatile bool _stopping;
    private bool _paceSeen;

    /// <param name="specs">What is wired; unknown models and double names are refused with <see cref="HardwareException"/>.</param>
    /// <param name="hand">Gets every reading, on the hardware thread.</param>
    public HardwareThread(IReadOnlyList<DeviceSpec> specs, ReadingHandler hand, HardwareOptions? options = null)
    {
        _options = options ?? HardwareOptions.Default;
        _hand = hand;
        Check(specs);
        LineOpener opener =
            _options.OpenLine ?? ((LineSpec spec, out ILine? line) => GpioLine.Open(spec, _options.Dev, out line));
        _lines = [.. specs.OfType<LineSpec>().Select(s => new WatchedLine(s, opener))];
        _devices = [.. specs.Where(s => s is not LineSpec).Select(Make)];
        _watched = [.. _lines.Select(_ => -1)];
        _wanted = new bool?[_lines.Length];
        _thread = new Thread(Run) { Name = "hardware", IsBackground = true };
    }

    /// <summary>The kernel's id of the thread, for counting its wake-ups in /proc; 0 before it runs.</summary>
    public int ThreadId { get; private set; }

    /// <summary>Ends with the thread: well after <see cref="Dispose"/>, or with the failure that ended it.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Who reads each device and how it stands. From any thread.</summary>
    public IReadOnlyList<DeviceStatus> Status =>
        [
            .. _lines.Select(l => new DeviceStatus(l.Spec.Name, l.Backend, l.Faulty)),
            .. _devices.Select(d => new DeviceStatus(d.Name, d.Backend, d.Faulty)),
            .. _options.Watchdog is { } path
                ? (DeviceStatus[])
                    [
                        new(
                            "watchdog",
                            _watchdog is { } dog ? $"{path}, {dog.Timeout.TotalSeconds:0} s" : $"{path} cannot be used",
                            _watchdog is null
                        ),
                    ]
                : [],
        ];

    public void Start() => _thread.Start();

    /// <summary>On battery devices are asked every 5 s, on mains every 30 s. From any thread.</summary>
    public void SetPace(bool onBattery)
    {
        _onBattery = onBattery;
        _poller.Ring();
    }

    /// <summary>The node lives: as long as this is called at least every 40 s, the watchdog is fed. From any thread.</summary>
    public void Beat() => _beat = true;

    /// <summary>Sets an output. False when no output has that name. From any thread; it happens at the next turn, within a millisecond.</summary>
    public bool Set(string name, bool active)
    {
        var index = Array.FindIndex(_lines, l => l.Spec.IsOutput && l.Spec.Name == name);
        if (index < 0)
            return false;
        lock (_lock)
            _wanted[index] = active;
        _poller.Ring();
        return true;
    }

    /// <summary>Stops the thread and gives back every line and bus. Outputs keep what the kernel leaves them.</summary>
    public void Dispose()
    {
        _stopping = true;
        _poller.Ring();
        if (_thread.IsAlive)
            _thread.Join();
        foreach (var line in _lines)
            line.Dispose();
        foreach (var device in _devices)
            device.Dispose();
        foreach (var bus in _buses.Values)
            bus.Dispose();
        _watchdog?.Dispose();
        _poller.Dispose();
    }

    private static void Check(IReadOnlyList<DeviceSpec> specs)
    {
        if (specs.Count > HardwareOptions.MostDevices)
            throw new HardwareException(
                "hardware.too_many",
                $"{specs.Count} devices are named; a cabinet has at most {HardwareOptions.MostDevices}."
            );
        if (specs.GroupBy(s => s.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new HardwareException("hardware.name_twice", $"Two devices are named {twice.Key}; every name stands once.");
    }

    private PolledDevice Make(DeviceSpec spec) =>
        spec switch
        {
            I2cSpec i2c when Models.Make(i2c) is { } own => new I2cPolled(
                i2c,
                own,
                Bus(i2c.Path),
                _options.Sys,
                _options.OpenChip?.Invoke(i2c)
            ),
            SerialSpec serial when Models.Make(serial) is { } device => new SerialPolled(serial, device),
            KernelSpec kernel when KernelPolled.Make(kernel, _options.Sys) is { } polled => polled,
            _ => throw new HardwareException(
                "hardware.unknown_model",
                $"{spec.Name} is of a model that this program does not know: {spec}"
            ),
        };

    private I2cBus Bus(string path)
    {
        if (!_buses.TryGetValue(path, out var bus))
            _buses.Add(path, bus = new I2cBus(path));
        return bus;
    }

    private void Run()
    {
        ThreadId = Libc.ThreadId();
        try
        {
            Begin();
            Span<int> tokens = stackalloc int[Poller.MostAtOnce];
            while (!_stopping)
                Turn(tokens);
            _ended.TrySetResult();
        }
        catch (Exception e)
        {
            // Whoever owns the thread sees it end; without its sensors a cabinet must say so and not go on in the belief that all is well.
            _ended.TrySetException(e);
        }
    }

    private void Begin()
    {
        var now = SteadyClock.Now;
        foreach (var device in _devices)
            device.Prepare(now);
        foreach (var line in _lines)
            line.Due = now;
        if (_options.Watchdog is { } path)
            _watchdog = Watchdog.Open(path, HardwareOptions.WatchdogTimeout);
        _feedDue = now;
    }

    /// <summary>
    /// One due thing at a time, and a look at the lines between two of them: a slow bus delays an edge by one transfer, not by a round.
    /// </summary>
    private void Turn(Span<int> tokens)
    {
        var now = SteadyClock.Now;
        var worked = RunOneDue(now);
        if (!worked)
            Arm();
        var count = _poller.Wait(tokens, wait: !worked);
        for (var i = 0; i < count; i++)
        {
            if (tokens[i] >= 0)
                Edges(tokens[i]);
            else
                Rung(tokens[i]);
        }
    }

    private void Rung(int token)
    {
        _poller.Quiet(token);
        if (token == Poller.Bell)
            Obey();
    }

    private void Edges(int index)
    {
        _lines[index].Ready(_hand);
        Rewatch(index);
    }

    private bool RunOneDue(SteadyTime now)
    {
        for (var i = 0; i < _lines.Length; i++)
        {
            if (_lines[i].Due > now)
                continue;
            _lines[i].Tick(now, _hand);
            Rewatch(i);
            return true;
        }
        foreach (var device in _devices)
        {
            if (device.Due > now)
                continue;
            device.Turn(now, Interval, _hand);
            return true;
        }
        return Feed(now);
    }

    private TimeSpan Interval => _onBattery ? Pace.OnBattery : Pace.OnMains;

    private bool Feed(SteadyTime now)
    {
        if (_watchdog is null || _feedDue > now)
            return false;
        if (_beat)
            _watchdog.Feed();
        _beat = false;
        _feedDue = Pace.Grid(now + (HardwareOptions.WatchdogTimeout / 3));
        return true;
    }

    /// <summary>Keeps the poller in step with a line that was opened or lost. The kernel forgets a closed descriptor by itself.</summary>
    private void Rewatch(int index)
    {
        var descriptor = _lines[index].Descriptor;
        if (descriptor == _watched[index])
            return;
        if (descriptor >= 0)
            _poller.Watch(descriptor, index);
        _watched[index] = descriptor;
    }

    private void Arm()
    {
        var next = new SteadyTime(long.MaxValue);
        foreach (var line in _lines)
            next = line.Due < next ? line.Due : next;
        foreach (var device in _devices)
            next = device.Due < next ? device.Due : next;
        if (_watchdog is not null && _feedDue < next)
            next = _feedDue;
        if (next.Us == long.MaxValue)
            _poller.SleepOn();
        else
            _poller.WakeAt(next);
    }

    private void Obey()
    {
        for (var i = 0; i < _lines.Length; i++)
        {
            bool? wanted;
            lock (_lock)
                (wanted, _wanted[i]) = (_wanted[i], null);
            if (wanted is { } active)
                _lines[i].Drive(active, _hand);
            Rewatch(i);
        }
        if (_onBattery && !_paceSeen)
            Hasten();
        _paceSeen = _onBattery;
    }

    /// <summary>Mains went: what would be asked in half a minute is asked within five seconds.</summary>
    private void Hasten()
    {
        var soon = Pace.Grid(SteadyClock.Now + Pace.OnBattery);
        foreach (var device in _devices)
            device.Due = device.Due > soon ? soon : device.Due;
    }
}
