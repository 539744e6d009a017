using System.Text.RegularExpressions;
using EdgeNode.Appliance.Web;
using EdgeNode.Appliance.Web.Pages;
using EdgeNode.Appliance.Web.Parts;
using EdgeNode.Matching.Words;
using EdgeNode.Tests.Unit.Tidy;

namespace EdgeNode.Tests.Unit.Appliance.Web;

/// <summary>Every page as a function of its model.</summary>
public sealed partial class PagesTests
{
    private static readonly string[] Residents =
    [
        "/",
        "/help",
        "/offer",
        "/offer/new",
        "/offer/0198a111-0000-7000-8000-000000000001/withdraw",
        "/need",
        "/need/new",
        "/need/new?title=bread&category=cakes",
        "/find",
        "/find?q=bread",
        "/find?q=nothing",
        "/promises",
        "/ring/" + PaperDesk.RingId,
        "/ring/" + PaperDesk.OtherRingId,
        "/ring/" + PaperDesk.RingId + "/why",
        "/ring/" + PaperDesk.OtherRingId + "/why",
        "/join",
        "/c",
    ];

    private static readonly string[] Stewards =
    [
        "/",
        "/neighbours",
        "/queues",
        "/rings",
        "/scarce",
        "/map",
        "/residents",
        "/audit",
        "/health",
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Markup_of_ours_is_never_shown_as_text(bool stewards)
    {
        foreach (var (path, page) in await All(stewards, PaperDesk.Evening()))
        {
            Assert.False(page.Contains("&lt;", StringComparison.Ordinal), path);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_element_is_closed_in_order(bool stewards)
    {
        foreach (var (path, page) in await All(stewards, PaperDesk.Evening()))
        {
            Assert.Equal("", FirstUnclosed(page, path));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_page_has_a_script_a_style_or_a_handler_in_it(bool stewards)
    {
        foreach (var (path, page) in await All(stewards, PaperDesk.Evening()))
        {
            Assert.False(InlineCode().IsMatch(page), path);
            Assert.Equal(1, page.Split("<script").Length - 1);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_field_has_its_label_and_every_id_is_unique(bool stewards)
    {
        foreach (var (path, page) in await All(stewards, PaperDesk.Evening()))
        {
            var ids = Ids().Matches(page).Select(m => m.Groups[1].Value).ToList();
            Assert.True(ids.Distinct().Count() == ids.Count, path);
            foreach (Match field in Fields().Matches(page))
            {
                Assert.Contains($"<label for=\"{field.Groups[1].Value}\"", page, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Whatever_people_are_called_and_write_the_structure_of_every_page_stays()
    {
        var calm = await Structures(stewards: false, "Name");
        var desk = await Structures(stewards: true, "Name");
        var words = HostileWords.All.Where(w => w.Length is > 0 and < 200).ToList();
        foreach (var hostile in words.Where((_, i) => i % 4 == 0))
        {
            Assert.Equal(calm, await Structures(stewards: false, hostile));
        }

        foreach (var hostile in words.Where((_, i) => i % 8 == 1))
        {
            Assert.Equal(desk, await Structures(stewards: true, hostile));
        }
    }

    [Fact]
    public void A_clock_that_jumped_shows_no_negative_age()
    {
        var age = Part.Age(Frame(), PaperDesk.Now.AddDays(400)).ToString();
        Assert.Contains(">just now<", age, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "just now")]
    [InlineData(59, "just now")]
    [InlineData(60, "1 minute")]
    [InlineData(3599, "59 minutes")]
    [InlineData(7200, "2 hours")]
    [InlineData(47 * 3600, "47 hours")]
    [InlineData(48 * 3600, "2 days")]
    public void Ages_are_coarse_words(int seconds, string words) =>
        Assert.Contains(
            $">{words}</time>",
            Part.Age(Frame(), PaperDesk.Now.AddSeconds(-seconds)).ToString(),
            StringComparison.Ordinal
        );

    [Fact]
    public void A_deadline_this_week_is_a_weekday_and_later_a_date()
    {
        Assert.Contains(">Sunday 18:20<", Part.When(Frame(), PaperDesk.Now.AddDays(2)).ToString(), StringComparison.Ordinal);
        Assert.Contains(
            ">13 September 2026, 18:20<",
            Part.When(Frame(), PaperDesk.Now.AddDays(30)).ToString(),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(DeliveryKind.KeptHere, "kept here")]
    [InlineData(DeliveryKind.Waiting, "waiting for <bdi>Hill</bdi>")]
    [InlineData(DeliveryKind.PeerHasIt, "<bdi>Hill</bdi> has it")]
    [InlineData(DeliveryKind.PersonHasIt, "<bdi>Hill</bdi> has it")]
    [InlineData(DeliveryKind.NotAccepted, "<bdi>Hill</bdi>: not accepted, no space")]
    [InlineData(DeliveryKind.Expired, "<bdi>Hill</bdi>: expired")]
    public void Each_delivery_state_has_its_words_and_its_age(DeliveryKind kind, string words)
    {
        var chip = Part.DeliveryChip(Frame(), new Delivery(kind, "Hill", PaperDesk.Now.AddHours(-3), "quota")).ToString();
        Assert.Contains(words, chip, StringComparison.Ordinal);
        Assert.Contains(">3 hours</time>", chip, StringComparison.Ordinal);
        Assert.Contains("<svg", chip, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RingState.Validated, null, true, "waiting for your answer")]
    [InlineData(RingState.Validated, "yes", true, "waiting for the others")]
    [InlineData(RingState.Consented, "yes", true, "waiting for the others")]
    [InlineData(RingState.Yes, "yes", false, "all here said yes, waiting for <bdi>Hill cabinet</bdi>")]
    [InlineData(RingState.Committed, "yes", false, "agreed")]
    [InlineData(RingState.Completed, "yes", false, "done")]
    [InlineData(RingState.Aborted, "no", false, "ended, nothing is owed")]
    public void Each_state_of_a_ring_has_its_words(RingState state, string? answer, bool canAnswer, string words) =>
        Assert.Contains(
            words,
            RingPages.StateChip(Frame(), PaperDesk.RingOf(PaperDesk.RingId, state, answer, canAnswer, false)).ToString(),
            StringComparison.Ordinal
        );

    [Fact]
    public void Nothing_can_be_answered_or_settled_where_the_node_would_refuse()
    {
        foreach (var state in Enum.GetValues<RingState>())
        {
            var page = RingPages
                .RenderCard(Frame(), PaperDesk.RingOf(PaperDesk.RingId, state, "yes", false, false), null, null)
                .ToString();
            Assert.DoesNotContain("action=\"/ring/", page, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(6)]
    public void A_ring_drawing_stays_inside_its_frame_and_shows_everybody(int people)
    {
        var drawing = RingDrawing.Draw(Frame(), RingOf(people)).ToString();
        foreach (Match number in Numbers().Matches(drawing))
        {
            Assert.InRange(double.Parse(number.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), 0, 360);
        }

        Assert.Equal(people, drawing.Split("<circle").Length - 1);
        Assert.Equal(people, drawing.Split("class=\"what\"").Length - 1);
        Assert.Equal(1, drawing.Split("<g class=\"you\"").Length - 1);
    }

    [Fact]
    public void Long_words_in_a_drawing_are_cut_between_letters_that_belong_together()
    {
        var ring = RingOf(2) with
        {
            Edges = [.. RingOf(2).Edges.Select(e => e with { What = string.Concat(Enumerable.Repeat("👩‍🌾é", 20)) })],
        };
        Assert.Contains("é👩‍🌾…", RingDrawing.Draw(Frame(), ring).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_category_has_a_pictogram_and_a_name()
    {
        Assert.All(Taxonomy.Seed.Nodes, c => Assert.Contains(c.Pictogram, Icons.Names));
        Assert.All(Taxonomy.Seed.Nodes, c => Assert.Equal(Taxonomy.Seed.LabelOf(c.Id, "en"), Categories.WordsOf(c.Id, "en")));
        Assert.All(Taxonomy.Seed.Leaves, c => Assert.True(EdgeNode.Federation.Listings.IsCategory(c.Id)));
    }

    [Theory]
    [InlineData("  Old   Wheels ", "old-wheels")]
    [InlineData("ASK/Brass", "ask/brass")]
    [InlineData("Legal advice", "legal")]
    [InlineData(" cakes and BISCUITS ", "cakes")]
    [InlineData("سباكة", "plumbing")]
    [InlineData("list/bake-bread", "list/bake-bread")]
    [InlineData("g.food", null)]
    [InlineData("   ", null)]
    [InlineData(null, null)]
    [InlineData("a\u0001b", null)]
    public void A_category_written_by_hand_is_kept_in_one_form(string? written, string? kept) =>
        Assert.Equal(kept, Categories.Clean(written));

    [Fact]
    public void Markup_chosen_by_a_condition_is_markup_and_not_text()
    {
        var bad = Tree.Below("src/Appliance/Web", ".cs").Where(f => TextByMistake().IsMatch(Tree.Text(f)));
        Tree.NoneOf(bad.Select(f => $"{f}: two literals in ?: are a string; write (Html) before the first"));
    }

    private static RingView RingOf(int people)
    {
        var ring = PaperDesk.RingOf(PaperDesk.RingId, RingState.Validated, null, true, false);
        return ring with
        {
            People = [.. Enumerable.Range(0, people).Select(i => new RingPerson($"did:edge:{i}", $"Person {i}", "Hill", i == 1))],
            Edges =
            [
                .. Enumerable
                    .Range(0, people)
                    .Select(i => new EdgeView(
                        i,
                        $"Person {i}",
                        $"Person {(i + 1) % people}",
                        $"something {i}",
                        EdgeState.Planned
                    )),
            ],
        };
    }

    private static PageFrame Frame() =>
        new(Texts.English, "Mill cabinet", new string('0', 32), PaperDesk.Now, TimeZoneInfo.Utc, "Carol", false, 0, "");

    private static async Task<List<(string Path, string Page)>> All(bool stewards, PaperDesk desk)
    {
        await using var door = stewards ? await TestDoor.Stewards(desk) : await TestDoor.Residents(desk);
        using var person = await door.SignedIn();
        using var visitor = door.Visitor();
        var pages = new List<(string, string)> { ("signed out", await visitor.Page("/")) };
        foreach (var path in stewards ? Stewards : Residents)
        {
            pages.Add((path, await person.Page(path)));
        }

        Assert.Empty(door.Faults);
        return pages;
    }

    // Tags and names of attributes in order; the values are left out, for they are the words.
    private static async Task<string> Structures(bool stewards, string words)
    {
        var pages = await All(stewards, PaperDesk.Called(words));
        return string.Join(
            '\n',
            // Words in the ring's drawing take as many lines as they need; a line more is not another structure.
            pages.Select(p =>
                p.Path
                + MoreLines().Replace(Values().Replace(string.Concat(Tags().Matches(p.Page).Select(t => t.Value)), ""), "$1")
            )
        );
    }

    private static string FirstUnclosed(string page, string path)
    {
        var open = new Stack<string>();
        foreach (Match tag in Tags().Matches(page))
        {
            var (closing, name, alone) = (
                tag.Groups[1].Length > 0,
                tag.Groups[2].Value,
                tag.Value.EndsWith("/>", StringComparison.Ordinal)
            );
            if (closing && (open.Count == 0 || open.Pop() != name))
            {
                return $"{path}: </{name}>";
            }

            if (!closing && !alone && name is not ("meta" or "link" or "input" or "br" or "option"))
            {
                open.Push(name);
            }
        }

        return string.Join(' ', open);
    }

    [GeneratedRegex("(<tspan x y></tspan>)+")]
    private static partial Regex MoreLines();

    [GeneratedRegex("<(/?)([a-z][a-z0-9]*)(?:\\s[^<>]*)?>")]
    private static partial Regex Tags();

    [GeneratedRegex("=\"[^\"]*\"")]
    private static partial Regex Values();

    [GeneratedRegex("<script(?! src=\"/live\\.js)|<style|\\sstyle=|\\son[a-z]+=|javascript:", RegexOptions.IgnoreCase)]
    private static partial Regex InlineCode();

    [GeneratedRegex("\\sid=\"([^\"]+)\"")]
    private static partial Regex Ids();

    [GeneratedRegex("<(?:input class=\"code\" |input |textarea )(?:type=\"text\" )?(?:inputmode=\"numeric\" )?id=\"([^\"]+)\"")]
    private static partial Regex Fields();

    [GeneratedRegex("\\s(?:cx|cy|x|y)=\"(-?[0-9.]+)\"")]
    private static partial Regex Numbers();

    [GeneratedRegex("\\?\\s*\\$\"+\\s*<")]
    private static partial Regex TextByMistake();
}
