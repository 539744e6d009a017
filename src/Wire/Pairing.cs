using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeNode.Wire;

/// <summary>Header of the frames that two nodes exchange while they get to know each other, over TLS on the pairing port.</summary>
public sealed record PairingHeader(int V, string Kind, string From, string To, string Key, long Epoch, string Nonce);

/// <summary>
/// What a node says of itself (and, in an agreement, the agreement's text). <see cref="Certificate"/> is the base64 DER of its TLS certificate, which
/// the other side pins.
/// </summary>
public sealed record PairingBody(
    string Name,
    string Genesis,
    string Certificate,
    string ContractVersion,
    string ContractHash,
    int ProtocolMin,
    int ProtocolMax,
    string Release,
    string Operator,
    string Address,
    int Port,
    int PairPort,
    string? Agreement,
    string? Reason
);

/// <summary>A verified pairing frame. The caller still compares <see cref="Spki"/> with the key of the TLS connection that brought it.</summary>
public sealed record PairingMessage(PairingHeader Header, PairingBody Body, Identity Identity, byte[] Certificate, string Spki)
{
    public const int MaxSize = 16 * 1024;

    public static byte[] Sign(Signer signer, string kind, string to, PairingBody body, Entropy entropy)
    {
        var header = new PairingHeader(
            Statement.Version,
            kind,
            signer.Node.Value,
            to,
            signer.Key.PublicKey,
            signer.Epoch,
            entropy.Hex(16)
        );
        return Frame.Encode(
            kind,
            WireJson.Write(header, WireJson.Default.PairingHeader),
            WireJson.Write(body, WireJson.Default.PairingBody),
            signer.Key.Sign
        );
    }

    /// <summary>
    /// Null unless everything fits together: the frame is signed by the key of its genesis operation, the DID is that operation's hash, and the
    /// certificate holds the same key. What is compared aloud by two stewards later covers all of it.
    /// </summary>
    public static PairingMessage? Verify(ReadOnlyMemory<byte> raw, P256 p256)
    {
        if (raw.Length > MaxSize || Frame.TryReadWhole(raw, MaxSize) is not { } frame)
            return null;
        if (WireJson.Read(frame.Header.Span, WireJson.Default.PairingHeader) is not { V: Statement.Version } header)
            return null;
        if (header.Kind is not (Kinds.PairingRequest or Kinds.PairingCard or Kinds.PairingAgreement or Kinds.PairingEnd))
            return null;
        if (!p256.Verify(header.Key, frame.SignedBytes(header.Kind), frame.Signature.Span))
            return null;
        if (WireJson.Read(frame.Body.Span, WireJson.Default.PairingBody) is not { } body || !IsWellFormed(body))
            return null;
        var identity = Identity.Verify(Bytes(body.Genesis), p256);
        if (identity is not { Type: Identity.Node } || identity.Did.Value != header.From || identity.Key != header.Key)
            return null;
        var certificate = Bytes(body.Certificate);
        return HeldKey(certificate, identity.Did) is { } held && held.DidKey == header.Key
            ? new PairingMessage(header, body, identity, certificate, held.Spki)
            : null;
    }

    /// <summary>The key of a certificate that may be pinned: no authority, P-256, named like the node.</summary>
    private static CertificateKey? HeldKey(byte[] der, Did did)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            return NodeCertificate.Check(certificate, did.Value) is null ? CertificateKey.Of(certificate) : null;
        }
        catch (CryptographicException)
        {
            // Translated: bytes that are no certificate are refused by the caller.
            return null;
        }
    }

    private static bool IsWellFormed(PairingBody b) =>
        b.Name.Length is > 0 and <= 80
        && b.ContractVersion.Length is > 0 and <= 20
        && Sha.IsHex(b.ContractHash)
        && b is { ProtocolMin: > 0, ProtocolMax: >= 1 and <= 1000, Port: > 0 and < 65536, PairPort: > 0 and < 65536 }
        && b.Release.Length <= 40
        && b.Operator.Length <= 200
        && b.Address.Length <= 100
        && b.Reason is null or { Length: <= 200 }
        && PlainText.Is(b.Name)
        && PlainText.Is(b.Release)
        && PlainText.Is(b.Operator)
        && PlainText.Is(b.Address)
        && PlainText.Is(b.Reason);

    private static byte[] Bytes(string base64)
    {
        var buffer = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, buffer, out var length) ? buffer[..length] : [];
    }
}
