using System.Buffers.Binary;

namespace EdgeNode.Sync.Courier;

/// <summary>
/// Several sealed frames in one piece, for a download, an upload or a series of QR codes: a line that names the form, then each file as u32 length and bytes.
/// It has no secret and no signature of its own: both are in the files.
/// </summary>
public static class CourierSet
{
    /// <summary>Most bytes of a set: what a browser hands to the stewards' door in one form.</summary>
    public const int MaxBytes = 900 * 1024;

    /// <summary>Most files of a set.</summary>
    public const int MaxFiles = 256;

    /// <summary>Longest sealed frame: a full bundle, or a receipt or have of full size.</summary>
    public static int MaxFile { get; } = Wire.AgeFile.SizeOf(Wire.Bundle.MaxSize);

    private static ReadOnlySpan<byte> Magic => "edgenode-courier/1\n"u8;

    /// <summary>Bytes of a set without files.</summary>
    public static int EmptySize => Magic.Length;

    /// <summary>What a file adds to a set.</summary>
    public static int SizeOf(int file) => 4 + file;

    public static bool IsSet(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Magic);

    public static byte[] Pack(IReadOnlyList<byte[]> files)
    {
        var bytes = new byte[EmptySize + files.Sum(f => SizeOf(f.Length))];
        Magic.CopyTo(bytes);
        var at = EmptySize;
        foreach (var file in files)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at), (uint)file.Length);
            file.CopyTo(bytes, at + 4);
            at += 4 + file.Length;
        }
        return bytes;
    }

    /// <summary>The files of a set; null when it is not one, or not whole.</summary>
    public static List<byte[]>? TryUnpack(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytes || !IsSet(bytes))
            return null;
        var files = new List<byte[]>();
        for (var rest = bytes[EmptySize..]; rest.Length > 0; )
        {
            if (rest.Length < 4 || files.Count == MaxFiles)
                return null;
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length == 0 || length > MaxFile || length > rest.Length - 4)
                return null;
            files.Add(rest.Slice(4, (int)length).ToArray());
            rest = rest[(4 + (int)length)..];
        }
        return files;
    }
}
