using System.Buffers.Binary;
using System.Text;
using EdgeNode.Appliance;

namespace EdgeNode.Tests.Unit.Appliance;

/// <summary>What is left of a file that a resident gives as a picture.</summary>
public sealed class PictureFileTests
{
    private const string Place = "GPS 52.52 N 13.40 E";

    public static TheoryData<string> Types => ["image/jpeg", "image/png", "image/webp"];

    [Theory]
    [MemberData(nameof(Types))]
    public void Place_and_camera_are_left_out_and_the_picture_stays(string type)
    {
        var clean = PictureFile.Clean(Make(type, Place));

        Assert.Equal(type, clean!.Value.Type);
        Assert.DoesNotContain(Place, Encoding.Latin1.GetString(clean.Value.Bytes), StringComparison.Ordinal);
        Assert.Equal(Make(type, null), clean.Value.Bytes);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void A_clean_picture_stays_as_it_is(string type) =>
        Assert.Equal(Make(type, null), PictureFile.Clean(Make(type, null))!.Value.Bytes);

    [Theory]
    [MemberData(nameof(Types))]
    public void A_picture_that_ends_too_early_is_refused_wherever_it_ends(string type)
    {
        var whole = Make(type, Place);
        for (var length = 0; length < whole.Length; length++)
            Assert.Null(PictureFile.Clean(whole.AsSpan(0, length)));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void What_follows_the_end_of_the_picture_is_left_out(string type) =>
        Assert.Equal(
            Make(type, null),
            PictureFile.Clean([.. Make(type, null), .. "<script>a second file</script>"u8])!.Value.Bytes
        );

    [Theory]
    [MemberData(nameof(Types))]
    public void Any_damage_is_refused_or_read_and_never_a_fault_of_ours(string type)
    {
        var whole = Make(type, Place);
        for (var at = 0; at < whole.Length; at++)
        for (var bit = 0; bit < 8; bit++)
        {
            var spoiled = whole.ToArray();
            spoiled[at] = (byte)(spoiled[at] ^ (1 << bit));
            _ = PictureFile.Clean(spoiled);
        }
    }

    [Theory]
    [InlineData("GIF89a......")]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\"/>")]
    [InlineData("")]
    public void Other_kinds_of_files_are_refused(string file) => Assert.Null(PictureFile.Clean(Encoding.Latin1.GetBytes(file)));

    private static byte[] Make(string type, string? note) =>
        type switch
        {
            "image/jpeg" => Jpeg(note),
            "image/png" => Png(note),
            _ => WebP(note),
        };

    private static byte[] Jpeg(string? note)
    {
        var bytes = new List<byte> { 0xFF, 0xD8 };
        Segment(bytes, 0xE0, "JFIF\0xxxxxxxxx"u8);
        if (note is not null)
        {
            Segment(bytes, 0xE1, Encoding.Latin1.GetBytes("Exif\0\0" + note));
            Segment(bytes, 0xE2, Encoding.Latin1.GetBytes("MPF\0" + note));
            Segment(bytes, 0xFE, Encoding.Latin1.GetBytes(note));
        }
        Segment(bytes, 0xE2, "ICC_PROFILE\0xx"u8);
        Segment(bytes, 0xDB, new byte[65]);
        Segment(bytes, 0xDA, new byte[10]);
        bytes.AddRange([1, 2, 0xFF, 0x00, 3, 0xFF, 0xD0, 4, 5]);
        Segment(bytes, 0xC4, new byte[20]);
        Segment(bytes, 0xDA, new byte[10]);
        bytes.AddRange([6, 7, 8, 0xFF, 0xD9]);
        return [.. bytes];
    }

    private static void Segment(List<byte> bytes, byte marker, ReadOnlySpan<byte> content)
    {
        bytes.AddRange([0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)((content.Length + 2) & 0xFF)]);
        bytes.AddRange(content);
    }

    private static byte[] Png(string? note)
    {
        var bytes = new List<byte> { 0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A };
        Chunk(bytes, "IHDR", new byte[13], bigEndian: true);
        if (note is not null)
        {
            Chunk(bytes, "tEXt", Encoding.Latin1.GetBytes(note), bigEndian: true);
            Chunk(bytes, "eXIf", Encoding.Latin1.GetBytes(note), bigEndian: true);
        }
        Chunk(bytes, "gAMA", new byte[4], bigEndian: true);
        Chunk(bytes, "IDAT", new byte[40], bigEndian: true);
        Chunk(bytes, "IEND", [], bigEndian: true);
        return [.. bytes];
    }

    private static byte[] WebP(string? note)
    {
        var bytes = new List<byte>();
        bytes.AddRange("RIFF\0\0\0\0WEBP"u8);
        Chunk(bytes, "VP8X", [(byte)(note is null ? 0x10 : 0x1C), 0, 0, 0, 1, 0, 0, 1, 0, 0], bigEndian: false);
        Chunk(bytes, "ICCP", new byte[6], bigEndian: false);
        Chunk(bytes, "VP8 ", new byte[31], bigEndian: false);
        if (note is not null)
        {
            Chunk(bytes, "EXIF", Encoding.Latin1.GetBytes(note), bigEndian: false);
            Chunk(bytes, "XMP ", Encoding.Latin1.GetBytes(note), bigEndian: false);
            Chunk(bytes, "note", Encoding.Latin1.GetBytes(note), bigEndian: false);
        }
        byte[] made = [.. bytes];
        BinaryPrimitives.WriteUInt32LittleEndian(made.AsSpan(4), (uint)(made.Length - 8));
        return made;
    }

    private static void Chunk(List<byte> bytes, string type, byte[] content, bool bigEndian)
    {
        var length = new byte[4];
        if (bigEndian)
        {
            BinaryPrimitives.WriteUInt32BigEndian(length, (uint)content.Length);
            bytes.AddRange(length);
            bytes.AddRange(Encoding.Latin1.GetBytes(type));
            bytes.AddRange(content);
            bytes.AddRange(new byte[4]);
            return;
        }
        BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)content.Length);
        bytes.AddRange(Encoding.Latin1.GetBytes(type));
        bytes.AddRange(length);
        bytes.AddRange(content);
        if (content.Length % 2 == 1)
            bytes.Add(0);
    }
}
