using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeNode.Federation;
using EdgeNode.Wire;
using EdgeNode.Wire.Io;

namespace EdgeNode.Tests.Load;

/// <summary>
/// A cabinet that is no more than its key and its certificate, as docs/protocol.md lets anybody make one. It says by hand what a peer says, or anything else: each
/// frame is honest but for what its caller changes in it. It remembers nothing of what it has said.
/// </summary>
public sealed class LightPeer : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);
    private readonly string _folder;
    private long _hlc;

    /// <param name="folder">Where its certificate and key are put as PEM, for programs and libraries that take files.</param>
    /// <param name="name">What stewards read, and the name of those files.</param>
    public LightPeer(string folder, string name)
    {
        (_folder, Name) = (folder, name);
        Key = NodeKey.Create(SystemEntropy.Instance);
        Identity = Identity.CreateNode(Key, new byte[32], SystemEntropy.Instance);
        Signer = new Signer(Identity.Did, Key, 0, NextHlc);
        using var bare = NodeCertificate.Create(Key.Ecdsa, Identity.Did.Value);
        Certificate = bare.CopyWithPrivateKey(Key.Ecdsa);
        File.WriteAllText(CertificateFile, NodeCertificate.ToPem(Certificate));
        File.WriteAllText(KeyFile, NodeCertificate.KeyToPem(Key.Ecdsa));
    }

    public static Moment Now => new(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    public string Name { get; }
    public NodeKey Key { get; }
    public Identity Identity { get; }
    public Did Did => Identity.Did;
    public Signer Signer { get; }

    /// <summary>The certificate with its key.</summary>
    public X509Certificate2 Certificate { get; }
    public string CertificateFile => Path.Combine(_folder, Name + ".crt");
    public string KeyFile => Path.Combine(_folder, Name + ".key");

    /// <summary>The key of the certificate, as the other side's TLS sees it.</summary>
    public string Spki => CertificateKey.Of(Certificate)!.Spki;

    /// <summary>A pairing frame for a cabinet; <paramref name="to"/> is null while its name is not known.</summary>
    public byte[] PairingFrame(
        string kind,
        Did? to,
        string address,
        string? agreement = null,
        Func<PairingBody, PairingBody>? lie = null
    )
    {
        var contract = PeeringContract.Current;
        var honest = new PairingBody(
            Name,
            Convert.ToBase64String(Identity.Genesis),
            Convert.ToBase64String(Certificate.RawData),
            contract.Version,
            contract.Hash,
            EdgeNode.Wire.Statement.Version,
            EdgeNode.Wire.Statement.Version,
            "liar 1",
            "nobody",
            address,
            9,
            9,
            agreement,
            null
        );
        return PairingMessage.Sign(Signer, kind, to?.Value ?? "", lie is null ? honest : lie(honest), SystemEntropy.Instance);
    }

    /// <summary>The text that both sign.</summary>
    public string AgreementWith(Identity node) =>
        PeeringContract.Agreement(PeeringContract.Current.Version, PeeringContract.Current.Hash, node, Identity);

    public byte[] Have(Did to, HaveBody body) =>
        Control.Sign(Signer, Kinds.Have, to, WireJson.Write(body, WireJson.Default.HaveBody));

    /// <summary>Signs a statement as a peer may; <paramref name="lie"/> changes its header before it is signed.</summary>
    public byte[] Statement(
        Did to,
        string kind,
        byte[] body,
        Func<StatementHeader, StatementHeader>? lie = null,
        NodeKey? key = null
    )
    {
        var honest = new StatementHeader(
            EdgeNode.Wire.Statement.Version,
            kind,
            Did.Value,
            (key ?? Key).PublicKey,
            "ES256",
            "shared",
            [to.Value],
            NextHlc().ToString("x16"),
            0,
            (Now + Lifetime).ToRfc3339(),
            PeeringContract.Current.Hash,
            [],
            EdgeNode.Wire.Statement.JsonType
        );
        var header = lie is null ? honest : lie(honest);
        return Frame.Encode(header.Kind, WireJson.Write(header, WireJson.Default.StatementHeader), body, (key ?? Key).Sign);
    }

    /// <summary>Word that an offering has ended which nobody knew: the statement with the smallest effect.</summary>
    public byte[] Withdrawal(Did to) =>
        Statement(
            to,
            Kinds.Withdrawal,
            WireJson.Write(new WithdrawalBody(SystemEntropy.Instance.Uuid7(Now), 2), WireJson.Default.WithdrawalBody)
        );

    /// <summary>The bundle after <paramref name="before"/> of a stream; <paramref name="lie"/> changes its header before it is signed.</summary>
    public byte[] Bundle(
        Did to,
        int stream,
        SentBundle before,
        IReadOnlyList<byte[]> statements,
        Func<BundleHeader, BundleHeader>? lie = null,
        NodeKey? key = null
    )
    {
        var honest = new BundleHeader(
            EdgeNode.Wire.Statement.Version,
            Kinds.Bundle,
            Did.Value,
            to.Value,
            (key ?? Key).PublicKey,
            stream,
            before.Seq + 1,
            before.Id,
            statements.Count,
            Digest(statements),
            0,
            NextHlc().ToString("x16"),
            0
        );
        var header = lie is null ? honest : lie(honest);
        var signed = Frame.Encode(Kinds.Bundle, WireJson.Write(header, WireJson.Default.BundleHeader), [], (key ?? Key).Sign);
        return EdgeNode.Wire.Bundle.Join(signed, statements);
    }

    public long NextHlc() => _hlc = Hlc.Next(_hlc, Now);

    public void Dispose()
    {
        Certificate.Dispose();
        Key.Dispose();
    }

    /// <summary>SHA-256 over the raw ids in order. An unreadable statement has no id; whoever sends one cannot say a true digest either.</summary>
    private static string Digest(IReadOnlyList<byte[]> statements)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var raw in statements)
        {
            if (Frame.TryReadWhole(raw, EdgeNode.Wire.Statement.MaxSize) is { } frame)
                hash.AppendData(Convert.FromHexString(frame.Id(KindOf(frame))));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string KindOf(Frame frame)
    {
        try
        {
            return (string?)JsonNode.Parse(frame.Header.Span)?["kind"] ?? "";
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or ArgumentException)
        {
            return "";
        }
    }
}

/// <summary>The number and id of the last bundle of a stream; 0 and nothing before the first.</summary>
public readonly record struct SentBundle(long Seq, string Id)
{
    public static SentBundle None { get; } = new(0, "");

    /// <summary>What a bundle says of itself.</summary>
    public static SentBundle Of(byte[] bundle)
    {
        var frame = Frame.TryRead(bundle, 0, out _)!;
        return new(WireJson.Read(frame.Header.Span, WireJson.Default.BundleHeader)!.Seq, frame.Id(Kinds.Bundle));
    }
}
