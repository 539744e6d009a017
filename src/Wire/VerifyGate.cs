using EdgeNode.Wire.Io;

namespace EdgeNode.Wire;

/// <summary>
/// The one gate that everything from outside passes, whatever road it came by: signature first, meaning after. Pure: whose key is valid is told by
/// <paramref name="keyIsValid"/> (DID, did:key), which the identity logs answer.
/// </summary>
public sealed class VerifyGate(Did me, P256 p256, Func<Did, string, bool> keyIsValid)
{
    /// <summary>Names in <c>crit</c> that this version understands.</summary>
    private static readonly string[] KnownCritical = [];

    public P256 P256 => p256;

    /// <summary>A statement and <see cref="Verdict.Accepted"/>, or a refusal and, where it could be read, the statement it concerns.</summary>
    public (Statement? Statement, Verdict Verdict) Check(ReadOnlyMemory<byte> raw, Moment now) =>
        Check(Statement.TryRead(raw), now);

    /// <summary>The same for what was read already; null is what has not the shape of a statement.</summary>
    public (Statement? Statement, Verdict Verdict) Check(Statement? statement, Moment now) =>
        statement is null ? (null, Verdict.Refused("statement.malformed")) : (statement, Judge(statement, now));

    private Verdict Judge(Statement s, Moment now)
    {
        if (s.Header.V != Statement.Version)
            return Verdict.Refused("statement.version");
        if (!s.IsSigned(p256))
            return Verdict.Refused("statement.signature");
        if (!keyIsValid(s.From, s.Header.Key))
            return Verdict.Refused("statement.unknown_origin");
        if (s.Header.Crit.Any(name => !KnownCritical.Contains(name)))
            return Verdict.Refused("statement.crit");
        if (DataMap.RuleOf(s.Kind) is not { } rule)
            return Verdict.Refused("statement.kind");
        if (s.Class != rule.Class)
            return Verdict.Refused("statement.class");
        if (!s.IsFor(me))
            return Verdict.Refused("statement.audience");
        if (s.Body.Length > rule.MaxBody)
            return Verdict.Refused("statement.size");
        if (rule.Lifetime is not null && s.Expires is null)
            return Verdict.Refused("statement.expiry");
        // A clock that was never set expires nothing.
        return s.Expires < now && now >= Moment.EarliestSure ? Verdict.Expired : Verdict.Accepted;
    }

    /// <summary>
    /// A bundle from <paramref name="peer"/>, or null and the code. Its statements are still unverified. With the code <c>bundle.digest</c> the header
    /// is authentic but the statements are not those it signs: the bundle is refused as a whole and the stream moves on.
    /// </summary>
    /// <param name="raw">What came.</param>
    /// <param name="peer">Whose link it came by.</param>
    /// <param name="foreseen">What <see cref="Foresee"/> made of the same bytes, if it was asked; the answer is the same without.</param>
    public (Bundle? Bundle, string Code) CheckBundle(ReadOnlyMemory<byte> raw, Did peer, Bundle? foreseen = null)
    {
        var known = foreseen is not null && foreseen.Raw.Equals(raw) ? foreseen : null;
        if ((known ?? Bundle.TryRead(raw)) is not { } bundle)
            return (null, "bundle.malformed");
        var h = bundle.Header;
        if (h.From != peer.Value || h.To != me.Value)
            return (null, "bundle.address");
        if (!keyIsValid(peer, h.Key))
            return (null, "bundle.key");
        if (!bundle.IsSigned(p256))
            return (null, "bundle.signature");
        // A statement that cannot be read has no id; the digest then cannot hold, and the bundle as a whole is refused.
        var ids = bundle.Read.OfType<Statement>().Select(s => s.Hash).ToArray();
        return ids.Length == h.Count && Bundle.DigestOf(ids) == h.Digest ? (bundle, "") : (bundle, "bundle.digest");
    }

    /// <summary>
    /// Does ahead, on any thread, the part of the gate's work that needs nothing but the bytes: reads a bundle and checks every signature in it, which is most of
    /// what taking a bundle over costs. It decides nothing; <see cref="CheckBundle"/> and <see cref="Check(Statement?, Moment)"/> do, with the answers kept in the
    /// bundle. Null for what is no bundle. <paramref name="p256"/> is the caller's own.
    /// </summary>
    public static Bundle? Foresee(ReadOnlyMemory<byte> raw, P256 p256)
    {
        if (Bundle.TryRead(raw) is not { } bundle)
            return null;
        // Behind a header that does not hold nothing is looked at.
        if (bundle.IsSigned(p256))
            foreach (var statement in bundle.Read)
                statement?.IsSigned(p256);
        return bundle;
    }

    /// <summary>A receipt or have from <paramref name="peer"/>; null when anything does not fit.</summary>
    public Frame? CheckControl(string kind, ReadOnlyMemory<byte> raw, Did peer)
    {
        if (Frame.TryReadWhole(raw, Control.MaxBody) is not { } frame)
            return null;
        if (WireJson.Read(frame.Header.Span, WireJson.Default.ControlHeader) is not { V: Statement.Version } header)
            return null;
        var fits = header.Kind == kind && header.From == peer.Value && header.To == me.Value && keyIsValid(peer, header.Key);
        return fits && p256.Verify(header.Key, frame.SignedBytes(kind), frame.Signature.Span) ? frame : null;
    }

    /// <summary>
    /// A manifest card that somebody brought, or null and the code. It proves who made it and nothing about who brought it; the
    /// card itself names the key, because whoever carries one is a stranger as yet.
    /// </summary>
    public (ManifestCard? Card, string Code) CheckCard(ReadOnlyMemory<byte> raw, Moment now)
    {
        if (ManifestCard.TryRead(raw, p256) is not { } card)
            return (null, "card.malformed");
        if (card.Identity.Did == me)
            return (null, "card.own");
        // A clock that was never set expires nothing.
        return card.Expires < now && now >= Moment.EarliestSure ? (null, "card.expired") : (card, "");
    }

    /// <summary>True when the act was signed by the key it names, over exactly its content. Whether that key is the person's is the caller's question.</summary>
    public static bool IsSigned(PersonAct act) =>
        DidKey.TryEd25519(act.Key, out var key)
        && act.Sig.Length == 128
        && TryHex(act.Sig, out var signature)
        && Sodium.Ed25519Verify(key, ActBytes(act.Act, act.Content), signature);

    /// <summary>What a person signs.</summary>
    public static byte[] ActBytes(string act, string content) =>
        Frame.SignedBytes(act, System.Text.Encoding.UTF8.GetBytes(content));

    private static bool TryHex(string text, out byte[] bytes)
    {
        bytes = [];
        if (text.AsSpan().ContainsAnyExcept("0123456789abcdef"))
            return false;
        bytes = Convert.FromHexString(text);
        return true;
    }
}
