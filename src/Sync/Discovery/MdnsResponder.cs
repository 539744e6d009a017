using System.Net;

namespace EdgeNode.Sync.Discovery;

/// <summary>Holds our names on every link: probes, announces, answers, defends, yields, says goodbye (RFC 6762 sections 6 to 10).</summary>
internal sealed class MdnsResponder
{
    /// <summary>First probe and first answer to a shared question wait up to this long, in milliseconds.</summary>
    private const int ProbeJitter = 250;
    private const int AnswerDelay = 20;
    private const int AnswerJitter = 101;

    /// <summary>Wait for the rest of a query whose known answers come in several packets (RFC 6762 section 7.2).</summary>
    private const int TruncatedDelay = 400;

    /// <summary>The loser of a simultaneous probe asks again after this time (RFC 6762 section 8.2).</summary>
    private const int YieldFor = 1_000;

    /// <summary>
    /// After so many conflicts within <see cref="ConflictWindow"/>, each new probe waits <see cref="ConflictRest"/> (section
    /// 8.1), until none was seen for <see cref="ConflictMemory"/>.
    /// </summary>
    private const int MaxConflicts = 15;
    private const int ConflictWindow = 10_000;
    private const int ConflictRest = 5_000;
    private const int ConflictMemory = 60_000;

    private readonly ServiceAnnouncement _wanted;
    private readonly Func<int, int> _jitter;
    private readonly SortedDictionary<int, LinkClaim> _claims = [];
    private readonly Queue<long> _conflicts = new();
    private long _lastConflict;
    private bool _troubled;
    private int _instanceNumber = 1;
    private int _hostNumber = 1;

    public MdnsResponder(ServiceAnnouncement wanted, Func<int, int> jitter)
    {
        wanted.Check();
        (_wanted, _jitter) = (wanted, jitter);
        (InstanceLabel, InstanceName, HostName) = ("", MdnsNames.Service, MdnsNames.Service);
        TakeNames();
    }

    /// <summary>The name that we answer to; the wanted one, or a numbered one if that is taken.</summary>
    public string InstanceLabel { get; private set; }

    public DnsName InstanceName { get; private set; }

    public DnsName HostName { get; private set; }

    public string DidPrefix => _wanted.DidPrefix;

    public long ConflictsSeen { get; private set; }

    public long NextWake => _claims.Count == 0 ? OwnRecord.Never : _claims.Values.Min(claim => claim.NextWake);

    public void SetLinks(IReadOnlyList<MdnsLink> links, long now)
    {
        foreach (var gone in _claims.Keys.Where(id => links.All(link => link.Id != id)).ToList())
        {
            _claims.Remove(gone);
        }
        foreach (var link in links)
        {
            if (!_claims.TryGetValue(link.Id, out var claim))
            {
                _claims[link.Id] = claim = new LinkClaim(link);
                claim.Probe(now + _jitter(ProbeJitter), held: false);
            }
            else if (!claim.Link.Equals(link))
            {
                Readdress(claim, link, now);
            }
            claim.Records = claim.Records.Count == 0 ? RecordsFor(link) : claim.Records;
        }
    }

    public void Receive(int link, IPAddress source, DnsMessage message, long now, List<MdnsEffect> effects)
    {
        if (!_claims.TryGetValue(link, out var claim))
        {
            return;
        }
        if (message.IsResponse)
        {
            Correct(claim, message, now);
            Observe(claim, message, now, effects);
            return;
        }
        if (message.Authorities.Count > 0)
        {
            Contest(claim, source, message, now);
        }
        Answer(claim, source, message, now);
    }

    public void Tick(long now, List<MdnsEffect> effects)
    {
        foreach (var claim in _claims.Values)
        {
            while (claim.DueAt <= now)
            {
                Send(claim, claim.Step(now, InstanceName, HostName), effects);
            }
            if (claim.Held)
            {
                Send(claim, claim.DueAnswers(now), effects);
            }
        }
    }

    /// <summary>Takes our records back on every link where they were announced, and forgets the links.</summary>
    public void Stop(List<MdnsEffect> effects)
    {
        SayGoodbye(effects);
        _claims.Clear();
    }

    private void Answer(LinkClaim claim, IPAddress source, DnsMessage query, long now)
    {
        if (!claim.Held)
        {
            return;
        }
        var jitter = AnswerDelay + _jitter(AnswerJitter);
        var wait = query.Truncated ? TruncatedDelay + jitter : jitter;
        foreach (var own in claim.Records)
        {
            if (query.Questions.Count == 0)
            {
                HearMore(own, source, query, now + wait);
            }
            else if (IsAsked(query, own.Record) && !own.IsKnownTo(query))
            {
                var delay = own.Shared || query.Truncated ? wait : 0;
                own.Ask(source, now, delay, defending: query.Authorities.Count > 0);
            }
        }
    }

    // A query without questions continues the known answers of an earlier one from the same sender.
    private static void HearMore(OwnRecord own, IPAddress source, DnsMessage query, long until)
    {
        if (own.IsKnownTo(query))
        {
            own.Withdraw(source);
        }
        else if (query.Truncated)
        {
            own.Postpone(source, until);
        }
    }

    private static bool IsAsked(DnsMessage query, DnsRecord record)
    {
        foreach (var question in query.Questions)
        {
            if (question.Asks(record))
            {
                return true;
            }
        }
        return false;
    }

    // Somebody tells our record with too short a life, a goodbye for instance: say it again (RFC 6762 section 6.6).
    private static void Correct(LinkClaim claim, DnsMessage response, long now)
    {
        foreach (var own in claim.Held ? claim.Records : [])
        {
            foreach (var told in response.Answers)
            {
                if (
                    told.Ttl < own.Record.Ttl / 2
                    && told.SaysTheSame(own.Record)
                    && !own.Record.Name.Equals(MdnsNames.AllServices)
                )
                {
                    own.Ask(by: null, now, delay: 0, defending: false);
                }
            }
        }
    }

    private void Observe(LinkClaim claim, DnsMessage response, long now, List<MdnsEffect> effects)
    {
        if (claim.Phase == ClaimPhase.Probing && !claim.IsWaitingForRivals)
        {
            return; // before the first probe nothing counts (RFC 6762 section 8.1); whoever holds the name will answer it
        }
        foreach (var told in response.Answers.Concat(response.Additionals))
        {
            var aboutInstance = told.Name.Equals(InstanceName);
            if (told.Ttl == 0 || told.Class != 1 || (!aboutInstance && !told.Name.Equals(HostName)) || !Contradicts(claim, told))
            {
                continue;
            }
            CountConflict(now);
            if (claim.Phase == ClaimPhase.Probing)
            {
                Rename(aboutInstance, now, effects);
            }
            else
            {
                // Perhaps a stray, perhaps a forgery: ask once more whether the name is ours (RFC 6762 section 9).
                claim.Probe(ProbeStart(now), claim.Held);
            }
            return;
        }
    }

    // While probing, any record of the name means that it is taken; later only one that differs from ours does.
    private bool Contradicts(LinkClaim claim, DnsRecord told) =>
        !_claims.Values.Any(own => own.Records.Any(record => record.Record.SaysTheSame(told)))
        && (
            claim.Phase == ClaimPhase.Probing
            || claim.Records.Any(own => own.Record.Type == told.Type && own.Record.Name.Equals(told.Name))
        );

    private void Contest(LinkClaim claim, IPAddress source, DnsMessage probe, long now)
    {
        // Our own probe can come back over another of our links; it is no rival.
        if (claim.Phase != ClaimPhase.Probing || _claims.Values.Any(own => own.Link.Owns(source)) && SaysOnlyOurs(probe))
        {
            return;
        }
        foreach (var name in (ReadOnlySpan<DnsName>)[InstanceName, HostName])
        {
            var theirs = probe.Authorities.Where(record => record.Name.Equals(name)).ToList();
            var ours = claim.Records.Select(own => own.Record).Where(record => record.Name.Equals(name));
            if (theirs.Count > 0 && NameContest.Compare(ours, theirs) < 0)
            {
                claim.Probe(now + YieldFor, claim.Held);
                return;
            }
        }
    }

    private bool SaysOnlyOurs(DnsMessage probe) =>
        probe.Authorities.All(told => _claims.Values.Any(own => own.Records.Any(record => record.Record.SaysTheSame(told))));

    private void Rename(bool instance, long now, List<MdnsEffect> effects)
    {
        SayGoodbye(effects);
        var before = instance ? InstanceLabel : HostName.ToString();
        _instanceNumber = instance ? Names.Next(_instanceNumber) : _instanceNumber;
        _hostNumber = instance ? _hostNumber : Names.Next(_hostNumber);
        TakeNames();
        effects.Add(new NameChanged(before, instance ? InstanceLabel : HostName.ToString()));
        foreach (var claim in _claims.Values)
        {
            claim.Records = RecordsFor(claim.Link);
            claim.Probe(ProbeStart(now), held: false);
        }
    }

    private void CountConflict(long now)
    {
        ConflictsSeen++;
        _troubled &= now - _lastConflict <= ConflictMemory;
        _lastConflict = now;
        _conflicts.Enqueue(now);
        while (now - _conflicts.Peek() > ConflictWindow)
        {
            _conflicts.Dequeue();
        }
        if (_conflicts.Count > MaxConflicts)
        {
            _troubled = true;
            _conflicts.Clear();
        }
    }

    private long ProbeStart(long now) => now + _jitter(ProbeJitter) + (_troubled ? ConflictRest : 0);

    private void Readdress(LinkClaim claim, MdnsLink link, long now)
    {
        claim.Link = link;
        claim.Records = RecordsFor(link);
        if (claim.Phase == ClaimPhase.Probing)
        {
            claim.Probe(now + _jitter(ProbeJitter), claim.Held);
        }
        else
        {
            claim.Announce(now);
        }
    }

    private void SayGoodbye(List<MdnsEffect> effects)
    {
        foreach (var claim in _claims.Values.Where(claim => claim.Held))
        {
            Send(claim, claim.Goodbye(), effects);
        }
    }

    private void TakeNames()
    {
        InstanceLabel = Names.Instance(_wanted.Instance, _instanceNumber);
        InstanceName = MdnsNames.Service.Under(InstanceLabel);
        HostName = MdnsNames.Host(Names.Host(_wanted.HostName, _hostNumber));
    }

    private List<OwnRecord> RecordsFor(MdnsLink link) =>
        [
            new(new PtrRecord(MdnsNames.Service, MdnsNames.OtherTtl, false, InstanceName), shared: true),
            new(new PtrRecord(MdnsNames.AllServices, MdnsNames.OtherTtl, false, MdnsNames.Service), shared: true),
            new(new SrvRecord(InstanceName, MdnsNames.HostTtl, true, 0, 0, (ushort)_wanted.Port, HostName), shared: false),
            new(new TxtRecord(InstanceName, MdnsNames.OtherTtl, true, _wanted.Text.ToData()), shared: false),
            .. link
                .Addresses.Take(MdnsLink.MaxAddresses)
                .Select(address => new OwnRecord(new AddressRecord(HostName, MdnsNames.HostTtl, true, address), shared: false)),
        ];

    private static void Send(LinkClaim claim, DnsMessage? message, List<MdnsEffect> effects)
    {
        if (message is not null)
        {
            effects.Add(new SendPacket(claim.Link.Id, message.ToBytes()));
        }
    }
}
