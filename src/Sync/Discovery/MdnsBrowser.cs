using System.Net;

namespace EdgeNode.Sync.Discovery;

/// <summary>Asks who is there, remembers what is heard while it lasts, and asks again in time (RFC 6762 sections 5 and 10).</summary>
internal sealed class MdnsBrowser(MdnsOptions options, string? ownDidPrefix, Func<int, int> jitter)
{
    /// <summary>The first query waits 20 to 120 ms (RFC 6762 section 5.2).</summary>
    private const int FirstDelay = 20;
    private const int FirstJitter = 101;

    /// <summary>A link is asked at most once in this time, in milliseconds, for everything that is due.</summary>
    private const int AskRest = 500;

    /// <summary>Somebody else's question counts as ours when ours is due within this time, in milliseconds.</summary>
    private const int SharedQuestion = 1_000;

    /// <summary>Most questions in one packet; what is left waits for the next.</summary>
    private const int MaxQuestions = 16;

    private readonly SortedDictionary<int, Browsing> _links = [];
    private readonly SightingCache _cache = new(options.CacheEntries);
    private readonly ServiceBoard _board = new();

    // Something was heard or a link changed, so that what is due next has to be found anew. Keeps a flood of refused claims cheap.
    private bool _changed;

    public int Count => _cache.Count;

    public long RefusedSeen { get; private set; }

    public IReadOnlyCollection<DiscoveredService> Services => _board.Shown;

    public long NextWake { get; private set; } = OwnRecord.Never;

    public void Favour(IEnumerable<string> didPrefixes) => _cache.Favour(didPrefixes);

    public void SetLinks(IReadOnlyList<MdnsLink> links, long now)
    {
        _changed = true;
        foreach (var gone in _links.Keys.Where(id => links.All(link => link.Id != id)).ToList())
        {
            _links.Remove(gone);
            RemoveWhere(sighting => sighting.Key.Link == gone);
        }
        foreach (var link in links)
        {
            if (!_links.TryGetValue(link.Id, out var browsing) || !browsing.Link.Equals(link))
            {
                // A new link or a changed one, perhaps another network: ask from the start.
                _links[link.Id] = new Browsing(link, now + FirstDelay + jitter(FirstJitter), options.FirstQueryIntervalMs);
            }
        }
    }

    public void Receive(int link, IPAddress source, DnsMessage response, long now)
    {
        if (!_links.TryGetValue(link, out var browsing))
        {
            return;
        }
        var heard = response.Answers.Concat(response.Additionals);
        foreach (var ptr in heard.OfType<PtrRecord>().Where(ptr => ptr.Name.Equals(MdnsNames.Service)))
        {
            HearPointer(link, source, ptr, now);
        }
        foreach (var record in heard.Where(record => record is SrvRecord or TxtRecord))
        {
            HearService(new SightingKey(link, source, record.Name), record, now);
        }
        HearAddresses(browsing.Link, source, [.. heard.OfType<AddressRecord>()], now);
    }

    /// <summary>
    /// Duplicate question suppression (RFC 6762 section 7.3): somebody has just asked the group what we were about to ask, and
    /// knows nothing that we do not. The answers will be heard by us too. Never twice in a row, so that nobody can silence us.
    /// </summary>
    public void HearQuery(int link, DnsMessage query, long now)
    {
        if (query.Truncated || query.Authorities.Count > 0 || !_links.TryGetValue(link, out var browsing))
        {
            return;
        }
        var asks = query.Questions.Any(question =>
            question is { WantsUnicast: false, Type: DnsType.Ptr } && question.Name.Equals(MdnsNames.Service)
        );
        if (!asks || browsing.HasSkipped || browsing.QueryAt > now + SharedQuestion || !KnowsAll(link, query.Answers, now))
        {
            return;
        }
        _changed = true;
        browsing.Queried(now, options.LongestQueryIntervalMs, byUs: false);
    }

    public void Tick(long now, List<MdnsEffect> effects)
    {
        if (!_changed && now < NextWake)
        {
            return;
        }
        _changed = false;
        Expire(now);
        _board.Tell(effects);
        foreach (var (link, browsing) in _links)
        {
            Ask(link, browsing, now, effects);
        }
        NextWake = FindNextWake();
    }

    /// <summary>Forgets the links and everything heard on them.</summary>
    public void Stop(List<MdnsEffect> effects)
    {
        _links.Clear();
        RemoveWhere(_ => true);
        _board.Tell(effects);
        NextWake = OwnRecord.Never;
    }

    private void HearPointer(int link, IPAddress source, PtrRecord ptr, long now)
    {
        var key = new SightingKey(link, source, ptr.Target);
        var sighting = _cache.Find(key);
        if (sighting is null && ptr.Ttl > 0)
        {
            sighting = Admit(key, now);
        }
        if (sighting is not null)
        {
            _changed = true;
            sighting.Pointer.Hear(ptr.Ttl, now, jitter);
        }
    }

    private Sighting? Admit(SightingKey key, long now)
    {
        if (!key.Instance.IsChildOf(MdnsNames.Service) || !key.Instance.TryFirstLabel(out var label))
        {
            return null;
        }
        if (!_cache.TryMakeRoom(key.Source, out var victim))
        {
            RefusedSeen++;
            return null;
        }
        if (victim is not null)
        {
            RefusedSeen++;
            Remove(victim);
        }
        var sighting = new Sighting(key, label);
        sighting.Resolve(now, FirstDelay + jitter(FirstJitter));
        _cache.Add(sighting);
        return sighting;
    }

    private void HearService(SightingKey key, DnsRecord record, long now)
    {
        if (_cache.Find(key) is not { } sighting)
        {
            return;
        }
        _changed = true;
        if (record is SrvRecord srv)
        {
            sighting.HearSrv(srv, now, jitter);
        }
        else if (record is TxtRecord txt)
        {
            sighting.HearText(txt, now, jitter);
            _cache.Judge(sighting);
        }
        Show(sighting);
    }

    private void HearAddresses(MdnsLink link, IPAddress source, List<AddressRecord> records, long now)
    {
        if (records.Count == 0)
        {
            return;
        }
        foreach (var sighting in _cache.All.Where(held => held.Key.Link == link.Id && held.Key.Source.Equals(source)))
        {
            var heard = false;
            foreach (var record in records.Where(record => record.Name.Equals(sighting.Srv?.Target)))
            {
                heard = _changed = true;
                HearAddress(sighting, record, link, now);
            }
            if (heard)
            {
                Show(sighting);
            }
        }
    }

    private void HearAddress(Sighting sighting, AddressRecord record, MdnsLink link, long now)
    {
        if (record.CacheFlush)
        {
            sighting.FlushAddresses(record.Address.AddressFamily, now);
        }
        if (Usable(record.Address, link, sighting.Key.Source) is { } address)
        {
            sighting.HearAddress(address, record.Ttl, now, jitter);
        }
    }

    // A service under our own DID is ourselves under an older name, or a liar; neither is a neighbour.
    private void Show(Sighting sighting)
    {
        if (sighting.Text is null || sighting.Text.DidPrefix != ownDidPrefix)
        {
            _board.Place(sighting);
        }
        else
        {
            _board.Remove(sighting);
        }
    }

    private void Expire(long now)
    {
        RemoveWhere(sighting => sighting.EndsAt <= now);
        foreach (var sighting in _cache.All)
        {
            if (sighting.DropEnded(now))
            {
                sighting.Resolve(now, 0);
                Show(sighting);
            }
        }
    }

    private void RemoveWhere(Func<Sighting, bool> over)
    {
        foreach (var sighting in _cache.All.Where(over).ToList())
        {
            Remove(sighting);
        }
    }

    private void Remove(Sighting sighting)
    {
        _cache.Remove(sighting);
        _board.Remove(sighting);
    }

    private void Ask(int link, Browsing browsing, long now, List<MdnsEffect> effects)
    {
        if (now < browsing.RestUntil)
        {
            return;
        }
        var questions = new List<DnsQuestion>();
        if (browsing.QueryAt <= now)
        {
            browsing.Queried(now, options.LongestQueryIntervalMs, byUs: true);
            questions.Add(new DnsQuestion(MdnsNames.Service, DnsType.Ptr));
        }
        // What is complete comes first, so that a flood of half-told instances cannot keep true ones from being refreshed.
        var due = _cache.All.Where(sighting => sighting.Key.Link == link && sighting.AskAt <= now).ToList();
        foreach (var sighting in due.OrderByDescending(sighting => sighting.IsComplete))
        {
            if (questions.Count >= MaxQuestions)
            {
                break;
            }
            sighting.Ask(questions, now);
        }
        if (questions.Count > 0)
        {
            browsing.RestUntil = now + AskRest;
            Send(link, questions, now, effects);
        }
    }

    private void Send(int link, List<DnsQuestion> questions, long now, List<MdnsEffect> effects)
    {
        List<DnsRecord> known = questions.Any(question => question.Type == DnsType.Ptr) ? KnownPointers(link, now) : [];
        foreach (var packet in DnsMessage.Query(questions, known, MdnsNames.PacketLimit))
        {
            effects.Add(new SendPacket(link, packet));
        }
    }

    private bool KnowsAll(int link, IReadOnlyList<DnsRecord> known, long now)
    {
        if (known.Count == 0)
        {
            return true;
        }
        var ours = KnownPointers(link, now).Select(record => ((PtrRecord)record).Target).ToHashSet();
        return known.All(record => record is PtrRecord ptr && ptr.Name.Equals(MdnsNames.Service) && ours.Contains(ptr.Target));
    }

    private List<DnsRecord> KnownPointers(int link, long now) =>
        [
            .. _cache
                .All.Where(sighting => sighting.Key.Link == link && sighting.IsComplete && sighting.Pointer.KnownFor(now) > 0)
                .DistinctBy(sighting => sighting.Key.Instance)
                .Select(sighting => new PtrRecord(
                    MdnsNames.Service,
                    sighting.Pointer.KnownFor(now),
                    false,
                    sighting.Key.Instance
                )),
        ];

    private long FindNextWake()
    {
        var next = OwnRecord.Never;
        foreach (var browsing in _links.Values)
        {
            next = Math.Min(next, Math.Max(browsing.QueryAt, browsing.RestUntil));
        }
        foreach (var sighting in _cache.All)
        {
            var rest = _links.TryGetValue(sighting.Key.Link, out var browsing) ? browsing.RestUntil : 0;
            next = Math.Min(next, Math.Min(sighting.EndsAt, Math.Min(sighting.FirstAddressEnd, Math.Max(sighting.AskAt, rest))));
        }
        return next;
    }

    // An address worth trying, with the scope that this link gives it; null for one that leads back to ourselves or nowhere.
    private static IPAddress? Usable(IPAddress address, MdnsLink link, IPAddress source)
    {
        if (IPAddress.IsLoopback(address) && !IPAddress.IsLoopback(source))
        {
            return null;
        }
        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.Broadcast) || address.Equals(IPAddress.IPv6Any))
        {
            return null;
        }
        if (address.IsIPv6Multicast || address.IsIPv4MappedToIPv6 || IsIPv4Multicast(address))
        {
            return null;
        }
        return address.IsIPv6LinkLocal ? new IPAddress(address.GetAddressBytes(), link.ScopeId) : address;
    }

    private static bool IsIPv4Multicast(IPAddress address) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork && address.GetAddressBytes()[0] >= 224;

    private sealed class Browsing(MdnsLink link, long queryAt, int interval)
    {
        private long _interval = interval;

        public MdnsLink Link { get; } = link;
        public long QueryAt { get; private set; } = queryAt;
        public long RestUntil { get; set; }

        /// <summary>The last question was somebody else's.</summary>
        public bool HasSkipped { get; private set; }

        public void Queried(long now, int longest, bool byUs)
        {
            HasSkipped = !byUs;
            QueryAt = now + _interval;
            _interval = Math.Min(_interval * 2, longest);
        }
    }
}
