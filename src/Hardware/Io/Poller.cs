using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace EdgeNode.Hardware.Io;

/// <summary>
/// One epoll descriptor with a timer and a bell in it. <c>struct epoll_event</c> is packed on x86-64 (12 bytes, data at 4) and is not on
/// arm64 (16 bytes, data at 8), so it is written here byte by byte by architecture.
/// </summary>
internal sealed unsafe class Poller : IDisposable
{
    /// <summary>What <see cref="Wait"/> answers for the timer.</summary>
    public const int Timer = -1;

    /// <summary>And for the bell.</summary>
    public const int Bell = -2;

    /// <summary>Descriptors told of in one wait; more come with the next.</summary>
    public const int MostAtOnce = 16;

    private const int Add = 1;
    private const int Remove = 2;

    private static readonly int EventSize = LayoutOf(RuntimeInformation.ProcessArchitecture).Size;
    private static readonly int DataOffset = LayoutOf(RuntimeInformation.ProcessArchitecture).Data;

    /// <summary>Size of an <c>epoll_event</c> and where its data stands.</summary>
    public static (int Size, int Data) LayoutOf(Architecture architecture) =>
        architecture == Architecture.X64 ? (12, 4) : (16, 8);

    private readonly int _epoll = Made(Libc.EpollCreate(Flag.CloseOnExec), "epoll_create1");
    private readonly int _timer = Made(
        Libc.TimerCreate(Flag.ClockMonotonic, Flag.CloseOnExec | Flag.NonBlocking),
        "timerfd_create"
    );
    private readonly int _bell = Made(Libc.EventCreate(0, Flag.CloseOnExec | Flag.NonBlocking), "eventfd");
    private readonly byte[] _events = new byte[MostAtOnce * 16];

    public Poller()
    {
        Watch(_timer, Timer);
        Watch(_bell, Bell);
    }

    /// <summary>Wakes the waiting thread; from any thread.</summary>
    public void Ring()
    {
        ulong one = 1;
        // A full counter (EAGAIN) means that the bell is ringing already.
        _ = Libc.Write(_bell, &one, sizeof(ulong));
    }

    /// <summary>Tells of input, hang-up and errors of a descriptor as <paramref name="token"/>, zero or more.</summary>
    public void Watch(int descriptor, int token)
    {
        Span<byte> happening = stackalloc byte[16];
        happening.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(happening, Flag.EpollIn);
        BinaryPrimitives.WriteInt64LittleEndian(happening[DataOffset..], token);
        fixed (byte* p = happening)
            Made(Libc.EpollControl(_epoll, Add, descriptor, p), "epoll_ctl");
    }

    public void Forget(int descriptor)
    {
        var nothing = 0L;
        _ = Libc.EpollControl(_epoll, Remove, descriptor, (byte*)&nothing);
    }

    /// <summary>Rings the timer once at a time of the steady clock; at once when that is past.</summary>
    public void WakeAt(SteadyTime at)
    {
        var us = Math.Max(1, at.Us);
        var next = new TimerSpec { Seconds = us / 1_000_000, Ns = us % 1_000_000 * 1_000 };
        Made(Libc.TimerSet(_timer, Flag.TimerAbsolute, &next, null), "timerfd_settime");
    }

    public void SleepOn()
    {
        var never = default(TimerSpec);
        Made(Libc.TimerSet(_timer, 0, &never, null), "timerfd_settime");
    }

    /// <summary>Waits for something to happen, without a bound; with <paramref name="wait"/> false only looks. Returns how many tokens were written.</summary>
    public int Wait(Span<int> tokens, bool wait = true)
    {
        fixed (byte* p = _events)
        {
            var count = Libc.EpollWait(_epoll, p, Math.Min(MostAtOnce, tokens.Length), wait ? -1 : 0);
            if (count < 0)
                return Libc.LastError == Errno.Interrupted ? 0 : Made(count, "epoll_wait");
            for (var i = 0; i < count; i++)
                tokens[i] = (int)BinaryPrimitives.ReadInt64LittleEndian(_events.AsSpan((i * EventSize) + DataOffset));
            return count;
        }
    }

    /// <summary>Clears the timer's or the bell's ring.</summary>
    public void Quiet(int token)
    {
        ulong count;
        _ = Libc.Read(token == Timer ? _timer : _bell, &count, sizeof(ulong));
    }

    public void Dispose()
    {
        _ = Libc.Close(_epoll);
        _ = Libc.Close(_timer);
        _ = Libc.Close(_bell);
    }

    /// <summary>These calls fail only when descriptors or memory are at an end: a broken promise of the kernel's, not a sensor's fault.</summary>
    private static int Made(int result, string call) =>
        result >= 0 ? result : throw new IOException($"{call} failed with errno {Libc.LastError}.");
}
