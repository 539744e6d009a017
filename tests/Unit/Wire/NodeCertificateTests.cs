using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Wire;

public sealed class NodeCertificateTests
{
    private const string Did = "did:edge:abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst";

    private static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static X509Certificate2 SelfSigned(
        ECDsa key,
        string name = Did,
        bool authority = false,
        X509KeyUsageFlags usage = X509KeyUsageFlags.DigitalSignature,
        int untilYear = 9999,
        bool extensions = true
    )
    {
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        if (extensions)
        {
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority, false, 0, true));
            request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, true));
        }
        return request.CreateSelfSigned(
            DateTimeOffset.UnixEpoch,
            new DateTimeOffset(untilYear, 12, 31, 23, 59, 59, TimeSpan.Zero)
        );
    }

    [Fact]
    public void Says_one_name_and_that_it_may_sign_nothing()
    {
        using var key = NewKey();
        using var certificate = NodeCertificate.Create(key, Did);
        Assert.Equal("CN=" + Did, certificate.Subject);
        Assert.Equal(certificate.SubjectName.RawData, certificate.IssuerName.RawData);
        Assert.False(certificate.HasPrivateKey);
        Assert.Equal(3, certificate.Version);
        var constraints = Assert.IsType<X509BasicConstraintsExtension>(certificate.Extensions["2.5.29.19"]);
        Assert.True(constraints is { CertificateAuthority: false, Critical: true });
        var usage = Assert.IsType<X509KeyUsageExtension>(certificate.Extensions["2.5.29.15"]);
        Assert.Equal(X509KeyUsageFlags.DigitalSignature, usage.KeyUsages);
        Assert.Null(NodeCertificate.Check(certificate, Did));
    }

    [Fact]
    public void Is_valid_at_every_clock_a_cabinet_can_wake_up_with()
    {
        using var key = NewKey();
        using var certificate = NodeCertificate.Create(key, Did);
        Assert.Equal(DateTime.UnixEpoch, certificate.NotBefore.ToUniversalTime());
        Assert.Equal(new DateTime(9999, 12, 31, 23, 59, 59, DateTimeKind.Utc), certificate.NotAfter.ToUniversalTime());
    }

    [Fact]
    public void Two_certificates_of_one_key_differ_in_the_signature_only()
    {
        using var key = NewKey();
        using var one = NodeCertificate.Create(key, Did);
        using var other = NodeCertificate.Create(key, Did);
        Assert.Equal(ToBeSigned(one), ToBeSigned(other));
        Assert.Equal(NodeCertificate.SpkiSha256(one), NodeCertificate.SpkiSha256(other));
        Assert.Equal(SHA256.HashData(key.ExportSubjectPublicKeyInfo()), NodeCertificate.SpkiSha256(one));
    }

    [Fact]
    public void Text_and_key_come_back_from_PEM()
    {
        using var key = NewKey();
        using var certificate = NodeCertificate.Create(key, Did);
        using var read = NodeCertificate.FromPem(NodeCertificate.ToPem(certificate));
        Assert.Equal(certificate.RawData, read.RawData);
        using var pair = X509Certificate2.CreateFromPem(NodeCertificate.ToPem(certificate), NodeCertificate.KeyToPem(key));
        Assert.True(pair.HasPrivateKey);
        Assert.Throws<CryptographicException>(() => NodeCertificate.FromPem("no certificate"));
        Assert.Throws<CryptographicException>(() =>
            NodeCertificate.FromPem(new string('\n', 9000) + NodeCertificate.ToPem(certificate))
        );
    }

    [Fact]
    public void Refuses_a_certificate_that_could_sign_for_others()
    {
        using var key = NewKey();
        using var authority = SelfSigned(key, authority: true);
        using var signer = SelfSigned(key, usage: X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign);
        using var silent = SelfSigned(key, extensions: false);
        Assert.All(
            [authority, signer, silent],
            each => Assert.Equal("peer.certificate_ca", NodeCertificate.Check(each, Did)?.Code)
        );
    }

    [Fact]
    public void Refuses_another_name_another_key_and_an_end_date()
    {
        using var key = NewKey();
        using var mine = NodeCertificate.Create(key, Did);
        Assert.Equal("peer.certificate_name", NodeCertificate.Check(mine, Did.Replace('t', 'u'))?.Code);
        using var twoNames = SelfSigned(key, Did + ", O=Other");
        Assert.Equal("peer.certificate_name", NodeCertificate.Check(twoNames, Did)?.Code);
        using var ends = SelfSigned(key, untilYear: 2035);
        Assert.Equal("peer.certificate_dates", NodeCertificate.Check(ends, Did)?.Code);
        using var larger = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var wrongCurve = SelfSigned(larger);
        Assert.Equal("peer.certificate_key", NodeCertificate.Check(wrongCurve, Did)?.Code);
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=" + Did, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var wrongKind = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        Assert.Equal("peer.certificate_key", NodeCertificate.Check(wrongKind, Did)?.Code);
    }

    [Fact]
    public void Makes_none_for_another_curve_or_a_name_that_does_not_fit()
    {
        using var larger = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Throws<ArgumentException>(() => NodeCertificate.Create(larger, Did));
        using var key = NewKey();
        Assert.Throws<ArgumentException>(() => NodeCertificate.Create(key, new string('x', 65)));
    }

    /// <summary>Known answers of <c>openssl x509 -subject_hash</c> (OpenSSL 3.0) for these common names.</summary>
    [Theory]
    [InlineData(Did, "bc3d8fdc")]
    [InlineData("did:edge:b", "43fab1ff")]
    public void Names_the_file_that_OpenSSL_looks_for(string name, string hash) =>
        Assert.Equal(hash, NodeCertificate.SubjectHash(name));

    private static byte[] ToBeSigned(X509Certificate2 certificate) =>
        new AsnReader(certificate.RawData, AsnEncodingRules.DER).ReadSequence().ReadEncodedValue().ToArray();
}
