using System.Buffers;
using System.Security.Cryptography;

namespace EdgeNode.Wire;

/// <summary>
/// Header of a statement. <see cref="Class"/> is public, shared or restore-only: there is no word for local-only, so no statement of
/// that class can be constructed.
/// </summary>
/// <param name="V">Protocol version.</param>
/// <param name="Kind">See <see cref="Kinds"/>.</param>
/// <param name="From">DID of the node that made it; always a node.</param>
/// <param name="Key">did:key that signed.</param>
/// <param name="Alg">ES256.</param>
/// <param name="Class">Data class.</param>
/// <param name="Audience">DIDs of the nodes that may hold it (class shared); empty for public.</param>
/// <param name="Hlc">Hybrid logical clock, 16 hex digits (it does not fit a JSON number).</param>
/// <param name="Epoch">The node's counter of restores, compromises and key changes.</param>
/// <param name="Expires">RFC 3339, or null for what only its ring's end retires.</param>
/// <param name="Contract">SHA-256 of the contract text in force between the parties.</param>
/// <param name="Crit">Names that a reader must understand; an unknown one is refused.</param>
/// <param name="Type">Content type of the body.</param>
public sealed record StatementHeader(
    int V,
    string Kind,
    string From,
    string Key,
    string Alg,
    string Class,
    string[] Audience,
    string Hlc,
    long Epoch,
    string? Expires,
    string Contract,
    string[] Crit,
    string Type
);

/// <summary>
/// The smallest thing that may leave a node: signed by its origin, immutable, named by the SHA-256 of its signed bytes, carried verbatim.
/// </summary>
public sealed class Statement
{
    public const int Version = 1;
    public const int MaxSize = 48 * 1024;

    /// <summary>Most nodes that one statement may name: 24 DIDs and the rest fit the header's 2 KiB.</summary>
    public const int MaxAudience = 24;
    public const string JsonType = "application/json";

    private Statement(Frame frame, StatementHeader header, DataClass cls)
    {
        Frame = frame;
        Header = header;
        Class = cls;
        Hash = frame.Hash(header.Kind);
        Id = Convert.ToHexStringLower(Hash);
        From = new Did(header.From);
        Hlc = Convert.ToInt64(header.Hlc, 16);
        Expires = Moment.TryParse(header.Expires, out var at) ? at : null;
    }

    public Frame Frame { get; }
    public StatementHeader Header { get; }
    public DataClass Class { get; }
    public string Id { get; }

    /// <summary>The id as 32 bytes.</summary>
    internal byte[] Hash { get; }

    /// <summary>Kept from the first look: all that decides it is in the statement.</summary>
    private bool? _signed;
    public Did From { get; }
    public long Hlc { get; }
    public Moment? Expires { get; }
    public string Kind => Header.Kind;
    public ReadOnlySpan<byte> Body => Frame.Body.Span;
    public ReadOnlyMemory<byte> Raw => Frame.Raw;

    /// <summary>Whether the key that it names signed it; whose key that is, is another question.</summary>
    internal bool IsSigned(P256 p256) => _signed ??= p256.VerifyHash(Header.Key, Hash, Frame.Signature.Span);

    /// <summary>True when <paramref name="node"/> may hold it: the origin, a named peer, or anybody for class public.</summary>
    public bool IsFor(Did node) => Class == DataClass.Public || From == node || Array.IndexOf(Header.Audience, node.Value) >= 0;

    /// <summary>
    /// Makes and signs a statement. Throws <see cref="InvariantException"/> for a class or audience that the data map forbids: that is our own error,
    /// and it must not leave the node.
    /// </summary>
    public static Statement Sign(StatementDraft draft, Signer signer)
    {
        var rule = DataMap.RuleOf(draft.Kind);
        Invariant.Hold(rule is not null && rule.Class == draft.Class, $"{draft.Kind} is not sent as {draft.Class}: see DataMap");
        Invariant.Hold(draft.Class != DataClass.LocalOnly, "no statement of class local-only can be made");
        Invariant.Hold(draft.Audience.Count <= MaxAudience, $"a statement names at most {MaxAudience} nodes");
        Invariant.Hold(draft.Body.Length <= rule!.MaxBody, $"{draft.Kind} is at most {rule.MaxBody} bytes");
        var audience = draft.Audience.Select(did => did.Value).Order(StringComparer.Ordinal).ToArray();
        var header = new StatementHeader(
            Version,
            draft.Kind,
            signer.Node.Value,
            signer.Key.PublicKey,
            "ES256",
            draft.Class.ToWire(),
            audience,
            signer.NextHlc().ToString("x16"),
            signer.Epoch,
            draft.Expires?.ToRfc3339(),
            draft.Contract,
            [],
            JsonType
        );
        var raw = Frame.Encode(draft.Kind, WireJson.Write(header, WireJson.Default.StatementHeader), draft.Body, signer.Key.Sign);
        return new Statement(Frame.TryReadWhole(raw, MaxSize)!, header, draft.Class);
    }

    /// <summary>Reads without believing: shape and bounds only. <see cref="VerifyGate"/> is what callers use for anything from outside.</summary>
    internal static Statement? TryRead(ReadOnlyMemory<byte> raw)
    {
        if (raw.Length > MaxSize || Frame.TryReadWhole(raw, MaxSize) is not { } frame)
            return null;
        if (WireJson.Read(frame.Header.Span, WireJson.Default.StatementHeader) is not { } header || !IsWellFormed(header))
            return null;
        return DataClasses.TryParse(header.Class, out var cls) ? new Statement(frame, header, cls) : null;
    }

    /// <summary>A statement of our own, read back from our own database.</summary>
    public static Statement FromStore(byte[] raw)
    {
        var statement = TryRead(raw);
        Invariant.Hold(statement is not null, "a stored statement reads back as it was written");
        return statement;
    }

    private static bool IsWellFormed(StatementHeader h) =>
        h.Kind.Length is > 0 and <= 40
        && Did.TryParse(h.From, out _)
        && h.Audience.Length <= MaxAudience
        && Array.TrueForAll(h.Audience, did => Did.TryParse(did, out _))
        && h.Hlc.Length == 16
        && Sha.IsLowerHex(h.Hlc)
        && h.Hlc[0] < '8'
        && h.Epoch is >= 0 and < 1L << 53
        && (h.Expires is null || Moment.TryParse(h.Expires, out _))
        && h.Crit.Length <= 16;
}

/// <summary>What a statement is to say, before it is signed.</summary>
public sealed record StatementDraft(
    string Kind,
    DataClass Class,
    IReadOnlyCollection<Did> Audience,
    byte[] Body,
    Moment? Expires,
    string Contract
);

/// <summary>The signing side of a node: its identity, its key, its epoch and its clock.</summary>
public sealed class Signer(Did node, NodeKey key, long epoch, Func<long> nextHlc)
{
    public Did Node { get; } = node;
    public NodeKey Key { get; } = key;
    public long Epoch { get; } = epoch;

    public long NextHlc() => nextHlc();
}

/// <summary>SHA-256 in the hex form that ids have.</summary>
public static class Sha
{
    public static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static bool IsHex(string? text) => text is { Length: 64 } && IsLowerHex(text);

    internal static bool IsLowerHex(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(Digits);

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");
}
