using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeNode.Sync.Io;

/// <summary>The few calls of the C library that .NET has no name for: signals, poll, and wake-ups between threads.</summary>
internal static unsafe partial class PosixProcess
{
    public const int SigHup = 1;
    public const int SigKill = 9;
    public const int SigTerm = 15;

    public const short PollIn = 1;
    public const short PollOut = 4;
    public const short PollErr = 8;
    public const short PollHup = 16;
    public const short PollInvalid = 32;

    private const string LibC = "libc.so.6";
    private const int CloseOnExec = 0x80000; // EFD_CLOEXEC and O_CLOEXEC
    private const int NonBlocking = 0x800; // EFD_NONBLOCK
    private const int SetDescriptorFlags = 2; // F_SETFD
    private const int CloseOnExecFlag = 1; // FD_CLOEXEC
    private const int TcpLevel = 6; // IPPROTO_TCP
    private const int TcpInfo = 11; // TCP_INFO
    private const int BytesReceivedAt = 128; // tcpi_bytes_received in struct tcp_info, linux/tcp.h

    /// <summary>Mirrors struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Ready;
    }

    /// <summary>Sends a signal; false when the process is gone or not ours.</summary>
    public static bool Signal(int process, int signal) => process > 0 && kill(process, signal) == 0;

    /// <summary>Waits until an entry is ready or the time is over; -1 waits without end. An interrupted wait counts as "nothing ready".</summary>
    public static void Poll(Span<PollEntry> entries, int milliseconds)
    {
        fixed (PollEntry* first = entries)
            if (poll(first, (nuint)entries.Length, milliseconds) < 0)
                entries.Clear();
    }

    /// <summary>A descriptor that <see cref="Wake"/> makes readable; one thread waits, any thread wakes.</summary>
    public static SafeFileHandle NewWaker()
    {
        int descriptor = eventfd(0, CloseOnExec | NonBlocking);
        if (descriptor < 0)
            throw new IOException("No descriptor left to wake the links' thread.");
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Wakes the waiter; nothing happens when the waker is closed, also when that happens in the same moment.</summary>
    public static void Wake(SafeFileHandle waker)
    {
        ulong one = 1;
        try
        {
            _ = write(waker, &one, sizeof(ulong)); // fails only when the counter is full, and then the waiter is awake anyway
        }
        catch (ObjectDisposedException)
        {
            return; // who waited is gone
        }
    }

    public static void Rest(SafeFileHandle waker)
    {
        ulong count;
        _ = read(waker, &count, sizeof(ulong));
    }

    /// <summary>Keeps a socket that a library opened out of the programs we start; else the broker would hold our links open.</summary>
    public static void KeepFromChildren(int descriptor) => _ = fcntl(descriptor, SetDescriptorFlags, CloseOnExecFlag);

    /// <summary>Bytes the kernel received on a TCP socket since it was opened; 0 when it does not say.</summary>
    public static ulong BytesReceived(int socket)
    {
        const int Size = 256;
        byte* info = stackalloc byte[Size];
        int length = Size;
        if (getsockopt(socket, TcpLevel, TcpInfo, info, &length) != 0 || length < BytesReceivedAt + sizeof(ulong))
            return 0;
        return *(ulong*)(info + BytesReceivedAt);
    }

    [LibraryImport(LibC)]
    private static partial int kill(int pid, int sig);

    [LibraryImport(LibC)]
    private static partial int poll(PollEntry* fds, nuint count, int timeout);

    [LibraryImport(LibC)]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport(LibC)]
    private static partial nint read(SafeFileHandle fd, void* buffer, nuint count);

    [LibraryImport(LibC)]
    private static partial nint write(SafeFileHandle fd, void* buffer, nuint count);

    [LibraryImport(LibC)]
    private static partial int fcntl(int fd, int command, int argument);

    [LibraryImport(LibC)]
    private static partial int getsockopt(int fd, int level, int name, void* value, int* length);
}
