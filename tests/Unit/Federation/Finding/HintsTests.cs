using EdgeNode.Federation;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Federation.Finding;

public sealed class HintsTests
{
    private static readonly Did Hill = ExtensionTests.Person('h');
    private static readonly Did Quay = ExtensionTests.Person('q');
    private static readonly ShelfPerson Own = new(
        ExtensionTests.Person('a'),
        [new("o", 1, "legal", 1, [Hill, Quay])],
        [new("n", 1, ["catering"], 1, [Hill, Quay])]
    );

    [Fact]
    public void A_move_that_closes_a_ring_of_two_is_useful() => Assert.Single(Useful(2, (Hill, "legal", "catering", [])));

    [Fact]
    public void A_move_that_leads_nowhere_is_not() =>
        Assert.Empty(Useful(4, (Hill, "legal", "music", []), (Hill, "painting", "catering", [])));

    [Fact]
    public void A_move_over_another_neighbour_is_useful_within_the_cap()
    {
        (Did, string, string, Did[])[] moves = [(Hill, "legal", "design", [Quay]), (Quay, "design", "catering", [Hill])];

        Assert.Single(Useful(3, moves));
        Assert.Empty(Useful(2, moves));
    }

    [Fact]
    public void What_is_not_shared_with_the_asked_neighbour_leads_to_no_question()
    {
        var hidden = new ShelfPerson(Own.Did, [new("o", 1, "legal", 1, [Quay])], [new("n", 1, ["catering"], 1, [Quay])]);
        var known = new Dictionary<Did, IReadOnlyList<SummaryPart>> { [Hill] = [Part("legal", "catering", [])] };

        Assert.Empty(new HintBook(new Shelf([hidden]), known, 3).UsefulAt(Hill));
    }

    [Fact]
    public void What_the_asked_neighbour_may_not_see_is_in_no_question_to_it() =>
        Assert.Empty(Useful(3, (Hill, "legal", "design", [Quay]), (Quay, "design", "catering", [])));

    /// <summary>The moves at Hill that a question to Hill would be made of.</summary>
    private static List<SketchMove> Useful(int cap, params (Did Origin, string Needs, string Offers, Did[] Audience)[] moves)
    {
        var known = moves
            .GroupBy(m => m.Origin)
            .ToDictionary(g => g.Key, g => (IReadOnlyList<SummaryPart>)[.. g.Select(m => Part(m.Needs, m.Offers, m.Audience))]);
        return new HintBook(new Shelf([Own]), known, cap - 1).UsefulAt(Hill);
    }

    private static SummaryPart Part(string needs, string offers, Did[] audience)
    {
        var move = new SketchMove(CategoryMarks.Of(needs), CategoryMarks.Of(offers));
        return new(audience, new PartnerSketch([], [move]));
    }
}
