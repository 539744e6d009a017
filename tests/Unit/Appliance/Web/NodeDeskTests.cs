using System.Net;
using System.Text.Json;

namespace EdgeNode.Tests.Unit.Appliance.Web;

/// <summary>The doors of a real node: commands through its step loop, pages from its tables.</summary>
public sealed class NodeDeskTests
{
    [Fact]
    public async Task A_ring_of_three_runs_from_three_cards_to_done_through_the_doors_alone()
    {
        await using var node = await LoopNode.Start();
        using var alice = await Join(node, "Alice", "legal", "Legal advice, one hour", "catering");
        using var bob = await Join(node, "Bob", "catering", "Catering for ten", "design");
        using var carol = await Join(node, "Carol", "design", "A poster", "legal");
        using var steward = await SignedInSteward(node);
        await PlanTheRing(steward);
        foreach (var person in new[] { alice, bob, carol })
        {
            await SayYes(person);
        }

        Assert.Equal("committed", (await OneRing(alice)).GetProperty("state").GetString());
        foreach (var person in new[] { alice, bob, carol })
        {
            await Settle(person, "gets");
        }

        Assert.All([alice, bob, carol], p => Assert.Equal("completed", OneRing(p).Result.GetProperty("state").GetString()));
        var rings = await Json(steward, "/api/steward/rings");
        Assert.Equal(1, rings.GetProperty("counts").GetProperty("completed").GetInt32());
        var ring = rings.GetProperty("rings")[0];
        Assert.Equal(3, ring.GetProperty("participants").GetArrayLength());
        Assert.Equal("yes", ring.GetProperty("home_nodes")[0].GetProperty("vote").GetString());
        Assert.All(ring.GetProperty("edges").EnumerateArray(), e => Assert.Equal("done", e.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task The_ring_card_reads_as_a_promise_and_a_no_names_nobody()
    {
        await using var node = await LoopNode.Start();
        using var alice = await Join(node, "Alice", "legal", "Legal advice", "catering");
        using var bob = await Join(node, "Bob <i>", "catering", "Catering", "legal");
        using var steward = await SignedInSteward(node);
        await PlanTheRing(steward);
        var ring = await OneRing(alice);
        Assert.Equal(
            "You give Legal advice to Bob <i>. You get Catering from Bob <i>.",
            ring.GetProperty("sentence").GetString()
        );
        var path = "/ring/" + ring.GetProperty("chain_id").GetString();
        var page = await alice.Page(path);
        Assert.Contains("You give <b><bdi>Legal advice</bdi></b> to <bdi>Bob &lt;i&gt;</bdi>.", page, StringComparison.Ordinal);
        using var no = await bob.PostForm(
            path,
            path,
            ("value", "no"),
            ("card", (await OneRing(bob)).GetProperty("card").GetString()!)
        );
        Assert.Equal("/promises?note=no", no.Headers.Location!.ToString());
        var ended = await alice.Page(path);
        Assert.Contains("Nothing is owed", ended, StringComparison.Ordinal);
        Assert.DoesNotContain("Bob said no", ended, StringComparison.Ordinal);
        Assert.Equal("aborted", (await OneRing(alice)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_yes_to_another_card_than_the_one_shown_is_refused()
    {
        await using var node = await LoopNode.Start();
        using var alice = await Join(node, "Alice", "legal", "Legal advice", "catering");
        using var bob = await Join(node, "Bob", "catering", "Catering", "legal");
        using var steward = await SignedInSteward(node);
        await PlanTheRing(steward);
        var chain = (await OneRing(alice)).GetProperty("chain_id").GetString();
        var bobsCard = (await OneRing(bob)).GetProperty("card").GetString();
        using var answer = await alice.PostJson($"/api/rings/{chain}/answer", $"{{\"value\":\"yes\",\"card\":\"{bobsCard}\"}}");
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.True((await OneRing(alice)).GetProperty("can_answer").GetBoolean());
    }

    [Fact]
    public async Task Entries_stand_in_lists_counts_and_the_form_of_their_owner_only()
    {
        await using var node = await LoopNode.Start();
        using var alice = await Join(node, "Alice", "ask/brass", "Brass", "ask/agricola");
        using var bob = await Join(node, "Bob", "legal", "Legal", "x");
        var offering = Assert.Single((await Json(alice, "/api/offerings")).EnumerateArray());
        Assert.Equal("here", offering.GetProperty("share").GetString());
        var own = await Json(alice, "/api/node");
        Assert.Equal(0, own.GetProperty("entries")[0].GetProperty("offerings").GetInt32());
        Assert.Contains("2 offers, 2 needs", await alice.Page("/"), StringComparison.Ordinal);
        Assert.DoesNotContain("ask/brass", await bob.Page("/offer/new"), StringComparison.Ordinal);
        using var foreign = await bob.Send(HttpMethod.Delete, "/api/offerings/" + offering.GetProperty("id").GetString(), null);
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        using var mine = await alice.Send(HttpMethod.Delete, "/api/offerings/" + offering.GetProperty("id").GetString(), null);
        Assert.Equal(HttpStatusCode.NoContent, mine.StatusCode);
        Assert.Empty((await Json(alice, "/api/offerings")).EnumerateArray());
    }

    [Theory]
    [InlineData("{\"category\":\"food\",\"title\":\" \"}", HttpStatusCode.BadRequest, "text.empty")]
    [InlineData("{\"category\":\"with blank\",\"title\":\"x\"}", HttpStatusCode.BadRequest, "item.category")]
    [InlineData(
        "{\"category\":\"food\",\"title\":\"x\",\"share\":[\"did:edge:nobody\"]}",
        HttpStatusCode.Conflict,
        "peer.not_enrolled"
    )]
    public async Task Refusals_of_the_node_keep_their_code(string body, HttpStatusCode status, string code)
    {
        await using var node = await LoopNode.Start();
        using var alice = await Join(node, "Alice", "legal", "Legal", "x");
        using var answer = await alice.PostJson("/api/offerings", body);
        Assert.Equal(status, answer.StatusCode);
        Assert.Contains($"\"code\":\"{code}\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_is_told_to_the_open_page_of_whom_it_concerns()
    {
        await using var node = await LoopNode.Start();
        using var alice = await Join(node, "Alice", "legal", "Legal", "x");
        using var events = new StreamReader(await alice.Stream("/events"));
        Assert.Equal("retry: 5000", await events.ReadLineAsync());
        using var made = await alice.PostJson("/api/needs", "{\"title\":\"Bread\",\"accepts\":[\"food\"]}");
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        string? line;
        do
        {
            line = await events.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10));
        } while (line is not null && !line.StartsWith("data: ", StringComparison.Ordinal));
        Assert.StartsWith("data: entries rings", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_stewards_code_opens_the_desk_as_it_is_printed_and_no_other_does()
    {
        await using var node = await LoopNode.Start();
        using var steward = node.Steward();
        using var wrong = await steward.PostJson("/api/steward/session", "{\"code\":\"aaaa-aaaa-aaaa-aaaa-aaaa\"}");
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        var printed = string.Join('-', (await node.StewardCode).ToUpperInvariant().Chunk(4).Select(c => new string(c)));
        using var right = await steward.PostForm("/", "/signin", ("code", printed));
        Assert.Equal(HttpStatusCode.SeeOther, right.StatusCode);
        foreach (var page in new[] { "/", "/neighbours", "/queues", "/rings", "/map", "/residents", "/audit", "/health" })
        {
            using var answer = await steward.Get(page);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("/api/steward/neighbours")]
    [InlineData("/api/steward/queues")]
    [InlineData("/api/steward/plan")]
    [InlineData("/api/steward/rings")]
    [InlineData("/api/steward/entries")]
    [InlineData("/api/steward/wire")]
    [InlineData("/api/steward/health")]
    [InlineData("/api/steward/audit?after=0")]
    public async Task The_desk_of_an_empty_cabinet_answers_everywhere(string path)
    {
        await using var node = await LoopNode.Start();
        using var steward = await SignedInSteward(node);
        Assert.NotEqual(JsonValueKind.Undefined, (await Json(steward, path)).ValueKind);
    }

    [Fact]
    public async Task Metrics_are_text_that_a_scraper_reads()
    {
        await using var node = await LoopNode.Start();
        using var steward = await SignedInSteward(node);
        var lines = (await steward.Page("/metrics")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, l => Assert.Matches("^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\\{[a-z]+=\"[^\"]*\"\\})? -?[0-9.E+]+)$", l));
        Assert.Contains("edgenode_residents 0", lines);
    }

    private static async Task<Browser> Join(LoopNode node, string label, string category, string offers, string needs)
    {
        var browser = node.Resident();
        var joined = await Post(browser, "/api/join", JsonSerializer.Serialize(new { label }), HttpStatusCode.Created);
        await Post(browser, "/api/session", $"{{\"code\":\"{joined.GetProperty("code").GetString()}\"}}", HttpStatusCode.OK);
        await Post(browser, "/api/offerings", JsonSerializer.Serialize(new { category, title = offers }), HttpStatusCode.Created);
        await Post(
            browser,
            "/api/needs",
            JsonSerializer.Serialize(new { title = needs, accepts = new[] { needs } }),
            HttpStatusCode.Created
        );
        return browser;
    }

    [Fact]
    public async Task A_card_made_at_one_cabinet_is_looked_at_and_used_at_another()
    {
        await using var mill = await LoopNode.Start();
        await using var hill = await LoopNode.Start();
        using var atMill = await SignedInSteward(mill);
        using var atHill = await SignedInSteward(hill);
        var made = await Post(atMill, "/api/steward/card", "{\"addresses\":[\"10.0.0.9\"],\"days\":7}", HttpStatusCode.OK);
        var card = made.GetProperty("card").GetString()!;
        var body = $"{{\"card\":\"{card}\"}}";
        var read = await Post(atHill, "/api/steward/card/read", body, HttpStatusCode.OK);
        Assert.Equal(mill.Card.Identity.Did.Value, read.GetProperty("did").GetString());
        Assert.Equal("10.0.0.9", read.GetProperty("addresses")[0].GetString());
        Assert.True(read.GetProperty("contract_fits").GetBoolean());
        using var own = await atMill.PostJson("/api/steward/card/read", body);
        Assert.Contains("card.own", await own.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var draft = await Upload(atHill, "/neighbours/card", "/neighbours/card/read", card + "\n");
        Assert.Contains(mill.Card.Identity.Did.Value, await draft.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("10.0.0.9", await atHill.Page("/neighbours"), StringComparison.Ordinal);
        using var asked = await atHill.PostJson("/api/steward/card/request", body);
        Assert.Equal(HttpStatusCode.NoContent, asked.StatusCode);
        Assert.Contains("10.0.0.9", await atHill.Page("/neighbours"), StringComparison.Ordinal);
        Assert.DoesNotContain("enrolled", await atHill.Page("/neighbours"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"days\":0}", "card.life.malformed")]
    [InlineData("{\"days\":367}", "card.life.malformed")]
    [InlineData("{\"addresses\":[\"mill.example\"]}", "card.address.malformed")]
    [InlineData("{\"addresses\":[\"10.0.0.1\",\"10.0.0.2\",\"10.0.0.3\",\"10.0.0.4\",\"10.0.0.5\"]}", "card.address.malformed")]
    public async Task A_card_that_says_too_much_is_not_made(string body, string code)
    {
        await using var node = await LoopNode.Start();
        using var steward = await SignedInSteward(node);
        var refused = await Post(steward, "/api/steward/card", body, HttpStatusCode.BadRequest);
        Assert.Equal(code, refused.GetProperty("code").GetString());
    }

    private static async Task<HttpResponseMessage> Upload(Browser browser, string page, string path, string text)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent(await browser.TokenOn(page)), "_t" },
            { new StringContent(""), "text" },
            { new StringContent(text), "file", "mill.card" },
        };
        return await browser.Send(HttpMethod.Post, path, form, ("Origin", browser.Origin));
    }

    private static async Task<Browser> SignedInSteward(LoopNode node)
    {
        var steward = node.Steward();
        using var answer = await steward.PostJson("/api/steward/session", $"{{\"code\":\"{await node.StewardCode}\"}}");
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        return steward;
    }

    private static async Task PlanTheRing(Browser steward)
    {
        var started = await Post(steward, "/api/steward/plan", "{}", HttpStatusCode.Accepted);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (started.GetProperty("state").GetString() == "running")
        {
            await look.WaitForNextTickAsync(patience.Token);
            started = await Json(steward, "/api/steward/plan");
        }

        Assert.Equal("done", started.GetProperty("state").GetString());
        Assert.Equal(1, started.GetProperty("rings").GetInt32());
        Assert.Equal(started.GetProperty("items").GetInt32(), started.GetProperty("value").GetInt64());
        Assert.Equal(1, started.GetProperty("proposed").GetInt32());
    }

    private static async Task SayYes(Browser person)
    {
        var ring = await OneRing(person);
        Assert.True(ring.GetProperty("can_answer").GetBoolean());
        var body = $"{{\"value\":\"yes\",\"card\":\"{ring.GetProperty("card").GetString()}\"}}";
        using var answer = await person.PostJson($"/api/rings/{ring.GetProperty("chain_id").GetString()}/answer", body);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    private static async Task Settle(Browser person, string side)
    {
        var ring = await OneRing(person);
        Assert.True(ring.GetProperty("can_settle").GetBoolean());
        var body = $"{{\"edge\":{ring.GetProperty(side).GetProperty("edge").GetInt32()},\"result\":\"done\"}}";
        using var answer = await person.PostJson($"/api/rings/{ring.GetProperty("chain_id").GetString()}/settle", body);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    private static async Task<JsonElement> OneRing(Browser person) =>
        Assert.Single((await Json(person, "/api/rings")).EnumerateArray());

    private static async Task<JsonElement> Json(Browser browser, string path)
    {
        using var answer = await browser.Get(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }

    private static async Task<JsonElement> Post(Browser browser, string path, string json, HttpStatusCode expected)
    {
        using var answer = await browser.PostJson(path, json);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }
}
