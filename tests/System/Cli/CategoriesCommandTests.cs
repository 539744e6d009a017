using EdgeNode.Appliance;
using EdgeNode.Matching.Words;
using EdgeNode.Store;
using EdgeNode.Tests.System.Hosts;
using EdgeNode.Wire;

namespace EdgeNode.Tests.System.Cli;

/// <summary><c>edgenode categories import</c> on a stopped cabinet: all of a file, or nothing and why.</summary>
public sealed class CategoriesCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgenode-categories").FullName;

    private StoreFile Store => new(Path.Combine(_folder, "edgenode.db"));

    public CategoriesCommandTests()
    {
        using var db = Store.OpenWriter(Node.Modules);
        WordIndex.BringUp(db);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_list_in_the_form_of_ESCO_is_found_by_its_words_from_then_on()
    {
        var ended = await Import("conceptUri,preferredLabel,altLabels\nhttp://x/1,tame falcons,\"train hawks\nfalconry\"\n");
        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Contains("1 categories are known in en now", ended.Output, StringComparison.Ordinal);
        Assert.Equal("list/tame-falcons", Suggested("falconry"));
        Assert.Equal("bread", Suggested("sourdough"));
    }

    [Theory]
    [InlineData("conceptUri,preferredLabel\nhttp://x/1\n", "en", "line 2: 1 fields where the first line has 2")]
    [InlineData("what,ever\n1,2\n", "en", "no column preferredLabel")]
    [InlineData("label\nfalconry\n", "English!", "English! is not a language tag")]
    public async Task What_cannot_be_used_is_refused_with_its_line_and_changes_nothing(string csv, string language, string why)
    {
        var before = await File.ReadAllBytesAsync(Store.Path);
        var ended = await Import(csv, language);
        Assert.Equal(1, ended.Code);
        Assert.Contains(why, ended.Error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(Store.Path));
    }

    [Fact]
    public async Task A_file_or_a_cabinet_that_is_not_there_is_said_so()
    {
        var nowhere = Path.Combine(_folder, "nowhere");
        using var noFile = new Running([Binaries.Built, "categories", "import", nowhere, "--data", _folder]);
        Assert.Equal(1, (await noFile.EndAsync()).Code);
        var list = Path.Combine(_folder, "list.csv");
        await File.WriteAllTextAsync(list, "label\nfalconry\n");
        using var noCabinet = new Running([Binaries.Built, "categories", "import", list, "--data", nowhere]);
        var ended = await noCabinet.EndAsync();
        Assert.Equal(1, ended.Code);
        Assert.Contains("There is no cabinet", ended.Error, StringComparison.Ordinal);
    }

    private async Task<Ended> Import(string csv, string language = "en")
    {
        var file = Path.Combine(_folder, "list.csv");
        await File.WriteAllTextAsync(file, csv);
        using var running = new Running([
            Binaries.Built,
            "categories",
            "import",
            file,
            "--data",
            _folder,
            "--language",
            language,
        ]);
        return await running.EndAsync();
    }

    private string Suggested(string typed)
    {
        using var db = Store.OpenReader();
        return CategoryFinder.Suggest(db, typed, "en", Array.Empty<Did>(), 5).Categories[0].Id;
    }
}
