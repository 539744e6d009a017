using EdgeNode.Matching.Words;

namespace EdgeNode.Tests.Unit.Matching.Words;

public sealed class CategoryListTests : IDisposable
{
    /// <summary>The columns of ESCO's file of skills.</summary>
    private const string Header = "conceptType,conceptUri,skillType,reuseLevel,preferredLabel,altLabels,hiddenLabels,status\n";

    private readonly WordsCabinet _cabinet = new();

    public void Dispose() => _cabinet.Dispose();

    [Fact]
    public void A_list_in_the_form_of_ESCO_is_read_with_its_other_labels()
    {
        var read = CategoryList.Read(
            Header
                + "KnowledgeSkillCompetence,http://x/1,skill,local,tame falcons,\"train falcons\nkeep \"\"birds\"\" of prey\",,released\r\n"
                + "KnowledgeSkillCompetence,http://x/2,skill,local,\"weave nets, by hand\",,,released\n"
        );
        Assert.Empty(read.Faults);
        Assert.Equal(["list/tame-falcons", "list/weave-nets-by-hand"], read.Categories.Select(c => c.Id));
        Assert.Equal(["train falcons", "keep \"birds\" of prey"], read.Categories[0].Words.Synonyms);
        Assert.Equal("http://x/1", read.Categories[0].Uri);
    }

    [Fact]
    public void An_imported_category_is_suggested_beside_the_shipped_ones_and_may_be_stored()
    {
        Import("label,synonyms\nTame falcons,train hawks|keep birds of prey\n", "en");
        var suggested = _cabinet.Suggest("hawks").Categories.Single(c => c.Id == "list/tame-falcons");
        Assert.Equal("Tame falcons", suggested.Label);
        Assert.True(EdgeNode.Federation.Listings.IsCategory(suggested.Id));
        Assert.Equal("bread", _cabinet.Ids("bread")[0]);
    }

    [Fact]
    public void A_second_language_joins_by_the_uri_and_a_second_import_replaces_the_first()
    {
        Import("uri,label\nhttp://x/1,Tame falcons\n", "en");
        Import("uri,label\nhttp://x/1,Dresser des faucons\n", "fr");
        Assert.Equal("list/tame-falcons", _cabinet.Suggest("faucons", "fr").Categories.Single().Id);
        Assert.Equal("Dresser des faucons", _cabinet.Suggest("falcons", "fr").Categories[0].Label);

        Import("uri,label\nhttp://x/2,Polish lenses\n", "en");
        Assert.Equal("Dresser des faucons", _cabinet.Suggest("faucons", "en").Categories[0].Label);
        Assert.Contains("list/polish-lenses", _cabinet.Ids("lenses"));
    }

    [Fact]
    public void What_was_imported_stays_when_the_shipped_list_changes()
    {
        Import("label\nTame falcons\n", "en");
        _cabinet.Db.Run("UPDATE word_state SET stamp = 'older'");
        _cabinet.Restart();
        Assert.Equal("list/tame-falcons", _cabinet.Ids("falcons")[0]);
        Assert.Equal("bread", _cabinet.Ids("bread")[0]);
    }

    [Fact]
    public void Two_labels_that_fold_to_one_word_keep_apart()
    {
        var read = CategoryList.Read("label\nC++\nC#\n");
        Assert.Empty(read.Faults);
        Assert.Equal(2, read.Categories.Select(c => c.Id).Distinct().Count());
        Assert.Equal(read.Categories.Select(c => c.Id), CategoryList.Read("label\nC++\nC#\n").Categories.Select(c => c.Id));
    }

    [Theory]
    [InlineData("", "line 1: the file is empty")]
    [InlineData("label\n", "line 2: no category follows the first line")]
    [InlineData("name,text\na,b\n", "line 1: no column preferredLabel")]
    [InlineData("label,uri\nbread\n", "line 2: 1 fields where the first line has 2")]
    [InlineData("label\nbread\n\nbread\n", "line 4: bread stands twice")]
    [InlineData("label\n\"bread\n", "line 2: a quotation mark is not closed")]
    [InlineData("label\n\"bread\"x\n", "line 2: a quotation mark is not closed, or something follows")]
    [InlineData("label\n\"a\nb\"\n", "line 2: a label has 1 to 200 characters and stands on one line")]
    [InlineData("label\n\"one\"\n\"!!\"\n", "line 3: the label !! has no letter")]
    public void A_file_with_a_fault_is_refused_whole_with_its_line(string csv, string fault)
    {
        var read = CategoryList.Read(csv);
        Assert.Empty(read.Categories);
        Assert.StartsWith(fault, Assert.Single(read.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_are_counted_through_fields_of_several_lines()
    {
        var read = CategoryList.Read("label,synonyms\na,\"x\ny\nz\"\nb\n");
        Assert.StartsWith("line 5: 1 fields", Assert.Single(read.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_categories_and_too_many_faults_end_the_reading()
    {
        var many = "label\n" + string.Concat(Enumerable.Range(0, CategoryList.MostCategories + 5).Select(i => $"thing{i}\n"));
        Assert.Contains("more than 20000", CategoryList.Read(many).Faults[0], StringComparison.Ordinal);
        var wrong = "label\n" + string.Concat(Enumerable.Range(0, 1000).Select(_ => "a,b\n"));
        Assert.Equal(CategoryList.MostFaults, CategoryList.Read(wrong).Faults.Count);
    }

    [Fact]
    public void Bytes_that_are_no_list_are_refused_and_never_a_crash()
    {
        var chance = new Seeded(3);
        for (var i = 0; i < 3000; i++)
        {
            var text = new string([.. Enumerable.Range(0, chance.Below(60)).Select(_ => "ab,\"\n\r|\0é"[chance.Below(9)])]);
            var read = CategoryList.Read((chance.Chance(70) ? "label,uri\n" : "") + text);
            Assert.True(read.Faults.Count > 0 || read.Categories.Count > 0, text);
        }
    }

    private void Import(string csv, string language)
    {
        var read = CategoryList.Read(csv);
        Assert.Empty(read.Faults);
        CategoryList.Import(_cabinet.Db, language, read.Categories);
    }
}
