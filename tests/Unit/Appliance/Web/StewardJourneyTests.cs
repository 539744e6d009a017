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
    public async Task A_peering_is_suspended_with_one_tap_and_resumed_by_another_with_the_reason_beside_it()
    {
        await using var door = await TestDoor.Stewards();
        using var steward = await door.SignedIn();
        var hill = $"/peerings/{Uri.EscapeDataString(PaperDesk.Hill)}";
        using var suspended = await steward.PostForm("/neighbours", $"{hill}/suspend");
        Assert.Equal("/neighbours?note=suspended", suspended.Headers.Location!.ToString());
        Assert.Contains("what waits stays", await steward.Page("/neighbours?note=suspended"), StringComparison.Ordinal);
        door.Desk.PeeringList[0] = door.Desk.PeeringList[0] with { State = "suspended", Reason = "flooded <b>us</b>" };
        var page = await steward.Page("/neighbours");
        Assert.Contains("flooded &lt;b&gt;us&lt;/b&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain($"{hill}/suspend", page, StringComparison.Ordinal);
        Assert.Contains("</bdi> is suspended", await steward.Page("/"), StringComparison.Ordinal);
        using var resumed = await steward.PostForm("/neighbours", $"{hill}/resume");
        Assert.Equal("/neighbours?note=resumed", resumed.Headers.Location!.ToString());
        Assert.Equal([$"suspend {PaperDesk.Hill}", $"resume {PaperDesk.Hill}"], door.Desk.Acts);
    }

    [Fact]
    public async Task A_lane_is_paused_and_goes_on_with_one_tap_each()
    {
        await using var door = await TestDoor.Stewards();
        using var steward = await door.SignedIn();
        var lane = $"/lanes/{Uri.EscapeDataString(PaperDesk.Hill)}/shared";
        using var paused = await steward.PostForm("/queues", lane + "/out/pause");
        Assert.Equal("/queues?note=paused", paused.Headers.Location!.ToString());
        using var resumed = await steward.PostForm("/queues", lane + "/in/resume");
        Assert.Equal("/queues?note=resumed", resumed.Headers.Location!.ToString());
        Assert.Contains("What waits is kept", await steward.Page("/queues?note=paused"), StringComparison.Ordinal);
        Assert.Equal([$"pause {PaperDesk.Hill} Shared Out", $"resume {PaperDesk.Hill} Shared In"], door.Desk.Acts);
    }

    [Fact]
    public async Task A_grant_shows_what_it_starts_before_it_is_given()
    {
        await using var door = await TestDoor.Stewards();
        using var steward = await door.SignedIn();
        var lane = $"/lanes/{Uri.EscapeDataString(PaperDesk.Hill)}/restore-only/out";
        var draft = await steward.Page(lane);
        Assert.Contains("which they cannot read", draft, StringComparison.Ordinal);
        Assert.Contains("Nothing is lost", draft, StringComparison.Ordinal);
        Assert.Empty(door.Desk.Acts);
        using var wrong = await steward.PostForm(lane, lane + "/grant", ("days", "many"));
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        using var granted = await steward.PostForm(
            lane,
            lane + "/grant",
            ("days", "30"),
            ("priority", "4"),
            ("rate", "5000"),
            ("rows", "100"),
            ("megabytes", "8")
        );
        Assert.Equal("/queues?note=granted", granted.Headers.Location!.ToString());
        using var closed = await steward.PostForm(lane, lane + "/close");
        Assert.Equal("/queues?note=closed", closed.Headers.Location!.ToString());
        Assert.Equal(
            [$"grant {PaperDesk.Hill} RestoreOnly Out 4 5000 100 8388608 30", $"close {PaperDesk.Hill} RestoreOnly Out"],
            door.Desk.Acts
        );
    }

    [Fact]
    public async Task What_was_set_aside_is_sent_again_or_discarded()
    {
        await using var door = await TestDoor.Stewards();
        using var steward = await door.SignedIn();
        Assert.Contains("action=\"/aside/17/send\"", await steward.Page("/queues"), StringComparison.Ordinal);
        using var sent = await steward.PostForm("/queues", "/aside/17/send");
        Assert.Equal("/queues?note=sent", sent.Headers.Location!.ToString());
        using var discarded = await steward.PostForm("/queues", "/aside/17/discard");
        Assert.Equal("/queues?note=discarded", discarded.Headers.Location!.ToString());
        Assert.Equal(["send 17", "discard 17"], door.Desk.Acts);
    }

    [Fact]
    public async Task The_interface_grants_pauses_and_settles_as_the_pages_do()
    {
        await using var door = await TestDoor.Stewards();
        using var steward = await door.SignedIn();
        var lane = $"/api/steward/peerings/{Uri.EscapeDataString(PaperDesk.Hill)}/lanes/shared/in";
        foreach (
            var (path, body) in new[]
            {
                (lane, "{\"max_rows\":7}"),
                (lane + "/pause", "{}"),
                ("/api/steward/aside/17/send", "{}"),
            }
        )
        {
            using var answer = await steward.PostJson(path, body);
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }
        Assert.Equal(
            [$"grant {PaperDesk.Hill} Shared In 2 0 7 268435456 365", $"pause {PaperDesk.Hill} Shared In", "send 17"],
            door.Desk.Acts
        );
        using var nonsense = await steward.PostJson(lane.Replace("/shared/", "/local-only/", StringComparison.Ordinal), "{}");
        Assert.Equal(HttpStatusCode.BadRequest, nonsense.StatusCode);
        var links = await steward.Page("/api/steward/links");
        Assert.Contains("\"class\":\"restore-only\",\"direction\":\"out\",\"state\":\"held\"", links, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_metrics_tell_every_lane_with_its_age()
    {
        await using var door = await TestDoor.Stewards();
        using var steward = await door.SignedIn();
        var metrics = await steward.Page("/metrics");
        var hill = $"{{peer=\"Hill cabinet\",did=\"{PaperDesk.Hill}\"";
        Assert.Contains($"edgenode_waiting{hill},class=\"shared\"}} 128\n", metrics, StringComparison.Ordinal);
        Assert.Contains($"edgenode_waiting_age_seconds{hill},class=\"shared\"}} 18000\n", metrics, StringComparison.Ordinal);
        Assert.Contains($"edgenode_waiting_for_space{hill},class=\"shared\"}} 40\n", metrics, StringComparison.Ordinal);
        Assert.Contains($"edgenode_last_contact_seconds{hill}}} 60\n", metrics, StringComparison.Ordinal);
        Assert.Contains("edgenode_restraint{cause=\"disk\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.All(
            metrics.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l[0] != '#'),
            l => Assert.Matches("^[a-z_]+(\\{[a-z]+=\"[^\"]*\"(,[a-z]+=\"[^\"]*\")*\\})? -?[0-9.]+$", l)
        );
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
    public async Task Our_card_is_shown_as_a_code_and_as_text_and_saved_as_a_file()
    {
        await using var door = await TestDoor.Stewards();
        using var steward = await door.SignedIn();
        using var shown = await steward.PostForm(
            "/neighbours/card",
            "/neighbours/card/make",
            ("addresses", "10.0.0.9, fd00::9"),
            ("days", "7"),
            ("as", "page")
        );
        var page = await shown.Content.ReadAsStringAsync();
        Assert.Contains("<svg", page, StringComparison.Ordinal);
        Assert.Contains("ENC1/AAAA", page, StringComparison.Ordinal);
        using var file = await steward.PostForm("/neighbours/card", "/neighbours/card/make", ("as", "file"));
        Assert.StartsWith("ENC1/", await file.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("attachment", file.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal(["card 10.0.0.9 fd00::9 7", "card  30"], door.Desk.Acts);
    }

    [Fact]
    public async Task Another_s_card_is_looked_at_before_anything_is_asked()
    {
        await using var door = await TestDoor.Stewards();
        using var steward = await door.SignedIn();
        using var draft = await steward.PostForm("/neighbours/card", "/neighbours/card/read", ("text", "ENC1/ABCD"));
        var page = await draft.Content.ReadAsStringAsync();
        Assert.Contains("Orchard &lt;i&gt;cabinet", page, StringComparison.Ordinal);
        Assert.Contains("10.0.0.9, fd00::9", page, StringComparison.Ordinal);
        Assert.Contains("is not the one in force here", page, StringComparison.Ordinal);
        Assert.Empty(door.Desk.Acts);

        using var asked = await steward.PostForm("/neighbours/card", "/neighbours/card/ask", ("text", "ENC1/ABCD"));
        Assert.Equal("/neighbours?note=requested", asked.Headers.Location!.ToString());
        using var moved = await steward.PostForm("/neighbours/card", "/neighbours/card/ask", ("text", "ENC1/PEER"));
        Assert.Equal("/neighbours?note=moved", moved.Headers.Location!.ToString());
        Assert.Equal(["by card ENC1/ABCD", "by card ENC1/PEER"], door.Desk.Acts);
    }

    [Fact]
    public async Task A_card_that_is_none_is_told_so()
    {
        await using var door = await TestDoor.Stewards();
        using var steward = await door.SignedIn();
        using var answer = await steward.PostForm("/neighbours/card", "/neighbours/card/read", ("text", "hello"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
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
