using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

/// <summary>Random packing problems, small enough for trying everything.</summary>
internal static class RandomPacking
{
    public static PackingProblem Problem(int seed, int columns, int rows, int heaviest = 1000)
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
        int[] names = [.. Enumerable.Range(0, rows)];
        return new PackingProblem(ids, [.. weights.Select(w => w * 1000)], start, [.. list], capacity, names);
    }

    /// <summary>The weight of the best choice, each column at most once.</summary>
    public static long Best(PackingProblem problem) => Best(problem, 0, (int[])problem.Capacity.Clone());

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
}
