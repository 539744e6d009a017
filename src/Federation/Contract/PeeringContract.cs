using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>The text of twelve norms that two operators agree on, named by version and SHA-256.</summary>
public sealed record PeeringContract(string Version, string Text, string Hash)
{
    public static PeeringContract Current { get; } = Load("1");

    private static PeeringContract Load(string version)
    {
        using var stream = typeof(PeeringContract).Assembly.GetManifestResourceStream($"Federation/contract-{version}.txt")!;
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        return new PeeringContract(version, text, Sha.Hex(System.Text.Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>
    /// The document both nodes sign: the same bytes on both sides, whoever asked first.
    /// </summary>
    public static string Agreement(string contractVersion, string contractHash, Identity a, Identity b)
    {
        var (first, second) = a.Did.CompareTo(b.Did) < 0 ? (a, b) : (b, a);
        return $"edgenode agreement 1\ncontract {contractVersion} {contractHash}\nprotocol {Statement.Version}\n"
            + $"{first.Did} {first.Key}\n{second.Did} {second.Key}\n";
    }
}
