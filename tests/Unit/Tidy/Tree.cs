namespace EdgeNode.Tests.Unit.Tidy;

/// <summary>The repository as the tidy tests read it: files under its root, build output and tools' folders left out.</summary>
internal static class Tree
{
    static readonly string[] NotOurs = [".git", "artifacts", "out", "bin", "obj", "node_modules", ".vs", ".idea"];

    /// <summary>The folder that holds EdgeNode.sln, found upwards from the test assembly.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Paths relative to the root, with forward slashes, in ordinal order.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Walk(Root).Select(Relative).Order(StringComparer.Ordinal)];

    /// <summary>Folders below <paramref name="start"/>, relative to the root.</summary>
    public static IEnumerable<string> FoldersBelow(string start) =>
        Files
            .Where(f => f.StartsWith(start + "/", StringComparison.Ordinal))
            .SelectMany(FoldersAbove)
            .Where(f => f.Length > start.Length)
            .Distinct()
            .Order(StringComparer.Ordinal);

    public static IEnumerable<string> Below(string start, string extension) =>
        Files.Where(f => f.StartsWith(start + "/", StringComparison.Ordinal) && f.EndsWith(extension, StringComparison.Ordinal));

    public static string PathOf(string file) => Path.Combine(Root, file);

    public static string Text(string file) => File.ReadAllText(PathOf(file));

    public static string[] Lines(string file) => File.ReadAllLines(PathOf(file));

    /// <summary>Fails with one finding a line, so that all of them can be mended at once.</summary>
    public static void NoneOf(IEnumerable<string> findings)
    {
        var all = findings.ToArray();
        Assert.True(all.Length == 0, string.Join('\n', all));
    }

    static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "EdgeNode.sln")))
            {
                return folder.FullName;
            }
        }
        throw new InvalidOperationException($"No EdgeNode.sln above {AppContext.BaseDirectory}.");
    }

    static IEnumerable<string> Walk(string folder) =>
        Directory
            .EnumerateFiles(folder)
            .Concat(Directory.EnumerateDirectories(folder).Where(d => !NotOurs.Contains(Path.GetFileName(d))).SelectMany(Walk));

    static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    static IEnumerable<string> FoldersAbove(string file)
    {
        for (var end = file.LastIndexOf('/'); end > 0; end = file.LastIndexOf('/', end - 1))
        {
            yield return file[..end];
        }
    }
}
