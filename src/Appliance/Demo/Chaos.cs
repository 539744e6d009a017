using System.Diagnostics;

namespace EdgeNode.Appliance.Demo;

/// <summary>
/// Injects the faults of a plan as the story reaches their places, while everybody goes on with what they do. Without a plan nothing ever happens.
/// </summary>
internal sealed class Chaos(
    IReadOnlyList<Fault> plan,
    IReadOnlyList<Cabinet> cabinets,
    DemoVoice voice,
    TimeSpan readyWithin,
    CancellationToken token
)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly List<Fault> _waiting = [.. plan];
    private readonly List<Task> _running = [];
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim[] _one = [.. cabinets.Select(_ => new SemaphoreSlim(1))];

    /// <summary>Whether there is anything to inject at all.</summary>
    public bool IsPlanned => plan.Count > 0;

    /// <summary>Faults injected so far, by kind.</summary>
    public IReadOnlyDictionary<string, int> Counts
    {
        get
        {
            lock (_lock)
                return new SortedDictionary<string, int>(_counts, StringComparer.Ordinal);
        }
    }

    /// <summary>The story has come so far (0 to 1) in a part: what is due happens, beside it.</summary>
    public void Reached(DemoPart part, double share)
    {
        lock (_lock)
        {
            foreach (var fault in _waiting.Where(f => f.Part == part && f.At <= share).ToArray())
            {
                _waiting.Remove(fault);
                _running.Add(Inject(fault));
            }
        }
    }

    /// <summary>Whatever is left of a part happens now; returns when every cabinet and broker is back.</summary>
    /// <exception cref="DemoException">One does not come back.</exception>
    public async Task EndOf(DemoPart part)
    {
        Reached(part, 1);
        Task[] running;
        lock (_lock)
            running = [.. _running];
        await Task.WhenAll(running);
    }

    private async Task Inject(Fault fault)
    {
        var cabinet = cabinets[fault.Cabinet];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(readyWithin);
        try
        {
            // One fault at a time per cabinet: a broker can only be killed where there is one.
            await _one[fault.Cabinet].WaitAsync(limit.Token);
            try
            {
                await (fault.Kind == FaultKind.Cabinet ? KillCabinet(cabinet, limit.Token) : KillBroker(cabinet, limit.Token));
            }
            finally
            {
                _one[fault.Cabinet].Release();
            }
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw new DemoException(
                $"{cabinet.Place.Name} was not back within {readyWithin.TotalSeconds:0} s after {Name(fault.Kind)}; see {cabinet.Place.LogFile}."
            );
        }
    }

    private async Task KillCabinet(Cabinet cabinet, CancellationToken limit)
    {
        await cabinet.Process.WhenReady(limit);
        cabinet.Process.Kill();
        Tell(FaultKind.Cabinet, cabinet);
        await cabinet.Process.WhenReady(limit);
        voice.Say($"     {cabinet.Place.Name} is back");
    }

    private async Task KillBroker(Cabinet cabinet, CancellationToken limit)
    {
        await cabinet.Process.WhenReady(limit);
        var killed = 0;
        await Wait.Until(_ => Task.FromResult((killed = KillOne(cabinet.Process.Brokers())) != 0), Look, limit);
        Tell(FaultKind.Broker, cabinet);
        await Wait.Until(_ => Task.FromResult(cabinet.Process.Brokers().Any(id => id != killed)), Look, limit);
        await cabinet.Process.WhenReady(limit);
    }

    /// <summary>The id of the process killed; 0 when there was none.</summary>
    private static int KillOne(IReadOnlyList<int> ids)
    {
        foreach (var id in ids)
        {
            try
            {
                using var process = Process.GetProcessById(id);
                process.Kill();
                return id;
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException)
            {
                continue; // it ended in this moment
            }
        }
        return 0;
    }

    private void Tell(FaultKind kind, Cabinet cabinet)
    {
        lock (_lock)
            _counts[Key(kind)] = _counts.GetValueOrDefault(Key(kind)) + 1;
        voice.Say($"     {cabinet.Place.Name}: {Name(kind)} with signal 9");
    }

    /// <summary>The kind as the summary counts it.</summary>
    private static string Key(FaultKind kind) => kind == FaultKind.Cabinet ? "cabinets_killed" : "brokers_killed";

    private static string Name(FaultKind kind) => kind == FaultKind.Cabinet ? "cabinet killed" : "broker killed";
}
