using EdgeNode.Appliance;
using EdgeNode.Federation;

namespace EdgeNode.Tests.Unit.Federation;

public sealed class HintTests
{
    [Fact]
    public void Whoever_posts_an_offering_can_be_told_of_the_ring_it_closes_until_it_is_proposed()
    {
        using var cabinet = new OneCabinet();
        var (alice, bob) = (cabinet.Resident("Alice").Did, cabinet.Resident("Bob").Did);
        cabinet.Ask(new Offer(alice, "bread", "fresh bread", 1, Sharing.Here));
        cabinet.Ask(new Ask(alice, "a repair", ["repair"], 1, Sharing.Here));
        cabinet.Ask(new Ask(bob, "some bread", ["bread"], 1, Sharing.Here));
        var bread = cabinet.Db.Text("SELECT offering_id FROM offering WHERE category = 'bread'")!;
        Assert.Null(Proposer.Hint(cabinet.Db, cabinet.Did, bread, 3));
        cabinet.Ask(new Offer(bob, "repair", "bicycle repair", 1, Sharing.Here));
        var ring = Proposer.Hint(cabinet.Db, cabinet.Did, bread, 3);
        Assert.Equal(new[] { alice.Value, bob.Value }.Order(), ring!.Edges.Select(e => e.Giver).Order());
        var start = cabinet.Step(new Asked(0, new PlanNow())).OfType<StartPlan>().Single();
        var plan = EdgeNode.Matching.Planner.Solve(start.Market, new EdgeNode.Matching.PlanOptions());
        cabinet.Step(new PlanReady(start.PlanId, plan, null));
        Assert.Null(Proposer.Hint(cabinet.Db, cabinet.Did, bread, 3));
    }
}
