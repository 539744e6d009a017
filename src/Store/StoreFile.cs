using System.Reflection;
using EdgeNode.Store.Io;
using Microsoft.Data.Sqlite;

namespace EdgeNode.Store;

/// <summary>A module's part of the database: its name, the assembly that embeds its <c>Sql/</c> folder, and its schema version.</summary>
public sealed record StoreModule(string Name, Assembly Assembly, int Version);

/// <summary>
/// The one SQLite file of a cabinet. Opening checks that it is whole, brings every module's schema to its version in one transaction, and says in a
/// sentence what is wrong otherwise.
/// </summary>
public sealed class StoreFile(string path)
{
    /// <summary>
    /// Page of a new database. A commit writes every page that it touches, and most of ours touch a few rows in each of twenty trees: with 4096 bytes, the usual
    /// size, a cabinet wrote three times as many bytes for each post (bench/run wear).
    /// </summary>
    private const int PageBytes = 1024;

    /// <summary>What the log may grow to before its pages are moved home: a page that changes often is then moved once.</summary>
    private const int LogBytes = 16 << 20;

    /// <summary>KiB of pages that the writer keeps (SQLite's default: 2,000): a long queue's indexes are hit everywhere, and a page read again costs as much as a row.</summary>
    private const int CacheKib = 8192;

    public string Path { get; } = path;

    /// <summary>What was committed and has not yet been moved into the file; the two belong together.</summary>
    private string Log => Path + "-wal";

    /// <summary>
    /// Opens for writing: integrity check, WAL, synchronous=FULL (an acknowledgement is a promise already on disk), foreign keys, migrations.
    /// A file that cannot be used is left as it was. Throws <see cref="StoreException"/>.
    /// </summary>
    public Db OpenWriter(IReadOnlyList<StoreModule> modules)
    {
        if (DurableFile.Length(Path) is { } length)
            CheckUntouched(modules, length);
        else
            Create(modules);
        var db = Open(SqliteOpenMode.ReadWrite);
        try
        {
            // A migration may make a table anew that others refer to: keys are enforced after it (lang_altertable.html, section 7).
            db.Script("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=OFF;");
            db.Script($"PRAGMA wal_autocheckpoint={LogBytes / db.Number("PRAGMA page_size")}; PRAGMA cache_size=-{CacheKib};");
            Migrator.Run(db, modules);
            db.Script("PRAGMA foreign_keys=ON;");
            return db;
        }
        catch (SqliteException e)
        {
            db.Dispose();
            throw Explain(e);
        }
        catch
        {
            db.Dispose();
            throw;
        }
    }

    /// <summary>Opens for reading only; sees the last commit.</summary>
    public Db OpenReader()
    {
        try
        {
            var db = Open(SqliteOpenMode.ReadOnly);
            db.Script("PRAGMA query_only=ON;");
            return db;
        }
        catch (SqliteException e)
        {
            throw Explain(e);
        }
    }

    /// <summary>
    /// Moves what was committed from the log into the file, as far as no reader stands in the way; never waits and loses nothing. Beside the writer, from any
    /// thread. Throws <see cref="StoreException"/>.
    /// </summary>
    public void WriteLogHome() => Beside("PRAGMA wal_checkpoint(PASSIVE);");

    /// <summary>Statistics for the planner of queries, as SQLite suggests for long-lived programs. Beside the writer, from any thread.</summary>
    public void Tidy() => Beside("PRAGMA analysis_limit=400; PRAGMA optimize;");

    /// <summary>
    /// A whole, compact copy as of the last commit, under another name until it is on disk; what stood there before becomes <c>PATH.before</c>. The writer goes
    /// on meanwhile. Throws <see cref="StoreException"/>; then the former copy is as it was.
    /// </summary>
    public void CopyTo(string copy)
    {
        if (!DurableFile.HasFolder(copy))
            throw new StoreException("store.no_access", $"The folder of the copy {copy} does not exist.");
        var unfinished = copy + ".new";
        DurableFile.Remove(unfinished);
        Beside("VACUUM INTO $1", unfinished);
        // SQLite does not sync what VACUUM INTO writes.
        DurableFile.Sync(unfinished);
        if (DurableFile.Length(copy) is not null)
        {
            DurableFile.Remove(copy + ".before");
            DurableFile.Publish(copy, copy + ".before");
        }
        DurableFile.Publish(unfinished, copy);
    }

    private void Beside(string statement, params ReadOnlySpan<object?> values)
    {
        try
        {
            using var db = Open(SqliteOpenMode.ReadWrite);
            if (values.IsEmpty)
                db.Script(statement);
            else
                db.Run(statement, values);
        }
        catch (SqliteException e)
        {
            throw Explain(e);
        }
    }

    /// <summary>No room: SQLITE_FULL, or SQLITE_IOERR_SHMSIZE, which is what a full disk says when the index of the log is to grow.</summary>
    public static bool IsFull(SqliteException e) => e is { SqliteErrorCode: 13 } or { SqliteExtendedErrorCode: 4874 };

    /// <summary>A sentence for what SQLite refused, so that a steward knows what to do.</summary>
    public StoreException Explain(SqliteException e) =>
        e.SqliteErrorCode switch
        {
            11 or 26 => Damaged(e.Message, e),
            _ when IsFull(e) => new(
                "store.full",
                $"The disk that holds {Path} is full. Nothing is lost; free some space and start again.",
                e
            ),
            5 or 6 => new("store.busy", $"The database {Path} is in use by another program. Stop it and start again.", e),
            8 or 14 => new(
                "store.no_access",
                $"The database {Path} cannot be opened for writing. Check that the folder exists and belongs to this user.",
                e
            ),
            _ => new("store.failed", $"The database {Path} failed: {e.Message}", e),
        };

    private StoreException Damaged(string found, Exception? cause = null) =>
        new(
            "store.corrupt",
            $"The database {Path} is damaged ({found}). Nothing was changed. Restore it from an archive, or move it and {Log} away to start anew.",
            cause
        );

    /// <summary>A new database is made under another name and renamed when it is whole, so that an empty file is always a damaged one.</summary>
    private void Create(IReadOnlyList<StoreModule> modules)
    {
        if (DurableFile.Length(Log) > 0)
            throw new StoreException(
                "store.gone",
                $"The database {Path} is gone but its log {Log} is there. Put the database back, or move the log away too to start anew."
            );
        if (!DurableFile.HasFolder(Path))
            throw new StoreException(
                "store.no_access",
                $"The folder of the database {Path} does not exist. Make it, or name another with --data."
            );
        var unfinished = Path + ".new";
        DurableFile.Remove(unfinished);
        foreach (var beside in (string[])["-journal", "-wal", "-shm"])
            DurableFile.Remove(unfinished + beside);
        try
        {
            using (var db = Open(SqliteOpenMode.ReadWriteCreate, unfinished))
            {
                db.Script($"PRAGMA page_size={PageBytes}; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;");
                Migrator.Run(db, modules);
                // Here and not at the first opening: a cut in the middle of the change would leave a journal that no reader may roll back.
                db.Script("PRAGMA journal_mode=WAL;");
            }
            DurableFile.Publish(unfinished, Path);
        }
        catch (SqliteException e)
        {
            throw Explain(e);
        }
    }

    private Db Open(SqliteOpenMode mode, string? file = null)
    {
        Sqlite.Load();
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = file ?? Path,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = 5,
        };
        var connection = new SqliteConnection(settings.ToString());
        try
        {
            connection.Open();
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw Explain(e);
        }
        return new Db(connection);
    }

    /// <summary>Whether the file is whole and of this program, without changing it. Throws <see cref="StoreException"/> with what was found.</summary>
    public void Check(IReadOnlyList<StoreModule> modules) => CheckUntouched(modules, new FileInfo(Path).Length);

    /// <summary>
    /// Looks through a read-only connection, because a writer that closes moves its log into the file: what is damaged or newer stays exactly
    /// as it was found, for whoever repairs it.
    /// </summary>
    private void CheckUntouched(IReadOnlyList<StoreModule> modules, long length)
    {
        // SQLite takes an empty file for a new database and deletes the log beside it; ours is never empty (see Create).
        if (length == 0)
            throw Damaged("it is empty");
        using var db = OpenReader();
        try
        {
            CheckIntegrity(db);
            Migrator.RefuseNewer(db, modules);
        }
        catch (SqliteException e)
        {
            throw Explain(e);
        }
    }

    private void CheckIntegrity(Db db)
    {
        var found = db.All("PRAGMA quick_check(5)", r => r.Text(0));
        if (found is not ["ok"])
            // One finding may be a heading and several lines; the sentence for the steward is one line.
            throw Damaged(string.Join("; ", found.SelectMany(f => f.Split('\n', StringSplitOptions.TrimEntries)).Take(5)));
        var orphans = db.All("PRAGMA foreign_key_check", r => r.Text(0));
        if (orphans.Count > 0)
            throw new StoreException(
                "store.orphans",
                $"The database {Path} has {orphans.Count} rows without their parents (first in {orphans[0]}). Restore it from an archive."
            );
    }
}

/// <summary>
/// Schema files are always the latest shape; migrations only move old files (<c>Sql/migrations/NN-name.sql</c> moves version NN-1 to NN). The whole upgrade is
/// one transaction; foreign keys are not enforced in it, but all hold at its end.
/// </summary>
internal static class Migrator
{
    /// <summary>Refuses a database that a newer program has written; changes nothing.</summary>
    public static void RefuseNewer(Db db, IReadOnlyList<StoreModule> modules)
    {
        if (!db.Exists("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'"))
            return;
        foreach (var module in modules)
            _ = Known(db, module);
    }

    public static void Run(Db db, IReadOnlyList<StoreModule> modules)
    {
        db.Begin();
        try
        {
            db.Script(
                "CREATE TABLE IF NOT EXISTS meta (module TEXT PRIMARY KEY, version INTEGER NOT NULL CHECK (version > 0)) STRICT;"
            );
            var migrated = false;
            foreach (var module in modules)
                migrated |= Bring(db, module);
            if (migrated && db.Exists("PRAGMA foreign_key_check"))
                throw new StoreException(
                    "store.orphans",
                    "The database could not be brought to the shape of this version: rows would lose their parents. Nothing was changed; go on with the version before and report this."
                );
            db.Commit();
        }
        catch
        {
            db.Rollback();
            throw;
        }
    }

    /// <summary>The version in the file, 0 when the module has none yet.</summary>
    private static int Known(Db db, StoreModule module)
    {
        var have = (int)db.Number("SELECT version FROM meta WHERE module = $1", module.Name);
        return have <= module.Version
            ? have
            : throw new StoreException(
                "store.newer",
                $"The database was written by a newer EdgeNode ({module.Name} {have}, this program knows {module.Version}). Install that version; nothing was changed."
            );
    }

    /// <summary>True when the module had an older shape.</summary>
    private static bool Bring(Db db, StoreModule module)
    {
        var have = Known(db, module);
        if (have == module.Version)
            return false;
        foreach (var script in have == 0 ? Scripts(module, "schema/") : Migrations(module, have))
            db.Script(script);
        db.Run(
            "INSERT INTO meta (module, version) VALUES ($1, $2) ON CONFLICT (module) DO UPDATE SET version = $2",
            module.Name,
            module.Version
        );
        return have > 0;
    }

    private static IEnumerable<string> Migrations(StoreModule module, int have)
    {
        for (var version = have + 1; version <= module.Version; version++)
        {
            foreach (var script in Scripts(module, $"migrations/{version:00}-"))
                yield return script;
        }
    }

    private static IEnumerable<string> Scripts(StoreModule module, string prefix)
    {
        var start = $"{module.Name}/Sql/{prefix}";
        foreach (
            var name in module
                .Assembly.GetManifestResourceNames()
                .Where(n => n.StartsWith(start, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
        )
        {
            using var reader = new StreamReader(module.Assembly.GetManifestResourceStream(name)!);
            yield return reader.ReadToEnd();
        }
    }
}
