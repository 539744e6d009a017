using System.Runtime.InteropServices;

namespace EdgeNode.Store.Io;

/// <summary>
/// Small files that must be whole after a power cut: mode 0600, written as temporary, fsync, rename, fsync of the folder, so a reader sees the old bytes or
/// the new ones.
/// </summary>
public static unsafe partial class DurableFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int ReadOnlyFolder = 0x10000; // O_RDONLY | O_DIRECTORY

    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        var temporary = path + ".new";
        File.Delete(temporary);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
        };
        using (var stream = new FileStream(temporary, options))
        {
            stream.Write(bytes);
            stream.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Bytes of a file, or null when there is none.</summary>
    public static long? Length(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : null;

    public static bool HasFolder(string path) => Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path)));

    /// <summary>Removes what an earlier try left; a file that is not there is no fault.</summary>
    public static void Remove(string path) => File.Delete(path);

    /// <summary>Returns when everything that another writer put into a file is on disk.</summary>
    public static void Sync(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Gives a finished file its name, durably: after a power cut it is there whole or not at all.</summary>
    public static void Publish(string finished, string name)
    {
        File.Move(finished, name, overwrite: false);
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(name))!);
    }

    /// <summary>Makes renames in a folder durable.</summary>
    public static void SyncFolder(string folder)
    {
        int descriptor;
        fixed (byte* path = System.Text.Encoding.UTF8.GetBytes(folder + "\0"))
            descriptor = open(path, ReadOnlyFolder);
        if (descriptor < 0)
            throw new IOException($"The folder {folder} cannot be opened to make its files durable.");
        var result = fsync(descriptor);
        _ = close(descriptor);
        if (result != 0)
            throw new IOException($"The files of {folder} cannot be made durable.");
    }

    [LibraryImport("libc.so.6")]
    private static partial int open(byte* path, int flags);

    [LibraryImport("libc.so.6")]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc.so.6")]
    private static partial int close(int descriptor);
}
