using System.Xml;
using System.Xml.Linq;
using EdgeNode.Appliance.Web;

namespace EdgeNode.Tests.Unit.Appliance.Web;

public sealed class HtmlTests
{
    [Fact]
    public void There_are_enough_hostile_strings() => Assert.InRange(HostileWords.All.Distinct().Count(), 180, 1000);

    [Fact]
    public void Words_between_elements_stay_words_whatever_they_are()
    {
        foreach (var words in HostileWords.All)
        {
            var page = Parse($"<p>{words}</p>");
            Assert.Empty(page.Descendants("p").Single().Elements());
            Assert.Equal(Seen(words), Lines(page.Descendants("p").Single().Value));
        }
    }

    [Fact]
    public void Words_in_an_attribute_stay_in_it()
    {
        foreach (var words in HostileWords.All)
        {
            var element = Parse($"<p title=\"{words}\" data-x='{words}'>x</p>").Descendants("p").Single();
            Assert.Equal(2, element.Attributes().Count());
            Assert.Equal(Flat(Seen(words)), Flat(element.Attribute("title")!.Value));
            Assert.Equal(Flat(Seen(words)), Flat(element.Attribute("data-x")!.Value));
        }
    }

    [Fact]
    public void An_optional_attribute_is_escaped_like_any_other()
    {
        foreach (var words in HostileWords.All.Where(w => w.Length > 0))
        {
            var element = Parse($"<p{Html.Attribute("title", words)}>x</p>").Descendants("p").Single();
            Assert.Equal(Flat(Seen(words)), Flat(Assert.Single(element.Attributes()).Value));
        }
    }

    [Fact]
    public void An_address_from_outside_never_becomes_a_script_or_another_host()
    {
        foreach (var words in HostileWords.All)
        {
            var link = Parse($"<a href=\"{words}\">x</a>").Descendants("a").Single().Attribute("href")!.Value;
            Assert.True(link == "#" || link.Length == 0 || link[0] is '/' or '#' or '?', words);
            Assert.False(link.StartsWith("//", StringComparison.Ordinal), words);
        }
    }

    [Fact]
    public void A_part_of_a_path_cannot_leave_its_place()
    {
        foreach (var words in HostileWords.All)
        {
            var link = Parse($"<a href=\"/ring/{words}/yes\">x</a>").Descendants("a").Single().Attribute("href")!.Value;
            Assert.Equal(3, link.Count(c => c == '/'));
            Assert.DoesNotContain('?', link);
            Assert.Equal(WellFormed(words), Uri.UnescapeDataString(link["/ring/".Length..^"/yes".Length]));
        }
    }

    [Theory]
    [InlineData("http://10.42.0.1/c")]
    [InlineData("https://hill.local:8443/")]
    [InlineData("/ring/abc")]
    [InlineData("#top")]
    [InlineData("?page=2")]
    public void Ordinary_addresses_pass(string url) =>
        Assert.Equal(url, Parse($"<a href=\"{url}\">x</a>").Descendants("a").Single().Attribute("href")!.Value);

    [Fact]
    public void Markup_enters_markup_once_and_unescaped()
    {
        Html inner = $"<b>{"<i>"}</b>";
        Html outer = $"<p>{inner}{Html.Each(["a", "&"], x => $"<li>{x}</li>")}{Html.Empty}</p>";
        Assert.Equal("<p><b>&lt;i&gt;</b><li>a</li><li>&amp;</li></p>", outer.ToString());
    }

    [Fact]
    public void Absent_attributes_leave_no_trace()
    {
        Html input = $"<input{Html.Flag("checked", false)}{Html.Attribute("title", null)}{Html.Flag("required", true)}>";
        Assert.Equal("<input required>", input.ToString());
    }

    [Fact]
    public void Numbers_are_written_alike_everywhere()
    {
        Html drawing = $"<path d=\"M{1.5} {-0.333} {7}\"/>";
        Assert.Equal("<path d=\"M1.5 -0.33 7\"/>", drawing.ToString());
    }

    [Fact]
    public void A_hole_in_an_unquoted_attribute_is_refused() => Refused(() => $"<a href={"x"}>x</a>");

    [Fact]
    public void A_hole_in_an_event_handler_is_refused() => Refused(() => $"<a onclick=\"{"x"}\">x</a>");

    [Fact]
    public void A_hole_in_a_style_is_refused() => Refused(() => $"<a style=\"color:{"x"}\">x</a>");

    [Fact]
    public void A_hole_in_a_script_is_refused() => Refused(() => $"<script>var x = '{"x"}';</script>");

    [Fact]
    public void A_hole_in_a_style_element_is_refused() => Refused(() => $"<style>{"x"}</style>");

    [Fact]
    public void A_hole_as_a_tag_name_is_refused() => Refused(() => $"<{"b"}>x</b>");

    [Fact]
    public void A_hole_as_an_attribute_name_is_refused() => Refused(() => $"<b {"x"}=\"1\">x</b>");

    [Fact]
    public void A_hole_in_a_comment_is_refused() => Refused(() => $"<!-- {"x"} -->");

    [Fact]
    public void A_hole_after_a_script_scheme_is_refused() => Refused(() => $"<a href=\"javascript:{"x"}\">x</a>");

    [Fact]
    public void Markup_in_an_attribute_is_refused() => Refused(() => $"<a title=\"{Html.Text("x")}\">x</a>");

    [Fact]
    public void A_fragment_that_leaves_a_tag_open_is_refused()
    {
        Html open = $"<a href=\"";
        Refused(() => $"<p>{open}</p>");
        Assert.Throws<HtmlContextException>(() => open.ToString());
    }

    [Theory]
    [InlineData("onclick")]
    [InlineData("style")]
    [InlineData("a b")]
    [InlineData("x\"")]
    public void A_hostile_attribute_name_is_refused(string name) => Refused(() => $"<b{Html.Attribute(name, "x")}>x</b>");

    [Fact]
    public void A_long_page_is_written_whole()
    {
        Html list = $"<ul>{Html.Each(Enumerable.Range(0, 20_000), n => $"<li>{n} é {"€&"}</li>")}</ul>";
        Assert.EndsWith("<li>19999 é €&amp;</li></ul>", list.ToString(), StringComparison.Ordinal);
    }

    private static void Refused(Func<Html> build) => Assert.Throws<HtmlContextException>(() => build());

    // XML is the stricter reader: what it reads back as the same words, no browser reads as anything else.
    private static XDocument Parse(Html markup)
    {
        using var text = new StringReader("<root>" + markup.ToString() + "</root>");
        using var reader = XmlReader.Create(text, new XmlReaderSettings { CheckCharacters = false });
        return XDocument.Load(reader, LoadOptions.PreserveWhitespace);
    }

    private static string Seen(string words) => Lines(HostileWords.AsShown(words));

    private static string Lines(string words) => words.Replace("\r\n", "\n", StringComparison.Ordinal);

    private static string Flat(string words) => Lines(words).Replace('\n', ' ').Replace('\t', ' ');

    private static string WellFormed(string words) => string.Concat(words.EnumerateRunes().Select(r => r.ToString()));
}
