using System.Text;
using EdgeNode.Federation;
using EdgeNode.Tests.Unit.Tidy;

namespace EdgeNode.Tests.Unit.Federation;

/// <summary>
/// The state machines as tables, every state against every event, in tests/golden/transitions. A change of a machine changes its table, and the change is read
/// before it is merged.
/// </summary>
public sealed class TransitionTables
{
    /// <summary>Set to write the tables anew.</summary>
    private const string WriteVariable = "EDGENODE_WRITE_GOLDEN";

    [Fact]
    public void The_table_of_a_ring_is_the_one_that_was_read() =>
        Same(
            "chain.txt",
            "A ring at one home node: state, event, next state, acts. What is not listed is refused and changes nothing.",
            Rows<ChainState, ChainEvent>((s, e) => ChainMachine.Apply(s, e) is { } step ? $"{step.Next}  {step.Acts}" : null)
        );

    [Fact]
    public void The_table_of_a_peering_is_the_one_that_was_read() =>
        Same(
            "peering.txt",
            "A peering at one node: state, event, next state, acts. What is not listed is refused and changes nothing.",
            Rows<PeerState, PeerEvent>((s, e) => PeerLifecycle.Apply(s, e) is { } step ? $"{step.Next}  {step.Acts}" : null)
        );

    [Fact]
    public void After_a_yes_only_the_votes_lead_on()
    {
        var ways = Enum.GetValues<ChainEvent>().Where(e => ChainMachine.Apply(ChainState.Yes, e) is not null);
        Assert.Equal([ChainEvent.NoKnown, ChainEvent.AllYes], ways);
    }

    [Theory]
    [InlineData(ChainState.Aborted)]
    [InlineData(ChainState.Completed)]
    public void Nothing_leads_out_of_an_end(ChainState end) =>
        Assert.All(Enum.GetValues<ChainEvent>(), e => Assert.Null(ChainMachine.Apply(end, e)));

    [Fact]
    public void A_ring_that_was_agreed_can_only_be_completed()
    {
        var ways = Enum.GetValues<ChainEvent>().Where(e => ChainMachine.Apply(ChainState.Committed, e) is not null);
        Assert.Equal([ChainEvent.EdgesFinal], ways);
    }

    [Fact]
    public void Every_way_to_an_end_without_agreement_releases_what_was_held()
    {
        foreach (var state in Enum.GetValues<ChainState>().Where(s => s is not (ChainState.Unknown or ChainState.Seen)))
        foreach (var happened in Enum.GetValues<ChainEvent>())
        {
            if (ChainMachine.Apply(state, happened) is { Next: ChainState.Aborted } step)
                Assert.True(step.Acts.HasFlag(ChainActs.Release), $"{state} {happened}");
        }
    }

    [Fact]
    public void Hold_and_yes_belong_to_one_transition()
    {
        foreach (var state in Enum.GetValues<ChainState>())
        foreach (var happened in Enum.GetValues<ChainEvent>())
        {
            if (ChainMachine.Apply(state, happened) is { } step)
                Assert.Equal(step.Acts.HasFlag(ChainActs.HoldHard), step.Acts.HasFlag(ChainActs.VoteYes));
        }
    }

    [Fact]
    public void Nothing_that_a_peer_sends_makes_a_peering_without_our_steward()
    {
        PeerEvent[] theirs =
        [
            PeerEvent.RequestedThere,
            PeerEvent.AgreementVerified,
            PeerEvent.DeclinedThere,
            PeerEvent.EndedThere,
        ];
        Assert.DoesNotContain(PeerState.Enrolled, Reachable(PeerState.None, theirs));
    }

    [Fact]
    public void A_peering_that_our_steward_ended_needs_our_steward_to_begin_anew()
    {
        PeerEvent[] theirs =
        [
            PeerEvent.RequestedThere,
            PeerEvent.AgreementVerified,
            PeerEvent.DeclinedThere,
            PeerEvent.EndedThere,
        ];
        Assert.DoesNotContain(PeerState.Enrolled, Reachable(PeerState.Revoked, theirs));
        Assert.DoesNotContain(PeerState.Enrolled, Reachable(PeerState.Declined, theirs));
    }

    [Fact]
    public void Only_with_the_steward_of_each_side_are_both_enrolled()
    {
        PeerEvent[] ours = [PeerEvent.RequestedHere, PeerEvent.AcceptedHere, PeerEvent.ResumedHere];
        Assert.DoesNotContain(PeerState.Enrolled, Reachable(PeerState.None, ours));
    }

    private static HashSet<PeerState> Reachable(PeerState from, PeerEvent[] events)
    {
        var seen = new HashSet<PeerState> { from };
        var open = new Queue<PeerState>(seen);
        while (open.TryDequeue(out var state))
        {
            foreach (var next in events.Select(e => PeerLifecycle.Apply(state, e)?.Next).OfType<PeerState>())
            {
                if (seen.Add(next))
                    open.Enqueue(next);
            }
        }
        return seen;
    }

    private static string Rows<TState, TEvent>(Func<TState, TEvent, string?> apply)
        where TState : struct, Enum
        where TEvent : struct, Enum
    {
        var text = new StringBuilder();
        foreach (var state in Enum.GetValues<TState>())
        {
            text.Append('\n').Append(state).Append('\n');
            foreach (var happened in Enum.GetValues<TEvent>())
            {
                if (apply(state, happened) is { } step)
                    text.Append($"  {happened, -18} -> {step}\n");
            }
        }
        return text.ToString();
    }

    private static void Same(string name, string title, string rows)
    {
        var path = Tree.PathOf("tests/golden/transitions/" + name);
        var table = title + "\n" + rows;
        if (Environment.GetEnvironmentVariable(WriteVariable) is not null)
            File.WriteAllText(path, table);
        Assert.True(
            File.Exists(path) && File.ReadAllText(path) == table,
            $"{name} differs. Read the change, then write the table anew with {WriteVariable}=1. It is now:\n{table}"
        );
    }
}
