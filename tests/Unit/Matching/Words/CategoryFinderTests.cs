using EdgeNode.Matching.Words;

namespace EdgeNode.Tests.Unit.Matching.Words;

public sealed class CategoryFinderTests : IDisposable
{
    private readonly WordsCabinet _cabinet = new();

    public void Dispose() => _cabinet.Dispose();

    [Theory]
    [InlineData("Fresh sourdough every Friday", "bread")]
    [InlineData("I can repair bikes", "bike-repair")]
    [InlineData("my bicycle has a flat tyre", "bike-repair")]
    [InlineData("Help with my tax return", "tax-help")]
    [InlineData("babysitter for saturday night", "childcare")]
    [InlineData("Legal advice, one hour", "legal")]
    [InlineData("Catering for ten", "catering")]
    [InlineData("A poster for our summer feast", "design")]
    [InlineData("washing machine is broken", "washing-machine-repair")]
    [InlineData("drill", "power-tools")]
    [InlineData("algebra", "maths-lessons")]
    [InlineData("دروس عربية للمبتدئين", "arabic-lessons")]
    [InlineData("الخبز", "bread")]
    [InlineData("تصليح الدراجات", "bike-repair")]
    [InlineData("خُبز", "bread")]
    [InlineData("साइकिल का पंक्चर", "bike-repair")]
    [InlineData("हिंदी सीखना", "hindi-lessons")]
    [InlineData("सब्ज़ियाँ", "vegetables")]
    [InlineData("सब्जियां", "vegetables")]
    public void Words_of_every_language_suggest_their_category_first(string typed, string category) =>
        Assert.Equal(category, _cabinet.Ids(typed)[0]);

    [Theory]
    [InlineData("brea", "bread")]
    [InlineData("bike rep", "bike-repair")]
    [InlineData("plumb", "plumbing")]
    [InlineData("دراج", "bike-loan")]
    [InlineData("मिठ", "cakes")]
    public void A_word_that_has_only_begun_suggests_already(string typed, string category) =>
        Assert.Contains(category, _cabinet.Ids(typed));

    [Theory]
    [InlineData("bycicle repair", "bike-repair", "bicycle repair")]
    [InlineData("vegatables", "vegetables", "vegetables")]
    [InlineData("vegatab", "vegetables", "vegetables")]
    [InlineData("brxad ", "bread", "bread")]
    [InlineData("photografy", "photography", "photography")]
    [InlineData("carpetnry", "carpentry", "carpentry")]
    [InlineData("سبااكة", "plumbing", "سباكه")]
    [InlineData("साइकल की मरम्मत", "bike-repair", "साइकिल मरम्मत")]
    public void A_misspelt_word_is_put_right_and_said_so(string typed, string category, string meant)
    {
        var suggested = _cabinet.Suggest(typed);
        Assert.Equal(category, suggested.Categories[0].Id);
        Assert.StartsWith(meant[..4], suggested.Meant, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_come_in_the_language_asked_for()
    {
        Assert.Equal("خبز", _cabinet.Suggest("bread", "ar").Categories[0].Label);
        Assert.Equal("Bread", _cabinet.Suggest("خبز").Categories[0].Label);
        Assert.Equal("Bread", _cabinet.Suggest("bread", "xx").Categories[0].Label);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("!?*\"'() -")]
    [InlineData("xqzvkjw")]
    public void Nothing_is_suggested_for_nothing(string typed) => Assert.Empty(_cabinet.Ids(typed));

    [Fact]
    public void Every_label_finds_its_own_category_first()
    {
        foreach (var language in Taxonomy.Seed.Translations)
        {
            var missed = Taxonomy
                .Seed.Leaves.Where(l => !_cabinet.Ids(language.Words[l.Id].Label + " ").Take(3).Contains(l.Id))
                .Select(l => l.Id);
            Assert.Empty(missed);
        }
    }

    [Fact]
    public void What_neighbours_share_under_a_category_suggests_it()
    {
        _cabinet.Offer("Ukulele strings and picks", "beekeeping");
        _cabinet.Offer("Zither strings", "zither", WordsCabinet.Hill);
        var suggested = _cabinet.Suggest("zither").Categories.Single(c => c.Id == "zither");
        Assert.Equal(SuggestedBy.Neighbours, suggested.By);
    }

    [Fact]
    public void What_is_kept_to_one_cabinet_or_comes_from_no_peer_suggests_nothing()
    {
        _cabinet.Offer("Zither strings", "zither", shared: false);
        _cabinet.Offer("Zither strings", "zither", WordsCabinet.Stranger);
        Assert.DoesNotContain("zither", _cabinet.Ids("zither strings"));
        Assert.DoesNotContain("zither", _cabinet.Ids("zither"));
    }

    [Fact]
    public void The_same_question_has_the_same_answer()
    {
        foreach (var typed in new[] { "repair", "lessons", "help", "child", "music", "a" })
            Assert.Equal(_cabinet.Ids(typed), _cabinet.Ids(typed));
    }
}
