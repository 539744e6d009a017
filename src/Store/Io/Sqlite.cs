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
        return true;
    }

    private static nint LoadSystemLibrary() =>
        NativeLibrary.TryLoad("libsqlite3.so.0", out var handle)
            ? handle
            : throw new StoreException("store.no_sqlite", "libsqlite3 is missing; install Debian's package libsqlite3-0.");
}
