using System.Text;

namespace EdgeNode.Hardware.Io;

/// <summary>A GPIO chip as the kernel names it.</summary>
/// <param name="Path">Such as <c>/dev/gpiochip0</c>; the number moves between kernels.</param>
/// <param name="Label">Such as <c>pinctrl-rp1</c>; this is what bills name.</param>
public sealed record GpioChip(string Path, string Label, int Lines)
{
    /// <summary>Every chip below <paramref name="dev"/> that can be opened, in the order of their names.</summary>
    public static IReadOnlyList<GpioChip> All(string dev = "/dev") =>
        [.. Buses.Find(dev).GpioChips.Select(Look).OfType<GpioChip>()];

    private static unsafe GpioChip? Look(string path)
    {
        var descriptor = Libc.Open(path, Flag.ReadWrite | Flag.CloseOnExec);
        if (descriptor < 0)
            return null;
        GpioChipInfo info;
        var result = Libc.Control(descriptor, Request.GpioChipInfo, &info);
        _ = Libc.Close(descriptor);
        return result < 0 ? null : new(path, Text(info.Label), (int)info.Lines);
    }

    private static string Text(Name32 bytes)
    {
        ReadOnlySpan<byte> span = bytes;
        return Encoding.ASCII.GetString(span[..(span.IndexOf((byte)0) is var end and >= 0 ? end : span.Length)]);
    }
}

/// <summary>What became of asking the kernel for a line or its level.</summary>
public enum LineFault
{
    None,

    /// <summary>No chip with such a label, or the chip went away.</summary>
    Gone,

    /// <summary>Another program or driver has the line.</summary>
    Busy,

    /// <summary>The kernel refuses such a request (an old kernel without debounce, a line without interrupts).</summary>
    Refused,
}

/// <summary>
/// A line whose level can be read or driven. Two real implementations: the kernel's character device (<see cref="GpioLine"/>) and the
/// scripted lines of tests and the demo.
/// </summary>
public interface ILine : IDisposable
{
    /// <summary>True for a line that a test or the demo moves: its readings are marked simulated.</summary>
    bool IsSimulated { get; }

    /// <summary>What epoll waits on; below zero when there is nothing to wait on.</summary>
    int Descriptor { get; }

    /// <summary>The level now, after polarity.</summary>
    LineFault Level(out bool active);

    LineFault Drive(bool active);

    /// <summary>Takes the edges that queued up: how many, the time of the last, and whether the kernel dropped some (its queue overflowed).</summary>
    LineFault Edges(out int count, out SteadyTime last, out bool lost);
}

/// <summary>
/// One line of a chip, requested through the v2 character device: both edges, bias, polarity and debounce are the kernel's work, and
/// edges carry CLOCK_MONOTONIC stamps. The level is the truth, an edge only a wake-up: a merged or dropped edge costs nothing.
/// </summary>
public sealed unsafe class GpioLine : ILine
{
    /// <summary>Edges the kernel keeps for us; its own default of 16 a line overflows in a chatter.</summary>
    public const int EventBuffer = 1024;

    private const int EdgesAtOnce = 64;
    private readonly GpioLineEvent[] _events = new GpioLineEvent[EdgesAtOnce];
    private uint _sequence;

    private GpioLine(int descriptor) => Descriptor = descriptor;

    public bool IsSimulated => false;

    public int Descriptor { get; }

    /// <summary>Asks for the line on the first chip that carries one of the labels.</summary>
    public static LineFault Open(LineSpec spec, string dev, out ILine? line)
    {
        line = null;
        var chip = GpioChip.All(dev).FirstOrDefault(c => spec.ChipLabels.Contains(c.Label, StringComparer.Ordinal));
        if (chip is null || spec.Line >= chip.Lines)
            return LineFault.Gone;
        var fault = Ask(chip.Path, spec, out var descriptor);
        if (fault == LineFault.None)
            line = new GpioLine(descriptor);
        return fault;
    }

    private static LineFault Ask(string path, LineSpec spec, out int descriptor)
    {
        descriptor = -1;
        var chip = Libc.Open(path, Flag.ReadWrite | Flag.CloseOnExec);
        if (chip < 0)
            return LineFault.Gone;
        var request = Form(spec);
        var result = Libc.Control(chip, Request.GpioGetLine, &request);
        var error = Libc.LastError;
        _ = Libc.Close(chip);
        if (result < 0)
            return Fault(error);
        descriptor = request.Descriptor;
        // Who is woken without an edge to read must not wait for one.
        _ = Libc.FileControl(descriptor, Flag.SetFileFlags, Flag.NonBlocking);
        return LineFault.None;
    }

    private static GpioLineRequest Form(LineSpec spec)
    {
        var request = default(GpioLineRequest);
        request.Offsets[0] = (uint)spec.Line;
        "edgenode"u8.CopyTo(request.Consumer);
        request.Lines = 1;
        request.Config.Flags = Flags(spec);
        if (spec.IsOutput)
            Attribute(ref request.Config, Flag.GpioAttributeOutput, spec.Initial ? 1UL : 0UL);
        else
            request.EventBufferSize = EventBuffer;
        if (!spec.IsOutput && spec.DebounceUs > 0)
            Attribute(ref request.Config, Flag.GpioAttributeDebounce, (uint)spec.DebounceUs);
        return request;
    }

    private static ulong Flags(LineSpec spec) =>
        (spec.ActiveHigh ? 0 : Flag.GpioActiveLow)
        | (spec.IsOutput ? Flag.GpioOutput : Flag.GpioInput | Flag.GpioRising | Flag.GpioFalling)
        | (
            spec.IsOutput
                ? 0
                : spec.Bias switch
                {
                    LineBias.PullUp => Flag.GpioPullUp,
                    LineBias.PullDown => Flag.GpioPullDown,
                    LineBias.None => Flag.GpioBiasOff,
                    _ => 0,
                }
        );

    private static void Attribute(ref GpioLineConfig config, uint id, ulong value)
    {
        config.Attribute[(int)config.Attributes] = new()
        {
            Attribute = new() { Id = id, Value = value },
            Mask = 1,
        };
        config.Attributes++;
    }

    public LineFault Level(out bool active)
    {
        var values = new GpioLineValues { Mask = 1 };
        var result = Libc.Control(Descriptor, Request.GpioGetValues, &values);
        active = result >= 0 && (values.Bits & 1) != 0;
        return result < 0 ? Fault(Libc.LastError) : LineFault.None;
    }

    public LineFault Drive(bool active)
    {
        var values = new GpioLineValues { Mask = 1, Bits = active ? 1UL : 0UL };
        return Libc.Control(Descriptor, Request.GpioSetValues, &values) < 0 ? Fault(Libc.LastError) : LineFault.None;
    }

    public LineFault Edges(out int count, out SteadyTime last, out bool lost)
    {
        (count, last, lost) = (0, default, false);
        fixed (GpioLineEvent* events = _events)
        {
            var read = Libc.Read(Descriptor, events, (nuint)(sizeof(GpioLineEvent) * EdgesAtOnce));
            if (read < 0)
                return Libc.LastError is Errno.Again or Errno.Interrupted ? LineFault.None : Fault(Libc.LastError);
            count = (int)(read / sizeof(GpioLineEvent));
        }
        for (var i = 0; i < count; i++)
        {
            lost |= _sequence != 0 && _events[i].LineSequence != unchecked(_sequence + 1);
            _sequence = _events[i].LineSequence;
        }
        if (count > 0)
            last = new((long)(_events[count - 1].TimestampNs / 1_000));
        return LineFault.None;
    }

    public void Dispose() => _ = Libc.Close(Descriptor);

    private static LineFault Fault(int error) =>
        error switch
        {
            Errno.Busy => LineFault.Busy,
            Errno.NoDevice or Errno.InputOutput => LineFault.Gone,
            _ => LineFault.Refused,
        };
}
