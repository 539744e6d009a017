using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace EdgeNode.Tests.System.Hosts;

/// <summary>The ahead-of-time binary is the product too: it answers, serves, survives, and completes a ring.</summary>
public sealed class AheadOfTimeTests(ITestOutputHelper output)
{
    private static readonly TimeSpan RingWithin = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Answers_help_for_itself_and_for_every_command()
    {
        var help = await RunAsync(TimeSpan.FromSeconds(20), "--help");
        Assert.Equal(0, help.Code);
        foreach (var command in (string[])["run", "demo", "match"])
        {
            Assert.Contains(command, help.Output, StringComparison.Ordinal);
            var more = await RunAsync(TimeSpan.FromSeconds(20), command, "--help");
            Assert.Equal(0, more.Code);
            Assert.Contains("Example: edgenode " + command, more.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ask.txt", "5")]
    [InlineData("BR2024May.txt", "3")]
    [InlineData("BR2024May.txt", "unbounded")]
    [InlineData("markets/m_1000_mid.txt", "4")]
    [InlineData("sparse/s_50_u.input", "4")]
    [InlineData("sparse/s_200_w.input", "3", "--limit-work", "150000000")]
    public async Task Plans_the_same_rings_as_the_framework_build_with_any_number_of_threads(
        string file,
        string cap,
        params string[] more
    )
    {
        string[] solve =
        [
            "match",
            "solve",
            Path.Combine(Binaries.Root, "tests/data/matching", file),
            "--cap",
            cap,
            "--json",
            .. more,
        ];
        var hashes = new List<string>();
        foreach (var program in (string[])[Binaries.AheadOfTime, Binaries.Built])
        foreach (var threads in (string[])["1", "3"])
        {
            using var running = new Running([program, .. solve, "--threads", threads]);
            var ended = await running.EndAsync();
            Assert.True(ended.Code == 0, ended.ToString());
            hashes.Add((string)JsonNode.Parse(ended.Output)!["plan_hash"]!);
        }
        Assert.Single(hashes.Distinct());
    }

    [Fact]
    public async Task Serves_pages_takes_posts_and_keeps_them_over_a_kill()
    {
        await using var cabinet = await CabinetProcess.StartNewAsync(Binaries.AheadOfTime);
        using var visitor = CabinetVisitor.Resident(cabinet);
        var page = await visitor.GetAsync("");
        Assert.Equal(200, page.Status);
        Assert.Contains("</html>", page.Text, StringComparison.Ordinal);
        using (var steward = await CabinetVisitor.StewardAsync(cabinet))
            Assert.Equal(200, (await steward.GetAsync("api/steward/health")).Status);
        var card = (await visitor.JoinAsync("Anna"))["code"];
        await visitor.SignInAsync(card);
        await visitor.PostsAsync("Bread");
        await cabinet.KillAsync();
        await cabinet.StartAsync();
        Assert.True((await visitor.SignInAsync(card)).IsDone);
        Assert.Single((await visitor.GetAsync("api/offerings")).Json!.AsArray());
        output.WriteLine($"ready again after {cabinet.StartTook.TotalMilliseconds:0} ms");
        Assert.Equal(0, (await cabinet.StopAsync()).Code);
    }

    [Fact]
    public async Task Completes_the_ring_of_three_over_two_cabinets()
    {
        var folder = Directory.CreateTempSubdirectory("edgenode-aot-ring-").FullName;
        try
        {
            string[] ring = ["demo", "--once", "--input", "ring-of-three", "--network", "127.0.51", "--out", folder];
            var ended = await RunAsync(RingWithin, ring);
            Assert.True(ended.Code == 0, ended.ToString());
            var summary = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "demo-summary.json")))!;
            Assert.Equal(3, (int)summary["cabinets"]!);
            Assert.Equal(1, (int)summary["planned"]!["rings"]!);
            Assert.Equal((1, 3, 1), Counts(summary["committed"]!));
            Assert.Equal(1, (int)summary["completed"]!["rings"]!);
            Assert.True((long)summary["wire"]!["statements"]! > 0);
            Assert.All(["proposal", "commit", "done"], key => Assert.True((double)summary["seconds"]![key]! >= 0));
            Assert.True(Violations(summary["violations"]!) == 0, summary["violations"]!.ToJsonString());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (int Rings, int Items, int Crossing) Counts(JsonNode committed) =>
        ((int)committed["rings"]!, (int)committed["items"]!, (int)committed["crossing"]!);

    private static int Violations(JsonNode node) => node is JsonArray list ? list.Count : (int)node;

    private static async Task<Ended> RunAsync(TimeSpan within, params string[] arguments)
    {
        using var running = new Running([Binaries.AheadOfTime, .. arguments]);
        await Until.HoldsAsync(() => running.HasEnded, $"edgenode {string.Join(' ', arguments)} ends", within);
        return await running.EndAsync();
    }
}
