using EdgeNode.Federation;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Federation;

public sealed class ChainOutcomeTests
{
    private static readonly string[] Homes = ["a", "b", "c"];

    [Fact]
    public void Agreed_only_with_the_yes_of_every_home_node()
    {
        Assert.Equal(Decision.Undecided, ChainOutcome.Of(Homes, [("a", true), ("b", true)]));
        Assert.Equal(Decision.Committed, ChainOutcome.Of(Homes, [("a", true), ("b", true), ("c", true)]));
    }

    [Fact]
    public void One_no_ends_it_whatever_the_others_say()
    {
        Assert.Equal(Decision.Aborted, ChainOutcome.Of(Homes, [("b", false)]));
        Assert.Equal(Decision.Aborted, ChainOutcome.Of(Homes, [("a", true), ("b", false), ("c", true)]));
    }

    [Fact]
    public void Votes_of_strangers_are_not_counted()
    {
        Assert.Equal(Decision.Undecided, ChainOutcome.Of(Homes, [("a", true), ("b", true), ("x", true), ("y", true)]));
        Assert.Equal(Decision.Undecided, ChainOutcome.Of(Homes, [("x", false)]));
    }

    [Fact]
    public void Without_votes_nothing_is_decided() => Assert.Equal(Decision.Undecided, ChainOutcome.Of(Homes, []));

    [Fact]
    public void The_order_in_which_votes_arrive_means_nothing()
    {
        (string, bool)[] votes = [("a", true), ("b", true), ("c", true)];
        foreach (var order in new[] { new[] { 0, 1, 2 }, [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0] })
            Assert.Equal(Decision.Committed, ChainOutcome.Of(Homes, [.. order.Select(i => votes[i])]));
    }

    [Fact]
    public void Votes_are_never_both_agreement_and_end()
    {
        // Every set of write-once votes of three home nodes: none, yes or no of each.
        for (var set = 0; set < 27; set++)
        {
            var votes = Votes(set);
            for (var more = 0; more < 27; more++)
            {
                var later = Votes(more);
                if (votes.All(later.Contains))
                    AssertGrows(ChainOutcome.Of(Homes, votes), ChainOutcome.Of(Homes, later));
            }
        }
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    public void Only_one_closed_round_that_starts_at_the_smallest_is_a_ring(int form, bool isRing)
    {
        var ring = Rings.OfTwo();
        var (first, second) = (ring.Edges[0], ring.Edges[1]);
        ChainEdge[] edges = form switch
        {
            0 => [first, second],
            1 => [first, second with { ToParticipant = Rings.Bob }],
            2 => [first, first],
            3 => [second, first],
            _ => [first],
        };
        Assert.Equal(isRing, ChainRules.IsClosedRing(ring with { Edges = edges }));
    }

    /// <summary>What is decided stays decided, whatever votes are learned later.</summary>
    private static void AssertGrows(Decision before, Decision after) =>
        Assert.True(before == Decision.Undecided || before == after);

    private static (string, bool)[] Votes(int set)
    {
        var votes = new List<(string, bool)>();
        foreach (var home in Homes)
        {
            if (set % 3 > 0)
                votes.Add((home, set % 3 == 1));
            set /= 3;
        }
        return [.. votes];
    }
}
