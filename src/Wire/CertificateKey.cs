using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeNode.Wire;

/// <summary>The P-256 key inside a certificate: what is pinned. Dates and names of a certificate are never looked at.</summary>
public sealed record CertificateKey(string DidKey, string Spki)
{
    /// <summary>Null for anything that is not a certificate with a P-256 key.</summary>
    public static CertificateKey? Of(byte[] der)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            return Of(certificate);
        }
        catch (CryptographicException)
        {
            // Translated: bytes that are no certificate are refused by the caller.
            return null;
        }
    }

    public static CertificateKey? Of(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPublicKey();
        if (key is not { KeySize: 256 })
            return null;
        var spki = key.ExportSubjectPublicKeyInfo();
        return new CertificateKey(Wire.DidKey.OfP256(key.ExportParameters(false).Q), Sha.Hex(spki));
    }
}
