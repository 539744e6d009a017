using System.Text;
using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

public sealed class ClearingTests
{
    [Theory]
    [InlineData("ask.txt", 197)]
    [InlineData("BR2024May.txt", 196)]
    [InlineData("micro/dummy.txt", 2)]
    public void Real_trades_clear_as_many_items_as_the_programs_of_the_trade_found(string file, int items)
    {
        var instance = MatchingFiles.Read(file);
        var plan = Clearing.Solve(instance, CancellationToken.None);
        var report = SolveReport.Of(instance, plan, null, 0, 0);
        Assert.Equal((items, true), ((int)report.Value, report.Optimal));
        Assert.Equal(items, report.Cycles.Sum(c => c.Count));
        Assert.True(PlanFileCheck.Run(instance.Graph, PlanFile.Of(instance.Graph, plan, null, 0, 1)).Plan);
    }

    [Fact]
    public void Small_trades_clear_as_many_items_as_any_assignment_does()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Seeded(seed);
            var items = 3 + random.Below(5);
            var wants = Enumerable
                .Range(0, items)
                .Select(i => Enumerable.Range(0, items).Where(j => i != j && random.Chance(30)).ToArray())
                .ToArray();
            var text = string.Concat(wants.Select((list, i) => $"i{i} {string.Join(' ', list.Select(j => $"i{j}"))}\n"));
            var plan = Clearing.Solve(Read(text), CancellationToken.None);
            Assert.Equal((seed, MostTrades(wants, 0, 0)), (seed, (int)(plan.ValueMicro / 1_000_000)));
        }
    }

    [Fact]
    public void Weighted_graphs_clear_the_heaviest_circulation()
    {
        // Two rings of two against one ring of three that weighs more.
        var text = "3 5\n0 1 3\n1 0 3\n1 2 5\n2 0 5\n2 1 1\n-1 -1 -1\n";
        var plan = Clearing.Solve(
            Instance.Read(InstanceSource.Of("x.input", Encoding.UTF8.GetBytes(text)), new InstanceOptions()),
            CancellationToken.None
        );
        Assert.Equal(13_000_000, plan.ValueMicro);
        Assert.Equal(3, Assert.Single(plan.Rings).Arcs.Count);
    }

    [Fact]
    public void Priorities_break_ties_and_no_more()
    {
        // A may trade with B or C, and wants C first; a longer ring beats a better-liked one.
        Assert.Equal(["A C"], Rings("#! LINEAR-PRIORITIES\na : c b\nb : a\nc : a"));
        Assert.Equal(["A B"], Rings("#! LINEAR-PRIORITIES\na : b c\nb : a\nc : a"));
        Assert.Equal(["A B C"], Rings("#! SQUARE-PRIORITIES\na : c ; b\nb : a ; c\nc : a"));
        Assert.Equal(["A C"], Rings("#! EXPLICIT-PRIORITIES\na : b=9 c=2\nb : a\nc : a"));
    }

    [Fact]
    public void A_low_cost_of_not_trading_leaves_dear_loops_alone()
    {
        Assert.Empty(Rings("#! LINEAR-PRIORITIES SMALL-STEP=100 NONTRADE-COST=50\na : x c b\nb : x a\nc : x z\nx :"));
        Assert.Equal(["A B"], Rings("#! LINEAR-PRIORITIES SMALL-STEP=100 NONTRADE-COST=500\na : x c b\nb : x a\nc : x z\nx :"));
    }

    [Fact]
    public void Capacities_are_used_up_and_nobody_is_in_a_ring_twice()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var market = new Seeded(seed).SmallMarket();
            var open = Market.Create(
                market.Offerings.Select(o => o with { HomeNode = "here", Audience = [] }),
                market.Needs.Select(n => n with { HomeNode = "here", Audience = [] })
            );
            var graph = ExchangeGraph.Build(open, PlanObjective.Score);
            var instance = new Instance("market", InstanceFormat.Market, graph, []);
            var plan = Clearing.Solve(instance, CancellationToken.None);
            Assert.Equal("", PlanFault(graph, plan));
            // No cap costs nothing: the best plan of short rings is worth no more.
            Assert.True(
                plan.ValueMicro
                    >= Planner.Solve(graph, PlanOptions.Default with { Cap = 3, Objective = PlanObjective.Score }).ValueMicro
            );
        }
    }

    [Fact]
    public void A_cancelled_run_says_what_it_has_and_an_honest_bound()
    {
        var instance = MatchingFiles.Read("ask.txt");
        var plan = Clearing.Solve(instance, new CancellationToken(canceled: true));
        Assert.Empty(plan.Rings);
        Assert.False(plan.Deterministic);
        Assert.InRange(plan.BoundMicro, 197_000_000, 597_000_000);
    }

    private static string PlanFault(ExchangeGraph graph, GraphPlan plan)
    {
        var verdict = PlanFileCheck.Run(graph, PlanFile.Of(graph, plan, null, 0, 1));
        return verdict.Plan ? "" : verdict.Reason;
    }

    private static string[] Rings(string text)
    {
        var instance = Read(text);
        var report = SolveReport.Of(instance, Clearing.Solve(instance, CancellationToken.None), null, 0, 0);
        return [.. report.Cycles.Select(ring => string.Join(' ', ring.Order(StringComparer.Ordinal)))];
    }

    private static Instance Read(string text) =>
        Instance.Read(
            InstanceSource.Of("x.txt", Encoding.UTF8.GetBytes(text)),
            new InstanceOptions { Format = InstanceFormat.WantList }
        );

    /// <summary>Over all ways to give every item to someone: themselves, or someone who wants it.</summary>
    private static int MostTrades(int[][] wants, int item, int taken)
    {
        if (item == wants.Length)
            return 0;
        var best = int.MinValue / 2;
        foreach (var wanted in wants[item].Append(item))
            if ((taken & (1 << wanted)) == 0)
                best = Math.Max(best, (wanted == item ? 0 : 1) + MostTrades(wants, item + 1, taken | (1 << wanted)));
        return best;
    }
}
