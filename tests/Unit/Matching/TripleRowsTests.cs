using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

/// <summary>A row for three resources forbids what no plan can hold, and nothing else; whoever has the input can check its price.</summary>
public sealed class TripleRowsTests
{
    [Fact]
    public void Three_halves_of_three_rings_that_exclude_each_other_are_forbidden()
    {
        var problem = new PackingProblem(
            [0, 1, 2],
            [4_000_000, 4_000_000, 4_000_000],
            [0, 2, 4, 6],
            [0, 1, 1, 2, 0, 2],
            [1, 1, 1],
            [3, 5, 8]
        );
        var root = new RootPrices(problem, Meter());
        Assert.True(root.Solve(Meter(), int.MaxValue));
        Assert.Equal(6, root.Lp.Objective, 1e-6);
        var triples = TripleRows.Find(problem, root, Meter());
        Assert.Equal(new Triple(3, 5, 8), Assert.Single(triples));
        root.Widen(problem.With(triples));
        Assert.True(root.Solve(Meter(), int.MaxValue));
        Assert.Equal(4, root.Lp.Objective, 1e-6);
    }

    [Fact]
    public void No_triple_costs_the_best_plan_anything_and_the_widened_relaxation_stays_above_it()
    {
        var (found, lowered) = (0, 0);
        for (var seed = 0; seed < 400; seed++)
        {
            var problem = RandomPacking.Problem(seed, columns: 16, rows: 9);
            var root = new RootPrices(problem, Meter());
            Assert.True(root.Solve(Meter(), int.MaxValue));
            var (before, best) = (root.Lp.Objective, RandomPacking.Best(problem));
            var triples = TripleRows.Find(problem, root, Meter());
            found += triples.Count;
            var wide = problem.With(triples);
            Assert.Equal((seed, best), (seed, RandomPacking.Best(wide)));
            root.Widen(wide);
            Assert.True(root.Solve(Meter(), int.MaxValue));
            var prices = WholePrices.Cover(wide, [], root.Prices, [], []);
            Assert.True(WholePrices.Bound(prices.Total, 1) >= best, $"seed {seed}: below the optimum");
            Assert.True(root.Lp.Objective <= before + 1e-6, $"seed {seed}: more rows allowed more");
            lowered += root.Lp.Objective < before - 1e-6 ? 1 : 0;
        }
        Assert.True(found > 20 && lowered > 10, $"{found} triples lowered {lowered} bounds: too easy");
    }

    [Fact]
    public void A_certificate_with_a_triple_is_read_back_and_a_forged_one_is_refused()
    {
        var graph = ExchangeGraph.Build(ThreeRingsThatExcludeEachOther());
        var options = new PlanOptions { Cap = 3, WithCertificate = true };
        var plan = Planner.Solve(graph, options);
        Assert.True(plan.Optimal && plan.RootBoundMicro > plan.BoundMicro, "the relaxation was no trouble");
        var text = Text(plan.Certificate!);
        Assert.True(Verdict(graph, options, text).Holds);
        var line = Assert.Single(text.Split('\n'), l => l.StartsWith("triple ", StringComparison.Ordinal));
        var f = line.Split(' ');
        string[] forged =
        [
            $"triple 0 {f[2]} {f[3]} {f[4]}",
            $"triple -{f[1]} {f[2]} {f[3]} {f[4]}",
            $"triple {f[1]} {f[2]} {f[2]} {f[4]}",
            $"triple {f[1]} {f[2]} {f[3]} 999999",
        ];
        Assert.All(forged, forgery => Assert.False(Verdict(graph, options, text.Replace(line, forgery)).Holds, forgery));
    }

    /// <summary>Residents 0, 1 and 2 stand in two rings each, and each ring has one more resident of its own.</summary>
    private static Market ThreeRingsThatExcludeEachOther()
    {
        int[][] givers =
        [
            [3, 2],
            [0, 4],
            [1, 5],
            [1],
            [2],
            [0],
        ];
        var offerings = givers.Select((_, r) => new MarketOffering($"o{r}", $"r{r}", "here", $"c{r}", 1, [])).ToArray();
        var needs = givers.Select(
            (from, r) =>
                new MarketNeed($"n{r}", $"r{r}", "here", [.. from.Select(g => $"c{g}")], 1, []) { Score = r < 3 ? 10 : 100 }
        );
        return Market.Create(offerings, needs.ToArray());
    }

    [Fact]
    public void A_triple_of_what_can_be_used_twice_proves_nothing()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var (graph, options) = SmallGraph.Make(seed);
            int[] wide = [.. Enumerable.Range(0, graph.Offerings.Count).Where(o => graph.OfferingCapacity(o) > 1)];
            if (wide.Length == 0 || graph.Offerings.Count < 3 || Planner.Solve(graph, options).ValueMicro == 0)
                continue;
            int[] three =
            [
                .. Enumerable.Range(0, graph.Offerings.Count).Where(o => o != wide[0]).Take(2).Append(wide[0]).Order(),
            ];
            var prices = new PriceList([], [], [], [(new Triple(three[0], three[1], three[2]), 1)]);
            var verdict = CertificateCheck.Run(graph, options, new PlanCertificate(0, new PriceProof(prices)));
            Assert.False(verdict.Holds);
            Assert.Contains("of a triple", verdict.Reason, StringComparison.Ordinal);
            return;
        }
        Assert.Fail("no graph had an offering of more than one");
    }

    private static CertificateVerdict Verdict(ExchangeGraph graph, PlanOptions options, string text) =>
        CertificateCheck.Run(graph, options, PlanCertificate.Read(new StringReader(text)));

    private static string Text(PlanCertificate certificate)
    {
        using var text = new StringWriter();
        certificate.Write(text);
        return text.ToString();
    }

    private static WorkMeter Meter() => new(long.MaxValue, CancellationToken.None);
}
