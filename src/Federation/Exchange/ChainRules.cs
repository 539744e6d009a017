using EdgeNode.Matching;
using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>What a proposal was found to be.</summary>
/// <param name="Refused">The statement itself is not acceptable (no vote follows): a code.</param>
/// <param name="Rejection">This home node cannot be part of it: the reason of its NO.</param>
/// <param name="Early">A neighbour's offering in it is not here yet.</param>
public readonly record struct ProposalFinding(string? Refused, string? Rejection, bool Early)
{
    public static ProposalFinding Fits { get; } = new(null, null, false);
    public static ProposalFinding NotYet { get; } = new(null, null, true);

    public static ProposalFinding Refuse(string code) => new(code, null, false);

    public static ProposalFinding Reject(string reason) => new(null, reason, false);
}

/// <summary>Checks of a proposal at a home node. They read; they change nothing.</summary>
public sealed class ChainRules(Did me, ExchangeOptions options)
{
    /// <summary>Checks that need nothing but the proposal: who fails them is refused, not voted on.</summary>
    public ProposalFinding CheckShape(ChainProposalBody p, Did origin)
    {
        if (p.Participants.Length is < 2 or > ChainProposalBody.MaxParticipants || p.Edges.Length != p.Participants.Length)
            return ProposalFinding.Refuse("chain.malformed");
        if (p.ProposingNode != origin.Value)
            return ProposalFinding.Refuse("chain.proposer");
        if (ChainIds.ChainId(p) != p.ChainId || ChainIds.RingKey(p) != p.RingKey)
            return ProposalFinding.Refuse("chain.id");
        if (!HomeNodesFit(p))
            return ProposalFinding.Refuse("chain.home_nodes");
        if (!p.HomeNodes.Any(h => h.Node == me.Value))
            return ProposalFinding.Refuse("chain.not_home");
        return TimesFit(p.ProposedTimeline) ? ProposalFinding.Fits : ProposalFinding.Refuse("chain.times");
    }

    /// <summary>Checks against what this node knows; a failure is a NO with its reason.</summary>
    public ProposalFinding CheckHere(Db db, ChainProposalBody p, Moment now)
    {
        if (!IsClosedRing(p))
            return ProposalFinding.Reject("not_a_ring");
        if (p.Participants.Length > options.Cap)
            return ProposalFinding.Reject("too_long");
        if (p.Norms.Version != PeeringContract.Current.Version || p.Norms.Hash != PeeringContract.Current.Hash)
            return ProposalFinding.Reject("norms");
        // With a node that is no peer there is no agreement to exchange anything under, and our vote would not reach it.
        if (!p.HomeNodes.All(h => h.Node == me.Value || PeerBook.IsEnrolled(db, new Did(h.Node))))
            return ProposalFinding.Reject("class");
        _ = Moment.TryParse(p.ProposedTimeline.ConsentDeadline, out var deadline);
        if (now >= Moment.EarliestSure && (deadline <= now || deadline - now > options.LongestWindow + options.Skew))
            return ProposalFinding.Reject("expired");
        foreach (var participant in p.Participants)
        {
            var finding =
                participant.HomeNode == me.Value ? CheckOwnPerson(db, participant) : CheckForeignPerson(db, participant);
            if (finding != ProposalFinding.Fits)
                return finding;
        }
        return CheckEdges(db, p);
    }

    /// <summary>Every participant gives once and receives once, and the edges close into one round in the order they are listed.</summary>
    public static bool IsClosedRing(ChainProposalBody p)
    {
        var edges = p.Edges;
        var givers = edges.Select(e => e.FromParticipant).ToHashSet(StringComparer.Ordinal);
        if (givers.Count != edges.Length || !p.Participants.All(x => givers.Contains(x.ParticipantId)))
            return false;
        for (var i = 0; i < edges.Length; i++)
        {
            if (edges[i].ToParticipant != edges[(i + 1) % edges.Length].FromParticipant)
                return false;
        }
        return edges[0].FromParticipant == givers.Order(StringComparer.Ordinal).First();
    }

    private static bool HomeNodesFit(ChainProposalBody p)
    {
        var listed = p.HomeNodes.Select(h => h.Node).ToArray();
        var needed = p.Participants.Select(x => x.HomeNode).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return listed.SequenceEqual(needed) && p.HomeNodes.All(h => Did.TryParse(h.Node, out _) && Sha.IsHex(h.KeyHead));
    }

    private static bool TimesFit(ChainTimeline t) =>
        Moment.TryParse(t.ConsentDeadline, out _)
        && Moment.TryParse(t.ExecutionStart, out _)
        && Moment.TryParse(t.ExecutionEnd, out _);

    private ProposalFinding CheckOwnPerson(Db db, ChainParticipant participant)
    {
        var known = Identities.Find(db, new Did(participant.ParticipantId));
        var resident = Residents.Find(db, new Did(participant.ParticipantId));
        if (known is null || resident is null || known.Home != me || known.Head != participant.KeyHead)
            return ProposalFinding.Reject("unknown_participant");
        return resident.Active ? ProposalFinding.Fits : ProposalFinding.Reject("inactive");
    }

    private static ProposalFinding CheckForeignPerson(Db db, ChainParticipant participant)
    {
        var known = Identities.Find(db, new Did(participant.ParticipantId));
        if (known is null)
            return ProposalFinding.NotYet;
        return known.Home.Value == participant.HomeNode && known.Head == participant.KeyHead
            ? ProposalFinding.Fits
            : ProposalFinding.Reject("unknown_participant");
    }

    private ProposalFinding CheckEdges(Db db, ChainProposalBody p)
    {
        var homes = p.Participants.ToDictionary(x => x.ParticipantId, x => x.HomeNode, StringComparer.Ordinal);
        foreach (var edge in p.Edges)
        {
            var finding = CheckEdge(db, p, edge, homes);
            if (finding != ProposalFinding.Fits)
                return finding;
        }
        return ProposalFinding.Fits;
    }

    private ProposalFinding CheckEdge(Db db, ChainProposalBody p, ChainEdge edge, Dictionary<string, string> homes)
    {
        var (ownGiver, ownReceiver) = (homes[edge.FromParticipant] == me.Value, homes[edge.ToParticipant] == me.Value);
        if (!ownGiver && !ownReceiver)
            return ProposalFinding.Fits;
        if (edge.Quantity != 1)
            return ProposalFinding.Reject("malformed");
        var offering = Items.FindOffering(db, edge.OfferingId);
        if (!ownGiver && (offering is null || offering.Version < edge.OfferingVersion))
            return ProposalFinding.NotYet;
        if (
            offering is not { Active: true }
            || offering.Version != edge.OfferingVersion
            || offering.Participant.Value != edge.FromParticipant
        )
            return ProposalFinding.Reject("item_changed");
        if (ownGiver && CheckOwnItem(db, p, offering.Id, offering.Capacity, offering.Audience) is { } giving)
            return giving;
        return ownReceiver ? CheckReceiving(db, p, edge, offering) : ProposalFinding.Fits;
    }

    private ProposalFinding CheckReceiving(Db db, ChainProposalBody p, ChainEdge edge, Offering offering)
    {
        var need = Items.FindNeed(db, edge.NeedId);
        if (need is not { Active: true } || need.Version != edge.NeedVersion || need.Participant.Value != edge.ToParticipant)
            return ProposalFinding.Reject("item_changed");
        if (!need.Accepts.Contains(offering.Category))
            return ProposalFinding.Reject("item_changed");
        return CheckOwnItem(db, p, need.Id, need.Capacity, need.Audience) ?? ProposalFinding.Fits;
    }

    /// <summary>An item is only used in rings whose nodes its owner named, and is not asked for by more rings than it could serve plus one.</summary>
    private ProposalFinding? CheckOwnItem(Db db, ChainProposalBody p, string itemId, int capacity, IReadOnlyList<Did> audience)
    {
        if (!p.HomeNodes.All(h => h.Node == me.Value || audience.Contains(new Did(h.Node))))
            return ProposalFinding.Reject("class");
        return Items.SoftHeld(db, itemId) > capacity ? ProposalFinding.Reject("busy") : null;
    }
}

/// <summary>Waits and bounds of the ring protocol; safety depends on none of them.</summary>
public sealed record ExchangeOptions
{
    public static ExchangeOptions Default { get; } = new();

    /// <summary>Longest ring that is proposed or accepted (default: 4).</summary>
    public int Cap { get; init; } = 4;

    /// <summary>How long residents have to answer (default: 72 h).</summary>
    public TimeSpan ConsentWindow { get; init; } = TimeSpan.FromHours(72);

    /// <summary>Longest window that is accepted from another proposer (default: 14 days).</summary>
    public TimeSpan LongestWindow { get; init; } = TimeSpan.FromDays(14);

    /// <summary>Added to a deadline before it makes this node vote NO (default: 10 min).</summary>
    public TimeSpan Skew { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Time for doing what was promised (default: 14 days).</summary>
    public TimeSpan ExecutionTime { get; init; } = TimeSpan.FromDays(14);

    /// <summary>How long to wait for the others' consents before voting with the own ones alone (default: 6 h).</summary>
    public TimeSpan VoteAfter { get; init; } = TimeSpan.FromHours(6);

    /// <summary>The longest wait between two questions for missing votes, as a multiple of the first.</summary>
    public const int LongestAskFactor = 60;

    /// <summary>First wait before asking for missing votes; doubled up to 60 times as long (default: 1 min).</summary>
    public TimeSpan AskAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Undecided proposals accepted from one proposing node (default: 50).</summary>
    public int OpenPerProposer { get; init; } = 50;

    /// <summary>Votes and consents kept for proposals that are not here yet, per node (default: 200).</summary>
    public int EarlyPerPeer { get; init; } = 200;
}
