namespace EdgeNode.Tests.System.Hosts;

/// <summary>What every start that is refused owes the steward, and what it must leave alone.</summary>
internal static class BadStart
{
    /// <summary>Exit code 1 and exactly one line on standard error, in which every word of <paramref name="words"/> stands; no stack trace.</summary>
    public static void IsRefused(Ended ended, params string[] words)
    {
        Assert.True(ended.Code == 1, $"expected exit code 1, {ended}");
        var lines = ended.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length == 1, $"expected one line on standard error, {ended}");
        Assert.StartsWith("edgenode: ", lines[0], StringComparison.Ordinal);
        Assert.EndsWith(".", lines[0].TrimEnd('"', ')'), StringComparison.Ordinal);
        foreach (var word in words)
            Assert.Contains(word, lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ended.Output + ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("ready", ended.Output.Split('\n'));
    }

    /// <summary>Every file that must survive, byte for byte: keys, identity, database and its log (an empty one says nothing).</summary>
    public static IReadOnlyDictionary<string, string> Possessions(string data) =>
        Directory
            .GetFiles(data)
            .Where(path => Path.GetFileName(path) is not ("lock" or "edgenode.db-shm"))
            .Where(path => !path.EndsWith("-wal", StringComparison.Ordinal) || new FileInfo(path).Length > 0)
            .ToDictionary(path => Path.GetFileName(path), path => Convert.ToHexString(Hash(path)));

    private static byte[] Hash(string path)
    {
        using var file = File.OpenRead(path);
        return global::System.Security.Cryptography.SHA256.HashData(file);
    }
}
