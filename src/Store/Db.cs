using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace EdgeNode.Store;

/// <summary>One row of an answer, read by column position; valid only inside the function it is handed to.</summary>
public readonly struct Row(SqliteDataReader reader)
{
    public string Text(int column) => reader.GetString(column);

    public string? TextOrNull(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public long Long(int column) => reader.GetInt64(column);

    public double? DoubleOrNull(int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);

    public long? LongOrNull(int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    public int Int(int column) => checked((int)reader.GetInt64(column));

    public bool Flag(int column) => reader.GetInt64(column) != 0;

    public byte[] Bytes(int column) => (byte[])reader.GetValue(column);

    public byte[]? BytesOrNull(int column) => reader.IsDBNull(column) ? null : (byte[])reader.GetValue(column);
}

/// <summary>
/// One connection to the cabinet's SQLite file, with its statements kept prepared. The writer is used by the step loop alone; readers see the last
/// commit (WAL snapshots) and cannot write. SQL is written by hand, parameters are <c>$1</c>, <c>$2</c> ...
/// </summary>
public sealed class Db : IDisposable
{
    /// <summary>Prepared statements kept per connection; SQL text is constant, so this is never reached in practice.</summary>
    public const int MaxStatements = 512;

    private readonly SqliteConnection _connection;
    private List<Action>? _undo;
    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);
    private bool _inTransaction;

    internal Db(SqliteConnection connection) => _connection = connection;

    /// <summary>Runs a change; returns the number of rows touched.</summary>
    public int Run(string sql, params ReadOnlySpan<object?> args) => Prepare(sql, args).ExecuteNonQuery();

    /// <summary>The first row, or default when there is none.</summary>
    public T? One<T>(string sql, Func<Row, T> read, params ReadOnlySpan<object?> args)
    {
        using var reader = Prepare(sql, args).ExecuteReader();
        return reader.Read() ? read(new Row(reader)) : default;
    }

    public List<T> All<T>(string sql, Func<Row, T> read, params ReadOnlySpan<object?> args)
    {
        var rows = new List<T>();
        using var reader = Prepare(sql, args).ExecuteReader();
        while (reader.Read())
            rows.Add(read(new Row(reader)));
        return rows;
    }

    /// <summary>The first column of the first row as a number; 0 when there is no row or the value is null.</summary>
    public long Number(string sql, params ReadOnlySpan<object?> args) => One(sql, r => r.LongOrNull(0) ?? 0, args);

    public string? Text(string sql, params ReadOnlySpan<object?> args) => One(sql, r => r.TextOrNull(0), args);

    public bool Exists(string sql, params ReadOnlySpan<object?> args)
    {
        using var reader = Prepare(sql, args).ExecuteReader();
        return reader.Read();
    }

    /// <summary>Starts the one transaction of a step. With synchronous=FULL its commit is on disk when <see cref="Commit"/> returns.</summary>
    public void Begin()
    {
        Run("BEGIN IMMEDIATE");
        _inTransaction = true;
    }

    public void Commit()
    {
        Run("COMMIT");
        _inTransaction = false;
    }

    /// <summary>Takes the transaction back, if there is one: on a full disk SQLite may have done so by itself (lang_transaction.html, section 3).</summary>
    public void Rollback()
    {
        if (!_inTransaction)
            return;
        _inTransaction = false;
        if (raw.sqlite3_get_autocommit(_connection.Handle) == 0)
            Run("ROLLBACK");
    }

    /// <summary>A part of the transaction that can be taken back alone: one bad input never undoes its neighbours in the batch.</summary>
    public void Savepoint(string name)
    {
        Run("SAVEPOINT " + name);
        _undo = [];
    }

    public void Release(string name)
    {
        Run("RELEASE " + name);
        _undo = null;
    }

    /// <summary>The rows of the part go, and with them what was kept in memory beside them (<see cref="WhenTakenBack"/>).</summary>
    public void RollbackTo(string name)
    {
        Run("ROLLBACK TO " + name + "; RELEASE " + name);
        var undo = _undo ?? [];
        _undo = null;
        for (var i = undo.Count - 1; i >= 0; i--)
            undo[i]();
    }

    /// <summary>Done if the part of the transaction that is open now is taken back alone; nothing outside such a part, for then all memory is made anew.</summary>
    public void WhenTakenBack(Action undo) => _undo?.Add(undo);

    /// <summary>Runs several statements without parameters: schema files.</summary>
    internal void Script(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private SqliteCommand Prepare(string sql, ReadOnlySpan<object?> args)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            if (_commands.Count >= MaxStatements)
                Forget();
            command = _connection.CreateCommand();
            command.CommandText = sql;
            _commands[sql] = command;
        }
        Bind(command, args);
        return command;
    }

    private static void Bind(SqliteCommand command, ReadOnlySpan<object?> args)
    {
        while (command.Parameters.Count < args.Length)
            command.Parameters.Add(new SqliteParameter("$" + (command.Parameters.Count + 1), null));
        for (var i = 0; i < args.Length; i++)
            command.Parameters[i].Value = args[i] ?? DBNull.Value;
    }

    private void Forget()
    {
        foreach (var command in _commands.Values)
            command.Dispose();
        _commands.Clear();
    }

    public void Dispose()
    {
        Forget();
        _connection.Dispose();
    }
}
