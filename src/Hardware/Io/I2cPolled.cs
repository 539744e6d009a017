using EdgeNode.Hardware.Devices;

namespace EdgeNode.Hardware.Io;

/// <summary>
/// A chip with two backends. When the kernel's driver is bound to its address and shows files we know, they are read; else our own binding
/// speaks to the chip. It is chosen at the start, again when the chosen one fails, and shown.
/// </summary>
internal sealed class I2cPolled : PolledDevice
{
    private readonly I2cSpec _spec;
    private readonly I2cDevice _own;
    private readonly I2cBus _bus;
    private readonly IRegisterBus _chip;
    private readonly string _sysfs;
    private readonly KernelReader?[] _files;
    private bool _kernel;
    private bool _ready;

    public I2cPolled(I2cSpec spec, I2cDevice own, I2cBus bus, string sys, IRegisterBus? chip = null)
        : base(spec.Name, own.Channels)
    {
        (_spec, _own, _bus, _chip) = (spec, own, bus, chip ?? new I2cChip(bus, spec.Address));
        _sysfs = Path.Combine(sys, "bus/i2c/devices", $"{I2cBus.Number(spec.Path) ?? 0}-{spec.Address:x4}");
        _files = new KernelReader?[own.Channels.Count];
    }

    protected override Poll Ask(SteadyTime now, Span<long> micro)
    {
        if (!_ready && !Choose())
            return Poll.Silent;
        var good = _kernel ? Read(micro) : Speak(micro);
        _ready = good;
        return good ? Poll.Told : Poll.Silent;
    }

    private bool Speak(Span<long> micro)
    {
        var fault = _own.Poll(_chip, micro);
        if (fault != BusFault.None)
            Say(fault);
        return fault == BusFault.None;
    }

    private bool Read(Span<long> micro)
    {
        var any = false;
        for (var i = 0; i < _files.Length; i++)
            any |= _files[i] is { } file && file.Read(out micro[i]);
        return any;
    }

    private bool Choose()
    {
        var driver = Driver();
        _kernel = driver is not null && _spec.Owner != BusOwner.Own && OpenFiles();
        if (_kernel)
        {
            Backend = $"kernel driver {driver}";
            return true;
        }
        if (_spec.Owner == BusOwner.Kernel)
        {
            Backend = $"the bill wants the kernel's driver, and none that we know is bound at {_spec.Path} 0x{_spec.Address:x2}";
            return false;
        }
        return BeginOwn();
    }

    private bool BeginOwn()
    {
        if (Faulty || !_bus.IsOpen)
            _bus.Reopen();
        var fault = _own.Begin(_chip);
        for (var i = 0; i < _own.Channels.Count; i++)
            Become(i, _own.Channels[i]);
        Say(fault);
        return fault == BusFault.None;
    }

    private void Say(BusFault fault)
    {
        var driver = fault == BusFault.Busy ? Driver() : null;
        Backend =
            $"own binding at {_spec.Path} 0x{_spec.Address:x2}"
            + (fault == BusFault.None ? "" : $": {Words(fault)}")
            + (driver is null ? "" : $" ({driver})");
    }

    /// <summary>The name of the driver that is bound to the address; null for none.</summary>
    private string? Driver() =>
        new DirectoryInfo(Path.Combine(_sysfs, "driver")) is { Exists: true } link
            ? link.LinkTarget is { } target
                ? Path.GetFileName(target)
                : link.Name
            : null;

    private bool OpenFiles()
    {
        CloseFiles();
        var any = false;
        foreach (var file in KernelFiles.OfI2c(_spec.Model, Models.PackOf(_spec)))
        {
            var slot = IndexOf(file.Channel.Suffix);
            if (slot < 0 || KernelReader.Open(_sysfs, file, _spec.ShuntMicroOhm) is not { } reader)
                continue;
            (_files[slot], any) = (reader, true);
            Become(slot, file.Channel);
        }
        return any;
    }

    private int IndexOf(string suffix)
    {
        for (var i = 0; i < _own.Channels.Count; i++)
        {
            if (_own.Channels[i].Suffix == suffix)
                return i;
        }
        return -1;
    }

    private void CloseFiles()
    {
        for (var i = 0; i < _files.Length; i++)
        {
            _files[i]?.Dispose();
            _files[i] = null;
        }
    }

    public override void Dispose() => CloseFiles();

    /// <summary>A fault of the bus in words.</summary>
    public static string Words(BusFault fault) =>
        fault switch
        {
            BusFault.NoAnswer => "no answer",
            BusFault.TimedOut => "the bus is held and timed out",
            BusFault.Busy => "the kernel's driver owns the address",
            BusFault.Gone => "there is no such bus",
            BusFault.Unsupported => "the adapter cannot do such a transfer",
            BusFault.Garbled => "another chip answers, or its answer is damaged",
            _ => "good",
        };
}

/// <summary>One file of a kernel driver with its scale.</summary>
internal sealed class KernelReader : IDisposable
{
    private readonly SysfsFile _file;
    private readonly KernelFile _kind;
    private readonly double _scale;

    private KernelReader(SysfsFile file, KernelFile kind, double scale) => (_file, _kind, _scale) = (file, kind, scale);

    /// <summary>Looks below the device's folder; null when the driver shows no such file.</summary>
    public static KernelReader? Open(string device, KernelFile kind, int? shuntMicroOhm = null)
    {
        foreach (var folder in kind.Folder.Length == 0 ? [device] : SysfsFile.Expand(device, kind.Folder))
        {
            if (SysfsFile.Open(Path.Combine(folder, kind.File)) is { } file)
                return new(file, kind, kind.Scale * Ratio(folder, kind, shuntMicroOhm));
        }
        return null;
    }

    /// <summary>The ina2xx driver counts with its own idea of the shunt (10 mOhm unless told); ours comes from the bill.</summary>
    private static double Ratio(string folder, KernelFile kind, int? shuntMicroOhm)
    {
        if (!kind.ByShunt || shuntMicroOhm is not { } ours || ours == 0)
            return 1;
        using var file = SysfsFile.Open(Path.Combine(folder, "shunt_resistor"));
        return file is not null && file.Read(out var theirs) && theirs > 0 ? theirs / ours : 1;
    }

    public bool Read(out long micro)
    {
        micro = Channel.NotTold;
        if (!_file.Read(out var number) || (_kind.Refuse is { } refuse && number == refuse))
            return false;
        var value = Math.Round(number * _scale);
        if (Math.Abs(value) > long.MaxValue / 2.0)
            return false;
        micro = (long)value;
        return true;
    }

    public void Dispose() => _file.Dispose();
}
