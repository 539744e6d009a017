using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

public sealed class MarketTests
{
    private static readonly MarketOffering Bread = new("o1", "alice", "north", "food/bread", 1, ["south"]);
    private static readonly MarketNeed Repair = new("n1", "alice", "north", ["repair/bike"], 1, ["south"]);

    [Fact]
    public void Equal_content_has_one_hash_in_any_order_and_with_repeats()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var (market, random) = (new Seeded(seed).SmallMarket(), new Seeded(seed + 1000));
            var shuffled = Market.Create(
                random.Shuffle(market.Offerings).Select(o => o with { Audience = [.. random.Shuffle(o.Audience), o.HomeNode] }),
                random.Shuffle(market.Needs).Select(n => n with { Accepts = [.. n.Accepts.Reverse(), n.Accepts[0]] }),
                [.. random.Shuffle(market.Waiting), .. market.Waiting]
            );
            Assert.Equal(market.InputHash, shuffled.InputHash);
        }
    }

    public static TheoryData<string> Changes() =>
        new(
            "o.id",
            "o.resident",
            "o.category",
            "o.capacity",
            "o.audience",
            "o.accept",
            "home",
            "n.id",
            "n.accepts",
            "n.capacity",
            "n.audience",
            "n.score",
            "waiting"
        );

    [Theory]
    [MemberData(nameof(Changes))]
    public void Every_field_changes_the_hash(string field)
    {
        var (offering, need, waiting) = field switch
        {
            "o.id" => (Bread with { Id = "o2" }, Repair, Array.Empty<string>()),
            "o.resident" => (Bread with { Resident = "bob" }, Repair, []),
            "o.category" => (Bread with { Category = "food/cake" }, Repair, []),
            "o.capacity" => (Bread with { Capacity = 2 }, Repair, []),
            "o.audience" => (Bread with { Audience = [] }, Repair, []),
            "o.accept" => (Bread with { AcceptPercent = 99 }, Repair, []),
            "home" => (Bread with { HomeNode = "west" }, Repair with { HomeNode = "west" }, []),
            "n.id" => (Bread, Repair with { Id = "n2" }, []),
            "n.accepts" => (Bread, Repair with { Accepts = ["repair/bike", "repair/car"] }, []),
            "n.capacity" => (Bread, Repair with { Capacity = 2 }, []),
            "n.audience" => (Bread, Repair with { Audience = [] }, []),
            "n.score" => (Bread, Repair with { Score = 99 }, []),
            _ => (Bread, Repair, new[] { "alice" }),
        };
        Assert.NotEqual(Market.Create([Bread], [Repair]).InputHash, Market.Create([offering], [need], waiting).InputHash);
    }

    [Fact]
    public void A_market_without_items_equals_one_that_never_had_them()
    {
        var cake = Bread with { Id = "o2", Category = "food/cake" };
        var whole = Market.Create([Bread, cake], [Repair]);
        Assert.Equal(Market.Create([Bread], [Repair]).InputHash, whole.Without(["o2", "unknown"]).InputHash);
        Assert.Same(whole, whole.Without([]));
    }

    public static TheoryData<string, MarketOffering, MarketNeed> Faulty() =>
        new()
        {
            { "market.duplicate_id", Bread with { Id = "n1" }, Repair },
            { "market.capacity", Bread with { Capacity = 0 }, Repair },
            { "market.capacity", Bread, Repair with { Capacity = 1001 } },
            { "market.accepts", Bread, Repair with { Accepts = [] } },
            { "market.accepts", Bread, Repair with { Accepts = [.. Enumerable.Repeat("c", 1025)] } },
            { "market.score", Bread, Repair with { Score = 0 } },
            { "market.score", Bread, Repair with { Score = 101 } },
            { "market.accept_percent", Bread with { AcceptPercent = 0 }, Repair },
            { "market.two_homes", Bread, Repair with { HomeNode = "south" } },
            { "market.audience", Bread with { Audience = [.. Enumerable.Repeat("n", 257)] }, Repair },
            { "market.text", Bread with { Id = "" }, Repair },
            { "market.text", Bread with { Resident = "a\nb" }, Repair },
            { "market.text", Bread with { Category = new string('x', 257) }, Repair },
            { "market.text", Bread with { HomeNode = "\ud800" }, Repair },
            { "market.text", Bread, Repair with { Accepts = ["ok", ""] } },
            { "market.text", Bread, Repair with { Audience = [""] } },
        };

    [Theory]
    [MemberData(nameof(Faulty))]
    public void Input_that_is_no_market_is_refused_with_code_and_sentence(string code, MarketOffering offering, MarketNeed need)
    {
        Assert.False(Market.TryCreate([offering], [need], null, out var market, out var refusal));
        Assert.Null(market);
        Assert.Equal(code, refusal.Code);
        Assert.EndsWith(".", refusal.Sentence);
        Assert.Equal(refusal, Assert.Throws<MarketException>(() => Market.Create([offering], [need])).Refusal);
    }

    [Fact]
    public void Sixty_four_home_nodes_are_planned_and_sixty_five_refused()
    {
        var offerings = Enumerable.Range(0, 65).Select(i => Bread with { Id = $"o{i}", Resident = $"r{i}", HomeNode = $"h{i}" });
        Assert.False(Market.TryCreate(offerings, [], null, out _, out var refusal));
        Assert.Equal("market.home_nodes", refusal.Code);
        var market = Market.Create(offerings.Take(64), []);
        Assert.True(Planner.Solve(market, PlanOptions.Default).Optimal);
    }
}
