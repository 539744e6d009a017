using System.Text;
using EdgeNode.Appliance.Demo;
using EdgeNode.Matching;
using EdgeNode.Tests.Unit.Tidy;

namespace EdgeNode.Tests.Unit.Appliance.Demo;

/// <summary>Who lives where in the demo, and what they post.</summary>
public sealed class DemoInputTests
{
    [Theory]
    [InlineData("001-MED", 1)]
    [InlineData("002-ANT", 2)]
    [InlineData("597-TIG", 0)]
    [InlineData("BREAD", 1)]
    public void An_item_lives_at_the_same_cabinet_for_ever(string item, int cabinet) =>
        Assert.Equal(cabinet, DemoInput.CabinetOf(item));

    [Fact]
    public void The_real_trade_becomes_597_residents_and_1139_entries_spread_over_three_cabinets()
    {
        var list = WantList.Parse("ask.txt", File.ReadAllBytes(Tree.PathOf("tests/data/matching/ask.txt")));

        var input = DemoInput.FromWantList("ask", list, "ask");

        Assert.Equal((597, 542, 1139), (input.People.Count, input.Needs, input.Entries));
        Assert.Equal([170, 224, 203], from c in Enumerable.Range(0, 3) select input.People.Count(p => p.Cabinet == c));
        Assert.All(Enumerable.Range(0, 3), cabinet => Assert.True(input.SeesAll(cabinet)));
        var first = input.People[0];
        Assert.Equal(("001-MED", "ask/001-MED", "001-MED"), (first.Label, first.Category, first.Title));
        Assert.Equal(["ask/586-HOL", "ask/483-ALA", "ask/264-SAM", "ask/413-SAM", "ask/010-GIG"], first.Accepts);
    }

    [Fact]
    public void Who_wants_nothing_posts_an_offering_and_no_need()
    {
        var input = DemoInput.FromWantList("list", Parse("BREAD LAMP\nLAMP\n"), "list");

        Assert.Equal([2, 1], input.People.Select(p => p.Entries));
    }

    [Fact]
    public void The_ring_of_three_leaves_the_third_cabinet_out()
    {
        var input = DemoInput.RingOfThree();

        Assert.Equal([6, 6, 0], Enumerable.Range(0, 3).Select(input.EntriesAt));
        Assert.Equal([false, false, true], Enumerable.Range(0, 3).Select(input.IsOutsider));
        Assert.DoesNotContain(input.People, p => p.ShareWith is null || p.ShareWith.Contains(2));
    }

    [Theory]
    [InlineData("", "list.txt:1: expected at least one want list")]
    [InlineData(
        "#! ALLOW-DUMMIES\n(ANNA) %ANY LAMP\n(ANNA) LAMP %ANY\n",
        "list.txt:2: dummy items are read but not planned yet; a later version will, until then leave them out."
    )]
    public void What_residents_cannot_post_is_refused_with_file_and_line(string text, string sentence)
    {
        var refused = Assert.Throws<DemoException>(() => DemoInput.FromWantList("list", Parse(text), "list"));

        Assert.Equal(sentence, refused.Message);
    }

    [Fact]
    public void A_name_too_long_for_a_category_is_refused_with_file_and_line()
    {
        var list = Parse($"BREAD\n{new string('A', 76)} BREAD\n");

        var refused = Assert.Throws<DemoException>(() => DemoInput.FromWantList("list", list, "list"));

        Assert.Equal("list.txt:2: expected an item name of at most 75 characters, so that it fits a category", refused.Message);
    }

    private static WantList Parse(string text) => WantList.Parse("list.txt", Encoding.UTF8.GetBytes(text));
}
