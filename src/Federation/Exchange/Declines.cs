using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>Who said no to a ring, as far as this node may know: another home node tells that somebody did, never who.</summary>
internal static class Declines
{
    /// <summary>The one participant who declined; null when it was more than one, or one of several at the same other home node.</summary>
    public static string? OnlyOne(Db db, ChainProposalBody proposal, Did me)
    {
        var here = db.All(
            "SELECT participant FROM chain_consent WHERE chain_id = $1 AND value <> 'yes'",
            r => r.Text(0),
            proposal.ChainId
        );
        var elsewhere = ChainBook
            .Votes(db, proposal.ChainId)
            .Where(v => !v.Yes && v.Node != me.Value)
            .Select(v => proposal.Participants.Where(p => p.HomeNode == v.Node).Select(p => p.ParticipantId).ToArray())
            .ToArray();
        return Array.Exists(elsewhere, people => people.Length != 1) ? null
            : here.Concat(elsewhere.Select(people => people[0])).Distinct().ToArray() is [var one] ? one
            : null;
    }
}
