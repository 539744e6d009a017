using EdgeNode.Appliance;
using EdgeNode.Federation;

namespace EdgeNode.Tests.Sim;

/// <summary>What can go wrong on the way of one frame. Times are the world's.</summary>
internal sealed record LinkFaults
{
    public static LinkFaults None { get; } = new();

    /// <summary>Frames that vanish.</summary>
    public int LossPct { get; init; }

    /// <summary>Frames that come twice.</summary>
    public int DuplicatePct { get; init; }

    /// <summary>Longest ordinary delay; frames overtake each other within it.</summary>
    public TimeSpan DelayMax { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Mean time between cuts, one-way losses and clogs somewhere in the world; null = never.</summary>
    public TimeSpan? TroubleEvery { get; init; }

    /// <summary>Longest cut.</summary>
    public TimeSpan LongestCut { get; init; } = TimeSpan.FromHours(12);

    /// <summary>One cabinet that is reached for an hour a day only, as by a courier; -1 = none.</summary>
    public int Remote { get; init; } = -1;
}

/// <summary>Chances per step and what follows.</summary>
internal sealed record CrashFaults
{
    public static CrashFaults None { get; } = new();

    /// <summary>Chance that a step ends in a crash, half of them before the commit.</summary>
    public double PerStep { get; init; }

    /// <summary>Chance that the disk is full for a step.</summary>
    public double DiskFullPerStep { get; init; }

    /// <summary>Longest time a cabinet stays dark.</summary>
    public TimeSpan LongestDark { get; init; } = TimeSpan.FromHours(8);

    /// <summary>Cabinets have no battery clock: they wake in 1970 until somebody tells them the time.</summary>
    public bool WakesIn1970 { get; init; }
}

internal sealed record ClockFaults
{
    public static ClockFaults None { get; } = new();

    /// <summary>Largest drift, in parts per million.</summary>
    public int DriftPpm { get; init; }

    /// <summary>Mean time between jumps somewhere in the world; null = never.</summary>
    public TimeSpan? JumpEvery { get; init; }
}

internal sealed record HostileFaults
{
    public static HostileFaults None { get; } = new();

    /// <summary>Mean time between frames of somebody on the wire who holds no key of ours: mutated, replayed, misdirected, invented; null = never.</summary>
    public TimeSpan? MalloryEvery { get; init; }

    /// <summary>Mean time between the acts of an enrolled cabinet that lies; null = there is none.</summary>
    public TimeSpan? RogueEvery { get; init; }

    /// <summary>Mean time between false sightings of known cabinets at wrong addresses; null = never.</summary>
    public TimeSpan? FalseSightingEvery { get; init; }
}

/// <summary>The ways beside the direct link.</summary>
internal sealed record WayFaults
{
    public static WayFaults None { get; } = new();

    /// <summary>Mean time between sticks that somebody takes along somewhere in the world; null = never.</summary>
    public TimeSpan? CourierEvery { get; init; }
    public TimeSpan LongestJourney { get; init; } = TimeSpan.FromHours(20);

    /// <summary>Sticks that never arrive, and such that arrive a second time.</summary>
    public int LostPct { get; init; }
    public int TwicePct { get; init; }

    /// <summary>All cabinets use one relay, which keeps what comes for a cabinet that is dark.</summary>
    public bool Relay { get; init; }

    /// <summary>Messages that the relay hands out again later, and mean time between its losses of all it keeps.</summary>
    public int ReplayPct { get; init; }
    public TimeSpan? ForgetsEvery { get; init; }
}

internal sealed record PeopleOptions
{
    public static PeopleOptions Default { get; } = new();

    /// <summary>Residents act by themselves; a scenario speaks for them instead.</summary>
    public bool Automatic { get; init; } = true;
    public int Residents { get; init; } = 3;
    public int ItemsEach { get; init; } = 3;
    public int Categories { get; init; } = 5;

    /// <summary>Units of every item; 0 = mostly one, sometimes two.</summary>
    public int Capacity { get; init; }
    public int NoPct { get; init; } = 6;
    public int LaterPct { get; init; } = 20;
    public int WithdrawPct { get; init; } = 3;
    public int SilentPct { get; init; } = 5;
    public int FailPct { get; init; } = 8;

    /// <summary>Chance per pair that a steward ends the peering in the course of the run; it is asked for again later.</summary>
    public int EndPeeringPct { get; init; }

    /// <summary>Time between a steward's plans.</summary>
    public TimeSpan PlanEvery { get; init; } = TimeSpan.FromHours(8);

    /// <summary>The node plans by itself when its items have been quiet for this long; null = only stewards plan.</summary>
    public TimeSpan? PlanQuiet { get; init; }
}

/// <summary>Everything that a seed decides about a world before its first event.</summary>
internal sealed record WorldOptions
{
    public required ulong Seed { get; init; }
    public required int Nodes { get; init; }
    public required double Days { get; init; }
    public LinkFaults Links { get; init; } = LinkFaults.None;
    public CrashFaults Crashes { get; init; } = CrashFaults.None;
    public ClockFaults Clocks { get; init; } = ClockFaults.None;
    public HostileFaults Hostile { get; init; } = HostileFaults.None;
    public PeopleOptions People { get; init; } = PeopleOptions.Default;
    public WayFaults Ways { get; init; } = WayFaults.None;

    /// <summary>Inputs in one transaction, at most.</summary>
    public int Batch { get; init; } = 8;

    /// <summary>Longest ring that is planned.</summary>
    public int PlanCap { get; init; } = 3;

    /// <summary>How the cabinets find partners; the first has the first mode, and so on around.</summary>
    public IReadOnlyList<FindingMode> Modes { get; init; } = [FindingMode.Replicate];

    /// <summary>What a scenario changes of the nodes' waits and bounds.</summary>
    public Func<NodeOptions, NodeOptions> Tune { get; init; } = o => o;

    /// <summary>Whether the checkers look on (default: yes). A benchmark of a large world has no time for it.</summary>
    public bool IsWatched { get; init; } = true;

    /// <summary>A planted fault, for the proof that the checkers can fail.</summary>
    public Plant? Plant { get; init; }

    /// <summary>A quiet world: nothing goes wrong by itself and nobody acts by themselves.</summary>
    public static WorldOptions Quiet(ulong seed, int nodes) =>
        new()
        {
            Seed = seed,
            Nodes = nodes,
            Days = 0,
            People = PeopleOptions.Default with { Automatic = false },
        };

    /// <summary>The world of a seed. Sizes given on the command line replace those that the seed drew.</summary>
    public static WorldOptions Draw(ulong seed, int? nodes = null, double? days = null)
    {
        var prng = new Prng(unchecked(seed * 0x9E3779B97F4A7C15 + 0x1234_5678)); // any spread of neighbouring seeds will do
        // Both are drawn in any case, so that saying what a seed would have drawn gives the same world.
        var drawn = DrawSize(prng.Fork());
        var span = drawn > 5 ? 1 : prng.Between(2, 4);
        var size = nodes ?? drawn;
        return new WorldOptions
        {
            Seed = seed,
            Nodes = size,
            Days = days ?? span,
            Links = DrawLinks(prng.Fork(), size),
            Crashes = DrawCrashes(prng.Fork(), size),
            Clocks = DrawClocks(prng.Fork()),
            Hostile = DrawHostile(prng.Fork()),
            People = DrawPeople(prng.Fork(), size),
            Batch = prng.Pick([1, 2, 4, 8, 16]),
            PlanCap = prng.Pick([2, 3, 3, 3, 4]),
            Modes = DrawModes(prng),
            Ways = DrawWays(prng.Fork(), size),
        };
    }

    private static FindingMode[] DrawModes(Prng prng) =>
        prng.Below(100) switch
        {
            < 50 => [FindingMode.Replicate],
            < 70 => [FindingMode.Query],
            < 90 => [FindingMode.Gossip],
            _ => [FindingMode.Gossip, FindingMode.Replicate, FindingMode.Query],
        };

    /// <summary>Large worlds have neither: every further way multiplies their events.</summary>
    private static WayFaults DrawWays(Prng prng, int nodes) =>
        new()
        {
            CourierEvery = nodes <= 5 && prng.Percent(35) ? prng.Between(TimeSpan.FromHours(3), TimeSpan.FromHours(12)) : null,
            LongestJourney = prng.Pick([TimeSpan.FromHours(2), TimeSpan.FromHours(30)]),
            LostPct = prng.Pick([0, 20, 50]),
            TwicePct = prng.Pick([0, 20, 50]),
            Relay = nodes <= 5 && prng.Percent(25),
            ReplayPct = prng.Pick([0, 3, 10]),
            ForgetsEvery = prng.Percent(50) ? prng.Between(TimeSpan.FromHours(6), TimeSpan.FromHours(36)) : null,
        };

    private static int DrawSize(Prng prng) =>
        prng.Below(100) switch
        {
            < 25 => 2,
            < 62 => 3,
            < 82 => 4,
            < 95 => 5,
            _ => prng.Between(6, 9),
        };

    private static LinkFaults DrawLinks(Prng prng, int nodes) =>
        new()
        {
            LossPct = prng.Pick([0, 1, 5, 10, 20, 35]),
            DuplicatePct = prng.Pick([0, 1, 5, 15]),
            DelayMax = prng.Pick([
                TimeSpan.FromMilliseconds(20),
                TimeSpan.FromSeconds(2),
                TimeSpan.FromSeconds(30),
                TimeSpan.FromMinutes(5),
            ]),
            TroubleEvery = prng.Percent(80) ? prng.Between(TimeSpan.FromHours(2), TimeSpan.FromHours(18)) : null,
            LongestCut = prng.Pick([TimeSpan.FromMinutes(30), TimeSpan.FromHours(6), TimeSpan.FromHours(20)]),
            Remote = prng.Percent(15) ? prng.Below(nodes) : -1,
        };

    /// <summary>A crash in a large world makes many links come up again, so there are fewer.</summary>
    private static CrashFaults DrawCrashes(Prng prng, int nodes) =>
        new()
        {
            PerStep = prng.Pick([0, 0.002, 0.01, 0.02, 0.04]) / (nodes > 5 ? 5 : 1),
            DiskFullPerStep = prng.Pick([0, 0, 0.005, 0.02]),
            LongestDark = prng.Pick([TimeSpan.FromMinutes(1), TimeSpan.FromHours(2), TimeSpan.FromHours(12)]),
            WakesIn1970 = prng.Percent(20),
        };

    private static ClockFaults DrawClocks(Prng prng) =>
        new()
        {
            DriftPpm = prng.Pick([0, 50, 1000]),
            JumpEvery = prng.Percent(45) ? prng.Between(TimeSpan.FromHours(6), TimeSpan.FromHours(36)) : null,
        };

    private static HostileFaults DrawHostile(Prng prng) =>
        new()
        {
            MalloryEvery = prng.Percent(50) ? prng.Between(TimeSpan.FromMinutes(30), TimeSpan.FromHours(4)) : null,
            RogueEvery = prng.Percent(25) ? prng.Between(TimeSpan.FromMinutes(30), TimeSpan.FromHours(3)) : null,
            FalseSightingEvery = prng.Percent(20) ? prng.Between(TimeSpan.FromHours(4), TimeSpan.FromHours(24)) : null,
        };

    private static PeopleOptions DrawPeople(Prng prng, int nodes) =>
        new()
        {
            Residents = nodes >= 6 ? 2 : prng.Between(2, 4),
            ItemsEach = prng.Between(2, 4),
            Categories = prng.Between(3, 6),
            NoPct = prng.Pick([0, 5, 15]),
            LaterPct = prng.Pick([0, 20, 50]),
            WithdrawPct = prng.Pick([0, 3, 10]),
            SilentPct = prng.Pick([0, 5, 20]),
            FailPct = prng.Pick([0, 5, 20]),
            EndPeeringPct = prng.Pick([0, 0, 20, 60]),
            PlanEvery = prng.Between(TimeSpan.FromHours(3), TimeSpan.FromHours(10)),
            PlanQuiet = prng.Percent(30) ? TimeSpan.FromHours(1) : null,
        };
}
