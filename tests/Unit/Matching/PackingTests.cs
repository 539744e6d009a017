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

    [Fact]
    public void Branches_through_problems_whose_relaxation_is_far_from_whole()
    {
        long work = 0;
        for (var seed = 0; seed < 60; seed++)
        {
            var problem = Triples(seed);
            var meter = new WorkMeter(long.MaxValue, CancellationToken.None);
            var result = Packing.Solve(problem, meter);
            Assert.Equal((seed, BestOfRowSets(problem)), (seed, result.Value));
            Assert.Equal((seed, result.Value), (seed, result.Bound));
            work += meter.Done / problem.Entries;
        }
        Assert.True(work > 60 * 500, $"{work / 60} passes each: these are too easy to need branching");
    }

    [Fact]
    public void Branches_left_open_keep_the_bound_above_the_optimum()
    {
        var (late, open) = (0, 0);
        for (var seed = 0; seed < 60; seed++)
        {
            var problem = Triples(seed);
            var best = BestOfRowSets(problem);
            for (long limit = 1_000; limit < 3_000_000; limit = limit * 5 / 4)
            {
                var result = Packing.Solve(problem, new WorkMeter(limit, CancellationToken.None));
                Assert.InRange(best, result.Value, result.Bound);
                late += result.Value < best ? 1 : 0;
                open += result.Bound > best ? 1 : 0;
                if (result.Value == result.Bound)
                    break;
            }
        }
        Assert.True(late > 60 && open > 300, $"{late} plans below the optimum, {open} bounds above it: the limits hardly bit");
    }

    [Fact]
    public void A_column_counts_once_in_the_bound_too()
    {
        // One row with room for two: without "each column once" the prices could not get below twice the best column.
        var problem = new PackingProblem([0, 1, 2], [10, 8, 7], [0, 1, 2, 3], [0, 0, 0], [2], [0]);
        var part = Presolve.Cut(problem, [0, 1, 2], problem.Capacity, problem.StartPrice).Parts.Single();
        var prices = new DualPrices(part, new WorkMeter(long.MaxValue, CancellationToken.None));
        prices.Improve(18, 500);
        Assert.Equal(18, prices.Bound);
    }

    [Fact]
    public void Among_columns_of_equal_weight_the_smaller_one_is_chosen()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var problem = Random(seed, columns: 14, rows: 8, heaviest: 2);
            var chosen = Packing.Solve(problem, new WorkMeter(long.MaxValue, CancellationToken.None)).Columns;
            foreach (var column in chosen)
                for (var smaller = 0; smaller < column; smaller++)
                    if (!chosen.Contains(smaller) && problem.Weights[smaller] == problem.Weights[column])
                        Assert.False(
                            IsValid(problem, [.. chosen.Where(c => c != column), smaller]),
                            $"seed {seed}: {smaller} could stand for {column}"
                        );
        }
    }

    private static PackingProblem Random(int seed, int columns, int rows, int heaviest = 1000)
    {
        var random = new Seeded(seed);
        var (start, list, weights) = (new int[columns + 1], new List<int>(), new long[columns]);
        for (var column = 0; column < columns; column++)
        {
            list.AddRange(random.Shuffle(Enumerable.Range(0, rows)).Take(1 + random.Below(4)));
            start[column + 1] = list.Count;
            weights[column] = random.Chance(50) ? 1 + random.Below(Math.Min(5, heaviest)) : 1 + random.Below(heaviest);
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

    /// <summary>Sixty columns of three rows out of fifteen and of nearly equal weight: many fractional ways to fill all rows.</summary>
    private static PackingProblem Triples(int seed)
    {
        var random = new Seeded(seed);
        int[] ids = [.. Enumerable.Range(0, 60)];
        int[] rows = [.. ids.SelectMany(_ => random.Shuffle(Enumerable.Range(0, 15)).Take(3))];
        long[] weights = [.. ids.Select(_ => 100L + random.Below(20))];
        int[] start = [.. Enumerable.Range(0, 61).Select(i => 3 * i)];
        return new PackingProblem(ids, weights, start, rows, [.. Enumerable.Repeat(1, 15)], new long[15]);
    }

    /// <summary>The optimum where every row has room for one: over all sets of rows.</summary>
    private static long BestOfRowSets(PackingProblem problem)
    {
        var masks = new int[problem.Columns];
        for (var column = 0; column < masks.Length; column++)
            foreach (var row in problem.RowsOf(column))
                masks[column] |= 1 << row;
        var best = new long[1 << problem.Rows];
        for (var set = 1; set < best.Length; set++)
        {
            // Either the highest row of the set stays empty or one of its columns fills it.
            var high = 1 << (31 - int.LeadingZeroCount(set));
            best[set] = best[set & ~high];
            for (var column = 0; column < masks.Length; column++)
                if ((masks[column] & high) != 0 && (masks[column] & ~set) == 0)
                    best[set] = Math.Max(best[set], problem.Weights[column] + best[set & ~masks[column]]);
        }
        return best[^1];
    }

    private static void AssertValid(PackingProblem problem, PackingResult result)
    {
        Assert.Equal(result.Columns.Distinct().Order(), result.Columns);
        Assert.Equal(result.Value, result.Columns.Sum(column => problem.Weights[column]));
        Assert.True(IsValid(problem, result.Columns));
    }

    private static bool IsValid(PackingProblem problem, List<int> columns)
    {
        var used = new int[problem.Rows];
        foreach (var column in columns)
        foreach (var row in problem.RowsOf(column))
            if (++used[row] > problem.Capacity[row])
                return false;
        return true;
    }
}
