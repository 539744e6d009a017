using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

/// <summary>The optimiser against trying everything, on graphs with rings of up to six, chains, capacities and acceptances.</summary>
public sealed class GraphSolverTests
{
    [Fact]
    public void Finds_proves_and_certifies_the_optimum_of_two_thousand_small_graphs()
    {
        var (branched, chains, several) = (0, 0, 0);
        for (var seed = 0; seed < 2000; seed++)
        {
            var (graph, options) = SmallGraph.Make(seed);
            var plan = Planner.Solve(graph, options with { WorkLimit = 5_000_000 });
            Assert.Equal((seed, SmallGraph.Best(graph, options)), (seed, plan.ValueMicro));
            Assert.True(plan.Optimal, $"seed {seed}: {plan.ValueMicro} of {plan.BoundMicro}");
            AssertHolds(seed, graph, options, plan);
            branched += plan.RootBoundMicro > plan.BoundMicro ? 1 : 0;
            chains += plan.Chains.Count;
            several += plan.Rings.Count + plan.Chains.Count > 1 ? 1 : 0;
        }
        Assert.True(
            branched > 10 && chains > 1000 && several > 1000,
            $"{branched} branched, {chains} chains, {several} several: too easy"
        );
    }

    [Fact]
    public void Branches_through_dense_trades_and_certifies_every_case()
    {
        var branched = 0;
        for (var seed = 0; seed < 150; seed++)
        {
            var (market, cap) = (new Seeded(seed).Trade(14, 25 + seed % 30), 3 + seed % 2);
            var (graph, options) = (ExchangeGraph.Build(market), new PlanOptions { Cap = cap, WithCertificate = true });
            var plan = Planner.Solve(graph, options);
            Assert.Equal((seed, BruteForce.BestTrade(market, cap)), (seed, plan.ValueMicro));
            Assert.True(plan.Optimal, $"seed {seed}: {plan.ValueMicro} of {plan.BoundMicro}");
            AssertHolds(seed, graph, options, plan);
            branched += plan.RootBoundMicro > plan.BoundMicro ? 1 : 0;
        }
        Assert.True(branched > 4, $"only {branched} of 150 trades needed a case");
    }

    [Fact]
    public void Pricing_finds_the_same_optimum_as_the_full_list_and_certifies_it()
    {
        var priced = 0;
        for (var seed = 0; seed < 1200; seed++)
        {
            var (graph, options) = SmallGraph.Make(seed);
            var listed = Planner.Solve(graph, options);
            var few = Planner.Solve(graph, options with { MaxColumns = (int)Math.Max(1, listed.Columns - 1) });
            Assert.True(few.BoundMicro >= listed.ValueMicro && few.ValueMicro <= listed.ValueMicro, $"seed {seed}: wrong side");
            AssertHolds(seed, graph, options, few);
            priced += few.Optimal && listed.Columns > 1 ? 1 : 0;
        }
        Assert.True(priced > 900, $"{priced} proved by pricing");
    }

    [Fact]
    public void At_every_work_limit_the_optimum_lies_between_value_and_certified_bound()
    {
        var open = 0;
        for (var seed = 0; seed < 80; seed++)
        {
            var graph = ExchangeGraph.Build(new Seeded(seed).Trade(14, 35));
            var options = new PlanOptions { Cap = 4, WithCertificate = true };
            var best = Planner.Solve(graph, options).ValueMicro;
            for (var limit = 0L; limit < 300_000; limit = limit * 2 + 100)
            {
                var plan = Planner.Solve(graph, options with { WorkLimit = limit });
                Assert.InRange(best, plan.ValueMicro, plan.BoundMicro);
                AssertHolds(seed, graph, options, plan);
                open += plan.Optimal ? 0 : 1;
            }
        }
        Assert.True(open > 80, $"only {open} plans were left open: the limits hardly bit");
    }

    [Fact]
    public void Threads_do_not_show_in_the_answer()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var graph = ExchangeGraph.Build(new Seeded(seed).Towns(6, 9, 30));
            foreach (var limit in new[] { 20_000L, 400_000_000L })
            {
                var options = new PlanOptions
                {
                    Cap = 4,
                    WithCertificate = true,
                    WorkLimit = limit,
                };
                var one = Planner.Solve(graph, options);
                var two = Planner.Solve(graph, options with { RunAll = parts => Parallel.Invoke([.. parts]) });
                var back = Planner.Solve(graph, options with { RunAll = Backwards });
                Assert.Equal(Text(one), Text(two));
                Assert.Equal(Text(one), Text(back));
            }
        }
    }

    [Fact]
    public void Two_threads_take_turns_on_a_single_hard_part_and_find_what_one_finds()
    {
        var graph = MatchingFiles.Read("sparse/s_200_w.input").Graph;
        var options = new PlanOptions
        {
            Cap = 3,
            Objective = graph.Objective,
            WithCertificate = true,
            WorkLimit = 150_000_000,
        };
        var turns = 0;
        var one = Planner.Solve(graph, options with { RunAll = parts => Counted(parts, ref turns) });
        var two = Planner.Solve(graph, options with { RunAll = parts => Parallel.Invoke([.. parts]) });
        Assert.Equal(Text(one), Text(two));
        Assert.Equal(Text(one), Text(Planner.Solve(graph, options with { RunAll = Backwards })));
        AssertHolds(0, graph, options, one);
        Assert.True(turns > 0, "cases and pieces never took turns");
    }

    private static void Counted(IReadOnlyList<Action> parts, ref int turns)
    {
        turns += parts.Count - 1;
        foreach (var part in parts)
            part();
    }

    private static void Backwards(IReadOnlyList<Action> parts)
    {
        foreach (var part in parts.Reverse())
            part();
    }

    private static string Text(GraphPlan plan)
    {
        using var text = new StringWriter();
        plan.Certificate!.Write(text);
        var rings = string.Join(';', plan.Rings.Select(r => string.Join(',', r.Arcs)));
        return $"{plan.ValueMicro} {plan.BoundMicro} {plan.Work} {rings}\n{text}";
    }

    private static void AssertHolds(int seed, ExchangeGraph graph, PlanOptions options, GraphPlan plan)
    {
        Assert.Equal(plan.ValueMicro, plan.Rings.Concat(plan.Chains).Sum(r => r.ValueMicro));
        Assert.True(
            plan.RootBoundMicro >= plan.BoundMicro && plan.BoundMicro >= plan.ValueMicro,
            $"seed {seed}: bounds in disorder"
        );
        SmallGraph.AssertValid(graph, options, plan);
        var verdict = CertificateCheck.Run(graph, options, plan.Certificate!);
        Assert.True(verdict.Holds, $"seed {seed}: {verdict.Reason}");
        Assert.Equal(plan.BoundMicro, verdict.BoundMicro);
    }
}
