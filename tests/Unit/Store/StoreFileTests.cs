using EdgeNode.Appliance;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Store;

public sealed class StoreFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgenode-store").FullName;

    private static readonly string Hill = "did:edge:" + new string('h', 52);
    private static readonly string Mill = "did:edge:" + new string('m', 52);

    private static readonly string[] SyncTables =
    [
        "blob_at",
        "blob_name",
        "blob",
        "outbox",
        "bundle_out",
        "stream_out",
        "stream_in",
        "inbox",
        "set_aside",
        "refusal",
        "delivery",
        "traffic",
        "lane",
        "lane_use",
        "contact",
        "restraint",
        "statement",
    ];

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
    public void A_database_from_before_lanes_keeps_what_waits_and_opens_the_lanes_that_were_in_use()
    {
        using (var db = Fresh.OpenWriter(Node.Modules))
            MakeOlder(db);
        using var newer = Fresh.OpenWriter(Node.Modules);
        Assert.Equal(Statements.Module.Version, newer.Number("SELECT version FROM meta WHERE module = 'Sync'"));
        Assert.Equal(3, newer.Number("SELECT bytes FROM outbox WHERE peer = $1", Hill));
        Assert.Equal(
            ["in", "out"],
            newer.All("SELECT direction FROM lane WHERE peer = $1 AND class = 'shared' ORDER BY direction", r => r.Text(0), Hill)
        );
        Assert.Equal(1, newer.Number("SELECT count(*) FROM set_aside WHERE state = 'open'"));
        Assert.Equal(new Moment(5), Outbox.DeliveredAt(newer, new Did(Mill), new string('a', 64)));
        Assert.Equal(0, newer.Number("SELECT count(*) FROM blob"));
    }

    [Fact]
    public void A_database_of_the_first_version_gets_the_tables_of_today_and_keeps_what_it_has()
    {
        List<string> shape;
        using (var db = Fresh.OpenWriter(Node.Modules))
        {
            shape = Shape(db);
            MakeOlder(db);
            Assert.NotEqual(shape, Shape(db));
            db.Run("INSERT INTO refusal (peer, code, count, last) VALUES ('p', 'c', 7, 0)");
        }
        using var newer = Fresh.OpenWriter(Node.Modules);
        Assert.Equal(Statements.Module.Version, newer.Number("SELECT version FROM meta WHERE module = 'Sync'"));
        Assert.Equal(shape, Shape(newer));
        Assert.Equal(7, newer.Number("SELECT count FROM refusal"));
        Assert.Empty(newer.All("PRAGMA foreign_key_check", r => r.Text(0)));
    }

    /// <summary>Columns, keys and indexes of Sync's tables and of those that refer to them.</summary>
    private static List<string> Shape(Db db) =>
        db.All(
            "SELECT m.name || ' ' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' || coalesce(c.dflt_value, '-') || ' ' || c.pk "
                + "FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' "
                + "UNION ALL SELECT m.name || ' refers to ' || k.\"table\" || ' ' || k.\"from\" || ' ' || coalesce(k.\"to\", '-') "
                + "FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) k WHERE m.type = 'table' "
                + "UNION ALL SELECT m.tbl_name || ' index ' || m.name || ' ' || group_concat(i.name) "
                + "FROM sqlite_schema m JOIN pragma_index_info(m.name) i WHERE m.type = 'index' GROUP BY m.name ORDER BY 1",
            r => r.Text(0)
        );

    /// <summary>As version 1 of Sync left it: a neighbour, a statement that waits for it and that another has, and one that it refused.</summary>
    private static void MakeOlder(Db db)
    {
        db.Run("PRAGMA foreign_keys=OFF");
        foreach (var table in SyncTables)
            db.Run($"DROP TABLE {table}");
        db.Script(File.ReadAllText(Path.Combine(Tidy.Tree.Root, "tests", "data", "store", "sync-1.sql")));
        db.Run("UPDATE meta SET version = 1 WHERE module = 'Sync'");
        var id = new string('a', 64);
        db.Run(
            "INSERT INTO identity (did, type, key, head, home, genesis, seen) VALUES ($1, 'node', '', $2, $1, x'00', 0)",
            Hill,
            id
        );
        db.Run(
            "INSERT INTO peering (did, name, state, requested_by, address, port, pair_port, certificate, spki, contract_version, contract_hash, release, operator, since) "
                + "VALUES ($1, 'Hill', 'enrolled', 'us', '', 0, 0, x'00', '', '', '', '', '', 0)",
            Hill
        );
        db.Run(
            "INSERT INTO statement (id, origin, kind, class, hlc, raw, kept) VALUES ($1, 'o', 'item', 'shared', 1, x'010203', 0)",
            id
        );
        db.Run("INSERT INTO outbox (peer, stream, statement_id, queued) VALUES ($1, 2, $2, 0)", Hill, id);
        db.Run("INSERT INTO delivery (statement_id, peer, at) VALUES ($1, $2, 5)", id, Mill);
        db.Run(
            "INSERT INTO set_aside (peer, direction, statement_id, kind, disposition, code, at) VALUES ($1, 'out', 'b', 'item', 'refused', 'c', 0)",
            Hill
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
    public void A_copy_is_whole_holds_the_last_commit_and_keeps_the_one_before()
    {
        var copy = Path.Combine(_folder, "copy.db");
        using var writer = Fresh.OpenWriter(Node.Modules);
        for (var i = 1; i <= 3; i++)
        {
            writer.Run("INSERT INTO refusal (peer, code, count, last) VALUES ($1, 'c', 1, 0)", $"p{i}");
            Fresh.CopyTo(copy);
        }
        new StoreFile(copy).Check(Node.Modules);
        using var newest = new StoreFile(copy).OpenReader();
        using var before = new StoreFile(copy + ".before").OpenReader();
        Assert.Equal(3, newest.Number("SELECT count(*) FROM refusal"));
        Assert.Equal(2, before.Number("SELECT count(*) FROM refusal"));
        Assert.False(File.Exists(copy + ".new"));
    }

    [Fact]
    public void A_copy_to_a_place_that_is_not_there_says_so_and_leaves_the_database_alone()
    {
        using var writer = Fresh.OpenWriter(Node.Modules);
        Assert.Throws<StoreException>(() => Fresh.CopyTo(Path.Combine(_folder, "nowhere", "copy.db")));
        Assert.True(writer.Number("SELECT count(*) FROM meta") > 0);
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
            db.Run("INSERT INTO outbox (peer, stream, statement, bytes, queued) VALUES ('p', 0, 7, 1, 0)");
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
