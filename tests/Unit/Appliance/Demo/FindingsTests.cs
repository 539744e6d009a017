using EdgeNode.Appliance.Demo;

namespace EdgeNode.Tests.Unit.Appliance.Demo;

/// <summary>The demo's checks can fail: each is shown a neighbourhood in which its promise is broken.</summary>
public sealed class FindingsTests
{
    private const string Mill = "did:edge:mill";
    private const string Hill = "did:edge:hill";
    private const string Quay = "did:edge:quay";

    [Fact]
    public void A_completed_ring_leaves_nothing_to_find() => Assert.Empty(Findings.OfRings(Book(Ring("1"), Ring("1"))));

    [Fact]
    public void A_ring_agreed_here_and_ended_there_is_found()
    {
        var found = Findings.OfRings(Book(Ring("1"), Ring("1", "aborted")));

        Assert.Contains("Ring 1 is completed at Mill, aborted at Hill: committed at one cabinet and aborted at another.", found);
    }

    [Fact]
    public void A_ring_that_one_of_its_cabinets_does_not_know_is_found()
    {
        var found = Findings.OfRings(Book([Ring("1")], []));

        Assert.Equal(["Ring 1 did not come to its end: completed at Mill, unknown at did:edge:hill."], found);
    }

    [Fact]
    public void A_ring_known_where_nobody_of_it_lives_is_found()
    {
        var found = Findings.OfRings(Book([Ring("1")], [Ring("1")], [Ring("1")]));

        Assert.Equal(["Quay knows ring 1 though nobody of the ring lives there."], found);
    }

    [Fact]
    public void Edges_that_do_not_close_are_found()
    {
        var open = Ring("1") with { Edges = [Edge(0, "alice", "bob"), Edge(1, "bob", "carol")] };

        var found = Findings.OfRings(Book(open, open));

        Assert.Equal(["Ring 1 was committed and is not one closed ring: alice to bob, bob to carol."], found);
    }

    [Fact]
    public void Two_small_rings_under_one_name_are_found()
    {
        var two = Ring("1") with
        {
            Edges = [Edge(0, "alice", "bob"), Edge(1, "bob", "alice"), Edge(2, "carol", "dave"), Edge(3, "dave", "carol")],
        };

        Assert.Single(Findings.OfRings(Book(two, two)));
    }

    [Fact]
    public void A_ring_that_looks_different_from_two_cabinets_is_found()
    {
        var turned = Ring("1") with { Edges = [Edge(0, "bob", "alice"), Edge(1, "alice", "bob")] };

        var found = Findings.OfRings(Book(Ring("1"), turned));

        Assert.Equal(["Ring 1 has other edges at Mill than at Hill."], found);
    }

    [Fact]
    public void An_item_promised_in_two_agreed_rings_is_found()
    {
        var found = Findings.OfRings(Book([Ring("1"), Ring("2", "committed")], [Ring("1"), Ring("2", "completed")]));

        Assert.Contains("\"what alice has\" of alice is promised in 2 committed rings: 1, 2.", found);
    }

    [Fact]
    public void The_same_item_in_an_ended_ring_and_an_agreed_one_is_as_it_should_be() =>
        Assert.Empty(Findings.OfRings(Book([Ring("1"), Ring("2", "aborted")], [Ring("1"), Ring("2", "aborted")])));

    [Fact]
    public void An_agreed_ring_that_was_not_completed_is_found()
    {
        var found = Findings.OfRings(Book(Ring("1"), Ring("1", "committed")));

        Assert.Equal(["Ring 1 did not come to its end: completed at Mill, committed at Hill."], found);
    }

    [Theory]
    [InlineData(3, 3, 3, 0)]
    [InlineData(4, 3, 3, 1)]
    [InlineData(3, 3, 2, 1)]
    public void A_plan_above_its_bound_and_a_trade_below_its_plan_are_found(int value, int bound, int traded, int findings) =>
        Assert.Equal(findings, Findings.OfTrade(new PlannedSummary(1, 3, value, bound), traded, least: 3).Count());

    [Fact]
    public void Cabinets_that_count_differently_are_found()
    {
        var found = Findings.OfEntries([("Mill", new() { [Mill] = 4, [Hill] = 2 }), ("Hill", new() { [Mill] = 4 })]);

        Assert.Equal(["Mill shows 2 entries of did:edge:hill and Hill shows 0."], found);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 1)]
    [InlineData(0, 1, 1)]
    public void A_cabinet_outside_the_audience_that_knows_something_is_found(int entries, int rings, int findings) =>
        Assert.Equal(findings, Findings.OfOutsider("Quay", entries, rings).Count());

    [Theory]
    [InlineData("seen", false, false)]
    [InlineData("yes", false, false)]
    [InlineData("committed", true, true)]
    [InlineData("aborted", true, false)]
    public void A_ring_is_decided_only_when_all_its_cabinets_say_so(string atHill, bool decided, bool committed)
    {
        var ring = Assert.Single(Book(Ring("1", atHill == "aborted" ? "aborted" : "committed"), Ring("1", atHill)).Rings);

        Assert.Equal((decided, committed), (ring.IsDecided, ring.IsCommitted));
    }

    [Fact]
    public void A_ring_that_has_not_reached_one_of_its_cabinets_still_waits_for_answers()
    {
        Assert.False(Book([], [Ring("1", "consented")]).AllAnswered);
        Assert.False(Book(Ring("1", "validated"), Ring("1", "consented")).AllAnswered);
        Assert.True(Book(Ring("1", "yes"), Ring("1", "consented")).AllAnswered);
    }

    private static RingBook Book(StewardRingShown mill, StewardRingShown hill) => Book([mill], [hill]);

    private static RingBook Book(StewardRingShown[] mill, StewardRingShown[] hill, StewardRingShown[]? quay = null) =>
        new([new("Mill", Mill, mill), new("Hill", Hill, hill), new("Quay", Quay, quay ?? [])]);

    private static StewardRingShown Ring(string id, string state = "completed") =>
        new(
            id,
            state,
            [new HomeShown(Mill, "yes"), new HomeShown(Hill, "yes")],
            [Edge(0, "alice", "bob"), Edge(1, "bob", "alice")]
        );

    private static EdgeShown Edge(int index, string from, string to) => new(index, from, to, $"what {from} has", "done");
}
