using EdgeNode.Sync;
using EdgeNode.Sync.Courier;
using EdgeNode.Wire;

namespace EdgeNode.Appliance;

/// <summary>What a resident or steward asks the node to do. Pages read snapshots; every write is a command.</summary>
public abstract record Command;

/// <summary>A new resident. The answer's id is their DID, its secret the code of their card, shown once.</summary>
public sealed record Join(string Label, string Language) : Command;

/// <summary>Who may see an item: nobody else (<see cref="Here"/>), all enrolled neighbours, or those named.</summary>
public sealed record Sharing(bool AllPeers, IReadOnlyList<Did> Named)
{
    public static Sharing Here { get; } = new(false, []);
    public static Sharing All { get; } = new(true, []);
}

/// <summary>The answer's id is the offering's.</summary>
public sealed record Offer(Did Resident, string Category, string Title, int Capacity, Sharing Share) : Command;

/// <summary>The answer's id is the need's.</summary>
public sealed record Ask(Did Resident, string Title, IReadOnlyList<string> Accepts, int Capacity, Sharing Share) : Command;

/// <summary>Takes an offering or need back.</summary>
public sealed record Withdraw(Did Resident, string ItemId) : Command;

/// <summary>A resident's signed answer to a ring (<c>RingCard.ConsentContent</c>).</summary>
public sealed record AnswerRing(PersonAct Act) : Command;

/// <summary>A resident's signed word on a promise (<c>RingCard.SettlementContent</c>); the note stays on this cabinet.</summary>
public sealed record SettlePromise(PersonAct Act, string? Note) : Command;

/// <summary>A steward asks the cabinet at this address for a peering.</summary>
public sealed record RequestPeering(string Address, int PairPort) : Command;

/// <summary>A steward asks the cabinet of this manifest card for a peering; of a peer, it says where that is now.</summary>
public sealed record RequestByCard(byte[] Card) : Command;

/// <summary>A steward wants a card of this cabinet to hand over. The answer's bytes are the card; nothing is kept.</summary>
/// <param name="Addresses">IP addresses at which others reach it; none means its own.</param>
public sealed record IssueCard(IReadOnlyList<string> Addresses, TimeSpan Life) : Command;

public sealed record AcceptPeering(Did Peer) : Command;

public sealed record DeclinePeering(Did Peer) : Command;

/// <summary>Ends a peering at once.</summary>
public sealed record EndPeering(Did Peer) : Command;

/// <summary>Stops all exchange with a peer until <see cref="ResumePeering"/>.</summary>
public sealed record SuspendPeering(Did Peer) : Command;

public sealed record ResumePeering(Did Peer) : Command;

/// <summary>Starts a matching run now.</summary>
public sealed record PlanNow : Command;

/// <summary>A steward changes what is shed in a power state (<see cref="EdgeNode.Hardware.Power.LoadPlan"/>).</summary>
public sealed record EditLoad(string State, string Load, string Word) : Command;

/// <summary>A steward sends the cabinet to rest: neighbours are told, everything is written, and it stops. The answer comes before the stop.</summary>
/// <param name="Why">maintenance or household.</param>
public sealed record StopCabinet(string Why, TimeSpan? BackAfter) : Command;

/// <summary>A steward opens a lane, or changes its bounds.</summary>
public sealed record GrantLane(Did Peer, LaneGrant Grant) : Command;

/// <summary>A steward holds a lane back, or lets it go on; what waits is kept.</summary>
public sealed record PauseLane(Did Peer, DataClass Class, LaneDirection Direction, bool Paused) : Command;

/// <summary>A steward takes a grant back; what waits is kept.</summary>
public sealed record CloseLane(Did Peer, DataClass Class, LaneDirection Direction) : Command;

/// <summary>A steward sends again what a neighbour had not accepted: one row of the set-aside.</summary>
public sealed record SendAgain(long Aside) : Command;

/// <summary>A steward gives up on a row of the set-aside; the row stays readable for the resident it concerns.</summary>
public sealed record DiscardAside(long Aside) : Command;

/// <summary>A frame that came to the pairing door. <paramref name="TlsSpki"/> is the key of the TLS client; the answer's bytes are returned to it.</summary>
public sealed record PairFrame(byte[] Bytes, string TlsSpki) : Command;

/// <summary>
/// One page of what a courier takes to a peer. <paramref name="After"/> is empty for the first page and then what the last answer's parcel says; the answer's
/// parcel has the sealed files.
/// </summary>
public sealed record CarryOut(Did Peer, IReadOnlyList<HaveStream> After) : Command;

/// <summary>What a courier brought: sealed files in any order, whole or not, for us or not. The answer counts what became of them.</summary>
public sealed record CarryIn(IReadOnlyList<byte[]> Files) : Command;

/// <summary>
/// What came of a command, told after the commit. Refusals carry a code for programs and a sentence for people; nothing was changed then.
/// </summary>
public sealed record Answer(string Code, string Text)
{
    public static Answer Done { get; } = new("", "");

    public bool IsDone => Code.Length == 0;

    /// <summary>Id of what was made.</summary>
    public string? Id { get; init; }

    /// <summary>Shown once and kept nowhere: a card's code.</summary>
    public string? Secret { get; init; }

    /// <summary>Bytes for the caller (pairing).</summary>
    public byte[]? Bytes { get; init; }

    /// <summary>What may leave of a blob.</summary>
    public BlobTurn? Blob { get; init; }

    /// <summary>What a courier takes along.</summary>
    public Parcel? Parcel { get; init; }

    /// <summary>What became of what a courier brought.</summary>
    public Delivered? Delivered { get; init; }

    public static Answer Refused(string code, string text) => new(code, text);
}
