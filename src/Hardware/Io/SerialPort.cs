namespace EdgeNode.Hardware.Io;

/// <summary>
/// A serial line in raw form, 8 bits, no parity, one stop bit. It never blocks: what has not come is not there, and who wants to know
/// asks again at the next tick.
/// </summary>
public sealed unsafe class SerialPort : IDisposable
{
    internal const int TerminalNow = 0;
    internal const int TerminalBothQueues = 2;
    internal const int MinimumIndex = 6;
    internal const int TimeIndex = 5;

    private readonly int _descriptor;

    private SerialPort(int descriptor) => _descriptor = descriptor;

    /// <summary>Null when there is no such line, it is no terminal, or the speed is none of 9600, 19200 and 115200.</summary>
    public static SerialPort? Open(string path, int baud)
    {
        var descriptor = Libc.Open(path, Flag.ReadWrite | Flag.NoControllingTerminal | Flag.NonBlocking | Flag.CloseOnExec);
        if (descriptor < 0)
            return null;
        if (Speed(baud) is { } speed && MakeRaw(descriptor, speed))
            return new(descriptor);
        _ = Libc.Close(descriptor);
        return null;
    }

    /// <summary>The kernel's number for a speed (asm-generic/termbits.h).</summary>
    public static uint? Speed(int baud) =>
        baud switch
        {
            9_600 => 0xD,
            19_200 => 0xE,
            115_200 => 0x1002,
            _ => null,
        };

    private static bool MakeRaw(int descriptor, uint speed)
    {
        Termios settings;
        if (Libc.TerminalGet(descriptor, &settings) < 0)
            return false;
        (settings.InputFlags, settings.OutputFlags, settings.LocalFlags) = (0, 0, 0);
        settings.ControlFlags = speed | Flag.TerminalEightBits | Flag.TerminalRead | Flag.TerminalLocal;
        (settings.InputSpeed, settings.OutputSpeed) = (speed, speed);
        // At least one byte: then nothing is EAGAIN, and a zero can only mean that the line was pulled out.
        (settings.Control[MinimumIndex], settings.Control[TimeIndex]) = (1, 0);
        // Two programs on one line would each get half of every answer.
        _ = Libc.Control(descriptor, Request.TerminalExclusive, 0);
        return Libc.TerminalSet(descriptor, TerminalNow, &settings) >= 0
            && Libc.TerminalFlush(descriptor, TerminalBothQueues) >= 0;
    }

    /// <summary>What came since the last call, at most <paramref name="into"/>; 0 for nothing, below zero when the line is gone.</summary>
    public int Read(Span<byte> into)
    {
        fixed (byte* p = into)
        {
            var read = Libc.Read(_descriptor, p, (nuint)into.Length);
            return read > 0 ? (int)read
                : read < 0 && Libc.LastError is (Errno.Again or Errno.Interrupted) ? 0
                : -1;
        }
    }

    /// <summary>False when the line did not take all of it at once: a question is a few bytes, so a line that is full is stuck.</summary>
    public bool Write(ReadOnlySpan<byte> from)
    {
        fixed (byte* p = from)
            return Libc.Write(_descriptor, p, (nuint)from.Length) == from.Length;
    }

    public void Dispose() => _ = Libc.Close(_descriptor);
}
