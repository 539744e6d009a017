using EdgeNode.Appliance;
using EdgeNode.Matching;
using EdgeNode.Matching.Words;
using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Matching.Words;

/// <summary>A cabinet's database with the seed list in it, a neighbour Hill, and a stranger with whom there is no peering.</summary>
internal sealed class WordsCabinet : IDisposable
{
    public static readonly Did Mill = DidOf("mill");
    public static readonly Did Hill = DidOf("hill");
    public static readonly Did Stranger = DidOf("east");
    public static readonly Did Alice = DidOf("alic");
    public static readonly Did Bob = DidOf("bobb");
    public static readonly IReadOnlyList<Did> Homes = [Mill, Hill];

    /// <summary>A new database with its words in it, made once; every test begins with a copy.</summary>
    private static readonly Lazy<byte[]> Fresh = new(MakeFresh);

    private readonly string _folder = Directory.CreateTempSubdirectory("edgenode-words-").FullName;
    private int _items;

    public WordsCabinet()
    {
        System.IO.File.WriteAllBytes(File.Path, Fresh.Value);
        Db = File.OpenWriter(Node.Modules);
    }

    public Db Db { get; private set; }
    public StoreFile File => new(Path.Combine(_folder, "words.db"));

    /// <summary>Closes the database and opens it as the next start of the cabinet does.</summary>
    public void Restart()
    {
        Db.Dispose();
        Db = File.OpenWriter(Node.Modules);
        WordIndex.BringUp(Db);
    }

    /// <summary>An offering; shared unless said otherwise.</summary>
    public string Offer(string title, string category, Did? home = null, Did? who = null, bool shared = true)
    {
        var id = NextId();
        Items.Put(
            Db,
            new Offering(id, 1, home ?? Mill, who ?? Alice, "Alice", category, title, 1, 0, true, [], shared ? "s" + id : null),
            new Moment(1)
        );
        return id;
    }

    /// <summary>A need; shared unless said otherwise.</summary>
    public string Need(string title, string[] accepts, Did? home = null, Did? who = null, bool shared = true)
    {
        var id = NextId();
        Items.Put(
            Db,
            new Need(id, 1, home ?? Mill, who ?? Bob, "Bob", title, accepts, 1, 0, true, [], shared ? "s" + id : null),
            new Moment(1)
        );
        return id;
    }

    public CategorySuggestions Suggest(string typed, string language = "en") =>
        CategoryFinder.Suggest(Db, typed, language, Homes, 6);

    /// <summary>The ids suggested for what was typed, in order.</summary>
    public List<string> Ids(string typed) => [.. Suggest(typed).Categories.Select(c => c.Id)];

    public FoundEntries Find(string typed) => EntryFinder.Find(Db, typed, Homes, 20);

    public List<string> Titles(string typed) => [.. Find(typed).Entries.Select(e => e.Title)];

    public void Dispose()
    {
        Db.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static byte[] MakeFresh()
    {
        var folder = Directory.CreateTempSubdirectory("edgenode-words-");
        var file = new StoreFile(Path.Combine(folder.FullName, "fresh.db"));
        using (var db = file.OpenWriter(Node.Modules))
            WordIndex.BringUp(db);
        var bytes = System.IO.File.ReadAllBytes(file.Path);
        folder.Delete(recursive: true);
        return bytes;
    }

    private static Did DidOf(string start) => new("did:edge:" + start + new string('a', 48));

    private string NextId() => $"0198a111-0000-7000-8000-{++_items:D12}";
}
