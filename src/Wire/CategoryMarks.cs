using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace EdgeNode.Wire;

/// <summary>
/// A category's mark: the first 32 bits of the SHA-256 of its name. Questions and summaries speak in marks, so that a cabinet learns of a category that it
/// has not got no more than that there is one. Two categories with one mark cost a question or an entry too many, never a wrong ring: arcs are made of the
/// names in the answers.
/// </summary>
public static class CategoryMarks
{
    public const int Size = 4;

    public static uint Of(string category) =>
        BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(category)));

    /// <summary>Base64 of the marks, ascending, each once.</summary>
    public static string Pack(IEnumerable<uint> marks)
    {
        uint[] sorted = [.. marks.Distinct().Order()];
        var bytes = new byte[sorted.Length * Size];
        for (var i = 0; i < sorted.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(i * Size), sorted[i]);
        return Convert.ToBase64String(bytes);
    }

    /// <summary>Null for what <see cref="Pack"/> does not write, or more than <paramref name="most"/> marks.</summary>
    public static uint[]? Unpack(string text, int most)
    {
        if (ReadBase64(text, most * Size) is not { } bytes || bytes.Length % Size != 0)
            return null;
        var marks = new uint[bytes.Length / Size];
        for (var i = 0; i < marks.Length; i++)
        {
            marks[i] = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(i * Size));
            if (i > 0 && marks[i] <= marks[i - 1])
                return null;
        }
        return marks;
    }

    /// <summary>Null for anything but base64 of at most <paramref name="most"/> bytes.</summary>
    internal static byte[]? ReadBase64(string text, int most)
    {
        if (text.Length > (most + 2) / 3 * 4)
            return null;
        var buffer = new byte[text.Length];
        return Convert.TryFromBase64String(text, buffer, out var length) && length <= most ? buffer[..length] : null;
    }
}
