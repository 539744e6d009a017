using EdgeNode.Federation;
using EdgeNode.Matching;
using EdgeNode.Matching.Words;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Sync.Blobs;
using EdgeNode.Wire;

namespace EdgeNode.Appliance;

/// <summary>How a node is set up; waits are options so that the demo and the simulator can shorten them.</summary>
public sealed record NodeOptions
{
    public static NodeOptions Default { get; } = new();

    public SyncOptions Sync { get; init; } = SyncOptions.Default;
    public BlobOptions Blobs { get; init; } = BlobOptions.Default;
    public ExchangeOptions Exchange { get; init; } = ExchangeOptions.Default;
    public PairingOptions Pairing { get; init; } = PairingOptions.Default;
    public FindingOptions Finding { get; init; } = FindingOptions.Default;

    /// <summary>How long one address of a silent peer is tried before the next (default: 20 s).</summary>
    public TimeSpan TryRoadFor { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A peer that floods for so long without a pause is suspended; null = never (default: 5 s).</summary>
    public TimeSpan? FloodPatience { get; init; } = FloodWatch.DefaultPatience;

    /// <summary>On battery bundles are formed in windows of this length (default: 1 min).</summary>
    public TimeSpan SyncWindow { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Longest ring that matching looks for (default: 3).</summary>
    public int PlanCap { get; init; } = 3;

    /// <summary>A matching run starts by itself when nothing changed for this long; null = only by a steward's command (default: 10 min).</summary>
    public TimeSpan? PlanQuiet { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>
/// A cabinet's mind: <see cref="Step"/> takes a batch of inputs and the time, writes one transaction, and returns the effects for the shell to perform after
/// its commit. Synchronous and deterministic; the same class runs in the cabinet and in the simulator.
/// </summary>
public sealed class Node : IDisposable
{
    /// <summary>The parts of the database, in the order of their layers.</summary>
    public static IReadOnlyList<StoreModule> Modules { get; } =
    [NodeState.Module, Statements.Module, Items.Module, Identities.Module];

    private readonly Db _db;
    private readonly NodeState _state;
    private readonly Signer _signer;
    private readonly Entropy _entropy;
    private readonly Lanes _lanes = new();
    private readonly LaneDesk _laneDesk;
    private readonly Outbox _outbox;
    private readonly Custody _custody;
    private readonly PairingDesk _pairing;
    private readonly Listings _listings;
    private readonly Exchange _exchange;
    private readonly Proposer _proposer;
    private readonly Finding _finding;
    private readonly Schedule _schedule;
    private readonly PeerRoads _roads;
    private readonly PowerDesk _power;
    private readonly CourierDesk _courier;
    private readonly Pictures _pictures;
    private readonly BlobDesk _blobs;
    private readonly FloodWatch _floods;
    private readonly P256 _p256 = new();
    private readonly VerifyGate _gate;
    private Moment _looked;

    /// <param name="db">The writer; the node owns it from here on.</param>
    /// <param name="key">The node's key.</param>
    /// <param name="card">What the node says of itself when pairing.</param>
    /// <param name="entropy">The only source of randomness.</param>
    /// <param name="options">Waits and bounds.</param>
    /// <param name="sealer">Opens what was sealed to this node.</param>
    public Node(Db db, NodeKey key, NodeCard card, Entropy entropy, NodeOptions options, Sealer sealer)
    {
        (_db, _entropy) = (db, entropy);
        Did = card.Identity.Did;
        _state = new NodeState(db);
        _signer = new Signer(Did, key, _state.Epoch, _state.NextHlc);
        var known = new KnownKeys(db);
        var gate = _gate = new VerifyGate(Did, _p256, (did, k) => did == Did ? k == key.PublicKey : known.IsValid(did, k));
        _outbox = new Outbox(_signer, options.Sync, _lanes);
        _laneDesk = new LaneDesk(_lanes, _outbox, () => Hlc.TimeOf(_state.NextHlc()));
        var replicates = options.Finding.Mode == FindingMode.Replicate;
        _listings = new Listings(_signer, _outbox, entropy, replicates);
        _pictures = new Pictures(_signer, _outbox, replicates);
        var speaker = new ChainSpeaker(_signer, _outbox);
        bool InTouch(Did peer) => _custody!.IsReady(peer);
        _exchange = new Exchange(speaker, gate, options.Exchange, InTouch, _listings.Spent, _listings.Present);
        _finding = new Finding(speaker, entropy, options.Finding, options.PlanCap, InTouch);
        _outbox.OnReceipted = WhenReceipted;
        var inbox = new Inbox(gate, options.Sync, _lanes, Apply);
        var voice = new CustodyVoice(entropy.Hex(8), PeeringContract.Current.Version, card.Release, WhenContacted);
        _custody = new Custody(_signer, gate, _outbox, inbox, _lanes, options.Sync, voice);
        var acts = new PeeringActs(WhenOpened, WhenCut, WhenHeld);
        _pairing = new PairingDesk(card, _signer, _p256, entropy, options.Pairing, acts);
        _floods = new FloodWatch(options.FloodPatience);
        _proposer = new Proposer(Did, _exchange, entropy, options.Exchange, options.PlanCap, _finding.Search)
        {
            Finding = options.Finding,
        };
        _schedule = new Schedule(options.PlanQuiet, _finding.SearchEvery);
        _roads = new PeerRoads(_custody.IsReady, options.TryRoadFor);
        _power = new PowerDesk(_signer, _outbox, options.SyncWindow);
        _custody.Reach = _power.Reach;
        _courier = new CourierDesk(_custody, sealer);
        _blobs = new BlobDesk(Did, _custody, _lanes, _pictures, options.Blobs);
        Card = card;
    }

    public Did Did { get; }
    public NodeCard Card { get; }

    /// <summary>More waits for some peer than its window holds: the next receipt lets it go.</summary>
    public bool AwaitsReceipts => _custody.AwaitsReceipts;

    /// <summary>Peers whose have has come on a live link in this run.</summary>
    public IEnumerable<Did> InContact => _custody.Ready;

    /// <summary>
    /// One transaction for the batch. Effects are returned only after its commit; when the disk refuses, everything is taken back and the exception says so:
    /// nobody was told anything.
    /// </summary>
    public IReadOnlyList<Effect> Step(ReadOnlySpan<NodeInput> inputs, Moment now)
    {
        var turn = new Turn(_db, now);
        _looked = now;
        _db.Begin();
        try
        {
            _state.Begin(turn);
            foreach (var input in inputs)
                Take(turn, input);
            _exchange.Due(turn);
            _pairing.Due(turn);
            _roads.Due(turn);
            _proposer.Due(turn);
            if (_power.MayPlan(now) && _schedule.IsDue(turn))
                StartPlan(turn);
            _finding.Due(turn);
            _blobs.Due(turn);
            _custody.Flush(turn);
            _state.Save(turn);
            _db.Commit();
        }
        catch
        {
            _db.Rollback();
            throw;
        }
        return turn.Effects;
    }

    /// <summary>When the node wants to be stepped again, derived from the tables; null = only for an input.</summary>
    public Moment? NextDue()
    {
        Moment?[] dues =
        [
            _custody.NextDue(_db),
            _exchange.NextDue(_db),
            PairingDesk.NextDue(_db),
            _power.PlanDue(_schedule.NextDue()),
            _finding.NextDue(),
            _proposer.NextDue(),
            _roads.NextDue(),
            _power.NextDue(_looked),
            _blobs.NextDue(_db),
        ];
        return dues.Min(d => d);
    }

    private void Take(Turn turn, NodeInput input)
    {
        switch (input)
        {
            case Started:
                Start(turn);
                break;
            case Asked asked:
                turn.Emit(new Reply(asked.Ticket, Do(turn, asked.Command)));
                break;
            case LinkUp up:
                _custody.LinkUp(turn, up.Peer, up.Stored);
                break;
            case LinkDown down:
                _custody.LinkDown(down.Peer);
                _roads.Lost(down.Peer, turn.Now);
                turn.Emit(new PageChanged(PageChanged.Everybody));
                break;
            case Received received:
                TakeBytes(turn, received);
                break;
            case Flooded { Dropped: > 0 } flooded:
                TakeFlood(turn, flooded);
                break;
            case Seen seen:
                TakeSeen(turn, seen);
                break;
            case Gone gone:
                TakeGone(turn, gone);
                break;
            case PairReply reply:
                _pairing.TakeReply(turn, reply.Address, reply.PairPort, reply.Kind, reply.Bytes, reply.TlsSpki, reply.Fault);
                break;
            case DiskMeasured disk:
                if (_lanes.Measure(turn, disk.Free, disk.Total))
                    turn.Emit(new PageChanged(PageChanged.Stewards));
                break;
            case PlanReady { Plan: { } plan } ready:
                _proposer.Take(turn, ready.PlanId, plan);
                break;
            case PlanReady failed:
                Proposer.TakeFailure(turn, failed.PlanId, failed.Fault ?? "failed");
                break;
            case PowerChanged changed:
                _power.Take(turn, changed);
                break;
            case PowerMinute minute:
                PowerHistory.Put(turn, minute.Facts);
                break;
            case BlobFetched or BlobDropped or BlobLost:
                _blobs.Take(turn, input);
                break;
            case Flooded or TimerDue:
                break;
            default:
                throw new InvariantException($"no handler for {input.GetType().Name}");
        }
    }

    /// <summary>
    /// What is beyond a peer's share was dropped unseen, and it sends on: who goes on so is suspended, for cutting costs work as well. A steward may resume the peering.
    /// </summary>
    private void TakeFlood(Turn turn, Flooded flooded)
    {
        SetAside.CountRefusal(turn, flooded.Peer, "peer.flood", flooded.Dropped);
        if (!flooded.Proven || !PeerBook.IsEnrolled(turn.Db, flooded.Peer) || !_floods.GoesOn(flooded.Peer, turn.Now))
            return;
        _pairing.Suspend(turn, flooded.Peer, $"flooded this cabinet for {_floods.Patience.TotalSeconds:0} s without a pause");
    }

    private static void TakeGone(Turn turn, Gone gone)
    {
        turn.Db.Run(
            "DELETE FROM discovered WHERE instance = $1 AND did13 = $2 AND port = $3 AND pair_port = $4",
            gone.Instance,
            gone.Did13,
            gone.Port,
            gone.PairPort
        );
        turn.Emit(new PageChanged(PageChanged.Stewards));
    }

    private void Start(Turn turn)
    {
        turn.Db.Run("DELETE FROM discovered");
        _power.Load(turn);
        Lanes.Begin(turn);
        Custody.Begin(turn);
        BlobBook.Begin(turn);
        Identities.Put(turn, Card.Identity, Did);
        if (Stewards.EnsureCode(turn, _entropy) is { } code)
            turn.Emit(new ShowStewardCode(code));
        foreach (var peer in PeerBook.Enrolled(turn.Db))
        {
            _custody.Welcome(peer.Did, turn.Now);
            turn.Emit(new OpenPeer(peer.Did, peer.Address, peer.Port, peer.Certificate));
            _listings.CatchUp(turn, peer.Did);
        }
        turn.Emit(new OpenRelay());
        _proposer.Resume(turn);
    }

    private void TakeBytes(Turn turn, Received received)
    {
        switch (received.Kind)
        {
            case TopicKind.Data:
                _custody.Data(turn, received.Peer, received.Bytes, foreseen: received.Foreseen);
                break;
            case TopicKind.Receipt:
                _custody.Receipt(turn, received.Peer, received.Bytes);
                break;
            default:
                _custody.Have(turn, received.Peer, received.Bytes);
                break;
        }
    }

    /// <summary>What a verified statement means; runs once per statement, in the transaction that takes its bundle over.</summary>
    private Verdict Apply(Turn turn, Statement statement, Did peer)
    {
        _state.Witness(statement.Hlc, turn.Now);
        switch (statement.Kind)
        {
            case Kinds.Identity:
                var introduced = Identities.Apply(turn, statement, _p256);
                _exchange.ItemsArrived(turn);
                return introduced;
            case Kinds.Offering or Kinds.Need or Kinds.Withdrawal:
                var listed = Listings.Apply(turn, statement);
                _schedule.Changed(turn.Now);
                _exchange.ItemsArrived(turn);
                turn.Emit(new PageChanged(PageChanged.Everybody));
                return listed;
            case Kinds.Picture or Kinds.BlobReceipt:
                turn.Emit(new PageChanged(PageChanged.Everybody));
                return _pictures.Apply(turn, statement);
            case Kinds.PowerNotice:
                return PowerBook.Apply(turn, statement);
            case Kinds.PartnerQuery or Kinds.PartnerAnswer or Kinds.PartnerSummary:
                return _finding.Apply(turn, statement);
            default:
                _finding.Changed();
                return _exchange.Apply(turn, statement);
        }
    }

    /// <summary>On a disk that is nearly full nothing new is kept; what ends or frees something still goes.</summary>
    private Answer Do(Turn turn, Command command)
    {
        _finding.Changed();
        return _lanes.Room == DiskRoom.ReadOnly && LaneDesk.NeedsRoom(command) ? LaneDesk.NoRoom : Obey(turn, command);
    }

    private Answer Obey(Turn turn, Command command) =>
        command switch
        {
            Join join => DoJoin(turn, join),
            Offer offer => DoOffer(turn, offer),
            Ask ask => DoAsk(turn, ask),
            Withdraw withdraw => DoWithdraw(turn, withdraw),
            AnswerRing answer => Told(_exchange.Answer(turn, answer.Act)),
            SettlePromise settle => Told(_exchange.Settle(turn, settle.Act, settle.Note)),
            RequestPeering request => Told(_pairing.Request(turn, request.Address, request.PairPort)),
            RequestByCard brought => DoCard(turn, brought),
            IssueCard issue => DoIssueCard(turn, issue),
            AcceptPeering accept => Told(_pairing.Accept(turn, accept.Peer)),
            DeclinePeering decline => Told(_pairing.Decline(turn, decline.Peer)),
            SuspendPeering suspend => Told(_pairing.Suspend(turn, suspend.Peer, "suspended by our steward")),
            ResumePeering resume => Told(_pairing.Resume(turn, resume.Peer)),
            EndPeering end => Told(_pairing.End(turn, end.Peer)),
            PlanNow => _power.MayPlan(turn.Now)
                ? Told(StartPlan(turn))
                : Answer.Refused(
                    "power.saving",
                    "The cabinet saves its battery; the search for rings goes on when mains is back."
                ),
            EditLoad edit => _power.Edit(turn, edit),
            StopCabinet stop => DoStop(turn, stop),
            GrantLane or PauseLane or CloseLane or SendAgain or DiscardAside => _laneDesk.Do(turn, command),
            PairFrame frame => DoPair(turn, frame),
            ShowPicture or ServeBlob or BlobServed => _blobs.Do(turn, command),
            CarryOut carry => _courier.Out(turn, carry),
            CarryIn carry => _courier.In(turn, carry),
            _ => throw new InvariantException($"no handler for {command.GetType().Name}"),
        };

    private ChainAnswer StartPlan(Turn turn)
    {
        _power.Planned(turn.Now);
        return _proposer.Start(turn);
    }

    private static Answer DoStop(Turn turn, StopCabinet stop)
    {
        if (!PowerNoticeBody.IsReason(stop.Why))
            return Answer.Refused("power.reason", "A stop is for maintenance, or because the household asks for it.");
        turn.Emit(new BeginStop(stop.Why, stop.BackAfter));
        return Answer.Done;
    }

    private Answer DoJoin(Turn turn, Join join)
    {
        if (Words.Refuse(join.Label, Residents.MaxLabel, "nickname") is { } refused)
            return refused;
        if (Residents.Count(turn.Db) >= Residents.MaxResidents)
            return Answer.Refused("resident.full", "This cabinet cannot take more residents.");
        var (did, code) = Residents.Join(turn, Did, join.Label.Trim(), join.Language, _entropy);
        turn.Emit(new PageChanged(PageChanged.Stewards));
        return Answer.Done with { Id = did.Value, Secret = code };
    }

    private Answer DoOffer(Turn turn, Offer offer)
    {
        if (Words.Refuse(offer.Title, Items.MaxTitle, "offering") is { } refused)
            return refused;
        if (!MayBeFiledUnder(offer.Category))
            return Answer.Refused(
                "item.category",
                $"A category has 1 to {Items.MaxCategory} characters and no spaces, and is no group."
            );
        if (Poster(turn, offer.Resident, offer.Capacity, offer.Share, out var resident, out var audience) is { } fault)
            return fault;
        if (Items.OfferingsOf(turn.Db, offer.Resident).Count >= Items.MaxPerResident)
            return Answer.Refused(
                "item.too_many",
                $"You have {Items.MaxPerResident} offerings already; please take one back first."
            );
        var id = _listings.Offer(turn, resident!, offer.Category, offer.Title.Trim(), offer.Capacity, audience);
        _schedule.Changed(turn.Now);
        turn.Emit(new PageChanged(offer.Resident.Value));
        turn.Emit(new PageChanged(PageChanged.Everybody));
        return Answer.Done with { Id = id };
    }

    private static bool MayBeFiledUnder(string category) =>
        Listings.IsCategory(category) && Taxonomy.Seed.Find(category) is not { IsGroup: true };

    private Answer DoAsk(Turn turn, Ask ask)
    {
        if (Words.Refuse(ask.Title, Items.MaxTitle, "need") is { } refused)
            return refused;
        var accepts = ask.Accepts.Distinct(StringComparer.Ordinal).ToArray();
        if (accepts.Length is 0 or > NeedBody.MaxAccepts || !Array.TrueForAll(accepts, MayBeFiledUnder))
            return Answer.Refused(
                "item.category",
                $"A need names 1 to {NeedBody.MaxAccepts} categories, each without spaces and none of them a group."
            );
        if (accepts.Sum(a => a.Length + 3) > DataMap.RuleOf(Kinds.Need)!.MaxBody - 2048)
            return Answer.Refused("item.too_long", "These categories are too long together; please name fewer.");
        if (Poster(turn, ask.Resident, ask.Capacity, ask.Share, out var resident, out var audience) is { } fault)
            return fault;
        if (Items.NeedsOf(turn.Db, ask.Resident).Count >= Items.MaxPerResident)
            return Answer.Refused("item.too_many", $"You have {Items.MaxPerResident} needs already; please take one back first.");
        var id = _listings.Need(turn, resident!, ask.Title.Trim(), accepts, ask.Capacity, audience);
        _schedule.Changed(turn.Now);
        turn.Emit(new PageChanged(ask.Resident.Value));
        turn.Emit(new PageChanged(PageChanged.Everybody));
        return Answer.Done with { Id = id };
    }

    /// <summary>Who posts and who may see it; an answer when something does not fit.</summary>
    private Answer? Poster(
        Turn turn,
        Did did,
        int capacity,
        Sharing share,
        out Resident? resident,
        out IReadOnlyList<Did> audience
    )
    {
        resident = Residents.Find(turn.Db, did);
        var enrolled = PeerBook.Enrolled(turn.Db).Select(p => p.Did).ToArray();
        audience = share.AllPeers ? enrolled : [.. share.Named.Distinct().Order()];
        if (resident is not { Active: true })
            return Answer.Refused("resident.unknown", "Please show your card again.");
        if (capacity is < 1 or > 1000)
            return Answer.Refused("item.capacity", "How often must be between 1 and 1000.");
        if (audience.Count > Statement.MaxAudience)
            return Answer.Refused(
                "item.audience",
                $"An item can be shared with at most {Statement.MaxAudience} neighbour cabinets; please name some."
            );
        if (audience.Any(peer => !_outbox.HasRoom(turn.Db, peer)))
            return Answer.Refused(
                "peer.queue_full",
                "Too much waits for a neighbour cabinet already; please try again when it has been in contact."
            );
        return audience.All(enrolled.Contains)
            ? null
            : Answer.Refused("peer.not_enrolled", "One of the cabinets you named is not a neighbour of this one.");
    }

    private Answer DoWithdraw(Turn turn, Withdraw withdraw)
    {
        if (
            Residents.Find(turn.Db, withdraw.Resident) is not { } resident
            || !_listings.Withdraw(turn, resident, withdraw.ItemId)
        )
            return Answer.Refused("item.unknown", "This is not one of your offerings or needs, or it was taken back already.");
        _exchange.ItemChanged(turn, withdraw.ItemId);
        _schedule.Changed(turn.Now);
        turn.Emit(new PageChanged(withdraw.Resident.Value));
        turn.Emit(new PageChanged(PageChanged.Everybody));
        return Answer.Done;
    }

    private Answer DoCard(Turn turn, RequestByCard brought)
    {
        var (card, code) = _gate.CheckCard(brought.Card, turn.Now);
        return card is null ? CardRefusal.Of(code) : Told(_pairing.Request(turn, card));
    }

    private Answer DoIssueCard(Turn turn, IssueCard issue)
    {
        var addresses = issue.Addresses.Count == 0 ? [Card.Address] : issue.Addresses;
        var (card, answer) = _pairing.IssueCard(turn, addresses, issue.Life);
        return card is null ? Told(answer) : Answer.Done with { Bytes = card };
    }

    private Answer DoPair(Turn turn, PairFrame frame)
    {
        var (bytes, code) = _pairing.Receive(turn, frame.Bytes, frame.TlsSpki);
        return code.Length == 0 ? Answer.Done with { Bytes = bytes } : Answer.Refused(code, "This pairing frame was refused.");
    }

    /// <summary>Discovery says where somebody claims to be: a hint. A peer's key stays pinned.</summary>
    private void TakeSeen(Turn turn, Seen seen)
    {
        if (seen.Did13 == Did.Short)
            return;
        turn.Db.Run(
            "INSERT INTO discovered (instance, did13, address, port, pair_port, seen) VALUES ($1, $2, $3, $4, $5, $6) "
                + "ON CONFLICT (instance, did13, port, pair_port) DO UPDATE SET address = $3, seen = $6",
            seen.Instance,
            seen.Did13,
            seen.Address,
            seen.Port,
            seen.PairPort,
            turn.Now.Ms
        );
        turn.Emit(new PageChanged(PageChanged.Stewards));
        _roads.Seen(turn, seen);
    }

    private void WhenReceipted(Turn turn, string statementId, string kind, Verdict verdict)
    {
        if (verdict.IsAccepted && kind == Kinds.ChainVote)
            _exchange.Receipted(turn, statementId);
        var poster = kind is Kinds.Offering or Kinds.Need ? Items.PosterOf(Statements.Get(turn.Db, statementId)) : null;
        turn.Emit(new PageChanged(poster?.Value ?? PageChanged.Stewards));
    }

    private void WhenContacted(Turn turn, Did peer, HaveBody have)
    {
        PeerBook.Contacted(turn, peer);
        _exchange.Contacted(turn, peer);
        _finding.Met(peer);
        BlobFetches.Met(turn, peer);
        turn.Emit(new PageChanged(PageChanged.Everybody));
    }

    private void WhenOpened(Turn turn, Did peer)
    {
        _custody.Welcome(peer, turn.Now);
        _laneDesk.Opened(turn, peer);
        BlobBook.SetLive(turn, peer, true);
        _listings.Reshare(turn, peer);
        _exchange.Welcome(turn, peer);
        _finding.Forget(peer);
        turn.Emit(new PageChanged(PageChanged.Everybody));
    }

    /// <summary>Rings that are under way with it wait, or end at their own deadline.</summary>
    private void WhenHeld(Turn turn, Did peer)
    {
        _custody.Dismiss(turn, peer);
        _floods.Forget(peer);
        _finding.Ended(turn, peer);
        turn.Emit(new PageChanged(PageChanged.Everybody));
    }

    private void WhenCut(Turn turn, Did peer)
    {
        _exchange.PeerEnded(turn, peer);
        _finding.Ended(turn, peer);
        _custody.Dismiss(turn, peer);
        _floods.Forget(peer);
        _outbox.Abandon(turn, peer, "peer.ended");
        _lanes.Drop(turn, peer);
        BlobBook.SetLive(turn, peer, false);
        turn.Emit(new PageChanged(PageChanged.Everybody));
    }

    private static Answer Told(ChainAnswer answer) => answer.IsDone ? Answer.Done : Answer.Refused(answer.Code, answer.Text);

    private static Answer Told(PairingAnswer answer) => answer.IsDone ? Answer.Done : Answer.Refused(answer.Code, answer.Text);

    public void Dispose()
    {
        _p256.Dispose();
        _db.Dispose();
    }
}
