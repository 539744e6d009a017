using EdgeNode.Hardware.Io;

namespace EdgeNode.Appliance.Io;

/// <summary>Looks at charge, temperature and disk every ten seconds and holds them against the steward's levels; a change is told once.</summary>
internal sealed class AlertWatch : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Lively = TimeSpan.FromSeconds(1);

    private readonly Func<double?> _charge;
    private readonly string _folder;
    private readonly Action<string> _log;
    private readonly CancellationTokenSource _end = new();
    private readonly Sysfs _machine = new();
    private readonly Task _working;
    private volatile AlertFact[] _facts;

    /// <param name="charge">Of the battery in per cent; null while not known.</param>
    /// <param name="folder">Whose disk is measured.</param>
    /// <param name="lively">Look every second, as a demo or a test needs it.</param>
    public AlertWatch(IReadOnlyList<AlertRule> rules, Func<double?> charge, string folder, bool lively, Action<string> log)
    {
        (_charge, _folder, _log) = (charge, folder, log);
        _facts = [.. rules.Select(rule => new AlertFact(rule, false, null))];
        _working = Task.Run(() => WorkAsync(lively ? Lively : Every));
    }

    /// <summary>As of the last look. From any thread.</summary>
    public IReadOnlyList<AlertFact> Now => _facts;

    private async Task WorkAsync(TimeSpan every)
    {
        using var look = new PeriodicTimer(every);
        try
        {
            do Look();
            while (await look.WaitForNextTickAsync(_end.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The cabinet ends.
        }
    }

    private void Look()
    {
        var before = _facts;
        _facts = [.. before.Select(fact => fact.After(Value(fact.Rule.Name)))];
        foreach (var (was, now) in before.Zip(_facts).Where(pair => pair.First.IsRaised != pair.Second.IsRaised))
            _log($"alert: {now.Rule.Name} {(now.IsRaised ? "raised" : "ended")} at {now.Value:0.#}.");
    }

    private double? Value(string name) =>
        name switch
        {
            "charge" => _charge(),
            "temperature" => _machine.Read().Celsius,
            _ => FreePercent(),
        };

    private double? FreePercent()
    {
        try
        {
            var disk = new DriveInfo(_folder);
            return disk.TotalSize > 0 ? 100.0 * disk.AvailableFreeSpace / disk.TotalSize : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }
}
