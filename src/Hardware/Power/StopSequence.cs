namespace EdgeNode.Hardware.Power;

/// <summary>What the shell does next on the way to power-off. Each is asked once.</summary>
public enum StopStep
{
    /// <summary>Note the stop in the boot ledger, on disk, before anything else: a program killed from here on resumes the stop.</summary>
    WriteLedger,

    /// <summary>Latch FSD for NUT's secondaries, and take no new work.</summary>
    CloseIntake,

    /// <summary>Write the database's log home and close it.</summary>
    CloseStore,

    /// <summary>sync(2): after it the disks are safe.</summary>
    SyncDisks,

    /// <summary>Tell the real-time clock when to wake the machine.</summary>
    SetAlarm,

    PowerOff,
}

/// <summary>
/// The clean stop as a pure sequence. Draining, checkpoint and sync run beside NUT's host sync; power goes when the disks are safe and the secondaries have
/// left, and at the latest after 25 s.
/// </summary>
public sealed class StopSequence
{
    /// <summary>Given to messages under way (5 s).</summary>
    public static TimeSpan Drain { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Given to NUT's secondaries (15 s, NUT's own HOSTSYNC).</summary>
    public static TimeSpan HostSync { get; } = TimeSpan.FromSeconds(15);

    /// <summary>The bound of it all (25 s).</summary>
    public static TimeSpan Most { get; } = TimeSpan.FromSeconds(25);

    private readonly long _since;
    private int _next;
    private bool _busy;
    private bool _drained;
    private bool _secondariesGone;

    private static readonly StopStep[] Steps =
    [
        StopStep.WriteLedger,
        StopStep.CloseIntake,
        StopStep.CloseStore,
        StopStep.SyncDisks,
        StopStep.SetAlarm,
        StopStep.PowerOff,
    ];

    /// <param name="nowMs">Monotonic milliseconds of the moment the stop began.</param>
    public StopSequence(long nowMs) => _since = nowMs;

    /// <summary>sync(2) has returned.</summary>
    public bool DisksSafe => _next > Array.IndexOf(Steps, StopStep.SyncDisks);

    public bool IsOver => _next >= Steps.Length;

    /// <summary>Nothing is under way to neighbours any more.</summary>
    public void Drained() => _drained = true;

    /// <summary>No NUT secondary is logged in any more.</summary>
    public void SecondariesGone() => _secondariesGone = true;

    /// <summary>What to do now; null while something is being done or waited for.</summary>
    public StopStep? Next(long nowMs)
    {
        if (IsOver || (_busy && !IsLate(nowMs)) || !MayBegin(Steps[_next], nowMs))
            return null;
        // A step that hangs past the bound must not keep the cabinet on until the cells are empty.
        if (_busy)
        {
            (_next, _busy) = (Steps.Length, false);
            return StopStep.PowerOff;
        }
        _busy = true;
        return Steps[_next];
    }

    /// <summary>The step that was asked for is done, or failed in a way that must not stop the rest.</summary>
    public void Done(StopStep step)
    {
        if (IsOver || Steps[_next] != step)
            return;
        (_next, _busy) = (_next + 1, false);
    }

    /// <summary>When <see cref="Next"/> may answer something else without being told anything.</summary>
    public long DueMs => _since + (long)(IsPast(StopStep.CloseIntake) ? HostSync : Drain).TotalMilliseconds;

    private bool MayBegin(StopStep step, long now) =>
        step switch
        {
            StopStep.CloseStore => _drained || Passed(Drain, now),
            StopStep.PowerOff => _secondariesGone || Passed(HostSync, now),
            _ => true,
        };

    private bool IsPast(StopStep step) => _next > Array.IndexOf(Steps, step) + 1;

    private bool IsLate(long now) => Passed(Most, now);

    private bool Passed(TimeSpan time, long now) => now - _since >= (long)time.TotalMilliseconds;
}
