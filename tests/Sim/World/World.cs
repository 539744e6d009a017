using System.Globalization;
using EdgeNode.Appliance;
using EdgeNode.Federation;
using EdgeNode.Matching;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>A promise that did not hold: a code of the checker, what was seen, and where.</summary>
internal sealed class ViolationException(string code, string text) : Exception($"{code}: {text}")
{
    public string Code { get; } = code;
}

/// <summary>
/// A whole federation in one process and one thread: real nodes on real databases, simulated time, links, clocks, disks and people. A seed decides everything.
/// First it runs with faults; then everything is healed and must come to rest.
/// </summary>
internal sealed class World : IDisposable
{
    /// <summary>Most events of a run; a world that needs more chases its own tail.</summary>
    public const int MostEvents = 1_000_000;

    /// <summary>How long a healed world may take to come to rest: the longest open question, and the longest wait between two questions.</summary>
    public static readonly TimeSpan LongestHealing = TimeSpan.FromDays(6);

    private static readonly long Epoch = new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly string _folder;
    private readonly Prng _prng;

    /// <summary>Crashes by chance in one hour of all cabinets together.</summary>
    private const int MostCrashesInAnHour = 60;

    private readonly Prng _jobs;
    private (long Hour, int Count) _crashes;
    private readonly Dictionary<Did, Station> _byDid = [];
    private long _order;
    private long _ticket;
    private int _handled;

    public World(WorldOptions options, string? traceFile = null)
    {
        Options = options;
        Trace = new Trace(traceFile);
        Now = Epoch;
        _folder = SimFolder.Make();
        _prng = new Prng(options.Seed);
        _jobs = _prng.Fork();
        Faulty = true;
        var tuning = options.Tune(Tuning(_prng.Fork(), options));
        var clocks = _prng.Fork();
        Cabinets =
        [
            .. Enumerable
                .Range(0, options.Nodes)
                .Select(i => new Cabinet(this, i, _folder, _prng.Fork(), Mode(tuning, i), Drift(clocks, options.Clocks))),
        ];
        Rogue = options.Hostile.RogueEvery is null ? null : new Rogue(this, options.Nodes, _prng.Fork());
        Stations = Rogue is null ? [.. Cabinets] : [.. Cabinets, Rogue];
        foreach (var station in Stations)
            _byDid[station.Did] = station;
        Net = new Net(this, _prng.Fork(), Stations, options.Links);
        People = new People(this, _prng.Fork());
        Troubles = new Troubles(this, _prng.Fork());
        Couriers = new Couriers(this, new Prng(options.Seed ^ 0x5EED));
        Watch = new Watch(this);
        Plants = options.Plant is null ? null : new Plants(options.Plant, this, _prng.Fork());
    }

    public WorldOptions Options { get; }
    public Trace Trace { get; }
    public Counters Counts { get; } = new();
    public Cabinet[] Cabinets { get; }
    public Rogue? Rogue { get; }
    public Station[] Stations { get; }
    public Net Net { get; }
    public People People { get; }
    public Troubles Troubles { get; }
    public Couriers Couriers { get; }
    public Watch Watch { get; }
    public Plants? Plants { get; }

    /// <summary>What a scenario wants to happen at the next step of a cabinet.</summary>
    public (Cabinet Cabinet, CrashPoint Point)? ForcedCrash { get; set; }

    /// <summary>Faults may still happen.</summary>
    public bool Faulty { get; private set; }

    /// <summary>The true time, in Unix milliseconds. Only clocks that are right show it.</summary>
    public long Now { get; private set; }
    public TimeSpan Elapsed => TimeSpan.FromMilliseconds(Now - Epoch);

    public long NextTicket() => ++_ticket;

    public Station? Find(Did did) => _byDid.GetValueOrDefault(did);

    public void After(TimeSpan wait, Action happens)
    {
        Invariant.Hold(wait >= TimeSpan.Zero, "nothing happens in the past");
        _events.Enqueue(happens, (Now + (long)Math.Ceiling(wait.TotalMilliseconds), ++_order));
    }

    /// <summary>The whole life of a world: faults, healing, rest, and the last look. Throws <see cref="ViolationException"/>.</summary>
    public void Live()
    {
        foreach (var cabinet in Cabinets)
            cabinet.Start();
        People.Begin();
        Troubles.Begin();
        Couriers.Begin();
        Run(TimeSpan.FromDays(Options.Days));
        Heal();
        ComeToRest(LongestHealing);
        Watch.Last();
    }

    /// <summary>Lets time pass.</summary>
    public void Run(TimeSpan span)
    {
        var end = Now + (long)span.TotalMilliseconds;
        while (_events.TryPeek(out _, out var next) && next.At <= end)
        {
            var happens = _events.Dequeue();
            Now = next.At;
            Watch.Expect(
                ++_handled <= MostEvents || !Options.IsWatched,
                "world.runaway",
                null,
                $"{MostEvents} events are not enough"
            );
            happens();
        }
        Now = end;
    }

    /// <summary>Lets time pass until something holds; false when it does not within <paramref name="atMost"/>.</summary>
    public bool RunUntil(Func<bool> holds, TimeSpan atMost, TimeSpan? look = null)
    {
        var end = Now + (long)atMost.TotalMilliseconds;
        while (!holds())
        {
            if (Now >= end)
                return false;
            Run(look ?? TimeSpan.FromMinutes(1));
        }
        return true;
    }

    /// <summary>No fault from here on: links are good, cabinets are up, clocks are right.</summary>
    public void Heal()
    {
        Faulty = false;
        Trace.Add(Now, "world", "healed");
        Net.Heal();
        foreach (var cabinet in Cabinets)
        {
            cabinet.Clock.Heal(Now);
            cabinet.Start();
        }
        Troubles.Heal();
        People.Heal();
    }

    /// <summary>Waits until nothing is owed any more; what is still owed at the end is the violation.</summary>
    public void ComeToRest(TimeSpan atMost)
    {
        Owed? owed = null;
        var rests = RunUntil(() => (owed = Watch.Rest.FirstOwed()) is null, atMost, TimeSpan.FromHours(2));
        Watch.Expect(rests, owed?.Code ?? "", owed?.Where, owed?.Text ?? "");
    }

    public CrashPoint DrawCrash(Cabinet cabinet, Prng prng)
    {
        var faults = Options.Crashes;
        if (ForcedCrash is { } forced && forced.Cabinet == cabinet)
        {
            ForcedCrash = null;
            return forced.Point;
        }
        if (!Faulty)
            return CrashPoint.None;
        if (prng.Chance(faults.PerStep))
        {
            var point = prng.Below(100) switch
            {
                < 30 => CrashPoint.BeforeCommit,
                < 48 => CrashPoint.TornWrite,
                < 76 => CrashPoint.AfterCommit,
                _ => CrashPoint.BetweenEffects,
            };
            return IsStorm() ? CrashPoint.None : point;
        }
        return prng.Chance(faults.DiskFullPerStep) ? CrashPoint.DiskFull : CrashPoint.None;
    }

    /// <summary>
    /// Each start makes steps at all neighbours, so where one step in 25 is a crash each crash can bring the next, for days: beyond so many an hour there are none.
    /// </summary>
    private bool IsStorm()
    {
        var hour = Now / (long)TimeSpan.FromHours(1).TotalMilliseconds;
        _crashes = hour == _crashes.Hour ? (hour, _crashes.Count + 1) : (hour, 1);
        return _crashes.Count > MostCrashesInAnHour;
    }

    public TimeSpan DrawDark(Prng prng) => prng.Skewed(TimeSpan.FromSeconds(1), Options.Crashes.LongestDark);

    public void SendOnLink(Cabinet from, SendOnLink send)
    {
        if (!Options.IsWatched)
            CountSent(send);
        if (Find(send.Peer) is { } to)
            Net.Send(from, to, send.Kind, send.Bytes);
    }

    private void CountSent(SendOnLink send)
    {
        Counts.Add("bytes", send.Bytes.Length);
        if (send.Kind != TopicKind.Data || Bundle.TryRead(send.Bytes) is not { } bundle)
            return;
        foreach (var statement in bundle.Statements)
            Counts.Add("sent " + Statement.TryRead(statement)?.Kind);
    }

    /// <summary>A matching run: a pure function, done after a while, lost when its cabinet dies first.</summary>
    public void RunPlan(Cabinet cabinet, StartPlan plan)
    {
        var boot = cabinet.Boots;
        var fails = Faulty && _jobs.Percent(3);
        After(
            _jobs.Skewed(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(20)),
            () =>
            {
                if (!cabinet.IsUp || cabinet.Boots != boot)
                    return;
                Counts.Add("plans");
                var done = fails ? null : Planner.Solve(plan.Market, new PlanOptions { Cap = plan.Cap });
                cabinet.Post(new PlanReady(plan.PlanId, done, fails ? "cancelled" : null));
            }
        );
    }

    public void Dispose()
    {
        foreach (var cabinet in Cabinets)
            cabinet.Dispose();
        Rogue?.Dispose();
        Trace.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"--seed {Options.Seed} --nodes {Options.Nodes} --days {Options.Days}");

    /// <summary>Waits of days rather than seconds, so that a week has thousands of events and not millions; small windows, so that they fill.</summary>
    private static NodeOptions Tuning(Prng prng, WorldOptions options) =>
        NodeOptions.Default with
        {
            Sync = SyncOptions.Default with
            {
                Ping = TimeSpan.FromHours(
                    options.Nodes <= 3 ? 3
                    : options.Nodes <= 5 ? 5
                    : 10
                ),
                DeadAfter = TimeSpan.FromHours(
                    options.Nodes <= 3 ? 8
                    : options.Nodes <= 5 ? 13
                    : 26
                ),
                Knock = TimeSpan.FromHours(options.Nodes <= 5 ? 7 : 13),
                RelayPing = TimeSpan.FromHours(options.Nodes <= 3 ? 3 : 5),
                RelayDeadAfter = TimeSpan.FromHours(options.Nodes <= 3 ? 8 : 13),
                RelayRetransmit = TimeSpan.FromHours(1),
                RelayKept = TimeSpan.FromHours(6),
                RelayCrossing = TimeSpan.FromMinutes(10),
                Retransmit = TimeSpan.FromMinutes(prng.Between(5, 20)),
                QuotaPause = TimeSpan.FromMinutes(30),
                FillTo = prng.Pick([4_000, 12_000, 56_000]),
                Window = prng.Pick([8_000, 40_000, 256 * 1024]),
                InboxKept = prng.Pick([4, 64, 4096]),
            },
            Exchange = ExchangeOptions.Default with
            {
                ConsentWindow = TimeSpan.FromHours(24),
                VoteAfter = TimeSpan.FromHours(3),
                AskAfter = TimeSpan.FromMinutes(2),
                OpenPerProposer = prng.Pick([2, 50, 50]),
                EarlyPerPeer = prng.Pick([4, 200, 200]),
            },
            Pairing = PairingOptions.Default with { Retry = TimeSpan.FromSeconds(5), RetryMax = TimeSpan.FromMinutes(30) },
            Finding = FindingOptions.Default with
            {
                AnswerWithin = TimeSpan.FromMinutes(15),
                SummaryEvery = TimeSpan.FromMinutes(20),
                // Searches without news go on for ever, and with them the questions to people who never answer: such a world does not come to rest.
                SearchEvery = TimeSpan.FromDays(40),
                ProposeAfter = TimeSpan.FromHours(1),
            },
            TryRoadFor = TimeSpan.FromMinutes(40),
            PlanCap = options.PlanCap,
            PlanQuiet = options.People.PlanQuiet,
        };

    private NodeOptions Mode(NodeOptions tuning, int index) =>
        tuning with
        {
            Finding = tuning.Finding with { Mode = Options.Modes[index % Options.Modes.Count] },
        };

    private static double Drift(Prng prng, ClockFaults faults) => (2 * prng.Unit() - 1) * faults.DriftPpm / 1e6;
}

/// <summary>A folder in memory where there is one: a simulated power cut needs no real disk, and SQLite's own promises are not what is tested.</summary>
internal static class SimFolder
{
    private static long _made;

    private static string Root =>
        Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"edgenode-sim-{Environment.ProcessId}");

    public static string Make()
    {
        var path = Path.Combine(Root, Interlocked.Increment(ref _made).ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(path);
        return path;
    }

    public static void Clear()
    {
        if (Directory.Exists(Root))
            Directory.Delete(Root, recursive: true);
    }
}
