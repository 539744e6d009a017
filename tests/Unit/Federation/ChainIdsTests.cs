using EdgeNode.Federation;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Federation;

public sealed class ChainIdsTests
{
    /// <summary>Everything that a proposal's id covers, changed one at a time.</summary>
    public static TheoryData<string> Covered() => [.. Changes.Keys];

    private static readonly Dictionary<string, Func<ChainProposalBody, ChainProposalBody>> Changes = new()
    {
        ["proposing node"] = p => p with { ProposingNode = Rings.NodeB },
        ["nonce"] = p => p with { Nonce = "ffffffffffffffff" },
        ["deadline"] = p =>
            p with
            {
                ProposedTimeline = p.ProposedTimeline with { ConsentDeadline = "2027-01-01T00:00:00.000Z" },
            },
        ["start"] = p => p with { ProposedTimeline = p.ProposedTimeline with { ExecutionStart = "2027-01-01T00:00:00.000Z" } },
        ["end"] = p => p with { ProposedTimeline = p.ProposedTimeline with { ExecutionEnd = "2027-01-01T00:00:00.000Z" } },
        ["contract version"] = p => p with { Norms = p.Norms with { Version = "9" } },
        ["contract hash"] = p => p with { Norms = p.Norms with { Hash = new string('0', 64) } },
        ["repairs"] = p => p with { Repairs = new string('0', 64) },
        ["giver"] = p => WithEdge(p, e => e with { FromParticipant = Rings.Bob }),
        ["receiver"] = p => WithEdge(p, e => e with { ToParticipant = Rings.Alice }),
        ["offering"] = p => WithEdge(p, e => e with { OfferingId = "o9" }),
        ["offering version"] = p => WithEdge(p, e => e with { OfferingVersion = 2 }),
        ["need"] = p => WithEdge(p, e => e with { NeedId = "n9" }),
        ["need version"] = p => WithEdge(p, e => e with { NeedVersion = 2 }),
        ["quantity"] = p => WithEdge(p, e => e with { Quantity = 2 }),
        ["unit"] = p => WithEdge(p, e => e with { Unit = "hour" }),
        ["place"] = p => WithEdge(p, e => e with { Place = "the mill" }),
        ["window from"] = p => WithEdge(p, e => e with { WindowFrom = "x" }),
        ["window to"] = p => WithEdge(p, e => e with { WindowTo = "x" }),
        ["an edge less"] = p => p with { Edges = [p.Edges[0]] },
        ["edges in another order"] = p => p with { Edges = [p.Edges[1], p.Edges[0]] },
        ["home of a giver"] = p =>
            p with
            {
                Participants = [p.Participants[0] with { HomeNode = Rings.NodeB }, p.Participants[1]],
            },
        ["key head of a giver"] = p =>
            p with
            {
                Participants = [p.Participants[0] with { KeyHead = new string('2', 64) }, p.Participants[1]],
            },
        ["key head of a node"] = p =>
            p with
            {
                HomeNodes = [p.HomeNodes[0] with { KeyHead = new string('2', 64) }, p.HomeNodes[1]],
            },
        ["home nodes"] = p => p with { HomeNodes = [p.HomeNodes[0]] },
    };

    [Theory]
    [MemberData(nameof(Covered))]
    public void The_id_covers_everything_that_is_agreed(string what)
    {
        var ring = Rings.OfTwo();
        Assert.NotEqual(ring.ChainId, ChainIds.ChainId(Changes[what](ring)));
    }

    [Fact]
    public void The_id_is_the_same_on_every_machine() =>
        Assert.Equal(ChainIds.ChainId(Rings.OfTwo()), ChainIds.ChainId(Rings.OfTwo() with { ChainId = "something else" }));

    [Fact]
    public void An_opinion_is_not_covered()
    {
        var ring = Rings.OfTwo();
        Assert.Equal(ring.ChainId, ChainIds.ChainId(WithEdge(ring, e => e with { MatchScore = 1 })));
        Assert.Equal(ring.ChainId, ChainIds.ChainId(ring with { PlanHash = new string('3', 64) }));
    }

    [Theory]
    [InlineData("proposing node")]
    [InlineData("nonce")]
    [InlineData("deadline")]
    [InlineData("start")]
    [InlineData("end")]
    [InlineData("key head of a giver")]
    [InlineData("key head of a node")]
    public void A_second_try_of_the_same_ring_has_the_same_ring_key(string what)
    {
        var ring = Rings.OfTwo();
        Assert.Equal(ring.RingKey, ChainIds.RingKey(Changes[what](ring)));
    }

    [Theory]
    [InlineData("offering version")]
    [InlineData("place")]
    [InlineData("repairs")]
    [InlineData("home nodes")]
    public void Another_ring_has_another_ring_key(string what)
    {
        var ring = Rings.OfTwo();
        Assert.NotEqual(ring.RingKey, ChainIds.RingKey(Changes[what](ring)));
    }

    [Fact]
    public void Two_values_never_read_as_one()
    {
        Assert.NotEqual(LengthPrefixed.Hash("l", ["ab", "c"]), LengthPrefixed.Hash("l", ["a", "bc"]));
        Assert.NotEqual(LengthPrefixed.Hash("l", ["a", ""]), LengthPrefixed.Hash("l", ["a"]));
        Assert.NotEqual(LengthPrefixed.Hash("l", ["a"]), LengthPrefixed.Hash("m", ["a"]));
    }

    [Fact]
    public void The_hash_is_the_one_that_the_protocol_writes_down()
    {
        // SHA-256 of "edgenode/card/1", 00, 00000001 "a", 00000002 "bc".
        byte[] bytes = [.. "edgenode/card/1"u8, 0, 0, 0, 0, 1, (byte)'a', 0, 0, 0, 2, (byte)'b', (byte)'c'];
        Assert.Equal(Sha.Hex(bytes), LengthPrefixed.Hash("edgenode/card/1", ["a", "bc"]));
    }

    [Fact]
    public void A_card_is_one_persons_view_of_one_ring()
    {
        var ring = Rings.OfTwo();
        var alice = ChainIds.Card(ring, Rings.Alice);
        Assert.NotEqual(alice, ChainIds.Card(ring, Rings.Bob));
        Assert.NotEqual(alice, ChainIds.Card(Rings.Named(Changes["place"](ring)), Rings.Alice));
        Assert.NotEqual(alice, ChainIds.Card(Rings.Named(Changes["nonce"](ring)), Rings.Alice));
        Assert.Equal(alice, ChainIds.Card(Rings.OfTwo(), Rings.Alice));
    }

    private static ChainProposalBody WithEdge(ChainProposalBody p, Func<ChainEdge, ChainEdge> change) =>
        p with
        {
            Edges = [change(p.Edges[0]), .. p.Edges[1..]],
        };
}
