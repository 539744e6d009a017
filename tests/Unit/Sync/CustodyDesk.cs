using EdgeNode.Appliance;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Sync;

/// <summary>One side of a link with its database, its key and its clock; what it sends is handed to the other side by the test.</summary>
internal sealed class CustodyDesk : IDisposable
{
    public static readonly Moment Start = new(1_772_352_000_000);
    private const string Contract = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c";

    private readonly string _folder = Directory.CreateTempSubdirectory("edgenode-unit-").FullName;
    private readonly NodeKey _key;
    private readonly P256 _p256 = new();
    private readonly List<string> _applied = [];
    private readonly Dictionary<Did, string> _keys = [];
    private int _version = 1;
    private long _hlc;

    public CustodyDesk(ulong seed, SyncOptions? options = null)
    {
        var entropy = new SeededEntropy(seed, "desk");
        Options = options ?? SyncOptions.Default;
        _key = NodeKey.Create(entropy);
        var identity = Identity.CreateNode(_key, entropy.Bytes(32), entropy);
        Did = identity.Did;
        Db = Open();
        Signer = new Signer(Did, _key, 1, () => _hlc = Hlc.Next(_hlc, Now));
        _keys[Did] = _key.PublicKey;
        Gate = new VerifyGate(Did, _p256, (did, key) => _keys.GetValueOrDefault(did) == key);
        Outbox = new Outbox(Signer, Options, Lanes) { OnReceipted = (_, id, _, verdict) => Receipted.Add((id, verdict)) };
        Inbox = new Inbox(Gate, Options, Lanes, Apply);
    }

    public SyncOptions Options { get; }
    public Did Did { get; }
    public Db Db { get; private set; }
    public Signer Signer { get; }
    public VerifyGate Gate { get; }
    public Lanes Lanes { get; private set; } = new();
    public Outbox Outbox { get; private set; }
    public Pace Pace { get; } = new();
    public Inbox Inbox { get; }
    public Moment Now { get; set; } = Start;
    public List<(string Id, Verdict Verdict)> Receipted { get; } = [];

    /// <summary>Ids of the statements that had their effect, in order.</summary>
    public IReadOnlyList<string> Applied => _applied;

    /// <summary>What the next statement is answered.</summary>
    public Func<Statement, Verdict> Judges { get; set; } = _ => Verdict.Accepted;

    public Turn Turn() => new(Db, Now);

    /// <summary>The other is a peer: its key is known, and lanes for what residents share are open.</summary>
    public void Knows(CustodyDesk other)
    {
        _keys[other.Did] = other._key.PublicKey;
        Lanes.OpenAgreed(Turn(), other.Did, Now);
    }

    public void Grant(CustodyDesk other, LaneGrant grant) => Lanes.Grant(Turn(), other.Did, grant, Now);

    /// <summary>A statement of this side for somebody; each is another one.</summary>
    public Statement Make(Did to, string kind = Kinds.Withdrawal, TimeSpan? lifetime = null, int size = 0)
    {
        var body = WireJson.Write(
            new WithdrawalBody(new string('x', size) + "01890a5d-ac96-774b-bcce-b302099a8057", ++_version),
            WireJson.Default.WithdrawalBody
        );
        var draft = new StatementDraft(kind, DataClass.Shared, [to], body, Now + (lifetime ?? TimeSpan.FromDays(30)), Contract);
        return Statement.Sign(draft, Signer);
    }

    public Statement Queue(CustodyDesk to, string kind = Kinds.Withdrawal, TimeSpan? lifetime = null, int size = 0)
    {
        var statement = Make(to.Did, kind, lifetime, size);
        Assert.Equal(Enqueued.Queued, Outbox.Enqueue(Turn(), to.Did, statement));
        return statement;
    }

    /// <summary>The next bundle for a peer as it goes on the link; null when nothing waits.</summary>
    public byte[]? Form(CustodyDesk to) => Outbox.FormNext(Turn(), to.Did, Pace)?.Raw;

    public Arrival Take(CustodyDesk from, byte[] raw) => Inbox.Take(Turn(), from.Did, raw, null, out _, out _);

    /// <summary>What this side signs for a range of the other's bundles.</summary>
    public ReceiptBody Receipt(CustodyDesk from, int stream, long first, long last) =>
        Assert.Single(Inbox.ReceiptsFor(Db, from.Did, stream, first, last));

    public long Waiting(CustodyDesk to) => Db.Number("SELECT count(*) FROM outbox WHERE peer = $1", to.Did.Value);

    /// <summary>The process ends and starts again on the same disk.</summary>
    public void Restart()
    {
        Db.Dispose();
        Db = Open();
        Lanes = new Lanes();
        Outbox = new Outbox(Signer, Options, Lanes);
    }

    public void Dispose()
    {
        Db.Dispose();
        _key.Dispose();
        _p256.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Db Open() => new StoreFile(Path.Combine(_folder, "node.db")).OpenWriter(Node.Modules);

    private Verdict Apply(Turn turn, Statement statement, Did peer)
    {
        turn.Db.Run("INSERT INTO refusal (peer, code, count, last) VALUES ($1, $2, 1, 0)", peer.Value, statement.Id);
        var verdict = Judges(statement);
        if (verdict.IsAccepted)
            _applied.Add(statement.Id);
        return verdict;
    }
}
