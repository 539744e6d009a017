using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

public sealed class PackingTests
{
    [Fact]
    public void Packs_three_thousand_random_problems_best_and_proves_it()
    {
        var branched = 0;
        for (var seed = 0; seed < 3000; seed++)
        {
            var problem = Random(seed, columns: 4 + seed % 12, rows: 4 + seed % 9);
            var meter = new WorkMeter(long.MaxValue, CancellationToken.None);
            var result = Packing.Solve(problem, meter);
            Assert.Equal((seed, Best(problem, 0, (int[])problem.Capacity.Clone())), (seed, result.Value));
            Assert.Equal((seed, result.Value), (seed, result.Bound));
            AssertValid(problem, result);
            branched += meter.Done > 30L * problem.Entries ? 1 : 0;
        }
        Assert.True(branched > 100, $"only {branched} problems needed more than a few passes");
    }

    [Fact]
    public void At_every_work_limit_the_optimum_lies_between_value_and_bound()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var problem = Random(seed, columns: 16, rows: 9);
            var best = Best(problem, 0, (int[])problem.Capacity.Clone());
            for (var limit = 0; limit < 20_000; limit = limit * 3 / 2 + 25)
            {
                var result = Packing.Solve(problem, new WorkMeter(limit, CancellationToken.None));
                Assert.InRange(best, result.Value, result.Bound);
                AssertValid(problem, result);
            }
        }
    }

    [Fact]
    public void Prices_cover_every_column_at_every_stage()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var problem = Random(seed, columns: 15, rows: 8);
            var prices = new DualPrices(problem, new WorkMeter(long.MaxValue, CancellationToken.None));
            foreach (var rounds in new[] { 0, 1, 5, 50, 500 })
            {
                var before = prices.Bound;
                prices.Improve(0, rounds);
                Assert.True(prices.Bound <= before);
                Assert.All(prices.Best, price => Assert.True(price >= 0));
                Assert.Equal(prices.Bound, prices.Best.Select((price, row) => price * problem.Capacity[row]).Sum());
                for (var column = 0; column < problem.Columns; column++)
                    Assert.True(prices.SlackOf(column) >= 0, $"seed {seed}: column {column} is worth more than its rows cost");
            }
        }
    }

    private static PackingProblem Random(int seed, int columns, int rows)
    {
        var random = new Seeded(seed);
        var (start, list, weights) = (new int[columns + 1], new List<int>(), new long[columns]);
        for (var column = 0; column < columns; column++)
        {
            list.AddRange(random.Shuffle(Enumerable.Range(0, rows)).Take(1 + random.Below(4)));
            start[column + 1] = list.Count;
            weights[column] = random.Chance(50) ? 1 + random.Below(5) : 1 + random.Below(1000);
        }
        int[] capacity = [.. Enumerable.Range(0, rows).Select(_ => random.Chance(65) ? 1 : 1 + random.Below(3))];
        int[] ids = [.. Enumerable.Range(0, columns)];
        return new PackingProblem(ids, weights, start, [.. list], capacity, new long[rows]);
    }

    private static long Best(PackingProblem problem, int column, int[] room)
    {
        if (column == problem.Columns)
            return 0;
        var best = Best(problem, column + 1, room);
        var fits = true;
        foreach (var row in problem.RowsOf(column))
            fits &= room[row] > 0;
        if (!fits)
            return best;
        foreach (var row in problem.RowsOf(column))
            room[row]--;
        best = Math.Max(best, problem.Weights[column] + Best(problem, column + 1, room));
        foreach (var row in problem.RowsOf(column))
            room[row]++;
        return best;
    }

    private static void AssertValid(PackingProblem problem, PackingResult result)
    {
        var used = new int[problem.Rows];
        Assert.Equal(result.Columns.Distinct().Order(), result.Columns);
        Assert.Equal(result.Value, result.Columns.Sum(column => problem.Weights[column]));
        foreach (var column in result.Columns)
        foreach (var row in problem.RowsOf(column))
            Assert.True(++used[row] <= problem.Capacity[row]);
    }
}
