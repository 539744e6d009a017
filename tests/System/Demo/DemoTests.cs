using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace EdgeNode.Tests.System.Demo;

/// <summary>The demo through the built binary: what it must end with, what it must survive, and how it says no.</summary>
public sealed partial class DemoTests
{
    private static readonly string[] Keys =
    [
        "cabinets",
        "discovered",
        "peerings",
        "entries",
        "replicated",
        "planned",
        "committed",
        "completed",
        "wire",
        "seconds",
        "faults",
        "violations",
    ];

    [Fact]
    public async Task Three_neighbours_at_two_cabinets_come_to_their_ring_and_the_third_cabinet_learns_nothing()
    {
        await using var demo = new DemoProcess();

        var code = await demo.RunAsync("--once", "--json", "--input", "ring-of-three");

        Assert.True(code == 0, demo.Said);
        var summary = JsonDocument.Parse(demo.Output).RootElement;
        Assert.Equal(summary.GetRawText(), demo.Summary().GetRawText());
        Assert.All(Keys, key => Assert.True(summary.TryGetProperty(key, out _), $"The summary has no {key}."));
        Assert.Equal(3, summary.GetProperty("cabinets").GetInt32());
        Assert.Equal([2, 2, 2], Numbers(summary, "discovered"));
        Assert.Equal(3, summary.GetProperty("peerings").GetInt32());
        Assert.Equal(6, summary.GetProperty("entries").GetInt32());
        Assert.Equal([6, 6, 0], Numbers(summary, "replicated"));
        Assert.Equal((1, 3), (Number(summary, "planned", "rings"), Number(summary, "planned", "items")));
        Assert.Equal((3, 3), (Number(summary, "planned", "value"), Number(summary, "planned", "bound")));
        Assert.Equal((1, 3), (Number(summary, "committed", "rings"), Number(summary, "committed", "items")));
        Assert.Equal((1, 1), (Number(summary, "committed", "crossing"), Number(summary, "completed", "rings")));
        Assert.True(Number(summary, "wire", "statements") > 0 && Number(summary, "wire", "bytes") > 0);
        Assert.Empty(summary.GetProperty("faults").EnumerateObject());
        Assert.Empty(summary.GetProperty("violations").EnumerateArray());
        await demo.LeavesNothingAsync();
    }

    [Theory]
    [InlineData("query")]
    [InlineData("gossip")]
    public async Task Cabinets_that_do_not_replicate_find_the_ring_by_asking(string mode)
    {
        await using var demo = new DemoProcess();

        var code = await demo.RunAsync("--once", "--json", "--input", "ring-of-three", "--mode", mode);

        Assert.True(code == 0, demo.Said);
        var summary = JsonDocument.Parse(demo.Output).RootElement;
        Assert.Equal([4, 2, 0], Numbers(summary, "replicated"));
        Assert.Equal((1, 3), (Number(summary, "committed", "rings"), Number(summary, "committed", "items")));
        Assert.Equal(1, Number(summary, "completed", "rings"));
        Assert.Empty(summary.GetProperty("violations").EnumerateArray());
        await demo.LeavesNothingAsync();
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task Comes_to_the_same_end_when_every_cabinet_and_every_broker_is_killed(string seed)
    {
        await using var demo = new DemoProcess();

        var code = await demo.RunAsync("--once", "--chaos", "--seed", seed, "--input", "ring-of-three");

        Assert.True(code == 0, demo.Said);
        var summary = demo.Summary();
        Assert.Equal((1, 3), (Number(summary, "committed", "rings"), Number(summary, "committed", "items")));
        Assert.Equal(1, Number(summary, "completed", "rings"));
        Assert.True(Number(summary, "faults", "cabinets_killed") >= 3, demo.Said);
        Assert.True(Number(summary, "faults", "brokers_killed") >= 3, demo.Said);
        foreach (var name in (string[])["Mill", "Hill", "Quay"])
        {
            Assert.Contains($"{name}: cabinet killed with signal 9", demo.Output, StringComparison.Ordinal);
            Assert.Contains($"{name}: broker killed with signal 9", demo.Output, StringComparison.Ordinal);
        }
        await demo.LeavesNothingAsync();
    }

    [Fact]
    public async Task Stays_up_with_working_cards_until_it_is_interrupted_and_then_stops_in_order()
    {
        await using var demo = new DemoProcess();
        var list = Path.Combine(demo.Folder, "three.txt");
        await File.WriteAllTextAsync(list, "BREAD LAMP\nLAMP CHAIR\nCHAIR BREAD\nDOOR\n");

        demo.Start("--input", list);
        await demo.SaysAsync("Ctrl-C ends it all");

        Assert.Contains("1 ring, 3 items", demo.Output, StringComparison.Ordinal);
        var cards = Card().Matches(demo.Output);
        Assert.Equal(3, cards.Count);
        using var phone = new HttpClient();
        foreach (Match card in cards)
        {
            var door = new Uri(new Uri(card.Groups["door"].Value), "api/session");
            var answer = await phone.PostAsJsonAsync(door, new { code = card.Groups["code"].Value });
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        await demo.SignalAsync("INT");

        Assert.Equal(0, await demo.ExitAsync());
        await demo.LeavesNothingAsync();
    }

    [Fact]
    public async Task Takes_its_cabinets_and_brokers_with_it_when_it_is_killed()
    {
        await using var demo = new DemoProcess();
        demo.Start("--once");
        await demo.SaysAsync("residents have posted");
        Assert.True(demo.LeftOver().Count >= 6, "three cabinets and three brokers are running");

        await demo.SignalAsync("KILL");

        await demo.ExitAsync();
        await demo.LeavesNothingAsync();
    }

    [Fact]
    public async Task Names_file_line_and_expectation_of_a_malformed_want_list()
    {
        await using var demo = new DemoProcess();
        var list = Path.Combine(demo.Folder, "bad.txt");
        await File.WriteAllTextAsync(list, "BREAD LAMP\n(ANNA LAMP BREAD\n");

        var code = await demo.RunAsync("--once", "--json", "--input", list);

        Assert.Equal(1, code);
        Assert.Equal($"edgenode: {list}:2: expected ')' after the user name\n", demo.Errors);
        var summary = JsonDocument.Parse(demo.Output).RootElement;
        Assert.Equal($"{list}:2: expected ')' after the user name", summary.GetProperty("violations")[0].GetString());
        Assert.False(File.Exists(demo.SummaryFile));
    }

    [Fact]
    public async Task Says_which_door_is_occupied_in_the_cabinets_own_sentence()
    {
        await using var demo = new DemoProcess();
        using var other = new TcpListener(IPAddress.Parse($"{demo.Network}.12"), 8080);
        other.Start();

        var code = await demo.RunAsync("--once", "--input", "ring-of-three");

        Assert.Equal(1, code);
        var sentence = Assert.Single(demo.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("edgenode: Hill did not start: ", sentence, StringComparison.Ordinal);
        Assert.Contains("8080", sentence, StringComparison.Ordinal);
        await demo.LeavesNothingAsync();
    }

    [Fact]
    public async Task Refuses_a_folder_in_which_another_demo_runs()
    {
        await using var demo = new DemoProcess();
        Directory.CreateDirectory(Path.Combine(demo.Folder, "demo"));
        using var held = new FileStream(
            Path.Combine(demo.Folder, "demo", "lock"),
            FileMode.OpenOrCreate,
            FileAccess.ReadWrite,
            FileShare.None
        );

        var code = await demo.RunAsync("--once", "--input", "ring-of-three");

        Assert.Equal(1, code);
        Assert.Equal(
            $"edgenode: Another demo runs in {demo.Folder}/demo. Stop it first, or choose another folder with --out.\n",
            demo.Errors
        );
    }

    [Theory]
    [InlineData("--network", "10.0.0")]
    [InlineData("--input", "/nowhere/at/all")]
    public async Task Refuses_what_it_cannot_use_in_one_sentence(string option, string value)
    {
        await using var demo = new DemoProcess();

        var code = await demo.RunAsync("--once", option, value);

        Assert.Equal(1, code);
        var sentence = Assert.Single(demo.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(value, sentence, StringComparison.Ordinal);
    }

    private static int Number(JsonElement summary, string key, string part) =>
        summary.GetProperty(key).GetProperty(part).GetInt32();

    private static int[] Numbers(JsonElement summary, string key) =>
        [.. summary.GetProperty(key).EnumerateArray().Select(n => n.GetInt32())];

    [GeneratedRegex(@"^ +(?<code>[a-z2-7-]{26,}) +.* at (?<door>http://\S+)$", RegexOptions.Multiline)]
    private static partial Regex Card();
}
