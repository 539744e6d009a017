using System.Net;
using EdgeNode.Appliance.Web;

namespace EdgeNode.Tests.Unit.Appliance.Web;

public sealed class DoorTests
{
    [Fact]
    public async Task The_first_page_with_all_it_needs_weighs_at_most_30_KB()
    {
        await using var door = await TestDoor.Residents();
        using var visitor = door.Visitor();
        var page = await visitor.Page("/");
        var weight = System.Text.Encoding.UTF8.GetByteCount(page) + Assets.Style.Bytes.Length + Assets.Script.Bytes.Length;
        Assert.InRange(weight, 10_000, 30 * 1024);
        Assert.Equal(1, page.Split("rel=\"stylesheet\"").Length - 1);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/nothing/here")]
    [InlineData("/style.css")]
    [InlineData("/api/node")]
    public async Task Every_answer_forbids_foreign_scripts_frames_and_referrers(string path)
    {
        await using var door = await TestDoor.Residents();
        using var answer = await door.Visitor().Get(path);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Equal(
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
                + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
            policy
        );
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
        Assert.Equal("same-origin", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Pages_are_never_stored_and_files_are_checked_by_their_tag()
    {
        await using var door = await TestDoor.Residents();
        using var visitor = door.Visitor();
        using var page = await visitor.Get("/");
        Assert.Equal("no-store", page.Headers.CacheControl!.ToString());
        using var tagged = await visitor.Get("/style.css?v=" + Assets.Style.Tag);
        Assert.Contains("immutable", tagged.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        using var again = await visitor.Send(
            HttpMethod.Get,
            "/style.css",
            null,
            ("If-None-Match", tagged.Headers.ETag!.ToString())
        );
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    [Fact]
    public async Task A_card_opens_the_page_of_its_owner_and_leaving_wipes_the_key()
    {
        await using var door = await TestDoor.Residents();
        using var carol = await door.SignedIn();
        Assert.Contains("Good evening, <bdi>Carol</bdi>", await carol.Page("/"), StringComparison.Ordinal);
        var key = Assert.Single(door.Desk.Keys);
        Assert.False(key.IsWiped);
        using var left = await carol.PostForm("/", "/leave");
        Assert.Equal("/?note=left", left.Headers.Location!.ToString());
        Assert.True(key.IsWiped);
        Assert.Contains("You have left", await carol.Page("/?note=left"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AAAA-BBBB-CCCC-DDDD-EEEE-FFFF2I")]
    [InlineData(" aaaa bbbb cccc dddd eeee ffff2i ")]
    [InlineData("aaaabbbbccccddddeeeeffff21")]
    public async Task A_typed_code_is_read_as_people_type_it(string code)
    {
        await using var door = await TestDoor.Residents();
        using var visitor = door.Visitor();
        using var answer = await visitor.PostForm("/c", "/c", ("code", code));
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
    }

    [Fact]
    public async Task A_wrong_code_is_said_kindly_and_opens_nothing()
    {
        await using var door = await TestDoor.Residents();
        using var visitor = door.Visitor();
        using var answer = await visitor.PostForm("/c", "/c", ("code", "not a code"));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("does not open anything", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(door.Desk.Keys);
    }

    [Fact]
    public async Task Session_cookies_are_for_this_door_alone()
    {
        await using var door = await TestDoor.Residents();
        using var visitor = door.Visitor();
        using var answer = await visitor.PostForm("/", "/c", ("code", PaperDesk.AliceCode));
        var cookie = answer
            .Headers.GetValues("Set-Cookie")
            .Single(c => c.StartsWith(door.Door.SessionCookie, StringComparison.Ordinal));
        Assert.Equal("en-r-mill2345", door.Door.SessionCookie);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("expires", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_stewards_cookie_never_travels_unencrypted()
    {
        await using var door = await TestDoor.Stewards();
        using var visitor = door.Visitor();
        using var answer = await visitor.PostForm("/", "/signin", ("code", PaperDesk.StewardCode));
        var cookies = answer.Headers.GetValues("Set-Cookie").ToList();
        Assert.All(cookies, c => Assert.Contains("secure", c, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_session_id_brought_along_is_never_taken_over()
    {
        await using var door = await TestDoor.Residents();
        using var visitor = door.Visitor();
        visitor.SetCookie(door.Door.SessionCookie, new string('a', 32));
        using var answer = await visitor.PostForm("/", "/c", ("code", PaperDesk.AliceCode));
        var session = visitor.Cookies.Single(c => c.Name == door.Door.SessionCookie).Value;
        Assert.NotEqual(new string('a', 32), session);
        Assert.Equal(32, session.Length);
    }

    [Fact]
    public async Task Opening_another_card_ends_the_first_session()
    {
        await using var door = await TestDoor.Residents();
        using var browser = await door.SignedIn();
        using var again = await browser.PostForm("/c", "/c", ("code", PaperDesk.AliceCode));
        Assert.Equal(HttpStatusCode.SeeOther, again.StatusCode);
        Assert.True(door.Desk.Keys[0].IsWiped);
        Assert.False(door.Desk.Keys[1].IsWiped);
        Assert.Equal(1, door.Door.Sessions.Count);
    }

    [Fact]
    public async Task A_quarter_of_an_hour_without_a_person_ends_the_session()
    {
        await using var door = await TestDoor.Residents();
        using var carol = await door.SignedIn();
        door.Clock.Pass(TimeSpan.FromMinutes(14));
        using var still = await carol.Get("/offer");
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
        door.Clock.Pass(TimeSpan.FromMinutes(15));
        using var over = await carol.Get("/offer");
        Assert.Equal("/?note=signed_out", over.Headers.Location!.ToString());
        Assert.True(door.Desk.Keys[0].IsWiped);
    }

    [Fact]
    public async Task A_page_that_refreshes_itself_does_not_keep_a_session_alive()
    {
        await using var door = await TestDoor.Residents();
        using var carol = await door.SignedIn();
        for (var i = 0; i < 16; i++)
        {
            door.Clock.Pass(TimeSpan.FromMinutes(1));
            using var refresh = await carol.Send(HttpMethod.Get, "/", null, ("X-EdgeNode-Live", "1"));
        }

        using var over = await carol.Get("/offer");
        Assert.Equal(HttpStatusCode.SeeOther, over.StatusCode);
    }

    [Fact]
    public async Task Closing_the_door_wipes_every_key()
    {
        var door = await TestDoor.Residents();
        using var carol = await door.SignedIn();
        await door.DisposeAsync();
        Assert.True(Assert.Single(door.Desk.Keys).IsWiped);
    }

    [Fact]
    public async Task A_form_posted_after_the_session_ended_says_what_is_safe()
    {
        await using var door = await TestDoor.Residents();
        using var carol = await door.SignedIn();
        var token = await carol.TokenOn("/offer/new");
        door.Clock.Pass(TimeSpan.FromMinutes(16));
        using var answer = await carol.Send(
            HttpMethod.Post,
            "/offer",
            Browser.FormOf(("_t", token), ("title", "bread"), ("category", "food")),
            ("Origin", carol.Origin)
        );
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("This last step was not saved", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(door.Desk.Acts);
    }

    [Fact]
    public async Task A_fault_of_ours_is_told_to_the_log_and_not_to_the_visitor()
    {
        var desk = PaperDesk.Evening();
        await using var door = await TestDoor.Residents(desk);
        desk.NextFault = new InvalidOperationException("secret detail");
        using var answer = await door.Visitor().Get("/api/node");
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.DoesNotContain("secret detail", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Same(desk.NextFault, Assert.Single(door.Faults));
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_before_it_is_read()
    {
        await using var door = await TestDoor.Residents();
        using var carol = await door.SignedIn();
        using var form = await carol.PostForm("/offer/new", "/offer", ("title", new string('x', 100_000)));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, form.StatusCode);
        using var json = await carol.PostJson(
            "/api/offerings",
            $"{{\"category\":\"food\",\"title\":\"{new string('x', 100_000)}\"}}"
        );
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, json.StatusCode);
        Assert.Empty(door.Desk.Acts);
    }

    [Fact]
    public async Task What_is_at_no_route_is_said_in_the_language_of_the_asker()
    {
        await using var door = await TestDoor.Residents();
        using var page = await door.Visitor().Get("/nothing");
        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        Assert.Contains("There is no such page here", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var json = await door.Visitor().Get("/api/nothing");
        Assert.Equal("application/json", json.Content.Headers.ContentType!.MediaType);
    }
}
