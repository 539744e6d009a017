using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

/// <summary>The gradient method promises a bound that holds whatever happens, and one that is close to the relaxation's.</summary>
public sealed class GradientPricesTests
{
    [Fact]
    public void Its_bound_is_never_below_the_optimum_and_its_shares_hardly_overdraw()
    {
        for (var seed = 0; seed < 120; seed++)
        {
            var problem = RandomPacking.Problem(seed, columns: 16, rows: 8);
            var gradient = new GradientPrices(problem, Meter());
            Assert.True(BoundOf(problem, gradient) >= RandomPacking.Best(problem), $"seed {seed}: below the optimum");
            Assert.All(gradient.Prices, price => Assert.True(price >= 0));
            for (var row = 0; row < problem.Rows; row++)
            {
                var use = problem.ColumnsOf(row).ToArray().Sum(gradient.ShareOf);
                Assert.True(use <= problem.Capacity[row] * 1.2 + 0.05, $"seed {seed}: row {row} is used {use} times");
            }
        }
    }

    [Fact]
    public void Its_bound_is_within_a_thousandth_of_the_relaxation()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var problem = RandomPacking.Problem(seed, columns: 2000, rows: 300);
            var lp = new PackingLp(problem.Capacity, Meter());
            for (var column = 0; column < problem.Columns; column++)
                lp.AddColumn(problem.Weights[column] / 1e6, problem.RowsOf(column));
            Assert.Equal(LpOutcome.Optimal, lp.Primal());
            Assert.Equal(LpOutcome.Optimal, lp.Dual());
            var bound = BoundOf(problem, new GradientPrices(problem, Meter())) / 1e6;
            Assert.InRange(bound, lp.Objective - 1e-6, lp.Objective * 1.001);
        }
    }

    [Fact]
    public void Work_that_is_spent_at_once_leaves_a_bound_that_holds()
    {
        var problem = RandomPacking.Problem(7, columns: 16, rows: 8);
        var gradient = new GradientPrices(problem, new WorkMeter(0, CancellationToken.None));
        Assert.True(BoundOf(problem, gradient) >= RandomPacking.Best(problem));
    }

    private static long BoundOf(PackingProblem problem, GradientPrices gradient) =>
        WholePrices.Bound(WholePrices.Cover(problem, [], gradient.Prices, [], []).Total, problem.Unit);

    private static WorkMeter Meter() => new(long.MaxValue, CancellationToken.None);
}
