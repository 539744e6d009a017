using System.CommandLine;
using EdgeNode.Appliance.Io;
using EdgeNode.Store;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode run</c>: a cabinet, until it is told to stop.</summary>
internal static class RunCommand
{
    private const string Help = """
        Runs a cabinet: its broker, its links to neighbours, and its doors for residents and stewards. Stops on Ctrl-C or SIGTERM.

        Example: edgenode run --data /var/lib/edgenode --config /etc/edgenode.ini

        The settings file is INI; every key may be left out:
          [cabinet]   version=1  name=Mill cabinet  operator=the stewards
          [network]   address=192.168.4.1  residents=8080  stewards=8443  pairing=8444  peers=8883  broker=1884  hosts=box.lan  discovery=yes
          [residents] join=steward            (or open: anybody on the network may join)
          [matching]  plan=auto  cap=3        (plan=manual: only by a steward)
                      mode=replicate          (how partners at neighbours are found: replicate, query or gossip)
          [power]     bill=/etc/edgenode/indoor-grid.json  mains_active=high  commissioned=2026-05-01  nut=127.0.0.1:3493  off=yes
          [timing]    pace=normal             (pace=demo: short waits, for several cabinets on one machine)
        EDGENODE_NETWORK__ADDRESS and the like in the environment override it.
        """;

    public static CliCommand Create()
    {
        var data = new Option<string>("--data") { Description = "Folder of the cabinet's database and keys.", Required = true };
        var config = new Option<string?>("--config") { Description = "Settings file." };
        var unsure = new Option<bool>("--clock-unsure") { Description = "Start although the clock was never set." };
        var command = new CliCommand("run", Help) { data, config, unsure };
        command.SetAction(
            (parsed, token) => RunAsync(parsed.GetValue(data)!, parsed.GetValue(config), parsed.GetValue(unsure), token)
        );
        return command;
    }

    private static async Task<int> RunAsync(string data, string? config, bool unsureClock, CancellationToken token)
    {
        try
        {
            var settings = SettingsFile.Load(config);
            await using var host = await Io.Host.StartAsync(settings, data, unsureClock, Console.Out, token);
            Console.WriteLine(
                $"{settings.Name}: residents http://{settings.Address}:{settings.ResidentsPort}, stewards https://{settings.Address}:{settings.StewardsPort}"
            );
            Console.WriteLine("ready");
            await UntilToldAsync(Task.WhenAny(host.Loop.Ended, host.Stopping), token);
            if (!host.Loop.Ended.IsFaulted)
                return 0;
            Console.Error.WriteLine("edgenode: " + Why(host.Loop.Ended.Exception!.InnerException!));
            return 1;
        }
        catch (SetupException e)
        {
            Console.Error.WriteLine($"edgenode: {e.Message}");
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }

    private static string Why(Exception e) =>
        e is StoreException
            ? e.Message
            : $"stopped, because a promise of the program did not hold: {e.Message} What is on disk is whole; start again.";

    /// <summary>Ends when the loop has ended or a signal came.</summary>
    private static async Task UntilToldAsync(Task loop, CancellationToken token)
    {
        var told = new TaskCompletionSource();
        using var registration = token.Register(told.SetResult);
        await Task.WhenAny(loop, told.Task);
    }
}
