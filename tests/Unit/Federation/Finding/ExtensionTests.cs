using EdgeNode.Federation;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Federation.Finding;

public sealed class ExtensionTests
{
    private static readonly Did Peer = Person('p');

    [Fact]
    public void Who_needs_what_is_given_and_offers_what_leads_on_is_found()
    {
        var found = Find([Resident('a', gives: "bread", wants: "repair")], gives: ["repair"], leads: ["bread"], hops: 1);

        Assert.Equal([Person('a')], found.Select(p => p.Did));
    }

    [Fact]
    public void The_last_one_must_offer_what_leads_on()
    {
        ShelfPerson[] people = [Resident('a', gives: "music", wants: "repair"), Resident('b', gives: "bread", wants: "music")];

        Assert.Empty(Find(people, gives: ["repair"], leads: ["bread"], hops: 1));
        Assert.Equal([Person('a'), Person('b')], Find(people, gives: ["repair"], leads: ["bread"], hops: 2).Select(p => p.Did));
    }

    [Fact]
    public void The_hop_budget_is_kept()
    {
        ShelfPerson[] people =
        [
            Resident('a', gives: "1", wants: "0"),
            Resident('b', gives: "2", wants: "1"),
            Resident('c', gives: "3", wants: "2"),
        ];

        Assert.Equal(2, Find(people, gives: ["0"], leads: ["2", "3"], hops: 2).Count);
        Assert.Equal(3, Find(people, gives: ["0"], leads: ["3"], hops: 3).Count);
    }

    [Fact]
    public void Who_was_told_before_is_not_told_again()
    {
        ShelfPerson[] people = [Resident('a', gives: "bread", wants: "repair"), Resident('b', gives: "bread", wants: "music")];

        var found = Find(people, gives: ["repair", "music"], leads: ["bread"], hops: 1, visited: ["repair"]);

        Assert.Equal([Person('b')], found.Select(p => p.Did));
    }

    [Fact]
    public void A_circle_of_people_ends()
    {
        ShelfPerson[] people = [Resident('a', gives: "y", wants: "x"), Resident('b', gives: "x", wants: "y")];

        Assert.Equal(2, Find(people, gives: ["x"], leads: [], hops: 5).Count);
    }

    [Fact]
    public void A_person_is_seen_only_with_what_they_share_and_only_when_that_can_pass_something_on()
    {
        var half = new ShelfPerson(
            Person('a'),
            [new("o", 1, "bread", 1, [Peer])],
            [new("n", 1, ["repair"], 1, [Person('q')]), new("m", 1, ["music"], 1, [Peer])]
        );

        Assert.Equal(["m"], half.SeenBy(Peer)!.Wants.Select(n => n.Id));
        Assert.Null(half.SeenBy(Person('q')));
    }

    [Fact]
    public void A_long_list_of_wishes_keeps_those_that_were_asked_about()
    {
        string[] many = [.. Enumerable.Range(0, 600).Select(i => $"kind/{i:000}")];
        var person = new ShelfPerson(Person('a'), [new("o", 1, "bread", 1, [Peer])], [new("n", 1, many, 1, [Peer])]);

        var found = Find([person], gives: ["kind/599"], leads: ["bread"], hops: 1);

        Assert.Equal(PartnerNeed.MaxAccepts, found[0].Wants[0].Accepts.Count);
        Assert.Contains("kind/599", found[0].Wants[0].Accepts);
    }

    internal static Did Person(char letter) => new("did:edge:" + new string(letter, 52));

    internal static ShelfPerson Resident(char letter, string gives, string wants) =>
        new(Person(letter), [new("o" + letter, 1, gives, 1, [Peer])], [new("n" + letter, 1, [wants], 1, [Peer])]);

    private static List<ExtendedPerson> Find(
        ShelfPerson[] people,
        string[] gives,
        string[] leads,
        int hops,
        string[]? visited = null
    ) => Extension.Find(people, Marks(gives), Marks(leads), Marks(visited ?? []), hops);

    private static HashSet<uint> Marks(string[] categories) => [.. categories.Select(CategoryMarks.Of)];
}
