using EdgeNode.Appliance;
using EdgeNode.Store;
using EdgeNode.Sync;

namespace EdgeNode.Tests.Unit.Store;

public sealed class StoreFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgenode-store").FullName;

    private StoreFile Fresh => new(Path.Combine(_folder, "edgenode.db"));

    [Fact]
    public void Writes_durably_with_a_write_ahead_log_and_foreign_keys()
    {
        using var db = Fresh.OpenWriter(Node.Modules);
        Assert.Equal("wal", db.Text("PRAGMA journal_mode"));
        Assert.Equal(2, db.Number("PRAGMA synchronous"));
        Assert.Equal(1, db.Number("PRAGMA foreign_keys"));
    }

    [Fact]
    public void Opens_again_what_it_made_and_keeps_the_versions()
    {
        using (Fresh.OpenWriter(Node.Modules)) { }
        using var db = Fresh.OpenWriter(Node.Modules);
        Assert.Equal(
            Node.Modules.Select(m => (m.Name, m.Version)).Order(),
            db.All("SELECT module, version FROM meta", r => (r.Text(0), r.Int(1))).Order()
        );
    }

    [Fact]
    public void A_reader_cannot_write_and_sees_the_last_commit_only()
    {
        using var writer = Fresh.OpenWriter(Node.Modules);
        using var reader = Fresh.OpenReader();
        writer.Begin();
        writer.Run("INSERT INTO refusal (peer, code, count, last) VALUES ('p', 'c', 1, 0)");
        Assert.False(reader.Exists("SELECT 1 FROM refusal"));
        writer.Commit();
        Assert.True(reader.Exists("SELECT 1 FROM refusal"));
        Assert.ThrowsAny<Exception>(() => reader.Run("DELETE FROM refusal"));
        Assert.True(writer.Exists("SELECT 1 FROM refusal"));
    }

    [Fact]
    public void A_savepoint_takes_back_one_part_of_a_transaction_alone()
    {
        using var db = Fresh.OpenWriter(Node.Modules);
        db.Begin();
        db.Run("INSERT INTO refusal (peer, code, count, last) VALUES ('first', 'c', 1, 0)");
        db.Savepoint("part");
        db.Run("INSERT INTO refusal (peer, code, count, last) VALUES ('second', 'c', 1, 0)");
        db.RollbackTo("part");
        db.Commit();
        Assert.Equal(["first"], db.All("SELECT peer FROM refusal", r => r.Text(0)));
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_unchanged_with_what_to_do()
    {
        File.WriteAllText(Fresh.Path, new string('x', 4096));
        var refused = Assert.Throws<StoreException>(() => Fresh.OpenWriter(Node.Modules));
        Assert.Equal("store.corrupt", refused.Code);
        Assert.Contains("Restore it from an archive", refused.Message, StringComparison.Ordinal);
        Assert.Equal(new string('x', 4096), File.ReadAllText(Fresh.Path));
    }

    [Fact]
    public void A_database_of_a_newer_program_is_refused()
    {
        using (Fresh.OpenWriter(Node.Modules)) { }
        var older = Node.Modules.Select(m => m with { Version = m.Version + 1 }).ToArray();
        using (var db = Fresh.OpenWriter(Node.Modules))
            db.Run("UPDATE meta SET version = 7 WHERE module = $1", Statements.Module.Name);
        Assert.Equal("store.newer", Assert.Throws<StoreException>(() => Fresh.OpenWriter(older)).Code);
    }

    [Fact]
    public void A_row_without_its_parent_is_found_at_the_start()
    {
        using (var db = Fresh.OpenWriter(Node.Modules))
        {
            db.Run("PRAGMA foreign_keys=OFF");
            db.Run("INSERT INTO outbox (peer, stream, statement_id, bytes, queued) VALUES ('p', 0, 'nobody', 1, 0)");
        }
        Assert.Equal("store.orphans", Assert.Throws<StoreException>(() => Fresh.OpenWriter(Node.Modules)).Code);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_refused_with_what_to_check()
    {
        var refused = Assert.Throws<StoreException>(() =>
            new StoreFile(Path.Combine(_folder, "no", "such", "file")).OpenWriter(Node.Modules)
        );
        Assert.Equal("store.no_access", refused.Code);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
