namespace EdgeNode.Federation;

/// <summary>States of a peering (glossary). "Discovered" is not one of them, "active" is enrolled, "disconnect" is revoke.</summary>
public enum PeerState
{
    None,
    ProposedByUs,
    ProposedByThem,
    Accepted,
    Enrolled,
    Suspended,
    Revoked,
    Declined,
}

public enum PeerEvent
{
    /// <summary>Our steward asks for the peering.</summary>
    RequestedHere,

    /// <summary>Their signed request arrived.</summary>
    RequestedThere,

    /// <summary>Our steward accepts their request.</summary>
    AcceptedHere,

    /// <summary>Their signature under the agreement arrived and fits ours.</summary>
    AgreementVerified,
    DeclinedHere,
    DeclinedThere,
    EndedHere,
    EndedThere,

    /// <summary>Our steward suspends the peering, or this cabinet by itself: it takes access away, which a machine may.</summary>
    SuspendedHere,

    /// <summary>Our steward gives access back; nobody else can.</summary>
    ResumedHere,
}

/// <summary>What follows a transition, after it is written.</summary>
[Flags]
public enum PeerActs
{
    None = 0,
    SendRequest = 1,
    SendAgreement = 2,

    /// <summary>Answer the caller with our signature under the agreement.</summary>
    AnswerAgreement = 4,

    /// <summary>Admit the certificate, open the link, welcome in custody.</summary>
    Open = 8,

    /// <summary>Cut: certificate out, link closed, nothing taken or sent any more; what waits is set aside.</summary>
    Cut = 16,
    SendEnd = 32,

    /// <summary>Certificate out, link closed, nothing taken or sent for now; what waits stays, for a steward may resume.</summary>
    Hold = 64,
}

/// <summary>
/// Life of a peering as a pure function. A request by one steward and an acceptance by the other make an agreement; nothing a peer sends can stand in for
/// our own steward's act. What is not listed is refused.
/// </summary>
public static class PeerLifecycle
{
    /// <summary>The next state and what follows, or null when the event is refused in this state.</summary>
    public static (PeerState Next, PeerActs Acts)? Apply(PeerState state, PeerEvent happened) =>
        (state, happened) switch
        {
            (PeerState.None or PeerState.Declined or PeerState.Revoked, PeerEvent.RequestedHere) => (
                PeerState.ProposedByUs,
                PeerActs.SendRequest
            ),
            (PeerState.None or PeerState.Declined or PeerState.Revoked, PeerEvent.RequestedThere) => (
                PeerState.ProposedByThem,
                PeerActs.None
            ),
            (PeerState.ProposedByUs, PeerEvent.RequestedHere) => (PeerState.ProposedByUs, PeerActs.SendRequest),
            (PeerState.ProposedByThem, PeerEvent.RequestedThere) => (PeerState.ProposedByThem, PeerActs.None),
            // Both stewards asked: each has said yes to the other.
            (PeerState.ProposedByUs, PeerEvent.RequestedThere) => (PeerState.Accepted, PeerActs.SendAgreement),
            (PeerState.ProposedByThem, PeerEvent.RequestedHere or PeerEvent.AcceptedHere) => (
                PeerState.Accepted,
                PeerActs.SendAgreement
            ),
            (PeerState.Accepted, PeerEvent.AcceptedHere or PeerEvent.RequestedHere) => (
                PeerState.Accepted,
                PeerActs.SendAgreement
            ),
            (PeerState.Accepted, PeerEvent.RequestedThere) => (PeerState.Accepted, PeerActs.SendAgreement),
            (PeerState.ProposedByUs or PeerState.Accepted, PeerEvent.AgreementVerified) => (
                PeerState.Enrolled,
                PeerActs.Open | PeerActs.AnswerAgreement
            ),
            (PeerState.Enrolled, PeerEvent.AgreementVerified) => (PeerState.Enrolled, PeerActs.AnswerAgreement),
            // They ended it and ask again before we heard of the end: our steward's word still stands.
            (PeerState.Enrolled, PeerEvent.RequestedThere) => (PeerState.Enrolled, PeerActs.SendAgreement),
            (PeerState.ProposedByUs or PeerState.ProposedByThem or PeerState.Accepted, PeerEvent.DeclinedHere) => (
                PeerState.Declined,
                PeerActs.SendEnd
            ),
            (
                PeerState.ProposedByUs
                    or PeerState.ProposedByThem
                    or PeerState.Accepted,
                PeerEvent.DeclinedThere
                    or PeerEvent.EndedThere
            ) => (PeerState.Declined, PeerActs.None),
            (PeerState.Accepted or PeerState.Enrolled or PeerState.Suspended, PeerEvent.EndedHere) => (
                PeerState.Revoked,
                PeerActs.Cut | PeerActs.SendEnd
            ),
            (PeerState.Enrolled or PeerState.Suspended, PeerEvent.EndedThere) => (PeerState.Revoked, PeerActs.Cut),
            (PeerState.Enrolled, PeerEvent.SuspendedHere) => (PeerState.Suspended, PeerActs.Hold),
            (PeerState.Suspended, PeerEvent.ResumedHere) => (PeerState.Enrolled, PeerActs.Open),
            _ => null,
        };

    /// <summary>The state as tables and pages name it; who asked is a column of its own.</summary>
    public static string Word(this PeerState state) =>
        state switch
        {
            PeerState.ProposedByUs or PeerState.ProposedByThem => "proposed",
            PeerState.Accepted => "accepted",
            PeerState.Enrolled => "enrolled",
            PeerState.Suspended => "suspended",
            PeerState.Revoked => "revoked",
            PeerState.Declined => "declined",
            _ => "none",
        };

    public static PeerState Parse(string word, string requestedBy) =>
        word switch
        {
            "proposed" => requestedBy == "us" ? PeerState.ProposedByUs : PeerState.ProposedByThem,
            "accepted" => PeerState.Accepted,
            "enrolled" => PeerState.Enrolled,
            "suspended" => PeerState.Suspended,
            "revoked" => PeerState.Revoked,
            "declined" => PeerState.Declined,
            _ => PeerState.None,
        };
}
