using System.Buffers.Binary;
using System.Collections.ObjectModel;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeNode.Wire;

/// <summary>Why a peer's certificate was not taken: a code for programs and a sentence for the steward.</summary>
public sealed record CertificateRefusal(string Code, string Sentence);

/// <summary>
/// The X.509 certificate a node shows on its TLS doors. It says one thing: this P-256 key belongs to this DID. Trust never comes from
/// the certificate's text or dates but from the pin taken at pairing, so it is self-signed, valid at every clock a cabinet may wake up
/// with, and it is no CA: a broker that keeps peers' certificates in a folder of trusted ones would otherwise let each peer mint
/// certificates in another peer's name.
/// </summary>
public static class NodeCertificate
{
    /// <summary>Most characters a PEM text may have before it is parsed (ours are about 700).</summary>
    public const int MaxPemCharacters = 8 * 1024;

    private const string P256 = "1.2.840.10045.3.1.7";
    private const string EcPublicKey = "1.2.840.10045.2.1";
    private const string CommonName = "2.5.4.3";
    private const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuth = "1.3.6.1.5.5.7.3.2";
    private const int MaxCommonName = 64; // ub-common-name, RFC 5280 appendix A
    private const int SerialBytes = 16;

    private static readonly DateTimeOffset From = DateTimeOffset.UnixEpoch;

    /// <summary>RFC 5280 section 4.1.2.5: 99991231235959Z means "no expiry is intended".</summary>
    private static readonly DateTimeOffset Until = new(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);

    /// <summary>
    /// The node's certificate for its P-256 <paramref name="key"/>. The common name is the node's DID. Two calls differ in the ECDSA
    /// signature only; pin <see cref="SpkiSha256"/>, never the whole certificate. The result holds no private key.
    /// </summary>
    /// <exception cref="ArgumentException">The key is not P-256 or the name does not fit into a common name.</exception>
    public static X509Certificate2 Create(ECDsa key, string commonName)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentException.ThrowIfNullOrEmpty(commonName);
        if (commonName.Length > MaxCommonName)
            throw new ArgumentException($"A common name has at most {MaxCommonName} characters.", nameof(commonName));
        if (key.KeySize != 256 || key.ExportParameters(false).Curve.Oid.Value is not (null or P256))
            throw new ArgumentException("A node's key is P-256.", nameof(key));
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(commonName);
        var subject = name.Build();
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        AddExtensions(request.CertificateExtensions);
        return request.Create(subject, X509SignatureGenerator.CreateForECDsa(key), From, Until, Serial(key));
    }

    /// <summary>
    /// Null when <paramref name="certificate"/> may be pinned for <paramref name="did"/>; otherwise why not. To be asked at pairing and
    /// again before a certificate is handed to the broker: what passes here can sign nothing and fails at no clock.
    /// </summary>
    public static CertificateRefusal? Check(X509Certificate2 certificate, string did)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (!IsP256(certificate))
            return Refuse("peer.certificate_key", "The peer's certificate does not hold a P-256 key.");
        if (!IsNamed(certificate, did))
            return Refuse("peer.certificate_name", "The peer's certificate is not in its own name.");
        if (MaySign(certificate))
            return Refuse("peer.certificate_ca", "The peer's certificate could sign certificates for others.");
        if (
            certificate.NotBefore.ToUniversalTime() > From.UtcDateTime
            || certificate.NotAfter.ToUniversalTime() < Until.UtcDateTime
        )
            return Refuse("peer.certificate_dates", "The peer's certificate would stop working at a wrong clock.");
        return null;
    }

    /// <summary>
    /// The one certificate in <paramref name="pem"/>. Anything else in the text is left behind: write the result's own export to a folder
    /// of trusted certificates, never the text that came in, because OpenSSL trusts every certificate it finds in such a file.
    /// </summary>
    /// <exception cref="CryptographicException">The text is too long or holds no certificate.</exception>
    public static X509Certificate2 FromPem(string pem)
    {
        ArgumentNullException.ThrowIfNull(pem);
        if (pem.Length > MaxPemCharacters)
            throw new CryptographicException("The certificate's text is too long.");
        return X509Certificate2.CreateFromPem(pem);
    }

    /// <summary>The pin: SHA-256 over the DER of the subject's public key (SubjectPublicKeyInfo). 32 bytes.</summary>
    public static byte[] SpkiSha256(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo());
    }

    /// <summary>The certificate as PEM text, one line feed at the end.</summary>
    public static string ToPem(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return certificate.ExportCertificatePem() + "\n";
    }

    /// <summary>The private key as PKCS #8 PEM text, the form mosquitto and libmosquitto read. It belongs into a file of mode 0600.</summary>
    public static string KeyToPem(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    /// <summary>
    /// The eight hex digits under which OpenSSL looks a subject up in a folder of certificates (X509_NAME_hash; what
    /// <c>openssl x509 -hash</c> prints): the first four bytes, little endian, of SHA-1 over the name's canonical form, that is without the
    /// outer SEQUENCE and with the text lower-cased. A DID is lower case already.
    /// </summary>
    public static string SubjectHash(string commonName)
    {
        ArgumentNullException.ThrowIfNull(commonName);
        var name = new AsnWriter(AsnEncodingRules.DER);
        using (name.PushSetOf())
        using (name.PushSequence())
        {
            name.WriteObjectIdentifier(CommonName);
            name.WriteCharacterString(UniversalTagNumber.UTF8String, commonName.ToLowerInvariant());
        }
#pragma warning disable CA5350 // The file name OpenSSL expects, not a protection.
        var hash = SHA1.HashData(name.Encode());
#pragma warning restore CA5350
        return BinaryPrimitives.ReadUInt32LittleEndian(hash).ToString("x8");
    }

    private static void AddExtensions(Collection<X509Extension> extensions)
    {
        extensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        extensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        extensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuth), new Oid(ClientAuth)], critical: false));
    }

    /// <summary>A positive number that follows from the key alone, so that no randomness enters but the signature's.</summary>
    private static byte[] Serial(ECDsa key)
    {
        var serial = SHA256.HashData(key.ExportSubjectPublicKeyInfo())[..SerialBytes];
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        return serial;
    }

    private static bool IsP256(X509Certificate2 certificate)
    {
        if (certificate.PublicKey.Oid.Value != EcPublicKey)
            return false;
        if (certificate.PublicKey.EncodedParameters?.RawData is not { } parameters)
            return false;
        try
        {
            return new AsnReader(parameters, AsnEncodingRules.DER).ReadObjectIdentifier() == P256;
        }
        catch (AsnContentException)
        {
            return false; // explicit curve parameters: not a named P-256
        }
    }

    /// <summary>Subject and issuer are exactly CN = the DID, with no second part: what a broker takes for the peer's name.</summary>
    private static bool IsNamed(X509Certificate2 certificate, string did) =>
        OnlyName(certificate.SubjectName) == did && OnlyName(certificate.IssuerName) == did;

    private static string? OnlyName(X500DistinguishedName name)
    {
        var parts = name.EnumerateRelativeDistinguishedNames().ToArray();
        if (parts.Length != 1 || parts[0].HasMultipleElements || parts[0].GetSingleElementType().Value != CommonName)
            return null;
        return parts[0].GetSingleElementValue();
    }

    private static bool MaySign(X509Certificate2 certificate)
    {
        bool limited = false;
        bool leaf = false;
        foreach (var extension in certificate.Extensions)
        {
            if (extension is X509BasicConstraintsExtension { CertificateAuthority: false, Critical: true })
                leaf = true;
            if (extension is X509KeyUsageExtension { KeyUsages: X509KeyUsageFlags.DigitalSignature, Critical: true })
                limited = true;
        }
        return !(limited && leaf);
    }

    private static CertificateRefusal Refuse(string code, string sentence) => new(code, sentence);
}
