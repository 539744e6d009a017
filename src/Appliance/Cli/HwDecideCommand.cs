using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeNode.Appliance.Io;
using EdgeNode.Hardware;
using EdgeNode.Hardware.Io;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode hw decide</c>: the cabinet's own power policy on real lines and gauges, each decision with its delay.</summary>
internal static class HwDecideCommand
{
    public static CliCommand Create()
    {
        var bom = new Option<string>("--bom") { Description = "The bill of materials.", Required = true };
        var seconds = new Option<int?>("--for") { Description = "End after so many seconds; without it, with Ctrl-C." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object with all decisions at the end." };
        var command = new CliCommand(
            "decide",
            """
            Runs the power policy of a cabinet on the lines and gauges of a bill, and prints each decision: the state, why, and how long after
            the mains line moved. Nobody is told, nothing is shed and nothing stops. The cabinet itself must not run meanwhile.

            Example: edgenode hw decide --bom /etc/edgenode/indoor-grid.json
            """
        )
        {
            bom,
            seconds,
            json,
        };
        command.SetAction(
            (parsed, stop) => RunAsync(parsed.GetValue(bom)!, parsed.GetValue(seconds), parsed.GetValue(json), stop)
        );
        return command;
    }

    private static async Task<int> RunAsync(string bom, int? seconds, bool json, CancellationToken stop)
    {
        if (seconds is <= 0)
        {
            Console.Error.WriteLine("edgenode: --for must be at least 1.");
            return 2;
        }
        // The policy keeps a ledger of starts; that of a trial is nobody's.
        var folder = Directory.CreateTempSubdirectory("edgenode-decide");
        try
        {
            return await DecideAsync(bom, folder.FullName, seconds, json, stop);
        }
        catch (SetupException e)
        {
            Console.Error.WriteLine($"edgenode: {bom}: {e.Message}");
            return 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<int> DecideAsync(string bom, string folder, int? seconds, bool json, CancellationToken stop)
    {
        var begun = SteadyClock.Now;
        var log = new DecisionLog();
        var settings = new Settings { Bill = bom };
        await using (var runner = PowerRunner.Start(settings, folder, "", Console.Error.WriteLine, () => true)!)
        {
            runner.Changed = () =>
            {
                var decision = Decision.Of(runner.Now, runner.MainsMovedAt, SteadyClock.Now);
                log.Add(decision);
                if (!json)
                    Console.WriteLine(decision.Text(begun));
            };
            await WaitAsync(seconds, stop);
        }
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(log.Report(SteadyClock.Now - begun), HwDecideJson.Default.DecisionReport));
        return 0;
    }

    private static async Task WaitAsync(int? seconds, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            for (var second = 0; (seconds is null || second < seconds) && await timer.WaitForNextTickAsync(stop); second++)
            {
                // The runner works by itself; here only the time passes.
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is the ordinary end.
        }
    }

    /// <summary>What was decided, in order; the first ones of a very long trial.</summary>
    private sealed class DecisionLog
    {
        private const int Most = 10_000;

        private readonly Lock _lock = new();
        private readonly List<Decision> _all = [];

        public void Add(Decision decision)
        {
            lock (_lock)
            {
                if (_all.Count < Most)
                    _all.Add(decision);
            }
        }

        public DecisionReport Report(TimeSpan took)
        {
            lock (_lock)
            {
                var losses = _all.Where(d => d.Cause == Decision.Lost && d.Milliseconds is not null);
                return new DecisionReport(
                    Math.Round(took.TotalSeconds, 3),
                    EdgeTimes.Of([.. losses.Select(d => d.Milliseconds!.Value).Order()]),
                    [.. _all]
                );
            }
        }
    }
}

/// <param name="State">Of the power policy, after it.</param>
/// <param name="Cause">The event that led to it.</param>
/// <param name="EdgeUs">When the mains line moved last: the kernel's stamp of the edge, CLOCK_MONOTONIC in microseconds; null without a line.</param>
/// <param name="DecidedUs">When the decision stood and had been handed on, on the same clock.</param>
internal sealed record Decision(string State, string? Cause, long? EdgeUs, long DecidedUs)
{
    public const string Lost = "mains_lost";

    /// <summary>From the edge to the decision, for those that an edge of the mains line led to.</summary>
    [JsonIgnore]
    public double? Milliseconds => Cause is Lost or "mains_back" && EdgeUs is { } edge ? (DecidedUs - edge) / 1_000.0 : null;

    public static Decision Of(PowerFacts facts, SteadyTime? edge, SteadyTime now) =>
        new(
            ReadingLine.Word(facts.State.ToString()),
            facts.Cause is { } cause ? ReadingLine.Word(cause.ToString()) : null,
            edge?.Us,
            now.Us
        );

    public string Text(SteadyTime begun)
    {
        var delay = Milliseconds is { } ms ? $"  {ms:0.000} ms after the line moved" : "";
        return $"{(new SteadyTime(DecidedUs) - begun).TotalSeconds, 9:0.000}  {State, -14} {Cause}{delay}";
    }
}

/// <param name="Losses">Milliseconds from the kernel's stamp of a lost mains line to the decision.</param>
internal sealed record DecisionReport(double Seconds, EdgeTimes Losses, IReadOnlyList<Decision> Decisions);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DecisionReport))]
internal sealed partial class HwDecideJson : JsonSerializerContext;
