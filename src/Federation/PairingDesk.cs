using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>Post a pairing frame to another cabinet's pairing door; its answer comes back as an input.</summary>
public sealed record PairSend(string Address, int PairPort, string Kind, byte[] Bytes) : Effect;

/// <summary>Let this certificate in at our broker and keep a link to the peer.</summary>
public sealed record OpenPeer(Did Did, string Address, int Port, byte[] Certificate) : Effect;

/// <summary>Every peer known from before is open: what a relay has kept may come.</summary>
public sealed record OpenRelay : Effect;

/// <summary>Cut: certificate and rights out, links closed.</summary>
/// <param name="Did">The peer.</param>
/// <param name="ForNow">It may be opened again soon: the others' links are not to suffer from it.</param>
public sealed record CutPeer(Did Did, bool ForNow = false) : Effect;

/// <summary>What this node says of itself in pairing frames.</summary>
public sealed record NodeCard(
    Identity Identity,
    string Name,
    byte[] Certificate,
    string Operator,
    string Address,
    int Port,
    int PairPort,
    string Release
);

public sealed record PairingOptions
{
    public static PairingOptions Default { get; } = new();

    /// <summary>First wait before an unanswered frame is sent again; doubled up to <see cref="RetryMax"/> (default: 1 s).</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait between tries (default: 1 h).</summary>
    public TimeSpan RetryMax { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Tries before a frame is given up and the steward is told (default: 200).</summary>
    public int MaxTries { get; init; } = 200;

    /// <summary>Requests of others that may wait for our steward (default: 16).</summary>
    public int MaxWaiting { get; init; } = 16;
}

/// <summary>Outcome of a steward's act or of a frame: refused with a code and a sentence, or done.</summary>
public readonly record struct PairingAnswer(string Code, string Text)
{
    public static PairingAnswer Done { get; } = new("", "");

    public bool IsDone => Code.Length == 0;
}

/// <summary>What the rest of the node does when a peering changes, in the same transaction.</summary>
/// <param name="Opened">Exchange begins, or goes on.</param>
/// <param name="Cut">The peering has ended: what waits for the peer is set aside.</param>
/// <param name="Held">The peering is suspended: what waits stays.</param>
public sealed record PeeringActs(Action<Turn, Did> Opened, Action<Turn, Did> Cut, Action<Turn, Did> Held);

/// <summary>
/// Brings two cabinets together: request, accept, decline, suspend, end. Frames are signed, bound to the TLS key that brought them, repeated until answered, and
/// idempotent. Two keys are pinned when both signatures under the same agreement are here. The comparison of a pairing code fits in before acceptance.
/// </summary>
public sealed class PairingDesk(
    NodeCard card,
    Signer signer,
    P256 p256,
    Entropy entropy,
    PairingOptions options,
    PeeringActs acts
)
{
    private static readonly PairingAnswer Unknown = new("peer.unknown", "No such neighbour cabinet is known here.");

    /// <summary>A steward asks the cabinet at an address for a peering.</summary>
    public PairingAnswer Request(Turn turn, string address, int pairPort)
    {
        if (address == card.Address && pairPort == card.PairPort)
            return new("peer.self", "This is our own cabinet.");
        Queue(turn, Kinds.PairingRequest, address, pairPort, "");
        return PairingAnswer.Done;
    }

    /// <summary>
    /// A steward asks the cabinet of a verified card for a peering, at each of its addresses: only that cabinet can answer. With a
    /// cabinet that is a peer already nothing is asked; the card says where it is now.
    /// </summary>
    public PairingAnswer Request(Turn turn, ManifestCard manifest)
    {
        var did = manifest.Identity.Did;
        var ways = manifest.Body.Endpoints.Where(MayBeCalled).ToList();
        if (ways.Count == 0)
            return new("card.no_address", "None of the addresses on this card can be reached from here.");
        if (PeerBook.Find(turn.Db, did) is { State: PeerState.Enrolled or PeerState.Suspended } peering)
            return Move(turn, peering, ways[0]);
        foreach (var way in ways)
            Queue(turn, Kinds.PairingRequest, way.Address, way.PairPort, did.Value);
        return PairingAnswer.Done;
    }

    /// <summary>A card of this cabinet under the given addresses, or why there is none.</summary>
    public (byte[]? Card, PairingAnswer Answer) IssueCard(Turn turn, IReadOnlyList<string> addresses, TimeSpan life)
    {
        if (turn.Now < Moment.EarliestSure)
            return (null, new("card.clock", "This cabinet's clock is not set, so a card could not say how long it holds."));
        if (life < TimeSpan.FromHours(1) || life > ManifestCard.MaxLife)
            return (null, new("card.life.malformed", "A card holds for at least an hour and at most a year."));
        ManifestEndpoint[] ways =
        [
            .. addresses
                .Distinct(StringComparer.Ordinal)
                .Select(a => new ManifestEndpoint(ManifestEndpoint.Ip, a, card.Port, card.PairPort)),
        ];
        if (ways.Length is 0 or > ManifestCard.MaxEndpoints || !Array.TrueForAll(ways, way => way.IsHost))
            return (
                null,
                new("card.address.malformed", $"A card names 1 to {ManifestCard.MaxEndpoints} IP addresses of this cabinet.")
            );
        var raw = ManifestCard.Sign(signer, Manifest(ways), turn.Now, turn.Now + life);
        return raw is null
            ? (null, new("card.too_long", "The names and addresses are too long for one card; please leave an address out."))
            : (raw, PairingAnswer.Done);
    }

    public PairingAnswer Accept(Turn turn, Did peer) => Decide(turn, peer, PeerEvent.AcceptedHere, "accepted by our steward");

    public PairingAnswer Decline(Turn turn, Did peer) => Decide(turn, peer, PeerEvent.DeclinedHere, "declined by our steward");

    /// <summary>Stops all exchange with the peer until a steward resumes it; nothing that waits is lost.</summary>
    /// <param name="turn">The step.</param>
    /// <param name="peer">The enrolled peer.</param>
    /// <param name="reason">Who did it and why, for the audit and the stewards' pages.</param>
    public PairingAnswer Suspend(Turn turn, Did peer, string reason) => Decide(turn, peer, PeerEvent.SuspendedHere, reason);

    public PairingAnswer Resume(Turn turn, Did peer) => Decide(turn, peer, PeerEvent.ResumedHere, "resumed by our steward");

    /// <summary>Ends the peering at once; the peer is told when it can be reached.</summary>
    public PairingAnswer End(Turn turn, Did peer) => Decide(turn, peer, PeerEvent.EndedHere, "ended by our steward");

    /// <summary>
    /// A frame came to our pairing door. Answers with the bytes to return; empty = refused, with the code counted. <paramref name="tlsSpki"/> is the key of
    /// the TLS client, which must be the one that signed.
    /// </summary>
    public (byte[] Answer, string Code) Receive(Turn turn, byte[] frame, string tlsSpki)
    {
        if (PairingMessage.Verify(frame, p256) is not { } message)
            return ([], "pairing.malformed");
        if (message.Spki != tlsSpki)
            return ([], "pairing.other_key");
        // A request by card, an agreement or an end is for one cabinet; whoever has its address now is told nothing more.
        if (message.Header.To.Length > 0 && message.Header.To != card.Identity.Did.Value)
            return ([], "pairing.other_cabinet");
        return message.Header.Kind switch
        {
            Kinds.PairingRequest => TakeRequest(turn, message),
            Kinds.PairingAgreement => TakeAgreement(turn, message),
            Kinds.PairingEnd => TakeEnd(turn, message),
            _ => ([], "pairing.kind"),
        };
    }

    /// <summary>The answer to a frame of ours; <paramref name="fault"/> when the other cabinet could not be reached or refused.</summary>
    public void TakeReply(Turn turn, string address, int pairPort, string kind, byte[] reply, string tlsSpki, string? fault)
    {
        if (fault is not null)
        {
            SetFault(turn, address, pairPort, kind, fault);
            return;
        }
        var message = PairingMessage.Verify(reply, p256);
        if (message is null || message.Spki != tlsSpki)
            return;
        if (kind == Kinds.PairingRequest && !IsAwaited(turn, address, pairPort, message.Identity.Did))
        {
            SetFault(turn, address, pairPort, kind, "another cabinet answered at this address");
            return;
        }
        turn.Db.Run("DELETE FROM pairing WHERE address = $1 AND pair_port = $2 AND kind = $3", address, pairPort, kind);
        // Asked by card at several addresses: one answer is enough.
        turn.Db.Run("DELETE FROM pairing WHERE peer = $1 AND kind = $2", message.Identity.Did.Value, Kinds.PairingRequest);
        if (kind == Kinds.PairingRequest)
            TakeCard(turn, message with { Body = message.Body with { Address = address, PairPort = pairPort } });
        if (kind == Kinds.PairingAgreement && message.Header.Kind == Kinds.PairingAgreement)
            TakeAgreement(turn, message);
    }

    /// <summary>Sends what is due again.</summary>
    public void Due(Turn turn)
    {
        var due = turn.Db.All(
            // A wait beyond the longest was set by a clock that has been set back since.
            "SELECT id, address, pair_port, kind, peer, tries FROM pairing WHERE next_at <= $1 OR next_at > $2 ORDER BY id LIMIT 16",
            r => (Id: r.Long(0), Address: r.Text(1), Port: r.Int(2), Kind: r.Text(3), Peer: r.Text(4), Tries: r.Int(5)),
            turn.Now.Ms,
            (turn.Now + options.RetryMax).Ms
        );
        foreach (var row in due)
        {
            if (row.Tries >= options.MaxTries)
            {
                turn.Db.Run("DELETE FROM pairing WHERE id = $1", row.Id);
                continue;
            }
            var wait = Math.Min(
                options.RetryMax.TotalMilliseconds,
                options.Retry.TotalMilliseconds * Math.Pow(2, Math.Min(row.Tries, 20))
            );
            turn.Db.Run(
                "UPDATE pairing SET tries = tries + 1, next_at = $2 WHERE id = $1",
                row.Id,
                (turn.Now + TimeSpan.FromMilliseconds(wait)).Ms
            );
            turn.Emit(new PairSend(row.Address, row.Port, row.Kind, Frame(turn.Db, row.Kind, row.Peer)));
        }
    }

    public static Moment? NextDue(Db db) =>
        db.One("SELECT min(next_at) FROM pairing", r => r.LongOrNull(0)) is { } at ? new Moment(at) : null;

    private PairingAnswer Decide(Turn turn, Did peer, PeerEvent happened, string audit)
    {
        if (PeerBook.Find(turn.Db, peer) is not { } peering)
            return Unknown;
        if (PeerLifecycle.Apply(peering.State, happened) is not { } step)
            return new("peer.not_now", $"The peering with {peering.Name} is {peering.State.Word()}; this cannot be done now.");
        Audit.Write(turn, peer, "peering." + happened, audit);
        Carry(turn, peering, step, audit);
        return PairingAnswer.Done;
    }

    private (byte[] Answer, string Code) TakeRequest(Turn turn, PairingMessage message)
    {
        if (message.Body.ContractHash != PeeringContract.Current.Hash)
            return ([], "peer.contract_mismatch");
        var known = PeerBook.Find(turn.Db, message.Identity.Did);
        var waiting = turn.Db.Number("SELECT count(*) FROM peering WHERE state = 'proposed' AND requested_by = 'them'");
        if (known is null && waiting >= options.MaxWaiting)
            return ([], "peer.too_many_requests");
        if (known is not null && known.Spki != message.Spki)
            return ([], "peer.changed_key");
        Happen(turn, message, known, PeerEvent.RequestedThere, "asked for a peering");
        return (Frame(turn.Db, Kinds.PairingCard, message.Identity.Did.Value), "");
    }

    /// <summary>The card of the cabinet that our steward asked: now we know who it is, and the request stands.</summary>
    private void TakeCard(Turn turn, PairingMessage message)
    {
        if (message.Header.Kind != Kinds.PairingCard || message.Identity.Did == card.Identity.Did)
            return;
        var known = PeerBook.Find(turn.Db, message.Identity.Did);
        if (known is not null && known.Spki != message.Spki)
            return;
        if (message.Body.ContractHash == PeeringContract.Current.Hash)
            Happen(turn, message, known, PeerEvent.RequestedHere, "our request arrived");
    }

    private (byte[] Answer, string Code) TakeAgreement(Turn turn, PairingMessage message)
    {
        var did = message.Identity.Did;
        if (PeerBook.Find(turn.Db, did) is not { } peering || peering.Spki != message.Spki)
            return ([], "peer.unknown");
        if (message.Body.Agreement != AgreementWith(message.Identity))
            return ([], "peer.contract_mismatch");
        if (PeerLifecycle.Apply(peering.State, PeerEvent.AgreementVerified) is not { } step)
            return ([], "peer.not_accepted");
        if (peering.State != step.Next)
            Audit.Write(
                turn,
                did,
                "peering.agreed",
                $"contract {message.Body.ContractVersion} {message.Body.ContractHash}, signed by both"
            );
        PeerBook.SetAgreement(turn, did, message.Body.Agreement);
        turn.Db.Run("DELETE FROM pairing WHERE peer = $1 AND kind = $2", did.Value, Kinds.PairingAgreement);
        Carry(turn, peering, step, "both signatures are here");
        return (Frame(turn.Db, Kinds.PairingAgreement, did.Value), "");
    }

    private (byte[] Answer, string Code) TakeEnd(Turn turn, PairingMessage message)
    {
        var did = message.Identity.Did;
        if (PeerBook.Find(turn.Db, did) is not { } peering || peering.Spki != message.Spki)
            return ([], "peer.unknown");
        var happened = peering.State is PeerState.Enrolled or PeerState.Suspended
            ? PeerEvent.EndedThere
            : PeerEvent.DeclinedThere;
        if (PeerLifecycle.Apply(peering.State, happened) is { } step)
        {
            Audit.Write(turn, did, "peering." + happened, message.Body.Reason ?? "");
            Carry(turn, peering, step, message.Body.Reason ?? "ended by the neighbour");
        }
        return (Frame(turn.Db, Kinds.PairingCard, did.Value), "");
    }

    private static void SetFault(Turn turn, string address, int pairPort, string kind, string fault) =>
        turn.Db.Run(
            "UPDATE pairing SET fault = $4 WHERE address = $1 AND pair_port = $2 AND kind = $3",
            address,
            pairPort,
            kind,
            fault
        );

    /// <summary>True unless the request was made by the card of another cabinet.</summary>
    private static bool IsAwaited(Turn turn, string address, int pairPort, Did answering) =>
        turn.Db.Text(
            "SELECT peer FROM pairing WHERE address = $1 AND pair_port = $2 AND kind = $3",
            address,
            pairPort,
            Kinds.PairingRequest
        )
            is not { Length: > 0 } awaited
        || awaited == answering.Value;

    /// <summary>A card's addresses are a stranger's word: our own doors are not called, and loopback only by a cabinet that lives there.</summary>
    private bool MayBeCalled(ManifestEndpoint way) =>
        way.IsHost
        && !(way.Address == card.Address && way.PairPort == card.PairPort)
        && (!IsLoopback(way.Address) || IsLoopback(card.Address));

    private static bool IsLoopback(string address) =>
        System.Net.IPAddress.TryParse(address, out var ip) && System.Net.IPAddress.IsLoopback(ip);

    /// <summary>The card is signed by the key that the DID stands for, and the link still asks for the pinned one.</summary>
    private static PairingAnswer Move(Turn turn, Peering peering, ManifestEndpoint to)
    {
        PeerBook.Move(turn, peering.Did, to.Address, to.Port, to.PairPort);
        Audit.Write(turn, peering.Did, "peering.moved", $"a card says {to.Address}");
        if (peering.State == PeerState.Enrolled)
            turn.Emit(new OpenPeer(peering.Did, to.Address, to.Port, peering.Certificate));
        turn.Emit(new PageChanged(PageChanged.Stewards));
        return PairingAnswer.Done;
    }

    private ManifestBody Manifest(ManifestEndpoint[] ways) =>
        new(
            card.Name,
            Convert.ToBase64String(card.Identity.Genesis),
            card.Operator,
            card.Release,
            PeeringContract.Current.Version,
            PeeringContract.Current.Hash,
            Statement.Version,
            Statement.Version,
            ways
        );

    private void Happen(Turn turn, PairingMessage message, Peering? known, PeerEvent happened, string audit)
    {
        var state = known?.State ?? PeerState.None;
        if (PeerLifecycle.Apply(state, happened) is not { } step)
            return;
        Identities.Put(turn, message.Identity, message.Identity.Did);
        PeerBook.Put(turn, message, step.Next);
        if (step.Next != state)
            Audit.Write(turn, message.Identity.Did, "peering." + happened, audit);
        Carry(turn, PeerBook.Find(turn.Db, message.Identity.Did)!, (step.Next, step.Acts & ~PeerActs.SendRequest), audit);
    }

    private void Carry(Turn turn, Peering peering, (PeerState Next, PeerActs Acts) step, string reason)
    {
        if (peering.State != step.Next)
            PeerBook.SetState(turn, peering.Did, step.Next, reason);
        DropOvertaken(turn, peering.Did, step.Next);
        if (step.Acts.HasFlag(PeerActs.SendAgreement))
            Queue(turn, Kinds.PairingAgreement, peering.Address, peering.PairPort, peering.Did.Value);
        if (step.Acts.HasFlag(PeerActs.SendEnd))
            Queue(turn, Kinds.PairingEnd, peering.Address, peering.PairPort, peering.Did.Value);
        if (step.Acts.HasFlag(PeerActs.Open))
        {
            turn.Emit(new OpenPeer(peering.Did, peering.Address, peering.Port, peering.Certificate));
            acts.Opened(turn, peering.Did);
        }
        if (step.Acts.HasFlag(PeerActs.Cut))
        {
            turn.Emit(new CutPeer(peering.Did));
            acts.Cut(turn, peering.Did);
        }
        if (step.Acts.HasFlag(PeerActs.Hold))
        {
            turn.Emit(new CutPeer(peering.Did, ForNow: true));
            acts.Held(turn, peering.Did);
        }
        turn.Emit(new PageChanged(PageChanged.Stewards));
    }

    /// <summary>
    /// A frame that is still being repeated must not undo what came after it: an end does not outlive a new beginning, nor an agreement an end.
    /// </summary>
    private static void DropOvertaken(Turn turn, Did peer, PeerState now)
    {
        var overtaken = now is PeerState.Declined or PeerState.Revoked ? Kinds.PairingAgreement : Kinds.PairingEnd;
        turn.Db.Run("DELETE FROM pairing WHERE peer = $1 AND kind = $2", peer.Value, overtaken);
    }

    private void Queue(Turn turn, string kind, string address, int pairPort, string peer)
    {
        turn.Db.Run(
            "INSERT INTO pairing (address, pair_port, kind, peer, next_at) VALUES ($1, $2, $3, $4, $5) "
                + "ON CONFLICT (address, pair_port, kind) DO UPDATE SET peer = $4, tries = 0, next_at = $5, fault = NULL",
            address,
            pairPort,
            kind,
            peer,
            turn.Now.Ms
        );
        Due(turn);
    }

    private byte[] Frame(Db db, string kind, string peer)
    {
        var agreement = kind == Kinds.PairingAgreement ? AgreementWith(KnownPeer(db, new Did(peer))) : null;
        var reason = kind == Kinds.PairingEnd ? "ended by the stewards" : null;
        var contract = PeeringContract.Current;
        var body = new PairingBody(
            card.Name,
            Convert.ToBase64String(card.Identity.Genesis),
            Convert.ToBase64String(card.Certificate),
            contract.Version,
            contract.Hash,
            Statement.Version,
            Statement.Version,
            card.Release,
            card.Operator,
            card.Address,
            card.Port,
            card.PairPort,
            agreement,
            reason
        );
        return PairingMessage.Sign(signer, kind, peer, body, entropy);
    }

    private string AgreementWith(Identity peer) =>
        PeeringContract.Agreement(PeeringContract.Current.Version, PeeringContract.Current.Hash, card.Identity, peer);

    private Identity KnownPeer(Db db, Did did)
    {
        var identity = Identity.Verify(Identities.Genesis(db, did), p256);
        Invariant.Hold(identity is not null, $"the genesis of {did} was verified before it was kept");
        return identity;
    }
}
