namespace EdgeNode.Sync.Discovery;

/// <summary>How long something heard stays true, and when to ask again (RFC 6762 section 5.2).</summary>
internal struct Life
{
    /// <summary>Longest life believed, in seconds: what a forger tells should not stay for years.</summary>
    private const uint LongestTtl = 4_500;

    /// <summary>What is withdrawn stays one second, in case another sender knows better (RFC 6762 section 10.1).</summary>
    private const long Farewell = 1_000;

    // Asked again at 80, 85, 90 and 95 % of its life, each up to 2 % later, so that not everybody asks at once.
    private const int Refreshes = 4;
    private long _start;
    private long _length;
    private int _asked;
    private int _late;

    public long EndsAt { get; private set; }

    /// <summary>When it was last heard.</summary>
    public readonly long HeardAt => _start;

    /// <summary>When to ask for it again; <see cref="OwnRecord.Never"/> when it was asked often enough or is withdrawn.</summary>
    public readonly long RefreshAt =>
        _asked >= Refreshes ? OwnRecord.Never : _start + _length * (800 + 50 * _asked + _late) / 1_000;

    /// <summary>Heard just now. Time to live 0 withdraws it.</summary>
    public void Hear(uint ttl, long now, Func<int, int> jitter)
    {
        if (ttl == 0)
        {
            EndSoon(now);
            return;
        }
        _start = now;
        _length = Math.Min(ttl, LongestTtl) * 1_000L;
        EndsAt = now + _length;
        (_asked, _late) = (0, jitter(21));
    }

    public void EndSoon(long now)
    {
        EndsAt = Math.Min(EndsAt, now + Farewell);
        _asked = Refreshes;
    }

    public void Asked() => _asked = Math.Min(_asked + 1, Refreshes);

    /// <summary>Seconds left when more than half its life is left: then it belongs into a query's known answers; else 0.</summary>
    public readonly uint KnownFor(long now)
    {
        var left = EndsAt - now;
        return left > _length / 2 ? (uint)(left / 1_000) : 0;
    }
}
