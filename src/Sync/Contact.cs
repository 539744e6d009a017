using EdgeNode.Wire;

namespace EdgeNode.Sync;

/// <summary>
/// What is known of the link to one peer in this run: nothing here must survive a crash.
/// </summary>
internal sealed class Contact(Moment since)
{
    private readonly SortedDictionary<(int Stream, long Seq), UnderWayBundle> _underWay = [];
    private readonly SortedDictionary<int, (long First, long Last)> _owed = [];
    private readonly Dictionary<int, (long There, Moment Named, Moment Due)> _gaps = [];
    private readonly Debt _debt = new();
    private long _bytes;

    /// <summary>How long receipts took lately: the longest, forgotten slowly. Null before the first.</summary>
    private TimeSpan? _settles;

    /// <summary>When the first receipt came for what was sent in this contact.</summary>
    private Moment? _firstLanded;

    /// <summary>
    /// A bundle that was sent after the first receipt has landed too. Before that nobody knows how slow the link is: the first bundles of a window find it empty.
    /// </summary>
    private bool _proven;

    public Pace Pace { get; } = new();

    /// <summary>What stands in the database of this contact; written when it changes.</summary>
    public string Noted { get; set; } = "none";

    /// <summary>By whose connection there is contact, for those who read.</summary>
    public string Way =>
        LinkUp && Stored ? "relay"
        : !Ready ? "none"
        : LinkUp ? "ours"
        : "theirs";

    /// <summary>The peer's have has come on this link.</summary>
    public bool Ready { get; set; }

    /// <summary>A connection of ours to the peer stands; it may also reach us by one of its own.</summary>
    public bool LinkUp { get; set; }

    /// <summary>
    /// The link is a relay that keeps what is sent while the peer is away: the peer's have need not have come before we send, and its answers take their time.
    /// </summary>
    public bool Stored { get; set; }

    /// <summary>Bundles may leave: the peer has answered, or what carries them waits for it.</summary>
    public bool Sends => Ready || (LinkUp && Stored);

    /// <summary>Run of the peer's process that the have named.</summary>
    public string Boot { get; set; } = "";
    public Moment LastHeard { get; private set; } = since;
    public Moment Greeted { get; set; } = since;

    /// <summary>A gap was seen in this step.</summary>
    public bool TellHave { get; set; }

    public void Heard(Moment now) => LastHeard = now;

    /// <summary>
    /// After the clock was set back, what seems to lie in the future counts from now on; otherwise waits would last until the old time comes again.
    /// </summary>
    public void NotBefore(Moment now, SyncOptions options)
    {
        LastHeard = Earlier(LastHeard, now);
        Greeted = Earlier(Greeted, now);
        foreach (var (key, sent) in _underWay.Where(u => u.Value.At > now).ToArray())
            _underWay[key] = sent with { At = now };
        _firstLanded = _firstLanded > now ? now : _firstLanded;
        _debt.NotBefore(now);
        var latest = now + CrossingOf(options);
        foreach (var (stream, gap) in _gaps.ToArray())
            _gaps[stream] = (gap.There, Earlier(gap.Named, now), Earlier(gap.Due, latest));
    }

    /// <summary>The link is gone: what was under way counts as not sent.</summary>
    public void Forget()
    {
        Ready = false;
        (_settles, _firstLanded, _proven) = (null, null, false);
        Rewind();
    }

    public void Rewind()
    {
        _underWay.Clear();
        _gaps.Clear();
        _bytes = 0;
    }

    /// <summary>
    /// A gap at the peer: what it lacks is sent again, unless it was sent only now (its have crossed our bundles on the way); then once it has been long enough
    /// and still no receipt says otherwise. A have that receipts have overtaken says nothing new.
    /// </summary>
    public void RewindAfter(int stream, long there, Moment now, SyncOptions options)
    {
        // By subtraction: a peer may name the highest number there is.
        if (NextAfter(stream, there) is not { } next || next.Seq - 1 != there)
            return;
        var due = next.At + CrossingOf(options);
        if (due <= now)
            Rewind(stream, there);
        else
            _gaps[stream] = (there, now, due);
    }

    /// <summary>
    /// Gaps that were too fresh when the peer named them: it has let go of what came behind each, also where the gap itself has closed since. What was sent again
    /// after it was named is on its way; what was not waits longer when receipts have taken longer meanwhile.
    /// </summary>
    public void RewindGaps(Moment now, SyncOptions options)
    {
        foreach (var (stream, gap) in _gaps.Where(g => g.Value.Due <= now).ToArray())
        {
            _gaps.Remove(stream);
            if (NextAfter(stream, gap.There) is not { } next || next.At > gap.Named)
                continue;
            var due = next.At + CrossingOf(options);
            if (due <= now)
                Rewind(stream, next.Seq - 1);
            else
                _gaps[stream] = gap with { Due = due };
        }
    }

    /// <summary>When <see cref="RewindGaps"/> has something to look at; null without a gap.</summary>
    public Moment? GapDue => _gaps.Count == 0 ? null : _gaps.Values.Min(g => g.Due);

    private (long Seq, Moment At)? NextAfter(int stream, long there)
    {
        var next = _underWay.FirstOrDefault(u => u.Key.Stream == stream && u.Key.Seq > there);
        return next.Key.Seq > 0 ? (next.Key.Seq, next.Value.At) : null;
    }

    private void Rewind(int stream, long there)
    {
        _gaps.Remove(stream);
        foreach (var key in _underWay.Keys.Where(k => k.Stream == stream && k.Seq > there).ToArray())
            Drop(key);
    }

    /// <summary>What a relay keeps for the peer counts as sent from now on: it comes with the peer's return, or is sent again when its receipt stays out.</summary>
    public void StartWaitsAnew(Moment now)
    {
        foreach (var (key, sent) in _underWay.ToArray())
            _underWay[key] = sent with { At = now };
    }

    public bool UnderWay(FormedBundle formed) => _underWay.ContainsKey((formed.Stream, formed.Seq));

    /// <summary>
    /// Bytes that may be under way: twice as many where receipts come at once. There one window is gone before the peer has written it down, and each side would
    /// work while the other waits.
    /// </summary>
    public int Window(SyncOptions options) =>
        !Stored && _proven && _settles < options.QuickLink ? 2 * options.Window : options.Window;

    public bool HasRoom(int bytes, int window) => _bytes == 0 || _bytes + bytes <= window;

    public void Sent(FormedBundle formed, Moment now) => Add(formed, now, crosses: true);

    /// <summary>
    /// The peer has it already, and its receipt was asked for. How soon that comes says nothing of how long a bundle takes: taken for it, a slow link looked quick
    /// after each new contact, and a full window on its way was sent a second time.
    /// </summary>
    public void IsThere(FormedBundle formed, Moment now) => Add(formed, now, crosses: false);

    private void Add(FormedBundle formed, Moment now, bool crosses)
    {
        _underWay[(formed.Stream, formed.Seq)] = new UnderWayBundle(formed.Bytes, now, crosses);
        _bytes += formed.Bytes;
    }

    public void Landed(ReceiptBody receipt, Moment now)
    {
        foreach (
            var (key, sent) in _underWay
                .Where(u => u.Key.Stream == receipt.Stream && u.Key.Seq >= receipt.First && u.Key.Seq <= receipt.Last)
                .ToArray()
        )
        {
            if (sent.Crosses)
                Settled(sent.At, now);
            Drop(key);
        }
    }

    private void Settled(Moment sent, Moment now)
    {
        var took = now - sent;
        _settles = _settles is { } lately && lately > took ? lately - (lately - took) / 8 : took;
        _proven |= _firstLanded <= sent;
        _firstLanded ??= now;
    }

    /// <summary>Bundles whose receipt is overdue count as not sent, so they are sent again.</summary>
    public void DropOverdue(Moment now, SyncOptions options)
    {
        foreach (var (key, sent) in _underWay.Where(u => now - u.Value.At >= Retransmit(options)).ToArray())
            Drop(key);
    }

    public Moment? RetransmitAt(SyncOptions options) =>
        _underWay.Count == 0 ? null : _underWay.Values.Min(u => u.At) + Retransmit(options);

    /// <summary>A silence after which the peer counts as gone.</summary>
    public TimeSpan DeadAfter(SyncOptions options) => Stored ? options.RelayDeadAfter : options.DeadAfter;

    private TimeSpan CrossingOf(SyncOptions options) =>
        Stored
            ? options.RelayCrossing
            : Longer(_proven ? options.Crossing : options.CrossingAtFirst, 2 * (_settles ?? TimeSpan.Zero));

    private TimeSpan Retransmit(SyncOptions options) =>
        !Stored ? Longer(options.Retransmit, 4 * (_settles ?? TimeSpan.Zero))
        : Ready ? options.RelayRetransmit
        : options.RelayKept;

    /// <summary>
    /// Next sign of life. In contact it is due when either side has been silent; before that when our last greeting has stayed without a have, also while we
    /// hear bundles: the peer may know of a road that we do not. Without any road that we know of it is a knock, now and then: word of a link can get lost, as
    /// when the node is made anew after a full disk while its links go on.
    /// </summary>
    public Moment PingAt(SyncOptions options)
    {
        if (!Ready)
            return Greeted + ((LinkUp && !Stored) || LastHeard > Greeted ? options.Ping : options.Knock);
        return (LastHeard > Greeted ? LastHeard : Greeted) + (Stored ? options.RelayPing : options.Ping);
    }

    /// <summary>A receipt is owed at once for this bundle and all between it and what is owed already.</summary>
    public void Owe(int stream, long seq)
    {
        _debt.Call();
        Note(stream, seq);
    }

    /// <summary>The same for a bundle that came now: when it is full, more is behind it, and its receipt waits a little to be one for several.</summary>
    public void Owe(int stream, long seq, int bytes, Moment now, SyncOptions options)
    {
        _debt.Add(bytes, now, options);
        Note(stream, seq);
    }

    /// <summary>When receipts are to be given that wait for more bundles; null when none do.</summary>
    public Moment? OwedDue(SyncOptions options) => _debt.Due(options);

    /// <summary>What is to be receipted now.</summary>
    public IReadOnlyList<(int Stream, long First, long Last)> TakeOwed(Moment now, SyncOptions options)
    {
        if (_owed.Count == 0 || _debt.Due(options) > now)
            return [];
        var owed = _owed.Select(o => (o.Key, o.Value.First, o.Value.Last)).ToArray();
        _owed.Clear();
        _debt.Settle(options);
        return owed;
    }

    private void Note(int stream, long seq) =>
        _owed[stream] = _owed.TryGetValue(stream, out var range)
            ? (Math.Min(range.First, seq), Math.Max(range.Last, seq))
            : (seq, seq);

    private static Moment Earlier(Moment one, Moment other) => one < other ? one : other;

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private void Drop((int Stream, long Seq) key)
    {
        if (_underWay.Remove(key, out var sent))
            _bytes -= sent.Bytes;
    }

    /// <param name="Bytes">Its size.</param>
    /// <param name="At">Since when its receipt is waited for.</param>
    /// <param name="Crosses">It was sent on this link, so its receipt shows how long that takes.</param>
    private readonly record struct UnderWayBundle(int Bytes, Moment At, bool Crosses);
}
