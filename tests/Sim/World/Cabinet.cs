using EdgeNode.Appliance;
using EdgeNode.Federation;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Sync.Blobs;
using EdgeNode.Wire;
using EdgeNode.Wire.Io;
using Microsoft.Data.Sqlite;

namespace EdgeNode.Tests.Sim;

/// <summary>Where a step ends otherwise than it should.</summary>
internal enum CrashPoint
{
    None,

    /// <summary>Power cut before the commit: the transaction never was.</summary>
    BeforeCommit,

    /// <summary>Power cut while the commit was being written.</summary>
    TornWrite,

    /// <summary>Committed, and no effect was performed.</summary>
    AfterCommit,

    /// <summary>Committed, and some effects were performed.</summary>
    BetweenEffects,

    /// <summary>The disk had no room.</summary>
    DiskFull,
}

/// <summary>A cabinet: a real node on a real database, and the shell around it, which performs effects and dies when the seed says so.</summary>
internal sealed class Cabinet : Station, IDisposable
{
    /// <summary>The shell's own wake-up: a host does not wait longer than this for a due time that a jump of the clock may have moved.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(2);

    /// <summary>Steps in a row that find nothing to do and want to be called again at once: a loop that burns the battery.</summary>
    private const int MostIdleSteps = 8;

    private readonly CabinetDisk _disk;
    private readonly NodeKey _key;
    private readonly byte[] _seal;
    private readonly NodeCard _card;
    private readonly Prng _prng;
    private readonly Queue<NodeInput> _inputs = new();
    private readonly SortedDictionary<long, Action<Answer?>> _waiting = [];
    private readonly SortedDictionary<Did, string> _opened = [];
    private Node? _node;
    private Db? _db;
    private NodeOptions _options;
    private int _boots;
    private int _arm;
    private int _idleSteps;
    private bool _stepPending;

    public Cabinet(World world, int index, string folder, Prng prng, NodeOptions options, double drift)
        : base(world, index)
    {
        (_prng, _options) = (prng, options);
        var entropy = new SeededEntropy(world.Options.Seed, $"cabinet {index}");
        _key = NodeKey.Create(entropy);
        _seal = entropy.Bytes(32);
        var identity = Identity.CreateNode(_key, Sodium.X25519PublicKey(_seal), entropy);
        var certificate = PlainCertificate.Of(_key, identity.Did);
        _card = new NodeCard(identity, Name, certificate, "stewards", Address, PeersPort, PairPort, "sim");
        Spki = PlainCertificate.SpkiOf(certificate);
        Clock = new SimClock(world.Now, drift);
        _disk = new CabinetDisk(folder, $"cabinet-{index}");
        _disk.Format();
    }

    public override string Name => "c" + Index;
    public override Did Did => _card.Identity.Did;
    public override string Spki { get; }
    public override bool IsUp => _node is not null;
    public NodeKey Key => _key;

    /// <summary>Opens what is sealed to this cabinet.</summary>
    public Sealer Sealer => new(_seal, new SeededEntropy(World.Options.Seed, Name));
    public SimClock Clock { get; }

    /// <summary>What the checkers last saw committed.</summary>
    public NodeView View { get; } = new();
    public Moment Time => Clock.Read(World.Now);
    public int Boots => _boots;
    public bool Replicates => _options.Finding.Mode == FindingMode.Replicate;

    /// <summary>The node's own connection; between steps it sees what is committed.</summary>
    public Db Db => _db ?? throw new InvalidOperationException($"{Name} is down");
    public Node Node => _node ?? throw new InvalidOperationException($"{Name} is down");

    public void Start()
    {
        if (IsUp)
            return;
        Open();
        World.Counts.Add("starts");
        World.Watch.Started(this);
        Post(new Started());
        World.Net.LookAt(this);
        World.People.CabinetStarted(this);
    }

    /// <summary>An orderly stop: the database is closed.</summary>
    public void Stop()
    {
        if (!IsUp)
            return;
        Close();
        World.Net.Fell(this);
    }

    /// <summary>Power is gone at this moment; the disk holds what was committed.</summary>
    public void PowerCut(TimeSpan dark)
    {
        if (!IsUp)
            return;
        var image = _disk.Read();
        Close();
        _disk.Write(image);
        StayDark(dark);
    }

    public void Dispose()
    {
        Stop();
        _node?.Dispose();
        _key.Dispose();
    }

    public void Reconfigure(Func<NodeOptions, NodeOptions> change) => _options = change(_options);

    public void Post(NodeInput input)
    {
        if (!IsUp)
            return;
        _inputs.Enqueue(input);
        StepSoon();
    }

    /// <summary>Asks the node; the answer comes after its commit, or null when the cabinet died first.</summary>
    public void Ask(Command command, Action<Answer?> answer)
    {
        if (!IsUp)
        {
            answer(null);
            return;
        }
        if (World.Plants?.Swallows(this, command) == true)
        {
            answer(Answer.Done);
            return;
        }
        var ticket = World.NextTicket();
        _waiting[ticket] = answer;
        Post(new Asked(ticket, command));
    }

    public override bool Admits(Station peer) => _opened.ContainsKey(peer.Did);

    public override bool Aims(Station peer) => _opened.TryGetValue(peer.Did, out var address) && address == peer.Address;

    public override void LinkUp(Did peer, bool stored = false) => Post(new LinkUp(peer, stored));

    public override void LinkDown(Did peer) => Post(new LinkDown(peer));

    public override void Take(Did from, TopicKind kind, byte[] bytes) => Post(new Received(from, kind, bytes));

    public override void TakePairing(byte[] bytes, string spki, Action<byte[]?, string> answer) =>
        Ask(new PairFrame(bytes, spki), a => answer(a is { IsDone: true } ? a.Bytes ?? [] : null, a?.Code ?? "no answer"));

    private void Open()
    {
        _boots++;
        _db = _disk.File.OpenWriter(Node.Modules);
        var entropy = new SeededEntropy(World.Options.Seed, $"cabinet {Index} boot {_boots}");
        _node = new Node(_db, _key, _card, entropy, _options, new Sealer(_seal, entropy));
        _idleSteps = 0;
    }

    private void Close()
    {
        _node!.Dispose();
        (_node, _db) = (null, null);
        _inputs.Clear();
        _opened.Clear();
        _arm++;
        _stepPending = false;
        var waiting = _waiting.Values.ToArray();
        _waiting.Clear();
        foreach (var answer in waiting)
            answer(null);
    }

    private void StayDark(TimeSpan dark)
    {
        World.Trace.Add(World.Now, Name, $"dark for {dark.TotalSeconds:F0} s");
        World.Net.Fell(this);
        World.After(dark, () => WakeUp());
    }

    private void WakeUp()
    {
        if (IsUp)
            return;
        if (World.Faulty && World.Options.Crashes.WakesIn1970)
        {
            Clock.Set(World.Now, 1_000_000);
            World.Counts.Add("clocks wrong");
            World.After(_prng.Skewed(TimeSpan.FromMinutes(1), TimeSpan.FromHours(5)), () => Clock.Set(World.Now, World.Now));
        }
        Start();
    }

    private void StepSoon()
    {
        if (_stepPending)
            return;
        _stepPending = true;
        var boot = _boots;
        World.After(
            TimeSpan.FromMilliseconds(_prng.Below(30)),
            () =>
            {
                if (boot == _boots && IsUp && _stepPending)
                    StepNow();
            }
        );
    }

    private void StepNow()
    {
        _stepPending = false;
        var batch = new List<NodeInput>();
        while (batch.Count < World.Options.Batch && _inputs.TryDequeue(out var input))
            batch.Add(input);
        if (batch.Count == 0)
            batch.Add(new TimerDue());
        Step([.. batch], World.DrawCrash(this, _prng));
        if (!IsUp)
            return;
        World.Plants?.AfterStep(this);
        if (_inputs.Count > 0)
            StepSoon();
        else
            ArmWake(onlyTimer: batch is [TimerDue]);
    }

    private void Step(NodeInput[] batch, CrashPoint crash)
    {
        World.Counts.Add("steps");
        var undoes = crash is CrashPoint.BeforeCommit or CrashPoint.TornWrite;
        var before = undoes || World.Plants?.WantsImage(batch) == true ? _disk.Read() : null;
        if (crash == CrashPoint.DiskFull)
            _db!.Run("PRAGMA max_page_count=1");
        IReadOnlyList<Effect> effects;
        try
        {
            effects = _node!.Step(batch, Time);
        }
        catch (SqliteException e) when (crash == CrashPoint.DiskFull)
        {
            Rebuild(batch, e);
            return;
        }
        if (crash == CrashPoint.DiskFull)
            _db!.Run("PRAGMA max_page_count=1073741823");
        if (before is not null && World.Plants?.ForgetsStep(this, batch, effects) == true)
            PerformAndForget(before, effects);
        else if (undoes)
            UndoStep(before!, crash);
        else
            Commit(batch, effects, crash);
        if (!undoes && before is not null && IsUp && World.Plants!.LosesCommit(this))
            GoDark(before);
    }

    /// <summary>A planted fault: the world is told, and the disk never was.</summary>
    private void PerformAndForget(DiskImage before, IReadOnlyList<Effect> effects)
    {
        foreach (var send in effects.OfType<SendOnLink>())
            World.SendOnLink(this, send);
        GoDark(before);
        foreach (var send in effects.OfType<SendOnLink>())
            World.Watch.Performing(this, send);
    }

    private void GoDark(DiskImage disk)
    {
        Close();
        _disk.Write(disk);
        StayDark(World.DrawDark(_prng));
    }

    /// <summary>The commit never was: the disk is as before the step, and nobody was told anything.</summary>
    private void UndoStep(DiskImage before, CrashPoint crash)
    {
        var image = before;
        if (crash == CrashPoint.TornWrite)
            image = CabinetDisk.Torn(before, _disk.Read(), _prng) ?? before;
        World.Counts.Add(image == before ? "crashes before commit" : "crashes in commit");
        GoDark(image);
    }

    private void Commit(NodeInput[] batch, IReadOnlyList<Effect> effects, CrashPoint crash)
    {
        World.Trace.Add(World.Now, Name, Describe(batch, effects));
        World.Watch.Committed(this, batch, effects);
        var performed = crash switch
        {
            CrashPoint.AfterCommit => 0,
            CrashPoint.BetweenEffects => _prng.Below(effects.Count + 1),
            _ => effects.Count,
        };
        for (var i = 0; i < performed && IsUp; i++)
            Perform(effects[i]);
        if (crash is not (CrashPoint.AfterCommit or CrashPoint.BetweenEffects) || !IsUp)
            return;
        World.Counts.Add("crashes after commit");
        PowerCut(World.DrawDark(_prng));
    }

    /// <summary>What the host does when the disk refuses: everyone is told, and a node is made anew from what is on disk; links know nothing of it.</summary>
    private void Rebuild(NodeInput[] batch, SqliteException e)
    {
        World.Counts.Add("full disks");
        World.Watch.Expect(
            e.SqliteErrorCode == 13,
            "disk.full_unknown",
            this,
            $"a full disk is reported as {e.SqliteErrorCode}: {e.Message}"
        );
        var refused = Answer.Refused("store.full", "The cabinet's disk is full.");
        foreach (var asked in batch.OfType<Asked>())
            Tell(new Reply(asked.Ticket, refused));
        _node!.Dispose();
        Open();
        World.Watch.Started(this);
        Post(new Started());
    }

    private void Perform(Effect effect)
    {
        effect = World.Plants?.Alter(this, effect) ?? effect;
        World.Watch.Performing(this, effect);
        switch (effect)
        {
            case Reply reply:
                Tell(reply);
                break;
            case SendOnLink send:
                World.SendOnLink(this, send);
                break;
            case PairSend send:
                World.Net.Post(
                    this,
                    send.Address,
                    send.PairPort,
                    send.Bytes,
                    (to, bytes, code) => TakeReply(send, to, bytes, code)
                );
                break;
            case OpenPeer open:
                _opened[open.Did] = open.Address;
                World.Net.LookAt(this);
                break;
            case CutPeer cut:
                _opened.Remove(cut.Did);
                World.Net.LookAt(this);
                break;
            case StartPlan plan:
                World.RunPlan(this, plan);
                break;
            case PageChanged changed:
                World.People.PageChanged(this, changed.Reader);
                break;
            // A steward's screen and the machine's radios are not in this world, and its relay waits for nobody.
            case ShowStewardCode or ApplyLoads or OpenRelay or SweepBlobs:
                break;
            default:
                throw new InvariantException($"nothing performs {effect.GetType().Name}");
        }
    }

    private void TakeReply(PairSend send, Station? to, byte[]? bytes, string code) =>
        Post(new PairReply(send.Address, send.PairPort, send.Kind, bytes ?? [], to?.Spki ?? "", bytes is null ? code : null));

    private void Tell(Reply reply)
    {
        if (_waiting.Remove(reply.Ticket, out var answer))
            answer(reply.Answer);
    }

    /// <summary>Waits on a clock that does not jump, as an operating system's timers do.</summary>
    private void ArmWake(bool onlyTimer)
    {
        if (_node!.NextDue() is not { } due)
            return;
        var wait = due - Time;
        _idleSteps = onlyTimer && wait <= TimeSpan.Zero ? _idleSteps + 1 : 0;
        World.Watch.Expect(
            _idleSteps < MostIdleSteps,
            "node.spins",
            this,
            "wants to be called again at once, and has nothing to do"
        );
        wait = wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait;
        var (arm, boot) = (++_arm, _boots);
        World.After(
            wait < LongestWait ? wait : LongestWait,
            () =>
            {
                if (arm == _arm && boot == _boots && IsUp)
                    StepSoon();
            }
        );
    }

    private static string Describe(NodeInput[] batch, IReadOnlyList<Effect> effects) =>
        string.Join(' ', batch.Select(Describe)) + " > " + string.Join(' ', effects.Select(Describe));

    private static string Describe(NodeInput input) =>
        input switch
        {
            Asked asked => asked.Command.GetType().Name,
            Received received => $"{received.Kind}<{received.Peer.Short[..4]}:{received.Bytes.Length}",
            _ => input.GetType().Name,
        };

    private static string Describe(Effect effect) =>
        effect switch
        {
            SendOnLink send => $"{send.Kind}>{send.Peer.Short[..4]}:{send.Bytes.Length}",
            Reply reply => $"reply:{reply.Answer.Code}",
            PageChanged => "page",
            _ => effect.GetType().Name,
        };
}
