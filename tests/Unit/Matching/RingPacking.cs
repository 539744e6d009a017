using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

/// <summary>The rings of a market as a packing problem, with the pool that knows their arcs.</summary>
internal sealed record RingPacking(ColumnPool Pool, PackingProblem Problem)
{
    public static RingPacking Of(Market market, int cap)
    {
        var graph = ExchangeGraph.Build(market);
        var pool = new ColumnPool(graph);
        new CycleSearch(graph, cap).Run(arcs =>
        {
            pool.Add(arcs, graph.WeightOf(arcs, chain: false), chain: false);
            return true;
        });
        pool = pool.InColumnOrder();
        return new RingPacking(pool, pool.ToProblem());
    }
}
