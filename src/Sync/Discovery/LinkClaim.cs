namespace EdgeNode.Sync.Discovery;

/// <summary>How far our names are claimed on a link.</summary>
internal enum ClaimPhase
{
    /// <summary>Asking whether somebody holds them.</summary>
    Probing,

    /// <summary>Telling that they are ours.</summary>
    Announcing,

    /// <summary>Answering for them.</summary>
    Established,
}

/// <summary>Our records on one link, and how far they are claimed there (RFC 6762 section 8).</summary>
internal sealed class LinkClaim(MdnsLink link)
{
    private const int Probes = 3;
    private const int ProbeGap = 250;
    private const int Announcements = 2;
    private const int AnnouncementGap = 1_000;

    public MdnsLink Link { get; set; } = link;

    public List<OwnRecord> Records { get; set; } = [];

    /// <summary>What we say about types that our own names do not have (RFC 6762 section 6.1). Sent when asked for, never announced.</summary>
    public List<OwnRecord> Denials { get; set; } = [];

    /// <summary>All that a question can bring forth.</summary>
    public IEnumerable<OwnRecord> Answerable => Records.Concat(Denials);

    public ClaimPhase Phase { get; private set; }

    /// <summary>When the next probe or announcement is due; <see cref="OwnRecord.Never"/> when established.</summary>
    public long DueAt { get; private set; }

    /// <summary>
    /// True once the names were ours here. We go on answering while we verify them after a conflict, so that a single forged
    /// answer does not silence a cabinet.
    /// </summary>
    public bool Held { get; private set; }

    /// <summary>True when probes are out, so that an answer about our names decides (RFC 6762 section 8.1).</summary>
    public bool IsWaitingForRivals => Phase == ClaimPhase.Probing && _step > 0;

    public long NextWake => Math.Min(DueAt, Answerable.Select(record => record.AnswerAt).DefaultIfEmpty(OwnRecord.Never).Min());

    private int _step;

    /// <summary>Starts from the first probe at <paramref name="at"/>.</summary>
    public void Probe(long at, bool held) => (Phase, _step, DueAt, Held) = (ClaimPhase.Probing, 0, at, held);

    /// <summary>Announces from the start, names kept: an address changed.</summary>
    public void Announce(long at) => (Phase, _step, DueAt) = (ClaimPhase.Announcing, 0, at);

    /// <summary>Takes the step that is due and says what to send: null when the step is silent.</summary>
    public DnsMessage? Step(long now, DnsName instance, DnsName host)
    {
        if (Phase == ClaimPhase.Probing && _step < Probes)
        {
            _step++;
            DueAt = now + ProbeGap;
            return ProbeMessage(instance, host);
        }
        if (Phase == ClaimPhase.Probing)
        {
            (Phase, _step, Held) = (ClaimPhase.Announcing, 0, true);
        }
        _step++;
        (Phase, DueAt) = _step < Announcements ? (Phase, now + AnnouncementGap) : (ClaimPhase.Established, OwnRecord.Never);
        Records.ForEach(record => record.Sent(now));
        return new DnsMessage { IsResponse = true, Answers = [.. Records.Select(own => own.Record)] };
    }

    /// <summary>The answers that are due, with what the asker will want next; null when none is.</summary>
    public DnsMessage? DueAnswers(long now)
    {
        var due = Answerable.Where(record => record.AnswerAt <= now).ToList();
        if (due.Count == 0)
        {
            return null;
        }
        var extra = Company(due).Where(record => record.IsRested(now)).ToList();
        due.ForEach(record => record.Sent(now));
        extra.ForEach(record => record.Sent(now));
        return new DnsMessage
        {
            IsResponse = true,
            Answers = [.. due.Select(own => own.Record)],
            Additionals = [.. extra.Select(own => own.Record)],
        };
    }

    /// <summary>What whoever asked for these will want next.</summary>
    public IEnumerable<OwnRecord> Company(IReadOnlyCollection<OwnRecord> answers) =>
        Answerable.Where(record => !answers.Contains(record) && answers.Any(main => Brings(main.Record, record.Record)));

    /// <summary>What only we hold of these, with time to live 0. The entry in the list of all types is everybody's and stays.</summary>
    public static DnsMessage Goodbye(IEnumerable<OwnRecord> records) =>
        new()
        {
            IsResponse = true,
            Answers =
            [
                .. records
                    .Where(own => !own.Record.Name.Equals(MdnsNames.AllServices))
                    .Select(own => own.Record with { Ttl = 0 }),
            ],
        };

    // QM questions only, also here: see DnsQuestion.
    private DnsMessage ProbeMessage(DnsName instance, DnsName host) =>
        new()
        {
            Questions = [new DnsQuestion(instance, DnsType.Any), new DnsQuestion(host, DnsType.Any)],
            // The cache-flush bit belongs to responses only (RFC 6762 section 10.2).
            Authorities = [.. Records.Where(own => !own.Shared).Select(own => own.Record with { CacheFlush = false })],
        };

    // RFC 6763 section 12: a PTR answer brings the rest, an SRV answer brings the addresses. RFC 6762 section 6.2: an address
    // brings those of the other family, or word that there are none.
    private static bool Brings(DnsRecord answer, DnsRecord record) =>
        answer switch
        {
            PtrRecord ptr when ptr.Name.Equals(MdnsNames.Service) => record is SrvRecord or TxtRecord or AddressRecord,
            SrvRecord => record is AddressRecord,
            AddressRecord address => record switch
            {
                AddressRecord other => other.Type != address.Type,
                NsecRecord denial => denial.Name.Equals(address.Name) && !(denial.Has(DnsType.A) && denial.Has(DnsType.Aaaa)),
                _ => false,
            },
            _ => false,
        };
}
