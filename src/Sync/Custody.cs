using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Sync;

/// <summary>
/// Carries the custody protocol with every peer: keeps the window full, answers bundles with receipts after the commit, exchanges haves on contact and as a
/// sign of life, sends again what stays without a receipt. What must survive is in the tables; what is here is lost with a crash and made again from
/// haves.
/// </summary>
public sealed class Custody(
    Signer signer,
    VerifyGate gate,
    Outbox outbox,
    Inbox inbox,
    Lanes lanes,
    SyncOptions options,
    CustodyVoice voice
)
{
    private readonly SortedDictionary<Did, Contact> _contacts = [];
    private Moment _looked;
    private Did _servedLast;

    /// <summary>The last step ended with its budget, not with its work.</summary>
    private bool _more;

    /// <summary>The highest stream that may form and send bundles now; a cabinet on battery holds some back. Receipts and haves always go.</summary>
    public Func<Moment, int> Reach { get; set; } = _ => DataMap.Streams;

    /// <summary>Peers whose have arrived on a live link, in order of DID.</summary>
    public IEnumerable<Did> Ready => _contacts.Where(c => c.Value.Ready).Select(c => c.Key);

    /// <summary>After the last <see cref="Flush"/>: some peer's window was full.</summary>
    public bool AwaitsReceipts { get; private set; }

    public bool IsReady(Did peer) => _contacts.TryGetValue(peer, out var contact) && contact.Ready;

    /// <summary>A peer was enrolled, or is again after a restart: from now on its frames are taken.</summary>
    public void Welcome(Did peer, Moment now) => _contacts.TryAdd(peer, new Contact(now));

    /// <summary>The peering has ended: nothing is taken from it or sent to it any more.</summary>
    public void Dismiss(Turn turn, Did peer)
    {
        _contacts.Remove(peer);
        turn.Db.Run("DELETE FROM contact WHERE peer = $1", peer.Value);
    }

    /// <summary>At a start nobody is in contact yet.</summary>
    public static void Begin(Turn turn) => turn.Db.Run("DELETE FROM contact");

    /// <param name="turn">The step.</param>
    /// <param name="peer">Whose link.</param>
    /// <param name="stored">It is a relay that keeps what is sent while the peer is away.</param>
    public void LinkUp(Turn turn, Did peer, bool stored = false)
    {
        if (!_contacts.TryGetValue(peer, out var contact))
            return;
        // A direct link has died and the relay takes over: what was under way on it counts as not sent.
        if (stored && !contact.Stored)
            contact.Rewind();
        // A way is left only when it has died: the peer's next have says what came over it, and the rest goes at once.
        else if (!stored && contact is { LinkUp: true, Stored: false })
            contact.Forget();
        (contact.LinkUp, contact.Stored) = (true, stored);
        Greet(turn, peer, contact, reply: true);
    }

    public void LinkDown(Did peer)
    {
        if (!_contacts.TryGetValue(peer, out var contact))
            return;
        (contact.LinkUp, contact.Stored) = (false, false);
        contact.Forget();
    }

    /// <summary>A bundle arrived. This is where it is acknowledged: the receipt is an effect, so it leaves after the commit of this step.</summary>
    /// <param name="turn">The step.</param>
    /// <param name="peer">Who handed it over.</param>
    /// <param name="raw">The bundle.</param>
    /// <param name="carried">A courier brought it: that says nothing about a link. Its receipt goes by any link there is, and with the next courier.</param>
    /// <param name="foreseen">The same bytes with their signatures checked ahead; null when nobody did.</param>
    public Arrival Data(Turn turn, Did peer, byte[] raw, bool carried = false, Bundle? foreseen = null)
    {
        if (!_contacts.TryGetValue(peer, out var contact))
        {
            SetAside.CountRefusal(turn, peer, "peer.not_enrolled");
            return Arrival.Refused;
        }
        Traffic.Add(turn, peer, Traffic.BytesReceived, raw.Length);
        var arrival = inbox.Take(turn, peer, raw, foreseen, out var stream, out var seq);
        if (arrival is Arrival.Taken or Arrival.Again)
        {
            if (!carried)
                contact.Heard(turn.Now);
            if (carried || arrival == Arrival.Again)
                contact.Owe(stream, seq);
            else
                contact.Owe(stream, seq, raw.Length, turn.Now, options);
        }
        // Told once per step at most, and not while the sender is still answering the last telling.
        else if (arrival == Arrival.Gap && !carried)
            contact.TellHave = true;
        return arrival;
    }

    /// <summary>Whether the receipt was one of the peer's for us.</summary>
    public bool Receipt(Turn turn, Did peer, byte[] raw, bool carried = false)
    {
        if (Control(turn, peer, Kinds.Receipt, raw, out var contact) is not { } frame)
            return false;
        if (WireJson.Read(frame.Body.Span, WireJson.Default.ReceiptBody) is not { } receipt || !receipt.IsSound())
        {
            SetAside.CountRefusal(turn, peer, "receipt.malformed");
            return false;
        }
        if (!carried)
            contact.Heard(turn.Now);
        Traffic.Add(turn, peer, Traffic.ReceiptsReceived, 1);
        outbox.Take(turn, peer, receipt);
        contact.Landed(receipt, turn.Now);
        return true;
    }

    /// <summary>
    /// A have that a courier brought. It may be old and says nothing about a link: it only tells which receipts its sender lacks, and those go by any link there is.
    /// </summary>
    public bool CarriedHave(Turn turn, Did peer, byte[] raw)
    {
        if (Control(turn, peer, Kinds.Have, raw, out var contact) is not { } frame)
            return false;
        if (WireJson.Read(frame.Body.Span, WireJson.Default.HaveBody) is not { } have || !have.IsSound())
        {
            SetAside.CountRefusal(turn, peer, "have.malformed");
            return false;
        }
        foreach (var open in have.Open)
            OweFrom(turn, peer, contact, open);
        return true;
    }

    /// <summary>
    /// What a courier takes to a peer: on the first page our have and the receipts for what is here, then bundles under way and new ones, formed exactly as for a
    /// link, up to one page of bytes. They stay in our custody until their receipt comes back, by whatever way.
    /// </summary>
    /// <param name="turn">The step.</param>
    /// <param name="peer">The enrolled peer.</param>
    /// <param name="after">The last bundle per stream that is on the stick already; empty for the first page.</param>
    public List<CarriedFrame> Carry(Turn turn, Did peer, IReadOnlyList<HaveStream> after)
    {
        var frames = new List<CarriedFrame>();
        if (after.Count == 0)
            CarryWords(turn, peer, frames);
        var left = options.CarryPage;
        foreach (var formed in Outbox.Formed(turn.Db, peer))
        {
            if (
                formed.Seq <= (after.FirstOrDefault(a => a.Stream == formed.Stream)?.Seq ?? 0)
                || !lanes.Flows(turn.Db, peer, formed.Stream, turn.Now)
            )
                continue;
            if (left <= 0)
                return frames;
            left -= formed.Bytes;
            frames.Add(Carried(formed, Outbox.Load(turn.Db, peer, formed.Stream, formed.Seq)));
        }
        // A stick has no rate; what lanes hold back it does not carry either.
        var pace = new Pace(rated: false);
        while (left > 0 && outbox.FormNext(turn, peer, pace) is { } made)
        {
            left -= made.Raw.Length;
            Traffic.Add(turn, peer, Traffic.StatementsSent, made.Statements);
            frames.Add(Carried(made.Bundle, made.Raw));
        }
        return frames;
    }

    public void Have(Turn turn, Did peer, byte[] raw)
    {
        if (Control(turn, peer, Kinds.Have, raw, out var contact) is not { } frame)
            return;
        if (WireJson.Read(frame.Body.Span, WireJson.Default.HaveBody) is not { } have || !have.IsSound())
        {
            SetAside.CountRefusal(turn, peer, "have.malformed");
            return;
        }
        var fresh = !contact.Ready || contact.Boot != have.Boot;
        contact.Heard(turn.Now);
        contact.Boot = have.Boot;
        contact.Ready = true;
        if (fresh)
            voice.Contacted(turn, peer, have);
        foreach (var open in have.Open)
            OweFrom(turn, peer, contact, open);
        Reconcile(turn, peer, contact, have, fresh);
        if (have.Reply)
            Greet(turn, peer, contact, reply: false);
    }

    /// <summary>
    /// How long to wait before the next slice of a blob leaves for this peer; null when bundles go first for now, or the peer is none of ours.
    /// </summary>
    public TimeSpan? Slice(Turn turn, Did peer, int stream, int bytes) =>
        _contacts.TryGetValue(peer, out var contact)
            ? contact.Pace.Slice(
                stream,
                bytes,
                lanes.Rate(turn.Db, peer, stream),
                contact.Sends && outbox.HasBacklog(turn, peer),
                turn.Now
            )
            : null;

    /// <summary>
    /// The end of each step: receipts that are owed, signs of life, then bundles for every peer in turn while windows and the step's budget have room.
    /// </summary>
    public void Flush(Turn turn)
    {
        _looked = turn.Now;
        if (lanes.Follow(turn, Reach(turn.Now)))
            turn.Emit(new PageChanged(PageChanged.Stewards));
        foreach (var (peer, contact) in _contacts)
        {
            contact.NotBefore(turn.Now, options);
            PayReceipts(turn, peer, contact);
            contact.RewindGaps(turn.Now, options);
            Watch(turn, peer, contact);
            Note(turn, peer, contact);
        }
        PumpInTurn(turn);
        lanes.Save(turn);
    }

    /// <summary>
    /// One bundle for each peer in contact, again and again, beginning after the one that was served last: a peer with a backlog takes its turn like all others,
    /// and one whose link is stuck stops with its own window.
    /// </summary>
    private void PumpInTurn(Turn turn)
    {
        var ready = _contacts.Where(c => c.Value.Sends).ToArray();
        var share = options.WindowOfAll / Math.Max(1, ready.Length);
        AwaitsReceipts = false;
        var pumps = new Queue<(Did Peer, IEnumerator<int> Bundles)>(
            ready
                .OrderBy(c => c.Key.CompareTo(_servedLast) <= 0)
                .Select(c => (c.Key, Pump(turn, c.Key, c.Value, Math.Min(share, c.Value.Window(options))).GetEnumerator()))
        );
        var budget = options.PumpBudget;
        while (budget > 0 && pumps.TryDequeue(out var next))
        {
            if (!next.Bundles.MoveNext())
                continue;
            budget -= next.Bundles.Current;
            _servedLast = next.Peer;
            pumps.Enqueue(next);
        }
        _more = pumps.Count > 0;
    }

    /// <summary>When <see cref="Flush"/> has something to do again.</summary>
    public Moment? NextDue(Db db)
    {
        Moment? due = _more ? _looked : null;
        foreach (var (peer, contact) in _contacts)
        {
            due = Earlier(due, contact.PingAt(options));
            due = Earlier(due, contact.OwedDue(options));
            if (!contact.Sends)
                continue;
            due = Earlier(due, contact.RetransmitAt(options));
            due = Earlier(due, contact.GapDue);
            // One that has passed waits for the window, which receipts and retransmits open.
            if (contact.Pace.RateDue is { } rate && rate > _looked)
                due = Earlier(due, rate);
            // What was due at the last look and is still here waits for room, not for a time.
            var paused = db.One(
                "SELECT min(not_before) FROM outbox WHERE peer = $1 AND bundle_seq IS NULL AND not_before > $2",
                r => r.LongOrNull(0),
                peer.Value,
                _looked.Ms
            );
            if (paused is { } at)
                due = Earlier(due, new Moment(at));
        }
        return due;
    }

    private Frame? Control(Turn turn, Did peer, string kind, byte[] raw, out Contact contact)
    {
        if (!_contacts.TryGetValue(peer, out contact!))
        {
            SetAside.CountRefusal(turn, peer, "peer.not_enrolled");
            return null;
        }
        var frame = gate.CheckControl(kind, raw, peer);
        if (frame is null)
            SetAside.CountRefusal(turn, peer, kind + ".signature");
        return frame;
    }

    /// <summary>The sender lacks receipts from a bundle on: everything from there is receipted again, at most one window.</summary>
    private static void OweFrom(Turn turn, Did peer, Contact contact, HaveStream open)
    {
        var last = turn.Db.Number("SELECT seq FROM stream_in WHERE peer = $1 AND stream = $2", peer.Value, open.Stream);
        if (open.Seq > last || open.Seq < 1)
            return;
        contact.Owe(open.Stream, open.Seq);
        contact.Owe(open.Stream, last);
    }

    /// <summary>
    /// After a new contact everything beyond the peer's have counts as not sent; without one, only what a gap shows to be missing.
    /// </summary>
    private void Reconcile(Turn turn, Did peer, Contact contact, HaveBody have, bool fresh)
    {
        if (fresh)
        {
            if (contact.Stored)
                contact.StartWaitsAnew(turn.Now);
            else
                contact.Rewind();
            foreach (var formed in Outbox.Formed(turn.Db, peer))
            {
                // What the peer has waits for its receipt, which our own have asked for; only the rest is sent.
                if (
                    formed.Seq <= (have.Streams.FirstOrDefault(s => s.Stream == formed.Stream)?.Seq ?? 0)
                    && !contact.UnderWay(formed)
                )
                    contact.IsThere(formed, turn.Now);
            }
            return;
        }
        foreach (var stream in Outbox.Open(turn.Db, peer))
        {
            var there = have.Streams.FirstOrDefault(s => s.Stream == stream.Stream)?.Seq ?? 0;
            contact.RewindAfter(stream.Stream, there, turn.Now, options);
        }
    }

    private void Greet(Turn turn, Did peer, Contact contact, bool reply)
    {
        contact.Greeted = turn.Now;
        turn.Emit(new SendOnLink(peer, TopicKind.Have, "control", SignedHave(turn, peer, reply)));
    }

    private byte[] SignedHave(Turn turn, Did peer, bool reply)
    {
        var body = new HaveBody(
            voice.Boot,
            voice.ContractVersion,
            voice.Release,
            reply,
            Inbox.Have(turn.Db, peer),
            Outbox.Open(turn.Db, peer)
        );
        return Wire.Control.Sign(signer, Kinds.Have, peer, WireJson.Write(body, WireJson.Default.HaveBody));
    }

    private byte[] SignedReceipt(Did peer, ReceiptBody body) =>
        Wire.Control.Sign(signer, Kinds.Receipt, peer, WireJson.Write(body, WireJson.Default.ReceiptBody));

    private void CarryWords(Turn turn, Did peer, List<CarriedFrame> frames)
    {
        frames.Add(new CarriedFrame(TopicKind.Have, 0, 0, SignedHave(turn, peer, reply: false)));
        foreach (var stream in Inbox.Have(turn.Db, peer))
        foreach (
            var body in Inbox.ReceiptsFor(
                turn.Db,
                peer,
                stream.Stream,
                Math.Max(1, stream.Seq - options.InboxKept + 1),
                stream.Seq
            )
        )
        {
            frames.Add(new CarriedFrame(TopicKind.Receipt, body.Stream, body.Last, SignedReceipt(peer, body)));
            Traffic.Add(turn, peer, Traffic.ReceiptsSent, 1);
        }
    }

    private static CarriedFrame Carried(FormedBundle formed, byte[] raw) => new(TopicKind.Data, formed.Stream, formed.Seq, raw);

    private void PayReceipts(Turn turn, Did peer, Contact contact)
    {
        if (contact.TellHave)
        {
            contact.TellHave = false;
            // Without contact the peer's have is needed as well: it may think that we have had it.
            Greet(turn, peer, contact, reply: !contact.Ready);
        }
        foreach (var (stream, first, last) in contact.TakeOwed(turn.Now, options))
        {
            foreach (var body in Inbox.ReceiptsFor(turn.Db, peer, stream, first, last))
            {
                turn.Emit(new SendOnLink(peer, TopicKind.Receipt, "control", SignedReceipt(peer, body)));
                Traffic.Add(turn, peer, Traffic.ReceiptsSent, 1);
            }
        }
    }

    /// <summary>Pages and tools that read only see in the database how contact stands; a write at each change, not at each sign of life.</summary>
    private static void Note(Turn turn, Did peer, Contact contact)
    {
        if (contact.Noted == contact.Way)
            return;
        contact.Noted = contact.Way;
        turn.Db.Run(
            "INSERT INTO contact (peer, way, since) VALUES ($1, $2, $3) ON CONFLICT (peer) DO UPDATE SET way = $2, since = $3",
            peer.Value,
            contact.Way,
            turn.Now.Ms
        );
    }

    private void Watch(Turn turn, Did peer, Contact contact)
    {
        if (contact.Ready && turn.Now - contact.LastHeard > contact.DeadAfter(options))
            contact.Forget();
        if (contact.PingAt(options) <= turn.Now)
            Greet(turn, peer, contact, reply: true);
        contact.DropOverdue(turn.Now, options);
    }

    /// <summary>Sends bundle after bundle; the caller decides how many. Each number is the size of one that was sent.</summary>
    private IEnumerable<int> Pump(Turn turn, Did peer, Contact contact, int window)
    {
        foreach (var formed in Outbox.Formed(turn.Db, peer))
        {
            if (contact.UnderWay(formed) || !lanes.Flows(turn.Db, peer, formed.Stream, turn.Now))
                continue;
            // Nothing overtakes a bundle that waits for room: what comes behind it would fill the window again and again.
            if (!contact.HasRoom(formed.Bytes, window))
            {
                AwaitsReceipts = true;
                yield break;
            }
            Send(turn, peer, contact, formed, Outbox.Load(turn.Db, peer, formed.Stream, formed.Seq));
            yield return formed.Bytes;
        }
        while (contact.HasRoom(options.FillTo, window) && outbox.FormNext(turn, peer, contact.Pace) is { } made)
        {
            Traffic.Add(turn, peer, Traffic.StatementsSent, made.Statements);
            Send(turn, peer, contact, made.Bundle, made.Raw);
            yield return made.Raw.Length;
        }
        AwaitsReceipts |= !contact.HasRoom(options.FillTo, window);
    }

    private static void Send(Turn turn, Did peer, Contact contact, FormedBundle formed, byte[] bytes)
    {
        contact.Sent(formed, turn.Now);
        Traffic.Add(turn, peer, Traffic.BundlesSent, 1);
        Traffic.Add(turn, peer, Traffic.BytesSent, bytes.Length);
        var cls = Lanes.ClassOf(formed.Stream) ?? DataClass.Shared;
        turn.Emit(new SendOnLink(peer, TopicKind.Data, cls.ToWire(), bytes));
    }

    private static Moment? Earlier(Moment? a, Moment? b) =>
        a is null ? b
        : b is null || a <= b ? a
        : b;
}

/// <summary>What custody says of this node in its haves, and whom it tells of a new contact.</summary>
public sealed record CustodyVoice(string Boot, string ContractVersion, string Release, Action<Turn, Did, HaveBody> Contacted);

/// <summary>One frame that a courier takes along; <paramref name="Seq"/> is that of the bundle, or the last one of the receipt.</summary>
public sealed record CarriedFrame(TopicKind Kind, int Stream, long Seq, byte[] Bytes);
