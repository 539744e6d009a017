using EdgeNode.Federation;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>
/// I1: no ring is agreed at one cabinet and ended at another. I5: a vote that anybody can read never changes. And the states of a ring move only along the
/// state machine.
/// </summary>
internal sealed class VoteCheck(World world) : Checker(world)
{
    private readonly Dictionary<string, Cabinet> _agreed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Cabinet> _ended = new(StringComparer.Ordinal);

    public override void Committed(CommittedStep step)
    {
        foreach (var (chain, node) in step.Change.VotesChanged)
            Expect(false, "I5", step.Cabinet, $"the vote of {node} on {chain} was changed or removed");
        foreach (var (chain, vote) in step.Change.Votes)
            CheckRow(step.Cabinet, chain, vote);
        foreach (var statement in step.Change.Kept)
            CheckReadable(step.Cabinet, statement);
        foreach (var (chain, from, to) in step.Change.Chains)
            CheckMove(step.Cabinet, chain, from, to);
    }

    public override void Performing(Cabinet cabinet, Effect effect)
    {
        if (effect is not SendOnLink { Kind: TopicKind.Data } send || Bundle.TryRead(send.Bytes) is not { } bundle)
            return;
        foreach (var statement in bundle.Statements.Select(Statement.TryRead).OfType<Statement>())
            CheckReadable(cabinet, statement);
    }

    private void CheckReadable(Cabinet where, Statement statement)
    {
        if (World.Rogue?.Did == statement.From)
            return;
        Expect(
            World.Watch.Facts.Learn(statement),
            "I5",
            where,
            $"{World.Find(statement.From)} has voted both yes and no: statement {statement.Id} differs from one that could be read before"
        );
    }

    private void CheckRow(Cabinet where, string chain, VoteRow vote)
    {
        if (World.Rogue?.Did.Value == vote.Node)
            return;
        var said = World.Watch.Facts.VoteOf(chain, vote.Node, vote.Epoch);
        Expect(said?.Yes == vote.Yes, "I5", where, $"the row for the vote of {vote.Node} on {chain} says what no statement says");
    }

    private void CheckMove(Cabinet where, string chain, ChainState from, ChainState to)
    {
        var agreed = to is ChainState.Committed or ChainState.Completed;
        Expect(
            !(from is ChainState.Aborted || (from is ChainState.Committed or ChainState.Completed && !agreed)),
            "I1",
            where,
            $"{chain} went from {from} to {to}"
        );
        if (agreed)
            _agreed.TryAdd(chain, where);
        if (to == ChainState.Aborted)
            _ended.TryAdd(chain, where);
        if (from == to || !_agreed.TryGetValue(chain, out var a) || !_ended.TryGetValue(chain, out var b))
            return;
        if (!World.Watch.Facts.HasLiar(chain))
            Expect(false, "I1", where, $"{chain} is agreed at {a} and ended at {b}");
    }
}
