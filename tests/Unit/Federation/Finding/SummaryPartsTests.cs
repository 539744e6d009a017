using EdgeNode.Federation;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Federation.Finding;

public sealed class SummaryPartsTests
{
    private static readonly Did Hill = ExtensionTests.Person('h');
    private static readonly Did Quay = ExtensionTests.Person('q');

    [Fact]
    public void People_whose_entries_are_shared_alike_are_counted_together()
    {
        var sketch = Assert.Single(Told(Hill, Resident('a', [Hill], 2), Resident('b', [Hill], 3)));

        Assert.Equal(5, sketch.Categories.Single(c => c.Mark == CategoryMarks.Of("bread")).Offered);
        Assert.Equal(2, sketch.Categories.Single(c => c.Mark == CategoryMarks.Of("repair")).Needed);
        Assert.Equal([new SketchMove(CategoryMarks.Of("repair"), CategoryMarks.Of("bread"))], sketch.Moves);
    }

    [Fact]
    public void A_neighbour_is_told_only_of_what_it_may_see()
    {
        ShelfPerson[] people = [Resident('a', [Hill], 1), Resident('b', [Hill, Quay], 1)];

        Assert.Equal(2, Told(Hill, people).Count);
        Assert.Single(Told(Quay, people));
    }

    [Fact]
    public void What_no_neighbour_sees_together_is_no_move()
    {
        var half = new ShelfPerson(
            ExtensionTests.Person('a'),
            [new("o", 1, "bread", 1, [Hill])],
            [new("n", 1, ["repair"], 1, [Quay])]
        );

        Assert.Empty(Assert.Single(Told(Hill, half)).Moves);
    }

    [Fact]
    public void A_statement_never_carries_more_than_it_may()
    {
        string[] wants = [.. Enumerable.Range(0, 1024).Select(i => $"kind/{i}")];
        var huge = new ShelfPerson(
            ExtensionTests.Person('a'),
            [.. Enumerable.Range(0, 50).Select(k => new ShelfOffering($"o{k}", 1, $"gift/{k}", 1, [Hill]))],
            [.. Enumerable.Range(0, 50).Select(k => new ShelfNeed($"n{k}", 1, wants, 1, [Hill]))]
        );

        var parts = SummaryParts.SeenBy(SummaryParts.Of(new Shelf([huge])), Hill);

        Assert.All(
            parts,
            p => Assert.InRange(WireJson.Write(p, WireJson.Default.PartnerSummaryBody).Length, 1, PartnerSummaryBody.MaxBody)
        );
    }

    [Fact]
    public void More_than_fits_is_said_to_be_not_whole()
    {
        // Each has an audience of its own, so each is a part of its own.
        var people = "bcdefghijklmnopqrstuvwxyz".Select(c => Resident(c, [Hill, ExtensionTests.Person(c)], 1)).ToArray();

        var parts = SummaryParts.SeenBy(SummaryParts.Of(new Shelf(people)), Hill);

        Assert.Equal(PartnerSummaryBody.MaxParts, parts.Count);
        Assert.All(parts, p => Assert.False(p.Whole));
    }

    [Fact]
    public void A_full_part_still_fits_a_statement()
    {
        string[] wants = [.. Enumerable.Range(0, 900).Select(i => $"kind/{i}")];
        var people = Enumerable
            .Range(0, 20)
            .Select(i => new ShelfPerson(
                ExtensionTests.Person('a'),
                [.. Enumerable.Range(0, 5).Select(k => new ShelfOffering($"o{i}/{k}", 1, $"gift/{i}/{k}", 1, [Hill]))],
                [new($"n{i}", 1, wants, 1, [Hill])]
            ));

        var parts = SummaryParts.SeenBy(SummaryParts.Of(new Shelf([.. people])), Hill);

        Assert.True(parts.Count > 1);
        Assert.All(parts, p => Assert.NotNull(PartnerSketch.Unpack(p.Categories, p.Moves)));
    }

    private static List<PartnerSketch> Told(Did peer, params ShelfPerson[] people) =>
        [
            .. SummaryParts
                .SeenBy(SummaryParts.Of(new Shelf(people)), peer)
                .Select(p => PartnerSketch.Unpack(p.Categories, p.Moves)!),
        ];

    private static ShelfPerson Resident(char letter, Did[] audience, int units) =>
        new(
            ExtensionTests.Person(letter),
            [new("o" + letter, 1, "bread", units, audience)],
            [new("n" + letter, 1, ["repair"], 1, audience)]
        );
}
