using System.Net;

namespace EdgeNode.Tests.Unit.Appliance.Web;

/// <summary>What a steward does on the pages.</summary>
public sealed class StewardJourneyTests
{
    private static readonly string[] Places =
    [
        "/",
        "/neighbours",
        "/queues",
        "/rings",
        "/map",
        "/residents",
        "/power",
        "/audit",
        "/health",
    ];

    [Fact]
    public async Task Without_the_code_every_page_leads_to_the_sign_in()
    {
        await using var door = await TestDoor.Stewards();
        using var visitor = door.Visitor();
        foreach (var place in Places.Skip(1))
        {
            using var answer = await visitor.Get(place);
            Assert.Equal("/?note=signed_out", answer.Headers.Location!.ToString());
        }
    }

    [Fact]
    public async Task Every_place_of_the_rail_opens_and_marks_itself()
    {
        await using var door = await TestDoor.Stewards();
        using var steward = await door.SignedIn();
        foreach (var place in Places)
        {
            Assert.Contains($"href=\"{place}\" aria-current=\"page\"", await steward.Page(place), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_power_page_says_what_is_shed_and_draws_what_was()
    {
        await using var door = await TestDoor.Stewards();
        using var steward = await door.SignedIn();
        var page = await steward.Page("/power?span=week");
        Assert.Contains("On battery: battery 61 %, about 4.4 h left.", page, StringComparison.Ordinal);
        Assert.Contains("<path class=\"line\" d=\"M", page, StringComparison.Ordinal);
        Assert.Contains("goes, to come back later", page, StringComparison.Ordinal);
        Assert.Contains("41.5 Wh", page, StringComparison.Ordinal);
        Assert.Contains("href=\"/power?span=week\" aria-current=\"true\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_choice_of_the_load_plan_is_kept()
    {
        await using var door = await TestDoor.Stewards();
        using var steward = await door.SignedIn();
        using var answer = await steward.PostForm(
            "/power",
            "/power/plan",
            ("state", "OnBattery"),
            ("load", "sync"),
            ("word", "always")
        );
        Assert.Equal("/power?note=saved", answer.Headers.Location!.ToString());
        Assert.Equal(["load OnBattery sync always"], door.Desk.Acts);
    }

    [Fact]
    public async Task A_stop_shows_what_follows_before_it_is_done()
    {
        await using var door = await TestDoor.Stewards();
        using var steward = await door.SignedIn();
        Assert.Contains("Neighbours are told first", await steward.Page("/power/stop"), StringComparison.Ordinal);
        Assert.Empty(door.Desk.Acts);
        using var answer = await steward.PostForm("/power/stop", "/power/stop", ("why", "household"), ("hours", "3"));
        Assert.Equal("/power?note=stopping", answer.Headers.Location!.ToString());
        Assert.Equal(["stop household 3"], door.Desk.Acts);
    }

    [Fact]
    public async Task The_end_of_a_peering_shows_what_follows_before_it_is_done()
    {
        await using var door = await TestDoor.Stewards();
        using var steward = await door.SignedIn();
        var did = Uri.EscapeDataString(PaperDesk.Hill);
        var draft = await steward.Page($"/peerings/{did}/end");
        Assert.Contains("2 rings with them are under way", draft, StringComparison.Ordinal);
        Assert.Contains("41 entries they already hold", draft, StringComparison.Ordinal);
        Assert.Empty(door.Desk.Acts);
        using var answer = await steward.PostForm($"/peerings/{did}/end", $"/peerings/{did}/end");
        Assert.Equal("/neighbours?note=ended", answer.Headers.Location!.ToString());
        Assert.Equal([$"end {PaperDesk.Hill}"], door.Desk.Acts);
    }

    [Fact]
    public async Task A_request_is_looked_at_before_it_is_accepted()
    {
        await using var door = await TestDoor.Stewards();
        using var steward = await door.SignedIn();
        var east = door.Desk.PeeringList[2].Did;
        Assert.Contains("East Street</bdi> asks for a peering", await steward.Page("/"), StringComparison.Ordinal);
        var draft = await steward.Page($"/peerings/{Uri.EscapeDataString(east)}/accept");
        Assert.Contains(east, draft, StringComparison.Ordinal);
        using var answer = await steward.PostForm(
            $"/peerings/{Uri.EscapeDataString(east)}/accept",
            $"/peerings/{Uri.EscapeDataString(east)}/accept"
        );
        Assert.Equal([$"accept {east}"], door.Desk.Acts);
    }

    [Fact]
    public async Task A_peering_is_asked_for_by_address()
    {
        await using var door = await TestDoor.Stewards();
        using var steward = await door.SignedIn();
        using var bad = await steward.PostForm(
            "/neighbours",
            "/neighbours/request",
            ("address", "evil.example"),
            ("pair_port", "8444")
        );
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        using var good = await steward.PostForm(
            "/neighbours",
            "/neighbours/request",
            ("address", "10.42.0.9"),
            ("pair_port", "8444")
        );
        Assert.Equal(["request 10.42.0.9 8444"], door.Desk.Acts);
    }

    [Fact]
    public async Task A_request_that_does_not_arrive_is_shown_with_its_fault()
    {
        await using var door = await TestDoor.Stewards();
        using var steward = await door.SignedIn();
        var page = await steward.Page("/neighbours");
        Assert.Equal(1, page.Split("tried 3 times").Length - 1);
        Assert.Contains("No route to host", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_data_map_page_is_the_table_of_the_gate()
    {
        await using var door = await TestDoor.Stewards();
        using var steward = await door.SignedIn();
        var page = await steward.Page("/map");
        Assert.All(
            EdgeNode.Wire.DataMap.KindRules,
            r => Assert.Contains($"<code class=\"soft\">{r.Kind}</code>", page, StringComparison.Ordinal)
        );
        Assert.All(
            EdgeNode.Wire.DataMap.TableRules,
            r => Assert.Contains($"<code class=\"soft\">{r.Table}</code>", page, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_steward_makes_a_residents_card()
    {
        await using var door = await TestDoor.Stewards();
        using var steward = await door.SignedIn();
        using var answer = await steward.PostForm("/residents", "/residents", ("label", "Dana"));
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Contains($"data-code=\"{PaperDesk.AliceCode}\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain($"/c#{PaperDesk.AliceCode}\"", page, StringComparison.Ordinal);
    }
}
