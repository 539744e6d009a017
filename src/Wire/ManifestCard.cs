using System.Net;

namespace EdgeNode.Wire;

/// <summary>Header of a manifest card: who says it, and from when until when it may be believed (RFC 3339).</summary>
public sealed record ManifestHeader(
    int V,
    string Kind,
    string From,
    string Key,
    long Epoch,
    string Issued,
    string Expires,
    string[] Crit
);

/// <summary>A way to a cabinet. The only type today is <see cref="Ip"/>; a reader passes over types that it does not know.</summary>
/// <param name="Type">Kind of address.</param>
/// <param name="Address">An IPv4 or IPv6 address in its usual text.</param>
/// <param name="Port">Port of the peers' broker.</param>
/// <param name="PairPort">Port for pairing and blobs.</param>
public sealed record ManifestEndpoint(string Type, string Address, int Port, int PairPort)
{
    public const string Ip = "ip";

    /// <summary>True for an address of one host. Whether it may be called from here is the caller's question.</summary>
    public bool IsHost =>
        Type == Ip
        && IPAddress.TryParse(Address, out var ip)
        && !(ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any) || ip.Equals(IPAddress.Broadcast))
        && !(ip.IsIPv6Multicast || ip.IsIPv4MappedToIPv6 || ip.GetAddressBytes() is [>= 224, _, _, _]);
}

/// <summary>What a cabinet says of itself on a card.</summary>
public sealed record ManifestBody(
    string Name,
    string Genesis,
    string Operator,
    string Release,
    string ContractVersion,
    string ContractHash,
    int ProtocolMin,
    int ProtocolMax,
    ManifestEndpoint[] Endpoints
);

/// <summary>
/// A cabinet's manifest as a card to hand over: signed by its key, with an end, small enough for one QR code. It tells where a
/// cabinet can be asked for a peering and who must answer there. It is public and grants nothing.
/// </summary>
public sealed record ManifestCard(
    ManifestHeader Header,
    ManifestBody Body,
    Identity Identity,
    Moment Issued,
    Moment Expires,
    byte[] Raw
)
{
    /// <summary>Largest card in bytes: as text it fits one QR code of correction level M (ISO/IEC 18004, 3,391 characters).</summary>
    public const int MaxSize = 2_048;

    /// <summary>Most ways to a cabinet on one card.</summary>
    public const int MaxEndpoints = 4;

    /// <summary>Longest life of a card, so that an old one found in a drawer says no more where a cabinet is.</summary>
    public static readonly TimeSpan MaxLife = TimeSpan.FromDays(366);

    /// <summary>Longest text that is searched for a card, in characters.</summary>
    public const int MaxText = 16 * 1024;

    private const string Mark = "ENC1/";

    /// <summary>A new card; null when what it says does not fit <see cref="MaxSize"/>.</summary>
    public static byte[]? Sign(Signer signer, ManifestBody body, Moment issued, Moment expires)
    {
        Invariant.Hold(IsWellFormed(body), "a card of our own keeps its bounds");
        Invariant.Hold(issued < expires && expires - issued <= MaxLife, "a card lives for a year at most");
        var header = new ManifestHeader(
            Statement.Version,
            Kinds.ManifestCard,
            signer.Node.Value,
            signer.Key.PublicKey,
            signer.Epoch,
            issued.ToRfc3339(),
            expires.ToRfc3339(),
            []
        );
        var raw = Frame.Encode(
            Kinds.ManifestCard,
            WireJson.Write(header, WireJson.Default.ManifestHeader),
            WireJson.Write(body, WireJson.Default.ManifestBody),
            signer.Key.Sign
        );
        return raw.Length <= MaxSize ? raw : null;
    }

    /// <summary>
    /// Null unless everything fits together: the frame is signed by the key of the genesis operation that it carries, and the DID
    /// is that operation's hash. <see cref="VerifyGate.CheckCard"/> is what callers use.
    /// </summary>
    internal static ManifestCard? TryRead(ReadOnlyMemory<byte> raw, P256 p256)
    {
        if (raw.Length > MaxSize || Frame.TryReadWhole(raw, MaxSize) is not { } frame)
            return null;
        if (WireJson.Read(frame.Header.Span, WireJson.Default.ManifestHeader) is not { V: Statement.Version } header)
            return null;
        if (header.Kind != Kinds.ManifestCard || header.Crit.Length > 0 || header.Epoch is < 0 or >= 1L << 53)
            return null;
        if (!p256.Verify(header.Key, frame.SignedBytes(header.Kind), frame.Signature.Span))
            return null;
        if (WireJson.Read(frame.Body.Span, WireJson.Default.ManifestBody) is not { } body || !IsWellFormed(body))
            return null;
        if (!Moment.TryParse(header.Issued, out var issued) || !Moment.TryParse(header.Expires, out var expires))
            return null;
        if (issued >= expires || expires - issued > MaxLife || IdentityOf(body, p256) is not { } identity)
            return null;
        return identity.Did.Value == header.From && identity.Key == header.Key
            ? new ManifestCard(header, body, identity, issued, expires, raw.ToArray())
            : null;
    }

    /// <summary>The card as it stands in a QR code or file: letters, digits and slashes only, so that a scanner may be careless.</summary>
    public static string ToText(ReadOnlySpan<byte> raw) => Mark + Base32Text.Encode(raw).ToUpperInvariant();

    /// <summary>The first card in a text that somebody scanned, pasted or saved; blanks and line ends inside it do no harm. Null when there is none.</summary>
    public static byte[]? FromText(string text)
    {
        var searched = text.Length <= MaxText ? text : text[..MaxText];
        var at = searched.IndexOf(Mark, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return null;
        var letters = new System.Text.StringBuilder();
        foreach (var c in searched.AsSpan(at + Mark.Length))
        {
            if (char.IsAsciiLetter(c) || c is >= '2' and <= '7')
                letters.Append(char.ToLowerInvariant(c));
            else if (!char.IsWhiteSpace(c))
                break;
        }
        // One, three and six letters over are no whole number of bytes.
        var whole = letters.Length % 8 is not (1 or 3 or 6) && letters.Length <= 2 * MaxSize;
        return whole && Base32Text.TryDecode(letters.ToString(), out var raw) ? raw : null;
    }

    private static Identity? IdentityOf(ManifestBody body, P256 p256)
    {
        var genesis = new byte[body.Genesis.Length];
        if (!Convert.TryFromBase64String(body.Genesis, genesis, out var length))
            return null;
        return Identity.Verify(genesis.AsMemory(0, length), p256) is { Type: Identity.Node } identity ? identity : null;
    }

    private static bool IsWellFormed(ManifestBody b) =>
        b.Name.Length is > 0 and <= 80
        && b.Operator.Length <= 200
        && b.Release.Length <= 40
        && b.ContractVersion.Length is > 0 and <= 20
        && Sha.IsHex(b.ContractHash)
        && b.ProtocolMin is >= 1 and <= 1000
        && b.ProtocolMax >= b.ProtocolMin
        && b.ProtocolMax <= 1000
        && b.Endpoints.Length is > 0 and <= MaxEndpoints
        && Array.TrueForAll(b.Endpoints, IsWellFormed);

    private static bool IsWellFormed(ManifestEndpoint e) =>
        e.Type.Length is > 0 and <= 20
        && e.Address.Length is > 0 and <= 100
        && e is { Port: > 0 and < 65536, PairPort: > 0 and < 65536 }
        && (e.Type != ManifestEndpoint.Ip || e.IsHost);
}
