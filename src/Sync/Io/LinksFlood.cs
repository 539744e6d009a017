namespace EdgeNode.Sync.Io;

/// <summary>
/// Three token buckets, messages, small messages and bytes, filled by time. Time is given from outside and may start anywhere. Not thread-safe: the links'
/// thread asks.
/// </summary>
internal sealed class LinksFlood(FloodOptions options)
{
    private double _messages = options.MessageBurst;
    private double _small = options.SmallBurst;
    private double _bytes = options.ByteBurst;
    private TimeSpan? _last;
    private TimeSpan? _restsUntil;

    /// <summary>True when a message of this size may pass now; a message that may not takes nothing from the buckets.</summary>
    public bool Passes(int bytes, TimeSpan now)
    {
        Fill(now);
        if (now < _restsUntil)
            return false;
        var small = bytes < options.SmallBytes ? 1 : 0;
        if (_messages < 1 || _small < small || _bytes < bytes)
            return false;
        _messages -= 1;
        _small -= small;
        _bytes -= bytes;
        return true;
    }

    /// <summary>What passed found no room: nothing passes for a while, so that a flood does not fill the room anew with each message that leaves it.</summary>
    public void FoundNoRoom(TimeSpan now) => _restsUntil = now + options.Rest;

    private void Fill(TimeSpan now)
    {
        double seconds = Math.Max(0, (now - (_last ?? now)).TotalSeconds);
        _last = now;
        _messages = Math.Min(options.MessageBurst, _messages + seconds * options.MessagesPerSecond);
        _small = Math.Min(options.SmallBurst, _small + seconds * options.SmallPerSecond);
        _bytes = Math.Min(options.ByteBurst, _bytes + seconds * options.BytesPerSecond);
    }
}
