using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

public sealed class RingRepairsTests
{
    /// <summary>Alice gives bread to Bob, Bob a repair to Carol, Carol a lift to Alice; Dan and Eve could stand in for Bob.</summary>
    private static ExchangeGraph Street(bool shortcut = false) =>
        ExchangeGraph.Build(
            Market.Create(
                [
                    new("o-alice", "alice", "here", "bread", 1, []),
                    new("o-bob", "bob", "here", "repair", 1, []),
                    new("o-carol", "carol", "here", "lift", 1, []),
                    new("o-dan", "dan", "here", "repair", 1, []),
                    new("o-eve", "eve", "here", "jam", 1, []),
                ],
                [
                    new("n-alice", "alice", "here", ["lift"], 1, []),
                    new("n-bob", "bob", "here", ["bread"], 1, []),
                    new("n-carol", "carol", "here", shortcut ? ["repair", "bread"] : ["repair"], 1, []),
                    new("n-dan", "dan", "here", ["bread", "jam"], 1, []) { Score = 50 },
                    new("n-eve", "eve", "here", ["bread"], 1, []),
                ]
            )
        );

    [Fact]
    public void A_newcomer_stands_in_and_the_others_keep_what_they_accepted()
    {
        var graph = Street();
        var repairs = Repairs(graph).Without(Ring(graph), graph.Residents.IndexOf("bob"), 5);
        Assert.Equal(["dan", "eve,dan"], repairs.Select(r => string.Join(',', r.Newcomers.Select(n => graph.Residents[n]))));
        Assert.All(repairs, r => Assert.Contains(graph.FindArc(Offering(graph, "o-carol"), Need(graph, "n-alice")), r.Arcs));
        Assert.Equal(250_000_000, repairs[0].ValueMicro);
        Assert.All(repairs, r => Assert.Equal(graph.Weigh([.. r.Arcs]), r.ValueMicro));
    }

    [Fact]
    public void A_shortcut_comes_first()
    {
        var graph = Street(shortcut: true);
        var repairs = Repairs(graph).Without(Ring(graph), graph.Residents.IndexOf("bob"), 5);
        Assert.Equal((RepairKind.Shortcut, 2), (repairs[0].Kind, repairs[0].Arcs.Count));
        Assert.Equal(RepairKind.Substitute, repairs[1].Kind);
    }

    [Fact]
    public void Nobody_is_asked_whose_offering_is_held_elsewhere()
    {
        var graph = Street();
        var dan = Offering(graph, "o-dan");
        var repairs = new RingRepairs(graph, 4, offering => offering != dan, _ => true);
        Assert.Empty(repairs.Without(Ring(graph), graph.Residents.IndexOf("bob"), 5));
    }

    [Fact]
    public void Alternates_for_a_gift_are_the_next_best_offerings_for_the_same_need()
    {
        var graph = Street();
        var gift = graph.FindArc(Offering(graph, "o-bob"), Need(graph, "n-carol"));
        var alternate = Assert.Single(Repairs(graph).Alternates(Ring(graph), gift, 2));
        Assert.Equal("dan", graph.Residents[graph.GiverOf(alternate)]);
    }

    [Fact]
    public void Every_repair_of_random_rings_is_a_ring_that_keeps_all_other_gifts()
    {
        var seen = 0;
        for (var seed = 0; seed < 100; seed++)
        {
            var graph = ExchangeGraph.Build(new Seeded(seed).Trade(10, 30));
            new CycleSearch(graph, 4).Run(arcs =>
            {
                var ring = arcs.ToArray();
                foreach (var gone in ring)
                foreach (var repair in Repairs(graph).Without(ring, graph.GiverOf(gone), 3))
                {
                    seen++;
                    AssertKeeps(graph, ring, graph.GiverOf(gone), repair);
                }
                return seen < 50 * (seed + 1);
            });
        }
        Assert.True(seen > 1000, $"only {seen} repairs");
    }

    private static void AssertKeeps(ExchangeGraph graph, int[] ring, int declined, RingRepair repair)
    {
        var kept = ring.Where(arc => graph.GiverOf(arc) != declined && graph.ReceiverOf(arc) != declined);
        Assert.Superset(kept.ToHashSet(), repair.Arcs.ToHashSet());
        Assert.DoesNotContain(repair.Arcs, arc => graph.GiverOf(arc) == declined);
        Assert.Equal(repair.Arcs.Count, repair.Arcs.Select(graph.GiverOf).Distinct().Count());
        for (var i = 0; i < repair.Arcs.Count; i++)
            Assert.Equal(graph.ReceiverOf(repair.Arcs[i]), graph.GiverOf(repair.Arcs[(i + 1) % repair.Arcs.Count]));
        var others = ring.Where(arc => graph.GiverOf(arc) != declined).Select(graph.OfferingOf);
        Assert.Superset(others.ToHashSet(), repair.Arcs.Select(graph.OfferingOf).ToHashSet());
    }

    private static RingRepairs Repairs(ExchangeGraph graph) => new(graph, 4, _ => true, _ => true);

    private static int[] Ring(ExchangeGraph graph) =>
        [
            graph.FindArc(Offering(graph, "o-alice"), Need(graph, "n-bob")),
            graph.FindArc(Offering(graph, "o-bob"), Need(graph, "n-carol")),
            graph.FindArc(Offering(graph, "o-carol"), Need(graph, "n-alice")),
        ];

    private static int Offering(ExchangeGraph graph, string id) => graph.Offerings.IndexOf(id);

    private static int Need(ExchangeGraph graph, string id) => graph.Needs.IndexOf(id);
}
