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
    public string Path { get; } = path;

    /// <summary>
    /// Opens for writing: WAL, synchronous=FULL (an acknowledgement is a promise already on disk), foreign keys, integrity check, migrations.
    /// Throws <see cref="StoreException"/>.
    /// </summary>
    public Db OpenWriter(IReadOnlyList<StoreModule> modules)
    {
        var db = Open(SqliteOpenMode.ReadWriteCreate);
        try
        {
            db.Script(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA wal_autocheckpoint=1000;"
            );
            CheckIntegrity(db);
            Migrator.Run(db, modules);
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

    /// <summary>A sentence for what SQLite refused, so that a steward knows what to do.</summary>
    public StoreException Explain(SqliteException e) =>
        e.SqliteErrorCode switch
        {
            11 or 26 => new(
                "store.corrupt",
                $"The database {Path} is damaged ({e.Message}). Nothing was changed. Restore it from an archive, or move it away to start anew.",
                e
            ),
            13 => new("store.full", $"The disk that holds {Path} is full. Nothing is lost; free some space and start again.", e),
            5 or 6 => new("store.busy", $"The database {Path} is in use by another program. Stop it and start again.", e),
            8 or 14 => new(
                "store.no_access",
                $"The database {Path} cannot be opened for writing. Check that the folder exists and belongs to this user.",
                e
            ),
            _ => new("store.failed", $"The database {Path} failed: {e.Message}", e),
        };

    private Db Open(SqliteOpenMode mode)
    {
        Sqlite.Load();
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = Path,
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

    private void CheckIntegrity(Db db)
    {
        var found = db.All("PRAGMA quick_check(5)", r => r.Text(0));
        if (found is not ["ok"])
            throw new StoreException(
                "store.corrupt",
                $"The database {Path} is damaged ({string.Join("; ", found)}). Nothing was changed. Restore it from an archive, or move it away to start anew."
            );
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
/// one transaction.
/// </summary>
internal static class Migrator
{
    public static void Run(Db db, IReadOnlyList<StoreModule> modules)
    {
        db.Begin();
        try
        {
            db.Script(
                "CREATE TABLE IF NOT EXISTS meta (module TEXT PRIMARY KEY, version INTEGER NOT NULL CHECK (version > 0)) STRICT;"
            );
            foreach (var module in modules)
                Bring(db, module);
            db.Commit();
        }
        catch
        {
            db.Rollback();
            throw;
        }
    }

    private static void Bring(Db db, StoreModule module)
    {
        var have = (int)db.Number("SELECT version FROM meta WHERE module = $1", module.Name);
        if (have > module.Version)
            throw new StoreException(
                "store.newer",
                $"The database was written by a newer EdgeNode ({module.Name} {have}, this program knows {module.Version}). Install that version; nothing was changed."
            );
        if (have == module.Version)
            return;
        foreach (var script in have == 0 ? Scripts(module, "schema/") : Migrations(module, have))
            db.Script(script);
        db.Run(
            "INSERT INTO meta (module, version) VALUES ($1, $2) ON CONFLICT (module) DO UPDATE SET version = $2",
            module.Name,
            module.Version
        );
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
