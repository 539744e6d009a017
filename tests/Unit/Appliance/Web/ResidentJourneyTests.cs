using System.Net;
using EdgeNode.Appliance.Web;

namespace EdgeNode.Tests.Unit.Appliance.Web;

/// <summary>What a resident does on the pages, without any script.</summary>
public sealed class ResidentJourneyTests
{
    [Fact]
    public async Task Joining_shows_the_card_once_with_code_and_square()
    {
        await using var door = await TestDoor.Residents();
        using var visitor = door.Visitor();
        using var answer = await visitor.PostForm("/join", "/join", ("label", "Zoë"));
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Contains($"data-code=\"{PaperDesk.AliceCode}\"", page, StringComparison.Ordinal);
        Assert.Contains("<span>AAAA</span> <span>BBBB</span>", page, StringComparison.Ordinal);
        Assert.Contains("shape-rendering=\"crispEdges\"", page, StringComparison.Ordinal);
        Assert.Contains($"href=\"/c#{PaperDesk.AliceCode}\"", page, StringComparison.Ordinal);
        Assert.Equal(["join Zoë"], door.Desk.Acts);
    }

    [Fact]
    public async Task Where_joining_is_closed_the_page_says_whom_to_ask()
    {
        var desk = PaperDesk.Evening();
        desk.JoiningOpen = false;
        await using var door = await TestDoor.Residents(desk);
        using var visitor = door.Visitor();
        using var page = await visitor.Get("/join");
        Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
        Assert.Contains("Ask a steward", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var posted = await visitor.PostForm("/", "/join", ("label", "Zoë"));
        Assert.Equal(HttpStatusCode.Forbidden, posted.StatusCode);
        Assert.Empty(desk.Acts);
    }

    [Fact]
    public async Task An_offering_stays_here_unless_its_owner_says_otherwise()
    {
        await using var door = await TestDoor.Residents();
        using var carol = await door.SignedIn();
        using var answer = await carol.PostForm("/offer/new", "/offer", ("title", "Rye bread"), ("category", "food"));
        Assert.Equal("/offer?note=offered", answer.Headers.Location!.ToString());
        Assert.Equal(["offer food Rye bread Here"], door.Desk.Acts);
    }

    [Fact]
    public async Task A_need_takes_any_of_several_kinds_and_named_neighbours()
    {
        await using var door = await TestDoor.Residents();
        using var carol = await door.SignedIn();
        using var answer = await carol.PostForm(
            "/need/new",
            "/need",
            ("title", "Bicycle"),
            ("category", "bike"),
            ("category", "repair"),
            ("own", "Old Wheels, bike"),
            ("share", "named"),
            ("peer", PaperDesk.Hill)
        );
        Assert.Equal("/need?note=needed", answer.Headers.Location!.ToString());
        Assert.Equal(["need bike+repair+old-wheels Bicycle Named"], door.Desk.Acts);
    }

    [Theory]
    [InlineData("", "food", "here", "Please say in a few words")]
    [InlineData("Bread", "", "here", "Please choose what kind")]
    [InlineData("Bread", "food", "named", "Please choose at least one neighbour")]
    public async Task What_is_missing_is_asked_for_and_nothing_typed_is_lost(
        string title,
        string category,
        string share,
        string says
    )
    {
        await using var door = await TestDoor.Residents();
        using var carol = await door.SignedIn();
        using var answer = await carol.PostForm(
            "/offer/new",
            "/offer",
            ("title", title),
            ("category", category),
            ("share", share),
            ("own", "")
        );
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(says, page, StringComparison.Ordinal);
        Assert.Contains($"value=\"{title}\"", page, StringComparison.Ordinal);
        Assert.Empty(door.Desk.Acts);
    }

    [Fact]
    public async Task A_withdrawal_shows_what_follows_and_can_be_taken_back()
    {
        await using var door = await TestDoor.Residents();
        using var carol = await door.SignedIn();
        var bread = door.Desk.Offerings(PaperDesk.Alice)[0];
        var draft = await carol.Page($"/offer/{bread.Id}/withdraw");
        Assert.Contains("Neighbour cabinets that have it are told", draft, StringComparison.Ordinal);
        using var gone = await carol.PostForm($"/offer/{bread.Id}/withdraw", $"/offer/{bread.Id}/withdraw");
        Assert.Equal("/offer", gone.Headers.Location!.ToString());
        var list = await carol.Page("/offer");
        Assert.Contains("is withdrawn", list, StringComparison.Ordinal);
        using var back = await carol.PostForm(
            "/offer",
            "/offer",
            ("title", bread.Title),
            ("category", bread.Category),
            ("share", "all")
        );
        Assert.Equal([$"withdraw-offering {bread.Id}", $"offer food {bread.Title} All"], door.Desk.Acts);
    }

    [Fact]
    public async Task The_undo_form_brings_back_exactly_what_was_withdrawn()
    {
        await using var door = await TestDoor.Residents();
        using var carol = await door.SignedIn();
        var need = door.Desk.Needs(PaperDesk.Alice)[0];
        using var gone = await carol.PostForm($"/need/{need.Id}/withdraw", $"/need/{need.Id}/withdraw");
        var list = await carol.Page("/need");
        foreach (var field in new[] { need.Title, "bike", "repair", "named", PaperDesk.Hill })
        {
            Assert.Contains($"type=\"hidden\" name=\"{FieldOf(field, need)}\" value=\"{field}\"", list, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("is withdrawn", await carol.Page("/need"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("yes", "?note=yes")]
    [InlineData("no", "/promises?note=no")]
    public async Task An_answer_carries_the_card_that_was_shown(string value, string leadsTo)
    {
        await using var door = await TestDoor.Residents();
        using var carol = await door.SignedIn();
        var path = "/ring/" + PaperDesk.RingId;
        var page = await carol.Page(path);
        Assert.Contains("You give rye bread to Alice. You get bicycle repair from Bob.", page, StringComparison.Ordinal);
        Assert.Contains($"name=\"card\" value=\"{new string('c', 64)}\"", page, StringComparison.Ordinal);
        using var answer = await carol.PostForm(path, path, ("value", value), ("card", new string('c', 64)));
        Assert.EndsWith(leadsTo, answer.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Equal([$"answer {value} cccc"], door.Desk.Acts);
    }

    [Fact]
    public async Task A_refusal_of_the_node_is_shown_with_its_sentence()
    {
        await using var door = await TestDoor.Residents();
        using var carol = await door.SignedIn();
        door.Desk.NextRefusal = new Refusal("ring.not_now", "This ring cannot be answered any more.");
        using var answer = await carol.PostForm(
            "/ring/" + PaperDesk.RingId,
            "/ring/" + PaperDesk.RingId,
            ("value", "yes"),
            ("card", "x")
        );
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains(
            "This ring cannot be answered any more.",
            await answer.Content.ReadAsStringAsync(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Both_ends_of_a_promise_can_be_told()
    {
        await using var door = await TestDoor.Residents();
        using var carol = await door.SignedIn();
        var path = "/ring/" + PaperDesk.OtherRingId;
        using var given = await carol.PostForm(path, path, ("edge", "2"), ("result", "done"));
        using var trouble = await carol.PostForm(path, path, ("edge", "1"), ("result", "problem"), ("note", "Bob was ill"));
        Assert.Equal(["settle 2 done", "settle 1 problem Bob was ill"], door.Desk.Acts);
    }

    private static string FieldOf(string value, NeedView need) =>
        value == need.Title ? "title"
        : value == "named" ? "share"
        : value == PaperDesk.Hill ? "peer"
        : "category";
}
