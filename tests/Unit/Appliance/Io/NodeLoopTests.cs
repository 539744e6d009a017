using EdgeNode.Appliance;
using EdgeNode.Appliance.Io;
using EdgeNode.Sync;
using EdgeNode.Tests.Unit.Appliance.Web;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Appliance.Io;

/// <summary>How inputs become steps.</summary>
public sealed class NodeLoopTests
{
    [Fact]
    public async Task No_step_takes_a_whole_window_of_bundles()
    {
        const int Bundle = 60_000;
        const int Sent = 16;
        await using var node = await LoopNode.Start();
        await node.Node.Ask(new Join("Amina", "en"), default);
        var before = node.Loop.Steps;
        var stranger = Did.FromGenesis(new byte[32]);
        for (var i = 0; i < Sent; i++)
            Assert.True(node.Loop.Post(new Received(stranger, TopicKind.Data, new byte[Bundle])));
        // Answered after everything that was posted before it.
        await node.Node.Ask(new Join("Ravi", "en"), default);
        var most = (NodeLoop.MaxBatchBytes / Bundle) + 1;
        Assert.True(node.Loop.Steps - before >= Sent / most, $"{Sent} bundles in {node.Loop.Steps - before} steps");
    }
}
