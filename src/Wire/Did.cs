using System.Buffers;
using SimpleBase;

namespace EdgeNode.Wire;

/// <summary>
/// Lasting id of a person or node: <c>did:edge:</c> and the lower-case unpadded base32 (RFC 4648) of its genesis operation's id, 61 characters.
/// Control may move to new keys; this never changes.
/// </summary>
public readonly record struct Did(string Value) : IComparable<Did>
{
    public const string Prefix = "did:edge:";
    public const int Length = 61;

    public static Did FromGenesis(ReadOnlySpan<byte> genesisId) => new(Prefix + Base32Text.Encode(genesisId));

    /// <summary>The part of the id that discovery and file names carry: a hint, never a proof.</summary>
    public string Short => Value.Length == Length ? Value.Substring(Prefix.Length, 13) : Value;

    public static bool TryParse(string? text, out Did did)
    {
        did = new Did(text ?? "");
        return text is { Length: Length }
            && text.StartsWith(Prefix, StringComparison.Ordinal)
            && Base32Text.IsLower(text.AsSpan(Prefix.Length));
    }

    public int CompareTo(Did other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

/// <summary>Lower-case unpadded base32 (RFC 4648 section 6), for DIDs, cards and couriers.</summary>
public static class Base32Text
{
    private static readonly SearchValues<char> Alphabet = SearchValues.Create("abcdefghijklmnopqrstuvwxyz234567");

    public static string Encode(ReadOnlySpan<byte> bytes) => Base32.Rfc4648.Encode(bytes, padding: false).ToLowerInvariant();

    public static bool IsLower(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(Alphabet);

    /// <summary>False for any character outside the alphabet.</summary>
    public static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = [];
        if (!IsLower(text))
            return false;
        bytes = Base32.Rfc4648.Decode(text.ToUpperInvariant());
        return true;
    }
}
