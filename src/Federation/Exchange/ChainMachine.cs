namespace EdgeNode.Federation;

/// <summary>States of one ring at one home node. A NO of our own is ABORTED; it is not a resting state.</summary>
public enum ChainState
{
    Unknown,
    Seen,
    Validated,
    Consented,
    Yes,
    Aborted,
    Committed,
    Completed,
}

public enum ChainEvent
{
    /// <summary>The proposal passes every check here.</summary>
    ProposalFits,

    /// <summary>A neighbour's offering in it has not arrived here yet.</summary>
    ProposalEarly,
    ProposalUnfit,
    LastOwnYes,
    OwnNo,
    OwnItemChanged,
    DeadlinePassed,

    /// <summary>The peering with one of the home nodes has ended.</summary>
    PeerEnded,

    /// <summary>Every own item can be held now, and it is time to vote.</summary>
    CanVote,
    CapacityGone,

    /// <summary>A home node's NO is known.</summary>
    NoKnown,

    /// <summary>YES of every home node is known, and our own is receipted by one of the others.</summary>
    AllYes,
    EdgesFinal,
}

/// <summary>What a transition does, in its transaction; what is sent leaves after the commit.</summary>
[Flags]
public enum ChainActs
{
    None = 0,
    SoftHold = 1,
    RespondValidated = 2,
    RespondRejected = 4,
    Ask = 8,
    SendConsents = 16,
    HoldHard = 32,
    VoteYes = 64,
    VoteNo = 128,
    Release = 256,
    OpenEdges = 512,
    SendOutcome = 1024,
    SendCompleted = 2048,
}

/// <summary>
/// The state machine of HOLD-CONSENT-VOTE at one home node. What is not listed is refused and changes nothing. After YES there is no way out but the votes:
/// neither a deadline nor a withdrawal releases anything.
/// </summary>
public static class ChainMachine
{
    public static (ChainState Next, ChainActs Acts)? Apply(ChainState state, ChainEvent happened) =>
        (state, happened) switch
        {
            (ChainState.Unknown, ChainEvent.ProposalEarly) => (ChainState.Seen, ChainActs.None),
            (ChainState.Unknown or ChainState.Seen, ChainEvent.ProposalFits) => (
                ChainState.Validated,
                ChainActs.SoftHold | ChainActs.RespondValidated | ChainActs.Ask
            ),
            (ChainState.Unknown or ChainState.Seen, ChainEvent.ProposalUnfit) => (
                ChainState.Aborted,
                ChainActs.RespondRejected | ChainActs.VoteNo
            ),
            (ChainState.Validated, ChainEvent.LastOwnYes) => (ChainState.Consented, ChainActs.SendConsents),
            (ChainState.Validated or ChainState.Consented, ChainEvent.OwnNo or ChainEvent.OwnItemChanged) => (
                ChainState.Aborted,
                ChainActs.VoteNo | ChainActs.Release
            ),
            (
                ChainState.Seen
                    or ChainState.Validated
                    or ChainState.Consented,
                ChainEvent.DeadlinePassed
                    or ChainEvent.PeerEnded
            ) => (ChainState.Aborted, ChainActs.VoteNo | ChainActs.Release),
            (ChainState.Consented, ChainEvent.CanVote) => (ChainState.Yes, ChainActs.HoldHard | ChainActs.VoteYes),
            (ChainState.Consented, ChainEvent.CapacityGone) => (ChainState.Aborted, ChainActs.VoteNo | ChainActs.Release),
            (ChainState.Seen or ChainState.Validated or ChainState.Consented or ChainState.Yes, ChainEvent.NoKnown) => (
                ChainState.Aborted,
                ChainActs.Release
            ),
            (ChainState.Yes, ChainEvent.AllYes) => (ChainState.Committed, ChainActs.OpenEdges | ChainActs.SendOutcome),
            (ChainState.Committed, ChainEvent.EdgesFinal) => (ChainState.Completed, ChainActs.SendCompleted),
            _ => null,
        };

    public static string Word(this ChainState state) => state.ToString().ToUpperInvariant();

    public static ChainState Parse(string word) =>
        word switch
        {
            "SEEN" => ChainState.Seen,
            "VALIDATED" => ChainState.Validated,
            "CONSENTED" => ChainState.Consented,
            "YES" => ChainState.Yes,
            "ABORTED" => ChainState.Aborted,
            "COMMITTED" => ChainState.Committed,
            "COMPLETED" => ChainState.Completed,
            _ => ChainState.Unknown,
        };

    public static bool IsUndecided(this ChainState state) =>
        state is ChainState.Seen or ChainState.Validated or ChainState.Consented or ChainState.Yes;
}

public enum Decision
{
    Undecided,
    Committed,
    Aborted,
}

/// <summary>The outcome of a ring: a pure function of the write-once votes of its home nodes. No clock, no order, no coordinator.</summary>
public static class ChainOutcome
{
    /// <param name="homeNodes">Exactly the nodes whose votes count.</param>
    /// <param name="votes">Node and whether it said yes; votes of other nodes are not counted.</param>
    public static Decision Of(IReadOnlyCollection<string> homeNodes, IReadOnlyCollection<(string Node, bool Yes)> votes)
    {
        var counted = votes.Where(v => homeNodes.Contains(v.Node)).ToArray();
        if (Array.Exists(counted, v => !v.Yes))
            return Decision.Aborted;
        return homeNodes.All(node => Array.Exists(counted, v => v.Node == node)) ? Decision.Committed : Decision.Undecided;
    }
}
