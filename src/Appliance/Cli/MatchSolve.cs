using System.CommandLine;
using EdgeNode.Matching;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode match solve</c>: value, bound, gap, whether the plan is proved best, and the rings.</summary>
internal static class MatchSolve
{
    private sealed record Request(
        string File,
        InstanceFormat? Format,
        int? Cap,
        int Chain,
        decimal Accept,
        double? Seconds,
        long? Work,
        int Threads,
        string? PlanOut,
        bool Json
    );

    private static readonly Argument<string> FileArgument = MatchFiles.FileArgument();
    private static readonly Option<InstanceFormat?> Format = MatchFiles.FormatOption();
    private static readonly Option<MatchCap> Cap = MatchFiles.CapOption(special: true);
    private static readonly Option<decimal> Accept = MatchFiles.AcceptOption();
    private static readonly Option<bool> Json = MatchFiles.JsonOption();

    private static readonly Option<int> Chain = MatchFiles.RangeOption(
        "--chain",
        "Longest gift chain in arcs, 0 for none.",
        0,
        0,
        MaxChain
    );
    private static readonly Option<double?> Seconds = MatchFiles.SecondsOption(
        "Stop after this time with the best plan so far and the bound proved so far."
    );
    private static readonly Option<long?> Work = MatchFiles.WorkOption();
    private static readonly Option<int> Threads = MatchFiles.RangeOption(
        "--threads",
        "How many threads may work.",
        Math.Min(2, Environment.ProcessorCount),
        1,
        MaxThreads
    );
    private static readonly Option<string?> PlanOut = new("--plan-out")
    {
        Description = "Write plan and certificate to this file, for match verify.",
    };

    /// <summary>Longest chain that may be asked for, in arcs.</summary>
    private const int MaxChain = 20;
    private const int MaxThreads = 64;

    public static CliCommand Create()
    {
        var command = new CliCommand(
            "solve",
            """
            Prints the plan of most value, its proven upper bound, and the rings in giving order.

            Ctrl-C prints the best plan so far. Example: edgenode match solve tests/data/matching/ask.txt --cap 3
            """
        )
        {
            FileArgument,
            Format,
            Cap,
            Chain,
            Accept,
            Seconds,
            Work,
            Threads,
            PlanOut,
            Json,
        };
        command.SetAction(parsed => Check(Read(parsed)) ?? MatchFiles.Guarded(() => Run(Read(parsed))));
        return command;
    }

    /// <summary>What options say together; null when it makes sense.</summary>
    private static int? Check(Request request) =>
        request switch
        {
            { Cap: null, Chain: > 0 } => MatchFiles.UsedWrongly("--chain does not go with --cap unbounded."),
            { Cap: null, Accept: < 1 } => MatchFiles.UsedWrongly("--accept does not go with --cap unbounded."),
            { Cap: 0, Chain: 0 } => MatchFiles.UsedWrongly("--cap 0 means chains only: give --chain as well."),
            _ => null,
        };

    private static Request Read(ParseResult parsed) =>
        new(
            parsed.GetValue(FileArgument)!,
            parsed.GetValue(Format),
            parsed.GetValue(Cap)!.Longest,
            parsed.GetValue(Chain),
            parsed.GetValue(Accept),
            parsed.GetValue(Seconds),
            parsed.GetValue(Work),
            parsed.GetValue(Threads),
            parsed.GetValue(PlanOut),
            parsed.GetValue(Json)
        );

    private static int Run(Request request)
    {
        var options = new InstanceOptions
        {
            Format = request.Format,
            Accept = request.Accept,
            PlainScores = request.Cap is null,
        };
        var instance = Instance.Read(MatchFiles.Source(request.File), options);
        MatchFiles.Warn(instance);
        MatchFiles.Settle();
        GraphPlan plan;
        SolveReport report;
        using (var watch = new MatchWatch(request.Seconds, "still looking for a better plan or a better bound"))
        {
            plan = Plan(instance, request, watch.Token);
            report = SolveReport.Of(instance, plan, request.Cap, request.Chain, watch.Seconds);
        }
        if (request.PlanOut is { } path)
            WritePlan(path, PlanFile.Of(instance.Graph, plan, request.Cap, request.Chain, request.Accept));
        Print(report with { PeakMb = MatchFiles.PeakMb() }, instance, request.Json);
        return 0;
    }

    private static GraphPlan Plan(Instance instance, Request request, CancellationToken stop)
    {
        if (request.Cap is not { } cap)
            return Clearing.Solve(instance, stop);
        var unlimited = request.Seconds is not null && request.Work is null;
        var options = PlanOptions.Default with
        {
            Cap = cap,
            ChainLimit = request.Chain,
            Objective = instance.Graph.Objective,
            WorkLimit = request.Work ?? (unlimited ? long.MaxValue : PlanOptions.Default.WorkLimit),
            WithCertificate = request.PlanOut is not null || request.Json,
            RunAll = parts => RunAll(parts, request.Threads),
        };
        return Planner.Solve(instance.Graph, options, stop);
    }

    private static void RunAll(IReadOnlyList<Action> parts, int threads) =>
        Parallel.ForEach(parts, new ParallelOptions { MaxDegreeOfParallelism = threads }, part => part());

    private static void WritePlan(string path, PlanFile plan)
    {
        using var to = new StreamWriter(path);
        plan.Write(to);
    }

    private static void Print(SolveReport report, Instance instance, bool json)
    {
        if (json)
        {
            MatchFiles.PrintJson(report.WriteJson);
            return;
        }
        var graph = instance.Graph;
        var proof = report.Optimal ? "optimal, proved" : $"gap {report.Gap:P3}, not proved best";
        Console.WriteLine(
            $"{graph.Residents.Count} residents, {graph.Arcs} arcs; {report.Columns} rings looked at, cap {report.Cap?.ToString() ?? "unbounded"}"
        );
        Console.WriteLine($"value {report.Value}, bound {report.Bound} ({report.Objective}): {proof}");
        Console.WriteLine($"{report.Seconds:0.000} s, {report.PeakMb:0} MiB at most, plan {report.PlanHash[..16]}");
        foreach (var cycle in report.Cycles)
            Console.WriteLine("  " + string.Join(" → ", cycle));
        foreach (var chain in report.Chains)
            Console.WriteLine("  gift: " + string.Join(" → ", chain));
    }
}
