namespace EdgeNode.Matching;

/// <summary>What a packing run knows at its end.</summary>
/// <param name="Columns">The chosen columns, ascending; a valid plan.</param>
/// <param name="Value">Their weight.</param>
/// <param name="Bound">No plan of these columns is worth more. Equal to the value: proved best.</param>
internal sealed record PackingResult(List<int> Columns, long Value, long Bound);

/// <summary>
/// Exact set packing by branch and bound on whole numbers. Each part is bounded by dual prices; columns that could only be
/// in plans no better than the known one are fixed away; what remains is branched on the row with the fewest columns. When
/// the counted work is spent, the open branches keep their bounds and the result says so by value below bound.
/// </summary>
internal sealed class Packing
{
    /// <summary>Deepest branching: bounds the call stack.</summary>
    private const int MaxDepth = 500;

    /// <summary>Most (column, row) pairs held by the problems on the way down: bounds memory to some 300 MB.</summary>
    private const long MaxHeld = 16_000_000;

    /// <summary>Descent rounds for the first bound of a part, and for the parts cut from it.</summary>
    private const int FirstRounds = 600,
        LaterRounds = 60;

    /// <summary>How often the final choice among equals is gone over at most; two or three times are usual.</summary>
    private const int MaxSettlePasses = 16;

    private readonly WorkMeter _meter;
    private long _held;

    private Packing(WorkMeter meter) => _meter = meter;

    /// <summary>Packs the columns; the work limit is in the meter, zero still gives a greedy plan and a first bound.</summary>
    public static PackingResult Solve(PackingProblem whole, WorkMeter meter)
    {
        var all = new int[whole.Columns];
        for (var column = 0; column < all.Length; column++)
            all[column] = column;
        var cut = Presolve.Cut(whole, all, whole.Capacity, whole.StartPrice);
        var result = new PackingResult(cut.Sure, cut.SureWeight, cut.SureWeight);
        var packing = new Packing(meter);
        var columnsLeft = cut.Parts.Sum(part => (long)part.Columns);
        // Small parts first: what they do not need of their share is left to the large ones.
        foreach (var part in cut.Parts.OrderBy(part => part.Columns).ThenBy(part => part.Ids[0]))
        {
            meter.Open((long)((Int128)meter.Left * part.Columns / columnsLeft));
            columnsLeft -= part.Columns;
            result = Join(result, packing.SolvePart(part, 0, 0));
        }
        result.Columns.Sort();
        return Settle(whole, result);
    }

    /// <summary>
    /// Solves one connected part. <paramref name="floor"/> is what a plan must beat to be of use; the result's bound is valid
    /// in any case, but once it is at the floor nothing more is tried.
    /// </summary>
    private PackingResult SolvePart(PackingProblem part, long floor, int depth)
    {
        var unit = Unit(part.Weights);
        var prices = new DualPrices(part, _meter);
        var best = FirstPlan(part, prices, depth);
        var beat = Math.Max(floor, best.Value);
        prices.Improve(beat + unit - 1, depth == 0 ? FirstRounds : LaterRounds);
        best = Better(best, FirstPlan(part, prices, depth));
        beat = Math.Max(floor, best.Value);
        var bound = Whole(prices.Bound, unit);
        if (bound <= beat || _meter.Spent || depth >= MaxDepth || _held + part.Entries > MaxHeld)
            return best with { Bound = Math.Max(bound, best.Value) };

        _held += part.Entries;
        var open = Useful(part, prices, beat, unit);
        var rest =
            open.Length * 5L <= part.Columns * 4L
                ? SolveCut(part, open, part.Capacity, prices.Best, beat, depth + 1)
                : Branch(part, open, prices, beat, unit, depth);
        _held -= part.Entries;
        best = Better(best, rest);
        // Columns fixed away could only reach what was already there to beat.
        return best with { Bound = Math.Max(best.Value, Math.Min(bound, Math.Max(beat, rest.Bound))) };
    }

    /// <summary>A greedy plan under the prices; at the root also improved by local search.</summary>
    private PackingResult FirstPlan(PackingProblem part, DualPrices prices, int depth)
    {
        var incumbent = new Incumbent(part, prices, _meter);
        if (depth == 0)
            incumbent.Improve();
        return new PackingResult(incumbent.Ids(), incumbent.Value, long.MaxValue);
    }

    /// <summary>
    /// Every plan either holds one of the columns of a row (the first of them, in order of slack, names the branch) or none.
    /// </summary>
    private PackingResult Branch(PackingProblem part, int[] open, DualPrices prices, long beat, long unit, int depth)
    {
        var best = new PackingResult([], 0, 0);
        var left = open.ToList();
        foreach (var column in BranchColumns(part, open, prices))
        {
            if (_meter.Spent || Whole(prices.Bound, unit) <= beat)
                return best with { Bound = prices.Bound };
            var weight = part.Weights[column];
            left.Remove(column);
            var with = SolveCut(part, [.. left], Using(part, column), prices.Best, beat - weight, depth + 1);
            var whole = new PackingResult([.. with.Columns, part.Ids[column]], with.Value + weight, with.Bound + weight);
            best = Better(best, whole) with { Bound = Math.Max(best.Bound, whole.Bound) };
            beat = Math.Max(beat, best.Value);
        }
        if (_meter.Spent || Whole(prices.Bound, unit) <= beat)
            return best with { Bound = prices.Bound };
        var without = SolveCut(part, [.. left], part.Capacity, prices.Best, beat, depth + 1);
        return Better(best, without) with { Bound = Math.Max(best.Bound, without.Bound) };
    }

    /// <summary>Cuts a smaller problem out of a part and solves its parts one after the other.</summary>
    private PackingResult SolveCut(PackingProblem part, int[] columns, int[] capacity, long[] price, long floor, int depth)
    {
        var cut = Presolve.Cut(part, columns, capacity, price);
        _meter.Count(4L * part.Entries);
        var bounds = new long[cut.Parts.Count];
        var total = cut.SureWeight;
        for (var i = 0; i < bounds.Length; i++)
            total += bounds[i] = bounds.Length == 1 ? long.MaxValue / 2 : new DualPrices(cut.Parts[i], _meter).Bound;
        var result = new PackingResult(cut.Sure, cut.SureWeight, total);
        for (var i = 0; i < bounds.Length && total > floor; i++)
        {
            var solved = SolvePart(cut.Parts[i], Math.Max(0, floor - (total - bounds[i])), depth);
            total += Math.Min(bounds[i], solved.Bound) - bounds[i];
            result = Join(result, solved) with { Bound = total };
        }
        return result;
    }

    /// <summary>The columns that may still be in a plan better than <paramref name="beat"/> (reduced-cost fixing).</summary>
    private static int[] Useful(PackingProblem part, DualPrices prices, long beat, long unit)
    {
        var useful = new List<int>(part.Columns);
        for (var column = 0; column < part.Columns; column++)
            if (Whole(prices.Bound - prices.SlackOf(column), unit) > beat)
                useful.Add(column);
        return [.. useful];
    }

    /// <summary>The open columns of the dear row that has fewest of them, least slack first.</summary>
    private static int[] BranchColumns(PackingProblem part, int[] open, DualPrices prices)
    {
        var count = new int[part.Rows];
        foreach (var column in open)
        foreach (var row in part.RowsOf(column))
            count[row]++;
        var chosen = -1;
        for (var row = 0; row < part.Rows; row++)
            if (count[row] > 0 && prices.Best[row] > 0 && (chosen < 0 || Sooner(row, chosen, count, prices.Best)))
                chosen = row;
        return
        [
            .. open.Where(column => part.RowsOf(column).Contains(chosen))
                .OrderBy(prices.SlackOf)
                .ThenByDescending(column => part.Weights[column])
                .ThenBy(column => column),
        ];
    }

    private static bool Sooner(int row, int other, int[] count, long[] price) =>
        count[row] != count[other] ? count[row] < count[other] : price[row] > price[other];

    private static int[] Using(PackingProblem part, int column)
    {
        var capacity = (int[])part.Capacity.Clone();
        foreach (var row in part.RowsOf(column))
            capacity[row]--;
        return capacity;
    }

    /// <summary>
    /// Among equals the smaller column: replaces chosen columns by smaller ones of the same weight that fit in their place,
    /// until none does. The ids only go down, so it ends; the number of passes is bounded all the same.
    /// </summary>
    private static PackingResult Settle(PackingProblem whole, PackingResult result)
    {
        var chosen = new bool[whole.Columns];
        var used = new int[whole.Rows];
        foreach (var id in result.Columns)
            Mark(whole, id, chosen, used, 1);
        for (var pass = 0; pass < MaxSettlePasses && SettleOnce(whole, chosen, used); pass++) { }
        List<int> columns = [.. Enumerable.Range(0, whole.Columns).Where(column => chosen[column])];
        return result with { Columns = columns };
    }

    private static bool SettleOnce(PackingProblem whole, bool[] chosen, int[] used)
    {
        var changed = false;
        for (var column = whole.Columns - 1; column >= 0; column--)
        {
            if (!chosen[column])
                continue;
            Mark(whole, column, chosen, used, -1);
            var twin = SmallestTwin(whole, column, chosen, used);
            Mark(whole, twin, chosen, used, 1);
            changed |= twin != column;
        }
        return changed;
    }

    private static int SmallestTwin(PackingProblem whole, int column, bool[] chosen, int[] used)
    {
        var smallest = column;
        foreach (var row in whole.RowsOf(column))
        foreach (var other in whole.ColumnsOf(row))
            if (other < smallest && !chosen[other] && whole.Weights[other] == whole.Weights[column] && Fits(whole, other, used))
                smallest = other;
        return smallest;
    }

    private static bool Fits(PackingProblem whole, int column, int[] used)
    {
        foreach (var row in whole.RowsOf(column))
            if (used[row] >= whole.Capacity[row])
                return false;
        return true;
    }

    private static void Mark(PackingProblem whole, int column, bool[] chosen, int[] used, int by)
    {
        chosen[column] = by > 0;
        foreach (var row in whole.RowsOf(column))
            used[row] += by;
    }

    /// <summary>All weights are multiples of this, so every plan's value is one as well, and a bound may be rounded down to one.</summary>
    private static long Unit(long[] weights)
    {
        long unit = 0;
        foreach (var weight in weights)
            unit = Gcd(weight, unit);
        return unit;
    }

    private static long Gcd(long a, long b)
    {
        while (b != 0)
            (a, b) = (b, a % b);
        return a;
    }

    private static long Whole(long bound, long unit) => bound - (((bound % unit) + unit) % unit);

    private static PackingResult Better(PackingResult a, PackingResult b) => b.Value > a.Value ? b : a;

    private static PackingResult Join(PackingResult a, PackingResult b) =>
        new([.. a.Columns, .. b.Columns], a.Value + b.Value, a.Bound + b.Bound);
}
