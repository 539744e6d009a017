namespace EdgeNode.Tests.Unit.Matching;

/// <summary>The files of this repository that the matching tests read.</summary>
internal static class MatchingFiles
{
    public static byte[] Data(string name) => File.ReadAllBytes(Path.Combine(Root(), "tests", "data", "matching", name));

    public static string Golden(string name) =>
        File.ReadAllText(Path.Combine(Root(), "tests", "golden", "matching", name)).ReplaceLineEndings("\n");

    private static string Root()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "EdgeNode.sln")))
                return folder;
        throw new InvalidOperationException("The tests run outside the repository.");
    }
}
