using System.CommandLine;
using EdgeNode.Matching;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode match verify</c>: re-checks a plan and the proof of its bound, without the optimiser.</summary>
internal static class MatchVerify
{
    public static CliCommand Create()
    {
        var plan = new Argument<string>("plan") { Description = "What match solve --plan-out wrote." };
        var file = MatchFiles.FileArgument();
        var format = MatchFiles.FormatOption();
        var json = MatchFiles.JsonOption();
        var command = new CliCommand(
            "verify",
            """
            Checks a plan against its input: every ring, every capacity, the value, the hash, and the certificate of the bound.

            Example: edgenode match verify plan.txt tests/data/matching/ask.txt
            """
        )
        {
            plan,
            file,
            format,
            json,
        };
        command.SetAction(parsed =>
            MatchFiles.Guarded(() =>
                Run(parsed.GetValue(plan)!, parsed.GetValue(file)!, parsed.GetValue(format), parsed.GetValue(json))
            )
        );
        return command;
    }

    private static int Run(string planPath, string path, InstanceFormat? format, bool json)
    {
        PlanFile plan;
        using (var text = new StreamReader(planPath))
            plan = PlanFile.Read(planPath, text);
        var options = new InstanceOptions
        {
            Format = format,
            Accept = plan.Accept,
            PlainScores = plan.Cap is null,
        };
        var instance = Instance.Read(MatchFiles.Source(path), options);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var verdict = PlanFileCheck.Run(instance.Graph, plan);
        Print(plan, verdict, clock.Elapsed.TotalSeconds, json);
        return verdict.Plan && (verdict.Bound || plan.Certificate is null) ? 0 : 1;
    }

    private static void Print(PlanFile plan, PlanFileVerdict verdict, double seconds, bool json)
    {
        var (value, bound) = (plan.ValueMicro / 1_000_000m, plan.BoundMicro / 1_000_000m);
        if (json)
        {
            MatchFiles.PrintJson(writer =>
            {
                writer.WriteStartObject();
                writer.WriteBoolean("plan_holds", verdict.Plan);
                writer.WriteBoolean("bound_proved", verdict.Bound);
                writer.WriteBoolean("optimal", verdict.Holds && plan.ValueMicro == plan.BoundMicro);
                writer.WriteNumber("value", value);
                writer.WriteNumber("bound", bound);
                writer.WriteString("reason", verdict.Reason);
                writer.WriteNumber("seconds", Math.Round(seconds, 6));
                writer.WriteEndObject();
            });
            return;
        }
        if (verdict.Plan)
            Console.WriteLine($"The plan holds: {plan.Rings.Count} rings and {plan.Chains.Count} chains worth {value}.");
        if (verdict.Bound)
            Console.WriteLine($"The certificate holds: no plan is worth more than {bound}.");
        if (verdict.Holds && plan.ValueMicro == plan.BoundMicro)
            Console.WriteLine("So the plan is optimal.");
        if (verdict.Reason.Length > 0)
            Console.WriteLine(verdict.Reason);
    }
}
