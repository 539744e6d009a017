using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Wire;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("Zoë's bread & jam")]
    [InlineData("مرحبا")]
    [InlineData("नमस्ते")]
    [InlineData("a\u200bb\u200d")]
    [InlineData("\u200fright to left\u200e")]
    [InlineData("\ud83d\ude00")]
    public void Words_of_any_language_are_plain(string text) => Assert.True(PlainText.Is(text));

    [Theory]
    [InlineData("line\nline")]
    [InlineData("tab\t")]
    [InlineData("bell\a")]
    [InlineData("\u0085")]
    [InlineData("\u2028")]
    [InlineData("Bike \u202egnp.exe")]
    [InlineData("\u2066isolate")]
    public void What_cannot_be_seen_or_turns_the_text_behind_it_is_not(string text) => Assert.False(PlainText.Is(text));

    [Fact]
    public void Half_a_character_is_not_plain()
    {
        Assert.False(PlainText.Is("half \ud83d"));
        Assert.False(PlainText.Is("\udc00 half"));
    }

    [Fact]
    public void A_have_names_no_more_streams_than_there_are()
    {
        HaveBody With(params HaveStream[] streams) => new("boot", "1", "1", false, streams, []);
        Assert.True(With(new(0, 0), new(Bundle.MaxStreams - 1, long.MaxValue)).IsSound());
        Assert.False(With(new HaveStream(Bundle.MaxStreams, 1)).IsSound());
        Assert.False(With(new HaveStream(-1, 1)).IsSound());
        Assert.False(With(new HaveStream(0, -1)).IsSound());
        Assert.False(With([.. Enumerable.Repeat(new HaveStream(0, 1), Bundle.MaxStreams + 1)]).IsSound());
        Assert.False(With().IsSound() && (With() with { Boot = new string('x', 65) }).IsSound());
    }

    [Fact]
    public void A_receipt_names_a_range_and_keeps_its_words_short()
    {
        ReceiptBody With(long first, long last, params ReceiptException[] exceptions) => new(2, first, last, exceptions);
        Assert.True(With(1, 1, new ReceiptException(1, "", "refused", "offering.malformed")).IsSound());
        Assert.False(With(0, 1).IsSound());
        Assert.False(With(2, 1).IsSound());
        Assert.False((With(1, 1) with { Stream = Bundle.MaxStreams }).IsSound());
        Assert.False(With(1, 1, new ReceiptException(1, "", "refused", new string('x', 65))).IsSound());
        Assert.False(With(1, 1, new ReceiptException(1, "\u202e", "refused", "x")).IsSound());
    }
}
