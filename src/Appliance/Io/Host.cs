using System.Net;
using System.Security.Cryptography.X509Certificates;
using EdgeNode.Appliance.Web;
using EdgeNode.Federation;
using EdgeNode.Hardware.Io;
using EdgeNode.Matching.Words;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Sync.Blobs;
using EdgeNode.Sync.Discovery;
using EdgeNode.Sync.Io;
using EdgeNode.Wire;
using EdgeNode.Wire.Io;
using Microsoft.Data.Sqlite;

namespace EdgeNode.Appliance.Io;

/// <summary>
/// A cabinet, put together by hand, top to bottom: folder, identity, database, node loop, broker, links, discovery, doors. What can be wrong at a start is a
/// <see cref="SetupException"/> with a sentence.
/// </summary>
public sealed class Host : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _parts = new();
    private readonly Settings _settings;
    private readonly TextWriter _log;
    private Broker? _broker;
    private Sealer _sealer = null!;
    private Foresight _foresight = null!;
    private DiskWatch? _diskWatch;
    private Links? _links;
    private PairingCalls? _calls;
    private BlobStore _blobs = null!;
    private BlobHands? _hands;
    private readonly HashSet<string> _favoured = new(StringComparer.Ordinal);
    private MulticastDnsRunner? _discovery;
    private PowerRunner? _power;
    private LoadKeeper? _loads;
    private AlertWatch? _alerts;

    private Host(Settings settings, TextWriter log) => (_settings, _log) = (settings, log);

    public NodeDoor Door { get; private set; } = null!;
    public NodeLoop Loop { get; private set; } = null!;

    /// <summary>Ends when the cabinet is to close itself: its power policy, a steward or the household asked for a clean stop. Never without a power policy.</summary>
    public Task Stopping => _power?.Stopping ?? Forever;

    private static Task Forever { get; } = new TaskCompletionSource().Task;

    /// <summary>How power stands; null when this cabinet does not look at it.</summary>
    internal PowerFacts? Power => _power?.Now;

    /// <summary>Starts everything and returns when every door answers.</summary>
    /// <exception cref="SetupException">Something at this place does not allow a start.</exception>
    public static async Task<Host> StartAsync(
        Settings settings,
        string dataFolder,
        bool unsureClock,
        TextWriter log,
        CancellationToken token
    )
    {
        var host = new Host(settings, log);
        try
        {
            await host.AssembleAsync(dataFolder, unsureClock, token).ConfigureAwait(false);
            return host;
        }
        catch (Exception e)
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw e switch
            {
                StoreException store => new SetupException(store.Code, store.Message, store),
                BrokerException broker => new SetupException("broker", broker.Message, broker),
                IOException or UnauthorizedAccessException => DataFolder.Explain(e, Path.GetFullPath(dataFolder)),
                _ => e,
            };
        }
    }

    private async Task AssembleAsync(string dataFolder, bool unsureClock, CancellationToken token)
    {
        CheckClock(unsureClock);
        if (Sodium.Fault is { } fault)
            throw new SetupException("sodium", fault);
        var folder = Keep(DataFolder.Open(dataFolder));
        await LookAtPowerAsync(folder, token).ConfigureAwait(false);
        var (key, identity, certificate) = folder.OpenIdentity(SystemEntropy.Instance);
        Keep(key);
        Keep(certificate);
        _sealer = folder.OpenSealer(identity, SystemEntropy.Instance);
        DoorCheck.RequireFree(_settings);
        _blobs = new BlobStore(Path.Combine(folder.Path, DataFolder.Blobs));
        Door = new NodeDoor(folder.Store);
        _loads = OpenLoads(folder);
        _parts.Push(_loads);
        var ballast = new Ballast(folder.Path);
        if (ballast.Free < ballast.Total / 100)
            ballast.Release();
        Loop = new NodeLoop(() => MakeNode(folder, key, identity, certificate), Perform, Say, () => MakeRoom(ballast));
        _parts.Push(Loop);
        // Pushed later, so closed earlier: the writer is the last to close the database and leaves one whole file, without a log beside it.
        Keep(Door);
        Door.Attach(Loop);
        _foresight = Keep(new Foresight(Loop.PostAsync));
        _broker = await StartBrokerAsync(folder, key, identity, certificate, token).ConfigureAwait(false);
        _parts.Push(_broker);
        _links = new Links(
            LinkOptions() with
            {
                Relay = RelayOptions(),
            },
            _broker,
            () => SystemEntropy.Instance.Below(1000) / 1000.0,
            Take,
            e => Say($"link fault: {e.Message}")
        );
        _parts.Push(_links);
        _calls = Keep(new PairingCalls(certificate, input => Loop.Post(input)));
        _hands = new BlobHands(_blobs, new BlobFetcher(certificate, _blobs, BlobFetcherOptions.Default), Loop.PostAsync, Say);
        _parts.Push(_hands);
        Loop.Start();
        _power?.Attach(input => Loop.Post(input));
        OpenHome(folder, identity);
        _diskWatch = new DiskWatch(ballast, input => Loop.Post(input));
        _parts.Push(_diskWatch);
        OpenUpkeep(folder);
        await OpenDoorsAsync(folder, identity, certificate).ConfigureAwait(false);
        if (_settings.Discovery)
            BeFound(identity);
    }

    private void BeFound(Identity identity)
    {
        _discovery = MulticastDnsRunner.Start(Announcement(identity), Take);
        _parts.Push(_discovery);
        _ = TellWhenBrokenAsync(_discovery.Completion);
    }

    /// <summary>Before anything is opened: a pack that is too low for a start is not drawn on any further.</summary>
    private async Task LookAtPowerAsync(DataFolder folder, CancellationToken token)
    {
        _power = PowerRunner.Start(_settings, folder.Path, folder.Secret("nut.password", SystemEntropy.Instance), Say, IsDrained);
        if (_power is null)
            return;
        _parts.Push(_power);
        await _power.FirstLook.WaitAsync(token).ConfigureAwait(false);
        if (_power.Now.State == Hardware.Power.PowerState.ShuttingDown)
            throw new SetupException(
                "power.refused",
                "The battery is too low for a start without mains, or a stop is still under way. The cabinet wakes by itself later."
            );
    }

    /// <summary>Home Assistant hears of the battery only where a steward named its broker.</summary>
    private void OpenHome(DataFolder folder, Identity identity)
    {
        if (_settings.HomeAssistant is not { } broker || _power is not { } power)
            return;
        var home = new HomeAssistantLink(
            broker,
            folder.Login("home-assistant.login"),
            identity.Did.Short,
            _settings.Name,
            () => power.Now,
            Say
        );
        Keep(home);
        power.Changed = home.Tell;
    }

    private LoadKeeper OpenLoads(DataFolder folder) =>
        new(
            folder.Path,
            Hardware.Power.Io.Machine.BootId,
            _power?.Now.State ?? Hardware.Power.PowerState.Mains,
            _settings.Radios,
            folder.Store,
            Say
        );

    /// <summary>What is done beside the node: work that waits for mains, and levels that a steward set.</summary>
    private void OpenUpkeep(DataFolder folder)
    {
        var pace = _settings.DemoPace ? UpkeepOptions.Demo : UpkeepOptions.Default;
        _parts.Push(new Upkeep(folder.Store, _settings.CopyFolder, Node.Modules, () => _loads!.Row, pace, Say));
        _alerts = new AlertWatch(_settings.Alerts, () => _power?.Now.Percent, folder.Path, _settings.DemoPace, Say);
        _parts.Push(_alerts);
    }

    /// <summary>Votes and notices for neighbours in contact have left.</summary>
    private bool IsDrained() =>
        Door is null
        || Door.Read(db => db.All("SELECT DISTINCT peer FROM outbox WHERE stream <= $1", r => r.Text(0), DataMap.TrustStream))
            .TrueForAll(peer => !Loop.IsInContact(new Did(peer)));

    /// <summary>A fault of ours in discovery is told; cabinets that are already peers go on without it.</summary>
    private async Task TellWhenBrokenAsync(Task completion)
    {
        await completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (completion.IsFaulted)
            Say($"discovery: stopped by a fault of the program: {completion.Exception!.InnerException!.Message}");
    }

    /// <summary>A clock that was never set cannot date a consent; a steward decides whether to run on.</summary>
    private static void CheckClock(bool unsureClock)
    {
        var now = new Moment(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        if (now < Moment.EarliestSure && !unsureClock)
            throw new SetupException(
                "clock.unset",
                $"The clock says {now.ToRfc3339()[..10]}, so it was never set. Set it (date -s) or fit a real-time clock; --clock-unsure starts without one, and no deadline counts until it is set."
            );
    }

    private Node MakeNode(DataFolder folder, NodeKey key, Identity identity, X509Certificate2 certificate)
    {
        var db = folder.Store.OpenWriter(Node.Modules);
        BringUpWords(folder, db);
        return new Node(db, key, CardOf(identity, certificate), SystemEntropy.Instance, _settings.ToNodeOptions(), _sealer);
    }

    private static void BringUpWords(DataFolder folder, Db db)
    {
        try
        {
            WordIndex.BringUp(db);
        }
        catch (SqliteException e)
        {
            db.Dispose();
            throw folder.Store.Explain(e);
        }
    }

    private NodeCard CardOf(Identity identity, X509Certificate2 certificate) =>
        new(
            identity,
            _settings.Name,
            certificate.RawData,
            _settings.Operator,
            _settings.Address.ToString(),
            _settings.PeersPort,
            _settings.PairingPort,
            Release.Version
        );

    private async Task<Broker> StartBrokerAsync(
        DataFolder folder,
        NodeKey key,
        Identity identity,
        X509Certificate2 certificate,
        CancellationToken token
    )
    {
        var options = new BrokerOptions
        {
            Settings = new BrokerSettings
            {
                Did = identity.Did.Value,
                Address = _settings.Address,
                Folder = Path.Combine(folder.Path, "broker"),
                RunAs = Environment.UserName,
                Port = _settings.PeersPort,
                LocalPort = _settings.BrokerPort,
            },
            CertificatePem = NodeCertificate.ToPem(certificate),
            KeyPem = NodeCertificate.KeyToPem(key.Ecdsa),
            Log = line => Say("broker: " + line),
        };
        var admitted = Door.Read(PeerBook.Enrolled).ToDictionary(p => p.Did.Value, p => Pem(p.Certificate));
        return await Broker.StartAsync(options, admitted, token).ConfigureAwait(false);
    }

    private LinksOptions LinkOptions() =>
        _settings.DemoPace
            ? LinksOptions.Default with
            {
                Retry = BackOffOptions.Demo,
                PingEvery = TimeSpan.FromSeconds(1),
                DeadAfter = TimeSpan.FromSeconds(3),
            }
            : LinksOptions.Default;

    /// <summary>The relay of the settings; its password is in a file of its own, so that the settings hold no secret.</summary>
    private RelayOptions? RelayOptions()
    {
        if (_settings.Relay is not { } relay)
            return null;
        if (relay.Authorities is { } ca && !File.Exists(ca))
            throw new SetupException("settings.faults", $"[relay] ca: there is no file {ca}.");
        return new RelayOptions
        {
            Doors = relay.Doors,
            Sealer = _sealer,
            AuthoritiesFile = relay.Authorities,
            Login = relay.User is { } user ? (user, Password(relay)) : null,
        };
    }

    private static string Password(RelaySettings relay)
    {
        if (relay.PasswordFile is not { } file)
            return "";
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SetupException("settings.faults", $"[relay] password_file: {file} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The key for a peer that the stewards let go by the relay.</summary>
    private string? SealKeyFor(Did peer)
    {
        if (_settings.Relay?.Serves(peer) != true)
            return null;
        var key = Door.Read(db => Identities.SealOf(db, peer));
        return Sealer.IsKey(key) ? key : null;
    }

    private async Task OpenDoorsAsync(DataFolder folder, Identity identity, X509Certificate2 certificate)
    {
        try
        {
            _parts.Push(
                await PairingDoor
                    .OpenAsync(
                        new IPEndPoint(_settings.Address, _settings.PairingPort),
                        certificate,
                        Door,
                        new BlobDoor(Door, _blobs, input => Loop.Post(input))
                    )
                    .ConfigureAwait(false)
            );
            await OpenWebAsync(folder, identity, certificate).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            throw new SetupException(
                "port.occupied",
                $"A door cannot be opened: {e.Message} Stop the other program or choose another port under [network].",
                e
            );
        }
    }

    private async Task OpenWebAsync(DataFolder folder, Identity identity, X509Certificate2 certificate)
    {
        var desk = new NodeDesk(Door, DeskOptions(folder, identity, certificate), TimeProvider.System);
        var live = new LiveHub(TimeProvider.System);
        Door.PageChanged += live.Tell;
        var residents = new DoorOptions
        {
            Letter = "r",
            Https = false,
            Did = identity.Did.Value,
            Hosts = _settings.Hosts,
            ResidentAddress = ResidentAddress(),
            Report = e => Say($"page fault: {e}"),
        };
        _parts.Push(
            await WebDoors
                .OpenResidents(
                    residents,
                    desk,
                    live,
                    TimeProvider.System,
                    new IPEndPoint(_settings.Address, _settings.ResidentsPort)
                )
                .ConfigureAwait(false)
        );
        _parts.Push(
            await WebDoors
                .OpenStewards(
                    residents with
                    {
                        Letter = "s",
                        Https = true,
                    },
                    desk,
                    live,
                    TimeProvider.System,
                    certificate,
                    new IPEndPoint(_settings.Address, _settings.StewardsPort)
                )
                .ConfigureAwait(false)
        );
    }

    private NodeDeskOptions DeskOptions(DataFolder folder, Identity identity, X509Certificate2 certificate) =>
        new()
        {
            Card = CardOf(identity, certificate),
            DataFolder = folder.Path,
            Database = folder.Store.Path,
            Blobs = _blobs,
            PlanCap = _settings.ToNodeOptions().PlanCap,
            JoiningOpen = () => _settings.OpenJoining,
            IsInContact = did => Loop.IsInContact(did),
            Checks = Checks,
            Power = () => _power?.Now,
            Alerts = () => _alerts?.Now ?? [],
        };

    /// <summary>The address printed on cards: the first name of the cabinet, or its address.</summary>
    private string ResidentAddress()
    {
        var host = _settings.Hosts.Count > 0 ? _settings.Hosts[0] : _settings.Address.ToString();
        return _settings.ResidentsPort == 80 ? $"http://{host}" : $"http://{host}:{_settings.ResidentsPort}";
    }

    /// <summary>What only the host sees: broker, discovery, machine.</summary>
    private List<CheckView> Checks()
    {
        var checks = new List<CheckView>();
        var restarts = _broker?.Restarts ?? 0;
        checks.Add(
            _broker?.ProcessId is null
                ? new(
                    "broker",
                    CheckLevel.Danger,
                    "The message broker is not running; it is being started again.",
                    "If this stays, look for another program on its ports."
                )
                : new(
                    "broker",
                    CheckLevel.Good,
                    restarts == 0
                        ? "The message broker runs."
                        : $"The message broker runs; it was started again {restarts} times.",
                    ""
                )
        );
        if (_discovery is { } discovery)
            checks.Add(
                new("discovery", CheckLevel.Good, $"Looking for neighbours on {string.Join(", ", discovery.Interfaces)}.", "")
            );
        checks.Add(PowerCheck());
        if (_power is not null)
            checks.Add(RadiosCheck());
        checks.AddRange(Alerts().Where(a => a.IsRaised).Select(PowerWords.Alert));
        return checks;
    }

    private IReadOnlyList<AlertFact> Alerts() => _alerts?.Now ?? [];

    /// <summary>What the plan says of radios is only as true as the program that turns them.</summary>
    private CheckView RadiosCheck() =>
        (_settings.Radios, _loads?.Radios) switch
        {
            (null, _) => new(
                "radios",
                CheckLevel.Unmeasured,
                "No program is named that turns the radios: they stay as they are.",
                ""
            ),
            (_, null) => new("radios", CheckLevel.Unmeasured, "The radios' program has not been called yet.", ""),
            (_, { Fault: { } fault }) => new(
                "radios",
                CheckLevel.Attention,
                $"The radios stay as they are: {fault}",
                "Mend the program under [power] radios."
            ),
            (_, { Reduced: var reduced }) => new(
                "radios",
                CheckLevel.Good,
                reduced ? "5 GHz and guest radio are off." : "All radios are on.",
                ""
            ),
        };

    private CheckView PowerCheck()
    {
        if (_power?.Now is { } power)
            return PowerWords.Check(power);
        return new Sysfs().Read() is { BatteryPercent: { } percent } machine
            ? new(
                "power",
                percent < 20 ? CheckLevel.Attention : CheckLevel.Good,
                $"The battery is at {percent} %{(machine.OnMains == false ? ", mains is off" : "")}.",
                percent < 20 ? "Bring power back or shed loads." : ""
            )
            : new("power", CheckLevel.Unmeasured, "No battery sensor is found on this machine.", "");
    }

    private MulticastDnsOptions Announcement(Identity identity) =>
        new()
        {
            Announcement = new ServiceAnnouncement
            {
                Instance = _settings.Name,
                HostName = "edgenode-" + identity.Did.Short,
                DidPrefix = identity.Did.Short,
                Port = _settings.PeersPort,
                PairPort = _settings.PairingPort,
            },
            Addresses = IPAddress.IsLoopback(_settings.Address) ? [_settings.Address] : [],
            Engine = _settings.DemoPace
                ? MdnsOptions.Default with
                {
                    FirstQueryIntervalMs = 250,
                    LongestQueryIntervalMs = 4000,
                }
                : MdnsOptions.Default,
        };

    /// <summary>Carries out one effect, after its commit, on the node's thread; nothing here waits for another machine.</summary>
    private void Perform(Effect effect)
    {
        try
        {
            PerformNow(effect);
        }
        catch (IOException e)
        {
            // The broker's files are made anew from the database at every start; the database itself has what was decided.
            Say(
                $"{effect.GetType().Name}: a file of the broker could not be written ({e.Message}). Free some space and start again."
            );
        }
    }

    private void PerformNow(Effect effect)
    {
        switch (effect)
        {
            case Reply reply:
                Door.Tell(reply);
                break;
            case PageChanged changed:
                Door.Tell(changed);
                break;
            case SendOnLink send:
                _links?.Send(send.Peer.Value, send.Kind, send.Class, send.Bytes);
                break;
            case PairSend send:
                _calls?.Send(send);
                break;
            case FetchBlob or DropBlob or SweepBlobs:
                _hands!.Do(effect);
                break;
            case OpenRelay:
                _links!.OpenRelay();
                break;
            case OpenPeer open:
                _broker?.Admit(open.Did.Value, Pem(open.Certificate));
                _links?.Open(
                    new LinkTarget(
                        open.Did.Value,
                        IPAddress.TryParse(open.Address, out var at) ? at : null,
                        open.Port,
                        Pem(open.Certificate)
                    )
                    {
                        SealKey = SealKeyFor(open.Did),
                    }
                );
                break;
            case CutPeer cut:
                _favoured.Remove(cut.Did.Short);
                _links?.Close(cut.Did.Value);
                if (cut.ForNow)
                    _broker?.Hold(cut.Did.Value);
                else
                    _broker?.Remove(cut.Did.Value);
                break;
            case StartPlan plan:
                PlanJobs.Start(plan, input => Loop.Post(input));
                break;
            case ApplyLoads loads:
                _loads!.Apply(loads);
                break;
            case BeginStop stop:
                _power?.AskToStop(stop.Why, stop.BackAfter);
                break;
            case ShowStewardCode code:
                Say("stewards' code: " + string.Join('-', code.Code.Chunk(4).Select(c => new string(c))));
                break;
            default:
                throw new InvariantException($"nothing performs {effect.GetType().Name}");
        }
    }

    /// <summary>Claims of our peers keep their place in discovery's cache, whoever floods it.</summary>
    private void Favour(Did peer)
    {
        _favoured.Add(peer.Short);
        _discovery?.Favour([.. _favoured]);
    }

    /// <summary>The database met a full disk: receipts and an orderly end get room, and nothing new is kept until the disk was looked at again.</summary>
    private DiskMeasured MakeRoom(Ballast ballast)
    {
        ballast.Release();
        _diskWatch?.TellAgain();
        return new DiskMeasured(0, ballast.Total);
    }

    private bool Take(LinkEvent happened)
    {
        NodeInput? input = happened switch
        {
            Sync.Io.LinkUp up => new LinkUp(new Did(up.Did), up.Way == LinkWay.Relay),
            Sync.Io.LinkDown down => new LinkDown(new Did(down.Did)),
            LinkFlooded flood => new Flooded(new Did(flood.Did), flood.Dropped, flood.Proven),
            LinkMessage message => new Received(new Did(message.From), message.Kind, message.Bytes) { Proven = message.Proven },
            _ => null,
        };
        return input is null || _foresight.Post(input);
    }

    private void Take(MdnsEffect happened)
    {
        switch (happened)
        {
            case ServiceSeen { Service: var s }:
                Loop.Post(Sighted(s));
                break;
            case ServiceUpdated { Service: var s }:
                Loop.Post(Sighted(s));
                break;
            case ServiceGone { Service: var s }:
                Loop.Post(new Gone(s.Instance, s.DidPrefix, s.Port, s.PairPort));
                break;
            case NameChanged renamed:
                Say($"discovery: another cabinet is called {renamed.Before} here; this one is announced as {renamed.Now}.");
                break;
            case DiscoveryProblem problem:
                Say($"discovery: {problem.Sentence}");
                break;
            default:
                break;
        }
    }

    /// <summary>IPv4 first: it is what two cabinets on one access point surely share.</summary>
    private static Seen Sighted(DiscoveredService s)
    {
        var address =
            s.Addresses.FirstOrDefault(a => a.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork) ?? s.Addresses[0];
        return new Seen(s.Instance, s.DidPrefix, address.ToString(), s.Port, s.PairPort);
    }

    private void Say(string line)
    {
        lock (_log)
            _log.WriteLine(line);
    }

    private static string Pem(byte[] der) => System.Security.Cryptography.PemEncoding.WriteString("CERTIFICATE", der) + "\n";

    private T Keep<T>(T part)
        where T : IDisposable
    {
        _parts.Push(new Kept(part));
        return part;
    }

    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out var part))
            await part.DisposeAsync().ConfigureAwait(false);
    }

    private sealed class Kept(IDisposable part) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            part.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
