using System.Diagnostics;
using System.Globalization;

namespace EdgeNode.Tests.Sim;

/// <summary>How one world ended.</summary>
internal sealed record RunResult(WorldOptions Options, string? Code, string? Fault, string Hash, Counters Counts, TimeSpan Elapsed, TimeSpan Took)
{
    public bool Passed => Code is null;

    /// <summary>The command that lives this world again.</summary>
    public string Replay =>
        string.Create(CultureInfo.InvariantCulture, $"edgenode-sim --seed {Options.Seed} --nodes {Options.Nodes} --days {Options.Days}");
}

internal static class Runner
{
    /// <summary>Lives a world from its first event to its last, and says how it ended; a fault of the code under test is a result like any other.</summary>
    public static RunResult Run(WorldOptions options, string? traceFile = null, Action<World>? after = null)
    {
        var clock = Stopwatch.StartNew();
        using var world = new World(options, traceFile);
        var (code, fault) = Try(world.Live);
        after?.Invoke(world);
        world.Trace.Add(world.Now, "world", code is null ? "rests" : $"{code} {fault}");
        return new RunResult(options, code, fault, world.Trace.Hash, world.Counts, world.Elapsed, clock.Elapsed);
    }

    public static (string? Code, string? Fault) Try(Action act)
    {
        try
        {
            act();
            return (null, null);
        }
        catch (ViolationException e)
        {
            return (e.Code, e.Message);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever a node throws is a broken promise of ours: it would have ended its process.
            return ("node.threw", e.ToString());
        }
    }
}
