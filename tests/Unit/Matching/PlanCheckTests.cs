using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

public sealed class PlanCheckTests
{
    private static readonly Market Trade = new Seeded(7).Trade(14, 25);
    private static readonly Plan Good = Planner.Solve(Trade, PlanOptions.Default);

    public static TheoryData<string> Tamperings() =>
        new(
            "value up",
            "value of a ring up",
            "bound below value",
            "hash",
            "input hash",
            "ring dropped",
            "ring twice",
            "rings swapped",
            "ring rotated",
            "foreign offering",
            "foreign need",
            "unwanted offering",
            "unknown offering",
            "unknown need",
            "other giver",
            "edge dropped",
            "cap lowered",
            "cap unheard of",
            "objective changed"
        );

    [Theory]
    [MemberData(nameof(Tamperings))]
    public void A_tampered_plan_is_caught_even_with_a_fresh_hash(string tampering)
    {
        Good.Check(Trade);
        var bad = Tamper(tampering);
        if (tampering != "hash")
            bad = bad with { PlanHash = PlanDigest.OfPlan(bad.InputHash, bad.Objective, bad.Cap, bad.ValueMicro, bad.Rings) };
        Assert.Throws<PlanBrokenException>(() => bad.Check(Trade));
    }

    [Fact]
    public void A_plan_is_caught_that_shows_an_item_to_a_node_outside_its_audience()
    {
        string[] all = ["north", "south", "west"];
        MarketOffering[] offerings =
        [
            new("o-a", "alice", "north", "bread", 1, all),
            new("o-b", "bob", "south", "repair", 1, all),
            new("o-c", "carol", "west", "music", 1, all),
        ];
        MarketNeed[] needs =
        [
            new("n-a", "alice", "north", ["music"], 1, all),
            new("n-b", "bob", "south", ["bread"], 1, all),
            new("n-c", "carol", "west", ["repair"], 1, all),
        ];
        var plan = Planner.Solve(Market.Create(offerings, needs), PlanOptions.Default);
        offerings[0] = offerings[0] with { Audience = ["south"] };
        AssertBrokenIn(Market.Create(offerings, needs), plan, "west may not see o-a");
        offerings[0] = offerings[0] with { Audience = all };
        needs[1] = needs[1] with { Audience = ["north"] };
        AssertBrokenIn(Market.Create(offerings, needs), plan, "west may not see n-b");
    }

    [Fact]
    public void A_plan_is_caught_that_overdraws_a_capacity()
    {
        MarketOffering[] offerings =
        [
            new("bread", "alice", "here", "bread", 2, []),
            new("repair", "bob", "here", "repair", 1, []),
            new("music", "carol", "here", "music", 1, []),
        ];
        MarketNeed[] needs =
        [
            new("alice-1", "alice", "here", ["repair"], 1, []),
            new("alice-2", "alice", "here", ["music"], 1, []),
            new("bob-1", "bob", "here", ["bread"], 1, []),
            new("carol-1", "carol", "here", ["bread"], 1, []),
        ];
        var plan = Planner.Solve(Market.Create(offerings, needs), PlanOptions.Default);
        offerings[0] = offerings[0] with { Capacity = 1 };
        AssertBrokenIn(Market.Create(offerings, needs), plan, "bread is used 2 times");
    }

    private static void AssertBrokenIn(Market market, Plan plan, string because)
    {
        var hash = PlanDigest.OfPlan(market.InputHash, plan.Objective, plan.Cap, plan.ValueMicro, plan.Rings);
        var moved = plan with { InputHash = market.InputHash, PlanHash = hash };
        Assert.Contains(because, Assert.Throws<PlanBrokenException>(() => moved.Check(market)).Message);
    }

    private static Plan Tamper(string tampering)
    {
        var rings = Good.Rings;
        var first = rings[0];
        var edge = first.Edges[0];
        return tampering switch
        {
            "value up" => Good with { ValueMicro = Good.ValueMicro + 1, BoundMicro = Good.BoundMicro + 1 },
            "value of a ring up" => Good with
            {
                Rings = [first with { ValueMicro = first.ValueMicro + 1 }, .. rings.Skip(1)],
                ValueMicro = Good.ValueMicro + 1,
                BoundMicro = Good.BoundMicro + 1,
            },
            "bound below value" => Good with { BoundMicro = Good.ValueMicro - 1 },
            "hash" => Good with { PlanHash = new string('0', 64) },
            "input hash" => Good with { InputHash = new string('0', 64) },
            "ring dropped" => Good with { Rings = [.. rings.Skip(1)] },
            "ring twice" => Good with { Rings = [first, .. rings], ValueMicro = Good.ValueMicro + first.ValueMicro },
            "rings swapped" => Good with { Rings = [.. rings.Reverse()] },
            "ring rotated" => With([.. first.Edges.Skip(1), edge]),
            "foreign offering" => With([edge with { Offering = rings[1].Edges[0].Offering }, .. first.Edges.Skip(1)]),
            "foreign need" => With([edge with { Need = rings[1].Edges[0].Need }, .. first.Edges.Skip(1)]),
            "unwanted offering" => With(Unwanted(first)),
            "unknown offering" => With([edge with { Offering = "o99" }, .. first.Edges.Skip(1)]),
            "unknown need" => With([edge with { Need = "n99" }, .. first.Edges.Skip(1)]),
            "other giver" => With([edge with { Giver = "r00" }, .. first.Edges.Skip(1)]),
            "edge dropped" => With([.. first.Edges.Take(first.Edges.Count - 1)]),
            "cap lowered" => Good with { Cap = rings.Max(r => r.Edges.Count) - 1 },
            "cap unheard of" => Good with { Cap = 7 },
            "objective changed" => Good with { Objective = PlanObjective.Count },
            _ => throw new ArgumentOutOfRangeException(nameof(tampering)),
        };
    }

    private static Plan With(IReadOnlyList<PlanEdge> edges) =>
        Good with
        {
            Rings = [Good.Rings[0] with { Edges = edges }, .. Good.Rings.Skip(1)],
        };

    /// <summary>A ring in good form between two people of whom one does not want what the other gives.</summary>
    private static PlanEdge[] Unwanted(PlanRing ring)
    {
        var giver = ring.Edges[0].Giver;
        foreach (var need in Trade.Needs.Where(n => string.CompareOrdinal(giver, n.Resident) < 0))
        {
            var offering = Trade.Offerings.Single(o => o.Resident == need.Resident);
            var wanted = need.Accepts.Contains(Trade.Offerings.Single(o => o.Resident == giver).Category);
            if (!wanted)
                return
                [
                    new(giver, ring.Edges[0].Offering, need.Resident, need.Id),
                    new(need.Resident, offering.Id, giver, ring.Edges[^1].Need),
                ];
        }
        throw new InvalidOperationException("Everyone wants everything in this trade; choose another seed.");
    }
}
