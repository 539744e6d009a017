using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;
using EdgeNode.Sync;
using EdgeNode.Sync.Io;
using EdgeNode.Wire;
using NodeBroker = EdgeNode.Sync.Io.Broker;

namespace EdgeNode.Tests.System.Brokers;

/// <summary>A key, the DID made of it and the certificate for both: what a peer has pinned of a node.</summary>
internal sealed class TestIdentity : IDisposable
{
    public TestIdentity()
    {
        Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Did = "did:edge:" + Base32(SHA256.HashData(Key.ExportSubjectPublicKeyInfo()));
        Certificate = NodeCertificate.Create(Key, Did);
    }

    public ECDsa Key { get; }
    public string Did { get; }
    public X509Certificate2 Certificate { get; }
    public string Pem => NodeCertificate.ToPem(Certificate);
    public string KeyPem => NodeCertificate.KeyToPem(Key);

    public void Dispose()
    {
        Certificate.Dispose();
        Key.Dispose();
    }

    private static string Base32(byte[] bytes)
    {
        const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
        var text = new StringBuilder();
        for (int bit = 0; bit < bytes.Length * 8; bit += 5)
        {
            int value = 0;
            for (int i = bit; i < bit + 5; i++)
                value = value * 2 + (i < bytes.Length * 8 ? bytes[i / 8] >> (7 - i % 8) & 1 : 0);
            text.Append(Alphabet[value]);
        }
        return text.ToString();
    }
}

/// <summary>A folder, a real broker and real links on a loopback address of its own; everything is gone at the end.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly Channel<LinkEvent> _events = Channel.CreateUnbounded<LinkEvent>();
    private readonly List<Exception> _faults = [];

    private TestNode(string address)
    {
        Address = IPAddress.Parse(address);
        Folder = Directory.CreateTempSubdirectory("edgenode-broker-").FullName;
        (Port, LocalPort) = (FreePort(Address), FreePort(Address));
    }

    public TestIdentity Identity { get; } = new();
    public string Did => Identity.Did;
    public IPAddress Address { get; }
    public string Folder { get; }
    public int Port { get; init; }
    public int LocalPort { get; init; }
    public NodeBroker Broker { get; private set; } = null!;
    public Links? Links { get; private set; }

    public static TestNode Make(string address) => new(address);

    public static async Task<TestNode> StartAsync(string address, params TestIdentity[] admitted)
    {
        var node = new TestNode(address);
        await node.RunBrokerAsync(admitted);
        return node;
    }

    /// <summary>A port nobody listens on now. Another process may take it before we do; then the test says so by its sentence.</summary>
    public static int FreePort(IPAddress address)
    {
        using var listener = new TcpListener(address, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public BrokerOptions Options() =>
        new()
        {
            Settings = new BrokerSettings
            {
                Did = Did,
                Address = Address,
                Folder = Folder,
                RunAs = Environment.UserName,
                Port = Port,
                LocalPort = LocalPort,
            },
            CertificatePem = Identity.Pem,
            KeyPem = Identity.KeyPem,
        };

    public async Task RunBrokerAsync(params TestIdentity[] admitted)
    {
        using var limit = new CancellationTokenSource(Deadline);
        Broker = await NodeBroker.StartAsync(Options(), admitted.ToDictionary(peer => peer.Did, peer => peer.Pem), limit.Token);
    }

    /// <summary>Starts the links with the demo's short waits and returns when our own broker is reached.</summary>
    public async Task<TestNode> WithLinksAsync(LinksOptions? options = null)
    {
        var chosen = options ?? LinksOptions.Default with { Retry = BackOffOptions.Demo };
        Links = new Links(chosen, Broker, () => 0.5, _events.Writer.TryWrite, fault => _faults.Add(fault));
        await NextAsync<BrokerUp>();
        return this;
    }

    public LinkTarget Target => new(Did, Address, Port, Identity.Pem);

    /// <summary>One that we do not dial but that may come to us.</summary>
    public LinkTarget Unreachable => Target with { Address = null };

    /// <summary>The next event of a kind, others are passed over; fails after the deadline.</summary>
    public async Task<T> NextAsync<T>(Func<T, bool>? that = null)
        where T : LinkEvent
    {
        using var limit = new CancellationTokenSource(Deadline);
        var seen = new List<LinkEvent>();
        try
        {
            while (true)
            {
                var next = await _events.Reader.ReadAsync(limit.Token);
                if (next is T wanted && (that is null || that(wanted)))
                    return wanted;
                seen.Add(next);
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException(
                $"No {typeof(T).Name} within the deadline; seen: {string.Join("; ", seen)}; broker: {string.Join(" | ", Broker.LastLines.TakeLast(12))}"
            );
        }
    }

    /// <summary>The next message; link events are passed over.</summary>
    public async Task<string> NextTextAsync() => Encoding.UTF8.GetString((await NextAsync<LinkMessage>()).Bytes);

    public SendResult Say(string to, string text) => Links!.Send(to, TopicKind.Data, "public", Encoding.UTF8.GetBytes(text));

    /// <summary>Files for a foreign MQTT program that comes with this identity, or with any certificate and key.</summary>
    public string[] FilesFor(string name, string certificatePem, string keyPem)
    {
        var certificate = Path.Join(Folder, name + ".foreign.crt");
        var key = Path.Join(Folder, name + ".foreign.key");
        File.WriteAllText(certificate, certificatePem);
        File.WriteAllText(key, keyPem);
        return ["--cert", certificate, "--key", key];
    }

    public async ValueTask DisposeAsync()
    {
        if (Links is not null)
            await Links.DisposeAsync();
        if (Broker is not null)
            await Broker.DisposeAsync();
        Identity.Dispose();
        Directory.Delete(Folder, recursive: true);
        Assert.Empty(_faults);
    }
}
