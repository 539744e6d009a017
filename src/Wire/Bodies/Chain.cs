namespace EdgeNode.Wire;

/// <summary>One participant of a proposal. In a ring each gives and receives; role and ids are the derived, compatible view of the source document.</summary>
public sealed record ChainParticipant(
    string ParticipantId,
    string HomeNode,
    string Role,
    string? OfferingId,
    string? NeedId,
    string KeyHead
);

/// <summary>One giving: the truth of the ring. Listed in giving order, the first edge starts at the smallest participant.</summary>
public sealed record ChainEdge(
    string FromParticipant,
    string ToParticipant,
    int MatchScore,
    string OfferingId,
    int OfferingVersion,
    string NeedId,
    int NeedVersion,
    int Quantity,
    string Unit,
    string Place,
    string WindowFrom,
    string WindowTo
);

/// <summary>RFC 3339 times. They only make a node that has not voted vote NO; they never decide an outcome.</summary>
public sealed record ChainTimeline(string ConsentDeadline, string ExecutionStart, string ExecutionEnd);

/// <summary>A home node and the head of its identity log at proposing: votes are checked against the keys valid there.</summary>
public sealed record ChainHome(string Node, string KeyHead);

public sealed record ChainNorms(string Version, string Hash);

public sealed record ChainProposalBody(
    string ChainId,
    string RingKey,
    string ProposingNode,
    ChainParticipant[] Participants,
    ChainEdge[] Edges,
    ChainTimeline ProposedTimeline,
    ChainHome[] HomeNodes,
    ChainNorms Norms,
    string? Repairs,
    string Nonce,
    string? PlanHash
)
{
    public const int MaxParticipants = 6;
}

/// <param name="Status">validated or rejected.</param>
public sealed record ChainResponseBody(
    string ChainId,
    string RespondingNode,
    string Status,
    string? RejectionReason,
    string? SoftHoldUntil
);

/// <summary>
/// A person's act: their Ed25519 signature over <c>edgenode/1/&lt;act&gt;</c>, a zero byte and the exact UTF-8 bytes of <see cref="Content"/>. It stands inside
/// the home node's statement, whose signature is the countersignature.
/// </summary>
public sealed record PersonAct(string Person, string Key, string Act, string Content, string Sig);

/// <param name="Value">yes, no or withdrawn; no and withdrawn never leave the home node.</param>
/// <param name="Sentence">The exact text that was shown.</param>
/// <param name="Card">Hash of both edges of this person (<c>Exchange.Card</c>).</param>
public sealed record ConsentContent(
    string ChainId,
    string ParticipantId,
    string Value,
    string Sentence,
    string SentenceLang,
    string Card,
    string At
);

/// <param name="Side">giver or receiver.</param>
/// <param name="Result">done, not_done or problem.</param>
public sealed record SettlementContent(
    string ChainId,
    int Edge,
    string Reporter,
    string Side,
    string Result,
    string? Satisfaction,
    string At
);

/// <param name="Vote">yes or no; written once.</param>
/// <param name="Reason">Only for no; never a private detail.</param>
/// <param name="Consents">For yes: ids of the consent statements of the node's own participants.</param>
public sealed record ChainVoteBody(
    string ChainId,
    string Node,
    string Vote,
    long Epoch,
    string? Reason,
    string[] Consents,
    int HoldRefs
);

/// <summary>A certificate, not an order: base64 of the vote statements (and the consents of each yes) that prove the outcome.</summary>
public sealed record ChainOutcomeBody(string ChainId, string Outcome, string[] Votes);

public sealed record ChainVoteRequestBody(string ChainId, string[] Want, string[] Have);

public sealed record ChainEdgeResult(int Edge, string Result);

public sealed record ChainCompletedBody(string ChainId, string Node, ChainEdgeResult[] Edges);
