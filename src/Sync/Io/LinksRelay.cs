using System.Net;
using System.Net.Sockets;

namespace EdgeNode.Sync.Io;

/// <summary>
/// The node's one connection to a relay: any MQTT 3.1.1 broker that two cabinets can reach though they do not reach each other. The session is durable and named by
/// the node's DID, so the relay keeps what comes while we are away. The relay is trusted with nothing: every frame is sealed to its receiver and signed inside.
/// All of it runs on the loop's thread except the members marked otherwise.
/// </summary>
internal sealed class LinksRelay
{
    private readonly Links _links;
    private readonly LinksOptions _options;
    private readonly RelayOptions _relay;
    private readonly BackOff _backOff;
    private readonly LinksUnacknowledged _unacknowledged = new();
    private MqttClient? _client;
    private TimeSpan _tryStarted;
    private bool _wasUp;
    private volatile int _door;
    private bool _closed;
    private volatile string? _lastFault;
    private long _strangers;

    public LinksRelay(Links links, LinksOptions options, RelayOptions relay)
    {
        (_links, _options, _relay) = (links, options, relay);
        _backOff = new BackOff(options.Retry);
    }

    public bool IsUp => _client is { IsUp: true };

    /// <summary>From any thread.</summary>
    public RelayStatus Status() => new(Door.Host, Door.Port, _wasUp, _lastFault, Interlocked.Read(ref _strangers));

    /// <summary>The door that is tried or used now.</summary>
    private (string Host, int Port) Door => _relay.Doors[_door % _relay.Doors.Count];

    /// <summary>Looks the name up outside the loop, which must not wait, and connects.</summary>
    public void Dial()
    {
        if (_closed)
            return;
        _tryStarted = MqttLoop.Now;
        if (IPAddress.TryParse(Door.Host, out var address))
            Connect(address);
        else
            _ = ResolveAsync();
    }

    public void Close()
    {
        _closed = true;
        _client?.Close("the relay is no longer used");
    }

    /// <summary>Seals and hands over; false when the relay is down or the peer cannot be sealed to.</summary>
    public bool Publish(LinksPeer peer, string topic, byte[] bytes, int reserved)
    {
        if (_client is not { } client || peer.SealKey is not { } key || _relay.Sealer.Seal(key, bytes) is not { } sealedBytes)
            return false;
        if (sealedBytes.Length > BrokerFiles.MaxMessageBytes || !client.Publish(topic, sealedBytes, out int id))
            return false;
        if (client.IsUp)
            _unacknowledged.Add(id, peer, reserved);
        else
            peer.Release(reserved);
        return true;
    }

    private async Task ResolveAsync()
    {
        IPAddress? found = null;
        try
        {
            found = (
                await Dns.GetHostAddressesAsync(Door.Host).WaitAsync(_options.ReadyWithin).ConfigureAwait(false)
            ).FirstOrDefault();
        }
        catch (Exception e) when (e is SocketException or TimeoutException or ArgumentException)
        {
            // Said below: the name cannot be found now; the next try asks again.
        }
        _links.Loop.Post(() =>
        {
            if (found is not null)
                Connect(found);
            else
                Closed($"the name {Door.Host} is not known here", _backOff.Next(_tryStarted, _links.Jitter()));
        });
    }

    private void Connect(IPAddress address)
    {
        if (_closed)
            return;
        var retry = _backOff.Next(_tryStarted, _links.Jitter());
        _client = new MqttClient(
            _links.Loop,
            new MqttClientOptions
            {
                ClientId = _links.Me,
                Host = address.ToString(),
                Port = Door.Port,
                Filter = Topic.EverythingTo(_links.Me),
                Login = _relay.Login,
                Authorities = _relay.AuthoritiesFile,
                Durable = true,
                KeepAliveSeconds = _relay.KeepAliveSeconds,
                // A sealed bundle is a whole message; some relays hand several over in one go.
                SendMaximum = 64,
            },
            new MqttEvents
            {
                Up = Up,
                Closed = reason => Closed(reason, retry),
                Message = Arrived,
                Acknowledged = _unacknowledged.Done,
            }
        );
        _client.Open(retry.ConnectWithin, _options.ReadyWithin);
    }

    private void Up()
    {
        _backOff.Up();
        (_wasUp, _lastFault) = (true, null);
        _links.RelayChanged("");
    }

    private void Closed(string reason, Retry retry)
    {
        (_client, _lastFault) = (null, reason);
        _unacknowledged.Lost();
        if (_wasUp)
            _backOff.Down(MqttLoop.Now);
        _wasUp = false;
        _links.RelayChanged("the relay: " + reason);
        if (_closed)
            return;
        // The session lives in the whole cluster: whichever door opens has it.
        _door = (_door + 1) % _relay.Doors.Count;
        var wait = _tryStarted + retry.After - MqttLoop.Now;
        _links.Loop.After(wait > TimeSpan.Zero ? wait : TimeSpan.FromMilliseconds(100), Dial);
    }

    /// <summary>The topic says who claims to have sent it; the sealed frame inside is checked by the gate as coming from exactly that peer.</summary>
    private void Arrived(string text, ReadOnlySpan<byte> payload)
    {
        if (!Topic.TryParse(text, out var topic) || topic.To != _links.Me || _links.PeerByRelay(topic.From) is not { } peer)
            Interlocked.Increment(ref _strangers);
        else
            peer.ArrivedByRelay(topic, payload, _relay.Sealer);
    }
}
