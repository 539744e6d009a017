using EdgeNode.Matching;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Sync.Blobs;
using EdgeNode.Wire;

namespace EdgeNode.Federation;

/// <summary>
/// What residents offer and need: posting, withdrawing, and sharing with the neighbours they named. What is "only here" has no statement and so no way
/// to a link.
/// </summary>
/// <param name="signer">Signs what is shared.</param>
/// <param name="outbox">Queues it.</param>
/// <param name="entropy">Names entries.</param>
/// <param name="replicates">
/// Whether what is shared is sent at once. If not, it is signed and stays here, and goes to a neighbour when a ring with it is proposed.
/// </param>
public sealed class Listings(Signer signer, Outbox outbox, Entropy entropy, bool replicates = true)
{
    /// <summary>Posts an offering; returns its id.</summary>
    public string Offer(Turn turn, Resident resident, string category, string title, int capacity, IReadOnlyList<Did> audience)
    {
        var id = entropy.Uuid7(turn.Now);
        var body = new OfferingBody(id, 1, resident.Did.Value, resident.Label, category, title, capacity);
        var statementId = Publish(turn, Kinds.Offering, resident, WireJson.Write(body, WireJson.Default.OfferingBody), audience);
        Items.Put(
            turn.Db,
            new Offering(
                id,
                1,
                signer.Node,
                resident.Did,
                resident.Label,
                category,
                title,
                capacity,
                0,
                true,
                audience,
                statementId
            ),
            turn.Now
        );
        return id;
    }

    public string Need(
        Turn turn,
        Resident resident,
        string title,
        IReadOnlyList<string> accepts,
        int capacity,
        IReadOnlyList<Did> audience
    )
    {
        var id = entropy.Uuid7(turn.Now);
        var body = new NeedBody(id, 1, resident.Did.Value, resident.Label, title, [.. accepts], capacity);
        var statementId = Publish(turn, Kinds.Need, resident, WireJson.Write(body, WireJson.Default.NeedBody), audience);
        Items.Put(
            turn.Db,
            new Need(id, 1, signer.Node, resident.Did, resident.Label, title, accepts, capacity, 0, true, audience, statementId),
            turn.Now
        );
        return id;
    }

    /// <summary>Takes an item back, here and wherever it was shared. False when it is not this resident's or is gone already.</summary>
    public bool Withdraw(Turn turn, Resident resident, string itemId)
    {
        var (owner, version, active, audience) = Find(turn.Db, itemId);
        return active && owner == resident.Did && Retire(turn, itemId, version, audience);
    }

    /// <summary>
    /// Units of an own item were used up in a ring. When none are left the neighbours it was shared with are told, so that nobody plans with it again.
    /// </summary>
    public void Spent(Turn turn, string itemId)
    {
        if (Items.FindOffering(turn.Db, itemId) is { Active: true } offering && offering.Consumed >= offering.Capacity)
            Retire(turn, itemId, offering.Version, Told(turn.Db, offering.StatementId, offering.Audience));
        else if (Items.FindNeed(turn.Db, itemId) is { Active: true } need && need.Consumed >= need.Capacity)
            Retire(turn, itemId, need.Version, Told(turn.Db, need.StatementId, need.Audience));
    }

    /// <summary>
    /// A peering begins, perhaps anew: the peer is told the state of everything that it may see. What an ended peering set aside, and what changed since, is
    /// made up for by this; what the peer knows already changes nothing there.
    /// </summary>
    public void Reshare(Turn turn, Did peer)
    {
        var introduced = new HashSet<Did>();
        foreach (var item in Items.SharedWith(turn.Db, signer.Node, peer))
        {
            if (!replicates && !Outbox.HasOrGets(turn.Db, peer, item.StatementId))
                continue;
            if (item.Active && introduced.Add(item.Participant))
                Introduce(turn, item.Participant, [peer]);
            if (item.Active)
                Send(turn, peer, item.Id, item.StatementId);
            else
                SendWithdrawal(turn, item.Id, item.Version, [peer]);
        }
    }

    /// <summary>After a start with full replication: what was shared while the cabinet did not replicate, and so never sent, is sent now.</summary>
    public void CatchUp(Turn turn, Did peer)
    {
        if (!replicates)
            return;
        var introduced = new HashSet<Did>();
        foreach (var item in Items.SharedWith(turn.Db, signer.Node, peer))
        {
            if (!item.Active || Outbox.HasOrGets(turn.Db, peer, item.StatementId))
                continue;
            if (introduced.Add(item.Participant))
                Introduce(turn, item.Participant, [peer]);
            Send(turn, peer, item.Id, item.StatementId);
        }
    }

    /// <summary>
    /// A ring is proposed: its other home nodes are given the entries of our residents in it, and who those are, as far as the residents share with them and
    /// they have not got them yet. Without them they could not check the ring.
    /// </summary>
    public void Present(Turn turn, ChainProposalBody proposal)
    {
        var own = proposal.Participants.Where(p => p.HomeNode == signer.Node.Value).Select(p => p.ParticipantId).ToHashSet();
        foreach (var home in proposal.HomeNodes.Select(h => new Did(h.Node)).Where(h => PeerBook.IsEnrolled(turn.Db, h)))
        foreach (var edge in proposal.Edges)
        {
            if (own.Contains(edge.FromParticipant) && Items.FindOffering(turn.Db, edge.OfferingId) is { Active: true } offering)
                Show(turn, offering.Participant, offering.Id, offering.HomeNode, offering.StatementId, offering.Audience, home);
            if (own.Contains(edge.ToParticipant) && Items.FindNeed(turn.Db, edge.NeedId) is { Active: true } need)
                Show(turn, need.Participant, need.Id, need.HomeNode, need.StatementId, need.Audience, home);
        }
    }

    private void Send(Turn turn, Did peer, string itemId, string statementId)
    {
        outbox.Enqueue(turn, peer, Statements.Get(turn.Db, statementId));
        Pictures.Follow(turn, outbox, peer, itemId);
    }

    private void Show(
        Turn turn,
        Did resident,
        string itemId,
        Did itemHome,
        string? statementId,
        IReadOnlyList<Did> audience,
        Did home
    )
    {
        if (itemHome != signer.Node || statementId is null || !audience.Contains(home))
            return;
        if (Outbox.HasOrGets(turn.Db, home, statementId))
            return;
        var shared = Items.SharedWith(turn.Db, signer.Node, home).Where(i => i.Participant == resident);
        if (!shared.Any(i => Outbox.HasOrGets(turn.Db, home, i.StatementId)))
            Introduce(turn, resident, [home]);
        Send(turn, home, itemId, statementId);
    }

    /// <summary>A neighbour's offering, need or withdrawal; each changes only what its own home node owns.</summary>
    public static Verdict Apply(Turn turn, Statement statement)
    {
        var audience = statement.Header.Audience.Select(did => new Did(did)).ToArray();
        switch (statement.Kind)
        {
            case Kinds.Offering when WireJson.Read(statement.Body, WireJson.Default.OfferingBody) is { } o:
                return !IsSound(o.OfferingId, o.Version, o.Label, o.Title, o.Capacity) || !IsCategory(o.Category)
                    ? Verdict.Refused("offering.malformed")
                    : PutForeign(
                        turn,
                        statement,
                        o.Participant,
                        (db, did) =>
                            Items.Put(
                                db,
                                new Offering(
                                    o.OfferingId,
                                    o.Version,
                                    statement.From,
                                    did,
                                    o.Label,
                                    o.Category,
                                    o.Title,
                                    o.Capacity,
                                    0,
                                    true,
                                    audience,
                                    statement.Id
                                ),
                                turn.Now
                            )
                    );
            case Kinds.Need when WireJson.Read(statement.Body, WireJson.Default.NeedBody) is { } n:
                return
                    !IsSound(n.NeedId, n.Version, n.Label, n.Title, n.Capacity)
                    || n.Accepts.Length is 0 or > NeedBody.MaxAccepts
                    || !Array.TrueForAll(n.Accepts, IsCategory)
                    ? Verdict.Refused("need.malformed")
                    : PutForeign(
                        turn,
                        statement,
                        n.Participant,
                        (db, did) =>
                            Items.Put(
                                db,
                                new Need(
                                    n.NeedId,
                                    n.Version,
                                    statement.From,
                                    did,
                                    n.Label,
                                    n.Title,
                                    n.Accepts,
                                    n.Capacity,
                                    0,
                                    true,
                                    audience,
                                    statement.Id
                                ),
                                turn.Now
                            )
                    );
            case Kinds.Withdrawal when WireJson.Read(statement.Body, WireJson.Default.WithdrawalBody) is { } w:
                return TakeBack(turn, w, statement.From);
            default:
                return Verdict.Refused(statement.Kind + ".malformed");
        }
    }

    private static Verdict TakeBack(Turn turn, WithdrawalBody withdrawal, Did home)
    {
        if (Items.Withdraw(turn.Db, withdrawal.ItemId, home, withdrawal.Version, turn.Now))
            BlobBook.Unname(turn, withdrawal.ItemId);
        return Verdict.Accepted;
    }

    public static bool IsCategory(string category) =>
        category.Length is > 0 and <= Items.MaxCategory
        && !category.AsSpan().ContainsAnyInRange('\0', ' ')
        && !category.AsSpan().ContainsAnyInRange('\u007f', '\u009f');

    /// <summary>Who has an entry, or gets it: they are told of its end. With full replication that is everyone it is shared with.</summary>
    private IReadOnlyList<Did> Told(Db db, string? statementId, IReadOnlyList<Did> audience) =>
        replicates || statementId is null ? audience : [.. audience.Where(p => Outbox.HasOrGets(db, p, statementId))];

    private bool Retire(Turn turn, string itemId, int version, IReadOnlyList<Did> audience)
    {
        if (!Items.Withdraw(turn.Db, itemId, signer.Node, version + 1, turn.Now))
            return false;
        BlobBook.Unname(turn, itemId);
        if (audience.Count > 0)
            SendWithdrawal(turn, itemId, version + 1, audience);
        return true;
    }

    private void SendWithdrawal(Turn turn, string itemId, int version, IReadOnlyList<Did> audience) =>
        Send(
            turn,
            Kinds.Withdrawal,
            WireJson.Write(new WithdrawalBody(itemId, version), WireJson.Default.WithdrawalBody),
            audience
        );

    private static Verdict PutForeign(Turn turn, Statement statement, string participant, Func<Db, Did, bool> put)
    {
        var known = Identities.Find(turn.Db, new Did(participant));
        if (known is null || known.Type != Identity.Person || known.Home != statement.From)
            return Verdict.Refused("item.unknown_participant");
        put(turn.Db, known.Did);
        return Verdict.Accepted;
    }

    private static bool IsSound(string id, int version, string label, string title, int capacity) =>
        Guid.TryParseExact(id, "D", out _)
        && version is > 0 and < 1_000_000
        && label.Length is > 0 and <= Residents.MaxLabel
        && title.Length is > 0 and <= Items.MaxTitle
        && PlainText.Is(label)
        && PlainText.Is(title)
        && capacity is > 0 and <= 1000;

    private string? Publish(Turn turn, string kind, Resident resident, byte[] body, IReadOnlyList<Did> audience)
    {
        if (audience.Count == 0)
            return null;
        if (!replicates)
            return Make(turn, kind, body, audience).Id;
        IntroduceToStrangers(turn, resident, audience);
        return Send(turn, kind, body, audience).Id;
    }

    /// <summary>A peer needs the resident's public key before the first item; it is sent once to each.</summary>
    private void IntroduceToStrangers(Turn turn, Resident resident, IReadOnlyList<Did> audience)
    {
        var met = Items
            .OfferingsOf(turn.Db, resident.Did)
            .SelectMany(o => o.Audience)
            .Concat(Items.NeedsOf(turn.Db, resident.Did).SelectMany(n => n.Audience))
            .ToHashSet();
        var strangers = audience.Where(did => !met.Contains(did)).ToArray();
        if (strangers.Length > 0)
            Introduce(turn, resident.Did, strangers);
    }

    private void Introduce(Turn turn, Did resident, IReadOnlyList<Did> peers)
    {
        var log = new IdentityBody([Convert.ToBase64String(Identities.Genesis(turn.Db, resident))]);
        Send(turn, Kinds.Identity, WireJson.Write(log, WireJson.Default.IdentityBody), peers);
    }

    private Statement Make(Turn turn, string kind, byte[] body, IReadOnlyList<Did> audience)
    {
        var expires = Expiry.Of(DataMap.RuleOf(kind)!, signer);
        var draft = new StatementDraft(kind, DataClass.Shared, audience, body, expires, PeeringContract.Current.Hash);
        var statement = Statement.Sign(draft, signer);
        Statements.Keep(turn, statement);
        return statement;
    }

    private Statement Send(Turn turn, string kind, byte[] body, IReadOnlyList<Did> audience)
    {
        var statement = Make(turn, kind, body, audience);
        foreach (var peer in audience.Where(p => PeerBook.IsEnrolled(turn.Db, p)))
            outbox.Enqueue(turn, peer, statement);
        return statement;
    }

    private (Did Owner, int Version, bool Active, IReadOnlyList<Did> Audience) Find(Db db, string itemId)
    {
        if (Items.FindOffering(db, itemId) is { } offering)
            return (offering.Participant, offering.Version, offering.Active, Told(db, offering.StatementId, offering.Audience));
        return Items.FindNeed(db, itemId) is { } need
            ? (need.Participant, need.Version, need.Active, Told(db, need.StatementId, need.Audience))
            : (default, 0, false, []);
    }
}
