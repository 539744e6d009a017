using EdgeNode.Appliance;
using EdgeNode.Store;

namespace EdgeNode.Tests.Sim;

/// <summary>The bytes of a database and its write-ahead log at one moment.</summary>
internal sealed record DiskImage(byte[] Main, byte[] Log);

/// <summary>
/// One cabinet's disk: a real SQLite file. A power cut is made of file images, so that what a node finds at its next start is what a disk would hold:
/// the log is not tidied by an orderly close, and the last write may be torn.
/// </summary>
internal sealed class CabinetDisk(string folder, string name)
{
    private static readonly Lock Making = new();
    private static byte[]? _fresh;

    private readonly string _path = Path.Combine(folder, name + ".db");

    private string LogPath => _path + "-wal";

    public StoreFile File => new(_path);

    /// <summary>A database as a first start makes it; made once per process, since making it is the same every time.</summary>
    public void Format()
    {
        System.IO.File.WriteAllBytes(_path, Fresh(folder));
    }

    public DiskImage Read() => new(ReadAll(_path), System.IO.File.Exists(LogPath) ? ReadAll(LogPath) : []);

    /// <summary>Puts a disk back to what it was, whatever an orderly close has written meanwhile.</summary>
    public void Write(DiskImage image)
    {
        System.IO.File.Delete(_path + "-shm");
        System.IO.File.WriteAllBytes(_path, image.Main);
        if (image.Log.Length > 0)
            System.IO.File.WriteAllBytes(LogPath, image.Log);
        else
            System.IO.File.Delete(LogPath);
    }

    /// <summary>
    /// The image of a write that the power cut tore: all that was there before, and a part of what the unfinished commit appended. Null when the commit did not
    /// simply append.
    /// </summary>
    public static DiskImage? Torn(DiskImage before, DiskImage after, Prng prng)
    {
        const int LogHeader = 32; // salts: another log began when they differ
        var appended = after.Log.Length - before.Log.Length;
        var same =
            before.Log.Length >= LogHeader
            && appended > 1
            && after.Log.AsSpan(0, LogHeader).SequenceEqual(before.Log.AsSpan(0, LogHeader))
            && after.Main.AsSpan().SequenceEqual(before.Main);
        return same ? new DiskImage(before.Main, after.Log[..(before.Log.Length + prng.Between(1, appended - 1))]) : null;
    }

    private static byte[] ReadAll(string path)
    {
        // SQLite holds the file open; its locks are advisory.
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static byte[] Fresh(string folder)
    {
        lock (Making)
        {
            if (_fresh is not null)
                return _fresh;
            var path = Path.Combine(folder, $"fresh-{Environment.ProcessId}.db");
            new StoreFile(path).OpenWriter(Node.Modules).Dispose();
            _fresh = System.IO.File.ReadAllBytes(path);
            System.IO.File.Delete(path);
            return _fresh;
        }
    }
}
