using EdgeNode.Tests.System.Brokers;
using EdgeNode.Wire;
using EdgeNode.Wire.Io;

namespace EdgeNode.Tests.System.Relay;

/// <summary>Debian's <c>age</c> opens what we seal, and we open what it seals.</summary>
public sealed class AgeInteroperationTests : IDisposable
{
    private const string Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private readonly string _folder = Directory.CreateTempSubdirectory("edgenode-age-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(64 * 1024)]
    [InlineData(200_000)]
    public async Task Both_programs_open_each_others_files(int length)
    {
        var (identity, plain, ours, theirs) = (PathOf("key"), PathOf("plain"), PathOf("ours.age"), PathOf("theirs.age"));
        await Done("age-keygen", "-o", identity);
        var recipient = (await File.ReadAllLinesAsync(identity))
            .First(l => l.Contains("public key", StringComparison.Ordinal))
            .Split(' ')[^1];
        var secret = Bytes(
            (await File.ReadAllLinesAsync(identity)).First(l => l.StartsWith("AGE-SECRET-KEY-1", StringComparison.Ordinal))
        );
        var content = SystemEntropy.Instance.Bytes(length);
        await File.WriteAllBytesAsync(plain, content);
        var sealedByUs = AgeFile.Seal(Bytes(recipient), content, SystemEntropy.Instance);
        await File.WriteAllBytesAsync(ours, sealedByUs);
        await Done("age", "-d", "-i", identity, "-o", PathOf("opened"), ours);
        // Of an empty file age makes none.
        Assert.Equal(content, length == 0 ? [] : await File.ReadAllBytesAsync(PathOf("opened")));
        await Done("age", "-r", recipient, "-o", theirs, plain);
        var sealedByThem = await File.ReadAllBytesAsync(theirs);
        Assert.Equal(content, AgeFile.TryOpen(secret, sealedByThem, out _));
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private static async Task Done(string program, params string[] arguments)
    {
        var outcome = await Foreign.RunAsync(program, arguments);
        Assert.True(outcome.Code == 0, $"{program} {string.Join(' ', arguments)}: {outcome}");
    }

    /// <summary>The 32 bytes of a Bech32 key; its checksum is age's business.</summary>
    private static byte[] Bytes(string key)
    {
        var text = key.ToLowerInvariant();
        var digits = text[(text.IndexOf('1') + 1)..^6].Select(c => Alphabet.IndexOf(c)).ToArray();
        var bytes = new byte[32];
        for (var bit = 0; bit < 256; bit++)
            bytes[bit / 8] |= (byte)(((digits[bit / 5] >> (4 - (bit % 5))) & 1) << (7 - (bit % 8)));
        return bytes;
    }
}
