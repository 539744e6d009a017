namespace EdgeNode.Sync;

/// <summary>How long to wait between tries to reach a peer. A link that was up lately is worth trying often; a peer that is gone is not.</summary>
public sealed record BackOffOptions
{
    /// <summary>The defaults of a cabinet.</summary>
    public static BackOffOptions Default { get; } = new();

    /// <summary>Short waits for the neighbourhood on one machine: 0.2 to 2 s.</summary>
    public static BackOffOptions Demo { get; } =
        new()
        {
            Quick = TimeSpan.FromSeconds(0.2),
            SlowFirst = TimeSpan.FromSeconds(0.2),
            SlowMost = TimeSpan.FromSeconds(2),
        };

    /// <summary>How long after a link was last up it is tried at the quick pace (default: 5 min).</summary>
    public TimeSpan QuickFor { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>From the start of one quick try to the start of the next (default: 2 s).</summary>
    public TimeSpan Quick { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest wait for the connection in a quick try (default: 2 s).</summary>
    public TimeSpan QuickConnect { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The first and shortest slow wait (default: 1 s); it doubles with each failure.</summary>
    public TimeSpan SlowFirst { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait of all (default: 30 s).</summary>
    public TimeSpan SlowMost { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait for the connection in a slow try (default: 10 s).</summary>
    public TimeSpan SlowConnect { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>One try: when it may start, counted from the start of the last one, and how long the connection may take.</summary>
public readonly record struct Retry(TimeSpan After, TimeSpan ConnectWithin);

/// <summary>
/// The waits between tries for one peer. Times are given from outside on any clock that does not jump back; so is the jitter, which keeps
/// cabinets that lost power together from calling together.
/// </summary>
public sealed class BackOff(BackOffOptions options)
{
    private const int MaxDoublings = 20; // beyond any sensible ratio of longest to shortest wait
    private TimeSpan? _lastUp;
    private int _slowTries;

    /// <summary>The link is up: the next failure starts from the shortest wait.</summary>
    public void Up() => _slowTries = 0;

    /// <summary>A link that had been up went down at <paramref name="now"/>.</summary>
    public void Down(TimeSpan now) => _lastUp = now;

    /// <summary>The next try. <paramref name="jitter"/> is a number from 0 up to 1; the slow wait is its upper half spread by it.</summary>
    public Retry Next(TimeSpan now, double jitter)
    {
        if (_lastUp is { } up && now - up < options.QuickFor)
            return new Retry(options.Quick, options.QuickConnect);
        var full = options.SlowFirst * (1L << Math.Min(_slowTries, MaxDoublings));
        _slowTries = Math.Min(_slowTries + 1, MaxDoublings);
        full = full < options.SlowMost ? full : options.SlowMost;
        var wait = full * (0.5 + Math.Clamp(jitter, 0, 1) / 2);
        return new Retry(wait > options.SlowFirst ? wait : options.SlowFirst, options.SlowConnect);
    }
}
