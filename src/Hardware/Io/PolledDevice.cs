using EdgeNode.Hardware.Devices;

namespace EdgeNode.Hardware.Io;

/// <summary>How a poll went.</summary>
internal enum Poll
{
    /// <summary>Values came; what was not told stands at <see cref="Channel.NotTold"/>.</summary>
    Told,

    /// <summary>Nothing usable came, and it should have.</summary>
    Silent,

    /// <summary>A question is on its way; the answer is collected at the next tick, so that nobody waits for it.</summary>
    Waiting,
}

/// <summary>How a device stands, for people.</summary>
/// <param name="Name">The device's name.</param>
/// <param name="Backend">Who reads it: our own binding, a kernel driver by name, a serial line; or why nobody can.</param>
/// <param name="Faulty">One of its sensors is faulty.</param>
public sealed record DeviceStatus(string Name, string Backend, bool Faulty);

/// <summary>Times of the hardware thread, all on whole seconds of the steady clock so that devices share their wake-ups.</summary>
public static class Pace
{
    /// <summary>Between two polls while mains is there.</summary>
    public static readonly TimeSpan OnMains = TimeSpan.FromSeconds(30);

    /// <summary>Between two polls on battery.</summary>
    public static readonly TimeSpan OnBattery = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Between two looks at a line's level, whatever the pace: older kernels (6.1) do not wake who waits when a chip goes away, and an
    /// edge that was lost must not stay lost.
    /// </summary>
    public static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    /// <summary>The grid: no timer wakes the thread more often.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>After a missed poll, so that a fault is known after three of them.</summary>
    public static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    /// <summary>Longest pause between tries of a device that stays faulty.</summary>
    public static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(60);

    /// <summary>The next whole second at or after a time.</summary>
    public static SteadyTime Grid(SteadyTime at) => new((at.Us + 999_999) / 1_000_000 * 1_000_000);
}

/// <summary>A device that is asked now and then. It owns the guards of its channels and the time of its next poll.</summary>
internal abstract class PolledDevice : IDisposable
{
    private readonly SensorGuard[] _guards;
    private readonly long[] _micro;
    private TimeSpan _retry = Pace.Retry;

    protected PolledDevice(string name, IReadOnlyList<Channel> channels)
    {
        Name = name;
        _guards = [.. channels.Select(c => new SensorGuard(new($"{name}.{c.Suffix}"), c))];
        _micro = new long[channels.Count];
    }

    public string Name { get; }

    public string Backend { get; protected set; } = "not opened yet";

    public SteadyTime Due { get; set; }

    public bool Faulty => Array.Exists(_guards, g => g.Faulty);

    /// <summary>Whole devices answer once a second whatever the pace is (a line that speaks by itself).</summary>
    protected virtual bool EveryTick => false;

    protected abstract Poll Ask(SteadyTime now, Span<long> micro);

    public abstract void Dispose();

    /// <summary>Asks once, hands on what came and sets the time of the next poll.</summary>
    public void Turn(SteadyTime now, TimeSpan interval, ReadingHandler hand)
    {
        var outcome = Ask(now, _micro);
        if (outcome == Poll.Waiting)
        {
            Due = Pace.Grid(now + Pace.Tick);
            return;
        }
        if (outcome == Poll.Told)
            HandOn(now, interval, hand);
        else
            Missed(now, hand);
        Array.Fill(_micro, Channel.NotTold);
        Due = Pace.Grid(now + Next(outcome, interval));
    }

    /// <summary>The first poll starts with nothing told.</summary>
    public void Prepare(SteadyTime now)
    {
        Array.Fill(_micro, Channel.NotTold);
        Due = now;
    }

    /// <summary>The channels of the backend that reads from now on, in the order of the values.</summary>
    protected void Become(int index, Channel channel) => _guards[index].Channel = channel;

    private TimeSpan Next(Poll outcome, TimeSpan interval)
    {
        if (outcome == Poll.Told)
        {
            _retry = Pace.Retry;
            return EveryTick ? Pace.Tick : interval;
        }
        if (EveryTick)
            return Pace.Tick;
        if (Faulty)
            _retry = _retry * 2 < Pace.LongestRetry ? _retry * 2 : Pace.LongestRetry;
        return _retry;
    }

    /// <summary>
    /// A pack whose voltage is impossible is a chip or a bus that lies (all ones, all zeros): nothing else it said is believed either.
    /// </summary>
    private void HandOn(SteadyTime now, TimeSpan interval, ReadingHandler hand)
    {
        var lies = false;
        for (var i = 0; i < _guards.Length; i++)
        {
            var guard = _guards[i];
            if (_micro[i] == Channel.NotTold && !Stale(guard, now, interval))
                continue;
            var reading = _micro[i] == Channel.NotTold || lies ? guard.Miss(now) : guard.Take(_micro[i], now);
            lies |= i == 0 && reading.Micro is null && reading.Kind == SensorKind.PackVoltage;
            hand(in reading);
        }
    }

    /// <summary>A channel that was told before and no longer is, though its device answers.</summary>
    private static bool Stale(SensorGuard guard, SteadyTime now, TimeSpan interval) =>
        guard.EverGood && now - guard.GoodAt > (interval * 4) + SensorGuard.SilenceToFault;

    /// <summary>Who never told a value is only missed when the whole device never did.</summary>
    private void Missed(SteadyTime now, ReadingHandler hand)
    {
        var any = Array.Exists(_guards, g => g.EverGood);
        foreach (var guard in _guards)
        {
            if (any && !guard.EverGood)
                continue;
            var reading = guard.Miss(now);
            hand(in reading);
        }
    }
}
