using System.Net;

namespace EdgeNode.Sync.Discovery;

/// <summary>
/// Announces this cabinet and finds others by multicast DNS service discovery: RFC 6762 and RFC 6763 for
/// <c>_edgenode._tcp.local</c>, over IPv4 and IPv6. It is a pure state machine: packets, links and the time go in, effects
/// come out. All times are milliseconds of one clock that never goes back. Whatever it finds is a hint: it takes no
/// decision on trust, and a forged packet can at most add a claim beside the true one. Not safe for use by two threads at once.
/// </summary>
/// <remarks>
/// Where the RFCs leave a choice: we never ask for unicast answers (QU), because the port is shared and a unicast packet
/// reaches only one of its sockets, so no response that comes to us alone is believed. What is heard is kept apart by sender,
/// and "flush the cache" reaches only what the same sender said. That others ask in vain (RFC 6762 section 10.5) is no reason
/// to forget anybody: anyone can ask. Our service has no subtypes, and its TXT record no more than three short pairs.
/// </remarks>
public sealed class MdnsEngine
{
    /// <summary>No wake-up is due.</summary>
    public const long Never = long.MaxValue;

    private readonly MdnsResponder? _responder;
    private readonly MdnsBrowser _browser;
    private readonly EchoFilter _echoes = new();
    private readonly SourceMeter _meter;
    private IReadOnlyList<MdnsLink> _links = [];
    private long _received;
    private long _malformed;
    private long _throttled;
    private long _offLink;

    /// <param name="options">Bounds and waits.</param>
    /// <param name="own">What to announce; null only browses.</param>
    /// <param name="jitter">Gives a number from 0 up to, but not including, its argument.</param>
    /// <exception cref="ArgumentException">The announcement is out of bounds.</exception>
    public MdnsEngine(MdnsOptions options, ServiceAnnouncement? own, Func<int, int> jitter)
    {
        ArgumentNullException.ThrowIfNull(options);
        _responder = own is null ? null : new MdnsResponder(own, options, jitter);
        _browser = new MdnsBrowser(options, own?.DidPrefix, jitter);
        _meter = new SourceMeter(options.PacketsPerSecond, options.PacketBurst);
    }

    /// <summary>When <see cref="Tick"/> has something to do, or <see cref="Never"/>.</summary>
    public long NextWake => Math.Min(_browser.NextWake, _responder?.NextWake ?? Never);

    /// <summary>The instance name in use: the wanted one, or a numbered one when that was taken; null when only browsing.</summary>
    public string? InstanceName => _responder?.InstanceLabel;

    /// <summary>Everybody who is there at present.</summary>
    public IReadOnlyCollection<DiscoveredService> Services => _browser.Services;

    /// <summary>Claims held, complete or not; never above <see cref="MdnsOptions.CacheEntries"/>.</summary>
    public int CacheCount => _browser.Count;

    public MdnsCounters Counters =>
        new(_received, _malformed, _browser.RefusedSeen, _responder?.ConflictsSeen ?? 0, _throttled, _offLink);

    /// <summary>DID prefixes of the cabinets we are peered with: their claims are not pushed out when the cache is full.</summary>
    public void Favour(IEnumerable<string> didPrefixes) => _browser.Favour(didPrefixes);

    /// <summary>Tells which links there are now. New ones are probed and browsed, lost ones forgotten, changed ones announced anew.</summary>
    public IReadOnlyList<MdnsEffect> SetLinks(IReadOnlyList<MdnsLink> links, long now)
    {
        ArgumentNullException.ThrowIfNull(links);
        var effects = new List<MdnsEffect>();
        _links = links;
        _echoes.SetLinks(links);
        _responder?.SetLinks(links, now, effects);
        _browser.SetLinks(links, now);
        return Finish(effects, now);
    }

    /// <summary>
    /// A packet that came over this link, to the multicast group or to us alone. Malformed ones, our own echoes, those that
    /// are no multicast DNS and those of a sender who sends too many are counted and dropped. Never throws on what a stranger
    /// sends.
    /// </summary>
    public IReadOnlyList<MdnsEffect> Receive(
        int link,
        IPEndPoint source,
        ReadOnlySpan<byte> packet,
        long now,
        bool toGroup = true
    )
    {
        ArgumentNullException.ThrowIfNull(source);
        var effects = new List<MdnsEffect>();
        if (toGroup && _echoes.IsEcho(link, source.Address, packet, now))
        {
            return Finish(effects, now);
        }
        _received++;
        if (!_meter.Allows(source.Address, now))
        {
            _throttled++;
        }
        else if (!DnsMessage.TryParse(packet, out var message, out _))
        {
            _malformed++;
        }
        else if (message is { Opcode: 0, ResponseCode: 0 })
        {
            Hear(new Arrival(link, source, toGroup), message, now, effects);
        }
        return Finish(effects, now);
    }

    /// <summary>Does what is due.</summary>
    public IReadOnlyList<MdnsEffect> Tick(long now) => Finish([], now);

    /// <summary>Says goodbye on every link, reports everybody as gone, and forgets the links. <see cref="SetLinks"/> starts anew.</summary>
    public IReadOnlyList<MdnsEffect> Stop()
    {
        var effects = new List<MdnsEffect>();
        _responder?.Stop(effects);
        _browser.Stop(effects);
        return effects;
    }

    private void Hear(Arrival arrival, DnsMessage message, long now, List<MdnsEffect> effects)
    {
        if (!arrival.ToGroup && (message.IsResponse || !IsOnLink(arrival)))
        {
            _offLink++; // RFC 6762 section 11: nobody asked for it, or a router brought it
            return;
        }
        if (message.IsResponse && arrival.IsLegacy)
        {
            return; // a response from another port is none (RFC 6762 section 6)
        }
        _responder?.Receive(arrival, message, now, effects);
        if (message.IsResponse)
        {
            _browser.Receive(arrival.Link, arrival.Source.Address, message, now);
        }
        else if (arrival is { ToGroup: true, IsLegacy: false })
        {
            _browser.HearQuery(arrival.Link, message, now);
        }
    }

    private bool IsOnLink(Arrival arrival) =>
        _links.Any(link => link.Id == arrival.Link && link.IsOnLink(arrival.Source.Address));

    private List<MdnsEffect> Finish(List<MdnsEffect> effects, long now)
    {
        _responder?.Tick(now, effects);
        _browser.Tick(now, effects);
        foreach (var effect in effects)
        {
            if (effect is SendPacket { To: null } send)
            {
                _echoes.Expect(send.Link, send.Packet, now);
            }
        }
        return effects;
    }
}

/// <summary>
/// Recognises the copy of our own packet that the kernel hands back. Address and bytes must both fit, and each packet is
/// expected once: another program on this machine may well send the same question from the same address.
/// </summary>
internal sealed class EchoFilter
{
    private const int MaxExpected = 64;
    private const long ExpectedFor = 2_000;
    private readonly Queue<(int Link, byte[] Packet, long Until)> _expected = new();
    private IReadOnlyList<MdnsLink> _links = [];

    public void SetLinks(IReadOnlyList<MdnsLink> links) => _links = links;

    public void Expect(int link, byte[] packet, long now)
    {
        if (_expected.Count == MaxExpected)
        {
            _expected.Dequeue();
        }
        _expected.Enqueue((link, packet, now + ExpectedFor));
    }

    public bool IsEcho(int link, IPAddress source, ReadOnlySpan<byte> packet, long now)
    {
        while (_expected.TryPeek(out var oldest) && oldest.Until < now)
        {
            _expected.Dequeue();
        }
        if (!_links.Any(own => own.Id == link && own.Owns(source)))
        {
            return false;
        }
        var found = false;
        for (var left = _expected.Count; left > 0; left--)
        {
            var entry = _expected.Dequeue();
            if (!found && entry.Link == link && packet.SequenceEqual(entry.Packet))
            {
                found = true;
                continue;
            }
            _expected.Enqueue(entry);
        }
        return found;
    }
}
