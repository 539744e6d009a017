using EdgeNode.Matching.Words;

namespace EdgeNode.Tests.Unit.Matching.Words;

public sealed class WordFoldTests
{
    [Theory]
    [InlineData("Crème BRÛLÉE", "creme brulee")]
    [InlineData("cre\u0300me", "creme")]
    [InlineData("Straße, Łódź & smørrebrød", "strasse lodz smorrebrod")]
    [InlineData("children's toys", "childrens toys")]
    [InlineData("Žižkov-Ďáblice", "zizkov dablice")]
    [InlineData("3D-Druck", "3d druck")]
    [InlineData("خُبْزٌ", "خبز")]
    [InlineData("أُسرة، إيجار؛ آلات", "اسره ايجار الات")]
    [InlineData("مـــوسيقى", "موسيقي")]
    [InlineData("کتاب ۱۲", "كتاب 12")]
    [InlineData("हिन्दी", "हिंदी")]
    [InlineData("सब्ज़ी", "सब्जी")]
    [InlineData("सब्\u095Bी", "सब्जी")]
    [InlineData("साइकिलें और चाँद", "साइकिलें और चांद")]
    [InlineData("क्\u200Dष २०२६", "क्ष 2026")]
    [InlineData("বাংলা ২০", "বাংলা 20")]
    [InlineData("👩‍🌾 tomatoes!", "tomatoes")]
    [InlineData("  \t\n", "")]
    public void Words_have_one_form_whatever_keyboard_wrote_them(string typed, string folded) =>
        Assert.Equal(folded, WordFold.Text(typed, 40));

    [Fact]
    public void Nasal_signs_are_one_before_their_own_consonants_only()
    {
        Assert.Equal(WordFold.Text("सम्बन्ध", 1), WordFold.Text("संबंध", 1));
        Assert.NotEqual(WordFold.Text("जन्म", 1), WordFold.Text("जंम", 1));
    }

    [Fact]
    public void Long_texts_and_long_words_are_cut()
    {
        Assert.Equal(3, WordFold.Words("a b c d e", 3).Count);
        Assert.Equal(WordFold.MaxWord, WordFold.Words(new string('x', 1000), 3).Single().Length);
    }

    [Fact]
    public void Folding_a_folded_word_changes_nothing()
    {
        foreach (var words in Taxonomy.Seed.Translations.SelectMany(t => t.Words.Values))
        {
            var once = WordFold.Text(words.Label, 40);
            Assert.Equal(once, WordFold.Text(once, 40));
        }
    }
}
