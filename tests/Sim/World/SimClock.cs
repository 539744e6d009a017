using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>What a cabinet believes the time to be: it drifts, and it jumps when it is set or when a cabinet without a battery clock wakes up.</summary>
internal sealed class SimClock(long start, double drift)
{
    private long _since = start;
    private long _base = start;
    private double _drift = drift;

    public Moment Read(long now) => new(_base + (long)((now - _since) * (1 + _drift)));

    /// <summary>Whether it is as far from the truth as only a fault explains.</summary>
    public bool IsWrong(long now) => Math.Abs(Read(now).Ms - now) > 3_600_000;

    public void Set(long now, long to) => (_since, _base) = (now, to);

    /// <summary>Set by a better clock; from here on it keeps time.</summary>
    public void Heal(long now) => (_since, _base, _drift) = (now, now, 0);
}
