using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

public sealed class RingHintsTests
{
    private static readonly Market Street = Market.Create(
        [
            new("o-alice", "alice", "north", "bread", 1, ["south"]),
            new("o-bob", "bob", "south", "repair", 1, ["north"]),
            new("o-carol", "carol", "north", "lift", 1, ["south"]),
            new("o-dan", "dan", "south", "repair", 1, ["north"]),
            new("o-eve", "eve", "south", "repair", 1, []),
        ],
        [
            new("n-alice", "alice", "north", ["lift"], 1, ["south"]),
            new("n-bob", "bob", "south", ["bread"], 1, ["north"]),
            new("n-carol", "carol", "north", ["repair"], 1, ["south"]),
            new("n-dan", "dan", "south", ["bread"], 1, ["north"]),
            new("n-eve", "eve", "south", ["bread"], 1, []),
        ]
    );

    [Fact]
    public void A_ring_through_what_was_just_posted_is_shown_from_its_smallest_resident()
    {
        var ring = RingHints.Through(Street, "o-bob", 3);
        Assert.Equal(["alice", "bob", "carol"], ring!.Edges.Select(e => e.Giver));
        Assert.Equal(300_000_000, ring.ValueMicro);
    }

    [Theory]
    [InlineData("o-bob", 2)]
    [InlineData("o-eve", 4)]
    [InlineData("o-nobody", 3)]
    public void No_ring_is_shown_that_is_too_long_or_that_a_home_node_may_not_see(string offering, int cap) =>
        Assert.Null(RingHints.Through(Street, offering, cap));

    [Fact]
    public void Who_says_no_is_replaced_and_the_others_keep_their_word()
    {
        var ring = RingHints.Through(Street, "o-bob", 3)!;
        var repaired = Assert.Single(RingHints.Without(Street, ring, "bob", 3, 5));
        Assert.Equal(["alice", "carol", "dan"], repaired.Edges.Select(e => e.Giver).Order());
        Assert.Contains(new PlanEdge("carol", "o-carol", "alice", "n-alice"), repaired.Edges);
        Assert.Empty(RingHints.Without(Street.Without(["o-dan"]), ring, "bob", 3, 5));
        Assert.Empty(RingHints.Without(Street.Without(["o-carol"]), ring, "bob", 3, 5));
        Assert.Empty(RingHints.Without(Street, ring, "zoe", 3, 5));
    }
}
