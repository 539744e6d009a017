using System.Globalization;

namespace EdgeNode.Sync.Io;

/// <summary>
/// One peer's link: our connection to its broker with its tries and signs of life, and what we know of its connection to ours. All of it
/// runs on the loop's thread except the members marked otherwise.
/// </summary>
internal sealed class LinksPeer
{
    /// <summary>Between the end of a try and the next, whatever the back-off says, so that a refusal is never answered in a tight loop.</summary>
    private static readonly TimeSpan LeastGap = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan FloodToldEvery = TimeSpan.FromSeconds(1);

    /// <summary>A message of no bytes says "here", one of one byte says "gone"; real messages are longer.</summary>
    private static readonly byte[] Here = [];
    private static readonly byte[] Gone = [0];

    private readonly Links _links;
    private readonly LinksOptions _options;
    private readonly BackOff _backOff;
    private readonly LinksFlood _flood;

    /// <summary>Whoever has access to the relay can send in a peer's name there, which must not cost the peer its own link.</summary>
    private readonly LinksFlood _floodByRelay;
    private readonly LinksUnacknowledged _unacknowledged = new();
    private readonly string _pin;
    private readonly string _presence;
    private LinkTarget? _target;
    private MqttClient? _outgoing;
    private TimeSpan _tryStarted;
    private TimeSpan _lastIn;
    private TimeSpan _lastOut;
    private TimeSpan? _incomingSeen;
    private bool _closed;
    private bool _armed;
    private int _generation;
    private volatile LinkWay _way;
    private volatile bool _connected;
    private volatile string? _lastFault;
    private long _pending;
    private long _tries;
    private long _messagesIn;
    private long _bytesIn;
    private long _messagesOut;
    private long _bytesOut;
    private long _flooded;
    private int _untold;
    private bool _untoldProven;
    private long _refused;

    public LinksPeer(Links links, LinksOptions options, string did, string pinFile)
    {
        _links = links;
        _options = options;
        Did = did;
        _backOff = new BackOff(options.Retry);
        _flood = new LinksFlood(options.Flood);
        _floodByRelay = new LinksFlood(options.Flood);
        _pin = pinFile;
        _presence = new Topic(did, links.Me, TopicKind.Have, "control").ToString();
    }

    public string Did { get; }

    /// <summary>The key that frames for the relay are sealed to; null when this peer is not reached by one.</summary>
    public string? SealKey => _target?.SealKey;

    /// <summary>The way messages go now. From any thread.</summary>
    public LinkWay Way => _way;

    /// <summary>Takes room for a message under way; false when there is none. From any thread.</summary>
    public bool Reserve(int bytes)
    {
        if (Interlocked.Add(ref _pending, bytes) <= _options.MaxPendingBytes)
            return true;
        Release(bytes);
        return false;
    }

    /// <summary>Gives the room back. From any thread.</summary>
    public void Release(int bytes) => Interlocked.Add(ref _pending, -bytes);

    /// <summary>From any thread.</summary>
    public LinkStatus Status() =>
        new()
        {
            Did = Did,
            Way = _way,
            Connected = _connected,
            LastFault = _lastFault,
            Tries = Interlocked.Read(ref _tries),
            MessagesIn = Interlocked.Read(ref _messagesIn),
            BytesIn = Interlocked.Read(ref _bytesIn),
            MessagesOut = Interlocked.Read(ref _messagesOut),
            BytesOut = Interlocked.Read(ref _bytesOut),
            Flooded = Interlocked.Read(ref _flooded),
            Refused = Interlocked.Read(ref _refused),
        };

    /// <summary>
    /// Starts, or tries another address or pin at once. The same target changes nothing, and another address alone does not cut a
    /// connection that works: addresses are hearsay, the pin is not.
    /// </summary>
    public void Aim(LinkTarget target)
    {
        if (_closed || _target == target)
            return;
        bool samePin = _target?.CertificatePem == target.CertificatePem;
        _target = target;
        Recount("the peer is not reached by the relay any more");
        if (samePin && _outgoing is { IsUp: true })
            return;
        _generation++;
        _outgoing?.Close("the peer's address or certificate has changed");
        Dial(_generation);
    }

    /// <summary>The end: says farewell so that the peer knows at once.</summary>
    public void Close()
    {
        _closed = true;
        _generation++;
        if (_outgoing is { IsUp: true } client)
            client.Publish(_presence, Gone, out _);
        _outgoing?.Close("the link was closed here");
        _incomingSeen = null;
        Recount("the link was closed here");
    }

    /// <summary>Sends a message for which room was reserved, over the way of this moment.</summary>
    public void Send(string topic, byte[] bytes, int reserved)
    {
        bool sent = _way switch
        {
            LinkWay.Outgoing => PublishOutgoing(topic, bytes, reserved),
            LinkWay.Incoming => _links.PublishLocal(this, topic, bytes, reserved),
            LinkWay.Relay => _links.PublishRelay(this, topic, bytes, reserved),
            _ => false,
        };
        if (!sent)
        {
            Release(reserved);
            return;
        }
        Interlocked.Increment(ref _messagesOut);
        Interlocked.Add(ref _bytesOut, bytes.Length);
    }

    /// <summary>A message from this peer came through our own broker, whose access rules vouch for the sender's name.</summary>
    public void ArrivedLocally(Topic topic, ReadOnlySpan<byte> payload)
    {
        if (!Passes(payload, proven: true))
            return;
        bool gone = IsPresence(topic, payload) && payload.Length == Gone.Length;
        _incomingSeen = gone ? null : MqttLoop.Now;
        Recount("the peer has left our broker");
        Arm();
        HandOn(topic, payload, proven: true);
    }

    /// <summary>A sealed message that claims to be from this peer came through the relay.</summary>
    public void ArrivedByRelay(Topic topic, ReadOnlySpan<byte> payload, Wire.Sealer sealer)
    {
        if (!Passes(payload, proven: false))
            return;
        if (sealer.Open(payload, out _) is { } plain)
            HandOn(topic, plain, proven: false);
        else
            Interlocked.Increment(ref _refused);
    }

    /// <summary>The relay came or went.</summary>
    public void RelayChanged(string reason) => Recount(reason);

    /// <summary>Our own broker cannot be reached: nobody comes in through it.</summary>
    public void LocalIsGone(string reason)
    {
        _incomingSeen = null;
        Recount(reason);
    }

    private static bool IsPresence(Topic topic, ReadOnlySpan<byte> payload) =>
        topic is { Kind: TopicKind.Have, Class: "control" } && payload.Length <= Gone.Length;

    private void Dial(int generation)
    {
        if (generation != _generation || _closed || _target?.Address is not { } address)
            return;
        _tryStarted = MqttLoop.Now;
        Interlocked.Increment(ref _tries);
        var retry = _backOff.Next(_tryStarted, _links.Jitter());
        var options = new MqttClientOptions
        {
            ClientId = _links.Me,
            Host = address.ToString(),
            Port = _target.Port,
            Filter = Topic.Everything(to: _links.Me, from: Did),
            Tls = _links.TlsWith(_pin),
            Will = (_presence, Gone),
        };
        _outgoing = new MqttClient(
            _links.Loop,
            options,
            new MqttEvents
            {
                Up = OutgoingUp,
                Closed = reason => OutgoingClosed(reason, retry, generation),
                Message = ArrivedOutgoing,
                Acknowledged = Acknowledged,
            }
        );
        _outgoing.Open(retry.ConnectWithin, _options.ReadyWithin);
    }

    private void OutgoingUp()
    {
        _backOff.Up();
        (_connected, _lastFault) = (true, null);
        _lastIn = MqttLoop.Now;
        Ping();
        Recount("");
        Arm();
    }

    private void OutgoingClosed(string reason, Retry retry, int generation)
    {
        var now = MqttLoop.Now;
        _outgoing = null;
        _lastFault = reason;
        _unacknowledged.Lost();
        if (_connected)
            _backOff.Down(now);
        _connected = false;
        Recount(reason);
        var wait = _tryStarted + retry.After - now;
        _links.Loop.After(wait > LeastGap ? wait : LeastGap, () => Dial(generation));
    }

    private void Acknowledged(int messageId)
    {
        _lastIn = MqttLoop.Now;
        _unacknowledged.Done(messageId);
    }

    /// <summary>A message through the peer's own broker: whatever that broker claims, only the peer's own words to us are heard here.</summary>
    private void ArrivedOutgoing(string text, ReadOnlySpan<byte> payload)
    {
        _lastIn = MqttLoop.Now;
        if (!Topic.TryParse(text, out var topic) || topic.To != _links.Me || topic.From != Did)
        {
            Interlocked.Increment(ref _refused);
            return;
        }
        if (Passes(payload, proven: true))
            HandOn(topic, payload, proven: true);
    }

    private bool Passes(ReadOnlySpan<byte> payload, bool proven)
    {
        if (payload.Length > BrokerFiles.MaxMessageBytes)
        {
            Interlocked.Increment(ref _refused);
            return false;
        }
        if (FloodOf(proven).Passes(payload.Length, MqttLoop.Now))
            return true;
        CountFlood(proven);
        return false;
    }

    private LinksFlood FloodOf(bool proven) => proven ? _flood : _floodByRelay;

    /// <summary>A flood is told once a second with its count: telling must cost less than what it cuts.</summary>
    private void CountFlood(bool proven)
    {
        Interlocked.Increment(ref _flooded);
        _untoldProven |= proven;
        if (_untold++ == 0)
            _links.Loop.After(FloodToldEvery, TellFlood);
    }

    private void TellFlood()
    {
        if (_links.Tell(new LinkFlooded(Did, _untold, _untoldProven)))
            (_untold, _untoldProven) = (0, false);
        else
            _links.Loop.After(FloodToldEvery, TellFlood);
    }

    private void HandOn(Topic topic, ReadOnlySpan<byte> payload, bool proven)
    {
        if (payload.Length <= Gone.Length)
            return; // a sign of life, or nothing
        if (!_links.Tell(new LinkMessage(topic.From, topic.Kind, topic.Class, payload.ToArray(), proven)))
        {
            FloodOf(proven).FoundNoRoom(MqttLoop.Now);
            CountFlood(proven);
            return;
        }
        Interlocked.Increment(ref _messagesIn);
        Interlocked.Add(ref _bytesIn, payload.Length);
    }

    private bool PublishOutgoing(string topic, byte[] bytes, int reserved)
    {
        if (_outgoing is not { } client || !client.Publish(topic, bytes, out int id))
            return false;
        _lastOut = MqttLoop.Now;
        if (client.IsUp)
            _unacknowledged.Add(id, this, reserved);
        else
            Release(reserved);
        return true;
    }

    private void Ping()
    {
        _lastOut = MqttLoop.Now;
        _outgoing?.Publish(_presence, Here, out _);
    }

    /// <summary>
    /// Finds the way of this moment and tells of a change. A direct way that works is kept though there is another now: what is under way on it would be
    /// overtaken, which looks like loss to the peer.
    /// </summary>
    private void Recount(string reason)
    {
        var way =
            _way == LinkWay.Incoming && _incomingSeen is not null ? LinkWay.Incoming
            : _outgoing is { IsUp: true } ? LinkWay.Outgoing
            : _incomingSeen is not null ? LinkWay.Incoming
            : !_closed && SealKey is not null && _links.RelayIsUp ? LinkWay.Relay
            : LinkWay.None;
        if (way == _way)
            return;
        _way = way;
        _links.Tell(way == LinkWay.None ? new LinkDown(Did, reason) : new LinkUp(Did, way));
    }

    /// <summary>One timer at most runs for a peer, and none for a peer without a connection.</summary>
    private void Arm()
    {
        if (_armed || Due() is not { } due)
            return;
        _armed = true;
        _links.Loop.After(due - MqttLoop.Now, Tick);
    }

    private TimeSpan? Due()
    {
        var due = TimeSpan.MaxValue;
        if (_outgoing is { IsUp: true })
            due = Least(_lastOut + _options.PingEvery, _lastIn + _options.DeadAfter);
        if (_incomingSeen is { } seen)
            due = Least(due, seen + _options.DeadAfter);
        return due == TimeSpan.MaxValue ? null : due;
    }

    private void Tick()
    {
        _armed = false;
        var now = MqttLoop.Now;
        var silence = _options.DeadAfter.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        if (_outgoing is { IsUp: true } client)
        {
            if (now - _lastIn >= _options.DeadAfter)
                client.Close($"no sign of life for {silence} s");
            else if (now - _lastOut >= _options.PingEvery)
                Ping();
        }
        if (_incomingSeen is { } seen && now - seen >= _options.DeadAfter)
        {
            _incomingSeen = null;
            Recount($"no sign of life for {silence} s");
        }
        Arm();
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
