using EdgeNode.Matching;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Matching.Words;

public sealed class EntryFinderTests : IDisposable
{
    private readonly WordsCabinet _cabinet = new();

    public void Dispose() => _cabinet.Dispose();

    [Fact]
    public void Shared_offers_and_needs_are_found_by_their_words_here_and_at_neighbours()
    {
        _cabinet.Offer("Rye bread, two loaves a week", "bread");
        _cabinet.Need("Bread for our feast", ["bread", "cakes"], WordsCabinet.Hill);
        var found = _cabinet.Find("bread").Entries;
        Assert.Equal(2, found.Count);
        Assert.Equal(["bread", "cakes"], found.Single(e => !e.IsOffering).Categories);
        Assert.Equal(WordsCabinet.Hill, found.Single(e => !e.IsOffering).HomeNode);
    }

    [Fact]
    public void What_somebody_keeps_to_this_cabinet_is_never_found_nor_hinted_at()
    {
        _cabinet.Offer("Kombucha cultures", "food", shared: false);
        _cabinet.Need("Kombucha advice", ["food"], shared: false);
        foreach (var typed in new[] { "kombucha", "Kombucha cultures", "kombuch", "kombucja", "kombuhca" })
        {
            Assert.Empty(_cabinet.Find(typed).Entries);
            Assert.Null(_cabinet.Find(typed).Meant);
            Assert.Null(_cabinet.Suggest(typed).Meant);
        }

        Assert.Empty(_cabinet.Titles("food"));
        Assert.False(_cabinet.Db.Exists("SELECT 1 FROM vocabulary WHERE word = 'kombucha'"));
    }

    [Fact]
    public void Entries_of_a_cabinet_without_a_peering_are_not_shown()
    {
        _cabinet.Offer("Kombucha cultures", "food", WordsCabinet.Stranger);
        Assert.Empty(_cabinet.Titles("kombucha"));
        Assert.Null(_cabinet.Find("kombucja").Meant);
    }

    [Fact]
    public void What_is_withdrawn_or_used_up_is_not_shown()
    {
        var withdrawn = _cabinet.Offer("Kombucha cultures", "food");
        var used = _cabinet.Offer("Kombucha jar", "food");
        Items.HoldHard(_cabinet.Db, "c", used, 1, 1);
        Assert.True(Items.Consume(_cabinet.Db, "c", used));
        Items.Withdraw(_cabinet.Db, withdrawn, WordsCabinet.Mill, 2, new Moment(2));
        Assert.Empty(_cabinet.Titles("kombucha"));
        Assert.False(_cabinet.Db.Exists("SELECT 1 FROM entry_words WHERE item_id = $1", withdrawn));
    }

    [Fact]
    public void A_new_version_is_found_by_its_new_words_alone()
    {
        var id = _cabinet.Offer("Kombucha cultures", "food");
        var old = Items.FindOffering(_cabinet.Db, id)!;
        Items.Put(_cabinet.Db, old with { Version = 2, Title = "Kefir grains" }, new Moment(2));
        Assert.Empty(_cabinet.Titles("kombucha"));
        Assert.Equal(["Kefir grains"], _cabinet.Titles("kefir"));
        Items.Put(_cabinet.Db, old with { Version = 3, StatementId = null }, new Moment(3));
        Assert.Empty(_cabinet.Titles("kefir"));
    }

    [Fact]
    public void Words_change_in_the_transaction_of_their_entry_and_go_back_with_it()
    {
        _cabinet.Db.Begin();
        _cabinet.Offer("Kombucha cultures", "food");
        Assert.NotEmpty(_cabinet.Titles("kombucha"));
        _cabinet.Db.Rollback();
        Assert.Empty(_cabinet.Titles("kombucha"));
        Assert.False(_cabinet.Db.Exists("SELECT 1 FROM vocabulary WHERE word = 'kombucha'"));
    }

    [Fact]
    public void The_index_is_whole_after_many_changes()
    {
        var chance = new Seeded(11);
        string[] words = ["bread", "rye", "loaf", "bike", "repair", "lesson", "music", "خبز", "रोटी", "kombucha"];
        var ids = new List<string>();
        for (var i = 0; i < 300; i++)
        {
            var title = string.Join(' ', Enumerable.Range(0, 1 + chance.Below(4)).Select(_ => words[chance.Below(words.Length)]));
            if (ids.Count > 20 && chance.Chance(40))
            {
                var id = ids[chance.Below(ids.Count)];
                Items.Withdraw(_cabinet.Db, id, WordsCabinet.Mill, 2, new Moment(2));
                ids.Remove(id);
            }
            else
            {
                ids.Add(_cabinet.Offer(title, "food", shared: chance.Chance(80)));
            }
        }

        // FTS5 compares its index with the rows it was made of (fts5.html, 6.4).
        foreach (var index in new[] { "entry_fts", "category_fts", "vocabulary_fts" })
            _cabinet.Db.Run($"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)");
        var counted = _cabinet
            .Db.All("SELECT words FROM entry_words", r => r.Text(0))
            .SelectMany(w => w.Split(' ').Distinct())
            .Count(w => w == "rye");
        Assert.Equal(counted, _cabinet.Db.Number("SELECT entries FROM vocabulary WHERE word = 'rye'"));
    }

    [Fact]
    public void The_likeliest_comes_first_and_all_words_count_before_some()
    {
        _cabinet.Offer("Bicycle pump", "bike-parts");
        _cabinet.Offer("A long talk about the repair of many things, perhaps of a bicycle too, who knows", "repair");
        _cabinet.Offer("Bicycle repair", "bike-repair");
        var found = _cabinet.Titles("bicycle repair");
        Assert.Equal("Bicycle repair", found[0]);
        Assert.DoesNotContain("Bicycle pump", found);
        Assert.Contains("Bicycle pump", _cabinet.Titles("bicycle zeppelin"));
    }

    [Fact]
    public void The_name_of_a_category_finds_what_is_filed_under_it()
    {
        _cabinet.Offer("Two rye loaves", "bread");
        Assert.Equal(["Two rye loaves"], _cabinet.Titles("bread"));
        Assert.Equal(["Two rye loaves"], _cabinet.Titles("خبز"));
        Assert.Equal(["Two rye loaves"], _cabinet.Titles("ब्रेड"));
    }

    [Theory]
    [InlineData("repairing", "Bicycle repairs")]
    [InlineData("REPAIRED bicycles", "Bicycle repairs")]
    [InlineData("الدراجات", "تصليح دراجات")]
    [InlineData("دَرّاجة", "تصليح دراجات")]
    [InlineData("किताब", "पुरानी किताबें")]
    [InlineData("किताबों", "पुरानी किताबें")]
    [InlineData("creme", "Crème fraîche")]
    public void Other_forms_of_a_word_find_it_too(string typed, string title)
    {
        _cabinet.Offer("Bicycle repairs", "x");
        _cabinet.Offer("تصليح دراجات", "x");
        _cabinet.Offer("पुरानी किताबें", "x");
        _cabinet.Offer("Crème fraîche", "x");
        Assert.Equal(title, _cabinet.Titles(typed)[0]);
    }

    [Fact]
    public void A_misspelt_search_that_finds_nothing_asks_what_was_meant()
    {
        _cabinet.Offer("Accordion waltzes", "x");
        var found = _cabinet.Find("acordion waltses");
        Assert.Empty(found.Entries);
        Assert.Equal("accordion waltzes", found.Meant);
        Assert.NotEmpty(_cabinet.Titles(found.Meant!));
        Assert.Null(_cabinet.Find("accordion").Meant);
    }

    [Fact]
    public void A_plural_of_a_misspelt_word_is_understood_too()
    {
        _cabinet.Offer("Bicycle for a child", "x");
        Assert.Equal("bicycle", _cabinet.Find("bycicles").Meant);
    }

    [Fact]
    public void There_are_more_is_said_and_only_what_was_asked_for_is_given()
    {
        for (var i = 0; i < 25; i++)
            _cabinet.Offer($"Jigsaw number {i}", "board-games");
        var found = _cabinet.Find("jigsaw");
        Assert.True(found.More);
        Assert.Equal(20, found.Entries.Count);
    }

    [Theory]
    [InlineData("\"")]
    [InlineData("' OR 1=1 --")]
    [InlineData("NEAR(a b)")]
    [InlineData("words : *")]
    [InlineData("a AND NOT b OR c")]
    [InlineData("\u0000\u0001")]
    [InlineData("{name} ^ + -")]
    [InlineData("\uD800")]
    public void Whatever_is_typed_is_looked_for_and_nothing_else_happens(string typed)
    {
        _cabinet.Offer("Jigsaw", "board-games");
        _ = _cabinet.Find(typed);
        _ = _cabinet.Suggest(typed);
        Assert.NotEmpty(_cabinet.Titles("jigsaw"));
    }

    [Fact]
    public void Words_alone_make_no_arc_a_category_that_a_person_chose_does()
    {
        // The same words on both sides, filed under different categories: the search brings them together, the matcher does not.
        _cabinet.Offer("Rye bread", "food", who: WordsCabinet.Alice);
        _cabinet.Need("Rye bread", ["cakes"], who: WordsCabinet.Bob);
        _cabinet.Offer("Bicycle repair", "bike-repair", who: WordsCabinet.Bob);
        _cabinet.Need("Bicycle repair", ["bike-repair"], who: WordsCabinet.Alice);
        Assert.Equal(2, _cabinet.Find("rye bread").Entries.Count);
        Assert.Equal(0, RingsFound());

        _cabinet.Need("Rye bread", ["food"], who: WordsCabinet.Bob);
        Assert.Equal(1, RingsFound());
    }

    private int RingsFound()
    {
        var (market, refusal) = Items.Snapshot(
            _cabinet.Db,
            new Dictionary<string, int>(),
            new HashSet<Did> { WordsCabinet.Mill }
        );
        Assert.Null(refusal);
        return Planner.Solve(market!, new PlanOptions()).Rings.Count;
    }
}
