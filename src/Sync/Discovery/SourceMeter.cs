using System.Net;

namespace EdgeNode.Sync.Discovery;

/// <summary>
/// Allows each source so much a second. Remembers at most 256 sources; at the bound the one that was silent for longest is
/// forgotten, so that a forger of many sources takes no memory and nobody else's share.
/// </summary>
internal sealed class SourceMeter(int perSecond, int burst)
{
    /// <summary>Most sources remembered.</summary>
    public const int MaxSources = 256;

    private const long Second = 1_000;

    // Thousandths of a packet, so that whole numbers do.
    private readonly Dictionary<IPAddress, (long Tokens, long At)> _left = [];

    public int Count => _left.Count;

    /// <summary>False when this source has used up its share.</summary>
    public bool Allows(IPAddress source, long now)
    {
        var full = burst * Second;
        var known = _left.TryGetValue(source, out var entry);
        if (!known && _left.Count == MaxSources)
        {
            _left.Remove(_left.MinBy(pair => pair.Value.At).Key);
        }
        // A rest longer than it takes to fill up counts no more than that, so that the product cannot overflow.
        var rested = known ? Math.Clamp(now - entry.At, 0, full / perSecond + 1) : 0;
        var tokens = known ? Math.Min(full, entry.Tokens + rested * perSecond) : full;
        var allowed = tokens >= Second;
        _left[source] = (allowed ? tokens - Second : tokens, now);
        return allowed;
    }
}
