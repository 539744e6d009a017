using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;
using EdgeNode.Sync;
using EdgeNode.Sync.Io;
using EdgeNode.Tests.Load;
using EdgeNode.Tests.System.Brokers;
using EdgeNode.Wire;
using EdgeNode.Wire.Io;

namespace EdgeNode.Tests.System.Hosts;

/// <summary>
/// A peer that is not EdgeNode: it speaks the protocol with its own key, as docs/protocol.md says, and can say whatever it likes. It pairs through the
/// pairing door, is accepted by the other side's steward, and connects to the other side's broker with its certificate.
/// </summary>
internal sealed class ForeignPeer : IAsyncDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    /// <summary>After this a bundle without a receipt is sent again, as custody does; a flood limit may have cut it.</summary>
    private static readonly TimeSpan SendAgainAfter = TimeSpan.FromSeconds(1);

    /// <summary>Seconds.</summary>
    private const int FloodEndsAfter = 8;

    private readonly CabinetProcess _cabinet;
    private readonly LightPeer _light;
    private readonly MqttLoop _loop = new("foreign peer", _ => { });
    private readonly Channel<(TopicKind Kind, byte[] Bytes)> _heard = Channel.CreateUnbounded<(TopicKind, byte[])>();
    private readonly SortedDictionary<int, SentBundle> _streams = [];
    private MqttClient? _client;

    /// <summary>A cabinet that has only heard of the other.</summary>
    public ForeignPeer(CabinetProcess cabinet, string name)
    {
        _cabinet = cabinet;
        _light = new LightPeer(cabinet.Folder, name);
    }

    public NodeKey Key => _light.Key;
    public Identity Identity => _light.Identity;
    public Did Did => _light.Did;
    public Signer Signer => _light.Signer;

    /// <summary>The cabinet it lies to.</summary>
    public Did Node { get; private set; }

    /// <summary>Meets the cabinet, is accepted by its steward, and connects.</summary>
    public static async Task<ForeignPeer> EnrolAsync(CabinetProcess cabinet, CabinetVisitor steward, string name)
    {
        var peer = new ForeignPeer(cabinet, name);
        var card = await peer.PairAsync(Kinds.PairingRequest, null);
        using var p256 = new P256();
        var node = PairingMessage.Verify(card, p256)!.Identity;
        peer.Node = node.Did;
        var accepted = await steward.PostAsync($"api/steward/peerings/{peer.Did}/accept", []);
        Assert.True(accepted.IsDone, accepted.ToString());
        await peer.PairAsync(Kinds.PairingAgreement, peer._light.AgreementWith(node));
        await Until.HoldsAsync(async () => await peer.StateAsync(steward) == "enrolled", "the steward sees the peer enrolled");
        await peer.ConnectAsync();
        return peer;
    }

    public async Task<string> StateAsync(CabinetVisitor steward)
    {
        var peerings = (await steward.GetAsync("api/steward/neighbours")).Json!["peerings"]!.AsArray();
        return (string?)peerings.FirstOrDefault(p => (string?)p!["did"] == Did.Value)?["state"] ?? "";
    }

    /// <summary>Connects until the broker lets us in: it admits a new certificate a moment after the enrolment.</summary>
    public async Task ConnectAsync()
    {
        await Until.HoldsAsync(
            async () =>
            {
                var up = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
                _loop.Post(() => Open(up));
                return await Until.DoneAsync(up.Task, "the connection stands or falls", Soon);
            },
            "the broker lets the peer in"
        );
        // The first word on a link: until the cabinet has heard it there is no way back to us.
        Send(TopicKind.Have, "control", Have());
    }

    /// <summary>PEM files of our certificate and its key, for other programs that come in our name.</summary>
    public (string Certificate, string Key) PemFiles => (_light.CertificateFile, _light.KeyFile);

    /// <summary>Our certificate with its key.</summary>
    public X509Certificate2 Certificate => _light.Certificate;

    /// <summary>Leaves the broker's door in order.</summary>
    public void Leave() => _loop.Post(() => _client?.Close("goes"));

    /// <summary>True while our connection to the broker stands.</summary>
    public bool IsConnected => _client is { IsUp: true };

    public void Send(TopicKind kind, string dataClass, byte[] bytes) =>
        SendTo(new Topic(Node.Value, Did.Value, kind, dataClass).ToString(), bytes);

    public void SendTo(string topic, byte[] bytes) => _loop.Post(() => _client?.Publish(topic, bytes, out _));

    public void SendBundle(byte[] bundle) => Send(TopicKind.Data, "shared", bundle);

    /// <summary>
    /// Debian's mosquitto_pub with our certificate sends messages as fast as it can, without waiting for any acknowledgement. It takes our place at the
    /// broker; connect again afterwards. False when it could not say all: a session that is ended in the middle leaves it waiting for ever.
    /// </summary>
    public async Task<bool> TryFloodAsync(int messages)
    {
        var topic = new Topic(Node.Value, Did.Value, TopicKind.Data, "shared").ToString();
        string[] tls =
        [
            "--cafile",
            _cabinet.CertificateFile,
            "--cert",
            _light.CertificateFile,
            "--key",
            _light.KeyFile,
            "--insecure",
        ];
        string[] to =
        [
            "-h",
            _cabinet.Address.ToString(),
            "-p",
            $"{_cabinet.PeersPort}",
            "-i",
            Did.Value,
            "-t",
            topic,
            "-q",
            "0",
            "-l",
        ];
        var flood = Path.Combine(_cabinet.Folder, "flood");
        await File.WriteAllLinesAsync(flood, Enumerable.Repeat("again and again", messages));
        var script = $"exec timeout {FloodEndsAfter} mosquitto_pub \"$@\" < '{flood}'";
        return (await Foreign.RunAsync("sh", ["-c", script, "sh", .. tls, .. to])).Code == 0;
    }

    public byte[] Have(string boot = "liar") => _light.Have(Node, new HaveBody(boot, "1", "liar 1", false, [], []));

    /// <summary>Signs a statement as a peer may; <paramref name="lie"/> changes its header before it is signed.</summary>
    public byte[] Statement(string kind, byte[] body, Func<StatementHeader, StatementHeader>? lie = null, NodeKey? key = null) =>
        _light.Statement(Node, kind, body, lie, key);

    /// <summary>The next bundle of a stream; <paramref name="lie"/> changes its header before it is signed. Nothing is noted as sent.</summary>
    public byte[] Bundle(
        int stream,
        IReadOnlyList<byte[]> statements,
        Func<BundleHeader, BundleHeader>? lie = null,
        NodeKey? key = null
    ) => _light.Bundle(Node, stream, _streams.GetValueOrDefault(stream, SentBundle.None), statements, lie, key);

    /// <summary>Sends a bundle until the cabinet's signed receipt for it comes, and returns what the receipt says was not accepted.</summary>
    public async Task<IReadOnlyList<ReceiptException>> DeliverAsync(int stream, byte[] bundle)
    {
        var sent = SentBundle.Of(bundle);
        var receipt = await ReceiptAsync(stream, sent.Seq, () => SendBundle(bundle));
        _streams[stream] = sent;
        return [.. receipt.Exceptions.Where(e => e.Seq == sent.Seq)];
    }

    /// <summary>The next frame of a kind that the cabinet sends us, others are passed over.</summary>
    public async Task<byte[]> HearAsync(TopicKind kind, TimeSpan within)
    {
        using var limit = new CancellationTokenSource(within);
        while (true)
        {
            var (heard, bytes) = await _heard.Reader.ReadAsync(limit.Token);
            if (heard == kind)
                return bytes;
        }
    }

    /// <summary>Forgets what was heard so far.</summary>
    public void Drain()
    {
        while (_heard.Reader.TryRead(out _)) { }
    }

    /// <summary>A person of this peer, with the statement that introduces them, and what they offer.</summary>
    public (string Person, byte[] Statement) NewPerson()
    {
        var person = Identity.CreatePerson(RandomNumberGenerator.GetBytes(32), SystemEntropy.Instance);
        var body = new IdentityBody([Convert.ToBase64String(person.Genesis)]);
        return (person.Did.Value, Statement(Kinds.Identity, WireJson.Write(body, WireJson.Default.IdentityBody)));
    }

    public static byte[] OfferingBody(string person, string title) =>
        WireJson.Write(
            new OfferingBody(SystemEntropy.Instance.Uuid7(Now), 1, person, "Liam", "test/thing", title, 1),
            WireJson.Default.OfferingBody
        );

    public static Moment Now => LightPeer.Now;

    public ValueTask DisposeAsync()
    {
        _loop.Dispose();
        _light.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<ReceiptBody> ReceiptAsync(int stream, long seq, Action send)
    {
        var until = Now + Soon;
        while (Now < until)
        {
            send();
            try
            {
                while (true)
                {
                    var frame = Frame.TryReadWhole(await HearAsync(TopicKind.Receipt, SendAgainAfter), Control.MaxBody)!;
                    var receipt = WireJson.Read(frame.Body.Span, WireJson.Default.ReceiptBody)!;
                    if (receipt.Stream == stream && receipt.First <= seq && receipt.Last >= seq)
                        return receipt;
                }
            }
            catch (OperationCanceledException)
            {
                continue; // not yet: sent again
            }
        }
        throw new TimeoutException($"No receipt came for bundle {seq} of stream {stream}.");
    }

    private void Open(TaskCompletionSource<bool> up)
    {
        _client?.Close("again");
        _client = new MqttClient(
            _loop,
            new MqttClientOptions
            {
                ClientId = Did.Value,
                Host = _cabinet.Address.ToString(),
                Port = _cabinet.PeersPort,
                Filter = Topic.Everything(to: Did.Value, from: Node.Value),
                Tls = new MqttTls(_cabinet.CertificateFile, _light.CertificateFile, _light.KeyFile),
            },
            new MqttEvents
            {
                Up = () => up.TrySetResult(true),
                Closed = _ => up.TrySetResult(false),
                Message = Heard,
                Acknowledged = _ => { },
            }
        );
        _client.Open(Soon, Soon);
    }

    private void Heard(string text, ReadOnlySpan<byte> payload)
    {
        if (Topic.TryParse(text, out var topic) && payload.Length > 1)
            _heard.Writer.TryWrite((topic.Kind, payload.ToArray()));
    }

    private async Task<byte[]> PairAsync(string kind, string? agreement)
    {
        var answer = await PostAsync(PairingFrame(kind, agreement));
        Assert.True(answer.Status == 200, $"{kind}: {answer.Status} {Encoding.ASCII.GetString(answer.Bytes)}");
        return answer.Bytes;
    }

    /// <summary>A pairing frame of ours, honest but for what <paramref name="lie"/> changes in its body.</summary>
    public byte[] PairingFrame(string kind, string? agreement = null, Func<PairingBody, PairingBody>? lie = null) =>
        _light.PairingFrame(kind, Node == default ? null : Node, _cabinet.Address.ToString(), agreement, lie);

    /// <summary>Posts any bytes to the pairing door over TLS with our certificate.</summary>
    public async Task<(int Status, byte[] Bytes)> PostAsync(byte[] frame)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions = new SslClientAuthenticationOptions
        {
            ClientCertificates = [_light.Certificate],
            LocalCertificateSelectionCallback = (_, _, _, _, _) => _light.Certificate,
            RemoteCertificateValidationCallback = (_, shown, _, _) => CabinetVisitor.IsPinned(shown, _cabinet.CertificateFile),
        };
        using var http = new HttpClient(handler) { Timeout = Soon };
        using var content = new ByteArrayContent(frame);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        var at = new Uri($"https://{_cabinet.Address}:{_cabinet.PairingPort}/pair");
        using var answer = await http.PostAsync(at, content);
        return ((int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync());
    }
}
