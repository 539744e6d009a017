using EdgeNode.Wire;

namespace EdgeNode.Appliance;

/// <summary>
/// Who floods, and for how long already. What is beyond a peer's share is dropped whoever it is; an honest peer notices, for receipts stay out, and waits. One that
/// goes on is to be suspended. In memory: after a restart a flood counts anew.
/// </summary>
internal sealed class FloodWatch(TimeSpan? patience)
{
    public static TimeSpan DefaultPatience { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Floods are told once a second; after a longer silence another one begins.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    private readonly Dictionary<Did, (Moment Since, Moment Last)> _floods = [];

    /// <summary>How long a flood may last; never too long without one.</summary>
    public TimeSpan Patience { get; } = patience ?? TimeSpan.MaxValue;

    /// <summary>Messages of the peer were dropped in the last second: true when that has gone on for longer than <see cref="Patience"/>.</summary>
    public bool GoesOn(Did peer, Moment now)
    {
        // A clock that was set back begins anew as well.
        var known = _floods.TryGetValue(peer, out var flood) && flood.Last <= now && now - flood.Last <= Pause;
        var since = known ? flood.Since : now;
        _floods[peer] = (since, now);
        return now - since >= Patience;
    }

    public void Forget(Did peer) => _floods.Remove(peer);
}
