using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

/// <summary>
/// Cases in either order, and with columns that are only taken into the relaxation when a case asks for them, lead to the optimum,
/// and the bound holds on the way.
/// </summary>
public sealed class TreeSearchTests
{
    /// <summary>More rings than a case holds from the start.</summary>
    private const int Many = 301;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Columns_that_a_case_asks_for_lead_to_the_optimum_in_either_order(bool highestFirst)
    {
        var (large, lazy) = (0, 0);
        for (var seed = 0; seed < 40; seed++)
        {
            var market = new Seeded(seed).Trade(14, 40 + seed % 20);
            var (problem, root, tree) = Tree(market);
            if (problem.Columns < Many)
                continue;
            large++;
            var best = BruteForce.BestTrade(market, 4);
            for (var cases = 1; tree.Bound > tree.Value; cases++)
            {
                tree.Advance(Meter(), cases, highestFirst);
                Assert.InRange(best, tree.Value, tree.Bound);
                Assert.True(cases < 100_000, $"seed {seed}: no end");
            }
            Assert.Equal((seed, best), (seed, tree.Value));
            lazy += root.Loaded.Count < problem.Columns ? 1 : 0;
        }
        Assert.True(large > 10 && lazy > 10, $"{large} with many rings, {lazy} of them with some never asked for");
    }

    [Fact]
    public void Highest_first_lowers_the_bound_in_no_more_cases_than_going_down()
    {
        var (highest, down) = (0L, 0L);
        for (var seed = 0; seed < 40; seed++)
        {
            var market = new Seeded(seed).Trade(16, 50);
            highest += BoundAfter(market, 12, highestFirst: true);
            down += BoundAfter(market, 12, highestFirst: false);
        }
        Assert.True(highest <= down, $"{highest} against {down}");
    }

    private static long BoundAfter(Market market, int cases, bool highestFirst)
    {
        var tree = Tree(market).Tree;
        tree.Advance(Meter(), cases, highestFirst);
        return tree.Bound;
    }

    private static (PackingProblem Problem, RootPrices Root, TreeSearch Tree) Tree(Market market)
    {
        var (pool, problem) = RingPacking.Of(market, 4);
        var root = new RootPrices(problem, Meter());
        Assert.True(root.Solve(Meter(), int.MaxValue));
        var prices = WholePrices.Cover(problem, [], root.Prices, [], []);
        int[] near = [.. Enumerable.Range(0, problem.Columns)];
        return (problem, root, new TreeSearch(problem, root, near, prices, 0, new SearchContext(pool, WithProof: true)));
    }

    private static WorkMeter Meter() => new(long.MaxValue, CancellationToken.None);
}
