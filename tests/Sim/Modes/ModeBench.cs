using System.Globalization;
using System.Text.Json;
using EdgeNode.Appliance;
using EdgeNode.Federation;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>What one mode made of a market.</summary>
internal sealed record ModeResult(
    FindingMode Mode,
    int Items,
    int Rings,
    int Proposed,
    int Rounds,
    long Frames,
    long Bytes,
    long BytesBefore,
    SortedDictionary<string, long> Statements
);

/// <summary>
/// The same market in each mode: real nodes, every statement signed and carried, everybody says yes. Value is what was agreed, in items that change hands. Nothing
/// goes wrong but that some cabinets may be out of reach from the first search on.
/// </summary>
internal sealed class ModeBench(ModeMarket market, int cabinets, SimOptions bench, TextWriter log)
{
    private const int MostRounds = 8;

    /// <summary>Between the searches of two cabinets: longer than a search and a plan take in the simulator.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromMinutes(40);

    public ModeResult Run(FindingMode mode)
    {
        var options = WorldOptions.Quiet(7, cabinets) with
        {
            Modes = [mode],
            PlanCap = bench.Cap,
            Batch = 64,
            IsWatched = false,
            Tune = n =>
                n with
                {
                    Finding = n.Finding with { Context = bench.Context },
                    Exchange = n.Exchange with
                    {
                        OpenPerProposer = 100_000,
                        EarlyPerPeer = 10_000,
                        AskAfter = TimeSpan.FromHours(1),
                    },
                    Sync = n.Sync with
                    {
                        FillTo = 56_000,
                        Window = 256 * 1024,
                        InboxKept = 4096,
                        Retransmit = TimeSpan.FromMinutes(20),
                    },
                },
        };
        using var world = new World(options);
        Prepare(world);
        var before = world.Counts["bytes"];
        for (var i = 0; i < bench.Unreachable; i++)
            world.Net.CutOff(world.Cabinets[i], TimeSpan.FromDays(60));
        world.Run(TimeSpan.FromHours(1));
        var rounds = 0;
        for (var last = -1; rounds < MostRounds && Committed(world).Items > last; rounds++)
        {
            last = Committed(world).Items;
            Round(world, mode);
            log.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {mode.Word()}: round {rounds + 1}, {Committed(world).Items} items agreed"
                )
            );
        }
        return Result(world, mode, rounds, before);
    }

    private void Prepare(World world)
    {
        foreach (var cabinet in world.Cabinets)
            cabinet.Start();
        world.Run(TimeSpan.FromMinutes(1));
        foreach (var a in world.Cabinets)
        foreach (var b in world.Cabinets.Where(c => c.Index > a.Index))
            a.Ask(new RequestPeering(b.Address, Station.PairPort), _ => { });
        world.Run(TimeSpan.FromMinutes(10));
        foreach (var a in world.Cabinets)
        foreach (var b in world.Cabinets.Where(c => c.Index < a.Index))
            a.Ask(new AcceptPeering(b.Did), _ => { });
        Until(
            world,
            () =>
                world.Cabinets.All(c =>
                    PeerBook.Enrolled(c.Db).Count == cabinets - 1 && c.Node.InContact.Count() == cabinets - 1
                ),
            "peerings stand"
        );
        var people = market
            .Residents.Select(r => (Resident: r, Person: world.People.Add(world.Cabinets[r.Cabinet], automatic: false)))
            .ToArray();
        foreach (var (resident, person) in people)
            person.Join(() => Post(person, resident));
        var items = market.Residents.Sum(r => r.Gives.Count + r.Wants.Count);
        Until(world, () => people.Sum(p => p.Person.Items.Count) == items, "everything is posted");
        world.Run(TimeSpan.FromHours(1));
        Until(world, () => IsQuiet(world), "what is shared has arrived");
    }

    private static void Post(Person person, ModeResident resident)
    {
        foreach (var gives in resident.Gives)
            person.Offer(gives, Sharing.All);
        foreach (var wants in resident.Wants)
            person.Need(wants, Sharing.All);
    }

    /// <summary>Every cabinet searches once; then everybody says yes, and all rings come to their end.</summary>
    private void Round(World world, FindingMode mode)
    {
        // With replication all plan the same at the same time; the others would find each other's pledges changed under them, so each has its turn.
        foreach (var cabinet in Reachable(world))
        {
            cabinet.Ask(new PlanNow(), _ => { });
            if (mode != FindingMode.Replicate)
                world.Run(Turn);
        }
        world.Run(Turn);
        var end = world.Elapsed + TimeSpan.FromHours(30);
        do
        {
            foreach (var cabinet in Reachable(world))
                SayYes(world, cabinet);
            world.Run(TimeSpan.FromMinutes(30));
        } while (Reachable(world).Any(HasUndecided) && world.Elapsed < end);
    }

    private static void SayYes(World world, Cabinet cabinet)
    {
        var open = cabinet.Db.All(
            "SELECT c.chain_id, p.participant FROM chain c JOIN chain_participant p ON p.chain_id = c.chain_id WHERE c.state = 'VALIDATED' AND p.home_node = $1 "
                + "AND NOT EXISTS (SELECT 1 FROM chain_consent a WHERE a.chain_id = c.chain_id AND a.participant = p.participant) ORDER BY 1, 2",
            r => (Chain: r.Text(0), Person: r.Text(1)),
            cabinet.Did.Value
        );
        foreach (var (chain, person) in open)
            world.People.Find(person)!.Answer(chain, "yes");
    }

    private IEnumerable<Cabinet> Reachable(World world) => world.Cabinets.Skip(bench.Unreachable);

    private static bool HasUndecided(Cabinet cabinet) =>
        cabinet.Db.Exists("SELECT 1 FROM chain WHERE state IN ('SEEN', 'VALIDATED', 'CONSENTED', 'YES')");

    private bool IsQuiet(World world) => Reachable(world).All(c => c.Db.Number("SELECT count(*) FROM outbox") == 0);

    private static void Until(World world, Func<bool> holds, string what)
    {
        if (!world.RunUntil(holds, TimeSpan.FromDays(20), TimeSpan.FromMinutes(10)))
            throw new InvariantException($"it was expected that {what}");
    }

    /// <summary>A ring counts once it is agreed at all its home nodes.</summary>
    private static (int Items, int Rings) Committed(World world)
    {
        var rings = world
            .Cabinets.SelectMany(c =>
                c.Db.All(
                    "SELECT c.chain_id, (SELECT count(*) FROM chain_edge e WHERE e.chain_id = c.chain_id), (SELECT count(DISTINCT home_node) FROM chain_participant p WHERE p.chain_id = c.chain_id) "
                        + "FROM chain c WHERE c.state IN ('COMMITTED', 'COMPLETED')",
                    r => (Chain: r.Text(0), Edges: r.Int(1), Homes: r.Int(2))
                )
            )
            .GroupBy(r => r.Chain)
            .Where(g => g.Count() == g.First().Homes)
            .Select(g => g.First().Edges)
            .ToArray();
        return (rings.Sum(), rings.Length);
    }

    private static ModeResult Result(World world, FindingMode mode, int rounds, long before)
    {
        var statements = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (kind, count) in world.Counts.All.Where(c => c.Key.StartsWith("sent ", StringComparison.Ordinal)))
            statements[kind[5..]] = count;
        var (items, rings) = Committed(world);
        var proposed = world.Cabinets.Sum(c => (int)c.Db.Number("SELECT count(*) FROM chain WHERE proposer = $1", c.Did.Value));
        return new(mode, items, rings, proposed, rounds, world.Counts["frames"], world.Counts["bytes"], before, statements);
    }

    public static void Write(Utf8JsonWriter w, ModeResult r, int replicated)
    {
        w.WriteStartObject();
        w.WriteString("mode", r.Mode.Word());
        w.WriteNumber("items", r.Items);
        w.WriteNumber("rings", r.Rings);
        w.WriteNumber("proposed", r.Proposed);
        w.WriteNumber("rounds", r.Rounds);
        w.WriteNumber("share_of_replication", replicated == 0 ? 1 : Math.Round((double)r.Items / replicated, 4));
        w.WriteNumber("frames", r.Frames);
        w.WriteNumber("bytes", r.Bytes);
        w.WriteNumber("bytes_before_the_first_search", r.BytesBefore);
        w.WriteStartObject("statements");
        foreach (var (kind, count) in r.Statements)
            w.WriteNumber(kind, count);
        w.WriteEndObject();
        w.WriteEndObject();
    }
}
