using System.Buffers.Binary;
using EdgeNode.Sync.Blobs;

namespace EdgeNode.Appliance;

/// <summary>
/// What a resident gives as a picture, brought to what is needed to see it: what phones write beside it (place, time, camera, a second picture, text) is left
/// out. A file that cannot be read to its end is refused, for nobody could say what is in it.
/// </summary>
public static class PictureFile
{
    /// <summary>The picture's media type and bytes; null when it is none of JPEG, PNG and WebP, or not whole.</summary>
    public static (string Type, byte[] Bytes)? Clean(ReadOnlySpan<byte> file) =>
        BlobRef.TypeOf(file) switch
        {
            "image/jpeg" => Named("image/jpeg", Jpeg(file)),
            "image/png" => Named("image/png", Png(file)),
            "image/webp" => Named("image/webp", WebP(file)),
            _ => null,
        };

    private static (string, byte[])? Named(string type, byte[]? bytes) => bytes is null ? null : (type, bytes);

    /// <summary>
    /// Segments up to the end marker (ITU T.81, annex B). Of application segments JFIF (0), colour profiles (2) and Adobe's (14) stay; what follows the end goes.
    /// </summary>
    private static byte[]? Jpeg(ReadOnlySpan<byte> file)
    {
        var kept = new List<byte>(file.Length) { 0xFF, 0xD8 };
        var at = 2;
        var hasScan = false;
        while (at + 1 < file.Length && file[at] == 0xFF)
        {
            var marker = file[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }
            if (marker == 0xD9)
            {
                kept.AddRange([0xFF, 0xD9]);
                return hasScan ? [.. kept] : null;
            }
            if (at + 4 > file.Length)
                return null;
            var end = at + 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (end < at + 4 || end > file.Length)
                return null;
            if (marker == 0xDA)
            {
                hasScan = true;
                end = EndOfScan(file, end);
            }
            if (StaysInJpeg(marker, file[(at + 4)..end]))
                kept.AddRange(file[at..end]);
            at = end;
        }
        return null;
    }

    private static bool StaysInJpeg(byte marker, ReadOnlySpan<byte> segment) =>
        marker switch
        {
            0xE0 => segment.StartsWith("JFIF\0"u8),
            0xE2 => segment.StartsWith("ICC_PROFILE\0"u8),
            0xEE => segment.StartsWith("Adobe"u8),
            0xFE or (>= 0xE0 and <= 0xEF) => false,
            _ => true,
        };

    /// <summary>The place of the first marker behind coded data: neither a stuffed zero nor a restart.</summary>
    private static int EndOfScan(ReadOnlySpan<byte> file, int at)
    {
        while (at + 1 < file.Length && (file[at] != 0xFF || file[at + 1] is 0 or (>= 0xD0 and <= 0xD7)))
            at++;
        return Math.Min(at, file.Length);
    }

    /// <summary>Chunks up to IEND (PNG, third edition, 5.3): what is needed to decode and show colours stays, text, time and EXIF go.</summary>
    private static byte[]? Png(ReadOnlySpan<byte> file)
    {
        var kept = new List<byte>(file.Length);
        kept.AddRange(file[..8]);
        var at = 8;
        while (at + 12 <= file.Length)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            if (length > file.Length - at - 12)
                return null;
            var type = file.Slice(at + 4, 4);
            var end = at + 12 + (int)length;
            if (at == 8 && !type.SequenceEqual("IHDR"u8))
                return null;
            if (StaysInPng(type))
                kept.AddRange(file[at..end]);
            if (type.SequenceEqual("IEND"u8))
                return [.. kept];
            at = end;
        }
        return null;
    }

    /// <summary>Critical chunks begin with a capital letter.</summary>
    private static bool StaysInPng(ReadOnlySpan<byte> type) =>
        (type[0] & 0x20) == 0
        || type.SequenceEqual("tRNS"u8)
        || type.SequenceEqual("gAMA"u8)
        || type.SequenceEqual("cHRM"u8)
        || type.SequenceEqual("sRGB"u8)
        || type.SequenceEqual("iCCP"u8)
        || type.SequenceEqual("sBIT"u8)
        || type.SequenceEqual("bKGD"u8)
        || type.SequenceEqual("pHYs"u8);

    /// <summary>Chunks of the RIFF file (RFC 9649): EXIF, XMP and unknown ones go, and their flags with them.</summary>
    private static byte[]? WebP(ReadOnlySpan<byte> file)
    {
        var size = BinaryPrimitives.ReadUInt32LittleEndian(file[4..]);
        if (size < 4 || size > file.Length - 8)
            return null;
        var whole = file[..(int)(8 + size)];
        var kept = new List<byte>(whole.Length);
        kept.AddRange(whole[..12]);
        var (at, hasImage) = (12, false);
        while (at < whole.Length)
        {
            if (at + 8 > whole.Length)
                return null;
            var length = BinaryPrimitives.ReadUInt32LittleEndian(whole[(at + 4)..]);
            if (length > whole.Length - at - 8)
                return null;
            var end = Math.Min(whole.Length, at + 8 + (int)length + (int)(length & 1));
            var type = whole.Slice(at, 4);
            hasImage |= type.SequenceEqual("VP8 "u8) || type.SequenceEqual("VP8L"u8) || type.SequenceEqual("ANMF"u8);
            Keep(kept, type, whole[at..end]);
            at = end;
        }
        if (!hasImage)
            return null;
        byte[] made = [.. kept];
        BinaryPrimitives.WriteUInt32LittleEndian(made.AsSpan(4), (uint)(made.Length - 8));
        return made;
    }

    private static void Keep(List<byte> kept, ReadOnlySpan<byte> type, ReadOnlySpan<byte> chunk)
    {
        const byte ExifAndXmp = 0x0C;
        if (type.SequenceEqual("VP8X"u8))
        {
            var from = kept.Count;
            kept.AddRange(chunk);
            if (chunk.Length > 8)
                kept[from + 8] = (byte)(kept[from + 8] & ~ExifAndXmp & 0xFF);
        }
        else if (
            type.SequenceEqual("VP8 "u8)
            || type.SequenceEqual("VP8L"u8)
            || type.SequenceEqual("ALPH"u8)
            || type.SequenceEqual("ANIM"u8)
            || type.SequenceEqual("ANMF"u8)
            || type.SequenceEqual("ICCP"u8)
        )
            kept.AddRange(chunk);
    }
}
