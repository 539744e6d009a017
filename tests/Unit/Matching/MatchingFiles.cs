using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

/// <summary>The files of this repository that the matching tests read.</summary>
internal static class MatchingFiles
{
    public static byte[] Data(string name) => File.ReadAllBytes(PathOf(name));

    public static string PathOf(string name) => Path.Combine(Root(), "tests", "data", "matching", name);

    public static string Golden(string name) =>
        File.ReadAllText(Path.Combine(Root(), "tests", "golden", "matching", name)).ReplaceLineEndings("\n");

    /// <summary>A file with what lies beside it.</summary>
    public static InstanceSource Source(string name) => SourceAt(PathOf(name));

    public static Instance Read(string name, decimal accept = 1, bool plain = false) =>
        Instance.Read(Source(name), new InstanceOptions { Accept = accept, PlainScores = plain });

    /// <summary>The rows of expected.csv whose files are here.</summary>
    public static IEnumerable<ExpectedRow> Expected() =>
        File.ReadLines(PathOf("expected.csv")).Skip(1).Select(ExpectedRow.Parse).Where(row => File.Exists(PathOf(row.File)));

    private static InstanceSource SourceAt(string path) =>
        new(
            path,
            () => File.OpenRead(path),
            ending => Path.ChangeExtension(path, ending) is { } beside && File.Exists(beside) ? SourceAt(beside) : null
        );

    private static string Root()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "EdgeNode.sln")))
                return folder;
        throw new InvalidOperationException("The tests run outside the repository.");
    }
}

/// <summary>A row of expected.csv; tests/data/matching/README.md has the columns.</summary>
internal sealed record ExpectedRow(string File, int? Cap, int Chain, decimal Accept, string Status, decimal? Value, long? Columns)
{
    public bool Refused => Status == "must be refused";

    public static ExpectedRow Parse(string line)
    {
        var f = line.Split(',');
        return new(
            f[0],
            f[1] == "-" ? null : int.Parse(f[1]),
            int.Parse(f[2]),
            decimal.Parse(f[3]),
            f[7],
            f[5].Length == 0 ? null : decimal.Parse(f[5]),
            f[9].Length == 0 ? null : long.Parse(f[9])
        );
    }
}
