using System.Buffers.Text;

namespace EdgeNode.Hardware.Io;

/// <summary>A file of sysfs with one number in it. It stays open and is read from its start, so a sample allocates nothing.</summary>
public sealed unsafe class SysfsFile : IDisposable
{
    private const int LongestNumber = 64;
    private readonly int _descriptor;

    private SysfsFile(int descriptor) => _descriptor = descriptor;

    /// <summary>Null when it is not there or may not be read.</summary>
    public static SysfsFile? Open(string path) =>
        Libc.Open(path, Flag.CloseOnExec) is var descriptor and >= 0 ? new SysfsFile(descriptor) : null;

    /// <summary>The number, also with a fraction; false when the driver gave an error (the chip is gone) or no number.</summary>
    public bool Read(out double number)
    {
        Span<byte> text = stackalloc byte[LongestNumber];
        nint read;
        fixed (byte* p = text)
            read = Libc.ReadAt(_descriptor, p, LongestNumber, 0);
        number = 0;
        return read > 0
            && Utf8Parser.TryParse(text[..(int)read], out number, out var used)
            && double.IsFinite(number)
            && text[used..(int)read].TrimEnd((byte)'\n').IsEmpty;
    }

    public void Dispose() => _ = Libc.Close(_descriptor);

    /// <summary>The folders that a path below <paramref name="folder"/> with one <c>*</c> at most names, in order; at most 64.</summary>
    public static string[] Expand(string folder, string pattern)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        if (star < 0)
            return Directory.Exists(Path.Combine(folder, pattern)) ? [Path.Combine(folder, pattern)] : [];
        var slash = pattern.LastIndexOf('/', star);
        var parent = slash < 0 ? folder : Path.Combine(folder, pattern[..slash]);
        return Directory.Exists(parent)
            ? [.. Directory.GetDirectories(parent, pattern[(slash + 1)..]).Order(StringComparer.Ordinal).Take(Buses.MostPerKind)]
            : [];
    }
}
