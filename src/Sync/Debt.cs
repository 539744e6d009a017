using EdgeNode.Wire;

namespace EdgeNode.Sync;

/// <summary>
/// When the receipts owed to one peer are due. A bundle that is not full ends a backlog: it is receipted at once. Full ones share a receipt, which costs wire on
/// a slow link and a commit at the sender: it waits for some more bytes, but never longer than about two more bundles take, so that the end of a backlog
/// is not held up on a fast link.
/// </summary>
internal sealed class Debt
{
    /// <summary>A smaller part of a bundle than this, in percent of <see cref="SyncOptions.FillTo"/>, was not filled from a backlog.</summary>
    private const int FullPercent = 75;

    /// <summary>So many receipts do not wait after one has waited in vain: the sender's window may be smaller than what we wait for.</summary>
    private const int Unwaited = 8;

    private static readonly TimeSpan LeastWait = TimeSpan.FromMilliseconds(20);

    private long _bytes;
    private Moment? _since;
    private Moment? _lastFull;
    private bool _called;
    private int _unwaited;

    /// <summary>Between two full bundles, smoothed; half a second before it is known.</summary>
    private TimeSpan _between = TimeSpan.FromSeconds(0.5);

    public void Call() => (_called, _since) = (true, _since ?? default(Moment));

    public void Add(int bytes, Moment now, SyncOptions options)
    {
        _bytes += bytes;
        _since ??= now;
        if (bytes < options.FillTo / 100 * FullPercent)
            _called = true;
        else
            Meet(now, options);
    }

    /// <summary>Null when nothing is owed.</summary>
    public Moment? Due(SyncOptions options) =>
        _since is not { } since ? null
        : IsEnough(options) ? since
        : since + Wait(options);

    public void Settle(SyncOptions options)
    {
        _unwaited = IsEnough(options) ? Math.Max(0, _unwaited - 1) : Unwaited;
        (_bytes, _since, _called) = (0, null, false);
    }

    private bool IsEnough(SyncOptions options) => _called || _unwaited > 0 || _bytes >= options.ReceiptBytes;

    /// <summary>After the clock was set back.</summary>
    public void NotBefore(Moment now)
    {
        _since = _since > now ? now : _since;
        _lastFull = _lastFull > now ? now : _lastFull;
    }

    private TimeSpan Wait(SyncOptions options)
    {
        var wait = 2 * _between;
        return wait < LeastWait ? LeastWait
            : wait > options.ReceiptWait ? options.ReceiptWait
            : wait;
    }

    private void Meet(Moment now, SyncOptions options)
    {
        // A pause between two backlogs says nothing about the link.
        if (_lastFull is { } last && now - last <= 2 * options.ReceiptWait)
            _between = (3 * _between + (now - last)) / 4;
        _lastFull = now;
    }
}
