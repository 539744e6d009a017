using EdgeNode.Store;

namespace EdgeNode.Tests.System.Hosts;

/// <summary>
/// A data folder that cannot be believed: refused with one sentence and not touched, so that whoever repairs it finds what was there. Afterwards the
/// undamaged copy works, with everything in it.
/// </summary>
public sealed class BadDatabaseTests
{
    private const int PageBytes = 4096;

    /// <summary>What is done to the folder of a stopped cabinet, and the words of the sentence that must follow.</summary>
    public static TheoryData<string, string[]> Damages =>
        new()
        {
            { "garbage in the header", ["is damaged", "Nothing was changed", "Restore it"] },
            { "not a database at all", ["is damaged", "Nothing was changed", "Restore it"] },
            { "flipped bytes in the middle", ["is damaged", "Nothing was changed", "Restore it"] },
            { "cut in the middle", ["is damaged", "Nothing was changed", "Restore it"] },
            { "cut to nothing", ["is damaged", "it is empty", "Restore it"] },
            { "gone but for its log", ["is gone", "Put the database back"] },
            { "written by a newer program", ["newer EdgeNode", "Install that version", "nothing was changed"] },
            { "rows without their parents", ["rows without their parents", "Restore it"] },
            { "key gone", ["node.key is gone", "Restore the key"] },
            { "key cut", ["node.key is damaged", "64 bytes", "Restore it"] },
            { "key of another cabinet", ["node.genesis", "does not belong to the key", "same copy"] },
            { "genesis gone", ["node.genesis", "does not belong to the key", "same copy"] },
            { "certificate of another key", ["node.crt", "not that of this node's key", "Move it away"] },
        };

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_damaged_folder_is_refused_and_left_as_it_was(string damage, string[] words)
    {
        await using var cabinet = await CabinetProcess.StartNewAsync();
        using var visitor = CabinetVisitor.Resident(cabinet);
        var card = await visitor.JoinAsync("Anna");
        await visitor.SignInAsync(card["code"]);
        await visitor.PostsAsync("Bread");
        var log = damage == "gone but for its log";
        if (log)
            await cabinet.KillAsync(); // without a farewell the log stays beside the database
        else
            await cabinet.StopAsync();
        var copy = Path.Combine(cabinet.Folder, "copy");
        Copy(cabinet.Data, copy);
        Damage(damage, cabinet.Data);
        var before = BadStart.Possessions(cabinet.Data);

        BadStart.IsRefused(await cabinet.RunAsync(), words);
        Assert.Equal(before, BadStart.Possessions(cabinet.Data));

        Directory.Delete(cabinet.Data, recursive: true);
        Directory.Move(copy, cabinet.Data);
        await cabinet.StartAsync();
        await visitor.SignInAsync(card["code"]);
        Assert.Single((await visitor.GetAsync("api/offerings")).Json!.AsArray());
    }

    [Fact]
    public async Task A_damaged_database_with_a_log_beside_it_keeps_both_as_they_were()
    {
        await using var cabinet = await CabinetProcess.StartNewAsync();
        using var visitor = CabinetVisitor.Resident(cabinet);
        await cabinet.StopAsync();
        await cabinet.StartAsync();
        await visitor.JoinAsync("Anna");
        await cabinet.KillAsync();
        Assert.True(new FileInfo(cabinet.Database + "-wal").Length > 0, "the killed cabinet left no log");
        Newer(cabinet.Database, keepLog: true);
        var before = BadStart.Possessions(cabinet.Data);
        BadStart.IsRefused(await cabinet.RunAsync(), "newer EdgeNode");
        Assert.Equal(before, BadStart.Possessions(cabinet.Data));
    }

    [Fact]
    public async Task A_first_start_cut_off_anywhere_is_simply_done_again()
    {
        await using var cabinet = CabinetProcess.Make();
        Directory.CreateDirectory(cabinet.Data);
        // What a power cut leaves between the steps of a first start: an identity without its key, a database without its name.
        File.WriteAllText(Path.Combine(cabinet.Data, "node.genesis"), "half");
        File.WriteAllText(Path.Combine(cabinet.Data, "node.key.new"), "half");
        File.WriteAllText(cabinet.Database + ".new", "half");
        File.WriteAllText(cabinet.Database + ".new-journal", "half");
        await cabinet.StartAsync();
        Assert.NotEmpty(cabinet.StewardsCode);
        Assert.False(File.Exists(cabinet.Database + ".new"));
    }

    [Fact]
    public async Task The_database_moved_away_with_its_log_starts_anew_under_the_same_identity()
    {
        await using var cabinet = await CabinetProcess.StartNewAsync();
        using var visitor = CabinetVisitor.Resident(cabinet);
        var before = (await visitor.GetAsync("api/node"))["did"];
        await cabinet.KillAsync();
        foreach (var end in new[] { "", "-wal", "-shm" })
            File.Delete(cabinet.Database + end);
        await cabinet.StartAsync();
        Assert.Equal(before, (await visitor.GetAsync("api/node"))["did"]);
    }

    private static void Damage(string damage, string data)
    {
        var (database, key) = (Path.Combine(data, "edgenode.db"), Path.Combine(data, "node.key"));
        switch (damage)
        {
            case "garbage in the header":
                Overwrite(database, 0, 100);
                break;
            case "not a database at all":
                File.WriteAllText(database, string.Concat(Enumerable.Repeat("Dear diary. ", 1000)));
                break;
            case "flipped bytes in the middle":
                FlipEverySecondPage(database);
                break;
            case "cut in the middle":
                Cut(database, new FileInfo(database).Length / 2 / PageBytes * PageBytes);
                break;
            case "cut to nothing":
                Cut(database, 0);
                break;
            case "gone but for its log":
                File.Delete(database);
                break;
            case "written by a newer program":
                Newer(database, keepLog: false);
                break;
            case "rows without their parents":
                Sql(database, "PRAGMA foreign_keys=OFF; DELETE FROM identity WHERE type = 'person'");
                break;
            case "key gone":
                File.Delete(key);
                break;
            case "key cut":
                Cut(key, 40);
                break;
            case "key of another cabinet":
                Overwrite(key, 1, 30);
                break;
            case "genesis gone":
                File.Delete(Path.Combine(data, "node.genesis"));
                break;
            case "certificate of another key":
                using (var other = new Brokers.TestIdentity())
                    File.WriteAllText(Path.Combine(data, "node.crt"), other.Pem);
                break;
            default:
                throw new ArgumentException(damage);
        }
    }

    private static void Overwrite(string file, int at, int count)
    {
        var bytes = File.ReadAllBytes(file);
        for (var i = at; i < at + count; i++)
            bytes[i] = (byte)((i * 37 + 11) & 0xff);
        File.WriteAllBytes(file, bytes);
    }

    /// <summary>One bit in the kind of each second page from the middle on: what a tired card does.</summary>
    private static void FlipEverySecondPage(string file)
    {
        var bytes = File.ReadAllBytes(file);
        for (var at = bytes.Length / 2 / PageBytes * PageBytes; at < bytes.Length; at += 2 * PageBytes)
            bytes[at] ^= 0x40;
        File.WriteAllBytes(file, bytes);
    }

    private static void Cut(string file, long length)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Write);
        stream.SetLength(length);
    }

    private static void Newer(string database, bool keepLog)
    {
        Sql(database, "UPDATE meta SET version = version + 1 WHERE module = 'Sync'", keepLog);
    }

    /// <summary>With <paramref name="keepLog"/> another reader stays while the writer leaves, so that the change stays in the log.</summary>
    private static void Sql(string database, string sql, bool keepLog = false)
    {
        var file = new StoreFile(database);
        using var reader = keepLog ? file.OpenReader() : null;
        _ = reader?.Number("SELECT count(*) FROM meta");
        using var writer = file.OpenWriter([]);
        writer.Run(sql);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
