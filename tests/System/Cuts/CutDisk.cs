namespace EdgeNode.Tests.System.Cuts;

/// <summary>
/// What a disk may hold after a power cut, from the log of what was done to it. An fsync makes what it covers certain: of a file its bytes, of a folder the
/// names in it. Of everything later any part may be there: writes in any choice, each whole or torn at sectors of 512 bytes; of the changes of names in one
/// folder the first few, for file systems keep those in order.
/// </summary>
internal sealed class CutDisk
{
    private readonly Dictionary<ulong, CutFile> _files = [];
    private readonly Dictionary<string, CutFile?> _names = new(StringComparer.Ordinal);
    private readonly List<Naming> _pending = [];

    private sealed record Naming(string Folder, Recorded What, CutFile? File);

    /// <summary>The next line of the log has happened.</summary>
    public void Apply(Recorded next)
    {
        switch (next.Op)
        {
            case DiskOp.Create:
                var made = new CutFile();
                _files[next.File] = made;
                _pending.Add(new Naming(FolderOf(next.Path), next, made));
                break;
            case DiskOp.Write or DiskOp.Truncate or DiskOp.Allocate:
                if (_files.TryGetValue(next.File, out var written))
                    written.Pend(next);
                break;
            case DiskOp.Sync:
                if (_files.TryGetValue(next.File, out var synced))
                    synced.Settle();
                break;
            case DiskOp.SyncFolder:
                foreach (var settled in _pending.Where(n => n.Folder == next.Path))
                    Rename(_names, settled);
                _pending.RemoveAll(n => n.Folder == next.Path);
                break;
            default:
                _pending.Add(new Naming(FolderOf(next.Path), next, null));
                break;
        }
    }

    /// <summary>Writes one of the images that are possible now into an empty folder, without what <paramref name="leaveOut"/> names.</summary>
    public void Draw(string folder, Random random, Func<string, bool> leaveOut)
    {
        foreach (var (path, file) in Names(random).OrderBy(n => n.Key, StringComparer.Ordinal))
        {
            var to = Path.Combine(folder, path);
            if (leaveOut(path) || !Directory.Exists(Path.GetDirectoryName(to)))
                continue;
            if (file is null)
                Directory.CreateDirectory(to);
            else
                File.WriteAllBytes(to, file.Draw(random));
        }
    }

    private Dictionary<string, CutFile?> Names(Random random)
    {
        var names = new Dictionary<string, CutFile?>(_names, StringComparer.Ordinal);
        var luck = Luck(random);
        foreach (var folder in _pending.GroupBy(n => n.Folder))
        {
            var all = folder.Count();
            foreach (var kept in folder.Take((int)Math.Round(luck * all)))
                Rename(names, kept);
        }
        return names;
    }

    private static void Rename(Dictionary<string, CutFile?> names, Naming n)
    {
        var (path, other) = (n.What.Path, n.What.Other);
        switch (n.What.Op)
        {
            case DiskOp.Create:
                names[path] = n.File;
                break;
            case DiskOp.MakeFolder:
                names[path] = null;
                break;
            case DiskOp.Rename when names.Remove(path, out var moved):
                names[other] = moved;
                break;
            case DiskOp.Link when names.TryGetValue(path, out var linked):
                names[other] = linked;
                break;
            case DiskOp.Unlink or DiskOp.RemoveFolder:
                names.Remove(path);
                break;
            default:
                break;
        }
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(path) ?? "";

    /// <summary>How much of what is uncertain is there: now and then nothing or all, which is what most cuts leave.</summary>
    internal static double Luck(Random random) =>
        random.Next(5) switch
        {
            0 => 0,
            1 => 1,
            _ => random.NextDouble(),
        };
}

/// <summary>One file: what is certain, and what was done since the last fsync.</summary>
internal sealed class CutFile
{
    private const int Sector = 512;
    private readonly List<Recorded> _pending = [];
    private byte[] _bytes = [];
    private int _length;

    public void Pend(Recorded change) => _pending.Add(change);

    public void Settle()
    {
        foreach (var change in _pending)
            (_bytes, _length) = Change(_bytes, _length, change, change.Data, 0);
        _pending.Clear();
    }

    public byte[] Draw(Random random)
    {
        var (bytes, length) = (_bytes[.._length], _length);
        var luck = CutDisk.Luck(random);
        foreach (var change in _pending)
        {
            if (random.NextDouble() >= luck)
                continue;
            if (change.Op == DiskOp.Write && random.Next(4) == 0)
                (bytes, length) = Tear(bytes, length, change, random);
            else
                (bytes, length) = Change(bytes, length, change, change.Data, 0);
        }
        return bytes[..length];
    }

    /// <summary>Of a torn write each sector is there or not.</summary>
    private static (byte[] Bytes, int Length) Tear(byte[] bytes, int length, Recorded write, Random random)
    {
        for (var from = 0; from < write.Data.Length; )
        {
            var left = Sector - (int)((write.At + from) % Sector);
            var piece = write.Data.AsSpan(from, Math.Min(left, write.Data.Length - from));
            if (random.Next(2) == 0)
                (bytes, length) = Change(bytes, length, write, piece, from);
            from += piece.Length;
        }
        return (bytes, length);
    }

    private static (byte[] Bytes, int Length) Change(byte[] bytes, int length, Recorded change, ReadOnlySpan<byte> data, int from)
    {
        var at = checked((int)change.At + from);
        var end = change.Op switch
        {
            DiskOp.Truncate => at,
            DiskOp.Allocate => Math.Max(length, at),
            _ => Math.Max(length, at + data.Length),
        };
        if (end > bytes.Length)
            Array.Resize(ref bytes, Math.Max(end, Math.Min(bytes.Length * 2, 1 << 26)));
        if (end < length)
            bytes.AsSpan(end, length - end).Clear();
        if (change.Op == DiskOp.Write)
            data.CopyTo(bytes.AsSpan(at));
        return (bytes, end);
    }
}
