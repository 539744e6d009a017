using EdgeNode.Federation;
using EdgeNode.Matching;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Federation.Finding;

/// <summary>A neighbour is believed for its own residents and entries, and for nothing that pushes others aside.</summary>
public sealed class FoundBookTests : IDisposable
{
    private static readonly Did Hill = ExtensionTests.Person('h');
    private static readonly Did Quay = ExtensionTests.Person('q');
    private static readonly Did Zoe = ExtensionTests.Person('z');
    private static readonly string Head = new('0', 64);

    private readonly OneCabinet _mill = new();

    public void Dispose() => _mill.Dispose();

    [Fact]
    public void What_was_answered_is_in_the_market_under_its_home()
    {
        var market = Join((Hill, Person(Zoe, Item(1), Item(2))));

        Assert.Equal([Hill.Value], market.Offerings.Select(o => o.HomeNode));
        Assert.Equal([Hill.Value], market.Needs.Select(n => n.HomeNode));
    }

    [Fact]
    public void Two_neighbours_that_claim_the_same_person_and_entries_do_not_push_each_other_aside()
    {
        var market = Join((Hill, Person(Zoe, Item(1), Item(2))), (Quay, Person(Zoe, Item(1), Item(2))));

        Assert.Equal([Hill.Value, Quay.Value], market.Offerings.Select(o => o.HomeNode).Order());
    }

    [Fact]
    public void One_entry_has_one_owner_and_is_either_offered_or_needed()
    {
        var other = ExtensionTests.Person('y');
        var market = Join(
            (Hill, Person(Zoe, Item(1), Item(2))),
            (Hill, Person(other, Item(1), Item(3))),
            (Hill, Person(other, Item(4), Item(4)))
        );

        Assert.Equal(["1", "4"], market.Offerings.Select(o => o.Id[35..36]).Order());
        Assert.Equal(["2", "3"], market.Needs.Select(n => n.Id[35..36]).Order());
    }

    [Fact]
    public void A_resident_of_ours_is_not_taken_from_a_neighbours_answer()
    {
        var own = _mill.Resident("Alice").Did;

        Assert.Empty(Join((Hill, Person(own, Item(1), Item(2)))).Offerings);
    }

    [Theory]
    [InlineData("no id", 1, "bread", 1, 0)]
    [InlineData("00000000-0000-7000-8000-000000000001", 0, "bread", 1, 0)]
    [InlineData("00000000-0000-7000-8000-000000000001", 1, "two words", 1, 0)]
    [InlineData("00000000-0000-7000-8000-000000000001", 1, "bad\u0085", 1, 0)]
    [InlineData("00000000-0000-7000-8000-000000000001", 1, "bread", 0, 0)]
    [InlineData("00000000-0000-7000-8000-000000000001", 1, "bread", int.MaxValue, 0)]
    [InlineData("00000000-0000-7000-8000-000000000001", 1, "bread", 1, 7)]
    [InlineData("00000000-0000-7000-8000-000000000001", 1, "bread", 1, -1)]
    public void Nonsense_is_left_out_and_the_rest_stays(string id, int version, string category, int free, int audience)
    {
        var bad = new PartnerPerson(Zoe.Value, Head, [new(id, version, category, free, [audience])], [Needed(Item(2))]);
        var market = Join((Hill, bad), (Hill, Person(ExtensionTests.Person('y'), Item(3), Item(4))));

        Assert.Single(market.Offerings);
        Assert.Equal(2, market.Needs.Count);
    }

    [Fact]
    public void One_neighbour_can_fill_the_search_with_so_many_people_and_no_more()
    {
        var book = new FoundBook(_mill.Did, peoplePerPeer: 1);
        foreach (var letter in "uvw")
            book.Take(_mill.Db, Hill, Answer(Person(ExtensionTests.Person(letter), Item(letter), Item(letter + 50))));

        Assert.Equal(1, book.Count);
    }

    private Market Join(params (Did Home, PartnerPerson Person)[] answers)
    {
        var book = new FoundBook(_mill.Did, peoplePerPeer: 100);
        foreach (var (home, person) in answers)
            book.Take(_mill.Db, home, Answer(person));
        var (market, refusal) = book.Join(_mill.Db, Market.Create([], []), new Dictionary<string, int>());
        Assert.Null(refusal);
        return market!;
    }

    private static PartnerAnswerBody Answer(PartnerPerson person) => new("", 0, 1, true, [Hill.Value, Quay.Value], [person]);

    private static PartnerPerson Person(Did did, string offering, string need) =>
        new(did.Value, Head, [new(offering, 1, "bread", 1, [0])], [Needed(need)]);

    private static PartnerNeed Needed(string id) => new(id, 1, ["repair"], 1, [1]);

    private static string Item(int number) => $"00000000-0000-7000-8000-{number:x12}";
}
