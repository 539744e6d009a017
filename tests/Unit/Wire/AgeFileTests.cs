using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using EdgeNode.Tests.Unit.Tidy;
using EdgeNode.Wire;
using EdgeNode.Wire.Io;

namespace EdgeNode.Tests.Unit.Wire;

/// <summary>The public test kit of age v1, and what our own files must be.</summary>
public sealed class AgeFileTests
{
    static readonly byte[] Secret = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    public static TheoryData<string> Vectors =>
        [
            .. Tree
                .Files.Where(f => f.StartsWith("tests/data/age/", StringComparison.Ordinal) && !f.Contains('.'))
                .Select(f => f[15..]),
        ];

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Reads_and_refuses_the_public_test_kit(string name)
    {
        var (facts, file) = ReadVector(name);
        var plain = AgeFile.TryOpen(facts.TryGetValue("identity", out var key) ? OfBech32(key) : Secret, file, out var fault);
        Assert.Equal(Expected(name, facts), fault);
        if (fault == AgeFault.None)
            Assert.Equal(facts["payload"], Convert.ToHexStringLower(SHA256.HashData(plain!)));
        else
            Assert.Null(plain);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64 * 1024 - 1)]
    [InlineData(64 * 1024)]
    [InlineData(64 * 1024 + 1)]
    [InlineData(3 * 64 * 1024)]
    public void Opens_what_it_sealed_and_knows_the_size_before(int length)
    {
        var plain = new SeededEntropy(1).Bytes(length);
        var file = Sealed(plain);
        Assert.Equal(AgeFile.SizeOf(length), file.Length);
        Assert.Equal(plain, AgeFile.TryOpen(Secret, file, out _));
    }

    [Fact]
    public void A_full_bundle_fits_a_message_of_a_relay() => Assert.True(AgeFile.SizeOf(Bundle.MaxSize) <= 64 * 1024);

    [Fact]
    public void No_changed_bit_and_no_cut_is_opened()
    {
        var file = Sealed(new SeededEntropy(2).Bytes(300));
        for (var at = 0; at < file.Length; at++)
        {
            var changed = (byte[])file.Clone();
            changed[at] ^= (byte)(1 << (at % 8));
            Assert.Null(AgeFile.TryOpen(Secret, changed, out _));
            Assert.Null(AgeFile.TryOpen(Secret, file.AsSpan(0, at), out _));
        }
        Assert.Null(AgeFile.TryOpen(Secret, (byte[])[.. file, 0], out _));
    }

    [Fact]
    public void Nobody_else_can_open_it()
    {
        Assert.Null(AgeFile.TryOpen(new SeededEntropy(3).Bytes(32), Sealed([1, 2, 3]), out var fault));
        Assert.Equal(AgeFault.NotForUs, fault);
    }

    [Fact]
    public void Ten_thousand_mutated_files_neither_open_nor_break_the_reader()
    {
        var (entropy, file) = (new SeededEntropy(4), Sealed(new SeededEntropy(5).Bytes(200)));
        for (var i = 0; i < 10_000; i++)
        {
            var bytes = Mutate(file, entropy);
            if (!bytes.AsSpan().SequenceEqual(file))
                Assert.Null(AgeFile.TryOpen(Secret, bytes, out _));
        }
    }

    [Fact]
    public void A_receiver_with_a_key_of_low_order_is_sent_nothing()
    {
        var sealer = new Sealer(Secret, new SeededEntropy(6));
        Assert.Null(sealer.Seal(new string('0', 64), [1]));
        Assert.Null(sealer.Seal(null, [1]));
        Assert.Null(sealer.Seal("abc", [1]));
    }

    static byte[] Mutate(byte[] file, SeededEntropy entropy)
    {
        var bytes = file.ToList();
        for (var times = 1 + entropy.Below(3); times > 0; times--)
        {
            var at = entropy.Below(bytes.Count);
            if (entropy.Below(3) is var way && way == 0)
                bytes[at] = (byte)entropy.Below(256);
            else if (way == 1)
                bytes.RemoveAt(at);
            else
                bytes.InsertRange(at, bytes.Slice(0, Math.Min(at, entropy.Below(40))));
        }
        return [.. bytes];
    }

    static byte[] Sealed(byte[] plain) => AgeFile.Seal(Sodium.X25519PublicKey(Secret), plain, new SeededEntropy(7));

    /// <summary>Armour and pass phrases are not ours to read; a tag of a wrapped key that does not hold looks like another's stanza.</summary>
    static AgeFault Expected(string name, Dictionary<string, string> facts) =>
        (name, facts["expect"]) switch
        {
            (_, _) when facts.ContainsKey("armored") => AgeFault.Header,
            ("scrypt", _) => AgeFault.NotForUs,
            (_, "success") => AgeFault.None,
            (_, "no match") => AgeFault.NotForUs,
            (_, "header failure") => AgeFault.Header,
            (_, "payload failure") => AgeFault.Payload,
            var (_, other) => throw new InvalidOperationException($"the test kit expects {other}"),
        };

    static (Dictionary<string, string> Facts, byte[] File) ReadVector(string name)
    {
        var raw = File.ReadAllBytes(Tree.PathOf("tests/data/age/" + name));
        var end = raw.AsSpan().IndexOf("\n\n"u8);
        var facts = Encoding
            .UTF8.GetString(raw, 0, end)
            .Split('\n')
            .Select(line => line.Split(": ", 2))
            .GroupBy(pair => pair[0])
            .ToDictionary(group => group.Key, group => group.First()[1]);
        var file = raw[(end + 2)..];
        if (!facts.ContainsKey("compressed"))
            return (facts, file);
        using var unpacked = new MemoryStream();
        using var zlib = new ZLibStream(new MemoryStream(file), CompressionMode.Decompress);
        zlib.CopyTo(unpacked);
        return (facts, unpacked.ToArray());
    }

    /// <summary>The 32 bytes of AGE-SECRET-KEY-1... (Bech32 without a look at its checksum: the kit's keys are right).</summary>
    static byte[] OfBech32(string key)
    {
        var digits = key["AGE-SECRET-KEY-1".Length..^6].Select(c => "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L".IndexOf(c)).ToArray();
        var bytes = new byte[32];
        for (var bit = 0; bit < 256; bit++)
            bytes[bit / 8] |= (byte)(((digits[bit / 5] >> (4 - (bit % 5))) & 1) << (7 - (bit % 8)));
        return bytes;
    }
}
