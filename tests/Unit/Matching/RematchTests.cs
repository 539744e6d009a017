using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

public sealed class RematchTests
{
    [Fact]
    public void The_best_ring_through_an_offering_is_the_one_that_trying_all_rings_finds()
    {
        var found = 0;
        for (var seed = 0; seed < 300; seed++)
        {
            var graph = ExchangeGraph.Build(new Seeded(seed).SmallMarket());
            var cap = 2 + seed % 5;
            var all = All(graph, cap);
            var rematch = new Rematch(graph, RematchOptions.Default with { Cap = cap });
            for (var offering = 0; offering < graph.Offerings.Count; offering++)
            {
                var best = all.Where(ring => ring.Arcs.Any(arc => graph.OfferingOf(arc) == offering))
                    .Select(ring => ring.ValueMicro)
                    .DefaultIfEmpty()
                    .Max();
                Assert.Equal((seed, best), (seed, rematch.BestThrough(offering, freeOnly: true)?.ValueMicro ?? 0));
                found += best > 0 ? 1 : 0;
            }
        }
        Assert.True(found > 500, $"only {found} offerings have a ring");
    }

    [Fact]
    public void A_ring_takes_the_place_of_others_only_when_it_is_worth_more_than_they_are()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var graph = ExchangeGraph.Build(new Seeded(seed).Trade(12, 25));
            var rematch = new Rematch(graph, RematchOptions.Default with { Cap = 3 });
            rematch.StartFromStream(graph);
            var plan = rematch.Plan().ToArray();
            for (var offering = 0; offering < graph.Offerings.Count; offering++)
            {
                var gain = All(graph, 3)
                    .Where(ring => ring.Arcs.Any(arc => graph.OfferingOf(arc) == offering))
                    .Select(ring =>
                        ring.ValueMicro - plan.Where(other => Clash(graph, ring, other)).Sum(other => other.ValueMicro)
                    )
                    .DefaultIfEmpty()
                    .Max();
                var best = rematch.BestThrough(offering, freeOnly: false);
                var promised = best is null
                    ? 0
                    : best.ValueMicro - plan.Where(other => Clash(graph, best, other)).Sum(other => other.ValueMicro);
                Assert.Equal((seed, offering, Math.Max(0, gain)), (seed, offering, promised));
            }
        }
    }

    [Fact]
    public void Every_change_leaves_a_plan_that_holds_and_adds_up()
    {
        for (var seed = 0u; seed < 20; seed++)
        {
            var graph = MatchingFiles.Read("markets/m_1000_mid.txt").Graph;
            var rematch = new Rematch(graph, RematchOptions.Default with { Cap = 2 + (int)(seed % 4) });
            rematch.StartFromStream(graph);
            rematch.Improve();
            var replay = new Replay(rematch, seed);
            for (var i = 0; i < 100; i++)
                replay.Change();
            AssertHolds(rematch);
        }
    }

    [Fact]
    public void A_withdrawn_offering_leaves_the_plan_and_may_come_back()
    {
        var graph = MatchingFiles.Read("markets/m_1000_mid.txt").Graph;
        var rematch = new Rematch(graph, RematchOptions.Default with { Cap = 3 });
        rematch.StartFromStream(graph);
        rematch.Improve();
        var offering = rematch.Live.OfferingOf(rematch.Plan().First().Arcs[0]);
        var before = rematch.ValueMicro;
        var gone = rematch.Withdraw(offering);
        Assert.True(gone.Removed >= 1 && gone.GainMicro < 0, $"{gone}");
        Assert.DoesNotContain(rematch.Plan(), ring => ring.Arcs.Any(arc => rematch.Live.OfferingOf(arc) == offering));
        AssertHolds(rematch);
        rematch.Reopen(offering);
        Assert.True(rematch.ValueMicro > before + gone.GainMicro);
        AssertHolds(rematch);
    }

    [Fact]
    public void A_plan_that_was_proved_best_is_taken_over_and_cannot_be_improved()
    {
        var graph = MatchingFiles.Read("markets/m_1000_mid.txt").Graph;
        var best = Planner.Solve(graph, PlanOptions.Default with { Cap = 3 });
        Assert.True(best.Optimal);
        var rematch = new Rematch(graph, RematchOptions.Default with { Cap = 3 });
        rematch.Start(best.Rings);
        Assert.Equal(best.ValueMicro, rematch.ValueMicro);
        Assert.Equal(0, rematch.Improve());
        AssertHolds(rematch);
    }

    [Fact]
    public void The_same_changes_give_the_same_plan()
    {
        var plans = new List<string>();
        for (var run = 0; run < 2; run++)
        {
            var graph = MatchingFiles.Read("markets/m_1000_high.txt").Graph;
            var rematch = new Rematch(graph, RematchOptions.Default);
            rematch.StartFromStream(graph);
            var replay = new Replay(rematch, 5);
            for (var i = 0; i < 200; i++)
                replay.Change();
            plans.Add(string.Join(';', rematch.Plan().Select(ring => string.Join(',', ring.Arcs))));
        }
        Assert.Equal(plans[0], plans[1]);
    }

    private static bool Clash(ExchangeGraph graph, GraphRing a, GraphRing b) =>
        a.Arcs.Any(x => b.Arcs.Any(y => graph.OfferingOf(x) == graph.OfferingOf(y) || graph.NeedOf(x) == graph.NeedOf(y)));

    private static void AssertHolds(Rematch rematch)
    {
        var live = rematch.Live;
        var (given, met, value) = (new Dictionary<int, int>(), new Dictionary<int, int>(), 0L);
        foreach (var ring in rematch.Plan())
        {
            Assert.Equal(ring.Arcs.Count, ring.Arcs.Select(live.GiverOf).Distinct().Count());
            for (var i = 0; i < ring.Arcs.Count; i++)
            {
                var arc = ring.Arcs[i];
                Assert.Equal(live.ReceiverOf(arc), live.GiverOf(ring.Arcs[(i + 1) % ring.Arcs.Count]));
                Assert.True(live.IsOpen(live.OfferingOf(arc)));
                given[live.OfferingOf(arc)] = given.GetValueOrDefault(live.OfferingOf(arc)) + 1;
                met[live.NeedOf(arc)] = met.GetValueOrDefault(live.NeedOf(arc)) + 1;
            }
            Assert.Equal(ring.ValueMicro, live.Weigh([.. ring.Arcs]));
            value += ring.ValueMicro;
        }
        Assert.Equal(value, rematch.ValueMicro);
        Assert.All(given, use => Assert.True(use.Value <= live.CapacityOf(use.Key)));
        Assert.All(met, use => Assert.True(use.Value <= live.Graph.NeedCapacity(use.Key)));
    }

    private static List<GraphRing> All(ExchangeGraph graph, int cap)
    {
        var rings = new List<GraphRing>();
        new CycleSearch(graph, cap).Run(arcs =>
        {
            rings.Add(new GraphRing(arcs.ToArray(), graph.Weigh(arcs)));
            return true;
        });
        return rings;
    }
}
