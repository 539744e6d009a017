using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeNode.Matching;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode match solve</c>: the best set of rings that a want list holds, with its bound.</summary>
internal static class MatchCommand
{
    public static CliCommand Create() => new("match", "Finds rings of exchange in a file.") { Solve() };

    private static CliCommand Solve()
    {
        var file = new Argument<string>("file") { Description = "A TradeMaximizer want list." };
        var cap = new Option<int>("--cap") { Description = "Longest ring, 2 to 4.", DefaultValueFactory = _ => 3 };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new CliCommand(
            "solve",
            """
            Prints the plan of most value, its proven upper bound, and the rings in giving order.

            Example: edgenode match solve tests/data/matching/ask.txt --cap 3
            """
        )
        {
            file,
            cap,
            json,
        };
        command.SetAction(parsed => Run(parsed.GetValue(file)!, parsed.GetValue(cap), parsed.GetValue(json)));
        return command;
    }

    private static int Run(string file, int cap, bool json)
    {
        if (cap is < 2 or > 4)
            return Refuse("--cap must be 2, 3 or 4.", 2);
        try
        {
            var market = WantList.Parse(file, File.ReadAllBytes(file)).ToMarket("trade");
            var clock = Stopwatch.StartNew();
            var plan = Planner.Solve(market, PlanOptions.Default with { Cap = cap, Objective = PlanObjective.Count });
            Print(SolveReport.Of(plan, clock.Elapsed.TotalSeconds), market, json);
            return 0;
        }
        catch (Exception e) when (e is WantListException or MarketException or IOException or UnauthorizedAccessException)
        {
            return Refuse(e.Message, 1);
        }
    }

    private static void Print(SolveReport report, Market market, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(report, MatchJson.Default.SolveReport));
            return;
        }
        Console.WriteLine(
            $"{market.Offerings.Count} offerings, {market.Needs.Count} needs, {report.Columns} rings of at most {report.Cap}"
        );
        Console.WriteLine(
            $"value {report.Value}, bound {report.Bound}{(report.Optimal ? ", optimal" : $", gap {report.Gap:P2}")}, {report.Seconds:0.000} s"
        );
        foreach (var cycle in report.Cycles)
            Console.WriteLine("  " + string.Join(" → ", cycle));
    }

    private static int Refuse(string sentence, int code)
    {
        Console.Error.WriteLine($"edgenode: {sentence}");
        return code;
    }
}

[JsonSerializable(typeof(SolveReport))]
internal sealed partial class MatchJson : JsonSerializerContext;
