using System.Text;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>
/// Words that exist nowhere else, hidden in what residents write. Each names the nodes that may ever see it; every byte that leaves a cabinet is searched
/// for them.
/// </summary>
internal sealed class Canaries(Prng prng)
{
    private const int Hex = 12;
    private static readonly byte[] Mark = Encoding.ASCII.GetBytes("kanari");

    /// <summary>Null = any cabinet.</summary>
    private readonly Dictionary<string, IReadOnlySet<Did>?> _allowed = new(StringComparer.Ordinal);

    /// <summary>A word that never leaves its home; not even the home says it to anybody.</summary>
    public string LocalOnly() => Make(new HashSet<Did>());

    /// <summary>A word for the named nodes, the home among them: a neighbour may quote it there.</summary>
    public string For(IEnumerable<Did> nodes) => Make(nodes.ToHashSet());

    public string ForAll() => Make(null);

    /// <summary>The first word in <paramref name="bytes"/> that <paramref name="reader"/> may not see; null = none.</summary>
    public string? FirstForbidden(ReadOnlySpan<byte> bytes, Did? reader)
    {
        for (var at = bytes.IndexOf(Mark); at >= 0; at = bytes.IndexOf(Mark))
        {
            bytes = bytes[at..];
            if (bytes.Length < Mark.Length + Hex)
                return null;
            var word = Encoding.ASCII.GetString(bytes[..(Mark.Length + Hex)]);
            if (
                _allowed.TryGetValue(word, out var allowed)
                && allowed is not null
                && (reader is null || !allowed.Contains(reader.Value))
            )
                return word;
            bytes = bytes[Mark.Length..];
        }
        return null;
    }

    private string Make(IReadOnlySet<Did>? allowed)
    {
        var word = "kanari" + prng.Next().ToString("x16")[..Hex];
        _allowed[word] = allowed;
        return word;
    }
}
