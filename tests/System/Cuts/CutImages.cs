using System.Globalization;
using EdgeNode.Appliance;
using EdgeNode.Appliance.Io;
using EdgeNode.Store;
using EdgeNode.Wire.Io;

namespace EdgeNode.Tests.System.Cuts;

/// <summary>What was found in an image: nothing, or what is wrong with it.</summary>
internal sealed record Finding(string Fault, string Text)
{
    /// <summary>A promise is not there.</summary>
    public const string Lost = "cut.lost";

    /// <summary>It does not open, or is not whole.</summary>
    public const string Corrupt = "cut.corrupt";

    public override string ToString() => $"{Fault}: {Text}";
}

/// <summary>Draws images of a recorded disk, cut at any of its writes, and looks at each with the program's own store.</summary>
internal sealed class CutImages(IReadOnlyList<Recorded> log, IReadOnlyList<Promise> promises, int seed)
{
    private const string Database = "edgenode.db";

    /// <summary>Images live a moment and need no disk: in memory a look at one takes a tenth of the time.</summary>
    private static readonly string Memory = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    /// <summary>Bytes without meaning: leaving them out of every image saves time and takes nothing away.</summary>
    public static bool IsWithoutMeaning(string path) => path == "ballast";

    /// <summary>Cut points, in order; more than there are writes means that some are cut several times, each time with another choice of what was kept.</summary>
    public IEnumerable<(int At, int Draw)> Points(int images)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, images).Select(i => (random.Next(log.Count), i)).OrderBy(p => p.Item1).ThenBy(p => p.i);
    }

    /// <summary>One image after another, in a folder that is empty again before the next.</summary>
    public IEnumerable<(int At, string Folder, IReadOnlyList<Promise> Due)> Draw(IEnumerable<(int At, int Draw)> points)
    {
        var disk = new CutDisk();
        var (applied, due) = (0, 0);
        foreach (var (at, draw) in points)
        {
            for (; applied <= at; applied++)
                disk.Apply(log[applied]);
            while (due < promises.Count && promises[due].At <= log[at].End)
                due++;
            var folder = Path.Combine(Memory, $"edgenode-cut-{Environment.ProcessId}-{Guid.NewGuid():N}");
            Directory.CreateDirectory(folder);
            try
            {
                disk.Draw(folder, new Random(seed + draw), IsWithoutMeaning);
                yield return (at, folder, [.. promises.Take(due)]);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    /// <summary>Opens the folder as a start does; null when all is well.</summary>
    public static Finding? Check(string folder, IReadOnlyList<Promise> due)
    {
        if (!File.Exists(Path.Combine(folder, Database)))
            return due.Count == 0 ? null : new Finding(Finding.Lost, $"the database is gone, and with it {due.Count} promises");
        try
        {
            using (var data = DataFolder.Open(folder))
            {
                var (key, _, certificate) = data.OpenIdentity(SystemEntropy.Instance);
                key.Dispose();
                certificate.Dispose();
            }
            using var db = new StoreFile(Path.Combine(folder, Database)).OpenWriter(Node.Modules);
            var whole = db.All("PRAGMA integrity_check", r => r.Text(0));
            return whole is ["ok"] ? Missing(db, due) : new Finding(Finding.Corrupt, string.Join("; ", whole));
        }
        catch (Exception e) when (e is StoreException or SetupException or Microsoft.Data.Sqlite.SqliteException or IOException)
        {
            return new Finding(Finding.Corrupt, e.Message);
        }
    }

    private static Finding? Missing(Db db, IReadOnlyList<Promise> due)
    {
        var labels = Set(db, "SELECT label FROM resident");
        var titles = Set(db, "SELECT title FROM offering");
        var statements = Set(db, "SELECT id FROM statement");
        var bundles = Set(db, "SELECT stream || '-' || seq FROM inbox");
        foreach (var promise in due)
        {
            var there = promise.Kind switch
            {
                PromiseKind.Resident => labels.Contains(promise.Id),
                PromiseKind.Post => titles.Contains(promise.Id),
                PromiseKind.SharedPost => titles.Contains(promise.Id),
                PromiseKind.Bundle => bundles.Contains(promise.Id),
                _ => statements.Contains(promise.Id),
            };
            if (!there)
                return new Finding(Finding.Lost, $"{promise.Kind} {promise.Id}");
        }
        var shared = due.Count(p => p.Kind == PromiseKind.SharedPost);
        return db.Number("SELECT count(*) FROM outbox") < shared
            ? new Finding(
                Finding.Lost,
                string.Create(CultureInfo.InvariantCulture, $"fewer than {shared} posts wait for the peer")
            )
            : null;
    }

    private static HashSet<string> Set(Db db, string sql) => [.. db.All(sql, r => r.Text(0))];
}
