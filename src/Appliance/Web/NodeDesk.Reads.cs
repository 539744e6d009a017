using EdgeNode.Federation;
using EdgeNode.Matching;
using EdgeNode.Matching.Words;
using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Appliance.Web;

/// <summary>What the desk reads: each answer is one snapshot of the last commit.</summary>
public sealed partial class NodeDesk
{
    /// <summary>Below this part of the disk free, a steward should look; below <see cref="DiskDanger"/> they must act.</summary>
    private const double DiskAttention = 0.15;
    private const double DiskDanger = 0.08;

    /// <summary>A neighbour out of contact for this long is worth a look.</summary>
    private static readonly TimeSpan LongSilence = TimeSpan.FromHours(1);

    public IReadOnlyList<NeighbourView> Neighbours() =>
        [
            .. Peerings()
                .Where(p => p.State == "enrolled")
                .Select(p => new NeighbourView(p.Did, p.Name, p.Connected, p.LastContact)),
        ];

    public IReadOnlyList<EntryCount> Entries(bool publishedOnly) =>
        Read((db, names) => EntryQueries.Counts(db, names, publishedOnly));

    public IReadOnlyList<string> Categories(int most) => door.Read(db => EntryQueries.Categories(db, most));

    public CategorySuggestions Suggest(string typed, string language, int most) =>
        door.Read(db => CategoryFinder.Suggest(db, typed, language, Homes(db), most));

    public FindView Find(string did, string typed, int most) =>
        Read(
            (db, names) =>
            {
                var found = EntryFinder.Find(db, typed, Homes(db), most);
                return new FindView(
                    [
                        .. found.Entries.Select(e =>
                            FoundOf(names, did, e) with
                            {
                                Picture = e.IsOffering ? BlobQueries.PictureOf(db, names, e.Id) : null,
                            }
                        ),
                    ],
                    found.More,
                    found.Meant
                );
            }
        );

    public RingReasonsView? WhyRing(string did, string chainId) =>
        Read(
            (db, names) =>
                RingReasons.For(db, options.Card.Identity.Did, chainId, new Did(did), options.PlanCap) is { } r
                    ? new RingReasonsView(
                        r.People,
                        r.GivesCategory,
                        r.GetsCategory,
                        r.Need,
                        r.IsProvedBest,
                        r.Cap,
                        [.. r.Others.Select(o => new OtherOfferView(FoundOf(names, did, o.Entry), o.Reason))],
                        r.More
                    )
                    : null
        );

    public IReadOnlyList<OfferingView> Offerings(string did) => Read((db, names) => EntryQueries.Offerings(db, names, did));

    public IReadOnlyList<NeedView> Needs(string did) => Read((db, names) => EntryQueries.Needs(db, names, did));

    public IReadOnlyList<RingView> Rings(string did) => Read((db, names) => RingQueries.Of(db, names, did));

    public RingView? Ring(string did, string chainId) => Read((db, names) => RingQueries.One(db, names, chainId, did));

    public IReadOnlyList<DiscoveredView> Discovered() => door.Read(StewardQueries.Discovered);

    public IReadOnlyList<PeeringView> Peerings() => door.Read(db => StewardQueries.Peerings(db, options.IsInContact));

    public IReadOnlyList<PairingUnderWay> UnderWay() => door.Read(StewardQueries.UnderWay);

    public PeeringEnd WhatEnds(string did) => door.Read(db => StewardQueries.WhatEnds(db, did));

    public IReadOnlyList<QueueView> Queues() => door.Read(db => StewardQueries.Queues(db, options.IsInContact));

    public LinksView Links() => door.Read(db => LaneQueries.All(db, Now, sha256 => options.Blobs?.PartLength(sha256) ?? 0));

    public IReadOnlyList<SetAsideView> SetAside(int most) => Read((db, names) => StewardQueries.SetAside(db, names, most));

    public IReadOnlyList<StewardRing> AllRings(int most) => Read((db, names) => RingQueries.All(db, names, most));

    public IReadOnlyDictionary<string, int> RingCounts() => door.Read(RingQueries.Counts);

    public PlanView Plan() => door.Read(StewardQueries.Plan);

    public IReadOnlyList<CategoryBalance> Scarcity(int most) => door.Read(db => Balances.Of(db, Homes(db), most));

    public WireView Wire() => Read(StewardQueries.Wire);

    public IReadOnlyList<AuditView> Audit(long after, int most) =>
        Read((db, names) => StewardQueries.Audit(db, names, after, most));

    public IReadOnlyList<AuditView> LatestAudit(int most) => Read((db, names) => StewardQueries.LatestAudit(db, names, most));

    public PowerView Power(DateTimeOffset from) =>
        Read(
            (db, names) =>
                PowerQueries.Of(db, names, options.Power(), options.Alerts(), new Moment(from.ToUnixTimeMilliseconds()), Now)
        );

    public ResidentsView Residents() => door.Read(db => StewardQueries.Residents(db, Me, Now - TimeSpan.FromDays(30)));

    public HealthView Health()
    {
        var disk = new DriveInfo(options.DataFolder);
        var (free, total) = (disk.AvailableFreeSpace, disk.TotalSize);
        var database = new FileInfo(options.Database);
        return new HealthView(
            options.Card.Release,
            _started,
            clock.GetUtcNow(),
            free,
            total,
            database.Exists ? database.Length : 0,
            [CheckDisk(free, total), CheckClock(), CheckDatabase(), CheckLinks(), CheckLanes(), .. options.Checks()]
        );
    }

    /// <summary>Whose shared entries may be shown: this cabinet's and those of neighbours with whom the peering stands.</summary>
    private List<Did> Homes(Db db) => [options.Card.Identity.Did, .. PeerBook.Enrolled(db).Select(p => p.Did)];

    private FoundView FoundOf(NodeNames names, string did, FoundEntry e) =>
        new(
            e.Id,
            e.IsOffering,
            e.Title,
            e.Label,
            e.Categories,
            e.HomeNode.Value,
            names.Of(e.HomeNode.Value),
            e.HomeNode.Value == Me,
            e.Participant.Value == did
        );

    private T Read<T>(Func<Db, NodeNames, T> read) => door.Read(db => read(db, new NodeNames(db, Me, options.Card.Name)));

    private static CheckView CheckDisk(long free, long total)
    {
        var part = total == 0 ? 0 : (double)free / total;
        var level =
            part < DiskDanger ? CheckLevel.Danger
            : part < DiskAttention ? CheckLevel.Attention
            : CheckLevel.Good;
        var says = $"{Parts.Part.Bytes(free)} of {Parts.Part.Bytes(total)} are free.";
        return new CheckView(
            "disk",
            level,
            says,
            level switch
            {
                CheckLevel.Good => "",
                CheckLevel.Attention => "Free some space or fit a larger disk; archives of neighbours are put off until then.",
                _ => "Free some space now: what neighbours share is put off, and under 3 % nothing new is kept.",
            }
        );
    }

    private CheckView CheckClock() =>
        Now >= Moment.EarliestSure
            ? new CheckView("clock", CheckLevel.Good, $"It is {clock.GetLocalNow():yyyy-MM-dd HH:mm} here.", "")
            : new CheckView(
                "clock",
                CheckLevel.Danger,
                "The clock was never set; deadlines wait until it is.",
                "Set the clock and check the battery of the clock chip."
            );

    // A damaged file keeps the node from starting, so what runs was found whole then.
    private CheckView CheckDatabase() =>
        new(
            "database",
            CheckLevel.Good,
            $"It was checked at the start, {_started.ToLocalTime():yyyy-MM-dd HH:mm}, and found whole.",
            ""
        );

    /// <summary>A grant that runs out unseen would stop what residents share, so it is told a month ahead.</summary>
    private CheckView CheckLanes()
    {
        var soon = clock.GetUtcNow() + TimeSpan.FromDays(30);
        var ending = Links()
            .Peers.Where(p => p.Lanes.Any(l => l.State == "expired" || (l.State == "open" && l.Expires < soon)))
            .Select(p => p.Name)
            .ToList();
        return ending.Count == 0
            ? new CheckView("lanes", CheckLevel.Good, "No lane runs out within 30 days.", "")
            : new CheckView(
                "lanes",
                CheckLevel.Attention,
                $"Lanes run out soon or have run out: {string.Join(", ", ending)}.",
                "Open Queues and grant them again. What waits is kept."
            );
    }

    private CheckView CheckLinks()
    {
        var now = clock.GetUtcNow();
        var silent = Neighbours().Where(n => !n.Connected && !(now - n.LastContact < LongSilence)).Select(n => n.Name).ToList();
        return silent.Count == 0
            ? new CheckView("links", CheckLevel.Good, "No neighbour has been silent for an hour.", "")
            : new CheckView(
                "links",
                CheckLevel.Attention,
                $"Not in contact for an hour or longer: {string.Join(", ", silent)}.",
                "Check their power and the link. What is meant for them waits here."
            );
    }
}
