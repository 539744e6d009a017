using EdgeNode.Appliance;
using EdgeNode.Federation;
using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Federation;

public sealed class RingReasonsTests : IDisposable
{
    private readonly OneCabinet _cabinet = new();

    public void Dispose() => _cabinet.Dispose();

    [Fact]
    public void A_ring_is_explained_to_its_people_by_the_kinds_they_chose()
    {
        var (chain, alice, _) = _cabinet.RingOfTwo();
        var why = RingReasons.For(_cabinet.Db, _cabinet.Did, chain, alice.Did, 3)!;
        Assert.Equal((2, "bread", "repair", "a repair"), (why.People, why.GivesCategory, why.GetsCategory, why.Need));
        Assert.True(why.IsProvedBest);
        Assert.Empty(why.Others);
    }

    [Fact]
    public void Who_is_not_in_the_ring_is_told_nothing()
    {
        var (chain, _, _) = _cabinet.RingOfTwo();
        Assert.Null(RingReasons.For(_cabinet.Db, _cabinet.Did, chain, _cabinet.Resident("Carol").Did, 3));
        Assert.Null(RingReasons.For(_cabinet.Db, _cabinet.Did, new string('0', 64), _cabinet.Resident("Dora").Did, 3));
    }

    [Fact]
    public void Another_shared_offer_for_the_same_need_gets_its_reason_and_what_is_kept_here_is_never_named()
    {
        var (chain, alice, _) = _cabinet.RingOfTwo();
        Shared("Carol", "Repairs by Carol", needs: null);
        Shared("Dora", "Repairs by Dora", needs: "zeppelin");
        Shared("Emma", "Repairs by Emma", needs: "bread");
        var kept = _cabinet.Resident("Fay");
        _cabinet.Ask(new Offer(kept.Did, "repair", "Repairs by Fay", 1, Sharing.Here));

        var others = RingReasons
            .For(_cabinet.Db, _cabinet.Did, chain, alice.Did, 3)!
            .Others.ToDictionary(o => o.Entry.Label, o => o.Reason, StringComparer.Ordinal);
        Assert.Equal(
            new Dictionary<string, WhyNot>
            {
                ["Carol"] = WhyNot.OwnerNeedsNothing,
                ["Dora"] = WhyNot.NobodyOffersWhatOwnerNeeds,
                ["Emma"] = WhyNot.OthersAreWorthMore,
            },
            others
        );
    }

    [Fact]
    public void No_more_others_are_told_of_than_fit_a_page()
    {
        var (chain, alice, _) = _cabinet.RingOfTwo();
        for (var i = 0; i < RingReasons.MostOthers + 3; i++)
            Shared($"Neighbour {i}", $"Repairs {i}", needs: null);
        var why = RingReasons.For(_cabinet.Db, _cabinet.Did, chain, alice.Did, 3)!;
        Assert.Equal(RingReasons.MostOthers, why.Others.Count);
        Assert.True(why.More);
    }

    // This cabinet has no neighbour, so the statement that sharing would make is noted by hand.
    private void Shared(string who, string title, string? needs)
    {
        var resident = _cabinet.Resident(who);
        var offer = _cabinet.Ask(new Offer(resident.Did, "repair", title, 1, Sharing.Here));
        _cabinet.Db.Run("UPDATE offering SET statement_id = offering_id WHERE offering_id = $1", offer.Id);
        if (needs is not null)
            _cabinet.Ask(new Ask(resident.Did, "something", [needs], 1, Sharing.Here));
    }
}
