using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

public sealed class PlannerTests
{
    [Fact]
    public void Finds_and_proves_the_optimum_of_two_thousand_small_markets()
    {
        var (worth, uncertain) = (0, 0);
        for (var seed = 0; seed < 2000; seed++)
        {
            var market = new Seeded(seed).SmallMarket();
            var cap = 2 + seed % 3;
            // Brute force tries all sets of rings.
            if (BruteForce.Rings(market, cap).Count > 18)
                cap = 2;
            var plan = Planner.Solve(market, new PlanOptions { Cap = cap });
            Assert.True(plan.Optimal, $"seed {seed}: {plan.ValueMicro} of {plan.BoundMicro}");
            Assert.Equal((seed, BruteForce.Best(market, cap)), (seed, plan.ValueMicro));
            worth += plan.Rings.Count > 1 ? 1 : 0;
            uncertain += plan.Columns > plan.Rings.Count ? 1 : 0;
        }
        Assert.True(worth > 500 && uncertain > 500, $"{worth} plans of several rings, {uncertain} with a choice: too easy");
    }

    [Fact]
    public void Finds_and_proves_the_optimum_of_dense_trades_with_hundreds_of_rings()
    {
        long columns = 0;
        for (var seed = 0; seed < 120; seed++)
        {
            var market = new Seeded(seed).Trade(14, 25 + seed % 30);
            var plan = Planner.Solve(market, new PlanOptions { Cap = 3 + seed % 2 });
            Assert.True(plan.Optimal, $"seed {seed}: {plan.ValueMicro} of {plan.BoundMicro}");
            Assert.Equal((seed, BruteForce.BestTrade(market, 3 + seed % 2)), (seed, plan.ValueMicro));
            columns += plan.Columns;
        }
        Assert.True(columns > 12_000, $"only {columns} rings in all");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(3_000)]
    [InlineData(30_000)]
    public void A_work_limit_still_gives_a_valid_plan_and_an_honest_bound(long limit)
    {
        var open = 0;
        for (var seed = 0; seed < 40; seed++)
        {
            var market = new Seeded(seed).Trade(12, 30);
            var options = new PlanOptions { Cap = 4, WorkLimit = limit };
            var plan = Planner.Solve(market, options);
            var best = BruteForce.BestTrade(market, 4);
            Assert.InRange(best, plan.ValueMicro, plan.BoundMicro);
            Assert.True(plan.Deterministic);
            Assert.Equal(plan.PlanHash, Planner.Solve(market, options).PlanHash);
            if (!plan.Optimal)
                open++;
            Assert.Equal(plan.Optimal, plan.Gap == 0);
        }
        Assert.True(limit > 300 || open > 0, "the limit never bit");
    }

    [Theory]
    [InlineData(0, int.MaxValue)]
    [InlineData(40, int.MaxValue)]
    [InlineData(long.MaxValue, 0)]
    [InlineData(long.MaxValue, 5)]
    public void A_list_cut_short_leaves_the_optimum_between_value_and_bound(long steps, int columns)
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var market = seed % 2 == 0 ? new Seeded(seed).Trade(11, 35) : new Seeded(seed).SmallMarket();
            var plan = Planner.Solve(market, new PlanOptions { MaxSearchSteps = steps, MaxColumns = columns });
            if (BruteForce.Rings(market, 3).Count > 22 && seed % 2 == 1)
                continue;
            var best = seed % 2 == 0 ? BruteForce.BestTrade(market, 3) : BruteForce.Best(market, 3);
            Assert.InRange(best, plan.ValueMicro, plan.BoundMicro);
        }
    }

    [Fact]
    public void A_cancelled_run_gives_a_valid_plan_and_says_that_it_is_not_deterministic()
    {
        var plan = Planner.Solve(new Seeded(5).Trade(14, 30), PlanOptions.Default, new CancellationToken(canceled: true));
        Assert.False(plan.Deterministic);
        Assert.True(plan.ValueMicro <= plan.BoundMicro);
    }

    [Fact]
    public void Any_order_of_the_records_gives_the_same_plan_hash()
    {
        for (var seed = 0; seed < 150; seed++)
        {
            var market = seed % 3 == 0 ? new Seeded(seed).Trade(14, 25) : new Seeded(seed).SmallMarket();
            var random = new Seeded(seed + 5000);
            var shuffled = Market.Create(
                random.Shuffle(market.Offerings).Select(o => o with { Audience = random.Shuffle(o.Audience) }),
                random.Shuffle(market.Needs).Select(n => n with { Accepts = random.Shuffle(n.Accepts) }),
                random.Shuffle(market.Waiting)
            );
            var (a, b) = (Planner.Solve(market, PlanOptions.Default), Planner.Solve(shuffled, PlanOptions.Default));
            Assert.Equal(a.PlanHash, b.PlanHash);
            Assert.Equal((a.ValueMicro, a.BoundMicro, a.Work), (b.ValueMicro, b.BoundMicro, b.Work));
        }
    }

    [Fact]
    public void Other_names_for_the_same_things_give_a_plan_of_the_same_value()
    {
        for (var seed = 0; seed < 150; seed++)
        {
            var market = new Seeded(seed).SmallMarket();
            // Reverses the order of all ids, so every tie is met from the other side.
            static string Rename(string id) => string.Concat(id.Select(c => (char)('!' + '~' - c)));
            var renamed = Market.Create(
                market.Offerings.Select(o => o with { Id = Rename(o.Id), Resident = Rename(o.Resident) }),
                market.Needs.Select(n => n with { Id = Rename(n.Id), Resident = Rename(n.Resident) })
            );
            var (a, b) = (Planner.Solve(market, PlanOptions.Default), Planner.Solve(renamed, PlanOptions.Default));
            Assert.Equal((a.ValueMicro, a.Columns), (b.ValueMicro, b.Columns));
        }
    }

    [Fact]
    public void Held_items_are_out_of_the_plan_and_out_of_its_input_hash()
    {
        var market = new Seeded(11).Trade(12, 30);
        var first = Planner.Solve(market, PlanOptions.Default);
        var held = first.Rings[0].Edges.SelectMany(e => new[] { e.Offering, e.Need }).ToArray();
        var second = Planner.Solve(market, PlanOptions.Default with { Excluded = held });
        Assert.DoesNotContain(second.Rings.SelectMany(r => r.Edges), e => held.Contains(e.Offering) || held.Contains(e.Need));
        Assert.Equal(market.Without(held).InputHash, second.InputHash);
        Assert.Equal(Planner.Solve(market.Without(held), PlanOptions.Default).PlanHash, second.PlanHash);
        Assert.True(second.ValueMicro >= first.ValueMicro - first.Rings.Sum(r => r.ValueMicro));
    }

    [Fact]
    public void A_ring_passes_over_a_node_only_if_that_node_may_see_all_its_items()
    {
        var seen = Triangle(audience: ["north", "south", "west"]);
        Assert.Single(Planner.Solve(seen, PlanOptions.Default).Rings);
        // Alice's bread is hidden from Carol's node, which is two gifts away and on neither end of that arc.
        var hidden = Triangle(audience: ["south"]);
        Assert.Equal(3, ExchangeGraph.Build(hidden).Arcs);
        Assert.Empty(Planner.Solve(hidden, PlanOptions.Default).Rings);
    }

    [Fact]
    public void Capacity_is_per_item_so_one_resident_may_be_in_several_rings()
    {
        var market = Market.Create(
            [
                new("bread", "alice", "here", "bread", 2, []),
                new("repair", "bob", "here", "repair", 1, []),
                new("music", "carol", "here", "music", 1, []),
            ],
            [
                new("alice-1", "alice", "here", ["repair"], 1, []),
                new("alice-2", "alice", "here", ["music"], 1, []),
                new("bob-1", "bob", "here", ["bread"], 1, []),
                new("carol-1", "carol", "here", ["bread"], 1, []),
            ]
        );
        Assert.Equal(2, Planner.Solve(market, PlanOptions.Default).Rings.Count);
        var single = Market.Create(market.Offerings.Select(o => o with { Capacity = 1 }), market.Needs);
        Assert.Single(Planner.Solve(single, PlanOptions.Default).Rings);
    }

    [Fact]
    public void The_same_ring_is_planned_once_whatever_the_capacities()
    {
        var market = Market.Create(
            [new("o1", "alice", "here", "bread", 5, []), new("o2", "bob", "here", "repair", 5, [])],
            [new("n1", "alice", "here", ["repair"], 5, []), new("n2", "bob", "here", ["bread"], 5, [])]
        );
        var plan = Planner.Solve(market, PlanOptions.Default);
        Assert.Single(plan.Rings);
        Assert.True(plan.Optimal);
    }

    [Theory]
    [InlineData(100, 100, 200_000_000)]
    [InlineData(100, 50, 50_000_000)]
    [InlineData(33, 77, 39_131_400)]
    [InlineData(1, 1, 200)]
    public void Expected_score_is_floored_once_per_ring(int score, int accept, long micro)
    {
        var plan = Planner.Solve(Pair(score, accept), PlanOptions.Default);
        Assert.Equal(micro, plan.ValueMicro);
        Assert.Equal(micro, plan.BoundMicro);
    }

    [Fact]
    public void Each_objective_counts_its_own_thing()
    {
        var market = Pair(score: 30, accept: 50);
        Assert.Equal(15_000_000, Planner.Solve(market, PlanOptions.Default).ValueMicro);
        Assert.Equal(60_000_000, Planner.Solve(market, PlanOptions.Default with { Objective = PlanObjective.Score }).ValueMicro);
        Assert.Equal(2_000_000, Planner.Solve(market, PlanOptions.Default with { Objective = PlanObjective.Count }).ValueMicro);
    }

    [Fact]
    public void Among_equals_who_gave_without_receiving_comes_first_then_fewer_nodes()
    {
        // Alice can exchange with any one of three; all three rings are worth the same.
        string[] all = ["north", "south"];
        MarketOffering[] offerings =
        [
            new("o-a", "alice", "north", "bread", 1, all),
            new("o-b", "bob", "south", "repair", 1, all),
            new("o-c", "carol", "north", "repair", 1, all),
            new("o-d", "dora", "south", "repair", 1, all),
        ];
        MarketNeed[] needs =
        [
            new("n-a", "alice", "north", ["repair"], 1, all),
            new("n-b", "bob", "south", ["bread"], 1, all),
            new("n-c", "carol", "north", ["bread"], 1, all),
            new("n-d", "dora", "south", ["bread"], 1, all),
        ];
        string Partner(params string[] waiting) =>
            Planner.Solve(Market.Create(offerings, needs, waiting), PlanOptions.Default).Rings.Single().Edges[0].Receiver;
        Assert.Equal("carol", Partner());
        Assert.Equal("dora", Partner("dora"));
        Assert.Equal("bob", Partner("dora", "bob"));
        Assert.Equal("carol", Partner("alice"));
    }

    [Fact]
    public void An_empty_market_has_an_empty_proved_plan()
    {
        var plan = Planner.Solve(Market.Create([], []), PlanOptions.Default);
        Assert.True(plan.Optimal);
        Assert.Equal((0L, 0L, 0, 0.0), (plan.ValueMicro, plan.BoundMicro, plan.Items, plan.Gap));
    }

    [Fact]
    public void Limits_below_zero_are_refused()
    {
        var market = Market.Create([], []);
        Assert.Throws<ArgumentOutOfRangeException>(() => Planner.Solve(market, new PlanOptions { WorkLimit = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Planner.Solve(market, new PlanOptions { MaxSearchSteps = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Planner.Solve(market, new PlanOptions { MaxColumns = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Planner.Solve(market, new PlanOptions { Cap = 7 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Planner.Solve(market, new PlanOptions { Cap = 1 }));
    }

    private static Market Pair(int score, int accept) =>
        Market.Create(
            [
                new("o1", "alice", "here", "bread", 1, []) { AcceptPercent = accept },
                new("o2", "bob", "here", "repair", 1, []) { AcceptPercent = accept },
            ],
            [
                new("n1", "alice", "here", ["repair"], 1, []) { Score = score },
                new("n2", "bob", "here", ["bread"], 1, []) { Score = score },
            ]
        );

    private static Market Triangle(string[] audience)
    {
        string[] all = ["north", "south", "west"];
        return Market.Create(
            [
                new("o-a", "alice", "north", "bread", 1, audience),
                new("o-b", "bob", "south", "repair", 1, all),
                new("o-c", "carol", "west", "music", 1, all),
            ],
            [
                new("n-a", "alice", "north", ["music"], 1, all),
                new("n-b", "bob", "south", ["bread"], 1, all),
                new("n-c", "carol", "west", ["repair"], 1, all),
            ]
        );
    }
}
