using System.Net;

namespace EdgeNode.Sync.Discovery;

/// <summary>Who said what about whom: one sender on one link about one instance.</summary>
internal readonly record struct SightingKey(int Link, IPAddress Source, DnsName Instance);

/// <summary>
/// What one sender told about one instance. Kept apart by sender, so that a forged answer stands beside the true one and
/// never in its place; also a "flush the cache" reaches only what the same sender said.
/// </summary>
internal sealed class Sighting(SightingKey key, string label)
{
    /// <summary>Most addresses believed from one sender for one instance.</summary>
    public const int MaxAddresses = 8;

    /// <summary>Most tries to learn the missing parts, 1, 2, 4 and 8 s apart.</summary>
    private const int MaxResolves = 5;
    private const int FirstResolveGap = 1_000;

    private readonly List<Heard> _addresses = [];
    private int _resolves;
    private long _resolveAt;

    public SightingKey Key { get; } = key;

    public string Label { get; } = label;

    /// <summary>The PTR record; without it the sighting is over.</summary>
    public Life Pointer;

    private Life _srvLife;
    private Life _textLife;

    public SrvRecord? Srv { get; private set; }

    public ServiceText? Text { get; private set; }

    /// <summary>Kept when room is made: it claims to be a cabinet we are peered with.</summary>
    public bool Favoured { get; set; }

    /// <summary>Under which service it is shown at present.</summary>
    public ServiceKey? ShownAs { get; set; }

    public IEnumerable<IPAddress> Addresses => _addresses.Select(heard => heard.Address);

    public bool IsComplete => Srv is not null && Text is not null && _addresses.Count > 0;

    /// <summary>When the sighting as a whole ends: with the first of the records it cannot do without.</summary>
    public long EndsAt =>
        Math.Min(
            Pointer.EndsAt,
            Math.Min(Srv is null ? OwnRecord.Never : _srvLife.EndsAt, Text is null ? OwnRecord.Never : _textLife.EndsAt)
        );

    public long AskAt
    {
        get
        {
            var at = IsComplete || _resolves >= MaxResolves ? OwnRecord.Never : _resolveAt;
            at = Math.Min(at, Pointer.RefreshAt);
            at = Srv is null ? at : Math.Min(at, _srvLife.RefreshAt);
            at = Text is null ? at : Math.Min(at, _textLife.RefreshAt);
            foreach (var heard in _addresses)
            {
                at = Math.Min(at, heard.Life.RefreshAt);
            }
            return at;
        }
    }

    public void HearSrv(SrvRecord srv, long now, Func<int, int> jitter)
    {
        if (srv.Ttl > 0)
        {
            if (Srv is not null && !Srv.Target.Equals(srv.Target))
            {
                _addresses.Clear();
            }
            Srv = srv;
        }
        _srvLife.Hear(srv.Ttl, now, jitter);
    }

    /// <summary>True text replaces the old; a text that is no cabinet's makes the sighting incomplete.</summary>
    public void HearText(TxtRecord txt, long now, Func<int, int> jitter)
    {
        if (txt.Ttl > 0)
        {
            Text = ServiceText.TryRead(txt.Data.Span, out var text) ? text : null;
        }
        _textLife.Hear(txt.Ttl, now, jitter);
    }

    public void HearAddress(IPAddress address, uint ttl, long now, Func<int, int> jitter)
    {
        var heard = _addresses.Find(known => known.Address.Equals(address));
        if (heard is null && ttl > 0 && _addresses.Count < MaxAddresses)
        {
            heard = new Heard(address);
            _addresses.Add(heard);
        }
        heard?.Life.Hear(ttl, now, jitter);
    }

    /// <summary>The sender tells its whole set of one family: older ones of that family end in a second (RFC 6762 section 10.2).</summary>
    public void FlushAddresses(System.Net.Sockets.AddressFamily family, long now)
    {
        foreach (
            var heard in _addresses.Where(heard => heard.Address.AddressFamily == family && heard.Life.HeardAt < now - 1_000)
        )
        {
            heard.Life.EndSoon(now);
        }
    }

    /// <summary>Drops the addresses that have ended; true when one did.</summary>
    public bool DropEnded(long now) => _addresses.RemoveAll(heard => heard.Life.EndsAt <= now) > 0;

    /// <summary>Asks for missing parts from now on, first after <paramref name="delay"/> ms.</summary>
    public void Resolve(long now, int delay) => (_resolves, _resolveAt) = (0, now + delay);

    /// <summary>Adds the questions that are due and notes that they were asked.</summary>
    public void Ask(List<DnsQuestion> questions, long now)
    {
        var resolve = !IsComplete && _resolves < MaxResolves && _resolveAt <= now;
        if (Pointer.RefreshAt <= now)
        {
            Pointer.Asked();
            Add(questions, MdnsNames.Service, DnsType.Ptr);
        }
        if (Srv is null ? resolve : _srvLife.RefreshAt <= now)
        {
            _srvLife.Asked();
            Add(questions, Key.Instance, DnsType.Srv);
        }
        if (Text is null ? resolve : _textLife.RefreshAt <= now)
        {
            _textLife.Asked();
            Add(questions, Key.Instance, DnsType.Txt);
        }
        AskAddresses(questions, resolve, now);
        if (resolve)
        {
            _resolveAt = now + ((long)FirstResolveGap << _resolves);
            _resolves++;
        }
    }

    private void AskAddresses(List<DnsQuestion> questions, bool resolve, long now)
    {
        var due = _addresses.Count == 0 && resolve;
        foreach (var heard in _addresses.Where(heard => heard.Life.RefreshAt <= now))
        {
            heard.Life.Asked();
            due = true;
        }
        if (due && Srv is not null)
        {
            Add(questions, Srv.Target, DnsType.A);
            Add(questions, Srv.Target, DnsType.Aaaa);
        }
    }

    /// <summary>When the first address ends.</summary>
    public long FirstAddressEnd => _addresses.Count == 0 ? OwnRecord.Never : _addresses.Min(heard => heard.Life.EndsAt);

    private static void Add(List<DnsQuestion> questions, DnsName name, ushort type)
    {
        var question = new DnsQuestion(name, type);
        if (!questions.Contains(question))
        {
            questions.Add(question);
        }
    }

    private sealed class Heard(IPAddress address)
    {
        public IPAddress Address { get; } = address;
        public Life Life;
    }
}
