using EdgeNode.Hardware.Power;
using EdgeNode.Store;

namespace EdgeNode.Appliance.Io;

/// <summary>When upkeep looks and how often it works.</summary>
/// <param name="Look">Between two looks at whether something is due and may begin.</param>
/// <param name="Every">Between two rounds.</param>
internal sealed record UpkeepOptions(TimeSpan Look, TimeSpan Every)
{
    public static UpkeepOptions Default { get; } = new(TimeSpan.FromMinutes(10), TimeSpan.FromDays(1));
    public static UpkeepOptions Demo { get; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
}

/// <summary>
/// The daily work that can wait for mains: a compact copy of the database where the settings name a folder, the planner's statistics, and a look through the copy. None
/// of it begins while the load plan says no; what has begun is ended, for it is short.
/// </summary>
internal sealed class Upkeep : IAsyncDisposable
{
    private readonly StoreFile _store;
    private readonly string? _copy;
    private readonly IReadOnlyList<StoreModule> _modules;
    private readonly Func<LoadRow> _loads;
    private readonly UpkeepOptions _options;
    private readonly Action<string> _log;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _working;
    private bool _unchecked;
    private long? _doneMs;

    /// <param name="copyFolder">Where the copy goes; best another disk. Null = no copy.</param>
    public Upkeep(
        StoreFile store,
        string? copyFolder,
        IReadOnlyList<StoreModule> modules,
        Func<LoadRow> loads,
        UpkeepOptions options,
        Action<string> log
    )
    {
        (_store, _modules, _loads, _options, _log) = (store, modules, loads, options, log);
        _copy = copyFolder is { } folder ? Path.Combine(folder, "edgenode.copy.db") : null;
        _working = Task.Run(WorkAsync);
    }

    private async Task WorkAsync()
    {
        using var look = new PeriodicTimer(_options.Look);
        try
        {
            while (await look.WaitForNextTickAsync(_end.Token).ConfigureAwait(false))
                Look();
        }
        catch (OperationCanceledException)
        {
            // The cabinet ends.
        }
    }

    private void Look()
    {
        try
        {
            if (_loads().Updates && IsDue)
                Round();
            if (_loads().Archives && _unchecked)
                CheckCopy();
        }
        catch (Exception e) when (e is StoreException or IOException or UnauthorizedAccessException)
        {
            // Tried again in a day: a disk that is full now will hardly have room in ten minutes, and each try wears it.
            _doneMs = Environment.TickCount64;
            _log($"upkeep: {e.Message}");
        }
    }

    /// <summary>A copy carries its own age over restarts; one from the future was dated by a clock that was wrong.</summary>
    private bool IsDue =>
        _doneMs is { } done ? Environment.TickCount64 - done >= (long)_options.Every.TotalMilliseconds
        : _copy is { } copy && File.Exists(copy) ? Age(copy) >= _options.Every || Age(copy) < TimeSpan.Zero
        : true;

    private static TimeSpan Age(string file) => DateTime.UtcNow - File.GetLastWriteTimeUtc(file);

    private void Round()
    {
        _store.Tidy();
        if (_copy is { } copy)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            _store.CopyTo(copy);
            File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            _unchecked = true;
            _log($"upkeep: a copy of the database stands in {copy}.");
        }
        _doneMs = Environment.TickCount64;
    }

    private void CheckCopy()
    {
        _unchecked = false;
        new StoreFile(_copy!).Check(_modules);
        _log("upkeep: the copy was looked through and is whole.");
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }
}
