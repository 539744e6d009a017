namespace EdgeNode.Matching;

/// <summary>
/// Counts work instead of time, so that a limit cuts at the same place on every machine. A step is one offering or need of
/// one ring looked at. Only a cancellation depends on the clock of whoever cancels, and it is remembered.
/// </summary>
internal sealed class WorkMeter(long limit, CancellationToken cancel)
{
    private long _window = long.MaxValue;

    /// <summary>Who may end the run early.</summary>
    public CancellationToken Cancel => cancel;

    /// <summary>Steps so far.</summary>
    public long Done { get; private set; }

    /// <summary>Steps that the whole run may still take.</summary>
    public long Left => Math.Max(0, limit - Done);

    /// <summary>Whether someone cancelled: the result then depends on when.</summary>
    public bool Cancelled { get; private set; }

    /// <summary>Whether it is time to stop and report.</summary>
    public bool Spent => Done >= limit || Done >= _window || Cancelled;

    /// <summary>Adds steps and looks at the cancellation.</summary>
    public void Count(long steps)
    {
        Done += steps;
        Cancelled |= cancel.IsCancellationRequested;
    }

    /// <summary>Lets the next part take at most <paramref name="steps"/> of what is left.</summary>
    public void Open(long steps) => _window = Done + Math.Min(steps, Left);
}
