using System.Security.Cryptography.X509Certificates;
using EdgeNode.Appliance;
using EdgeNode.Appliance.Io;
using EdgeNode.Federation;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;
using EdgeNode.Wire.Io;

namespace EdgeNode.Tests.Load;

/// <summary>Where a cabinet is to be found once it runs.</summary>
public sealed record Place(string Folder, string Address, int PeersPort, int PairingPort);

/// <summary>The data folder of a cabinet that does not run, with the real node stepped by hand: made, paired and filled before its first start.</summary>
public sealed class LoadedCabinet : IDisposable
{
    private readonly DataFolder _folder;
    private readonly NodeKey _key;
    private readonly X509Certificate2 _certificate;
    private readonly Sealer _sealer;
    private readonly NodeCard _card;
    private Node? _node;
    private long _tickets;

    public LoadedCabinet(Place place, string name)
    {
        Place = place;
        _folder = DataFolder.Open(place.Folder);
        (_key, Identity, _certificate) = _folder.OpenIdentity(SystemEntropy.Instance);
        _sealer = _folder.OpenSealer(Identity, SystemEntropy.Instance);
        _card = new NodeCard(
            Identity,
            name,
            _certificate.RawData,
            "the stewards",
            place.Address,
            place.PeersPort,
            place.PairingPort,
            Release.Version
        );
        _node = new Node(OpenWriter(), _key, _card, SystemEntropy.Instance, NodeOptions.Default, _sealer);
        StewardsCode = Step(new Started()).OfType<ShowStewardCode>().SingleOrDefault()?.Code;
    }

    public static Moment Now => new(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    public Place Place { get; }
    public Identity Identity { get; }

    /// <summary>What a first start shows once; null when the folder held a cabinet already.</summary>
    public string? StewardsCode { get; }

    /// <summary>The key of the certificate, as the other side's TLS sees it.</summary>
    public string Spki => CertificateKey.Of(_certificate)!.Spki;

    public Db OpenWriter() => _folder.Store.OpenWriter(Node.Modules);

    public IReadOnlyList<Effect> Step(NodeInput input) => _node!.Step([input], Now);

    public (Answer Answer, IReadOnlyList<Effect> Effects) Ask(Command command)
    {
        var effects = Step(new Asked(++_tickets, command));
        return (effects.OfType<Reply>().Single().Answer, effects);
    }

    /// <summary>Lets go of the node, so that the database has one writer again.</summary>
    public void CloseNode()
    {
        _node?.Dispose();
        _node = null;
    }

    public void Dispose()
    {
        CloseNode();
        _certificate.Dispose();
        _key.Dispose();
        _folder.Dispose();
    }
}
