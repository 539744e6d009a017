using System.Runtime.InteropServices;
using System.Text;

namespace EdgeNode.Tests.Unit.Hardware.Io;

/// <summary>A pseudo terminal: what is written here comes out of <see cref="Path"/>, which looks like a serial line.</summary>
public sealed unsafe partial class Terminal : IDisposable
{
    private const int ReadWriteNoTty = 0x102;
    private int _master;

    public Terminal()
    {
        _master = Open(ReadWriteNoTty);
        Assert.True(_master >= 0 && Grant(_master) == 0 && Unlock(_master) == 0);
        var name = new byte[64];
        fixed (byte* p = name)
            Assert.Equal(0, Name(_master, p, (nuint)name.Length));
        Path = Encoding.ASCII.GetString(name).TrimEnd('\0');
    }

    public string Path { get; }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* p = bytes)
            Assert.Equal(bytes.Length, Write(_master, p, (nuint)bytes.Length));
    }

    /// <summary>Waits for bytes from the other side; empty when that is closed.</summary>
    public byte[] Read()
    {
        var bytes = new byte[256];
        fixed (byte* p = bytes)
        {
            var read = Read(_master, p, (nuint)bytes.Length);
            return read > 0 ? bytes[..(int)read] : [];
        }
    }

    /// <summary>The adapter is pulled out.</summary>
    public void Dispose()
    {
        if (_master >= 0)
            _ = Close(_master);
        _master = -1;
    }

    [LibraryImport("libc", EntryPoint = "posix_openpt")]
    private static partial int Open(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt")]
    private static partial int Grant(int descriptor);

    [LibraryImport("libc", EntryPoint = "unlockpt")]
    private static partial int Unlock(int descriptor);

    [LibraryImport("libc", EntryPoint = "ptsname_r")]
    private static partial int Name(int descriptor, byte* into, nuint length);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int descriptor, byte* from, nuint count);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int descriptor, byte* into, nuint count);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
