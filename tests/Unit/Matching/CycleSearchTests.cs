using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

public sealed class CycleSearchTests
{
    [Fact]
    public void Streams_every_ring_of_brute_force_once_and_no_other()
    {
        var total = 0;
        for (var seed = 0; seed < 400; seed++)
        {
            var market = new Seeded(seed).SmallMarket();
            for (var cap = CycleSearch.MinCap; cap <= CycleSearch.MaxCap; cap++)
            {
                var expected = BruteForce.Rings(market, cap).Select(r => r.Name).Order(StringComparer.Ordinal);
                var streamed = Stream(market, cap).Order(StringComparer.Ordinal).ToArray();
                Assert.Equal(expected, streamed);
                total += streamed.Length;
            }
        }
        Assert.True(total > 10_000, $"only {total} rings in all: the markets are too thin to show anything");
    }

    [Fact]
    public void Starts_each_ring_at_its_smallest_resident()
    {
        var graph = ExchangeGraph.Build(new Seeded(3).Trade(14, 30));
        var rings = 0;
        new CycleSearch(graph, 4).Run(arcs =>
        {
            for (var i = 1; i < arcs.Length; i++)
                Assert.True(graph.GiverOf(arcs[0]) < graph.GiverOf(arcs[i]));
            rings++;
            return true;
        });
        Assert.True(rings > 50);
    }

    [Fact]
    public void Rows_of_the_graph_are_sorted_by_offering_and_need()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var graph = ExchangeGraph.Build(new Seeded(seed).SmallMarket());
            for (var giver = 0; giver < graph.Residents.Count; giver++)
            for (var arc = graph.FirstArc(giver); arc < graph.FirstArc(giver + 1); arc++)
            {
                Assert.Equal(giver, graph.GiverOf(arc));
                if (arc > graph.FirstArc(giver))
                    Assert.True(Place(graph, arc - 1).CompareTo(Place(graph, arc)) < 0);
            }
        }
    }

    [Fact]
    public void A_step_limit_and_a_satisfied_visitor_both_leave_the_tally_incomplete()
    {
        var search = new CycleSearch(ExchangeGraph.Build(new Seeded(1).Trade(14, 30)), 4);
        var all = search.Run(_ => true);
        Assert.True(all.Complete);
        var limited = search.Run(_ => true, all.Steps - 1);
        Assert.False(limited.Complete);
        Assert.True(limited.Rings <= all.Rings);
        var stopped = search.Run(_ => false);
        Assert.Equal((1, false), (stopped.Rings, stopped.Complete));
        Assert.Equal(all, search.Run(_ => true, all.Steps));
    }

    [Fact]
    public void People_who_only_give_are_trimmed_away()
    {
        var market = Market.Create(
            [
                new("o1", "alice", "here", "bread", 1, []),
                new("o2", "bob", "here", "repair", 1, []),
                new("o3", "carol", "here", "bread", 1, []),
            ],
            [new("n1", "alice", "here", ["repair"], 1, []), new("n2", "bob", "here", ["bread"], 1, [])]
        );
        var graph = ExchangeGraph.Build(market);
        Assert.Equal(3, graph.Arcs);
        Assert.Equal(2, new CycleSearch(graph, 3).InnerArcCount);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void A_cap_outside_two_to_six_is_refused(int cap) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new CycleSearch(ExchangeGraph.Build(Market.Create([], [])), cap));

    private static (int, int) Place(ExchangeGraph graph, int arc) => (graph.OfferingOf(arc), graph.NeedOf(arc));

    private static List<string> Stream(Market market, int cap)
    {
        var graph = ExchangeGraph.Build(market);
        var names = new List<string>();
        new CycleSearch(graph, cap).Run(arcs =>
        {
            var edges = new List<string>();
            foreach (var arc in arcs)
                edges.Add($"{market.Offerings[graph.OfferingOf(arc)].Id}>{market.Needs[graph.NeedOf(arc)].Id}");
            names.Add(string.Join(' ', edges));
            return true;
        });
        return names;
    }
}
