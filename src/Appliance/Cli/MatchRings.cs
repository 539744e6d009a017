using System.CommandLine;
using EdgeNode.Matching;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode match rings</c>: every ring a file holds, streamed and counted.</summary>
internal static class MatchRings
{
    public static CliCommand Create()
    {
        var file = MatchFiles.FileArgument();
        var format = MatchFiles.FormatOption();
        var cap = MatchFiles.CapOption(special: false);
        var list = new Option<bool>("--list") { Description = "Print every ring, one a line, in giving order." };
        var json = MatchFiles.JsonOption();
        var command = new CliCommand(
            "rings",
            """
            Counts every ring of at most CAP residents, without keeping them: memory does not grow with their number.

            Example: edgenode match rings tests/data/matching/ask.txt --cap 4
            """
        )
        {
            file,
            format,
            cap,
            list,
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
                    parsed.GetValue(list) && !parsed.GetValue(json),
                    parsed.GetValue(json)
                )
            )
        );
        return command;
    }

    private static int Run(Instance instance, int cap, bool list, bool json)
    {
        MatchFiles.Warn(instance);
        MatchFiles.Settle();
        using var watch = new MatchWatch(null, "still counting");
        using var output = new StreamWriter(Console.OpenStandardOutput());
        var search = new CycleSearch(instance.Graph, cap);
        var tally = search.Run(arcs => !list || Print(output, instance, arcs), cancel: watch.Token);
        var seconds = watch.Seconds;
        if (!json)
        {
            output.WriteLine(
                $"{tally.Rings} rings of at most {cap}{(tally.Complete ? "" : " so far")}, {seconds:0.000} s, {MatchFiles.PeakMb():0} MiB at most"
            );
            return 0;
        }
        MatchFiles.PrintJson(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("cap", cap);
            writer.WriteNumber("count", tally.Rings);
            writer.WriteNumber("seconds", Math.Round(seconds, 6));
            writer.WriteNumber("peak_mb", Math.Round(MatchFiles.PeakMb(), 1));
            writer.WriteBoolean("complete", tally.Complete);
            writer.WriteNumber("arcs", instance.Graph.Arcs);
            writer.WriteNumber("arcs_inside", search.InnerArcCount);
            writer.WriteEndObject();
        });
        return 0;
    }

    private static bool Print(StreamWriter output, Instance instance, ReadOnlySpan<int> arcs)
    {
        var first = true;
        foreach (var arc in arcs)
        {
            if (instance.Shown(instance.Graph.GiverOf(arc)) is not { } shown)
                continue;
            if (!first)
                output.Write(" → ");
            output.Write(shown);
            first = false;
        }
        output.WriteLine();
        return true;
    }
}
