using System.Buffers;

namespace EdgeNode.Sync;

/// <summary>What a message on a link is: bundles of statements, signed receipts, or the exchange of what each side has.</summary>
public enum TopicKind
{
    Data,
    Receipt,
    Have,
}

/// <summary>
/// The address of a message between two nodes: <c>en/1/{to}/{from}/{d|r|h}/{class}</c>. The broker lets a peer write only under its own
/// name in the place of <c>from</c>, so a topic that came through our own broker says truthfully who sent it (what was said is the
/// signature's business, not the topic's).
/// </summary>
public readonly record struct Topic(string To, string From, TopicKind Kind, string Class)
{
    /// <summary>The topic tree's name and version.</summary>
    public const string Root = "en/1/";

    /// <summary>Characters of a node's DID: <c>did:edge:</c> and 52 of base32.</summary>
    public const int DidLength = 61;

    /// <summary>Most characters of a topic: root, two DIDs, kind, longest class and three separators.</summary>
    public const int MaxLength = 5 + 61 + 1 + 61 + 1 + 1 + 1 + 12;

    private const string DidPrefix = "did:edge:";
    private const string Kinds = "drh";
    private static readonly SearchValues<char> Base32 = SearchValues.Create("abcdefghijklmnopqrstuvwxyz234567");
    private static readonly string[] Classes = ["public", "shared", "restore-only", "control"];

    /// <summary>The data classes that may stand in a topic. Local-only has no name here: it has no way onto a link.</summary>
    public static IReadOnlyList<string> AllClasses => Classes;

    /// <summary>Everything that any node sends to <paramref name="to"/>, for the node's subscription at its own broker.</summary>
    public static string EverythingTo(string to) => $"{Root}{Did(to)}/+/#";

    /// <summary>Everything that <paramref name="from"/> sends to <paramref name="to"/>: a filter and the form of an access rule.</summary>
    public static string Everything(string to, string from) => $"{Root}{Did(to)}/{Did(from)}/#";

    /// <summary>True for the exact form of a node's DID; nothing else reaches a configuration file, a folder or a topic.</summary>
    public static bool IsDid(ReadOnlySpan<char> text)
    {
        if (text.Length != DidLength || !text.StartsWith(DidPrefix, StringComparison.Ordinal))
            return false;
        return !text[DidPrefix.Length..].ContainsAnyExcept(Base32);
    }

    /// <summary>The topic's text.</summary>
    /// <exception cref="ArgumentException">A part is not well formed.</exception>
    public override string ToString()
    {
        if (!Classes.AsSpan().Contains(Class))
            throw new ArgumentException($"No data class '{Class}' may stand in a topic.");
        return $"{Root}{Did(To)}/{Did(From)}/{Kinds[(int)Kind]}/{Class}";
    }

    /// <summary>Reads a topic. False for anything that <see cref="ToString"/> would not have written, whatever it is.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Topic topic)
    {
        topic = default;
        if (text.Length > MaxLength || !text.StartsWith(Root, StringComparison.Ordinal))
            return false;
        var rest = text[Root.Length..];
        if (!TakeDid(ref rest, out var to) || !TakeDid(ref rest, out var from) || rest.Length < 3 || rest[1] != '/')
            return false;
        int kind = Kinds.IndexOf(rest[0], StringComparison.Ordinal);
        var dataClass = ClassOf(rest[2..]);
        if (kind < 0 || dataClass is null)
            return false;
        topic = new Topic(to, from, (TopicKind)kind, dataClass);
        return true;
    }

    private static bool TakeDid(ref ReadOnlySpan<char> rest, out string did)
    {
        did = "";
        if (rest.Length <= DidLength || rest[DidLength] != '/' || !IsDid(rest[..DidLength]))
            return false;
        did = rest[..DidLength].ToString();
        rest = rest[(DidLength + 1)..];
        return true;
    }

    private static string? ClassOf(ReadOnlySpan<char> text)
    {
        foreach (var name in Classes)
            if (text.SequenceEqual(name))
                return name;
        return null;
    }

    private static string Did(string did) =>
        IsDid(did) ? did : throw new ArgumentException("Not the DID of a node.", nameof(did));
}
