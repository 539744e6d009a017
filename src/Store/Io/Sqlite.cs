using System.Runtime.InteropServices;
using SQLitePCL;

namespace EdgeNode.Store.Io;

/// <summary>Binds the provider to the system's libsqlite3 once, before the first use (docs/decisions/0003).</summary>
internal static class Sqlite
{
    private static readonly Lazy<bool> Bound = new(Bind);

    public static void Load() => _ = Bound.Value;

    private static bool Bind()
    {
        NativeLibrary.SetDllImportResolver(
            typeof(SQLite3Provider_e_sqlite3).Assembly,
            (name, _, _) => name == "e_sqlite3" ? LoadSystemLibrary() : 0
        );
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        // No connection is ever used by two threads at a time, so none needs locks of its own (threadsafe.html, "Multi-thread"); they cost a twentieth of a step.
        _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MULTITHREAD);
        return true;
    }

    private static nint LoadSystemLibrary() =>
        NativeLibrary.TryLoad("libsqlite3.so.0", out var handle)
            ? handle
            : throw new StoreException("store.no_sqlite", "libsqlite3 is missing; install Debian's package libsqlite3-0.");
}
