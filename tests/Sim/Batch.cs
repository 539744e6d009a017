using System.Diagnostics;
using System.Globalization;

namespace EdgeNode.Tests.Sim;

/// <summary>Many worlds, several at a time; each is alone in its thread and decided by its seed alone.</summary>
internal sealed class Batch(SimOptions options, TextWriter log)
{
    private readonly Lock _lock = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Counters _sum = new();
    private readonly List<RunResult> _failed = [];
    private TimeSpan _core;
    private long _next;
    private int _done;
    private int _agreedWorlds;

    public int Seeds => options.Seeds!.Value;
    public int Passed => _done - _failed.Count;
    public IReadOnlyList<RunResult> Failed => _failed;
    public Counters Sum => _sum;
    public TimeSpan Took { get; private set; }

    /// <summary>Whether anything was agreed at all: a batch in which nothing ever was has proved nothing.</summary>
    public bool WasEmpty => _sum["rings agreed"] == 0;

    public void Run()
    {
        var threads = Enumerable.Range(0, Math.Min(options.Jobs, Seeds)).Select(_ => new Thread(Work)).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        Took = _clock.Elapsed;
    }

    private void Work()
    {
        for (var i = Interlocked.Increment(ref _next); i <= Seeds; i = Interlocked.Increment(ref _next))
        {
            var world = WorldOptions.Draw(options.First + (ulong)(i - 1), options.Nodes, options.Days);
            Note(Runner.Run(world));
        }
    }

    private void Note(RunResult result)
    {
        lock (_lock)
        {
            _done++;
            _sum.Add(result.Counts);
            _core += result.Took;
            _agreedWorlds += result.Counts["rings agreed"] > 0 ? 1 : 0;
            if (!result.Passed)
            {
                _failed.Add(result);
                log.WriteLine($"seed {result.Options.Seed} FAILED: {FirstLines(result.Fault!)}");
                log.WriteLine($"  replay: {result.Replay}");
            }
            if (_done % 25 == 0 || _done == Seeds)
                log.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"[{_clock.Elapsed.TotalSeconds, 5:F0} s] {_done} of {Seeds} seeds, {_failed.Count} failed, {_sum["steps"]} steps, {_sum["rings agreed"]} rings agreed in {_agreedWorlds} worlds, {_core.TotalSeconds / _done:F2} s a seed"
                    )
                );
        }
    }

    private static string FirstLines(string fault) => string.Join("\n  ", fault.Split('\n').Take(6));
}
