using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

public sealed class ExplainTests
{
    private static readonly Market Street = Market.Create(
        [
            new("o-alice", "alice", "here", "bread", 1, []) { AcceptPercent = 50 },
            new("o-bob", "bob", "here", "repair", 1, []),
            new("o-carol", "carol", "here", "repair", 1, []),
            new("o-dan", "dan", "here", "poetry", 1, []),
            new("o-eve", "eve", "here", "bread", 1, []),
            new("o-fay", "fay", "here", "repair", 1, []),
            new("o-gus", "gus", "here", "repair", 1, []),
        ],
        [
            new("n-alice", "alice", "here", ["repair"], 1, []),
            new("n-bob", "bob", "here", ["bread"], 1, []),
            new("n-carol", "carol", "here", ["bread"], 1, []) { Score = 40 },
            new("n-fay", "fay", "here", ["gold"], 1, []),
            new("n-gus", "gus", "here", ["poetry"], 1, []),
        ]
    );

    private static readonly ExchangeGraph Graph = ExchangeGraph.Build(Street);

    private static readonly GraphPlan Plan = Planner.Solve(Graph, PlanOptions.Default with { Cap = 3 });

    [Theory]
    [InlineData("o-alice", WhyNot.IsGiven)]
    [InlineData("o-carol", WhyNot.OthersAreWorthMore)]
    [InlineData("o-dan", WhyNot.OwnerNeedsNothing)]
    [InlineData("o-eve", WhyNot.OwnerNeedsNothing)]
    [InlineData("o-fay", WhyNot.NobodyOffersWhatOwnerNeeds)]
    [InlineData("o-gus", WhyNot.NoRingShortEnough)]
    public void An_offering_is_in_no_ring_for_a_reason_that_can_be_said(string offering, WhyNot why)
    {
        var reason = new Explain(Graph, Plan.Rings, 3).WhyNotGiven(Graph.Offerings.IndexOf(offering));
        Assert.Equal(why, reason.Reason);
        Assert.EndsWith(".", reason.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void What_stands_in_the_way_of_an_offering_is_named_with_its_worth()
    {
        var reason = new Explain(Graph, Plan.Rings, 3).WhyNotGiven(Graph.Offerings.IndexOf("o-carol"));
        Assert.Equal((70_000_000, 100_000_000), (reason.BestRingMicro, reason.InItsWayMicro));
        Assert.Equal(["alice", "carol"], reason.BestRing.Select(arc => Graph.Residents[Graph.GiverOf(arc)]).Order());
    }

    [Fact]
    public void A_plan_that_is_not_best_is_not_defended()
    {
        var reason = new Explain(Graph, [], 3).WhyNotGiven(Graph.Offerings.IndexOf("o-alice"));
        Assert.Equal(WhyNot.PlanIsNotBest, reason.Reason);
    }

    [Fact]
    public void A_ring_is_explained_by_its_chance_and_by_who_else_could_have_given()
    {
        var why = new Explain(Graph, Plan.Rings, 3).Why(Assert.Single(Plan.Rings));
        Assert.Equal((100_000_000, 200_000_000, 0.5), (why.ValueMicro, why.ScoreMicro, why.Chance));
        Assert.Equal([(1, 1), (3, 0)], why.Arcs.Select(a => (a.OtherOfferings, a.OtherNeeds)));
        Assert.Contains("50 in 100", why.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Scarcity_names_what_nobody_offers_and_what_nobody_needs()
    {
        var scarcity = new Explain(Graph, Plan.Rings, 3).Scarcity();
        Assert.Equal(["n-fay"], scarcity.NeedsNobodyOffers.Select(n => Graph.Needs[n]));
        Assert.Empty(scarcity.OfferingsNobodyNeeds);
        Assert.Equal(new CategoryScarcity("gold", 0, 1), scarcity.Categories[0]);
        Assert.Equal(new CategoryScarcity("repair", 4, 1), scarcity.Categories[^1]);
    }
}
