using System.Security.Cryptography;
using System.Text;
using EdgeNode.Sync;
using EdgeNode.Tests.Load;
using EdgeNode.Tests.System.Hosts;
using EdgeNode.Wire;

namespace EdgeNode.Tests.System.Hostile;

/// <summary>Lies at the doors: to the broker before and beside MQTT, and to the pairing door.</summary>
internal static class DoorLies
{
    /// <summary>Above Kestrel's limit at the pairing door and far below the broker's.</summary>
    private const int Crowd = 40;

    public static IReadOnlyList<Lie> All { get; } =
    [
        new("no certificate", "refused by TLS", s => StrangerAsync(s, null)),
        new(
            "a stranger's certificate",
            "refused by TLS",
            async s => await StrangerAsync(s, new ForeignPeer(s.Cabinet, "Stranger"))
        ),
        new("a peer's name on a certificate of one's own", "refused by TLS", ForgedAsync),
        new("no TLS at all", "the connection is cut", PlainAsync),
        new("bytes that are no MQTT", "the connection is cut", s => CutAsync(s, RandomNumberGenerator.GetBytes(200))),
        new("a packet of 256 MiB", "the connection is cut", s => CutAsync(s, [.. Greeting(s), 0x30, 0xff, 0xff, 0xff, 0x7f])),
        new("a length that never ends", "the connection is cut", s => CutAsync(s, 0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)),
        new("another protocol's greeting", "the connection is cut", s => CutAsync(s, MqttPackets.Connect("liar", "SMTP"))),
        new("a version that does not exist", "the connection is cut", s => CutAsync(s, MqttPackets.Connect("liar", level: 77))),
        new(
            "words before the greeting",
            "the connection is cut",
            s => CutAsync(s, MqttPackets.Publish(0, s.TopicOf(s.Liar), "hello"u8))
        ),
        new("a second greeting", "the connection is cut", s => CutAsync(s, [.. Greeting(s), .. Greeting(s)])),
        new(
            "a quality of service of 3",
            "the connection is cut",
            s => CutAsync(s, [.. Greeting(s), .. MqttPackets.Publish(6, s.TopicOf(s.Liar), "hello"u8)])
        ),
        new(
            "a topic with a wildcard",
            "the connection is cut",
            s => CutAsync(s, [.. Greeting(s), .. MqttPackets.Publish(0, "en/1/#", "hello"u8)])
        ),
        new("a topic that is not UTF-8", "the connection is cut", s => CutAsync(s, [.. Greeting(s), .. BadTopic()])),
        new(
            "a message above the limit",
            "the connection is cut",
            s => CutAsync(s, [.. Greeting(s), .. MqttPackets.Publish(0, s.TopicOf(s.Liar), new byte[100_000])])
        ),
        new("connections that say nothing", "held apart; peers are served meanwhile", SilentAsync),
        new("half a greeting and silence", "held apart; peers are served meanwhile", HalfAsync),
        new("a storm of connections", "each is the last of its name; the others are served meanwhile", StormAsync),
        new(
            "another peer's name as client id",
            "the certificate's name is taken instead; the other stays connected",
            ClientIdAsync
        ),
        new("a message to be kept by the broker", "nothing is retained", RetainedAsync),
        new("a will in another's name", "denied by the broker", WillAsync),
        new("a subscription to everything", "the others' messages are not heard", EavesdropAsync),
        new("the node's own listener without its password", "refused by the broker", LoopbackAsync),
        new(
            "garbage at the pairing door",
            "`pairing.malformed`",
            s => PairAsync(s, RandomNumberGenerator.GetBytes(500), "pairing.malformed")
        ),
        new("a pairing frame above its limit", "refused unread", s => PairAsync(s, new byte[PairingMessage.MaxSize + 1], null)),
        new(
            "a pairing frame under another TLS key",
            "`pairing.other_key`",
            s => PairAsync(s, s.Honest.PairingFrame(Kinds.PairingRequest), "pairing.other_key")
        ),
        new("a pairing frame changed after signing", "`pairing.malformed`", s => PairAsync(s, Spoiled(s), "pairing.malformed")),
        new(
            "a contract of one's own",
            "`peer.contract_mismatch`",
            s =>
                PairAsync(
                    s,
                    s.Liar.PairingFrame(Kinds.PairingRequest, lie: b => b with { ContractHash = Sha.Hex([9]) }),
                    "peer.contract_mismatch"
                )
        ),
        new(
            "an agreement of one's own",
            "`peer.contract_mismatch`",
            s => PairAsync(s, s.Liar.PairingFrame(Kinds.PairingAgreement, "We own everything."), "peer.contract_mismatch")
        ),
        new(
            "another's genesis",
            "`pairing.malformed`",
            s =>
                PairAsync(
                    s,
                    s.Liar.PairingFrame(
                        Kinds.PairingRequest,
                        lie: b => b with { Genesis = Convert.ToBase64String(s.Honest.Identity.Genesis) }
                    ),
                    "pairing.malformed"
                )
        ),
        new(
            "another's certificate",
            "`pairing.malformed`",
            s =>
                PairAsync(
                    s,
                    s.Liar.PairingFrame(
                        Kinds.PairingRequest,
                        lie: b => b with { Certificate = Convert.ToBase64String(s.Honest.Certificate.RawData) }
                    ),
                    "pairing.malformed"
                )
        ),
        new(
            "a cabinet's name that runs backwards",
            "`pairing.malformed`",
            s =>
                PairAsync(
                    s,
                    s.Liar.PairingFrame(Kinds.PairingRequest, lie: b => b with { Name = "Rose \u202enedrag" }),
                    "pairing.malformed"
                )
        ),
        new(
            "twenty cabinets that want to pair",
            "16 wait for the steward, then `peer.too_many_requests`; nobody is enrolled",
            CrowdAsync
        ),
        new("requests at the pairing door that never end", "cut after 5 s; then the door is open again", SlowAsync),
    ];

    private static byte[] Greeting(Stage s) => MqttPackets.Connect(s.Liar.Did.Value);

    private static byte[] BadTopic() => MqttPackets.Packet(0x30, [0, 3, 0xff, 0xfe, 0xc0, 1]);

    private static async Task StrangerAsync(Stage s, ForeignPeer? stranger)
    {
        await using var peer = await RawPeer.SecureAsync(s.Cabinet, s.Cabinet.PeersPort, stranger?.Certificate);
        if (peer is not null)
        {
            await peer.SendAsync(MqttPackets.Connect("stranger"));
            Assert.Empty(await peer.HearAsync());
        }
        if (stranger is not null)
            await stranger.DisposeAsync();
    }

    private static async Task ForgedAsync(Stage s)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var bare = NodeCertificate.Create(key, s.Honest.Did.Value);
        using var forged = bare.HasPrivateKey
            ? null
            : global::System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.CopyWithPrivateKey(bare, key);
        await using var peer = await RawPeer.SecureAsync(s.Cabinet, s.Cabinet.PeersPort, forged ?? bare);
        if (peer is null)
            return;
        await peer.SendAsync(MqttPackets.Connect(s.Honest.Did.Value));
        Assert.Empty(await peer.HearAsync());
        Assert.True(s.Honest.IsConnected, "the true one stays connected");
    }

    private static async Task PlainAsync(Stage s)
    {
        await using var peer = await RawPeer.PlainAsync(s.Cabinet, s.Cabinet.PeersPort);
        await peer.SendAsync(Greeting(s));
        await peer.IsCutAsync();
    }

    private static async Task<RawPeer> EnterAsync(Stage s)
    {
        var peer = await RawPeer.SecureAsync(s.Cabinet, s.Cabinet.PeersPort, s.Liar.Certificate);
        Assert.NotNull(peer);
        return peer;
    }

    private static async Task CutAsync(Stage s, params byte[] bytes)
    {
        await using var peer = await EnterAsync(s);
        await peer.SendAsync(bytes);
        await peer.IsCutAsync();
    }

    private static async Task SilentAsync(Stage s)
    {
        var peers = await Task.WhenAll(Enumerable.Range(0, Crowd * 2).Select(_ => EnterAsync(s)));
        await ServedAsync(s);
        foreach (var peer in peers)
            await peer.DisposeAsync();
    }

    private static async Task HalfAsync(Stage s)
    {
        var peers = await Task.WhenAll(Enumerable.Range(0, Crowd).Select(_ => EnterAsync(s)));
        foreach (var peer in peers)
            await peer.SendAsync(Greeting(s)[..9]);
        await ServedAsync(s);
        foreach (var peer in peers)
            await peer.DisposeAsync();
    }

    private static async Task StormAsync(Stage s)
    {
        for (var n = 0; n < Crowd; n++)
        {
            await using var peer = await EnterAsync(s);
            await peer.SendAsync(Greeting(s));
            Assert.Equal([0x20, 2, 0, 0], (await peer.HearAsync())[..4]);
        }
        await ServedAsync(s);
    }

    private static async Task ServedAsync(Stage s)
    {
        Assert.True(s.Honest.IsConnected, "the honest peer stays connected");
        Assert.Empty(await s.Honest.DeliverAsync(2, s.Honest.Bundle(2, [s.Offering(s.Honest)])));
    }

    private static async Task ClientIdAsync(Stage s)
    {
        await s.ProgramAsync(
            "mosquitto_pub",
            s.Liar,
            "-i",
            s.Honest.Did.Value,
            "-t",
            s.TopicOf(s.Liar),
            "-m",
            "hello",
            "-q",
            "1"
        );
        await ServedAsync(s);
    }

    private static async Task RetainedAsync(Stage s)
    {
        var topic = s.TopicOf(s.Liar);
        await s.ProgramAsync("mosquitto_pub", s.Liar, "-i", s.Liar.Did.Value, "-t", topic, "-m", "for ever", "-q", "1", "-r");
        var read = Topic.Everything(to: s.Liar.Did.Value, from: s.Liar.Node.Value);
        var heard = await s.ProgramAsync("mosquitto_sub", s.Liar, "-t", read, "-t", topic, "-W", "1", "--retained-only");
        Assert.DoesNotContain("for ever", heard.Text, StringComparison.Ordinal);
    }

    private static async Task WillAsync(Stage s)
    {
        var before = await s.CountAsync("bundle.malformed");
        await s.ProgramAsync(
            "mosquitto_sub",
            s.Liar,
            "-t",
            "x",
            "-W",
            "1",
            "--will-topic",
            s.TopicOf(s.Honest),
            "--will-payload",
            "my last words"
        );
        await ServedAsync(s);
        Assert.Equal(before, await s.CountAsync("bundle.malformed"));
    }

    /// <summary>The liar listens to everything while the honest peer is served: it hears nothing that is not for it.</summary>
    private static async Task EavesdropAsync(Stage s)
    {
        var listening = s.ProgramAsync("mosquitto_sub", s.Liar, "-t", "#", "-t", "en/1/#", "-t", "$SYS/#", "-F", "%t", "-W", "3");
        for (var n = 0; n < 10; n++)
            await ServedAsync(s);
        Assert.DoesNotContain(s.Honest.Did.Value, (await listening).Text, StringComparison.Ordinal);
    }

    private static async Task LoopbackAsync(Stage s)
    {
        await using var peer = await RawPeer.PlainAsync(s.Cabinet, s.Cabinet.Ports[4]);
        await peer.SendAsync(MqttPackets.Connect("node"));
        // MQTT 3.1.1, section 3.2.2.3: 5 is "not authorized".
        Assert.Equal([0x20, 2, 0, 5], await peer.HearAsync());
        await peer.IsCutAsync();
    }

    private static byte[] Spoiled(Stage s)
    {
        var frame = s.Liar.PairingFrame(Kinds.PairingRequest);
        frame[^100] ^= 1;
        return frame;
    }

    private static async Task PairAsync(Stage s, byte[] frame, string? code)
    {
        var (status, bytes) = await s.Liar.PostAsync(frame);
        Assert.InRange(status, 400, 499);
        if (code is not null)
            Assert.Equal(code, Encoding.ASCII.GetString(bytes));
        Assert.Equal("enrolled", await s.Liar.StateAsync(s.Steward));
        Assert.Equal("enrolled", await s.Honest.StateAsync(s.Steward));
    }

    private static async Task CrowdAsync(Stage s)
    {
        var answers = new List<string>();
        for (var n = 0; n < Crowd / 2; n++)
        {
            await using var stranger = new ForeignPeer(s.Cabinet, $"Crowd-{n}");
            var (status, bytes) = await stranger.PostAsync(stranger.PairingFrame(Kinds.PairingRequest));
            answers.Add(status == 200 ? "waits" : Encoding.ASCII.GetString(bytes));
        }
        Assert.Equal(16, answers.Count(a => a == "waits"));
        Assert.Equal((Crowd / 2) - 16, answers.Count(a => a == "peer.too_many_requests"));
        var peerings = (await s.Steward.GetAsync("api/steward/neighbours")).Json!["peerings"]!.AsArray();
        Assert.DoesNotContain(
            peerings,
            p => (string?)p!["state"] == "enrolled" && ((string?)p["name"])!.StartsWith("Crowd", StringComparison.Ordinal)
        );
        foreach (var waiting in peerings.Where(p => (string?)p!["state"] == "proposed"))
            Assert.True((await s.Steward.PostAsync($"api/steward/peerings/{(string?)waiting!["did"]}/decline", [])).IsDone);
    }

    /// <summary>As many as the door holds, each with half a request; each is cut, and then an honest frame is answered.</summary>
    private static async Task SlowAsync(Stage s)
    {
        var slow = new List<RawPeer>();
        for (var n = 0; n < EdgeNode.Appliance.Io.PairingDoor.MaxConnections; n++)
        {
            if (await RawPeer.SecureAsync(s.Cabinet, s.Cabinet.PairingPort, s.Liar.Certificate) is not { } peer)
                continue;
            await peer.SendAsync(Encoding.ASCII.GetBytes("POST /pair HTTP/1.1\r\nHost: x\r\nX-Slow: "));
            slow.Add(peer);
        }
        foreach (var peer in slow)
        {
            await peer.IsCutAsync();
            await peer.DisposeAsync();
        }
        await PairAsync(s, RandomNumberGenerator.GetBytes(50), "pairing.malformed");
    }
}
