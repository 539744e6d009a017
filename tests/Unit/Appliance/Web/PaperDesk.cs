using System.Globalization;
using EdgeNode.Appliance;
using EdgeNode.Appliance.Web;
using EdgeNode.Matching;
using EdgeNode.Matching.Words;
using EdgeNode.Sync;
using EdgeNode.Sync.Courier;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Appliance.Web;

/// <summary>
/// A cabinet on paper: the second desk behind the same doors, with a neighbourhood of a few people in memory. Tests of the doors
/// use it to see exactly which acts reached the node (<see cref="Acts"/>); tests of the real desk use the real node.
/// </summary>
internal sealed class PaperDesk : IDesk
{
    public const string AliceCode = "aaaabbbbccccddddeeeeffff2i";
    public const string StewardCode = "stewardstewardstewar";
    public const string Did = "did:edge:mill234567abcdefghijklmnopqrstuvwxyz234567abcdefghijk";
    public const string Hill = "did:edge:hill234567abcdefghijklmnopqrstuvwxyz234567abcdefghijk";
    public const string Quay = "did:edge:quay234567abcdefghijklmnopqrstuvwxyz234567abcdefghijk";
    public const string Alice = "did:edge:alic234567abcdefghijklmnopqrstuvwxyz234567abcdefghijk";
    public static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-08-14T18:20:00Z", CultureInfo.InvariantCulture);
    public static readonly string RingId = new('4', 64);
    public static readonly string OtherRingId = new('7', 64);

    private readonly List<OfferingView> _offerings = [];
    private readonly List<NeedView> _needs = [];
    private string? _words;

    /// <summary>Every act in order, as "verb detail".</summary>
    public List<string> Acts { get; } = [];

    /// <summary>Keys handed out by opened cards.</summary>
    public List<PaperKey> Keys { get; } = [];

    public string Name { get; set; } = "Mill cabinet";
    public string Label { get; set; } = "Carol";
    public bool JoiningOpen { get; set; } = true;
    public List<RingView> RingList { get; } = [];
    public List<PeeringView> PeeringList { get; } = [];
    public Refusal? NextRefusal { get; set; }
    public Exception? NextFault { get; set; }

    /// <summary>A cabinet in the middle of an ordinary evening.</summary>
    public static PaperDesk Evening()
    {
        var desk = new PaperDesk();
        desk._offerings.Add(
            new(
                "0198a111-0000-7000-8000-000000000001",
                "food",
                "Rye bread, two loaves a week",
                Share.All,
                Now.AddHours(-30),
                [
                    new(DeliveryKind.PeerHasIt, "Hill cabinet", Now.AddHours(-29)),
                    new(DeliveryKind.Waiting, "Quay cabinet", Now.AddHours(-30)),
                ]
            )
        );
        desk._offerings.Add(
            new("0198a111-0000-7000-8000-000000000002", "lessons", "دروس في العربية", Share.Here, Now.AddMinutes(-5), [])
        );
        desk._needs.Add(
            new(
                "0198a111-0000-7000-8000-000000000003",
                ["bike", "repair"],
                "Bicycle repaired, rear brake",
                new Share(ShareKind.Named, [Hill]),
                Now.AddDays(-3),
                [new(DeliveryKind.NotAccepted, "Hill cabinet", Now.AddDays(-2), "quota")]
            )
        );
        desk.RingList.Add(RingOf(RingId, RingState.Validated, null, canAnswer: true, canSettle: false));
        desk.RingList.Add(RingOf(OtherRingId, RingState.Committed, "yes", canAnswer: false, canSettle: true));
        desk.PeeringList.Add(new(Hill, "Hill cabinet", "enrolled", "us", "1.0", Now.AddDays(-40), Now.AddMinutes(-1), true));
        desk.PeeringList.Add(new(Quay, "Quay cabinet", "enrolled", "them", "1.0", Now.AddDays(-12), Now.AddHours(-5), false));
        desk.PeeringList.Add(
            new(
                "did:edge:east234567abcdefghijklmnopqrstuvwxyz234567abcdefghijk",
                "East Street",
                "proposed",
                "them",
                "1.0",
                Now.AddHours(-2),
                null,
                false
            )
        );
        return desk;
    }

    /// <summary>The same evening, but every name and every word that a person or another cabinet chose is the given one.</summary>
    public static PaperDesk Called(string words)
    {
        var desk = Evening();
        (desk.Name, desk.Label, desk._words) = (words, words, words);
        for (var i = 0; i < desk._offerings.Count; i++)
            desk._offerings[i] = desk._offerings[i] with
            {
                Title = words,
                Deliveries = [.. desk._offerings[i].Deliveries.Select(d => d with { Who = words })],
            };
        for (var i = 0; i < desk._needs.Count; i++)
            desk._needs[i] = desk._needs[i] with
            {
                Title = words,
                Accepts = [words],
                Deliveries = [.. desk._needs[i].Deliveries.Select(d => d with { Who = words, Reason = words })],
            };
        for (var i = 0; i < desk.RingList.Count; i++)
            desk.RingList[i] = Called(desk.RingList[i], words);
        for (var i = 0; i < desk.PeeringList.Count; i++)
            desk.PeeringList[i] = desk.PeeringList[i] with { Name = words, Contract = words };
        return desk;
    }

    private static RingView Called(RingView ring, string words) =>
        ring with
        {
            Sentence = words,
            People = [.. ring.People.Select(p => p with { Label = words, Node = words })],
            Edges = [.. ring.Edges.Select(e => e with { From = words, To = words, What = words })],
            Nodes = [.. ring.Nodes.Select(n => n with { Name = words, Delivery = n.Delivery with { Who = words } })],
        };

    /// <summary>A ring of Carol (here), Alice (Hill) and Bob (Hill), as Carol sees it.</summary>
    public static RingView RingOf(string id, RingState state, string? answer, bool canAnswer, bool canSettle)
    {
        var edge = state switch
        {
            RingState.Committed => EdgeState.Open,
            RingState.Completed => EdgeState.Done,
            _ => EdgeState.Planned,
        };
        return new(
            id,
            state,
            new string('c', 64),
            "You give rye bread to Alice. You get bicycle repair from Bob.",
            answer,
            canAnswer,
            canSettle,
            Now.AddDays(2),
            Now.AddHours(-3),
            [
                new(Alice, "Alice", "Hill cabinet", false),
                new("did:edge:bob", "Bob", "Hill cabinet", false),
                new("did:edge:carol", "Carol", "Mill cabinet", true),
            ],
            [
                new(0, "Alice", "Bob", "language lessons", edge),
                new(1, "Bob", "Carol", "bicycle repair", edge),
                new(2, "Carol", "Alice", "rye bread", edge),
            ],
            [
                new(Hill, "Hill cabinet", false, null, new(DeliveryKind.PeerHasIt, "Hill cabinet", Now.AddHours(-2))),
                new(Did, "Mill cabinet", true, null, new(DeliveryKind.KeptHere, "", Now.AddHours(-3))),
            ],
            []
        );
    }

    public CabinetView Cabinet() => NextFault is null ? new(Did, Name, "0.1.0", JoiningOpen, true) : throw NextFault;

    public IReadOnlyList<NeighbourView> Neighbours() =>
        [
            .. PeeringList
                .Where(p => p.State == "enrolled")
                .Select(p => new NeighbourView(p.Did, p.Name, p.Connected, p.LastContact)),
        ];

    public IReadOnlyList<EntryCount> Entries(bool publishedOnly) =>
        [new(Did, Name, 12, 9), new(Hill, _words ?? "Hill cabinet", 31, 28)];

    public IReadOnlyList<string> Categories(int most) => [_words ?? "beekeeping", "ask/brass-birmingham"];

    public CategorySuggestions Suggest(string typed, string language, int most) =>
        typed.Length == 0
            ? CategorySuggestions.None
            : new(
                [
                    new("bread", "Bread", SuggestedBy.Words),
                    new(_words ?? "beekeeping", _words ?? "beekeeping", SuggestedBy.Neighbours),
                ],
                _words
            );

    public RingReasonsView? WhyRing(string did, string chainId) =>
        new(
            3,
            "bread",
            _words ?? "bike-repair",
            _words ?? "Bicycle repaired, rear brake",
            chainId == RingId ? true : null,
            3,
            [
                .. Enum.GetValues<WhyNot>()
                    .Select(w => new OtherOfferView(
                        new(
                            "o",
                            true,
                            _words ?? "Brakes and gears",
                            _words ?? "Dora",
                            ["bike-repair"],
                            Hill,
                            _words ?? "Hill cabinet",
                            false,
                            false
                        ),
                        w
                    )),
            ],
            true
        );

    public FindView Find(string did, string typed, int most) =>
        typed == "nothing"
            ? new([], false, _words ?? "something")
            : new(
                [
                    new(
                        "f1",
                        true,
                        _words ?? "Rye bread",
                        _words ?? "Alice",
                        ["bread"],
                        Hill,
                        _words ?? "Hill cabinet",
                        false,
                        false
                    ),
                    new("f2", false, _words ?? "Bread for a feast", Label, [_words ?? "bread", "cakes"], Did, Name, true, true),
                ],
                true,
                null
            );

    public IReadOnlyList<CategoryBalance> Scarcity(int most) =>
        [new("bike-repair", 0, 3, 3, 0), new(_words ?? "beekeeping", 2, 1, 1, 2), new("bread", 4, 0, 0, 4)];

    public IReadOnlyList<OfferingView> Offerings(string did) => _offerings;

    public IReadOnlyList<NeedView> Needs(string did) => _needs;

    public IReadOnlyList<RingView> Rings(string did) => RingList;

    public RingView? Ring(string did, string chainId) => RingList.Find(r => r.ChainId == chainId);

    public IReadOnlyList<PairingUnderWay> UnderWay() =>
        [new("10.42.0.77", 8444, "pairing-request", 3, _words ?? "No route to host", Now.AddMinutes(1))];

    public PeeringEnd WhatEnds(string did) => new(2, 41, 0);

    public Task<Outcome<NewCard>> Join(string label, string? language, bool bySteward, CancellationToken token) =>
        Act<NewCard>($"join {label}", () => new NewCard(Alice, label, AliceCode));

    public Task<Outcome<OpenedCard>> OpenCard(byte[] secret, CancellationToken token)
    {
        if (EdgeNode.Wire.Base32Text.Encode(secret) != AliceCode)
        {
            return Task.FromResult<Outcome<OpenedCard>>(
                new Refusal("signin.wrong_code", "This code does not open anything here.")
            );
        }

        var key = new PaperKey();
        Keys.Add(key);
        return Task.FromResult<Outcome<OpenedCard>>(new OpenedCard(Alice, Label, "en", key));
    }

    public Task<Outcome<string>> Offer(OpenedCard who, string category, string title, Share share, CancellationToken token) =>
        Act<string>(
            $"offer {category} {title} {share.Kind}",
            () =>
            {
                _offerings.Add(new($"o{_offerings.Count}", category, title, share, Now, []));
                return $"o{_offerings.Count - 1}";
            }
        );

    public Task<Outcome<Done>> ShowPicture(OpenedCard who, string offeringId, byte[]? file, CancellationToken token) =>
        Act<Done>($"show-picture {offeringId} {file?.Length ?? 0}", () => Done.It);

    public PictureBytes? Picture(string did, string sha256) => null;

    public Task<Outcome<Done>> WithdrawOffering(OpenedCard who, string id, CancellationToken token) =>
        Act<Done>(
            $"withdraw-offering {id}",
            () => _offerings.RemoveAll(o => o.Id == id) == 1 ? Done.It : throw new InvalidOperationException()
        );

    public Task<Outcome<string>> Need(
        OpenedCard who,
        IReadOnlyList<string> accepts,
        string title,
        Share share,
        CancellationToken token
    ) =>
        Act<string>(
            $"need {string.Join('+', accepts)} {title} {share.Kind}",
            () =>
            {
                _needs.Add(new($"n{_needs.Count}", accepts, title, share, Now, []));
                return $"n{_needs.Count - 1}";
            }
        );

    public Task<Outcome<Done>> WithdrawNeed(OpenedCard who, string id, CancellationToken token) =>
        Act<Done>(
            $"withdraw-need {id}",
            () => _needs.RemoveAll(n => n.Id == id) == 1 ? Done.It : throw new InvalidOperationException()
        );

    public Task<Outcome<Done>> Answer(OpenedCard who, string chainId, string value, string card, CancellationToken token) =>
        Act<Done>($"answer {value} {card[..Math.Min(4, card.Length)]}", () => Done.It);

    public Task<Outcome<Done>> Settle(
        OpenedCard who,
        string chainId,
        int edge,
        string result,
        string? note,
        CancellationToken token
    ) => Act<Done>($"settle {edge} {result} {note}".TrimEnd(), () => Done.It);

    public bool IsStewardCode(string typed) => typed == StewardCode;

    public IReadOnlyList<DiscoveredView> Discovered() =>
        [
            new(_words ?? "East Street", "east234567abc", "10.42.0.9", 8883, 8444, Now.AddSeconds(-20)),
            new("Hill cabinet", "hill234567abc", "10.42.0.2", 8883, 8444, Now.AddSeconds(-50)),
        ];

    public IReadOnlyList<PeeringView> Peerings() => PeeringList;

    public IReadOnlyList<QueueView> Queues() =>
        [
            new(Hill, "Hill cabinet", true, Now.AddMinutes(-1), [new(DeliveryKind.PeerHasIt, 214, 310_000, Now.AddDays(-40))]),
            new(
                Quay,
                "Quay cabinet",
                false,
                Now.AddHours(-5),
                [
                    new(DeliveryKind.Waiting, 128, 190_000, Now.AddHours(-5)),
                    new(DeliveryKind.PeerHasIt, 40, 58_000, Now.AddDays(-12)),
                    new(DeliveryKind.NotAccepted, 2, 2_400, Now.AddDays(-2)),
                    new(DeliveryKind.Expired, 1, 900, Now.AddDays(-1)),
                ]
            ),
        ];

    public IReadOnlyList<SetAsideView> SetAside(int most) =>
        [new(17, _words ?? "Quay cabinet", "out", _words ?? "offering", new string('a', 64), _words ?? "quota", Now.AddDays(-2))];

    public LinksView Links() =>
        new(
            [new("power", 3, _words ?? "On battery, 40 %.", Now.AddHours(-2)), new("disk", 1, "no-foreign", Now.AddHours(-1))],
            [
                new(Hill, _words ?? "Hill cabinet", "ours", Now.AddHours(-3), Now.AddMinutes(-1), 310_000, 290_000, 0, Lanes()),
                new(Quay, _words ?? "Quay cabinet", "none", null, Now.AddHours(-5), 58_000, 0, 3, Lanes()),
            ]
        );

    private static LaneView[] Lanes() =>
        [
            new("control", "out", "open", 0, 0, 0, 0, 2, 900, 0, Now.AddMinutes(-9), null),
            new("shared", "out", "open", 2, 0, 1_000_000, 2L << 30, 128, 190_000, 40, Now.AddHours(-5), Now.AddDays(300)),
            new("shared", "in", "paused", 2, 0, 200_000, 256L << 20, 12, 9_000, 0, null, Now.AddDays(300)),
            new("public", "out", "closed", 3, 0, 0, 0, 0, 0, 0, null, null),
            new("public", "in", "expired", 3, 0, 10, 65_536, 0, 0, 0, null, Now.AddDays(-3)),
            new("restore-only", "out", "held", 4, 5_000, 10, 65_536, 9, 60_000, 0, Now.AddDays(-2), Now.AddDays(10)),
            new("restore-only", "in", "closed", 4, 0, 0, 0, 0, 0, 0, null, null),
        ];

    public IReadOnlyList<StewardRing> AllRings(int most) =>
        [
            .. RingList.Select(r => new StewardRing(
                r.ChainId,
                r.State.ToString().ToUpperInvariant(),
                r.Since,
                r.Deadline,
                [.. r.People.Select(p => new StewardRingPerson(p.Did, p.Label, Hill))],
                [new(Did, Name, "yes"), new(Hill, "Hill cabinet", null)],
                r.Edges
            )),
        ];

    public IReadOnlyDictionary<string, int> RingCounts() =>
        new Dictionary<string, int>
        {
            ["VALIDATED"] = 1,
            ["COMMITTED"] = 1,
            ["COMPLETED"] = 14,
            ["ABORTED"] = 3,
        };

    public PlanView Plan() => new("done", 26, 76, 7600, 7600, true, new string('e', 64), 3, 12, 0.84);

    public WireView Wire() =>
        new(
            812,
            790,
            1_240_000,
            1_190_000,
            96,
            94,
            94,
            96,
            [new(_words ?? "Quay cabinet", _words ?? "statement.bad_signature", 3)]
        );

    public HealthView Health() =>
        new(
            "0.1.0",
            Now.AddDays(-9),
            Now,
            21_000_000_000,
            32_000_000_000,
            48_000_000,
            [
                new("disk", CheckLevel.Good, "21 GB of 32 GB are free.", ""),
                new("clock", CheckLevel.Good, "The clock is set and agrees with the neighbours.", ""),
                new("database", CheckLevel.Good, "The last check found it whole.", ""),
                new("broker", CheckLevel.Good, "mosquitto 2.0.11 is running.", ""),
                new(
                    "links",
                    CheckLevel.Attention,
                    "Quay cabinet has not been in contact for 5 hours.",
                    "Check its power and the radio link; what is meant for it waits here."
                ),
                new("archive", CheckLevel.Danger, "No archive of this cabinet exists anywhere.", "Ask a neighbour to hold one."),
            ]
        );

    public IReadOnlyList<AuditView> Audit(long after, int most) => [.. AuditRows().Where(a => a.Seq > after).Take(most)];

    public IReadOnlyList<AuditView> LatestAudit(int most) => [.. AuditRows().Reverse().Take(most)];

    public ResidentsView Residents() => new(43, 31, 52, 47);

    public Task<Outcome<Done>> RequestPeering(string address, int pairPort, CancellationToken token) =>
        Act<Done>($"request {address} {pairPort}", () => Done.It);

    public Task<Outcome<string>> IssueCard(IReadOnlyList<string> addresses, int days, CancellationToken token) =>
        Act<string>($"card {string.Join(' ', addresses)} {days}", () => "ENC1/" + new string('A', 1_900));

    public Outcome<ManifestCardView> ReadCard(string text) =>
        text.StartsWith("ENC1/", StringComparison.Ordinal)
            ? new ManifestCardView(
                "did:edge:" + new string('q', 52),
                "Orchard <i>cabinet</i>",
                "the stewards of Orchard",
                "0.1.0",
                "1",
                false,
                text.EndsWith("PEER", StringComparison.Ordinal),
                Now,
                Now.AddDays(30),
                ["10.0.0.9", "fd00::9"]
            )
            : new Refusal("card.malformed", "This is no cabinet's card.");

    public Task<Outcome<Done>> RequestByCard(string text, CancellationToken token) => Act<Done>($"by card {text}", () => Done.It);

    public Task<Outcome<Done>> AcceptPeering(string did, CancellationToken token) => Act<Done>($"accept {did}", () => Done.It);

    public Task<Outcome<Done>> DeclinePeering(string did, CancellationToken token) => Act<Done>($"decline {did}", () => Done.It);

    public Task<Outcome<Done>> SuspendPeering(string did, CancellationToken token) => Act<Done>($"suspend {did}", () => Done.It);

    public Task<Outcome<Done>> ResumePeering(string did, CancellationToken token) => Act<Done>($"resume {did}", () => Done.It);

    public Task<Outcome<Done>> EndPeering(string did, CancellationToken token) => Act<Done>($"end {did}", () => Done.It);

    public Task<Outcome<Parcel>> CarryOut(string did, IReadOnlyList<HaveStream> after, CancellationToken token) =>
        Act($"carry {did}", () => new Parcel([new SealedFile("have.age", new byte[400])], [new HaveStream(0, 0)], false));

    public Task<Outcome<Delivered>> CarryIn(IReadOnlyList<byte[]> files, CancellationToken token) =>
        Act($"brought {files.Count}", () => Delivered.Nothing with { Foreign = files.Count });

    public Task<Outcome<Done>> StartPlan(CancellationToken token) => Act<Done>("plan", () => Done.It);

    public Task<Outcome<Done>> EditLoad(string state, string load, string word, CancellationToken token) =>
        Act<Done>($"load {state} {load} {word}", () => Done.It);

    public Task<Outcome<Done>> StopCabinet(string why, int? hours, CancellationToken token) =>
        Act<Done>($"stop {why} {hours}", () => Done.It);

    public PowerView Power(DateTimeOffset from)
    {
        var plan = new EdgeNode.Hardware.Power.LoadPlan();
        var facts = new PowerFacts(
            EdgeNode.Hardware.Power.PowerState.OnBattery,
            false,
            61,
            3.81,
            6.2,
            4.4,
            EdgeNode.Hardware.Power.PowerEvent.LossConfirmed,
            false,
            true,
            false
        );
        return new PowerView(
            facts,
            [
                .. EdgeNode.Hardware.Power.LoadPlan.Editable.SelectMany(s =>
                    EdgeNode.Hardware.Power.LoadPlan.Loads.Select(l => new LoadChoice(
                        s.ToString(),
                        l.Name,
                        plan.Word(s, l.Name),
                        l.Name == "bulk"
                    ))
                ),
            ],
            [
                .. Enumerable
                    .Range(0, 300)
                    .Select(i => new PowerSpot(Now.AddMinutes(-5 * (300 - i)), i < 200 ? 1 : 0, 100 - (i / 8.0), 3.9, i % 7)),
            ],
            [new PowerDay(Now.Date, 41.5)],
            [new NeighbourPower(Hill, "Hill cabinet", "going", "mains", Now.AddHours(-1), Now.AddHours(2))],
            [.. AlertRule.Default.Select(rule => new AlertFact(rule, false, null).After(rule.Name == "temperature" ? 81 : 61))]
        );
    }

    public Task<Outcome<Done>> GrantLane(string did, LaneGrant grant, CancellationToken token) =>
        Act<Done>(
            $"grant {did} {grant.Class} {grant.Direction} {grant.Priority} {grant.Rate} {grant.MaxRows} {grant.MaxBytes} {grant.Lifetime.TotalDays}",
            () => Done.It
        );

    public Task<Outcome<Done>> PauseLane(
        string did,
        DataClass cls,
        LaneDirection direction,
        bool paused,
        CancellationToken token
    ) => Act<Done>($"{(paused ? "pause" : "resume")} {did} {cls} {direction}", () => Done.It);

    public Task<Outcome<Done>> CloseLane(string did, DataClass cls, LaneDirection direction, CancellationToken token) =>
        Act<Done>($"close {did} {cls} {direction}", () => Done.It);

    public Task<Outcome<Done>> SendAgain(long aside, CancellationToken token) => Act<Done>($"send {aside}", () => Done.It);

    public Task<Outcome<Done>> DiscardAside(long aside, CancellationToken token) => Act<Done>($"discard {aside}", () => Done.It);

    private IEnumerable<AuditView> AuditRows() =>
        [
            new(1, Now.AddDays(-40), "Hill cabinet", "peering.RequestedHere", "our request arrived"),
            new(2, Now.AddDays(-40), "Hill cabinet", "peering.agreed", "contract 1.0, signed by both"),
            new(
                3,
                Now.AddHours(-2),
                _words ?? "East Street",
                _words ?? "peering.RequestedThere",
                _words ?? "asked for a peering"
            ),
        ];

    private Task<Outcome<T>> Act<T>(string act, Func<T> then)
        where T : class
    {
        if (NextRefusal is { } refusal)
        {
            return Task.FromResult<Outcome<T>>(refusal);
        }

        Acts.Add(act);
        return Task.FromResult<Outcome<T>>(then());
    }
}

/// <summary>A key that remembers that it was wiped.</summary>
internal sealed class PaperKey : IDisposable
{
    public bool IsWiped { get; private set; }

    public void Dispose() => IsWiped = true;
}
