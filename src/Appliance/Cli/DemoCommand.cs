using System.CommandLine;
using System.Runtime.InteropServices;
using EdgeNode.Appliance.Demo;
using EdgeNode.Federation;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode demo</c>: a whole neighbourhood on this machine.</summary>
internal static class DemoCommand
{
    private const string Help = """
        Runs three cabinets on loopback addresses of this machine. They find each other, peer, share what their residents chose to share, find rings, collect
        every resident's consent, commit and complete. Then they stay up and their pages can be tried in a browser until Ctrl-C.

        Example: edgenode demo --once --input ring-of-three

        Writes demo-summary.json. With --once the exit code is 0 only if everything held.
        """;

    public static CliCommand Create()
    {
        var d = DemoOptions.Default;
        var once = new Option<bool>("--once") { Description = "Stop when all rings are done." };
        var chaos = new Option<bool>("--chaos") { Description = "Kill every cabinet and every broker at least once on the way." };
        var mains = new Option<bool>("--mains-cut")
        {
            Description = "At the end one cabinet loses mains and gets it back (simulated lines).",
        };
        var input = new Option<string>("--input")
        {
            Description = "ask (597 items of a real trade), ring-of-three, or a want-list file.",
            DefaultValueFactory = _ => d.Input,
        };
        var mode = new Option<string>("--mode")
        {
            Description = "How the cabinets find partners: replicate, query or gossip.",
            DefaultValueFactory = _ => d.Mode.Word(),
        };
        mode.AcceptOnlyFromAmong("replicate", "query", "gossip");
        var seed = new Option<ulong?>("--seed") { Description = "Places the faults of --chaos." };
        var json = new Option<bool>("--json")
        {
            Description = "Standard output holds one JSON object, everything else goes to standard error.",
        };
        var folder = new Option<string>("--out")
        {
            Description = "Folder of the summary; the cabinets' data is in demo/ below it, fresh in each run.",
            DefaultValueFactory = _ => d.Out,
        };
        var network = new Option<string>("--network")
        {
            Description = "First three numbers of the cabinets' addresses, which end in 11, 12 and 13.",
            DefaultValueFactory = _ => d.Network,
        };
        var command = new CliCommand("demo", Help) { once, chaos, mains, input, mode, seed, json, folder, network };
        // Not an asynchronous action: the demo hears signals itself, for its cabinets need their own time to stop.
        command.SetAction(parsed =>
            Run(
                new DemoOptions
                {
                    Once = parsed.GetValue(once),
                    Chaos = parsed.GetValue(chaos),
                    MainsCut = parsed.GetValue(mains),
                    Input = parsed.GetValue(input)!,
                    Mode = FindingModes.Parse(parsed.GetValue(mode)!)!.Value,
                    Seed = parsed.GetValue(seed),
                    Json = parsed.GetValue(json),
                    Out = parsed.GetValue(folder)!,
                    Network = parsed.GetValue(network)!,
                }
            )
        );
        return command;
    }

    private static int Run(DemoOptions options)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = OnSignal(PosixSignal.SIGINT, stop);
        using var terminate = OnSignal(PosixSignal.SIGTERM, stop);
        using var hangUp = OnSignal(PosixSignal.SIGHUP, stop);
        return new DemoRun(options, Console.Out, Console.Error).RunAsync(stop.Token).GetAwaiter().GetResult();
    }

    /// <summary>The first signal stops everything in order; a second one of the same kind ends the demo at once, and the kernel ends its children.</summary>
    private static PosixSignalRegistration OnSignal(PosixSignal signal, CancellationTokenSource stop) =>
        PosixSignalRegistration.Create(
            signal,
            context =>
            {
                context.Cancel = !stop.IsCancellationRequested;
                stop.Cancel();
            }
        );
}
