using EdgeNode.Matching;
using EdgeNode.Tests.Unit.Matching.Words;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Matching;

public sealed class CategoryBalanceTests : IDisposable
{
    private readonly WordsCabinet _cabinet = new();

    public void Dispose() => _cabinet.Dispose();

    [Fact]
    public void A_need_nobody_offers_for_and_an_offer_nobody_needs_are_told_apart_from_those_that_fit()
    {
        _cabinet.Offer("Rye", "bread", who: WordsCabinet.Alice);
        _cabinet.Offer("Honey", "honey", who: WordsCabinet.Alice, shared: false);
        _cabinet.Need("Bread", ["bread", "cakes"], who: WordsCabinet.Bob);
        _cabinet.Need("Brakes", ["bike-repair"], who: WordsCabinet.Bob, shared: false);
        Assert.Equal(
            [new("bike-repair", 0, 1, 1, 0), new("honey", 1, 0, 0, 1), new("bread", 1, 1, 0, 0), new("cakes", 0, 1, 0, 0)],
            Of()
        );
    }

    [Fact]
    public void Nobody_gives_to_themselves()
    {
        _cabinet.Offer("Rye", "bread", who: WordsCabinet.Alice);
        _cabinet.Need("Bread", ["bread"], who: WordsCabinet.Alice);
        Assert.Equal([new CategoryBalance("bread", 1, 1, 1, 1)], Of());
        _cabinet.Offer("Rye too", "bread", who: WordsCabinet.Bob);
        Assert.Equal([new CategoryBalance("bread", 2, 1, 0, 1)], Of());
    }

    [Fact]
    public void Strangers_and_what_is_withdrawn_or_used_up_do_not_count()
    {
        _cabinet.Offer("Rye", "bread", WordsCabinet.Stranger);
        var gone = _cabinet.Need("Bread", ["bread"]);
        Items.Withdraw(_cabinet.Db, gone, WordsCabinet.Mill, 2, new Moment(2));
        Assert.Empty(Of());
    }

    [Fact]
    public void The_counts_are_those_of_a_slow_and_simple_reading()
    {
        var chance = new Seeded(5);
        Did[] people = [WordsCabinet.Alice, WordsCabinet.Bob, WordsCabinet.Hill];
        var (offers, needs) = (new List<(Did Who, string Category)>(), new List<(Did Who, string[] Accepts)>());
        for (var i = 0; i < 60; i++)
        {
            var who = people[chance.Below(3)];
            if (chance.Chance(50))
            {
                offers.Add((who, "c" + chance.Below(12)));
                _cabinet.Offer("x", offers[^1].Category, who: who);
            }
            else
            {
                needs.Add((who, [.. Enumerable.Range(0, 1 + chance.Below(3)).Select(_ => "c" + chance.Below(16)).Distinct()]));
                _cabinet.Need("x", needs[^1].Accepts, who: who);
            }
        }

        bool Met((Did Who, string[] Accepts) n) => offers.Exists(o => o.Who != n.Who && n.Accepts.Contains(o.Category));
        bool Wanted((Did Who, string Category) o) => needs.Exists(n => n.Who != o.Who && n.Accepts.Contains(o.Category));
        Assert.All(
            Of(),
            b =>
                Assert.Equal(
                    new CategoryBalance(
                        b.Category,
                        offers.Count(o => o.Category == b.Category),
                        needs.Count(n => n.Accepts.Contains(b.Category)),
                        needs.Count(n => n.Accepts.Contains(b.Category) && !Met(n)),
                        offers.Count(o => o.Category == b.Category && !Wanted(o))
                    ),
                    b
                )
        );
        Assert.Equal(Of().Count, offers.Select(o => o.Category).Concat(needs.SelectMany(n => n.Accepts)).Distinct().Count());
    }

    private List<CategoryBalance> Of() => Balances.Of(_cabinet.Db, WordsCabinet.Homes, 100);
}
