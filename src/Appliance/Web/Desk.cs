using EdgeNode.Matching;
using EdgeNode.Matching.Words;
using EdgeNode.Sync;
using EdgeNode.Sync.Courier;
using EdgeNode.Wire;

namespace EdgeNode.Appliance.Web;

/// <summary>A refusal that a person reads: a code for the runbook and a sentence.</summary>
public sealed record Refusal(string Code, string Text);

/// <summary>A value, or the reason why there is none.</summary>
public readonly record struct Outcome<T>(T? Value, Refusal? Refusal)
    where T : class
{
    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Refusal refusal) => new(null, refusal);
}

/// <summary>Nothing but success.</summary>
public sealed class Done
{
    public static Done It { get; } = new();
}

/// <summary>A resident who showed their card. The key is wiped when it is disposed.</summary>
public sealed record OpenedCard(string Did, string Label, string Language, IDisposable Key);

/// <summary>A resident just made: the code stands on their card and nowhere else.</summary>
public sealed record NewCard(string Did, string Label, string Code);

/// <summary>
/// What pages and the JSON interface ask of the node. Reads come from a read-only snapshot; every act is one command to the
/// node's step loop and returns after its commit.
/// </summary>
public interface IDesk
{
    CabinetView Cabinet();
    IReadOnlyList<NeighbourView> Neighbours();
    IReadOnlyList<EntryCount> Entries(bool publishedOnly);
    IReadOnlyList<string> Categories(int most);
    CategorySuggestions Suggest(string typed, string language, int most);
    RingReasonsView? WhyRing(string did, string chainId);
    FindView Find(string did, string typed, int most);

    IReadOnlyList<OfferingView> Offerings(string did);
    IReadOnlyList<NeedView> Needs(string did);
    IReadOnlyList<RingView> Rings(string did);
    RingView? Ring(string did, string chainId);

    Task<Outcome<NewCard>> Join(string label, string? language, bool bySteward, CancellationToken token);
    Task<Outcome<OpenedCard>> OpenCard(byte[] secret, CancellationToken token);
    Task<Outcome<string>> Offer(OpenedCard who, string category, string title, Share share, CancellationToken token);

    /// <summary>Gives an own offering a picture (a file as a phone has it), or takes it away (null).</summary>
    Task<Outcome<Done>> ShowPicture(OpenedCard who, string offeringId, byte[]? file, CancellationToken token);

    /// <summary>A picture that this resident may see here; null when there is none.</summary>
    PictureBytes? Picture(string did, string sha256);

    Task<Outcome<Done>> WithdrawOffering(OpenedCard who, string id, CancellationToken token);
    Task<Outcome<string>> Need(OpenedCard who, IReadOnlyList<string> accepts, string title, Share share, CancellationToken token);
    Task<Outcome<Done>> WithdrawNeed(OpenedCard who, string id, CancellationToken token);
    Task<Outcome<Done>> Answer(OpenedCard who, string chainId, string value, string card, CancellationToken token);
    Task<Outcome<Done>> Settle(OpenedCard who, string chainId, int edge, string result, string? note, CancellationToken token);

    bool IsStewardCode(string typed);
    IReadOnlyList<DiscoveredView> Discovered();
    IReadOnlyList<PeeringView> Peerings();
    IReadOnlyList<PairingUnderWay> UnderWay();
    PeeringEnd WhatEnds(string did);
    IReadOnlyList<QueueView> Queues();
    IReadOnlyList<SetAsideView> SetAside(int most);
    LinksView Links();
    IReadOnlyList<StewardRing> AllRings(int most);
    IReadOnlyDictionary<string, int> RingCounts();
    PlanView Plan();
    PowerView Power(DateTimeOffset from);
    IReadOnlyList<CategoryBalance> Scarcity(int most);
    WireView Wire();
    HealthView Health();
    IReadOnlyList<AuditView> Audit(long after, int most);
    IReadOnlyList<AuditView> LatestAudit(int most);
    ResidentsView Residents();

    Task<Outcome<Done>> RequestPeering(string address, int pairPort, CancellationToken token);

    /// <summary>A card of this cabinet, as the text of its QR code; no addresses means its own.</summary>
    Task<Outcome<string>> IssueCard(IReadOnlyList<string> addresses, int days, CancellationToken token);

    /// <summary>What a card in this text says, when it passes the gate. Nothing is done.</summary>
    Outcome<ManifestCardView> ReadCard(string text);
    Task<Outcome<Done>> RequestByCard(string text, CancellationToken token);
    Task<Outcome<Done>> AcceptPeering(string did, CancellationToken token);
    Task<Outcome<Done>> DeclinePeering(string did, CancellationToken token);
    Task<Outcome<Done>> SuspendPeering(string did, CancellationToken token);
    Task<Outcome<Done>> ResumePeering(string did, CancellationToken token);
    Task<Outcome<Done>> EndPeering(string did, CancellationToken token);
    Task<Outcome<Done>> StartPlan(CancellationToken token);
    Task<Outcome<Done>> EditLoad(string state, string load, string word, CancellationToken token);
    Task<Outcome<Done>> StopCabinet(string why, int? hours, CancellationToken token);
    Task<Outcome<Done>> GrantLane(string did, LaneGrant grant, CancellationToken token);
    Task<Outcome<Done>> PauseLane(string did, DataClass cls, LaneDirection direction, bool paused, CancellationToken token);
    Task<Outcome<Done>> CloseLane(string did, DataClass cls, LaneDirection direction, CancellationToken token);
    Task<Outcome<Done>> SendAgain(long aside, CancellationToken token);
    Task<Outcome<Done>> DiscardAside(long aside, CancellationToken token);

    /// <summary>One page of what a courier takes to a neighbour; <paramref name="after"/> is empty for the first.</summary>
    Task<Outcome<Parcel>> CarryOut(string did, IReadOnlyList<HaveStream> after, CancellationToken token);

    /// <summary>What a courier brought.</summary>
    Task<Outcome<Delivered>> CarryIn(IReadOnlyList<byte[]> files, CancellationToken token);
}
