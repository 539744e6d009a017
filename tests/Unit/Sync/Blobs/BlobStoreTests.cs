using EdgeNode.Sync.Io;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Sync.Blobs;

/// <summary>Files by their hash: whole or not there, and never outside the folder.</summary>
public sealed class BlobStoreTests : IDisposable
{
    private static readonly byte[] Png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3, 4, 5];

    private readonly string _folder = Directory.CreateTempSubdirectory("edgenode-blobs-").FullName;
    private readonly BlobStore _store;

    public BlobStoreTests() => _store = new BlobStore(_folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_is_put_is_read_back_by_its_hash_and_kept_once()
    {
        var sha256 = _store.Put(Png);
        Assert.Equal(sha256, _store.Put(Png));

        Assert.Equal(Sha.Hex(Png), sha256);
        Assert.Equal(Png, Read(sha256));
        Assert.Equal(Path.Combine(_folder, sha256[..2], sha256[2..4], sha256), Assert.Single(Files()));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Files().Single()));
    }

    [Theory]
    [InlineData("../../../../etc/passwd")]
    [InlineData("")]
    [InlineData("ABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCD")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/.")]
    public void A_name_that_is_no_hash_reaches_no_file(string name)
    {
        Assert.Throws<InvariantException>(() => _store.Open(name));
        Assert.Throws<InvariantException>(() => _store.OpenPart(name, anew: true));
        Assert.Throws<InvariantException>(() => _store.Delete(name));
        Assert.Empty(Files());
    }

    [Fact]
    public async Task A_part_with_the_right_hash_becomes_the_blob_and_one_with_another_is_deleted()
    {
        var sha256 = Sha.Hex(Png);
        Grow(sha256, Png[..6], anew: true);
        Assert.Equal(6, _store.PartLength(sha256));
        Assert.Null(_store.Open(sha256));
        Grow(sha256, Png[6..], anew: false);
        Assert.Equal(("image/png", true), await _store.FinishAsync(sha256, default));
        Assert.Equal(Png, Read(sha256));

        var other = new string('0', 64);
        Grow(other, Png, anew: true);
        Assert.Equal((null, false), await _store.FinishAsync(other, default));
        Assert.Equal(0, _store.PartLength(other));
        Assert.Null(_store.Open(other));
    }

    [Fact]
    public async Task Right_bytes_that_are_no_picture_are_not_kept()
    {
        var script = "<script>alert(1)</script>"u8.ToArray();
        var sha256 = Sha.Hex(script);
        Grow(sha256, script, anew: true);

        Assert.Equal((null, true), await _store.FinishAsync(sha256, default));
        Assert.Empty(Files());
    }

    [Fact]
    public void A_sweep_deletes_what_nothing_asks_for_keeps_what_is_new_and_tells_what_is_missing()
    {
        var kept = _store.Put(Png);
        var orphan = _store.Put([.. Png, 9]);
        Grow(new string('1', 64), Png, anew: true);
        Grow(new string('2', 64), Png, anew: true);
        foreach (var file in Files())
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-1));
        var young = _store.Put([.. Png, 8]);
        var here = new Dictionary<string, long> { [kept] = Png.Length, [new string('3', 64)] = 5 };

        Assert.Equal([new string('3', 64)], _store.Sweep(here, new HashSet<string> { new('1', 64) }));
        Assert.NotNull(_store.Length(kept));
        Assert.NotNull(_store.Length(young));
        Assert.Null(_store.Length(orphan));
        Assert.Equal(Png.Length, _store.PartLength(new string('1', 64)));
        Assert.Equal(0, _store.PartLength(new string('2', 64)));
    }

    private void Grow(string sha256, byte[] bytes, bool anew)
    {
        using var part = _store.OpenPart(sha256, anew);
        part.Write(bytes);
    }

    private byte[] Read(string sha256)
    {
        using var file = _store.Open(sha256)!;
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private string[] Files() => Directory.GetFiles(_folder, "*", SearchOption.AllDirectories);
}
