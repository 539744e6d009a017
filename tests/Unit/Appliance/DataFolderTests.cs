using EdgeNode.Appliance.Io;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Appliance;

/// <summary>Key files that a bad disk has left behind: told in a sentence, never by a crash. Found by disk images without their syncs (tests/System/Cuts).</summary>
public sealed class DataFolderTests : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("edgenode-folder-").FullName;

    public DataFolderTests() => Open();

    public void Dispose() => Directory.Delete(_path, recursive: true);

    [Theory]
    [InlineData("node.crt", 0, "folder.bad_certificate")]
    [InlineData("node.crt", 300, "folder.bad_certificate")]
    [InlineData("node.key", 0, "folder.bad_key")]
    [InlineData("node.key", 64, "folder.bad_key")]
    [InlineData("node.genesis", 0, "folder.bad_genesis")]
    [InlineData("node.genesis", 500, "folder.bad_genesis")]
    public void A_file_of_zeros_is_named_with_what_to_do(string name, int bytes, string code)
    {
        File.WriteAllBytes(Path.Combine(_path, name), new byte[bytes]);
        var refused = Assert.Throws<SetupException>(Open);
        Assert.Equal(code, refused.Code);
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }

    private void Open()
    {
        using var folder = DataFolder.Open(_path);
        var (key, _, certificate) = folder.OpenIdentity(new SeededEntropy(1, "folder"));
        key.Dispose();
        certificate.Dispose();
    }
}
