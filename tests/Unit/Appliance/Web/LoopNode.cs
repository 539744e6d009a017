using System.Net;
using EdgeNode.Appliance;
using EdgeNode.Appliance.Io;
using EdgeNode.Appliance.Web;
using EdgeNode.Federation;
using EdgeNode.Matching.Words;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;
using EdgeNode.Wire.Io;

namespace EdgeNode.Tests.Unit.Appliance.Web;

/// <summary>A real node with its loop and database in a folder of its own, and both web doors open; no broker, no neighbours.</summary>
internal sealed class LoopNode : IAsyncDisposable
{
    private readonly string _folder;
    private readonly NodeKey _key;
    private readonly byte[] _seal = SystemEntropy.Instance.Bytes(32);
    private readonly NodeLoop _loop;
    private readonly System.Security.Cryptography.X509Certificates.X509Certificate2 _certificate;
    private OpenDoor? _residents;
    private OpenDoor? _stewards;
    private readonly TaskCompletionSource<string> _code = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LoopNode(string folder)
    {
        _folder = folder;
        _key = NodeKey.Create(SystemEntropy.Instance);
        var identity = Identity.CreateNode(_key, Sodium.X25519PublicKey(_seal), SystemEntropy.Instance);
        using var bare = NodeCertificate.Create(_key.Ecdsa, identity.Did.Value);
        _certificate = bare.HasPrivateKey
            ? new(bare)
            : System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.CopyWithPrivateKey(bare, _key.Ecdsa);
        File = new StoreFile(Path.Combine(folder, "edgenode.db"));
        Card = new NodeCard(identity, "Mill cabinet", _certificate.RawData, "the stewards", "127.0.0.1", 8883, 8444, "0.1.0");
        Node = new NodeDoor(File);
        _loop = new NodeLoop(Make, Perform, _ => { });
        Node.Attach(_loop);
    }

    public StoreFile File { get; }
    public NodeCard Card { get; }
    public NodeDoor Node { get; }
    public NodeLoop Loop => _loop;

    /// <summary>The code printed on first start.</summary>
    public Task<string> StewardCode => _code.Task;

    public static async Task<LoopNode> Start()
    {
        var node = new LoopNode(Directory.CreateTempSubdirectory("edgenode-web-").FullName);
        node._loop.Start();
        await node._code.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await node.OpenDoors();
        return node;
    }

    /// <summary>A browser at the residents' door.</summary>
    public Browser Resident() => new(new Uri(_residents!.Addresses[0]));

    /// <summary>A browser at the stewards' door.</summary>
    public Browser Steward() => new(new Uri(_stewards!.Addresses[0]));

    public async ValueTask DisposeAsync()
    {
        await using (_residents)
        await using (_stewards) { }

        await _loop.DisposeAsync();
        Node.Dispose();
        _certificate.Dispose();
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task OpenDoors()
    {
        var desk = new NodeDesk(Node, DeskOptions(), TimeProvider.System);
        var live = new LiveHub(TimeProvider.System);
        Node.PageChanged += live.Tell;
        var options = new DoorOptions
        {
            Letter = "r",
            Https = false,
            Did = Card.Identity.Did.Value,
            Report = e => throw new InvalidOperationException("a fault of the pages", e),
        };
        var at = new IPEndPoint(IPAddress.Loopback, 0);
        _residents = await WebDoors.OpenResidents(options, desk, live, TimeProvider.System, at);
        var stewards = options with { Letter = "s", Https = true };
        _stewards = await WebDoors.OpenStewards(stewards, desk, live, TimeProvider.System, _certificate, at);
    }

    private NodeDeskOptions DeskOptions() =>
        new()
        {
            Card = Card,
            DataFolder = _folder,
            Database = File.Path,
            JoiningOpen = () => true,
            Blobs = new EdgeNode.Sync.Io.BlobStore(Path.Combine(_folder, "blobs")),
        };

    private Node Make()
    {
        var db = File.OpenWriter(EdgeNode.Appliance.Node.Modules);
        WordIndex.BringUp(db);
        return new Node(
            db,
            _key,
            Card,
            SystemEntropy.Instance,
            NodeOptions.Default with
            {
                PlanQuiet = null,
            },
            new Sealer(_seal, SystemEntropy.Instance)
        );
    }

    private void Perform(Effect effect)
    {
        switch (effect)
        {
            case EdgeNode.Appliance.Reply reply:
                Node.Tell(reply);
                break;
            case PageChanged changed:
                Node.Tell(changed);
                break;
            case StartPlan plan:
                PlanJobs.Start(plan, input => _loop.Post(input));
                break;
            case ShowStewardCode code:
                _code.TrySetResult(code.Code);
                break;
            default:
                break; // links and pairing: this cabinet stands alone
        }
    }
}
