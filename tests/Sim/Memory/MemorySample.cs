using SQLitePCL;

namespace EdgeNode.Tests.Sim;

/// <summary>What this process keeps in memory at one moment, in bytes.</summary>
/// <param name="Managed">Objects that are alive after full collections.</param>
/// <param name="Sqlite">What SQLite has allocated: pages it keeps, prepared statements, connections (sqlite3_memory_used).</param>
internal readonly record struct MemorySample(long Managed, long Sqlite)
{
    public long Total => Managed + Sqlite;

    /// <summary>Collects twice, for what waits for its finalizer is alive until that has run.</summary>
    public static MemorySample Take()
    {
        for (var round = 0; round < 2; round++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
        return new MemorySample(GC.GetTotalMemory(forceFullCollection: true), raw.sqlite3_memory_used());
    }
}
