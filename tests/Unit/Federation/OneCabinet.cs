using EdgeNode.Appliance;
using EdgeNode.Federation;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;
using EdgeNode.Wire.Io;

namespace EdgeNode.Tests.Unit.Federation;

/// <summary>A real node on a real database in a folder of its own, and a clock that the test moves.</summary>
internal sealed class OneCabinet : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgenode-unit-").FullName;
    private readonly NodeKey _key;
    private readonly Node _node;
    private long _ticket;

    public OneCabinet(NodeOptions? options = null)
    {
        var entropy = new SeededEntropy(1, "unit");
        _key = NodeKey.Create(entropy);
        var seal = entropy.Bytes(32);
        Identity = Identity.CreateNode(_key, Sodium.X25519PublicKey(seal), entropy);
        Db = new StoreFile(Path.Combine(_folder, "node.db")).OpenWriter(Node.Modules);
        var card = new NodeCard(Identity, "Mill", [], "us", "10.0.0.1", 8883, 8444, "unit");
        _node = new Node(Db, _key, card, entropy, options ?? NodeOptions.Default, new Sealer(seal, entropy));
        Step(new Started());
    }

    public Identity Identity { get; }
    public Db Db { get; }
    public Moment Now { get; set; } = new(1_772_352_000_000);
    public Did Did => Identity.Did;

    public IReadOnlyList<Effect> Step(params NodeInput[] inputs) => _node.Step(inputs, Now);

    public Answer Ask(Command command)
    {
        var ticket = ++_ticket;
        return Step(new Asked(ticket, command)).OfType<Reply>().Single(r => r.Ticket == ticket).Answer;
    }

    /// <summary>A resident, and the seed that the door would unwrap from their card.</summary>
    public (Did Did, byte[] Seed) Resident(string label)
    {
        var answer = Ask(new Join(label, "en"));
        Assert.True(CardLock.TryParse(answer.Secret, out var secret));
        var hosted = Residents.FindCard(Db, CardLock.IdOf(secret))!;
        return (hosted.Did, CardLock.Open(secret, hosted.Nonce, hosted.Wrapped, hosted.Did)!);
    }

    /// <summary>Two residents here whose wishes fit, and the ring of both, proposed.</summary>
    public (string Chain, (Did Did, byte[] Seed) Alice, (Did Did, byte[] Seed) Bob) RingOfTwo()
    {
        var (alice, bob) = (Resident("Alice"), Resident("Bob"));
        Ask(new Offer(alice.Did, "bread", "fresh bread", 1, Sharing.Here));
        Ask(new Ask(alice.Did, "a repair", ["repair"], 1, Sharing.Here));
        Ask(new Offer(bob.Did, "repair", "bicycle repair", 1, Sharing.Here));
        Ask(new Ask(bob.Did, "some bread", ["bread"], 1, Sharing.Here));
        var start = Step(new Asked(0, new PlanNow())).OfType<StartPlan>().Single();
        Step(
            new PlanReady(start.PlanId, EdgeNode.Matching.Planner.Solve(start.Market, new EdgeNode.Matching.PlanOptions()), null)
        );
        return (Db.Text("SELECT chain_id FROM chain")!, alice, bob);
    }

    public Answer Say(string chain, (Did Did, byte[] Seed) who, string value)
    {
        var content = RingCard.For(Db, chain, who.Did)!.ConsentContent(who.Did, value, Now);
        return Ask(new AnswerRing(Residents.SignAct(who.Seed, who.Did, Kinds.ActConsent, content)));
    }

    public string State(string chain) => Db.Text("SELECT state FROM chain WHERE chain_id = $1", chain)!;

    public void Dispose()
    {
        _node.Dispose();
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
