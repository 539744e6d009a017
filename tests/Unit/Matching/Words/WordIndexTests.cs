using EdgeNode.Matching;
using EdgeNode.Matching.Words;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Matching.Words;

public sealed class WordIndexTests : IDisposable
{
    private readonly WordsCabinet _cabinet = new();

    public void Dispose() => _cabinet.Dispose();

    [Fact]
    public void A_start_without_changes_writes_nothing()
    {
        var before = _cabinet.Db.Number("SELECT total_changes()");
        WordIndex.BringUp(_cabinet.Db);
        Assert.Equal(before, _cabinet.Db.Number("SELECT total_changes()"));
    }

    [Fact]
    public void A_database_of_the_version_before_gets_the_words_of_what_stands_in_it()
    {
        _cabinet.Offer("Rye bread", "bread");
        _cabinet.Offer("Hidden kombucha", "food", shared: false);
        MakeOlder();
        _cabinet.Restart();

        Assert.Equal(Items.Module.Version, _cabinet.Db.Number("SELECT version FROM meta WHERE module = 'Matching'"));
        Assert.Equal(["Rye bread"], _cabinet.Titles("bread"));
        Assert.Empty(_cabinet.Titles("kombucha"));
        Assert.Equal("bread", _cabinet.Ids("sourdough")[0]);
    }

    [Fact]
    public void A_migrated_database_has_the_shape_of_a_new_one()
    {
        static List<string> Shape(WordsCabinet c) =>
            c.Db.All(
                "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name",
                r => r.Text(0)
            );
        var fresh = Shape(_cabinet);
        MakeOlder();
        _cabinet.Restart();
        Assert.Equal(fresh, Shape(_cabinet));
    }

    /// <summary>As version 1 of Matching left it: no words, and items found by their statement.</summary>
    private void MakeOlder()
    {
        foreach (
            var table in new[]
            {
                "category_fts",
                "entry_fts",
                "vocabulary_fts",
                "category_words",
                "entry_words",
                "vocabulary",
                "word_state",
            }
        )
            _cabinet.Db.Run($"DROP TABLE {table}");
        _cabinet.Db.Run("DROP INDEX offering_category");
        _cabinet.Db.Run("DROP INDEX need_accept_category");
        foreach (var item in new[] { "offering", "need" })
            _cabinet.Db.Run($"CREATE INDEX {item}_statement ON {item} (statement_id) WHERE statement_id IS NOT NULL");
        _cabinet.Db.Run("UPDATE meta SET version = 1 WHERE module = 'Matching'");
    }

    [Fact]
    public void Words_made_by_other_rules_or_from_another_list_are_made_anew()
    {
        _cabinet.Offer("Rye bread", "bread");
        _cabinet.Db.Run("UPDATE word_state SET stamp = 'older'");
        _cabinet.Db.Run("DELETE FROM entry_words");
        _cabinet.Db.Run("DELETE FROM category_words WHERE category = 'bread'");
        _cabinet.Restart();
        Assert.Equal(["Rye bread"], _cabinet.Titles("rye"));
        Assert.Equal("bread", _cabinet.Ids("sourdough")[0]);
        _cabinet.Db.Run("INSERT INTO entry_fts (entry_fts, rank) VALUES ('integrity-check', 1)");
    }

    [Fact]
    public void A_neighbour_s_entry_that_is_not_shared_with_us_any_more_has_no_words()
    {
        var id = _cabinet.Offer("Rye bread", "x", WordsCabinet.Hill);
        Assert.True(Items.Withdraw(_cabinet.Db, id, WordsCabinet.Hill, 2, new Moment(2)));
        Assert.Empty(_cabinet.Titles("rye"));
        Assert.Equal(0, _cabinet.Db.Number("SELECT count(*) FROM vocabulary WHERE word = 'rye'"));
    }
}
