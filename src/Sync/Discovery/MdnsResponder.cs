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

    /// <summary>A plain resolver asks one question at a time; more than this is none.</summary>
    private const int MaxLegacyQuestions = 4;

    private readonly ServiceAnnouncement _wanted;
    private readonly Func<int, int> _jitter;
    private readonly DirectShare _direct;
    private readonly SortedDictionary<int, LinkClaim> _claims = [];
    private readonly Queue<long> _conflicts = new();
    private long _lastConflict;
    private bool _troubled;
    private int _instanceNumber = 1;
    private int _hostNumber = 1;

    public MdnsResponder(ServiceAnnouncement wanted, MdnsOptions options, Func<int, int> jitter)
    {
        wanted.Check();
        (_wanted, _jitter, _direct) = (wanted, jitter, new DirectShare(options.DirectAnswersPerSecond));
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

    public void SetLinks(IReadOnlyList<MdnsLink> links, long now, List<MdnsEffect> effects)
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
                Readdress(claim, link, now, effects);
            }
            if (claim.Records.Count == 0)
            {
                Equip(claim);
            }
        }
    }

    public void Receive(Arrival arrival, DnsMessage message, long now, List<MdnsEffect> effects)
    {
        if (!_claims.TryGetValue(arrival.Link, out var claim))
        {
            return;
        }
        if (message.IsResponse)
        {
            Correct(claim, message, now);
            Overhear(claim, message, now);
            Observe(claim, message, now, effects);
        }
        else if (arrival.IsLegacy)
        {
            AnswerLegacy(claim, arrival, message, now, effects);
        }
        else
        {
            Contest(claim, arrival.Source.Address, message, now);
            Answer(claim, arrival, message, now, effects);
        }
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

    private void Answer(LinkClaim claim, Arrival arrival, DnsMessage query, long now, List<MdnsEffect> effects)
    {
        if (!claim.Held)
        {
            return;
        }
        var jitter = AnswerDelay + _jitter(AnswerJitter);
        var wait = query.Truncated ? TruncatedDelay + jitter : jitter;
        var direct = new List<OwnRecord>();
        foreach (var own in claim.Answerable)
        {
            var asked = HowAsked(claim, query, own.Record);
            if (query.Questions.Count == 0)
            {
                HearMore(own, arrival.Source.Address, query, now + wait);
            }
            else if (asked == Asked.Not || own.IsKnownTo(query))
            {
                continue;
            }
            else if (own.IsFresh(now) && (asked == Asked.Alone || !arrival.ToGroup) && !IsProbe(query) && !query.Truncated)
            {
                direct.Add(own);
            }
            else
            {
                var delay = own.Shared || query.Truncated ? wait : 0;
                own.Ask(arrival.Source.Address, now, delay, defending: IsProbe(query));
            }
        }
        AnswerDirectly(claim, arrival, direct, now, effects);
    }

    // RFC 6762 sections 5.4 and 5.5: who wants it alone gets it alone, if the group has heard it not long ago. A probe is
    // answered to the group always: a prober that shares its port with another program would not hear of us otherwise.
    private void AnswerDirectly(LinkClaim claim, Arrival arrival, List<OwnRecord> direct, long now, List<MdnsEffect> effects)
    {
        if (direct.Count == 0)
        {
            return;
        }
        if (_direct.Allows(arrival.Source.Address, now) && claim.Link.IsOnLink(arrival.Source.Address))
        {
            var reply = new DnsMessage
            {
                IsResponse = true,
                Answers = [.. direct.Select(own => own.Record)],
                Additionals = [.. claim.Company(direct).Select(own => own.Record)],
            };
            effects.Add(new SendPacket(arrival.Link, reply.ToBytes(), arrival.Source));
        }
        else if (arrival.ToGroup)
        {
            direct.ForEach(own => own.Ask(arrival.Source.Address, now, AnswerDelay, defending: false));
        }
    }

    // A plain resolver's reply repeats its number and question, promises little, and has no cache-flush bit (section 6.7).
    private void AnswerLegacy(LinkClaim claim, Arrival arrival, DnsMessage query, long now, List<MdnsEffect> effects)
    {
        if (!claim.Held || query.Questions.Count is 0 or > MaxLegacyQuestions || !claim.Link.IsOnLink(arrival.Source.Address))
        {
            return;
        }
        var answers = claim.Answerable.Where(own => HowAsked(claim, query, own.Record) != Asked.Not).ToList();
        if (answers.Count == 0 || !_direct.Allows(arrival.Source.Address, now))
        {
            return;
        }
        var reply = new DnsMessage
        {
            Id = query.Id,
            IsResponse = true,
            Questions = [.. query.Questions.Select(question => question with { WantsUnicast = false })],
            Answers = [.. answers.Select(own => ForLegacy(own.Record))],
        };
        var whole = reply with { Additionals = [.. claim.Company(answers).Select(own => ForLegacy(own.Record))] };
        var packet = whole.ToBytes();
        packet = packet.Length <= MdnsNames.LegacyPacketLimit ? packet : reply.ToBytes();
        effects.Add(new SendPacket(arrival.Link, packet, arrival.Source));
    }

    private static DnsRecord ForLegacy(DnsRecord record) =>
        record with
        {
            Ttl = Math.Min(record.Ttl, MdnsNames.LegacyTtl),
            CacheFlush = false,
        };

    private static bool IsProbe(DnsMessage query) => query.Authorities.Count > 0;

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

    // Alone: every question that asks for it wants the answer for itself.
    private static Asked HowAsked(LinkClaim claim, DnsMessage query, DnsRecord record)
    {
        var how = Asked.Not;
        foreach (var question in query.Questions)
        {
            if (record is NsecRecord denial ? Misses(claim, question, denial) : question.Asks(record))
            {
                if (!question.WantsUnicast)
                {
                    return Asked.Openly;
                }
                how = Asked.Alone;
            }
        }
        return how;
    }

    // A name of ours that has nothing of the type that is asked for. Type 0 stands for a class that is none of ours.
    private static bool Misses(LinkClaim claim, DnsQuestion question, NsecRecord denial) =>
        question.Type is not (0 or DnsType.Any)
        && question.Name.Equals(denial.Name)
        && !claim.Records.Any(own => question.Asks(own.Record));

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

    // Duplicate answer suppression (RFC 6762 section 7.4), for the one record that others hold as well. Everything else is ours
    // alone: who repeats it is a reflector or a forger, and we answer ourselves.
    private static void Overhear(LinkClaim claim, DnsMessage response, long now)
    {
        foreach (var own in claim.Records.Where(own => own.Record.Name.Equals(MdnsNames.AllServices)))
        {
            if (response.Answers.Any(told => told.Ttl >= own.Record.Ttl && told.SaysTheSame(own.Record)))
            {
                own.Overheard(now);
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
        !_claims.Values.Any(own => own.Answerable.Any(record => record.Record.SaysTheSame(told)))
        && (
            claim.Phase == ClaimPhase.Probing
            || claim.Records.Any(own => own.Record.Type == told.Type && own.Record.Name.Equals(told.Name))
        );

    private void Contest(LinkClaim claim, IPAddress source, DnsMessage probe, long now)
    {
        // Our own probe can come back over another of our links; it is no rival.
        if (!IsProbe(probe) || claim.Phase != ClaimPhase.Probing || IsOurs(source) && SaysOnlyOurs(probe))
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

    private bool IsOurs(IPAddress source) => _claims.Values.Any(own => own.Link.Owns(source));

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
            Equip(claim);
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

    private void Readdress(LinkClaim claim, MdnsLink link, long now, List<MdnsEffect> effects)
    {
        var before = claim.Records.Where(own => own.Record is AddressRecord).ToList();
        claim.Link = link;
        Equip(claim);
        var lost = before.Where(old => !claim.Records.Exists(own => own.Record.SaysTheSame(old.Record))).ToList();
        if (claim.Held && lost.Count > 0)
        {
            // The announcement that follows flushes only the families that it still has (RFC 6762 section 10.2).
            Send(claim, LinkClaim.Goodbye(lost), effects);
        }
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
            Send(claim, LinkClaim.Goodbye(claim.Records), effects);
        }
    }

    private void TakeNames()
    {
        InstanceLabel = Names.Instance(_wanted.Instance, _instanceNumber);
        InstanceName = MdnsNames.Service.Under(InstanceLabel);
        HostName = MdnsNames.Host(Names.Host(_wanted.HostName, _hostNumber));
    }

    private void Equip(LinkClaim claim)
    {
        claim.Records =
        [
            new(new PtrRecord(MdnsNames.Service, MdnsNames.OtherTtl, false, InstanceName), shared: true),
            new(new PtrRecord(MdnsNames.AllServices, MdnsNames.OtherTtl, false, MdnsNames.Service), shared: true),
            new(new SrvRecord(InstanceName, MdnsNames.HostTtl, true, 0, 0, (ushort)_wanted.Port, HostName), shared: false),
            new(new TxtRecord(InstanceName, MdnsNames.OtherTtl, true, _wanted.Text.ToData()), shared: false),
            .. claim
                .Link.Addresses.Take(MdnsLink.MaxAddresses)
                .Select(address => new OwnRecord(new AddressRecord(HostName, MdnsNames.HostTtl, true, address), shared: false)),
        ];
        claim.Denials = [Denial(claim, InstanceName), Denial(claim, HostName)];
    }

    private static OwnRecord Denial(LinkClaim claim, DnsName name)
    {
        var types = claim.Records.Where(own => own.Record.Name.Equals(name)).Select(own => own.Record.Type);
        return new OwnRecord(NsecRecord.For(name, MdnsNames.HostTtl, [.. types]), shared: false);
    }

    private static void Send(LinkClaim claim, DnsMessage? message, List<MdnsEffect> effects)
    {
        if (message is not null)
        {
            effects.Add(new SendPacket(claim.Link.Id, message.ToBytes()));
        }
    }

    private enum Asked
    {
        Not,
        Alone,
        Openly,
    }
}

/// <summary>How much we send to single askers: a share for each, and one for all, because who asks can be forged.</summary>
internal sealed class DirectShare(int perSecond)
{
    private const int AllAskers = 5;
    private readonly SourceMeter _each = new(perSecond, perSecond);
    private readonly SourceMeter _all = new(AllAskers * perSecond, AllAskers * perSecond);

    public bool Allows(IPAddress asker, long now) => _each.Allows(asker, now) && _all.Allows(IPAddress.Any, now);
}
