using System.Buffers.Binary;
using System.Text;

namespace EdgeNode.Tests.System.Cuts;

/// <summary>What a program did to a file or a name; the numbers are those of recorder.c.</summary>
internal enum DiskOp
{
    /// <summary>A file was made.</summary>
    Create = 1,

    /// <summary>Data was written at a place.</summary>
    Write,

    /// <summary>A file was given a length.</summary>
    Truncate,

    /// <summary>A file was made at least so long.</summary>
    Allocate,

    /// <summary>fsync or fdatasync of a file has returned.</summary>
    Sync,

    /// <summary>fsync of a folder has returned.</summary>
    SyncFolder,
    Rename,
    Unlink,
    Link,
    MakeFolder,
    RemoveFolder,
}

/// <summary>One line of the log. <paramref name="End"/> is where it ends in the log: a promise that was heard when the log was so long stands behind it.</summary>
internal sealed record Recorded(DiskOp Op, ulong File, long At, string Path, string Other, byte[] Data, long End);

/// <summary>The log that recorder.c writes.</summary>
internal static class WriteLog
{
    private const int Head = 32;

    /// <summary>Everything up to the last whole record: kill -9 may have cut the one behind it.</summary>
    public static List<Recorded> Read(string path)
    {
        var all = File.ReadAllBytes(path);
        var log = new List<Recorded>();
        for (var at = 0; at + Head <= all.Length; )
        {
            var head = all.AsSpan(at, Head);
            int Number(int place) => checked((int)BinaryPrimitives.ReadUInt32LittleEndian(all.AsSpan(at + place)));
            var (name, other, data) = (Number(4), Number(8), Number(12));
            var begin = at + Head;
            var end = begin + name + other + data;
            if (end > all.Length)
                break;
            log.Add(
                new Recorded(
                    (DiskOp)Number(0),
                    BinaryPrimitives.ReadUInt64LittleEndian(head[16..]),
                    BinaryPrimitives.ReadInt64LittleEndian(head[24..]),
                    Encoding.UTF8.GetString(all, begin, name),
                    Encoding.UTF8.GetString(all, begin + name, other),
                    all[(end - data)..end],
                    end
                )
            );
            at = end;
        }
        return log;
    }
}
