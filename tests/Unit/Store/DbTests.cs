using EdgeNode.Store;
using Microsoft.Data.Sqlite;

namespace EdgeNode.Tests.Unit.Store;

/// <summary>What modules may rely on when they speak to the database.</summary>
public sealed class DbTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgenode-unit-").FullName;
    private readonly Db _db;

    public DbTests()
    {
        _db = new StoreFile(Path.Combine(_folder, "t.db")).OpenWriter([]);
        _db.Script("CREATE TABLE t (id INTEGER PRIMARY KEY, word TEXT UNIQUE, bytes BLOB, weight REAL) STRICT");
    }

    [Fact]
    public void An_argument_is_found_by_its_number_whatever_its_place_in_the_text()
    {
        _db.Run("INSERT INTO t (word, id) VALUES ($2, $1)", 7, "seven");
        Assert.Equal(1, _db.Run("UPDATE t SET word = $3, weight = $2 WHERE id = $1 AND word <> $3", 7, 0.5, "Sieben"));
        Assert.Equal("Sieben", _db.Text("SELECT word FROM t WHERE weight = $2 AND id = $1", 7L, 0.5));
    }

    [Fact]
    public void What_goes_in_comes_out_also_what_is_empty_or_not_there()
    {
        _db.Run(
            "INSERT INTO t (id, word, bytes, weight) VALUES ($1, $2, $3, $4)",
            1,
            "\u00e9\u05d0",
            new byte[] { 0, 255 },
            null
        );
        _db.Run("INSERT INTO t (id, word, bytes, weight) VALUES ($1, $2, $3, $4)", 2, "", Array.Empty<byte>(), 2.5);
        var rows = _db.All("SELECT word, bytes, weight FROM t ORDER BY id", r => (r.Text(0), r.Bytes(1), r.DoubleOrNull(2)));
        Assert.Equal(("\u00e9\u05d0", null), (rows[0].Item1, rows[0].Item3));
        Assert.Equal([0, 255], rows[0].Item2);
        Assert.Equal(("", 0, 2.5), (rows[1].Item1, rows[1].Item2.Length, rows[1].Item3));
        Assert.Equal(0, _db.Number("SELECT count(*) FROM t WHERE bytes IS NULL"));
        Assert.Throws<InvalidOperationException>(() => _db.One("SELECT NULL", r => r.Text(0)));
        Assert.Throws<InvalidOperationException>(() => _db.One("SELECT NULL", r => r.Long(0)));
    }

    [Fact]
    public void The_number_of_rows_touched_is_that_of_this_change_alone()
    {
        Assert.Equal(1, _db.Run("INSERT INTO t (word) VALUES ($1)", "a"));
        Assert.Equal(0, _db.Run("INSERT OR IGNORE INTO t (word) VALUES ($1)", "a"));
        Assert.Equal(0, _db.Run("UPDATE t SET weight = 1 WHERE word = $1", "b"));
        Assert.Equal(0, _db.Run("CREATE TABLE u (x)"));
        Assert.Equal(1, _db.Run("DELETE FROM t"));
    }

    [Fact]
    public void A_broken_rule_of_a_table_is_a_constraint_fault_and_the_statement_can_be_used_again()
    {
        _db.Run("INSERT INTO t (word) VALUES ($1)", "a");
        Assert.Equal(19, Assert.Throws<SqliteException>(() => _db.Run("INSERT INTO t (word) VALUES ($1)", "a")).SqliteErrorCode);
        Assert.Equal(1, _db.Run("INSERT INTO t (word) VALUES ($1)", "b"));
    }

    [Fact]
    public void A_part_of_a_transaction_can_be_taken_back_alone()
    {
        _db.Begin();
        _db.Run("INSERT INTO t (word) VALUES ($1)", "kept");
        _db.Savepoint("part");
        _db.Run("INSERT INTO t (word) VALUES ($1)", "gone");
        _db.RollbackTo("part");
        _db.Commit();
        Assert.Equal(["kept"], _db.All("SELECT word FROM t", r => r.Text(0)));
    }

    [Fact]
    public void A_statement_cannot_be_run_while_its_own_answer_is_read()
    {
        _db.Run("INSERT INTO t (word) VALUES ($1)", "a");
        const string Sql = "SELECT word FROM t";
        Assert.Throws<InvalidOperationException>(() => _db.All(Sql, _ => _db.All(Sql, r => r.Text(0))));
        Assert.Equal(["a"], _db.All(Sql, r => r.Text(0)));
    }

    public void Dispose()
    {
        _db.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
