using System.Security.Cryptography;
using EdgeNode.Appliance.Io;
using EdgeNode.Federation;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Sync.Courier;
using EdgeNode.Wire;

namespace EdgeNode.Appliance.Web;

/// <summary>What a desk must know that does not stand in the database.</summary>
public sealed record NodeDeskOptions
{
    /// <summary>What the node says of itself.</summary>
    public required NodeCard Card { get; init; }

    /// <summary>The folder whose disk is measured.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The database file.</summary>
    public required string Database { get; init; }

    /// <summary>Where pictures are kept; null = nowhere.</summary>
    public Sync.Io.BlobStore? Blobs { get; init; }

    /// <summary>Longest ring that is looked for (default: that of <see cref="NodeOptions"/>).</summary>
    public int PlanCap { get; init; } = NodeOptions.Default.PlanCap;

    /// <summary>Whether anybody on the Wi-Fi may make a card for themselves (default: no).</summary>
    public Func<bool> JoiningOpen { get; init; } = () => false;

    /// <summary>Whether a peer is in contact on a live link; called from many threads.</summary>
    public Func<Did, bool> IsInContact { get; init; } = _ => false;

    /// <summary>How power stands; null when this cabinet does not look at it.</summary>
    public Func<PowerFacts?> Power { get; init; } = () => null;

    /// <summary>How the steward's alerts stand.</summary>
    public Func<IReadOnlyList<AlertFact>> Alerts { get; init; } = () => [];

    /// <summary>Checks of parts that only the host sees: broker, discovery, hardware.</summary>
    public Func<IReadOnlyList<CheckView>> Checks { get; init; } = () => [];
}

/// <summary>The desk of a running node: reads from snapshots, acts through commands.</summary>
public sealed partial class NodeDesk(NodeDoor door, NodeDeskOptions options, TimeProvider clock) : IDesk
{
    private readonly DateTimeOffset _started = clock.GetUtcNow();

    private string Me => options.Card.Identity.Did.Value;

    private Moment Now => new(clock.GetUtcNow().ToUnixTimeMilliseconds());

    public CabinetView Cabinet() =>
        new(Me, options.Card.Name, options.Card.Release, options.JoiningOpen(), Now >= Moment.EarliestSure);

    public async Task<Outcome<NewCard>> Join(string label, string? language, bool bySteward, CancellationToken token)
    {
        if (!bySteward && !options.JoiningOpen())
        {
            return new Refusal("join.closed", "Only stewards make cards here.");
        }

        var known = language == Texts.English.Language ? language : Texts.English.Language;
        var answer = await door.Ask(new Join(label.Trim(), known), token);
        return answer.IsDone ? new NewCard(answer.Id!, label.Trim(), answer.Secret!) : Refused(answer);
    }

    public Task<Outcome<OpenedCard>> OpenCard(byte[] secret, CancellationToken token) =>
        Task.FromResult(door.Read(db => Open(db, secret)));

    public bool IsStewardCode(string typed) => door.Read(db => Stewards.Opens(db, typed));

    public Task<Outcome<string>> Offer(OpenedCard who, string category, string title, Share share, CancellationToken token) =>
        Make(new Offer(new Did(who.Did), category, title, 1, Sharing(share)), token);

    public Task<Outcome<string>> Need(
        OpenedCard who,
        IReadOnlyList<string> accepts,
        string title,
        Share share,
        CancellationToken token
    ) => Make(new Ask(new Did(who.Did), title, accepts, 1, Sharing(share)), token);

    public Task<Outcome<Done>> WithdrawOffering(OpenedCard who, string id, CancellationToken token) => Withdraw(who, id, token);

    public Task<Outcome<Done>> WithdrawNeed(OpenedCard who, string id, CancellationToken token) => Withdraw(who, id, token);

    public async Task<Outcome<Done>> Answer(OpenedCard who, string chainId, string value, string card, CancellationToken token)
    {
        var did = new Did(who.Did);
        var ring = door.Read(db => RingCard.For(db, chainId, did));
        if (ring is null)
        {
            return new Refusal("ring.unknown", "This ring is not known here.");
        }

        // What is signed is what was shown: the page brings back the hash of the card it showed.
        if (ring.Card != card)
        {
            return new Refusal("consent.other_card", "The ring has changed since it was shown. Please look at it again.");
        }

        var act = Sign(who, Kinds.ActConsent, ring.ConsentContent(did, value, Now));
        return Told(await door.Ask(new AnswerRing(act), token));
    }

    public async Task<Outcome<Done>> Settle(
        OpenedCard who,
        string chainId,
        int edge,
        string result,
        string? note,
        CancellationToken token
    )
    {
        var did = new Did(who.Did);
        var ring = door.Read(db => RingCard.For(db, chainId, did));
        if (ring is null || (edge != ring.Gives.Edge && edge != ring.Gets.Edge))
        {
            return new Refusal("ring.unknown", "This is not one of your promises.");
        }

        var act = Sign(who, Kinds.ActSettlement, ring.SettlementContent(did, edge, result, Now));
        return Told(await door.Ask(new SettlePromise(act, note), token));
    }

    public async Task<Outcome<Done>> RequestPeering(string address, int pairPort, CancellationToken token) =>
        Told(await door.Ask(new RequestPeering(address, pairPort), token));

    public async Task<Outcome<Done>> AcceptPeering(string did, CancellationToken token) =>
        Told(await door.Ask(new AcceptPeering(new Did(did)), token));

    public async Task<Outcome<Done>> DeclinePeering(string did, CancellationToken token) =>
        Told(await door.Ask(new DeclinePeering(new Did(did)), token));

    public async Task<Outcome<Done>> SuspendPeering(string did, CancellationToken token) =>
        Told(await door.Ask(new SuspendPeering(new Did(did)), token));

    public async Task<Outcome<Done>> ResumePeering(string did, CancellationToken token) =>
        Told(await door.Ask(new ResumePeering(new Did(did)), token));

    public async Task<Outcome<Done>> EndPeering(string did, CancellationToken token) =>
        Told(await door.Ask(new EndPeering(new Did(did)), token));

    public async Task<Outcome<Parcel>> CarryOut(string did, IReadOnlyList<HaveStream> after, CancellationToken token)
    {
        var answer = await door.Ask(new CarryOut(new Did(did), after), token);
        return answer.Parcel is { } parcel ? parcel : Refused(answer);
    }

    public async Task<Outcome<Delivered>> CarryIn(IReadOnlyList<byte[]> files, CancellationToken token)
    {
        var answer = await door.Ask(new CarryIn(files), token);
        return answer.Delivered is { } delivered ? delivered : Refused(answer);
    }

    public async Task<Outcome<Done>> StartPlan(CancellationToken token) => Told(await door.Ask(new PlanNow(), token));

    public async Task<Outcome<Done>> EditLoad(string state, string load, string word, CancellationToken token) =>
        Told(await door.Ask(new EditLoad(state, load, word), token));

    public async Task<Outcome<Done>> StopCabinet(string why, int? hours, CancellationToken token)
    {
        if (options.Power() is null)
        {
            return new Refusal("power.none", "This cabinet does not look at its power; stop it as any other program.");
        }

        TimeSpan? after = hours is { } h ? TimeSpan.FromHours(Math.Clamp(h, 1, 24 * 90)) : null;
        return Told(await door.Ask(new StopCabinet(why, after), token));
    }

    public async Task<Outcome<Done>> GrantLane(string did, LaneGrant grant, CancellationToken token) =>
        Told(await door.Ask(new GrantLane(new Did(did), grant), token));

    public async Task<Outcome<Done>> PauseLane(
        string did,
        DataClass cls,
        LaneDirection direction,
        bool paused,
        CancellationToken token
    ) => Told(await door.Ask(new PauseLane(new Did(did), cls, direction, paused), token));

    public async Task<Outcome<Done>> CloseLane(string did, DataClass cls, LaneDirection direction, CancellationToken token) =>
        Told(await door.Ask(new CloseLane(new Did(did), cls, direction), token));

    public async Task<Outcome<Done>> SendAgain(long aside, CancellationToken token) =>
        Told(await door.Ask(new SendAgain(aside), token));

    public async Task<Outcome<Done>> DiscardAside(long aside, CancellationToken token) =>
        Told(await door.Ask(new DiscardAside(aside), token));

    private static Outcome<OpenedCard> Open(Db db, byte[] secret)
    {
        var wrong = new Refusal("signin.wrong_code", "This code does not open anything here.");
        if (Federation.Residents.FindCard(db, CardLock.IdOf(secret)) is not { } hosted)
        {
            return wrong;
        }

        if (CardLock.Open(secret, hosted.Nonce, hosted.Wrapped, hosted.Did) is not { } seed)
        {
            return wrong;
        }

        var language = Federation.Residents.Find(db, hosted.Did)?.Language ?? Texts.English.Language;
        return new OpenedCard(hosted.Did.Value, hosted.Label, language, new HostedSeed(seed));
    }

    private static PersonAct Sign(OpenedCard who, string act, string content) =>
        ((HostedSeed)who.Key).Use(seed => Federation.Residents.SignAct(seed, new Did(who.Did), act, content));

    private static Sharing Sharing(Share share) =>
        share.Kind switch
        {
            ShareKind.Here => Appliance.Sharing.Here,
            ShareKind.All => Appliance.Sharing.All,
            _ => new Sharing(false, [.. share.Peers.Select(p => new Did(p))]),
        };

    private async Task<Outcome<string>> Make(Command command, CancellationToken token)
    {
        var answer = await door.Ask(command, token);
        return answer.IsDone ? answer.Id! : Refused(answer);
    }

    private async Task<Outcome<Done>> Withdraw(OpenedCard who, string id, CancellationToken token) =>
        Told(await door.Ask(new Withdraw(new Did(who.Did), id), token));

    private static Outcome<Done> Told(Answer answer) => answer.IsDone ? Done.It : Refused(answer);

    private static Refusal Refused(Answer answer) => new(answer.Code, answer.Text);
}

/// <summary>A resident's unwrapped Ed25519 seed while their session lives: pinned, so that no copy stays behind, and wiped at its end.</summary>
public sealed class HostedSeed : IDisposable
{
    private readonly byte[] _seed;
    private readonly Lock _lock = new();
    private bool _wiped;

    /// <param name="seed">Copied and then wiped.</param>
    public HostedSeed(byte[] seed)
    {
        _seed = GC.AllocateArray<byte>(seed.Length, pinned: true);
        seed.CopyTo(_seed, 0);
        CryptographicOperations.ZeroMemory(seed);
    }

    /// <summary>Uses the seed; it must not be kept.</summary>
    /// <exception cref="ObjectDisposedException">The session has ended meanwhile.</exception>
    public T Use<T>(Func<byte[], T> use)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_wiped, this);
            return use(_seed);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            CryptographicOperations.ZeroMemory(_seed);
            _wiped = true;
        }
    }
}
