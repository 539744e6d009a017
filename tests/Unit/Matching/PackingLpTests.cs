using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

/// <summary>Whatever the pivots did: values that keep the rows and prices that cover the columns, of equal worth, are optimal.</summary>
public sealed class PackingLpTests
{
    private const double Near = 1e-6;

    [Fact]
    public void Values_and_prices_prove_each_other_on_two_thousand_random_problems()
    {
        var fractional = 0;
        for (var seed = 0; seed < 2000; seed++)
        {
            var problem = RandomPacking.Problem(seed, columns: 5 + seed % 60, rows: 4 + seed % 23);
            var lp = Load(problem);
            Assert.Equal(LpOutcome.Optimal, lp.Primal());
            Assert.Equal(LpOutcome.Optimal, lp.Dual());
            AssertOptimal(seed, problem, lp, new bool[problem.Columns]);
            for (var column = 0; column < problem.Columns; column++)
                fractional += lp.ValueOf(column) is > Near and < 1 - Near ? 1 : 0;
        }
        Assert.True(fractional > 400, $"only {fractional} values between 0 and 1: the problems are too easy");
    }

    [Fact]
    public void After_columns_are_banned_and_let_go_the_dual_method_finds_the_optimum_again()
    {
        for (var seed = 0; seed < 600; seed++)
        {
            var problem = RandomPacking.Problem(seed, columns: 30, rows: 12);
            var random = new Seeded(seed);
            var (lp, banned) = (Load(problem), new bool[problem.Columns]);
            Assert.Equal(LpOutcome.Optimal, lp.Primal());
            for (var round = 0; round < 6; round++)
            {
                for (var column = 0; column < problem.Columns; column++)
                    lp.Ban(column, banned[column] = random.Chance(40));
                Assert.Equal(LpOutcome.Optimal, lp.Dual());
                AssertOptimal(seed, problem, lp, banned);
            }
        }
    }

    [Fact]
    public void Norms_that_grow_without_end_hide_no_column()
    {
        for (var seed = 0; seed < 4; seed++)
        {
            var problem = RandomPacking.Problem(seed, columns: 60, rows: 30);
            var random = new Seeded(seed);
            var (lp, banned) = (Load(problem), new bool[problem.Columns]);
            for (var round = 0; round < 4000; round++)
            {
                for (var column = 0; column < problem.Columns; column++)
                    lp.Ban(column, banned[column] = random.Chance(40));
                Assert.Equal(LpOutcome.Optimal, lp.Dual());
                if (round % 500 == 499)
                    AssertOptimal(seed, problem, lp, banned);
            }
        }
    }

    [Fact]
    public void Columns_added_one_by_one_and_rows_added_late_end_at_the_same_worth()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var problem = RandomPacking.Problem(seed, columns: 24, rows: 10);
            var whole = Load(problem);
            whole.Primal();
            whole.Dual();
            var grown = new PackingLp(problem.Capacity.AsSpan(0, problem.Rows - 1), Meter());
            for (var column = 0; column < problem.Columns; column++)
            {
                grown.AddColumn(problem.Weights[column] / 1e6, Rows(problem, column, problem.Rows - 1));
                grown.Primal();
            }
            var last = problem.ColumnsOf(problem.Rows - 1);
            grown.Dual();
            grown.AddRow(problem.Capacity[^1], last, [.. Enumerable.Repeat(1.0, last.Length)]);
            Assert.Equal(LpOutcome.Optimal, grown.Dual());
            Assert.Equal(whole.Objective, grown.Objective, Near);
            AssertOptimal(seed, problem, grown, new bool[problem.Columns]);
        }
    }

    [Fact]
    public void Going_back_to_a_saved_basis_gives_the_saved_worth()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var problem = RandomPacking.Problem(seed, columns: 30, rows: 12);
            var lp = Load(problem);
            lp.Primal();
            lp.Dual();
            var (worth, basis) = (lp.Objective, lp.Save());
            for (var column = 0; column < 10; column++)
                lp.Ban(column, true);
            lp.Dual();
            for (var column = 0; column < 10; column++)
                lp.Ban(column, false);
            lp.Restore(basis);
            Assert.Equal(LpOutcome.Optimal, lp.Dual());
            Assert.Equal(worth, lp.Objective, Near);
        }
    }

    [Fact]
    public void A_full_row_is_used_to_its_capacity_or_the_ray_shows_that_it_cannot_be()
    {
        var (met, impossible) = (0, 0);
        for (var seed = 0; seed < 800; seed++)
        {
            var problem = RandomPacking.Problem(seed, columns: 14, rows: 9);
            var lp = Load(problem);
            lp.Primal();
            lp.Dual();
            var row = seed % problem.Rows;
            lp.Fill(row, true);
            for (var column = 0; column < problem.Columns; column++)
                lp.Ban(column, column % 3 == seed % 3);
            if (lp.Dual() == LpOutcome.Optimal)
            {
                met++;
                Assert.Equal(problem.Capacity[row], Uses(problem, lp)[row], Near);
                continue;
            }
            impossible++;
            var ray = lp.Ray;
            Assert.True(ray.Select((r, i) => r * problem.Capacity[i]).Sum() < -Near, $"seed {seed}: the ray lowers nothing");
            for (var r = 0; r < problem.Rows; r++)
                Assert.True(r == row || ray[r] >= -Near, $"seed {seed}: the ray lowers the price of row {r}");
            for (var column = 0; column < problem.Columns; column++)
                if (column % 3 != seed % 3)
                    Assert.True(
                        problem.RowsOf(column).ToArray().Sum(r => ray[r]) >= -Near,
                        $"seed {seed}: column {column} is uncovered"
                    );
        }
        Assert.True(met > 50 && impossible > 50, $"{met} met, {impossible} impossible");
    }

    [Fact]
    public void Whole_prices_cover_every_column_even_when_made_of_rubbish()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var problem = RandomPacking.Problem(seed, columns: 15, rows: 8);
            var random = new Seeded(seed);
            double[] rubbish =
            [
                .. Enumerable
                    .Range(0, problem.Rows)
                    .Select(_ => random.Chance(10) ? double.NaN : random.Below(3000) / 1e6 - 0.001),
            ];
            var prices = WholePrices.Cover(problem, [], rubbish, [], []);
            Assert.All(prices.Units, unit => Assert.True(unit >= 0));
            for (var column = 0; column < problem.Columns; column++)
                Assert.True(prices.SlackOf(problem, column) >= 0);
            Assert.True(WholePrices.Bound(prices.Total, 1) >= RandomPacking.Best(problem));
        }
    }

    [Fact]
    public void Whole_prices_of_the_relaxation_are_a_bound_less_than_a_micro_point_above_it()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var problem = RandomPacking.Problem(seed, columns: 30, rows: 12);
            var lp = Load(problem);
            lp.Primal();
            lp.Dual();
            var bound = WholePrices.Bound(WholePrices.Cover(problem, [], lp.Prices, [], []).Total, 1);
            Assert.InRange(bound, Math.Floor(lp.Objective * 1e6 - 1e-3), lp.Objective * 1e6 + 0.5);
        }
    }

    private static WorkMeter Meter() => new(long.MaxValue, CancellationToken.None);

    private static PackingLp Load(PackingProblem problem)
    {
        var lp = new PackingLp(problem.Capacity, Meter());
        for (var column = 0; column < problem.Columns; column++)
            lp.AddColumn(problem.Weights[column] / 1e6, problem.RowsOf(column));
        return lp;
    }

    private static int[] Rows(PackingProblem problem, int column, int below) =>
        [.. problem.RowsOf(column).ToArray().Where(row => row < below)];

    private static double[] Uses(PackingProblem problem, PackingLp lp)
    {
        var uses = new double[problem.Rows];
        for (var column = 0; column < problem.Columns; column++)
            foreach (var row in problem.RowsOf(column))
                uses[row] += lp.ValueOf(column);
        return uses;
    }

    private static void AssertOptimal(int seed, PackingProblem problem, PackingLp lp, bool[] banned)
    {
        var uses = Uses(problem, lp);
        for (var row = 0; row < problem.Rows; row++)
        {
            Assert.True(uses[row] <= problem.Capacity[row] + Near, $"seed {seed}: row {row} is overdrawn");
            Assert.True(lp.Prices[row] >= -Near, $"seed {seed}: row {row} has a price below zero");
        }
        for (var column = 0; column < problem.Columns; column++)
        {
            var above = problem.Weights[column] / 1e6 - problem.RowsOf(column).ToArray().Sum(row => Price(lp, row));
            Assert.True(banned[column] || above <= Near, $"seed {seed}: column {column} is worth {above} above its price");
            Assert.True(lp.ValueOf(column) >= -Near, $"seed {seed}: column {column} is used {lp.ValueOf(column)} times");
            Assert.True(!banned[column] || lp.ValueOf(column) <= Near, $"seed {seed}: banned column {column} is used");
        }
        Assert.Equal(lp.BoundNow(), lp.Objective, Near);
    }

    private static double Price(PackingLp lp, int row) => lp.Prices[row];
}
