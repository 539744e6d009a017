using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Sync;

/// <summary>
/// Carries the custody protocol with every peer: keeps the window full, answers bundles with receipts after the commit, exchanges haves on contact and as a
/// sign of life, sends again what stays without a receipt. What must survive is in the tables; what is here is lost with a crash and made again from
/// haves.
/// </summary>
public sealed class Custody(Signer signer, VerifyGate gate, Outbox outbox, Inbox inbox, SyncOptions options, CustodyVoice voice)
{
    private readonly SortedDictionary<Did, Contact> _contacts = [];
    private Moment _looked;

    /// <summary>The highest stream that may form and send bundles now; a cabinet on battery holds some back. Receipts and haves always go.</summary>
    public Func<Moment, int> Reach { get; set; } = _ => DataMap.Streams;

    /// <summary>Peers whose have arrived on a live link, in order of DID.</summary>
    public IEnumerable<Did> Ready => _contacts.Where(c => c.Value.Ready).Select(c => c.Key);

    public bool IsReady(Did peer) => _contacts.TryGetValue(peer, out var contact) && contact.Ready;

    /// <summary>A peer was enrolled, or is again after a restart: from now on its frames are taken.</summary>
    public void Welcome(Did peer, Moment now) => _contacts.TryAdd(peer, new Contact(now));

    /// <summary>The peering has ended: nothing is taken from it or sent to it any more.</summary>
    public void Dismiss(Did peer) => _contacts.Remove(peer);

    public void LinkUp(Turn turn, Did peer)
    {
        if (!_contacts.TryGetValue(peer, out var contact))
            return;
        contact.LinkUp = true;
        Greet(turn, peer, contact, reply: true);
    }

    public void LinkDown(Did peer)
    {
        if (!_contacts.TryGetValue(peer, out var contact))
            return;
        contact.LinkUp = false;
        contact.Forget();
    }

    /// <summary>A bundle arrived. This is where it is acknowledged: the receipt is an effect, so it leaves after the commit of this step.</summary>
    public void Data(Turn turn, Did peer, byte[] raw)
    {
        if (!_contacts.TryGetValue(peer, out var contact))
        {
            SetAside.CountRefusal(turn, peer, "peer.not_enrolled");
            return;
        }
        Traffic.Add(turn, peer, Traffic.BytesReceived, raw.Length);
        switch (inbox.Take(turn, peer, raw, out var stream, out var seq))
        {
            case Arrival.Taken:
            case Arrival.Again:
                contact.Heard(turn.Now);
                contact.Owe(stream, seq);
                break;
            case Arrival.Gap:
                // Told once per step at most, and not while the sender is still answering the last telling.
                contact.TellHave = true;
                break;
            default:
                break;
        }
    }

    public void Receipt(Turn turn, Did peer, byte[] raw)
    {
        if (Control(turn, peer, Kinds.Receipt, raw, out var contact) is not { } frame)
            return;
        if (WireJson.Read(frame.Body.Span, WireJson.Default.ReceiptBody) is not { } receipt)
        {
            SetAside.CountRefusal(turn, peer, "receipt.malformed");
            return;
        }
        contact.Heard(turn.Now);
        Traffic.Add(turn, peer, Traffic.ReceiptsReceived, 1);
        outbox.Take(turn, peer, receipt);
        contact.Landed(receipt);
    }

    public void Have(Turn turn, Did peer, byte[] raw)
    {
        if (Control(turn, peer, Kinds.Have, raw, out var contact) is not { } frame)
            return;
        if (WireJson.Read(frame.Body.Span, WireJson.Default.HaveBody) is not { } have)
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
    /// The end of each step: receipts that are owed, then new bundles while the window has room, resends that are due, signs of life.
    /// </summary>
    public void Flush(Turn turn)
    {
        _looked = turn.Now;
        foreach (var (peer, contact) in _contacts)
        {
            contact.NotBefore(turn.Now);
            PayReceipts(turn, peer, contact);
            Watch(turn, peer, contact);
            if (contact.Ready)
                Pump(turn, peer, contact);
        }
    }

    /// <summary>When <see cref="Flush"/> has something to do again.</summary>
    public Moment? NextDue(Db db)
    {
        Moment? due = null;
        foreach (var (peer, contact) in _contacts)
        {
            due = Earlier(due, contact.PingAt(options));
            if (!contact.Ready)
                continue;
            due = Earlier(due, contact.RetransmitAt(options));
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
    private static void Reconcile(Turn turn, Did peer, Contact contact, HaveBody have, bool fresh)
    {
        if (fresh)
        {
            contact.Rewind();
            foreach (var formed in Outbox.Formed(turn.Db, peer))
            {
                // What the peer has waits for its receipt, which our own have asked for; only the rest is sent.
                if (formed.Seq <= (have.Streams.FirstOrDefault(s => s.Stream == formed.Stream)?.Seq ?? 0))
                    contact.Sent(formed, turn.Now);
            }
            return;
        }
        foreach (var stream in Outbox.Open(turn.Db, peer))
        {
            var there = have.Streams.FirstOrDefault(s => s.Stream == stream.Stream)?.Seq ?? 0;
            contact.RewindAfter(stream.Stream, there, turn.Now);
        }
    }

    private void Greet(Turn turn, Did peer, Contact contact, bool reply)
    {
        contact.Greeted = turn.Now;
        var body = new HaveBody(
            voice.Boot,
            voice.ContractVersion,
            voice.Release,
            reply,
            Inbox.Have(turn.Db, peer),
            Outbox.Open(turn.Db, peer)
        );
        turn.Emit(
            new SendOnLink(
                peer,
                TopicKind.Have,
                "control",
                Wire.Control.Sign(signer, Kinds.Have, peer, WireJson.Write(body, WireJson.Default.HaveBody))
            )
        );
    }

    private void PayReceipts(Turn turn, Did peer, Contact contact)
    {
        if (contact.TellHave)
        {
            contact.TellHave = false;
            // Without contact the peer's have is needed as well: it may think that we have had it.
            Greet(turn, peer, contact, reply: !contact.Ready);
        }
        foreach (var (stream, first, last) in contact.TakeOwed())
        {
            var body = Inbox.ReceiptFor(turn.Db, peer, stream, first, last);
            var frame = Wire.Control.Sign(signer, Kinds.Receipt, peer, WireJson.Write(body, WireJson.Default.ReceiptBody));
            turn.Emit(new SendOnLink(peer, TopicKind.Receipt, "control", frame));
            Traffic.Add(turn, peer, Traffic.ReceiptsSent, 1);
        }
    }

    private void Watch(Turn turn, Did peer, Contact contact)
    {
        if (contact.Ready && turn.Now - contact.LastHeard > options.DeadAfter)
            contact.Forget();
        if (contact.PingAt(options) <= turn.Now)
            Greet(turn, peer, contact, reply: true);
        contact.DropOverdue(turn.Now, options);
    }

    private void Pump(Turn turn, Did peer, Contact contact)
    {
        var reach = Reach(turn.Now);
        foreach (var formed in Outbox.Formed(turn.Db, peer))
        {
            if (contact.UnderWay(formed) || formed.Stream > reach)
                continue;
            // Nothing overtakes a bundle that waits for room: what comes behind it would fill the window again and again.
            if (!contact.HasRoom(formed.Bytes, options))
                return;
            Send(turn, peer, contact, formed);
        }
        while (contact.HasRoom(options.FillTo, options) && outbox.FormNext(turn, peer, reach) is { } formed)
        {
            var statements = turn.Db.Number(
                "SELECT count(*) FROM outbox WHERE peer = $1 AND stream = $2 AND bundle_seq = $3",
                peer.Value,
                formed.Stream,
                formed.Seq
            );
            Traffic.Add(turn, peer, Traffic.StatementsSent, statements);
            Send(turn, peer, contact, formed);
        }
    }

    private static void Send(Turn turn, Did peer, Contact contact, FormedBundle formed)
    {
        contact.Sent(formed, turn.Now);
        var bytes = Outbox.Load(turn.Db, peer, formed.Stream, formed.Seq);
        Traffic.Add(turn, peer, Traffic.BundlesSent, 1);
        Traffic.Add(turn, peer, Traffic.BytesSent, bytes.Length);
        turn.Emit(new SendOnLink(peer, TopicKind.Data, "shared", bytes));
    }

    private static Moment? Earlier(Moment? a, Moment? b) =>
        a is null ? b
        : b is null || a <= b ? a
        : b;
}

/// <summary>What custody says of this node in its haves, and whom it tells of a new contact.</summary>
public sealed record CustodyVoice(string Boot, string ContractVersion, string Release, Action<Turn, Did, HaveBody> Contacted);
