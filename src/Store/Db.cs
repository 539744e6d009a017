using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace EdgeNode.Store;

/// <summary>One row of an answer, read by column position; valid only inside the function it is handed to.</summary>
public readonly struct Row
{
    private readonly sqlite3_stmt _statement;

    internal Row(sqlite3_stmt statement) => _statement = statement;

    public string Text(int column) => Required(column, raw.sqlite3_column_text(_statement, column).utf8_to_string());

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public long Long(int column) => Required(column, raw.sqlite3_column_int64(_statement, column));

    public double? DoubleOrNull(int column) => IsNull(column) ? null : raw.sqlite3_column_double(_statement, column);

    public long? LongOrNull(int column) => IsNull(column) ? null : raw.sqlite3_column_int64(_statement, column);

    public int Int(int column) => checked((int)Long(column));

    public bool Flag(int column) => Long(column) != 0;

    public byte[] Bytes(int column) => Required(column, raw.sqlite3_column_blob(_statement, column).ToArray());

    public byte[]? BytesOrNull(int column) => IsNull(column) ? null : Bytes(column);

    private bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    /// <summary>A null where the schema promises a value is an error of ours, not an empty text.</summary>
    private T Required<T>(int column, T value) =>
        IsNull(column)
            ? throw new InvalidOperationException(
                $"column {column.ToString(CultureInfo.InvariantCulture)} of the answer is null where a value was expected"
            )
            : value;
}

/// <summary>
/// One connection to the cabinet's SQLite file, with its statements kept prepared. The writer is used by the step loop alone; readers see the last
/// commit (WAL snapshots) and cannot write. SQL is written by hand, parameters are <c>$1</c>, <c>$2</c> ...
/// </summary>
/// <remarks>
/// It speaks to SQLite itself instead of through ADO.NET: a step that takes a window of bundles over runs some thousand small statements, and the layer in
/// between cost as much as SQLite did.
/// </remarks>
public sealed class Db : IDisposable
{
    /// <summary>Prepared statements kept per connection; SQL text is constant, so this is never reached in practice.</summary>
    public const int MaxStatements = 512;

    /// <summary>Another connection may hold the file for so long before we are refused (5 s).</summary>
    private const int BusyMilliseconds = 5_000;

    private readonly SqliteConnection _connection;
    private readonly sqlite3 _handle;
    private List<Action>? _undo;
    private readonly Dictionary<string, Prepared[]> _statements = new(StringComparer.Ordinal);
    private bool _inTransaction;

    internal Db(SqliteConnection connection)
    {
        _connection = connection;
        _handle = connection.Handle!;
        raw.sqlite3_busy_timeout(_handle, BusyMilliseconds);
    }

    /// <summary>Runs a change; returns the number of rows touched.</summary>
    public int Run(string sql, params ReadOnlySpan<object?> args)
    {
        var before = raw.sqlite3_total_changes(_handle);
        foreach (var statement in Prepare(sql))
        {
            statement.Bind(_handle, args);
            using var running = statement.Start();
            while (running.Step(_handle)) { }
        }
        return raw.sqlite3_total_changes(_handle) == before ? 0 : raw.sqlite3_changes(_handle);
    }

    /// <summary>The first row, or default when there is none.</summary>
    public T? One<T>(string sql, Func<Row, T> read, params ReadOnlySpan<object?> args)
    {
        var statement = Only(sql, args);
        using var running = statement.Start();
        return running.Step(_handle) ? read(new Row(statement.Handle)) : default;
    }

    public List<T> All<T>(string sql, Func<Row, T> read, params ReadOnlySpan<object?> args)
    {
        var rows = new List<T>();
        var statement = Only(sql, args);
        using var running = statement.Start();
        while (running.Step(_handle))
            rows.Add(read(new Row(statement.Handle)));
        return rows;
    }

    /// <summary>The first rows, as long as <paramref name="goesOn"/> says so of the row just read; the one it says no to is the first that is not among them.</summary>
    public List<T> While<T>(string sql, Func<Row, T> read, Func<T, bool> goesOn, params ReadOnlySpan<object?> args)
    {
        var rows = new List<T>();
        var statement = Only(sql, args);
        using var running = statement.Start();
        while (running.Step(_handle))
        {
            var row = read(new Row(statement.Handle));
            if (!goesOn(row))
                break;
            rows.Add(row);
        }
        return rows;
    }

    /// <summary>The first column of the first row as a number; 0 when there is no row or the value is null.</summary>
    public long Number(string sql, params ReadOnlySpan<object?> args) => One(sql, r => r.LongOrNull(0) ?? 0, args);

    public string? Text(string sql, params ReadOnlySpan<object?> args) => One(sql, r => r.TextOrNull(0), args);

    public bool Exists(string sql, params ReadOnlySpan<object?> args)
    {
        using var running = Only(sql, args).Start();
        return running.Step(_handle);
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
        if (raw.sqlite3_get_autocommit(_handle) == 0)
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

    private Prepared Only(string sql, ReadOnlySpan<object?> args)
    {
        var statement = Prepare(sql)[0];
        statement.Bind(_handle, args);
        return statement;
    }

    private Prepared[] Prepare(string sql)
    {
        if (_statements.TryGetValue(sql, out var known))
            return known;
        if (_statements.Count >= MaxStatements)
            Forget();
        var statements = new List<Prepared>();
        for (var rest = sql; rest.Length > 0; )
        {
            Check(_handle, raw.sqlite3_prepare_v2(_handle, rest, out var handle, out rest));
            rest = rest.Trim();
            if (!handle.IsInvalid)
                statements.Add(new Prepared(handle));
        }
        return _statements[sql] = [.. statements];
    }

    private static void Check(sqlite3 handle, int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
            SqliteException.ThrowExceptionForRC(code, handle);
    }

    private void Forget()
    {
        foreach (var statement in _statements.Values.SelectMany(s => s))
            statement.Handle.Dispose();
        _statements.Clear();
    }

    public void Dispose()
    {
        Forget();
        _connection.Dispose();
    }

    /// <summary>A statement and which argument each of its parameters is: SQLite numbers them in the order in which they stand in the text.</summary>
    private sealed class Prepared
    {
        private readonly int[] _arguments;
        private bool _running;

        public Prepared(sqlite3_stmt handle)
        {
            Handle = handle;
            _arguments = [.. Enumerable.Range(1, raw.sqlite3_bind_parameter_count(handle)).Select(i => NumberOf(handle, i) - 1)];
        }

        public sqlite3_stmt Handle { get; }

        public void Bind(sqlite3 db, ReadOnlySpan<object?> args)
        {
            if (_running)
                throw new InvalidOperationException("a statement is run while its own answer is still read");
            for (var i = 0; i < _arguments.Length; i++)
                Check(db, Bind(i + 1, args[_arguments[i]]));
        }

        public Running Start()
        {
            _running = true;
            return new Running(this);
        }

        private static int NumberOf(sqlite3_stmt handle, int parameter) =>
            int.Parse(
                raw.sqlite3_bind_parameter_name(handle, parameter).utf8_to_string().AsSpan(1),
                NumberStyles.None,
                CultureInfo.InvariantCulture
            );

        private int Bind(int index, object? value) =>
            value switch
            {
                null => raw.sqlite3_bind_null(Handle, index),
                string text => raw.sqlite3_bind_text(Handle, index, text),
                long number => raw.sqlite3_bind_int64(Handle, index, number),
                int number => raw.sqlite3_bind_int64(Handle, index, number),
                byte[] { Length: 0 } => raw.sqlite3_bind_zeroblob(Handle, index, 0),
                byte[] bytes => raw.sqlite3_bind_blob(Handle, index, bytes),
                bool flag => raw.sqlite3_bind_int64(Handle, index, flag ? 1 : 0),
                double number => raw.sqlite3_bind_double(Handle, index, number),
                _ => throw new InvalidOperationException($"no column holds a {value.GetType().Name}"),
            };

        /// <summary>While it lives the statement's rows can be read; at its end the statement is free again.</summary>
        public readonly struct Running(Prepared statement) : IDisposable
        {
            /// <summary>True while there is a row.</summary>
            public bool Step(sqlite3 db)
            {
                var code = raw.sqlite3_step(statement.Handle);
                Check(db, code);
                return code == raw.SQLITE_ROW;
            }

            public void Dispose()
            {
                // The code is that of the last step, which was told already.
                _ = raw.sqlite3_reset(statement.Handle);
                statement._running = false;
            }
        }
    }
}
