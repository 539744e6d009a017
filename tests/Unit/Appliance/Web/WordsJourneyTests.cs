using System.Net;
using System.Text.Json;
using EdgeNode.Appliance.Web;

namespace EdgeNode.Tests.Unit.Appliance.Web;

/// <summary>Words through the doors of a real node: suggestions, search, and what never comes out.</summary>
public sealed class WordsJourneyTests
{
    [Fact]
    public async Task Words_suggest_and_only_what_a_person_chose_is_stored()
    {
        await using var node = await LoopNode.Start();
        using var alice = await Join(node, "Alice");
        var form = await Post(
            alice,
            "/offer/new",
            "/offer/new",
            ("title", "Fresh sourdough loaf"),
            ("own", ""),
            ("share", "all")
        );
        Assert.Contains("name=\"category\" value=\"bread\"", form, StringComparison.Ordinal);
        Assert.Contains("value=\"Fresh sourdough loaf\"", form, StringComparison.Ordinal);
        Assert.Contains("name=\"share\" value=\"all\" checked", form, StringComparison.Ordinal);
        Assert.DoesNotContain("value=\"bread\" checked", form, StringComparison.Ordinal);

        using var unchosen = await alice.PostForm("/offer/new", "/offer", ("title", "Fresh sourdough loaf"), ("share", "here"));
        Assert.Equal(HttpStatusCode.BadRequest, unchosen.StatusCode);
        using var group = await alice.PostJson("/api/offerings", """{"category":"g.food","title":"Fresh sourdough loaf"}""");
        Assert.Equal(HttpStatusCode.BadRequest, group.StatusCode);
        Assert.Empty((await Json(alice, "/api/offerings")).EnumerateArray());

        using var chosen = await alice.PostForm(
            "/offer/new",
            "/offer",
            ("title", "Fresh sourdough loaf"),
            ("category", "bread"),
            ("share", "here")
        );
        Assert.Equal(HttpStatusCode.SeeOther, chosen.StatusCode);
        Assert.Equal("bread", (await Json(alice, "/api/offerings"))[0].GetProperty("category").GetString());
    }

    [Fact]
    public async Task A_group_opens_without_a_script_and_nothing_typed_or_chosen_is_lost()
    {
        await using var node = await LoopNode.Start();
        using var alice = await Join(node, "Alice");
        var form = await Post(
            alice,
            "/need/new",
            "/need/new",
            ("title", "Something sweet"),
            ("category", "honey"),
            ("own", "halva"),
            ("group", "g.garden")
        );
        Assert.Contains("<details open>", form, StringComparison.Ordinal);
        Assert.Contains("value=\"seeds-seedlings\"", form, StringComparison.Ordinal);
        Assert.Contains("value=\"honey\" checked", form, StringComparison.Ordinal);
        Assert.Contains("value=\"halva\"", form, StringComparison.Ordinal);
        Assert.Contains("value=\"Something sweet\"", form, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Suggestions_come_as_json_in_the_language_asked_for()
    {
        await using var node = await LoopNode.Start();
        using var alice = await Join(node, "Alice");
        var english = await Json(alice, "/api/suggest?q=bycicle%20repair");
        Assert.Equal("bike-repair", english.GetProperty("categories")[0].GetProperty("id").GetString());
        Assert.Equal("spelling", english.GetProperty("categories")[0].GetProperty("by").GetString());
        Assert.Equal("bicycle repair", english.GetProperty("meant").GetString());
        var arabic = await Json(alice, "/api/suggest?q=bread&language=ar");
        Assert.Equal("خبز", arabic.GetProperty("categories")[0].GetProperty("label").GetString());
        Assert.False(arabic.TryGetProperty("meant", out _));
        Assert.Empty((await Json(alice, "/api/suggest")).GetProperty("categories").EnumerateArray());
    }

    [Fact]
    public async Task The_tree_is_told_with_its_drafts_marked()
    {
        await using var node = await LoopNode.Start();
        using var alice = await Join(node, "Alice");
        var hindi = await Json(alice, "/api/categories?language=hi");
        Assert.True(hindi.GetProperty("draft").GetBoolean());
        var bread = hindi.GetProperty("categories").EnumerateArray().Single(c => c.GetProperty("id").GetString() == "bread");
        Assert.Equal("g.food", bread.GetProperty("parent").GetString());
        Assert.StartsWith("ब्रेड", bread.GetProperty("label").GetString(), StringComparison.Ordinal);
        Assert.False((await Json(alice, "/api/categories")).GetProperty("draft").GetBoolean());
    }

    [Fact]
    public async Task What_is_kept_to_this_cabinet_comes_out_of_no_door()
    {
        await using var node = await LoopNode.Start();
        using var alice = await Join(node, "Alice");
        using var bob = await Join(node, "Bob");
        var made = """{"category":"ferments","title":"Kombucha cultures","share":"here"}""";
        using (var kept = await alice.PostJson("/api/offerings", made))
            Assert.Equal(HttpStatusCode.Created, kept.StatusCode);
        foreach (
            var path in new[]
            {
                "/find?q=kombucha",
                "/find?q=kombucja",
                "/offer/suggest?title=kombucha",
                "/need/new?title=kombuch",
                "/need/new",
            }
        )
        {
            var page = await bob.Page(path);
            Assert.DoesNotContain("ferments", page, StringComparison.Ordinal);
            Assert.DoesNotContain("cultures", page, StringComparison.Ordinal);
            Assert.DoesNotContain("Did you mean", page, StringComparison.Ordinal);
        }

        Assert.Empty((await Json(bob, "/api/find?q=kombucha")).GetProperty("entries").EnumerateArray());
        Assert.Empty((await Json(bob, "/api/suggest?q=kombucha")).GetProperty("categories").EnumerateArray());
        Assert.Empty((await Json(alice, "/api/find?q=kombucha")).GetProperty("entries").EnumerateArray());
    }

    [Fact]
    public async Task Who_finds_nothing_is_helped_to_ask_for_it()
    {
        await using var node = await LoopNode.Start();
        using var alice = await Join(node, "Alice");
        var page = await alice.Page("/find?q=sourdough");
        Assert.Contains("Nobody shares anything like", page, StringComparison.Ordinal);
        Assert.Contains("href=\"/need/new?title=sourdough\"", page, StringComparison.Ordinal);
        Assert.Contains("value=\"bread\"", await alice.Page("/need/new?title=sourdough"), StringComparison.Ordinal);
        Assert.Contains("Nobody shares anything yet", await alice.Page("/find"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_signed_out_learns_nothing()
    {
        await using var node = await LoopNode.Start();
        using var visitor = node.Resident();
        foreach (var path in new[] { "/api/suggest?q=bread", "/api/find?q=bread", "/api/categories" })
        {
            using var answer = await visitor.Get(path);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        using var page = await visitor.Get("/find?q=bread");
        Assert.Equal(HttpStatusCode.SeeOther, page.StatusCode);
    }

    [Fact]
    public async Task Too_many_questions_are_told_to_wait_and_others_are_not()
    {
        await using var door = await TestDoor.Residents();
        using var hasty = await door.SignedIn();
        using var calm = await door.SignedIn();
        for (var i = 0; i < SuggestLimit.Burst; i++)
        {
            using var answer = await hasty.Get("/api/suggest?q=bread");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        using var refused = await hasty.Get("/api/suggest?q=bread");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Contains("suggest.too_many", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var fragment = await hasty.Get("/offer/suggest?title=bread");
        Assert.Equal(HttpStatusCode.TooManyRequests, fragment.StatusCode);
        using var other = await calm.Get("/api/suggest?q=bread");
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);

        door.Clock.Pass(TimeSpan.FromSeconds(1));
        using var again = await hasty.Get("/api/suggest?q=bread");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task A_steward_sees_what_is_scarce_in_kinds_and_counts_without_a_name()
    {
        await using var node = await LoopNode.Start();
        using var alice = await Join(node, "Alicia");
        using (await alice.PostJson("/api/offerings", """{"category":"honey","title":"Heather honey"}""")) { }
        using (await alice.PostJson("/api/needs", """{"accepts":["bike-repair"],"title":"Rear brake"}""")) { }
        using var steward = node.Steward();
        using (await steward.PostJson("/api/steward/session", $$"""{"code":"{{await node.StewardCode}}"}""")) { }
        var rows = await Json(steward, "/api/steward/scarcity");
        Assert.Equal(["bike-repair", "honey"], rows.EnumerateArray().Select(r => r.GetProperty("category").GetString()));
        var page = await steward.Page("/scarce");
        Assert.Contains("Bicycle repair", page, StringComparison.Ordinal);
        Assert.Contains("Honey", page, StringComparison.Ordinal);
        foreach (var name in new[] { "Alicia", "Heather", "Rear brake" })
            Assert.DoesNotContain(name, page, StringComparison.Ordinal);
    }

    private static async Task<Browser> Join(LoopNode node, string label)
    {
        var browser = node.Resident();
        using var joined = await browser.PostJson("/api/join", $$"""{"label":"{{label}}"}""");
        using var made = JsonDocument.Parse(await joined.Content.ReadAsStringAsync());
        using var entered = await browser.PostJson(
            "/api/session",
            $$"""{"code":"{{made.RootElement.GetProperty("code").GetString()}}"}"""
        );
        Assert.Equal(HttpStatusCode.OK, entered.StatusCode);
        return browser;
    }

    private static async Task<JsonElement> Json(Browser browser, string path)
    {
        using var document = JsonDocument.Parse(await browser.Page(path));
        return document.RootElement.Clone();
    }

    private static async Task<string> Post(Browser browser, string page, string path, params (string, string)[] fields)
    {
        using var answer = await browser.PostForm(page, path, fields);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }
}
