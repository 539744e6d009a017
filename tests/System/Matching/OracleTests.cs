using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EdgeNode.Tests.System.Brokers;
using EdgeNode.Tests.System.Hosts;

namespace EdgeNode.Tests.System.Matching;

/// <summary>Debian's CBC and GLPK on the same made-up markets: what we prove best is what they prove best, and neither finds more than our bound.</summary>
public sealed partial class OracleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgenode-oracle-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(150, 1, "high", 4)]
    [InlineData(260, 9, "mid", 4)]
    [InlineData(80, 3, "high", 3)]
    [InlineData(120, 4, "mid", 3)]
    [InlineData(200, 5, "mid", 4)]
    [InlineData(200, 6, "low", 4)]
    [InlineData(300, 7, "mid", 2)]
    [InlineData(120, 8, "high", 4)]
    public async Task General_solvers_prove_the_same_optimum(int residents, int seed, string density, int cap)
    {
        var (market, lp) = (Path.Combine(_folder, "market.txt"), Path.Combine(_folder, "packing.lp"));
        await RunAsync("match", "generate", Text(residents), "--seed", Text(seed), "--deg", density, "--out", market);
        var ours = JsonNode.Parse(await RunAsync("match", "solve", market, "--cap", Text(cap), "--json"))!;
        var counted = JsonNode.Parse(await RunAsync("match", "rings", market, "--cap", Text(cap), "--json"))!;
        var truth = PackingFile.Read(market, cap);
        Assert.True(truth.Rings > 5);
        truth.Write(lp);
        Assert.True((bool)ours["optimal"]!);
        Assert.Equal(truth.Rings, (long)counted["count"]!);
        var value = (double)ours["value"]!;
        // Their tolerance is relative; ours is a whole number of micro-points.
        var tolerance = Math.Max(1e-6, value * 1e-9);
        Assert.Equal(value, await CbcAsync(lp), tolerance);
        Assert.Equal(value, await GlpkAsync(lp), tolerance);
    }

    private async Task<double> CbcAsync(string lp)
    {
        var solution = Path.Combine(_folder, "cbc.txt");
        await Foreign.RunAsync("cbc", lp, "ratio", "0", "allow", "0", "sec", "60", "solve", "solu", solution);
        var first = File.ReadLines(solution).First();
        Assert.StartsWith("Optimal", first, StringComparison.Ordinal);
        return Math.Abs(Number(CbcValue().Match(first)));
    }

    private async Task<double> GlpkAsync(string lp)
    {
        var solution = Path.Combine(_folder, "glpk.txt");
        await Foreign.RunAsync("glpsol", "--lp", lp, "--tmlim", "60", "-o", solution);
        var text = await File.ReadAllTextAsync(solution);
        Assert.Contains("INTEGER OPTIMAL", text, StringComparison.Ordinal);
        return Number(GlpkValue().Match(text));
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        using var running = new Running([Binaries.Built, .. arguments]);
        var ended = await running.EndAsync();
        Assert.True(ended.Code == 0, ended.ToString());
        return ended.Output;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static double Number(Match found) => double.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"objective value\s+(\S+)")]
    private static partial Regex CbcValue();

    [GeneratedRegex(@"Objective:\s+obj = (\S+)")]
    private static partial Regex GlpkValue();
}
