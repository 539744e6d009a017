using System.Text.Json.Nodes;
using EdgeNode.Tests.System.Hosts;

namespace EdgeNode.Tests.System.Cli;

/// <summary><c>edgenode match</c>: what it answers, on standard output exactly one JSON object where asked.</summary>
public sealed class MatchCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgenode-match").FullName;

    [Theory]
    [InlineData("ask.txt", "6", "0", "1", 158)]
    [InlineData("ask.txt", "unbounded", "0", "1", 197)]
    [InlineData("BR2024May.txt", "unbounded", "0", "1", 196)]
    [InlineData("kep/MD-00001-00000015.wmd", "3", "6", "1", 16)]
    [InlineData("micro/ring3_chain3.input", "0", "3", "0.5", 0.875)]
    [InlineData("micro/ring3_chain3.input", "3", "2", "0.5", 1.125)]
    [InlineData("markets/m_1000_mid.txt", "4", "0", "1", 9912.195288)]
    public async Task Files_of_every_format_are_solved_and_proved(
        string file,
        string cap,
        string chain,
        string accept,
        double value
    )
    {
        var answer = await Json("solve", Data(file), "--cap", cap, "--chain", chain, "--accept", accept);
        Assert.Equal((decimal)value, (decimal)answer["value"]!);
        Assert.True((bool)answer["optimal"]!);
        Assert.Equal(cap, answer["cap"]!.ToString());
        Assert.True((double)answer["peak_mb"]! > 1);
    }

    [Fact]
    public async Task A_plan_that_was_written_is_verified_and_an_altered_one_is_not()
    {
        var plan = Path.Combine(_folder, "plan.txt");
        await Json("solve", Data("ask.txt"), "--cap", "5", "--plan-out", plan);
        var good = await Json("verify", plan, Data("ask.txt"));
        Assert.Equal((true, true, true), ((bool)good["plan_holds"]!, (bool)good["bound_proved"]!, (bool)good["optimal"]!));
        var text = await File.ReadAllTextAsync(plan);
        await File.WriteAllTextAsync(plan, text.Replace("value\t142000000", "value\t143000000", StringComparison.Ordinal));
        Assert.Equal(1, (await Run("verify", plan, Data("ask.txt"))).Code);
        await File.WriteAllTextAsync(plan, text);
        Assert.Equal(1, (await Run("verify", plan, Data("micro/dummy.txt"))).Code);
    }

    [Fact]
    public async Task A_deadline_of_zero_gives_a_plan_and_an_honest_bound()
    {
        foreach (var cap in (string[])["4", "unbounded"])
        {
            var answer = await Json("solve", Data("ask.txt"), "--cap", cap, "--seconds", "0");
            Assert.False((bool)answer["deterministic"]!);
            Assert.InRange((decimal)answer["value"]!, 0, 197);
            Assert.InRange((decimal)answer["bound"]!, cap == "4" ? 114 : 197, 100_000);
        }
    }

    [Fact]
    public async Task Made_up_markets_are_counted_replayed_and_explained()
    {
        var market = Path.Combine(_folder, "market.txt");
        Assert.Equal(106_098, (int)(await Json("generate", "1000", "--deg", "low", "--out", market))["bytes"]!);
        Assert.Equal(141, (long)(await Json("rings", market, "--cap", "4"))["count"]!);
        var replay = await Json("replay", market, "--changes", "50", "--seed", "1");
        Assert.Equal(50, (int)replay["changes"]!);
        Assert.All(["p50_ms", "p99_ms", "mean_ms", "max_ms"], key => Assert.True((double)replay[key]! >= 0));
        var why = await Json("explain", market, "--cap", "3", "--offer", "0");
        Assert.NotEmpty((string)why["offering"]!["sentence"]!);
        Assert.NotEmpty(why["needs_nobody_offers"]!.AsArray());
    }

    [Theory]
    [InlineData("solve", "x", "--chain", "3", "--cap", "unbounded")]
    [InlineData("solve", "x", "--cap", "0")]
    [InlineData("solve", "x", "--threads", "0")]
    [InlineData("solve", "x", "--accept", "1.5")]
    [InlineData("solve", "x", "--seconds", "-1")]
    [InlineData("solve", "x", "--format", "csv")]
    [InlineData("generate", "0")]
    [InlineData("generate", "10", "--json")]
    [InlineData("rings", "x", "--cap", "unbounded")]
    public async Task Options_that_make_no_sense_end_with_two(params string[] command)
    {
        var ended = await Run(command);
        Assert.Equal(2, ended.Code);
        Assert.StartsWith("edgenode: ", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("micro/bad_range.input", "bad_range.input:3: expected")]
    [InlineData("micro/bad_no_end.input", "bad_no_end.input:3: expected")]
    public async Task What_must_be_refused_is_with_file_line_and_rule(string file, string sentence)
    {
        var ended = await Run("solve", Data(file), "--json");
        Assert.Equal(1, ended.Code);
        Assert.Contains(sentence, ended.Error, StringComparison.Ordinal);
        Assert.Empty(ended.Output);
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("rings")]
    [InlineData("replay")]
    [InlineData("explain")]
    [InlineData("generate")]
    public async Task Every_command_has_help_with_an_example(string command)
    {
        var ended = await Run(command, "--help");
        Assert.Equal(0, ended.Code);
        Assert.Contains("Example: edgenode match " + command, ended.Output, StringComparison.Ordinal);
    }

    private static string Data(string name) => Path.Combine(Binaries.Root, "tests", "data", "matching", name);

    private static async Task<JsonNode> Json(params string[] command)
    {
        var ended = await Run([.. command, "--json"]);
        Assert.True(ended.Code == 0, ended.ToString());
        return JsonNode.Parse(ended.Output)!;
    }

    private static async Task<Ended> Run(params string[] command)
    {
        using var running = new Running([Binaries.Built, "match", .. command]);
        return await running.EndAsync();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
