using EdgeNode.Federation;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>
/// What the statements themselves say of every ring, gathered from all cabinets: the tables of a cabinet are judged against this, never against
/// themselves.
/// </summary>
internal sealed class RingFacts(World world)
{
    private readonly Dictionary<string, ChainProposalBody> _proposals = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Chain, string Node, long Epoch), (bool Yes, string Id)> _votes = [];

    public IReadOnlyDictionary<string, ChainProposalBody> Proposals => _proposals;

    public ChainProposalBody? Proposal(string chain) => _proposals.GetValueOrDefault(chain);

    /// <summary>Whether a cabinet that lies is a home node: then the others may wait for ever.</summary>
    public bool HasLiar(string chain) =>
        world.Rogue is { } rogue && Proposal(chain) is { } p && p.HomeNodes.Any(h => h.Node == rogue.Did.Value);

    public (bool Yes, string Id)? VoteOf(string chain, string node, long epoch) =>
        _votes.TryGetValue((chain, node, epoch), out var vote) ? vote : null;

    public void Learn(CommittedStep step)
    {
        foreach (var statement in step.Change.Kept)
            Learn(statement);
    }

    /// <summary>A statement that somebody can read. False when it is a vote and another one of the same node and epoch was readable before.</summary>
    public bool Learn(Statement statement)
    {
        switch (statement.Kind)
        {
            case Kinds.ChainProposal when WireJson.Read(statement.Body, WireJson.Default.ChainProposalBody) is { } proposal:
                if (ChainIds.ChainId(proposal) == proposal.ChainId)
                    _proposals.TryAdd(proposal.ChainId, proposal);
                return true;
            case Kinds.ChainVote when WireJson.Read(statement.Body, WireJson.Default.ChainVoteBody) is { } vote:
                var key = (vote.ChainId, statement.From.Value, vote.Epoch);
                return !_votes.TryAdd(key, (vote.Vote == "yes", statement.Id)) ? _votes[key].Yes == (vote.Vote == "yes") : true;
            default:
                return true;
        }
    }
}
