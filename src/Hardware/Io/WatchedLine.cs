namespace EdgeNode.Hardware.Io;

/// <summary>Opens a line; <see cref="GpioLine.Open"/> in a cabinet, scripted lines in tests and the demo.</summary>
public delegate LineFault LineOpener(LineSpec spec, out ILine? line);

/// <summary>
/// One line in the care of the hardware thread: its level is read after every batch of edges, after it comes back, and at the slow tick.
/// When the chip goes away the sensor is faulty at once, and the line is asked for again with a growing pause.
/// </summary>
internal sealed class WatchedLine(LineSpec spec, LineOpener open) : IDisposable
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    /// <summary>Wake-ups in a row without an edge; more is a descriptor that is broken and would keep the thread busy for ever.</summary>
    private const int MostEmpty = 16;

    private readonly SensorId _sensor = new(spec.Name);
    private ILine? _line;
    private bool? _level;
    private bool _wanted = spec.Initial;
    private TimeSpan _pause = ShortestPause;
    private int _empty;

    public LineSpec Spec => spec;

    public SteadyTime Due { get; set; }

    public string Backend { get; private set; } = "not opened yet";

    public bool Faulty => _line is null;

    /// <summary>What the poller watches; below zero for nothing.</summary>
    public int Descriptor => spec.IsOutput ? -1 : _line?.Descriptor ?? -1;

    /// <summary>Of the line that was opened last, also while it is gone.</summary>
    private Trust Trust { get; set; } = Trust.Verified;

    /// <summary>The slow tick: opens a line that is not open, reads the level of one that is.</summary>
    public void Tick(SteadyTime now, ReadingHandler hand)
    {
        if (_line is null && !Open())
        {
            Fault(now, hand);
            Due = Pace.Grid(now + _pause);
            _pause = _pause * 2 < Pace.LongestRetry ? _pause * 2 : Pace.LongestRetry;
            return;
        }
        (_pause, _empty) = (ShortestPause, 0);
        if (!spec.IsOutput)
            Look(now, always: true, hand);
        else if (_line!.Level(out _) is var fault && fault != LineFault.None)
            Lose(fault, now, hand);
        Due = Pace.Grid(now + (_line is null ? _pause : Pace.Look));
    }

    /// <summary>The poller says that edges queued up, or that the chip is gone.</summary>
    public void Ready(ReadingHandler hand)
    {
        if (_line is null)
            return;
        var fault = _line.Edges(out var count, out var last, out _);
        _empty = count == 0 ? _empty + 1 : 0;
        if (_empty > MostEmpty)
            fault = LineFault.Gone;
        if (fault != LineFault.None)
        {
            Lose(fault, SteadyClock.Now, hand);
            return;
        }
        var before = _level;
        Look(count > 0 ? last : SteadyClock.Now, always: false, hand);
        // A press shorter than our wake-up leaves two edges and the old level; the household meant it.
        if (count > 1 && before is { } level && _level == before && spec.Signal == LineSignal.Button)
            Press(level, last, hand);
    }

    /// <summary>Sets an output; kept for when the line comes back.</summary>
    public void Drive(bool active, ReadingHandler hand)
    {
        _wanted = active;
        if (_line is { } line && line.Drive(active) is var fault && fault != LineFault.None)
            Lose(fault, SteadyClock.Now, hand);
    }

    private bool Open()
    {
        var fault = open(spec with { Initial = _wanted }, out _line);
        Backend = fault == LineFault.None ? $"line {spec.Line} of {Labels}" : $"line {spec.Line} of {Labels}: {Words(fault)}";
        if (_line is not null)
            Trust = _line.IsSimulated ? Trust.Simulated : Trust.Verified;
        return _line is not null;
    }

    private string Labels => string.Join(" or ", spec.ChipLabels);

    private void Look(SteadyTime at, bool always, ReadingHandler hand)
    {
        var fault = _line!.Level(out var active);
        if (fault != LineFault.None)
        {
            Lose(fault, at, hand);
            return;
        }
        if (!always && _level == active)
            return;
        _level = active;
        var reading = Reading.Flag(_sensor, spec.Kind, active, Trust, at);
        hand(in reading);
    }

    private void Press(bool level, SteadyTime at, ReadingHandler hand)
    {
        var moved = Reading.Flag(_sensor, spec.Kind, !level, Trust, at);
        var back = Reading.Flag(_sensor, spec.Kind, level, Trust, at);
        hand(in moved);
        hand(in back);
    }

    private void Lose(LineFault fault, SteadyTime now, ReadingHandler hand)
    {
        Backend = $"line {spec.Line} of {Labels}: {Words(fault)}";
        _line?.Dispose();
        (_line, _empty) = (null, 0);
        Fault(now, hand);
        Due = Pace.Grid(now + _pause);
    }

    private void Fault(SteadyTime now, ReadingHandler hand)
    {
        _level = null;
        if (spec.IsOutput)
            return;
        var reading = Reading.Fault(_sensor, spec.Kind, Trust, now);
        hand(in reading);
    }

    public void Dispose() => _line?.Dispose();

    /// <summary>A fault of a line in words.</summary>
    public static string Words(LineFault fault) =>
        fault switch
        {
            LineFault.Gone => "there is no such chip or line",
            LineFault.Busy => "another program or driver has it",
            LineFault.Refused => "the kernel refuses such a request",
            _ => "good",
        };
}
