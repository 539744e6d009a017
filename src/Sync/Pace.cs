using EdgeNode.Wire;

namespace EdgeNode.Sync;

/// <summary>
/// Which stream the next bundle to one peer comes from: strictly the most urgent, but of every hundred bytes that overtake others the others get their floor,
/// so that nothing starves. Also the clock of lanes that have a rate. Kept in memory only.
/// </summary>
/// <param name="rated">Whether lanes' rates count; a courier's stick has none.</param>
public sealed class Pace(bool rated = true)
{
    /// <summary>Percent of the bytes that less urgent streams get while more urgent ones have a backlog.</summary>
    public const int FloorPercent = 10;

    /// <summary>No rate makes a lane wait longer than this for its next bundle: 64,000 bytes at the least rate.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(65);

    /// <summary>What blobs are owed of the floor is kept up to this: one slice.</summary>
    private const long MostForBlobs = 64 * 1024;

    private readonly Dictionary<int, Moment> _free = [];
    private long _overtaken;
    private long _blobs;
    private int _lastFloor = -1;

    /// <summary>When a lane with a rate that has something to send may send again; null when none waits for that.</summary>
    public Moment? RateDue { get; private set; }

    /// <summary>Before streams are asked anew.</summary>
    public void Look() => RateDue = null;

    /// <summary>Whether the stream's rate lets it send now.</summary>
    public bool IsFree(int stream, Moment now)
    {
        if (!_free.TryGetValue(stream, out var at) || at <= now || at - now > LongestWait)
            return true;
        RateDue = RateDue is { } due && due < at ? due : at;
        return false;
    }

    /// <summary>One of the streams that have something to send, the most urgent first; <paramref name="bundle"/> is the size of a full bundle.</summary>
    public int Choose(IReadOnlyList<int> ready, int bundle)
    {
        if (ready.Count == 1 || _overtaken * FloorPercent < (100 - FloorPercent) * (long)bundle)
            return ready[0];
        var later = ready.Skip(1).Order().ToArray();
        var next = Array.Find(later, s => s > _lastFloor);
        return next > 0 ? next : later[0];
    }

    /// <summary>A bundle was formed. <paramref name="ready"/> is what it was chosen from.</summary>
    public void Formed(IReadOnlyList<int> ready, int stream, int bytes, long rate, Moment now)
    {
        _blobs = Math.Min(MostForBlobs, _blobs + (long)bytes * FloorPercent / (100 - FloorPercent));
        if (ready.Count > 1 && stream == ready[0])
            _overtaken += bytes;
        else if (stream != ready[0])
        {
            _overtaken = Math.Max(0, _overtaken - (long)bytes * (100 - FloorPercent) / FloorPercent);
            _lastFloor = stream;
        }
        if (rated && rate > 0)
            _free[stream] = now + TimeSpan.FromMilliseconds(Math.Min(bytes * 1000.0 / rate, LongestWait.TotalMilliseconds));
    }

    /// <summary>
    /// How long to wait before a slice of a blob leaves by this stream's lane; null when it is not to leave yet. While bundles wait it gets the floor; without
    /// them all there is. Its bytes count on the lane's clock, so bundles and blobs together keep the rate.
    /// </summary>
    public TimeSpan? Slice(int stream, int bytes, long rate, bool bundlesWait, Moment now)
    {
        if (bundlesWait && _blobs < bytes)
            return null;
        var from = _free.TryGetValue(stream, out var at) && at > now && at - now <= LongestWait ? at : now;
        var takes = rate > 0 ? TimeSpan.FromMilliseconds(bytes * 1000.0 / rate) : TimeSpan.Zero;
        if (from - now + takes > LongestWait)
            return null;
        if (bundlesWait)
            _blobs -= bytes;
        if (rate > 0)
            _free[stream] = from + takes;
        return from - now;
    }
}
