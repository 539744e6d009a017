using System.Net;
using System.Text;
using EdgeNode.Appliance.Web;

namespace EdgeNode.Tests.Unit.Appliance.Web;

/// <summary>Every route that may change something, against everything a hostile page or program on the same Wi-Fi can send (security.md 12, row 20).</summary>
public sealed class DoorAttackTests
{
    private static readonly string[] ForeignOrigins =
    [
        "http://evil.example",
        "null",
        "http://127.0.0.1:1",
        "https://127.0.0.1",
        "http://localhost",
    ];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_foreign_origin_changes_nothing_at_any_route(bool residents)
    {
        await using var door = residents ? await TestDoor.Residents() : await TestDoor.Stewards();
        using var person = await door.SignedIn();
        var token = await person.TokenOn("/");
        foreach (var route in Mutating(door))
        {
            foreach (var origin in ForeignOrigins)
            {
                using var answer = await Attack(person, route, token, ("Origin", origin));
                Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            }
        }

        await NothingHappened(door, person);
    }

    [Theory]
    [InlineData(true, "cross-site")]
    [InlineData(true, "same-site")]
    [InlineData(false, "cross-site")]
    [InlineData(false, "same-site")]
    public async Task A_request_that_the_browser_calls_foreign_changes_nothing_at_any_route(bool residents, string site)
    {
        await using var door = residents ? await TestDoor.Residents() : await TestDoor.Stewards();
        using var person = await door.SignedIn();
        var token = await person.TokenOn("/");
        foreach (var route in Mutating(door))
        {
            using var answer = await Attack(person, route, token, ("Sec-Fetch-Site", site));
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }

        await NothingHappened(door, person);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_foreign_host_name_changes_nothing_and_shows_nothing_at_any_route(bool residents)
    {
        await using var door = residents ? await TestDoor.Residents() : await TestDoor.Stewards();
        using var person = await door.SignedIn();
        var token = await person.TokenOn("/");
        foreach (var route in door.Door.Routes)
        {
            foreach (var host in new[] { "evil.example", "127.0.0.2", "127.0.0.1.evil.example", "[::1]", "localhost" })
            {
                using var answer = await Attack(person, route, token, ("Host", host));
                Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
                Assert.DoesNotContain("Mill", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
        }

        await NothingHappened(door, person);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_form_without_its_token_changes_nothing(bool residents)
    {
        await using var door = residents ? await TestDoor.Residents() : await TestDoor.Stewards();
        using var person = await door.SignedIn();
        using var other = await door.SignedIn();
        var strangers = await other.TokenOn("/");
        foreach (var route in Mutating(door).Where(r => r.Carries == Carries.Form))
        {
            foreach (var token in new[] { "", new string('0', 32), strangers })
            {
                using var answer = await Attack(person, route, token, ("Origin", person.Origin));
                Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            }
        }

        await NothingHappened(door, person);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Json_in_a_type_that_needs_no_preflight_changes_nothing(bool residents)
    {
        await using var door = residents ? await TestDoor.Residents() : await TestDoor.Stewards();
        using var person = await door.SignedIn();
        foreach (var route in Mutating(door).Where(r => r.Carries == Carries.Json))
        {
            foreach (var type in new[] { "text/plain", "application/x-www-form-urlencoded", "multipart/form-data" })
            {
                using var body = new StringContent("{}", Encoding.UTF8, type);
                using var answer = await person.Send(HttpMethod.Post, PathOf(route), body);
                Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            }
        }

        await NothingHappened(door, person);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nobody_signed_in_reaches_nothing_of_the_signed_in(bool residents)
    {
        await using var door = residents ? await TestDoor.Residents() : await TestDoor.Stewards();
        using var visitor = door.Visitor();
        var token = await visitor.TokenOn("/");
        foreach (var route in door.Door.Routes.Where(r => r.Access == Access.SignedIn))
        {
            using var answer = await Attack(visitor, route, token, ("Origin", visitor.Origin));
            Assert.True(
                answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.SeeOther,
                $"{route.Method} {route.Pattern}"
            );
        }

        Assert.Empty(door.Desk.Acts);
    }

    [Fact]
    public async Task Every_origin_gets_the_same_refusal_to_a_preflight()
    {
        await using var door = await TestDoor.Residents();
        using var visitor = door.Visitor();
        using var answer = await visitor.Send(
            HttpMethod.Options,
            "/api/offerings",
            null,
            ("Origin", "http://evil.example"),
            ("Access-Control-Request-Method", "POST")
        );
        Assert.False(answer.IsSuccessStatusCode);
        Assert.DoesNotContain(answer.Headers, h => h.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_residents_cookie_opens_nothing_at_the_stewards_door()
    {
        await using var residents = await TestDoor.Residents();
        await using var stewards = await TestDoor.Stewards();
        using var carol = await residents.SignedIn();
        using var visitor = stewards.Visitor();
        foreach (var cookie in carol.Cookies)
        {
            visitor.SetCookie(cookie.Name, cookie.Value);
            visitor.SetCookie(stewards.Door.SessionCookie, cookie.Value);
        }

        using var answer = await visitor.Get("/api/steward/health");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"category\":\"food\"}")]
    [InlineData("{\"category\":\"food\",\"title\":null}")]
    [InlineData("{\"category\":\"food\",\"title\":\"a\",\"title\":\"b\"}")]
    [InlineData("{\"category\":\"food\",\"title\":\"a\",\"unknown\":1}")]
    [InlineData("{\"category\":\"food\",\"title\":\"a\",\"share\":\"everybody\"}")]
    [InlineData("{\"category\":\"food\",\"title\":\"a\",\"share\":[]}")]
    [InlineData("{\"category\":\"food\",\"title\":\"a\",\"share\":[1]}")]
    [InlineData("{\"category\":{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{}}}}}},\"title\":\"a\"}")]
    public async Task Json_that_is_not_what_the_description_says_is_refused_whole(string body)
    {
        await using var door = await TestDoor.Residents();
        using var carol = await door.SignedIn();
        using var answer = await carol.PostJson("/api/offerings", body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("\"code\":\"web.malformed\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(door.Desk.Acts);
    }

    private static List<WebRoute> Mutating(TestDoor door)
    {
        var routes = door.Door.Routes.Where(r => r.Mutates).ToList();
        Assert.InRange(routes.Count, 8, 60);
        return routes;
    }

    private static string PathOf(WebRoute route) =>
        route
            .Pattern.Replace("{id}", "0198a111-0000-7000-8000-000000000001", StringComparison.Ordinal)
            .Replace("{chainId}", PaperDesk.RingId, StringComparison.Ordinal)
            .Replace("{did}", PaperDesk.Hill, StringComparison.Ordinal)
            .Replace("{act}", "end", StringComparison.Ordinal);

    private static Task<HttpResponseMessage> Attack(
        Browser browser,
        WebRoute route,
        string token,
        params (string, string)[] headers
    )
    {
        HttpContent? body = route.Carries switch
        {
            Carries.Form => Browser.FormOf(
                ("_t", token),
                ("title", "x"),
                ("category", "food"),
                ("value", "yes"),
                ("card", "c"),
                ("label", "x"),
                ("address", "10.0.0.1"),
                ("pair_port", "1")
            ),
            Carries.Json => new StringContent("{}", Encoding.UTF8, "application/json"),
            _ => null,
        };
        return browser.Send(new HttpMethod(route.Method), PathOf(route), body, headers);
    }

    // Signing out is an act too: the session must still be there.
    private static async Task NothingHappened(TestDoor door, Browser person)
    {
        Assert.Empty(door.Desk.Acts);
        Assert.DoesNotContain(door.Desk.Keys, k => k.IsWiped);
        using var still = await person.Get(door.Door.IsSteward ? "/health" : "/offer");
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
    }
}
