using System.Text.RegularExpressions;
using EdgeNode.Appliance.Web;
using EdgeNode.Appliance.Web.Parts;
using EdgeNode.Tests.Unit.Tidy;

namespace EdgeNode.Tests.Unit.Appliance.Web;

public sealed partial class TextsTests
{
    private const string Sample = """
        # a comment
        ring = {n, plural, =0 {no ring} one {# ring} other {# rings}} for {who}
        long = first line
          and the second
        """;

    [Theory]
    [InlineData(0, "no ring for <bdi>Zoë</bdi>")]
    [InlineData(1, "1 ring for <bdi>Zoë</bdi>")]
    [InlineData(5, "5 rings for <bdi>Zoë</bdi>")]
    public void A_count_chooses_its_form(int n, string shown) =>
        Assert.Equal(shown, Read(PluralRules.English).Say("ring", ("n", n), ("who", Part.Words("Zoë"))).ToString());

    [Fact]
    public void What_fills_a_place_is_escaped_unless_it_is_markup() =>
        Assert.Equal("1 ring for &lt;b&gt;", Read(PluralRules.English).Say("ring", ("n", 1), ("who", "<b>")).ToString());

    [Fact]
    public void A_message_may_go_on_in_the_next_line() =>
        Assert.Equal("first line and the second", Read(PluralRules.English).Plain("long"));

    [Fact]
    public void A_place_without_a_value_is_a_fault_of_the_page() =>
        Assert.Throws<KeyNotFoundException>(() => Read(PluralRules.English).Plain("ring", ("n", 1)));

    [Theory]
    [InlineData("a = {n")]
    [InlineData("a = {n, plural, one {x}}")]
    [InlineData("a = {n, select, x {y} other {z}}")]
    [InlineData("no equals sign")]
    [InlineData("a = x\na = y")]
    public void A_catalogue_that_cannot_be_read_is_refused(string catalogue) =>
        Assert.Throws<FormatException>(() => Texts.Read("xx", false, PluralRules.English, catalogue));

    [Theory]
    [InlineData(0, "zero")]
    [InlineData(1, "one")]
    [InlineData(2, "two")]
    [InlineData(3, "few")]
    [InlineData(10, "few")]
    [InlineData(11, "many")]
    [InlineData(99, "many")]
    [InlineData(100, "other")]
    [InlineData(102, "other")]
    [InlineData(103, "few")]
    [InlineData(111, "many")]
    public void Arabic_has_six_forms(long n, string form) => Assert.Equal(form, PluralRules.Arabic(n));

    [Fact]
    public void Every_key_that_a_page_asks_for_is_in_the_catalogue()
    {
        var missing = Asked().Where(k => !Texts.English.Has(k)).Distinct();
        Tree.NoneOf(missing.Select(k => $"no English text for {k}"));
    }

    [Fact]
    public void Every_key_of_the_catalogue_is_used()
    {
        var source = string.Concat(Sources().Select(Tree.Text));
        var unused = Texts.English.Keys.Where(k => !source.Contains($"\"{k}\"", StringComparison.Ordinal) && !IsMade(k));
        Tree.NoneOf(unused.Select(k => $"{k} is used by no page"));
    }

    // Keys put together from a code: notes, errors, reasons, months, weekdays, the rail, help topics, states, checks, acts, lanes, ages, reasons why not.
    private static bool IsMade(string key) =>
        new[]
        {
            "note.",
            "error.",
            "reason.",
            "month.",
            "rail.",
            "help.",
            "s.ring.",
            "s.check.",
            "s.act.",
            "s.power.alert.",
            "s.power.load.",
            "s.power.said.",
            "s.power.span.",
            "s.power.state.",
            "s.power.word.",
            "s.lane.",
            "s.way.",
            "s.blob.state.",
            "s.queue.note.",
            "offer.",
            "need.",
            "age.",
            "ago.",
            "why.not.",
        }.Any(p => key.StartsWith(p, StringComparison.Ordinal));

    private static IEnumerable<string> Asked() =>
        Sources().Select(Tree.Text).SelectMany(t => KeyAsked().Matches(t)).Select(m => m.Groups[1].Value);

    private static IEnumerable<string> Sources() => Tree.Below("src/Appliance/Web", ".cs");

    private static Texts Read(Func<long, string> plural) => Texts.Read("xx", false, plural, Sample);

    [GeneratedRegex("\\b(?:Say|Plain)\\(\\s*\"([a-z][A-Za-z0-9.]+)\"[,)]")]
    private static partial Regex KeyAsked();
}
