using EdgeNode.Appliance;
using EdgeNode.Federation;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>
/// A quiet world for a named scenario: nothing happens but what the scenario says. All checkers watch as ever, and at the end the world must come to
/// rest.
/// </summary>
internal sealed class Stage : IDisposable
{
    public const ulong Seed = 7;

    public Stage(int cabinets, Func<WorldOptions, WorldOptions>? with = null, string? traceFile = null)
    {
        var quiet = WorldOptions.Quiet(Seed, cabinets);
        World = new World(with is null ? quiet : with(quiet), traceFile);
        foreach (var cabinet in World.Cabinets)
            cabinet.Start();
        Run(TimeSpan.FromMinutes(1));
    }

    public World World { get; }
    public Cabinet A => World.Cabinets[0];
    public Cabinet B => World.Cabinets[1];
    public Cabinet C => World.Cabinets[2];

    public void Run(TimeSpan span) => World.Run(span);

    public void Hours(double hours) => Run(TimeSpan.FromHours(hours));

    public void Minutes(double minutes) => Run(TimeSpan.FromMinutes(minutes));

    public void Expect(bool holds, string claim) => World.Watch.Expect(holds, "scenario", null, "expected that " + claim);

    /// <summary>Waits until something holds; that it never does is the scenario's failure.</summary>
    public void Until(Func<bool> holds, string claim, double hours = 12) =>
        Expect(World.RunUntil(holds, TimeSpan.FromHours(hours)), claim);

    /// <summary>The world is healed and must come to rest with all promises kept.</summary>
    public void Rest()
    {
        World.Net.Loses = null;
        World.Net.LosesPairing = null;
        World.Heal();
        World.ComeToRest(World.LongestHealing);
        World.Watch.Last();
    }

    public void Pair(Cabinet a, Cabinet b)
    {
        a.Ask(new RequestPeering(b.Address, Station.PairPort), _ => { });
        Until(() => Peering(b, a) == PeerState.ProposedByThem, $"{b} sees the request of {a}");
        b.Ask(new AcceptPeering(a.Did), _ => { });
        UntilPeers(a, b);
    }

    public void PairAll()
    {
        for (var i = 0; i < World.Cabinets.Length; i++)
        for (var j = i + 1; j < World.Cabinets.Length; j++)
            Pair(World.Cabinets[i], World.Cabinets[j]);
        Minutes(5);
    }

    public void UntilPeers(Cabinet a, Cabinet b) =>
        Until(() => Peering(a, b) == PeerState.Enrolled && Peering(b, a) == PeerState.Enrolled, $"{a} and {b} are peers");

    public PeerState Peering(Cabinet at, Cabinet other) => PeerBook.Find(at.Db, other.Did)?.State ?? PeerState.None;

    public Person Person(Cabinet home)
    {
        var person = World.People.Add(home, automatic: false);
        person.Join();
        Until(() => person.HasJoined, "the resident has a card");
        return person;
    }

    /// <summary>A resident who gives one thing and wants another, shared with everyone.</summary>
    public Person Person(Cabinet home, string gives, string wants, int capacity = 1)
    {
        var person = Person(home);
        person.Offer(gives, Sharing.All, capacity);
        person.Need([wants], Sharing.All, capacity);
        Until(() => person.Items.Count == 2, "both items are posted");
        return person;
    }

    /// <summary>Waits until every shared item is known everywhere it is shared.</summary>
    public void UntilReplicated() =>
        Until(
            () => World.Cabinets.All(c => c.IsUp && c.Db.Number("SELECT count(*) FROM outbox") == 0),
            "what is shared has arrived"
        );

    /// <summary>The three of the seed scenario: Alice and Carol at A, Bob at B; one ring of three is possible.</summary>
    public (Person Alice, Person Carol, Person Bob) RingOfThree()
    {
        PairAll();
        var alice = Person(A, "legal", "catering");
        var carol = Person(A, "design", "legal");
        var bob = Person(B, "catering", "design");
        UntilReplicated();
        return (alice, carol, bob);
    }

    /// <summary>One resident at each of A, B and C; one ring of three over three cabinets is possible.</summary>
    public (Person Alice, Person Bob, Person Carol) RingOverThree()
    {
        PairAll();
        var alice = Person(A, "legal", "catering");
        var bob = Person(B, "design", "legal");
        var carol = Person(C, "catering", "design");
        UntilReplicated();
        return (alice, bob, carol);
    }

    /// <summary>Every steward plans; returns the one ring that was proposed.</summary>
    public string Propose()
    {
        var before = World.Watch.Facts.Proposals.Keys.ToHashSet();
        foreach (var cabinet in World.Cabinets)
            cabinet.Ask(new PlanNow(), _ => { });
        Until(() => World.Watch.Facts.Proposals.Keys.Any(k => !before.Contains(k)), "a ring is proposed");
        return World.Watch.Facts.Proposals.Keys.First(k => !before.Contains(k));
    }

    public void UntilState(Cabinet cabinet, string chain, ChainState state, double hours = 12) =>
        Until(() => State(cabinet, chain) == state, $"the ring is {state} at {cabinet}, not {State(cabinet, chain)}", hours);

    public ChainState State(Cabinet cabinet, string chain) =>
        cabinet.IsUp ? ChainBook.Find(cabinet.Db, chain)?.State ?? ChainState.Unknown : ChainState.Unknown;

    public int Held(Cabinet cabinet) => (int)cabinet.Db.Number("SELECT count(*) FROM hold WHERE kind = 'hard'");

    /// <summary>A bundle that carries a statement of this kind.</summary>
    public static bool Carries(SeenFrame frame, string kind) =>
        frame.Kind == TopicKind.Data
        && Bundle.TryRead(frame.Bytes) is { } bundle
        && bundle.Statements.Any(s => Statement.TryRead(s)?.Kind == kind);

    public void Dispose() => World.Dispose();
}

/// <summary>A short play with a name: a bug that was found, or a variant of the protocol that has to be shown.</summary>
internal sealed record Scenario(string Name, string Claim, int Cabinets, Action<Stage> Play)
{
    public Func<WorldOptions, WorldOptions>? With { get; init; }
}
