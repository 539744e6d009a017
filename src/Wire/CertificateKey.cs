using System.Security.Cryptography.X509Certificates;

namespace EdgeNode.Wire;

/// <summary>The P-256 key inside a certificate: what is pinned. Dates and names of a certificate are never looked at.</summary>
public sealed record CertificateKey(string DidKey, string Spki)
{
    /// <summary>Null for a certificate with any other key.</summary>
    public static CertificateKey? Of(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPublicKey();
        if (key is not { KeySize: 256 })
            return null;
        var spki = key.ExportSubjectPublicKeyInfo();
        return new CertificateKey(Wire.DidKey.OfP256(key.ExportParameters(false).Q), Sha.Hex(spki));
    }
}
