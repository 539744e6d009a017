using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using EdgeNode.Matching;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode match replay</c>: how long a plan takes to follow offerings that come, change and go.</summary>
internal static class MatchReplay
{
    /// <summary>Most changes in one replay.</summary>
    private const int MaxChanges = 1_000_000;

    /// <summary>Changes before the measured ones, so that code and caches are warm.</summary>
    private const int WarmUp = 200;

    public static CliCommand Create()
    {
        var file = MatchFiles.FileArgument();
        var format = MatchFiles.FormatOption();
        var cap = MatchFiles.CapOption(special: false);
        var changes = MatchFiles.RangeOption("--changes", "How many offerings come, change or go.", 1000, 1, MaxChanges);
        var seed = new Option<uint>("--seed") { Description = "Which changes.", DefaultValueFactory = _ => 1 };
        var json = MatchFiles.JsonOption();
        var command = new CliCommand(
            "replay",
            """
            Makes a first plan, then lets offerings come, change and go by seed and measures how long the plan takes to follow each.

            Example: edgenode match replay market.txt --changes 1000 --seed 1 --cap 4
            """
        )
        {
            file,
            format,
            cap,
            changes,
            seed,
            json,
        };
        command.SetAction(parsed =>
            MatchFiles.Guarded(() =>
                Run(
                    Instance.Read(
                        MatchFiles.Source(parsed.GetValue(file)!),
                        new InstanceOptions { Format = parsed.GetValue(format) }
                    ),
                    parsed.GetValue(cap)!.Longest!.Value,
                    parsed.GetValue(changes),
                    parsed.GetValue(seed),
                    parsed.GetValue(json)
                )
            )
        );
        return command;
    }

    private static int Run(Instance instance, int cap, int changes, uint seed, bool json)
    {
        MatchFiles.Warn(instance);
        using var watch = new MatchWatch(null, "still replaying");
        var rematch = new Rematch(instance.Graph, RematchOptions.Default with { Cap = cap });
        rematch.StartFromStream(instance.Graph, watch.Token);
        rematch.Improve(watch.Token);
        var (start, startSeconds) = (rematch.ValueMicro, watch.Seconds);
        MatchFiles.Settle();
        var perResident = instance.Graph.Residents.Count == 0 ? 0 : GC.GetTotalMemory(true) / instance.Graph.Residents.Count;
        var replay = new Replay(rematch, seed);
        for (var i = 0; i < WarmUp; i++)
            replay.Change();
        var times = new List<(ReplayKind Kind, double Ms)>();
        for (var i = 0; i < changes && !watch.Token.IsCancellationRequested; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            var kind = replay.Change();
            times.Add((kind, Stopwatch.GetElapsedTime(begun).TotalMilliseconds));
        }
        Report(cap, rematch, start, startSeconds, perResident, times, json);
        return 0;
    }

    private static void Report(
        int cap,
        Rematch rematch,
        long start,
        double startSeconds,
        long perResident,
        List<(ReplayKind Kind, double Ms)> times,
        bool json
    )
    {
        var all = new Times(times.Select(t => t.Ms));
        if (!json)
        {
            Console.WriteLine(
                $"{times.Count} changes at {rematch.Live.Arcs} arcs, cap {cap}: p50 {all.Part(50):0.0000} ms, p99 {all.Part(99):0.0000} ms, mean {all.Mean:0.0000} ms, max {all.Part(100):0.0000} ms"
            );
            foreach (var kind in times.GroupBy(t => t.Kind).OrderBy(g => g.Key))
            {
                var those = new Times(kind.Select(t => t.Ms));
                Console.WriteLine(
                    $"  {kind.Key}: {those.Count}, p50 {those.Part(50):0.0000} ms, p99 {those.Part(99):0.0000} ms, mean {those.Mean:0.0000} ms"
                );
            }
            Console.WriteLine(
                $"value {start / 1e6:0.######} before, {rematch.ValueMicro / 1e6:0.######} after; {perResident} bytes a resident"
            );
            return;
        }
        MatchFiles.PrintJson(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("cap", cap);
            writer.WriteNumber("changes", times.Count);
            all.Write(writer);
            foreach (var kind in times.GroupBy(t => t.Kind).OrderBy(g => g.Key))
            {
                writer.WriteStartObject(kind.Key.ToString().ToLowerInvariant());
                writer.WriteNumber("changes", kind.Count());
                new Times(kind.Select(t => t.Ms)).Write(writer);
                writer.WriteEndObject();
            }
            writer.WriteNumber("arcs", rematch.Live.Arcs);
            writer.WriteNumber("rings", rematch.Rings);
            writer.WriteNumber("value_before", start / 1_000_000m);
            writer.WriteNumber("value_after", rematch.ValueMicro / 1_000_000m);
            writer.WriteNumber("start_seconds", Math.Round(startSeconds, 6));
            writer.WriteNumber("bytes_per_resident", perResident);
            writer.WriteNumber("peak_mb", Math.Round(MatchFiles.PeakMb(), 1));
            writer.WriteEndObject();
        });
    }

    /// <summary>Sorted times.</summary>
    private sealed class Times(IEnumerable<double> ms)
    {
        private readonly double[] _sorted = [.. ms.Order()];

        public int Count => _sorted.Length;

        public double Mean => _sorted.Length == 0 ? 0 : _sorted.Average();

        /// <summary>The smallest time that so many percent do not exceed.</summary>
        public double Part(int percent) =>
            _sorted.Length == 0 ? 0 : _sorted[Math.Max(0, (int)Math.Ceiling(_sorted.Length * percent / 100.0) - 1)];

        public void Write(Utf8JsonWriter json)
        {
            json.WriteNumber("p50_ms", Math.Round(Part(50), 6));
            json.WriteNumber("p99_ms", Math.Round(Part(99), 6));
            json.WriteNumber("mean_ms", Math.Round(Mean, 6));
            json.WriteNumber("max_ms", Math.Round(Part(100), 6));
        }
    }
}
