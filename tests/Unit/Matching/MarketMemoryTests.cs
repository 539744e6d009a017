using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

/// <summary>Memory is measured for the whole process, so nothing else may run beside these.</summary>
[CollectionDefinition(nameof(MarketMemoryTests), DisableParallelization = true)]
[Collection(nameof(MarketMemoryTests))]
public sealed class MarketMemoryTests
{
    [Fact]
    public void A_market_at_five_arcs_a_resident_takes_less_than_300_bytes_a_resident()
    {
        using var text = new MemoryStream();
        using (var to = new StreamWriter(text, leaveOpen: true))
            MarketGenerator.Write(20_000, 1, MarketDensity.Mid, to);
        var content = text.ToArray();
        var before = GC.GetTotalMemory(true);
        var graph = Instance.Read(InstanceSource.Of("m.txt", content), new InstanceOptions()).Graph;
        var rematch = new Rematch(graph, RematchOptions.Default);
        rematch.StartFromStream(graph);
        var bytes = (GC.GetTotalMemory(true) - before) / graph.Residents.Count;
        Assert.InRange(graph.Arcs / (double)graph.Residents.Count, 3, 6);
        Assert.InRange(bytes, 50, 300);
        GC.KeepAlive(rematch);
        GC.KeepAlive(content);
    }
}
