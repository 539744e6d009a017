using EdgeNode.Matching;
using EdgeNode.Matching.Words;

namespace EdgeNode.Tests.Unit.Matching.Words;

public sealed class TaxonomyTests
{
    private const string Tree = "g.a food\n  bread\n  tea kettle\n";
    private const string English = "g.a = Food\nbread = Bread; loaf\ntea = Tea\n";

    /// <summary>Entries on cabinets of version 0.1 are filed under these.</summary>
    private static readonly string[] Before =
    [
        "food",
        "catering",
        "garden",
        "repair",
        "bike",
        "building",
        "cleaning",
        "transport",
        "lessons",
        "design",
        "legal",
        "computers",
        "childcare",
        "care",
        "health",
        "animals",
        "clothes",
        "room",
        "music",
        "games",
    ];

    [Fact]
    public void The_seed_list_has_a_few_hundred_categories_in_groups_that_fit_a_screen()
    {
        Assert.InRange(Taxonomy.Seed.Leaves.Count, 250, 400);
        Assert.InRange(Taxonomy.Seed.Groups.Count, 15, 30);
        Assert.All(Taxonomy.Seed.Groups, g => Assert.InRange(Taxonomy.Seed.LeavesOf(g.Id).Count(), 5, 25));
    }

    [Fact]
    public void Every_category_that_was_ever_shipped_is_still_there() =>
        Assert.All(Before, id => Assert.False(Taxonomy.Seed.Find(id)!.IsGroup));

    [Fact]
    public void Every_category_has_a_label_in_every_language_and_every_leaf_stands_below_a_group()
    {
        Assert.Equal(["ar", "en", "hi"], Taxonomy.Seed.Translations.Select(t => t.Language));
        foreach (var language in Taxonomy.Seed.Translations)
        {
            Assert.Equal(Taxonomy.Seed.Nodes.Select(n => n.Id).Order(), language.Words.Keys.Order());
            Assert.All(language.Words.Values, w => Assert.InRange(w.Label.Length, 1, Items.MaxTitle));
        }

        Assert.All(Taxonomy.Seed.Leaves, leaf => Assert.True(Taxonomy.Seed.Find(leaf.Parent!)!.IsGroup));
    }

    [Fact]
    public void What_no_speaker_has_checked_is_marked_as_a_draft() =>
        Assert.Equal(["ar", "hi"], Taxonomy.Seed.Translations.Where(t => t.Draft).Select(t => t.Language));

    [Fact]
    public void Labels_are_written_in_the_script_of_their_language()
    {
        var arabic = Taxonomy.Seed.Translations.Single(t => t.Language == "ar").Words.Values;
        var hindi = Taxonomy.Seed.Translations.Single(t => t.Language == "hi").Words.Values;
        Assert.All(arabic, w => Assert.DoesNotContain(w.Label, char.IsAsciiLetter));
        Assert.All(arabic, w => Assert.Contains(w.Label, c => c is >= '\u0600' and <= '\u06FF'));
        Assert.All(hindi, w => Assert.DoesNotContain(w.Label, char.IsAsciiLetter));
        Assert.All(hindi, w => Assert.Contains(w.Label, c => c is >= '\u0900' and <= '\u097F'));
    }

    [Fact]
    public void A_pictogram_is_the_group_s_where_a_leaf_names_none()
    {
        var tree = Taxonomy.Read(Tree, [("en", English)]);
        Assert.Equal("food", tree.Find("bread")!.Pictogram);
        Assert.Equal("kettle", tree.Find("tea")!.Pictogram);
    }

    [Fact]
    public void A_word_that_a_language_lacks_is_said_in_English()
    {
        var tree = Taxonomy.Read(Tree, [("en", English), ("fr", "bread = Pain\n")]);
        Assert.Equal("Pain", tree.LabelOf("bread", "fr"));
        Assert.Equal("Tea", tree.LabelOf("tea", "fr"));
        Assert.Null(tree.LabelOf("wine", "fr"));
    }

    [Theory]
    [InlineData("  bread\n", English, "tree, line 1: a leaf before the first group")]
    [InlineData(Tree + "  bread\n", English, "tree, line 4: bread stands twice")]
    [InlineData("g.a\n", English, "tree, line 1: not")]
    [InlineData("a food\n", English, "tree, line 1: a: ids of groups begin with g.")]
    [InlineData("g.a food\n  g.b\n", English, "tree, line 2: g.b: ids of groups begin with g.")]
    [InlineData("g.a food\n  Brot\n", English, "tree, line 2: Brot: an id is small letters")]
    [InlineData(Tree, "g.a = Food\nbread = Bread\n", "words.en: tea has no label")]
    [InlineData(Tree, English + "wine = Wine\n", "words.en, line 4: no category wine")]
    [InlineData(Tree, "g.a = Food\nbread = Tea\ntea = Tea\n", "words.en, line 3: tea or its label stands twice")]
    [InlineData(Tree, "g.a = Food\nbread: Bread\n", "words.en, line 2: not")]
    [InlineData(Tree, "g.a = Food\nbread = Bread;;\n", "words.en, line 2: not")]
    public void A_list_that_does_not_fit_is_refused_with_its_line(string tree, string english, string why)
    {
        var refused = Assert.Throws<TaxonomyException>(() => Taxonomy.Read(tree, [("en", english)]));
        Assert.StartsWith(why, refused.Message, StringComparison.Ordinal);
    }
}
