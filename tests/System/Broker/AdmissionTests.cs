using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeNode.Sync;
using EdgeNode.Sync.Io;
using EdgeNode.Wire;

namespace EdgeNode.Tests.System.Brokers;

/// <summary>Who gets in and what they may say there, tried with Debian's own mosquitto_pub where a stranger would use it.</summary>
public sealed class AdmissionTests
{
    private const string AnnasAddress = "127.0.0.31";
    private const string BensAddress = "127.0.0.32";
    private const string CorasAddress = "127.0.0.33";

    /// <summary>Anna has admitted Ben and Cora and expects both; nobody has come yet.</summary>
    private static async Task<TestNode> AnnaAsync(params TestIdentity[] peers)
    {
        var anna = await TestNode.StartAsync(AnnasAddress, peers);
        await anna.WithLinksAsync();
        foreach (var peer in peers)
            anna.Links!.Open(new LinkTarget(peer.Did, null, 0, peer.Pem));
        return anna;
    }

    private static Task<Outcome> PublishAsync(TestNode at, string from, string text, params string[] files) =>
        Foreign.RunAsync(
            "mosquitto_pub",
            [
                .. (string[])["-h", at.Address.ToString(), "-p", at.Port.ToString(CultureInfo.InvariantCulture), "-q", "1"],
                .. (string[])["--cafile", Path.Join(at.Folder, BrokerFiles.CertificateFile), "--insecure"],
                .. (string[])["-t", new Topic(at.Did, from, TopicKind.Data, "public").ToString(), "-m", text],
                .. files,
            ]
        );

    /// <summary>The admitted peer's message is the first that arrives, so nothing a stranger sent before it got through.</summary>
    private static async Task OnlyThePeerGetsThroughAsync(TestNode anna, TestIdentity ben)
    {
        var outcome = await PublishAsync(anna, ben.Did, "from Ben", anna.FilesFor("ben", ben.Pem, ben.KeyPem));
        Assert.Equal(0, outcome.Code);
        var message = await anna.NextAsync<LinkMessage>();
        Assert.Equal((ben.Did, "from Ben"), (message.From, global::System.Text.Encoding.UTF8.GetString(message.Bytes)));
    }

    [Fact]
    public async Task A_stranger_without_a_certificate_is_refused()
    {
        using var ben = new TestIdentity();
        await using var anna = await AnnaAsync(ben);
        Assert.NotEqual(0, (await PublishAsync(anna, ben.Did, "let me in")).Code);
        await OnlyThePeerGetsThroughAsync(anna, ben);
    }

    [Fact]
    public async Task A_self_made_certificate_in_a_peers_name_is_refused()
    {
        using var ben = new TestIdentity();
        await using var anna = await AnnaAsync(ben);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var forged = NodeCertificate.Create(key, ben.Did);
        var files = anna.FilesFor("forged", NodeCertificate.ToPem(forged), NodeCertificate.KeyToPem(key));
        Assert.NotEqual(0, (await PublishAsync(anna, ben.Did, "I am Ben", files)).Code);
        await OnlyThePeerGetsThroughAsync(anna, ben);
    }

    [Fact]
    public async Task A_certificate_minted_by_an_admitted_peer_is_refused()
    {
        using var ben = new TestIdentity();
        using var cora = new TestIdentity();
        await using var anna = await AnnaAsync(ben, cora);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var minted = Mint(ben, cora.Did, key);
        var files = anna.FilesFor("minted", NodeCertificate.ToPem(minted) + ben.Pem, NodeCertificate.KeyToPem(key));
        Assert.NotEqual(0, (await PublishAsync(anna, cora.Did, "I am Cora", files)).Code);
        await OnlyThePeerGetsThroughAsync(anna, ben);
    }

    /// <summary>The attack that a certificate with CA:TRUE would allow: Ben's key signs a certificate in Cora's name.</summary>
    private static X509Certificate2 Mint(TestIdentity issuer, string name, ECDsa key)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        return request.Create(
            issuer.Certificate.SubjectName,
            X509SignatureGenerator.CreateForECDsa(issuer.Key),
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch.AddYears(200),
            [1, 2, 3]
        );
    }

    [Fact]
    public async Task An_admitted_peer_cannot_speak_under_anothers_name()
    {
        using var ben = new TestIdentity();
        using var cora = new TestIdentity();
        await using var anna = await AnnaAsync(ben, cora);
        var files = anna.FilesFor("ben", ben.Pem, ben.KeyPem);
        Assert.Equal(0, (await PublishAsync(anna, cora.Did, "I am Cora", files)).Code); // the broker says "taken" and drops it
        await OnlyThePeerGetsThroughAsync(anna, ben);
        Assert.Equal(0, anna.Links!.Status().Single(link => link.Did == cora.Did).MessagesIn);
    }

    [Fact]
    public async Task An_admitted_peer_hears_nothing_that_is_for_another()
    {
        await using var cora = await TestNode.StartAsync(CorasAddress);
        using var ben = new TestIdentity();
        await using var anna = await AnnaAsync(ben, cora.Identity);
        await cora.WithLinksAsync();
        cora.Links!.Open(anna.Target);
        await anna.NextAsync<LinkUp>(link => link.Did == cora.Did);
        await using var spy = await Listener.StartAsync(anna, ben, "#");
        await anna.NextAsync<LinkUp>(link => link.Did == ben.Did);
        Assert.Equal(SendResult.Sent, anna.Say(cora.Did, "for Cora only"));
        Assert.Equal("for Cora only", await cora.NextTextAsync());
        Assert.Equal(SendResult.Sent, anna.Say(ben.Did, "for Ben"));
        Assert.Equal("for Ben", await spy.NextAsync());
    }

    [Fact]
    public async Task A_peer_cannot_end_anothers_session_by_taking_its_client_name()
    {
        await using var cora = await TestNode.StartAsync(CorasAddress);
        using var ben = new TestIdentity();
        await using var anna = await AnnaAsync(ben, cora.Identity);
        await cora.WithLinksAsync();
        cora.Links!.Open(anna.Target);
        await anna.NextAsync<LinkUp>(link => link.Did == cora.Did);
        var files = anna.FilesFor("ben", ben.Pem, ben.KeyPem);
        Assert.Equal(0, (await PublishAsync(anna, ben.Did, "as Cora", [.. files, "-i", cora.Did])).Code);
        Assert.Equal(ben.Did, (await anna.NextAsync<LinkMessage>()).From);
        Assert.Equal(1, cora.Links.Status()[0].Tries);
        Assert.Equal(LinkWay.Outgoing, cora.Links.Status()[0].Way);
    }

    [Fact]
    public async Task A_peer_is_admitted_while_the_broker_runs()
    {
        await using var ben = await TestNode.StartAsync(BensAddress);
        await using var anna = await AnnaAsync();
        await ben.WithLinksAsync();
        ben.Links!.Open(anna.Target);
        await Foreign.UntilAsync(() => ben.Links.Status()[0].LastFault is not null, "a refused try");
        anna.Links!.Open(ben.Unreachable);
        anna.Broker.Admit(ben.Did, ben.Identity.Pem);
        anna.Broker.Admit(ben.Did, ben.Identity.Pem);
        await anna.NextAsync<LinkUp>();
        await ben.NextAsync<LinkUp>();
        Assert.Equal(SendResult.Sent, ben.Say(anna.Did, "at last"));
        Assert.Equal("at last", await anna.NextTextAsync());
        Assert.Equal(0, anna.Broker.Restarts);
    }

    [Fact]
    public async Task Removing_a_peer_cuts_its_living_session_and_keeps_the_others()
    {
        await using var ben = await TestNode.StartAsync(BensAddress);
        await using var cora = await TestNode.StartAsync(CorasAddress);
        await using var anna = await AnnaAsync(ben.Identity, cora.Identity);
        foreach (var peer in (TestNode[])[ben, cora])
        {
            await peer.WithLinksAsync();
            peer.Links!.Open(anna.Target);
            await peer.NextAsync<LinkUp>();
        }
        anna.Broker.Remove(ben.Did);
        await ben.NextAsync<LinkDown>();
        await cora.NextAsync<LinkDown>();
        await cora.NextAsync<LinkUp>();
        await Foreign.UntilAsync(() => ben.Links!.Status()[0] is { Tries: >= 3, Way: LinkWay.None }, "Ben was refused twice");
        Assert.Equal(SendResult.NoWay, ben.Say(anna.Did, "but I was in"));
        Assert.Equal(SendResult.Sent, cora.Say(anna.Did, "still in"));
        Assert.Equal("still in", await anna.NextTextAsync());
        Assert.Empty(Directory.GetFiles(Path.Join(anna.Folder, BrokerFiles.PeersFolder), BrokerFiles.PeerFile(ben.Did)));
    }

    [Fact]
    public async Task Holding_a_peer_ends_its_session_and_its_rights_and_leaves_the_others_links_alone()
    {
        await using var ben = await TestNode.StartAsync(BensAddress);
        await using var cora = await TestNode.StartAsync(CorasAddress);
        await using var anna = await AnnaAsync(ben.Identity, cora.Identity);
        foreach (var peer in (TestNode[])[ben, cora])
        {
            await peer.WithLinksAsync();
            peer.Links!.Open(anna.Target);
            await peer.NextAsync<LinkUp>();
        }
        anna.Broker.Hold(ben.Did);
        await ben.NextAsync<LinkDown>();
        ben.Links!.Close(anna.Did);
        var files = anna.FilesFor("ben", ben.Identity.Pem, ben.Identity.KeyPem);
        await PublishAsync(anna, ben.Did, "but I was in", files);
        Assert.Equal(SendResult.Sent, cora.Say(anna.Did, "still in"));
        Assert.Equal("still in", await anna.NextTextAsync());
        Assert.Empty(Directory.GetFiles(Path.Join(anna.Folder, BrokerFiles.PeersFolder), BrokerFiles.PeerFile(ben.Did)));
        anna.Broker.Admit(ben.Did, ben.Identity.Pem);
        await PublishAsync(anna, ben.Did, "in again", files);
        Assert.Equal("in again", await anna.NextTextAsync());
        Assert.Equal((0, 1L), (anna.Broker.Restarts, cora.Links!.Status()[0].Tries));
    }

    [Fact]
    public async Task A_peer_that_was_held_and_comes_with_a_new_key_cannot_come_with_its_old_one()
    {
        using var ben = new TestIdentity();
        await using var anna = await AnnaAsync(ben);
        await OnlyThePeerGetsThroughAsync(anna, ben);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var renewed = NodeCertificate.Create(key, ben.Did);
        anna.Broker.Hold(ben.Did);
        anna.Broker.Admit(ben.Did, NodeCertificate.ToPem(renewed));
        await anna.NextAsync<BrokerDown>();
        await anna.NextAsync<BrokerUp>();
        Assert.NotEqual(0, (await PublishAsync(anna, ben.Did, "old", anna.FilesFor("ben", ben.Pem, ben.KeyPem))).Code);
    }

    [Fact]
    public async Task A_peers_new_key_takes_the_place_of_its_old_one()
    {
        using var ben = new TestIdentity();
        await using var anna = await AnnaAsync(ben);
        await OnlyThePeerGetsThroughAsync(anna, ben);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var renewed = NodeCertificate.Create(key, ben.Did);
        anna.Broker.Admit(ben.Did, NodeCertificate.ToPem(renewed));
        await anna.NextAsync<BrokerDown>();
        await anna.NextAsync<BrokerUp>();
        Assert.NotEqual(0, (await PublishAsync(anna, ben.Did, "old", anna.FilesFor("ben", ben.Pem, ben.KeyPem))).Code);
        var files = anna.FilesFor("ben2", NodeCertificate.ToPem(renewed), NodeCertificate.KeyToPem(key));
        Assert.Equal(0, (await PublishAsync(anna, ben.Did, "new", files)).Code);
        Assert.Equal("new", await anna.NextTextAsync());
    }

    [Fact]
    public async Task A_second_certificate_hidden_in_a_peers_text_is_not_trusted()
    {
        using var ben = new TestIdentity();
        using var hidden = new TestIdentity();
        await using var anna = await AnnaAsync();
        anna.Broker.Admit(ben.Did, ben.Pem + hidden.Pem);
        anna.Links!.Open(new LinkTarget(ben.Did, null, 0, ben.Pem));
        var files = anna.FilesFor("hidden", hidden.Pem, hidden.KeyPem);
        Assert.NotEqual(0, (await PublishAsync(anna, hidden.Did, "hidden", files)).Code);
        await OnlyThePeerGetsThroughAsync(anna, ben);
    }

    [Fact]
    public async Task OpenSSL_finds_a_peer_under_the_name_we_compute()
    {
        using var ben = new TestIdentity();
        await using var anna = await AnnaAsync(ben);
        var folder = Path.Join(anna.Folder, BrokerFiles.PeersFolder);
        var file = Path.Join(folder, BrokerFiles.PeerFile(ben.Did));
        var outcome = await Foreign.RunAsync("openssl", "x509", "-noout", "-subject_hash", "-in", file);
        Assert.Equal(NodeCertificate.SubjectHash(ben.Did), outcome.Text.Trim());
        Assert.Equal(file, new FileInfo(Path.Join(folder, outcome.Text.Trim() + ".0")).ResolveLinkTarget(true)?.FullName);
    }

    [Theory]
    [InlineData("1971-03-01 12:00:00")]
    [InlineData("2026-10-01 12:00:00")]
    [InlineData("2060-03-01 12:00:00")]
    public async Task A_certificate_holds_at_a_clock_of(string clock)
    {
        using var ben = new TestIdentity();
        var folder = Directory.CreateTempSubdirectory("edgenode-clock-");
        try
        {
            var file = Path.Join(folder.FullName, "ben.crt");
            await File.WriteAllTextAsync(file, ben.Pem);
            foreach (var purpose in (string[])["sslclient", "sslserver"])
            {
                string[] verify = [clock, "openssl", "verify", "-CAfile", file, "-purpose", purpose, file];
                var outcome = await Foreign.RunAsync("faketime", verify);
                Assert.True(outcome.Code == 0, outcome.Text);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
