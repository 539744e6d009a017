using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>
/// A certificate whose signature is a constant. Only its key is ever looked at (it is pinned), and a constant keeps the length of pairing frames the
/// same in every run.
/// </summary>
internal static class PlainCertificate
{
    public static byte[] Of(NodeKey key, Did did)
    {
        var subject = new X500DistinguishedName("CN=" + did.Value);
        var request = new CertificateRequest(subject, key.Ecdsa, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        // Dates as NodeCertificate has them: pairing refuses a certificate that some clock would end.
        var until = new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);
        using var certificate = request.Create(subject, new Unsigned(key.Ecdsa), DateTimeOffset.UnixEpoch, until, [1]);
        return certificate.RawData;
    }

    /// <summary>What a peer pins of it.</summary>
    public static string SpkiOf(byte[] der)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(der);
        return CertificateKey.Of(certificate)!.Spki;
    }

    private sealed class Unsigned(ECDsa key) : X509SignatureGenerator
    {
        private readonly X509SignatureGenerator _real = CreateForECDsa(key);

        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) =>
            _real.GetSignatureAlgorithmIdentifier(hashAlgorithm);

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => [0x30, 6, 2, 1, 1, 2, 1, 1];

        protected override PublicKey BuildPublicKey() => _real.PublicKey;
    }
}
