using System.Collections.Concurrent;

namespace EdgeNode.Sync.Io;

/// <summary>
/// All links of one node: one connection to its own broker, where peers come in, and one to each peer's broker. One of the two directions
/// is enough: a message goes to the peer's broker if we are connected there, or to our own if the peer is, whichever stood first and as long
/// as it stands. So a direct link passes one broker, never two. Nothing here is durable and nothing is tried twice: that is the outbox's work.
/// </summary>
public sealed class Links : IAsyncDisposable
{
    private const string PinsFolder = "pins";

    /// <summary>Header, packet id and topic of a message, about; counted so that many small messages are bounded too.</summary>
    private const int MessageOverhead = 160;

    private readonly LinksOptions _options;
    private readonly Broker _broker;
    private readonly Func<double> _jitter;
    private readonly Func<LinkEvent, bool> _post;
    private readonly Action<Exception> _onFault;
    private readonly ConcurrentDictionary<string, LinksPeer> _peers = new();
    private readonly LinksUnacknowledged _unacknowledged = new();
    private readonly BackOff _localBackOff;
    private readonly Lock _opening = new();
    private MqttClient? _local;
    private TimeSpan _localTryStarted;
    private bool _brokerWasUp;
    private long _strangers;
    private bool _stopping;
    private readonly LinksRelay? _relay;
    private bool _relayOpen;

    /// <summary>
    /// Connects to the node's own broker and waits for peers. <paramref name="post"/> takes every event, on the links' thread: it must only
    /// put it somewhere and answer at once; false means there was no room, then a message is dropped and counted, and custody brings it
    /// again (changes of links are to be taken in any case). <paramref name="jitter"/> gives numbers from 0 up to 1;
    /// <paramref name="onFault"/> hears of faults that are ours.
    /// </summary>
    /// <exception cref="BrokerException">libmosquitto is not installed.</exception>
    public Links(LinksOptions options, Broker broker, Func<double> jitter, Func<LinkEvent, bool> post, Action<Exception> onFault)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(broker);
        MqttClient.RequireLibrary();
        _options = options;
        _broker = broker;
        _jitter = jitter;
        _post = post;
        _onFault = onFault;
        _localBackOff = new BackOff(options.LocalRetry);
        Directory.CreateDirectory(broker.PathOf(PinsFolder));
        Loop = new MqttLoop("links", onFault);
        Loop.Post(DialLocal);
        if (options.Relay is { } relay)
            _relay = new LinksRelay(this, options, relay);
    }

    /// <summary>Messages through our own broker from somebody whose link is not open here: admitted there, but unknown or closed here.</summary>
    public long Strangers => Interlocked.Read(ref _strangers);

    internal MqttLoop Loop { get; }

    internal string Me => _broker.Settings.Did;

    /// <summary>The relay; null when none is used. From any thread.</summary>
    public RelayStatus? Relay => _relay?.Status();

    internal bool RelayIsUp => _relay is { IsUp: true };

    internal bool LocalIsUp => _local is { IsUp: true };

    /// <summary>
    /// Uses the relay, if there is one, from now on; doing it again does nothing. Called once the peers known from before are open: what the relay kept comes with
    /// the first contact, and from a peer that is not open it would be lost.
    /// </summary>
    public void OpenRelay()
    {
        if (_relay is not null && !Interlocked.Exchange(ref _relayOpen, true))
            Loop.Post(_relay.Dial);
    }

    /// <summary>Keeps a link to a peer from now on, or moves it to another address or pin. Opening the same again does nothing.</summary>
    /// <exception cref="BrokerException">The certificate is not one that may be pinned for this peer.</exception>
    public void Open(LinkTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        lock (_opening)
        {
            if (_stopping)
                return;
            var checkedTarget = target with { CertificatePem = Broker.Checked(target.Did, target.CertificatePem) };
            var pin = WritePin(checkedTarget);
            var peer = _peers.GetOrAdd(target.Did, did => new LinksPeer(this, _options, did, pin));
            Loop.Post(() => peer.Aim(checkedTarget));
        }
    }

    /// <summary>Ends the link and forgets the pin. Messages from the peer are dropped from now on. Closing an unknown link does nothing.</summary>
    public void Close(string did)
    {
        lock (_opening)
        {
            if (!_peers.TryRemove(did, out var peer))
                return;
            Loop.Post(() =>
            {
                peer.Close();
                File.Delete(PinOf(did));
            });
        }
    }

    /// <summary>
    /// Sends a message of 2 to 65,536 bytes to a peer, at once or not at all. From any thread; the bytes are copied.
    /// </summary>
    /// <exception cref="ArgumentException">The class has no place in a topic, or the length is out of bounds.</exception>
    public SendResult Send(string did, TopicKind kind, string dataClass, ReadOnlyMemory<byte> payload)
    {
        if (payload.Length is < 2 or > BrokerFiles.MaxMessageBytes)
            throw new ArgumentException($"A message has 2 to {BrokerFiles.MaxMessageBytes} bytes.", nameof(payload));
        if (!_peers.TryGetValue(did, out var peer) || peer.Way == LinkWay.None)
            return SendResult.NoWay;
        var topic = new Topic(did, Me, kind, dataClass).ToString();
        int reserved = payload.Length + MessageOverhead;
        if (!peer.Reserve(reserved))
            return SendResult.Full;
        var bytes = payload.ToArray();
        Loop.Post(() => peer.Send(topic, bytes, reserved));
        return SendResult.Sent;
    }

    /// <summary>All open links, in order of their DIDs. From any thread.</summary>
    public IReadOnlyList<LinkStatus> Status() =>
        [.. _peers.Values.Select(peer => peer.Status()).OrderBy(link => link.Did, StringComparer.Ordinal)];

    /// <summary>Closes all links, with a farewell to those who listen.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_opening)
        {
            if (_stopping)
                return ValueTask.CompletedTask;
            _stopping = true;
        }
        Loop.Post(() =>
        {
            foreach (var peer in _peers.Values)
                peer.Close();
            _relay?.Close();
        });
        Loop.Dispose();
        return ValueTask.CompletedTask;
    }

    internal double Jitter() => _jitter();

    internal bool Tell(LinkEvent happening) => _post(happening);

    internal MqttTls TlsWith(string pin) =>
        new(pin, _broker.PathOf(BrokerFiles.CertificateFile), _broker.PathOf(BrokerFiles.KeyFile));

    /// <summary>Hands a message to our own broker, where the peer is subscribed.</summary>
    internal bool PublishLocal(LinksPeer peer, string topic, byte[] bytes, int reserved)
    {
        if (_local is not { } client || !client.Publish(topic, bytes, out int id))
            return false;
        if (client.IsUp)
            _unacknowledged.Add(id, peer, reserved);
        else
            peer.Release(reserved);
        return true;
    }

    internal bool PublishRelay(LinksPeer peer, string topic, byte[] bytes, int reserved) =>
        _relay?.Publish(peer, topic, bytes, reserved) == true;

    /// <summary>An open peer that is also reached by the relay.</summary>
    internal LinksPeer? PeerByRelay(string did) =>
        _peers.TryGetValue(did, out var peer) && peer.SealKey is not null ? peer : null;

    internal void RelayChanged(string reason)
    {
        foreach (var peer in _peers.Values)
            peer.RelayChanged(reason);
    }

    private string PinOf(string did) => _broker.PathOf(Path.Join(PinsFolder, BrokerFiles.PeerFile(did)));

    private string WritePin(LinkTarget target)
    {
        var path = PinOf(target.Did);
        if (!File.Exists(path) || File.ReadAllText(path) != target.CertificatePem)
        {
            File.WriteAllText(path + ".new", target.CertificatePem); // a copy of what the database holds: written anew at every start, so no fsync
            File.Move(path + ".new", path, overwrite: true);
        }
        return path;
    }

    private void DialLocal()
    {
        if (_stopping)
            return;
        _localTryStarted = MqttLoop.Now;
        var retry = _localBackOff.Next(_localTryStarted, _jitter());
        _local = new MqttClient(
            Loop,
            new MqttClientOptions
            {
                ClientId = BrokerFiles.LocalUser,
                Host = _broker.Settings.Address.ToString(),
                Port = _broker.Settings.LocalPort,
                Filter = Topic.EverythingTo(Me),
                Login = (BrokerFiles.LocalUser, _broker.LocalPassword),
            },
            new MqttEvents
            {
                Up = LocalUp,
                Closed = reason => LocalClosed(reason, retry),
                Message = ArrivedLocally,
                Acknowledged = _unacknowledged.Done,
            }
        );
        _local.Open(retry.ConnectWithin, _options.ReadyWithin);
    }

    private void LocalUp()
    {
        _localBackOff.Up();
        _brokerWasUp = true;
        Tell(new BrokerUp());
    }

    private void LocalClosed(string reason, Retry retry)
    {
        _local = null;
        _unacknowledged.Lost();
        if (_brokerWasUp)
        {
            _localBackOff.Down(MqttLoop.Now);
            _brokerWasUp = false;
            Tell(new BrokerDown(reason));
        }
        foreach (var peer in _peers.Values)
            peer.LocalIsGone("our own broker is down");
        if (_stopping)
            return;
        _broker.Suspect();
        var wait = _localTryStarted + retry.After - MqttLoop.Now;
        Loop.After(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, DialLocal);
    }

    private void ArrivedLocally(string text, ReadOnlySpan<byte> payload)
    {
        if (Topic.TryParse(text, out var topic) && topic.To == Me && _peers.TryGetValue(topic.From, out var peer))
            peer.ArrivedLocally(topic, payload);
        else
            Interlocked.Increment(ref _strangers);
    }
}
