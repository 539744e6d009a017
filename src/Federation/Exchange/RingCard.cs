using EdgeNode.Matching;
using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>One end of a promise as a resident reads it.</summary>
public sealed record Promise(int Edge, string Person, string Label, string What, string Node, string State);

/// <summary>A ring as one participant sees it: what they give, what they get, and the exact sentence that a yes signs.</summary>
public sealed record RingCard(
    string ChainId,
    string Card,
    string Sentence,
    Promise Gives,
    Promise Gets,
    string State,
    Moment Deadline,
    int People
)
{
    /// <summary>Null when the person is not in the ring or the other side's offering is not here yet.</summary>
    public static RingCard? For(Db db, string chainId, Did person)
    {
        if (ChainBook.Find(db, chainId) is not { } row)
            return null;
        var proposal = ChainBook.Proposal(db, row);
        var gives = Array.FindIndex(proposal.Edges, e => e.FromParticipant == person.Value);
        var gets = Array.FindIndex(proposal.Edges, e => e.ToParticipant == person.Value);
        if (gives < 0 || gets < 0)
            return null;
        var give = PromiseOf(db, proposal, gives, proposal.Edges[gives].ToParticipant);
        var get = PromiseOf(db, proposal, gets, proposal.Edges[gets].FromParticipant);
        var sentence = $"You give {give.What} to {give.Label}. You get {get.What} from {get.Label}.";
        return new RingCard(
            chainId,
            ChainIds.Card(proposal, person.Value),
            sentence,
            give,
            get,
            row.State.Word(),
            row.ConsentDeadline,
            proposal.Participants.Length
        );
    }

    /// <summary>The bytes that the person signs for an answer.</summary>
    public string ConsentContent(Did person, string value, Moment now) =>
        WireJson.WriteText(
            new ConsentContent(ChainId, person.Value, value, Sentence, "en", Card, now.ToRfc3339()),
            WireJson.Default.ConsentContent
        );

    /// <summary>The bytes that the person signs for a report on an edge.</summary>
    public string SettlementContent(Did person, int edge, string result, Moment now)
    {
        var side = edge == Gives.Edge ? "giver" : "receiver";
        return WireJson.WriteText(
            new SettlementContent(ChainId, edge, person.Value, side, result, null, now.ToRfc3339()),
            WireJson.Default.SettlementContent
        );
    }

    private static Promise PromiseOf(Db db, ChainProposalBody proposal, int edge, string other)
    {
        var e = proposal.Edges[edge];
        var offering = Items.FindOffering(db, e.OfferingId);
        var home = proposal.Participants.First(p => p.ParticipantId == other).HomeNode;
        var state =
            db.Text("SELECT state FROM chain_edge WHERE chain_id = $1 AND edge = $2", proposal.ChainId, edge) ?? "PROPOSED";
        return new Promise(edge, other, LabelOf(db, e, other), offering?.Title ?? "", home, state);
    }

    /// <summary>The nickname the other person shared with the offering they give or the need that is met.</summary>
    private static string LabelOf(Db db, ChainEdge edge, string person) =>
        db.Text("SELECT label FROM offering WHERE offering_id = $1 AND participant = $2", edge.OfferingId, person)
        ?? db.Text("SELECT label FROM need WHERE need_id = $1 AND participant = $2", edge.NeedId, person)
        ?? "a neighbour";
}
