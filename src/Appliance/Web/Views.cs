namespace EdgeNode.Appliance.Web;

/// <summary>This cabinet, as anybody on its Wi-Fi may know it.</summary>
public sealed record CabinetView(string Did, string Name, string Version, bool JoiningOpen, bool ClockSure);

/// <summary>A neighbour cabinet we have a peering with.</summary>
/// <param name="LastContact">When its signed word was last received; null when never.</param>
public sealed record NeighbourView(string Did, string Name, bool Connected, DateTimeOffset? LastContact);

/// <summary>How many published entries of a home node stand in our copy of the match graph.</summary>
public sealed record EntryCount(string Node, string Name, int Offerings, int Needs);

/// <summary>The five honest states of something that should reach somebody else (glossary, "delivery state").</summary>
public enum DeliveryKind
{
    KeptHere,
    Waiting,

    /// <summary>Waiting, because the neighbour had no room when it was last tried.</summary>
    WaitingForSpace,

    /// <summary>Waiting, because a steward or the cabinet's power holds the lane back.</summary>
    HeldHere,
    PeerHasIt,
    PersonHasIt,
    NotAccepted,
    Expired,
}

/// <summary>One delivery state.</summary>
/// <param name="Who">The neighbour cabinet or person it speaks of; empty when kept here.</param>
/// <param name="Since">When the state began; its age is always shown.</param>
/// <param name="Reason">Code of the refusal when not accepted.</param>
public sealed record Delivery(DeliveryKind Kind, string Who, DateTimeOffset Since, string? Reason = null);

/// <summary>Who may see an entry.</summary>
public enum ShareKind
{
    Here,
    All,
    Named,
}

/// <summary>Who may see an entry; the DIDs only when named.</summary>
[System.Text.Json.Serialization.JsonConverter(typeof(Api.ShareConverter))]
public sealed record Share(ShareKind Kind, IReadOnlyList<string> Peers)
{
    /// <summary>Only this cabinet: the default, so that nothing leaves unasked.</summary>
    public static Share Here { get; } = new(ShareKind.Here, []);

    /// <summary>Every neighbour cabinet.</summary>
    public static Share All { get; } = new(ShareKind.All, []);
}

/// <summary>Something a resident offers.</summary>
public sealed record OfferingView(
    string Id,
    string Category,
    string Title,
    Share Share,
    DateTimeOffset Since,
    IReadOnlyList<Delivery> Deliveries
)
{
    public PictureView? Picture { get; init; }
}

/// <summary>A picture of an offering.</summary>
/// <param name="IsHere">Its bytes are at this cabinet; else they are on their way.</param>
/// <param name="At">Names of the neighbours that have signed for it.</param>
public sealed record PictureView(string Sha256, bool IsHere, IReadOnlyList<string> At);

/// <summary>The bytes of a picture.</summary>
public sealed record PictureBytes(string Type, byte[] Bytes);

/// <summary>Something a resident needs: any one of the accepted categories would do.</summary>
public sealed record NeedView(
    string Id,
    IReadOnlyList<string> Accepts,
    string Title,
    Share Share,
    DateTimeOffset Since,
    IReadOnlyList<Delivery> Deliveries
);

/// <summary>A shared offering or need that a search found.</summary>
/// <param name="Cabinet">Name of the cabinet it is at.</param>
public sealed record FoundView(
    string Id,
    bool IsOffering,
    string Title,
    string Label,
    IReadOnlyList<string> Categories,
    string Node,
    string Cabinet,
    bool IsHere,
    bool IsMine
)
{
    public PictureView? Picture { get; init; }
}

/// <summary>What a search found.</summary>
/// <param name="More">There are more than are shown.</param>
/// <param name="Meant">Other words that would find something; null when there is no need of them.</param>
public sealed record FindView(IReadOnlyList<FoundView> Entries, bool More, string? Meant)
{
    public static FindView Nothing { get; } = new([], false, null);
}

/// <summary>Another shared offer for the same need, and why it is not the one in the ring.</summary>
public sealed record OtherOfferView(FoundView Entry, Matching.WhyNot Reason);

/// <summary>Why a ring, for one of its people (<see cref="Federation.RingReasons"/>).</summary>
public sealed record RingReasonsView(
    int People,
    string GivesCategory,
    string GetsCategory,
    string? Need,
    bool? IsProvedBest,
    int Cap,
    IReadOnlyList<OtherOfferView> Others,
    bool More
);

/// <summary>Where a ring stands, in the words of its home node's state machine.</summary>
public enum RingState
{
    Seen,
    Validated,
    Consented,
    Yes,
    Committed,
    Completed,
    Aborted,
}

/// <summary>Where one giving of a ring stands.</summary>
public enum EdgeState
{
    Planned,
    Open,
    Given,
    Done,
    Failed,
    Repaired,
    Released,
}

/// <summary>One giving of a ring.</summary>
/// <param name="Index">Its place in the ring, as EdgeSettled names it.</param>
public sealed record EdgeView(int Index, string From, string To, string What, EdgeState State);

/// <summary>A person of a ring.</summary>
/// <param name="Label">The nickname they chose to share.</param>
/// <param name="Node">Name of their cabinet.</param>
public sealed record RingPerson(string Did, string Label, string Node, bool IsYou);

/// <summary>A home node of a ring and what we know of its word.</summary>
public sealed record RingNode(string Did, string Name, bool IsOurs, string? Vote, Delivery Delivery);

/// <summary>A ring as one of its people sees it.</summary>
/// <param name="Card">Hash of the canonical form of this person's two edges; an answer must carry it.</param>
/// <param name="Sentence">The exact sentence that is signed with a yes.</param>
/// <param name="Answer">yes, no, withdrawn, or null when not answered yet.</param>
/// <param name="Deadline">Until when answers count.</param>
/// <param name="Since">When the ring reached its present state.</param>
/// <param name="People">In giving order: each gives to the next, the last to the first.</param>
/// <param name="Edges">In the same order as the people.</param>
/// <param name="Settled">Edges for which this person has already said how it went.</param>
public sealed record RingView(
    string ChainId,
    RingState State,
    string Card,
    string Sentence,
    string? Answer,
    bool CanAnswer,
    bool CanSettle,
    DateTimeOffset Deadline,
    DateTimeOffset Since,
    IReadOnlyList<RingPerson> People,
    IReadOnlyList<EdgeView> Edges,
    IReadOnlyList<RingNode> Nodes,
    IReadOnlyList<int> Settled
)
{
    /// <summary>This person had said yes to giving and getting the same in a ring that has ended.</summary>
    public bool Again { get; init; }

    private int Me => People.Select((person, index) => (person, index)).First(p => p.person.IsYou).index;

    /// <summary>What this person gives.</summary>
    public EdgeView Gives => Edges[Me];

    /// <summary>What this person gets.</summary>
    public EdgeView Gets => Edges[(Me + Edges.Count - 1) % Edges.Count];
}

/// <summary>A cabinet seen by discovery; nothing about it is proved.</summary>
public sealed record DiscoveredView(string Instance, string Did13, string Address, int Port, int PairPort, DateTimeOffset Seen);

/// <summary>What a verified manifest card says.</summary>
/// <param name="ContractFits">Its contract is the one in force here; otherwise a request will be refused.</param>
/// <param name="IsPeer">There is a peering already; the card says where the peer is now.</param>
public sealed record ManifestCardView(
    string Did,
    string Name,
    string Operator,
    string Release,
    string Contract,
    bool ContractFits,
    bool IsPeer,
    DateTimeOffset Issued,
    DateTimeOffset Expires,
    IReadOnlyList<string> Addresses
);

/// <summary>A peering and its state (glossary: proposed, accepted, enrolled, suspended, revoked, declined).</summary>
/// <param name="RequestedBy">"us" or "them".</param>
/// <param name="Reason">Why it is in this state; null when nothing is known.</param>
public sealed record PeeringView(
    string Did,
    string Name,
    string State,
    string RequestedBy,
    string Contract,
    DateTimeOffset Since,
    DateTimeOffset? LastContact,
    bool Connected,
    string? Reason = null
);

/// <summary>A pairing frame of ours on its way: whom we asked, how often, and why it has not arrived.</summary>
public sealed record PairingUnderWay(string Address, int PairPort, string Kind, int Tries, string? Fault, DateTimeOffset Next);

/// <summary>What the end of a peering would touch.</summary>
public sealed record PeeringEnd(int RunningRings, int EntriesTheyHold, int WaitingForThem);

/// <summary>One row of a queue: so many items to one peer in one delivery state.</summary>
public sealed record QueueRow(DeliveryKind Kind, int Count, long Bytes, DateTimeOffset Oldest);

/// <summary>Everything we still hold, or held, for one peer.</summary>
public sealed record QueueView(
    string Did,
    string Name,
    bool Connected,
    DateTimeOffset? LastContact,
    IReadOnlyList<QueueRow> Rows
);

/// <summary>A statement that was not accepted or expired: never dropped silently.</summary>
/// <param name="Direction">out: a neighbour did not take it; in: we did not.</param>
public sealed record SetAsideView(
    long Id,
    string Peer,
    string Direction,
    string Kind,
    string StatementId,
    string Reason,
    DateTimeOffset Since
);

/// <summary>How one lane stands: one class to one neighbour in one direction.</summary>
/// <param name="Class">control (votes, receipts and disputes, which need no grant), shared, public, restore-only.</param>
/// <param name="Direction">out or in.</param>
/// <param name="State">open, paused, expired, closed, held (by power or a full disk).</param>
/// <param name="Priority">The least goes first; 0 is control.</param>
/// <param name="Rate">Bytes a second; 0 = as fast as the link.</param>
/// <param name="MaxRows">Statements that may wait (out) or come in a day (in); 0 for control, which has no quota of its own.</param>
/// <param name="MaxBytes">The same in bytes.</param>
/// <param name="Rows">Statements that wait (out) or came today (in).</param>
/// <param name="Bytes">The same in bytes.</param>
/// <param name="NoRoom">Of these, how many wait because the neighbour had no room.</param>
/// <param name="Oldest">Since when the oldest of them waits; null when none does.</param>
/// <param name="Expires">When the grant runs out.</param>
public sealed record LaneView(
    string Class,
    string Direction,
    string State,
    int Priority,
    long Rate,
    long MaxRows,
    long MaxBytes,
    long Rows,
    long Bytes,
    long NoRoom,
    DateTimeOffset? Oldest,
    DateTimeOffset? Expires
);

/// <summary>One neighbour and its lanes.</summary>
/// <param name="Way">none, ours (we are connected to them), theirs (they are connected to us), relay (a relay keeps what we send).</param>
/// <param name="Since">Since when this way is the one; null when there was none since the start.</param>
public sealed record PeerLanes(
    string Did,
    string Name,
    string Way,
    DateTimeOffset? Since,
    DateTimeOffset? LastContact,
    long BytesSent,
    long BytesReceived,
    long SetAside,
    IReadOnlyList<LaneView> Lanes
);

/// <summary>What holds lanes back beside stewards.</summary>
/// <param name="Cause">disk or power.</param>
/// <param name="LastStream">The last of the streams 0 to 4 that still flows; -1 when none does.</param>
public sealed record RestraintView(string Cause, int LastStream, string Says, DateTimeOffset Since);

/// <summary>All links of a cabinet at one moment.</summary>
public sealed record LinksView(IReadOnlyList<RestraintView> Restraints, IReadOnlyList<PeerLanes> Peers)
{
    public BlobsView Blobs { get; init; } = BlobsView.None;
}

/// <summary>Blobs of a cabinet: what is kept, what may be kept, and what is under way.</summary>
/// <param name="Count">Blobs here.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Quota">Bytes of all blobs that may be here.</param>
/// <param name="PeerQuota">Bytes of one neighbour's.</param>
/// <param name="UnderWay">The oldest that are not here yet.</param>
public sealed record BlobsView(long Count, long Bytes, long Quota, long PeerQuota, IReadOnlyList<BlobUnderWay> UnderWay)
{
    public static BlobsView None { get; } = new(0, 0, 0, 0, []);

    /// <summary>All that are not here yet.</summary>
    public long Wanted { get; init; }
}

/// <summary>A blob that is not here yet.</summary>
/// <param name="From">Name of the neighbour whose it is.</param>
/// <param name="Had">Bytes fetched so far.</param>
/// <param name="Bytes">Bytes it is to have.</param>
/// <param name="State">wanted, or refused when its bytes were no picture.</param>
/// <param name="Fault">Code of the last failure; null when there was none.</param>
public sealed record BlobUnderWay(
    string Sha256,
    string From,
    long Had,
    long Bytes,
    string State,
    string? Fault,
    DateTimeOffset Since
);

/// <summary>A ring as the steward sees it.</summary>
public sealed record StewardRing(
    string ChainId,
    string State,
    DateTimeOffset Since,
    DateTimeOffset Deadline,
    IReadOnlyList<StewardRingPerson> Participants,
    IReadOnlyList<StewardRingNode> HomeNodes,
    IReadOnlyList<EdgeView> Edges
);

/// <summary>A person of a ring, in giving order.</summary>
public sealed record StewardRingPerson(string Did, string Label, string HomeNode);

/// <summary>A home node of a ring with its vote, if known.</summary>
public sealed record StewardRingNode(string Did, string Name, string? Vote);

/// <summary>A plan run: idle, running, done, failed.</summary>
public sealed record PlanView(
    string State,
    int Rings,
    int Items,
    long Value,
    long Bound,
    bool Optimal,
    string? PlanHash,
    int Cap,
    int Proposed,
    double Seconds
);

/// <summary>What one peer sent that was refused, by code.</summary>
public sealed record RefusedView(string Peer, string Code, long Count);

/// <summary>A neighbour's newest word on its power.</summary>
/// <param name="Word">battery, going or back.</param>
/// <param name="Why">mains, maintenance or household.</param>
/// <param name="BackAfter">Not before then; null when it did not say.</param>
public sealed record NeighbourPower(
    string Did,
    string Name,
    string Word,
    string Why,
    DateTimeOffset Since,
    DateTimeOffset? BackAfter
);

/// <summary>One point of the battery's history.</summary>
/// <param name="Mains">Share of its time with mains, 0 to 1.</param>
/// <param name="Watts">Drawn from the pack; negative while it is charged.</param>
public sealed record PowerSpot(DateTimeOffset At, double Mains, double? Percent, double? Volts, double? Watts);

/// <summary>Watt-hours drawn from the pack in one day.</summary>
public sealed record PowerDay(DateTimeOffset Day, double WattHours);

/// <summary>What one load does in one power state.</summary>
/// <param name="Edited">A steward chose it.</param>
public sealed record LoadChoice(string State, string Load, string Word, bool Edited);

/// <summary>Power: how it stands, what is shed, what was, and what neighbours said.</summary>
/// <param name="Facts">Null when this cabinet does not look at its power.</param>
/// <param name="Alerts">The steward's levels and how they stand.</param>
public sealed record PowerView(
    PowerFacts? Facts,
    IReadOnlyList<LoadChoice> Loads,
    IReadOnlyList<PowerSpot> History,
    IReadOnlyList<PowerDay> Energy,
    IReadOnlyList<NeighbourPower> Neighbours,
    IReadOnlyList<AlertFact> Alerts
);

/// <summary>Counters of the wire since the node was first started.</summary>
public sealed record WireView(
    long StatementsSent,
    long StatementsReceived,
    long BytesSent,
    long BytesReceived,
    long BundlesSent,
    long BundlesReceived,
    long ReceiptsSent,
    long ReceiptsReceived,
    IReadOnlyList<RefusedView> Refused
);

/// <summary>How a check stands. Said in words and by an icon, never by colour alone.</summary>
public enum CheckLevel
{
    Good,
    Attention,
    Danger,

    /// <summary>This machine cannot tell; never shown as well.</summary>
    Unmeasured,
}

/// <summary>One check of the node's health.</summary>
/// <param name="Name">Stable name: disk, clock, database, broker, links, queue.</param>
/// <param name="Says">What is found, in a sentence.</param>
/// <param name="Do">What to do about it; empty when nothing.</param>
public sealed record CheckView(string Name, CheckLevel Level, string Says, string Do);

/// <summary>The node's health.</summary>
public sealed record HealthView(
    string Version,
    DateTimeOffset Started,
    DateTimeOffset Now,
    long DiskFree,
    long DiskTotal,
    long DatabaseBytes,
    IReadOnlyList<CheckView> Checks
);

/// <summary>A row of the hash-chained audit log.</summary>
public sealed record AuditView(long Seq, DateTimeOffset At, string Peer, string Act, string Detail);

/// <summary>Who is who among our residents: numbers only, the pages list nobody.</summary>
public sealed record ResidentsView(int Count, int ActiveLast30Days, int Offerings, int Needs);
