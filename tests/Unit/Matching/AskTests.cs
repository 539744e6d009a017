using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

/// <summary>The real trade that the demo plans (tests/data/matching/README.md).</summary>
public sealed class AskTests
{
    private static readonly WantList Ask = WantList.Parse("ask.txt", MatchingFiles.Data("ask.txt"));

    [Fact]
    public void Reads_as_597_items_and_10883_usable_wants()
    {
        Assert.Equal((597, 10_883), (Ask.Items, Ask.Wants));
        Assert.Equal(new WantListIgnored(5, 0, 0, 0, 0, 0, 0), Ask.Ignored);
        Assert.Empty(Ask.Warnings);
        Assert.Equal(557, Ask.Entries.Max(e => e.Wants.Count));
        Assert.Equal(19, Ask.Entries.Count(e => e.Wants.Count > 64));
    }

    [Fact]
    public void Becomes_a_market_of_597_offerings_and_542_needs()
    {
        var market = Ask.ToMarket("ask");
        Assert.Equal((597, 542), (market.Offerings.Count, market.Needs.Count));
        var graph = ExchangeGraph.Build(market);
        Assert.Equal(10_883, graph.Arcs);
        Assert.Equal(597, graph.Residents.Count);
        Assert.Contains(market.Offerings, o => o is { Id: "offering/001-MED", Resident: "001-MED", Category: "ask/001-MED" });
    }

    [Theory]
    [InlineData(2, 24, 16)]
    [InlineData(3, 76, 80)]
    [InlineData(4, 114, 335)]
    public void Is_planned_best_and_proved(int cap, int items, long columns)
    {
        var market = Ask.ToMarket("ask");
        foreach (var objective in new[] { PlanObjective.Count, PlanObjective.Expected })
        {
            var plan = Planner.Solve(market, new PlanOptions { Cap = cap, Objective = objective });
            Assert.True(plan.Optimal);
            Assert.Equal((items, columns), (plan.Items, plan.Columns));
            Assert.Equal(items * (objective == PlanObjective.Count ? 1_000_000L : 100_000_000L), plan.BoundMicro);
            // Some 50 ms on a desktop; counted, as a clock would measure the machine.
            Assert.True(plan.Work < 10_000_000, $"took {plan.Work:N0} steps");
        }
    }

    [Fact]
    public void Has_110_items_in_rings_of_at_most_three()
    {
        var graph = ExchangeGraph.Build(Ask.ToMarket("ask"));
        var items = new HashSet<int>();
        new CycleSearch(graph, 3).Run(arcs =>
        {
            foreach (var arc in arcs)
                items.Add(graph.GiverOf(arc));
            return true;
        });
        Assert.Equal(110, items.Count);
    }

    [Fact]
    public void Plans_to_the_same_hash_as_every_build_before()
    {
        var market = Ask.ToMarket("ask");
        var plan = Planner.Solve(market, PlanOptions.Default);
        var text = $"objective {plan.Objective.Name()}\ncap {plan.Cap}\ninput {plan.InputHash}\nplan {plan.PlanHash}\n";
        Assert.Equal(MatchingFiles.Golden("ask-cap-3.txt"), text);
    }

    [Fact]
    public void Spread_over_three_nodes_that_see_all_it_is_worth_the_same_in_any_order()
    {
        string[] nodes = ["a", "b", "c"];
        var one = Ask.ToMarket("ask");
        string Home(string resident) => nodes[resident.Sum(c => c) % 3];
        var random = new Seeded(1);
        Market Spread() =>
            Market.Create(
                random.Shuffle(one.Offerings.Select(o => o with { HomeNode = Home(o.Resident), Audience = nodes })),
                random.Shuffle(one.Needs.Select(n => n with { HomeNode = Home(n.Resident), Audience = nodes }))
            );
        var (first, second) = (Planner.Solve(Spread(), PlanOptions.Default), Planner.Solve(Spread(), PlanOptions.Default));
        Assert.Equal(76, first.Items);
        Assert.True(first.Optimal);
        Assert.Equal(first.PlanHash, second.PlanHash);
    }
}
