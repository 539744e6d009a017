using EdgeNode.Hardware.Devices;

namespace EdgeNode.Hardware.Io;

/// <summary>
/// A sensor that only the kernel's driver reads. A slow one (a DS18B20 measures for 750 ms inside the read) is read on a thread of the pool
/// and collected at a later tick, so that a mains loss never waits behind a thermometer.
/// </summary>
internal sealed class KernelPolled : PolledDevice, IThreadPoolWorkItem
{
    /// <summary>Ticks a slow read may take before it counts as missed.</summary>
    private const int MostTicks = 5;

    private readonly KernelSpec _spec;
    private readonly string _folder;
    private readonly string _pattern;
    private readonly IReadOnlyList<KernelFile> _kinds;
    private readonly KernelReader?[] _files;
    private readonly long[] _slow;
    private readonly bool _isSlow;
    private volatile int _state;
    private int _ticks;
    private bool _open;

    private const int Idle = 0;
    private const int Running = 1;
    private const int Good = 2;
    private const int Bad = 3;

    private KernelPolled(KernelSpec spec, string folder, string pattern, IReadOnlyList<KernelFile> kinds)
        : base(spec.Name, [.. kinds.Select(k => k.Channel)])
    {
        (_spec, _folder, _pattern, _kinds) = (spec, folder, pattern, kinds);
        (_files, _slow, _isSlow) = (new KernelReader?[kinds.Count], new long[kinds.Count], KernelFiles.IsSlow(spec.Model));
    }

    /// <summary>Null for a model this program does not know.</summary>
    public static KernelPolled? Make(KernelSpec spec, string sys) =>
        KernelFiles.Of(spec.Model) is var (folder, pattern, files) ? new(spec, Path.Combine(sys, folder), pattern, files) : null;

    protected override Poll Ask(SteadyTime now, Span<long> micro)
    {
        if (_state == Idle && !_open && !(_open = Open()))
            return Poll.Silent;
        if (!_isSlow)
            return End(Read(micro));
        if (_state == Idle)
            return Begin();
        if (_state == Running)
            return ++_ticks > MostTicks ? Poll.Silent : Poll.Waiting;
        var good = _state == Good;
        if (good)
            _slow.CopyTo(micro);
        _state = Idle;
        return End(good);
    }

    private Poll End(bool good)
    {
        _open = good;
        return good ? Poll.Told : Poll.Silent;
    }

    private Poll Begin()
    {
        (_state, _ticks) = (Running, 0);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return Poll.Waiting;
    }

    /// <summary>The slow read, on a thread of the pool. The state is written last, so the values are whole when it is seen.</summary>
    public void Execute()
    {
        Array.Fill(_slow, Channel.NotTold);
        _state = Read(_slow) ? Good : Bad;
    }

    private bool Read(Span<long> micro)
    {
        var any = false;
        for (var i = 0; i < _files.Length; i++)
            any |= _files[i] is { } file && file.Read(out micro[i]);
        return any;
    }

    private bool Open()
    {
        Close();
        var devices = SysfsFile.Expand(_folder, _spec.Id ?? _pattern);
        foreach (var device in devices)
        {
            for (var i = 0; i < _kinds.Count; i++)
                _files[i] ??= KernelReader.Open(device, _kinds[i]);
            if (Array.Exists(_files, f => f is not null))
            {
                Backend = $"kernel, {Path.GetFileName(device)}";
                return true;
            }
        }
        Backend =
            devices.Length == 0
                ? $"the kernel shows no {_spec.Id ?? _pattern} below {_folder}"
                : $"the kernel shows no number in {devices[0]}";
        return false;
    }

    private void Close()
    {
        for (var i = 0; i < _files.Length; i++)
        {
            _files[i]?.Dispose();
            _files[i] = null;
        }
    }

    /// <summary>A read that still runs keeps its files; they close with the process.</summary>
    public override void Dispose()
    {
        if (_state != Running)
            Close();
    }
}
