namespace EdgeNode.Matching;

/// <summary>
/// The arrays an <see cref="ExchangeGraph"/> is made of, as a reader gathers them: arcs in any order. The graph keeps the
/// arrays; whoever hands them over no longer changes them.
/// </summary>
public sealed class GraphParts
{
    /// <summary>Where the graph comes from a cabinet.</summary>
    internal Market? Market { get; init; }

    public required PlanObjective Objective { get; init; }
    public required GraphIds Residents { get; init; }
    public required GraphIds Offerings { get; init; }
    public required GraphIds Needs { get; init; }

    /// <summary>The giver of each offering.</summary>
    public required int[] OfferingResident { get; init; }

    /// <summary>The receiver of each need.</summary>
    public required int[] NeedResident { get; init; }

    /// <summary>Null: all 1.</summary>
    public ushort[]? OfferingCapacity { get; init; }

    /// <summary>Null: all 1.</summary>
    public ushort[]? NeedCapacity { get; init; }

    /// <summary>How likely each offering's giver accepts, in parts of <see cref="AcceptBase"/>; null: for sure.</summary>
    public ushort[]? Accept { get; init; }

    /// <summary>From 1 to 10,000 (default: 100).</summary>
    public int AcceptBase { get; init; } = 100;

    /// <summary>Null: all plain.</summary>
    public ResidentKind[]? Kind { get; init; }

    /// <summary>A number for each resident's home node; null: one for all.</summary>
    public int[]? Home { get; init; }

    /// <summary>Who gave and did not yet receive; null: nobody.</summary>
    public bool[]? Waiting { get; init; }

    internal GraphSight? Sight { get; init; }

    /// <summary>Offering, need and score of each arc, the score in units of <see cref="MicroPerUnit"/>.</summary>
    public required int[] ArcOffering { get; init; }

    public required int[] ArcNeed { get; init; }

    public required int[] ArcScore { get; init; }

    /// <summary>Micro-points in a unit of score (default: 10^6, a point).</summary>
    public long MicroPerUnit { get; init; } = PlanObjectives.MicroPerPoint;

    /// <summary>
    /// Sorts the arcs into rows. Answers null when two arcs join the same offering and need; <paramref name="twice"/> then
    /// names the pair.
    /// </summary>
    public ExchangeGraph? TryBuild(out (int Offering, int Need) twice)
    {
        twice = (-1, -1);
        var rows = GraphRows.Sort(this);
        for (var arc = 1; arc < rows.Need.Length; arc++)
            if (rows.Need[arc] == rows.Need[arc - 1] && rows.Offering[arc] == rows.Offering[arc - 1])
            {
                twice = (rows.Offering[arc], rows.Need[arc]);
                return null;
            }
        return new ExchangeGraph(this, rows);
    }
}

/// <summary>Arcs in rows by giver, then offering, then need.</summary>
internal sealed record GraphRows(int[] Start, int[] Offering, int[] Need, int[] Score)
{
    /// <summary>Two counting sorts, by need and then by offering: time and memory are linear in the arcs.</summary>
    public static GraphRows Sort(GraphParts parts)
    {
        var starts = OfferingStarts(parts, out var rowStart);
        var (offering, need, score) = (parts.ArcOffering, parts.ArcNeed, parts.ArcScore);
        if (IsGrouped(parts))
            return new(rowStart, offering, SortGroups(offering, need, score), score);
        var byNeed = ByNeed(need, parts.Needs.Count);
        var (toOffering, toNeed, toScore) = (new int[need.Length], new int[need.Length], new int[need.Length]);
        foreach (var arc in byNeed)
        {
            var at = starts[offering[arc]]++;
            (toOffering[at], toNeed[at], toScore[at]) = (offering[arc], need[arc], score[arc]);
        }
        return new(rowStart, toOffering, toNeed, toScore);
    }

    /// <summary>Files of generated markets come so; sorting them takes no second copy.</summary>
    private static bool IsGrouped(GraphParts parts)
    {
        var (offering, giver) = (parts.ArcOffering, parts.OfferingResident);
        for (var arc = 1; arc < offering.Length; arc++)
        {
            var order = giver[offering[arc - 1]].CompareTo(giver[offering[arc]]);
            if (order > 0 || (order == 0 && offering[arc - 1] > offering[arc]))
                return false;
        }
        return true;
    }

    private static int[] SortGroups(int[] offering, int[] need, int[] score)
    {
        for (int first = 0, next; first < offering.Length; first = next)
        {
            next = first + 1;
            while (next < offering.Length && offering[next] == offering[first])
                next++;
            if (next - first > 1)
                Array.Sort(need, score, first, next - first);
        }
        return need;
    }

    private static int[] ByNeed(int[] need, int needs)
    {
        var next = new int[needs + 1];
        foreach (var n in need)
            next[n + 1]++;
        for (var n = 0; n < needs; n++)
            next[n + 1] += next[n];
        var order = new int[need.Length];
        for (var arc = 0; arc < need.Length; arc++)
            order[next[need[arc]]++] = arc;
        return order;
    }

    /// <summary>Where each offering's arcs start when rows go by giver and offering.</summary>
    private static int[] OfferingStarts(GraphParts parts, out int[] rowStart)
    {
        var (residents, giver) = (parts.Residents.Count, parts.OfferingResident);
        var count = new int[giver.Length];
        foreach (var offering in parts.ArcOffering)
            count[offering]++;
        rowStart = new int[residents + 1];
        for (var offering = 0; offering < count.Length; offering++)
            rowStart[giver[offering] + 1] += count[offering];
        for (var resident = 0; resident < residents; resident++)
            rowStart[resident + 1] += rowStart[resident];
        var free = rowStart.AsSpan(0, residents).ToArray();
        for (var offering = 0; offering < count.Length; offering++)
        {
            var arcs = count[offering];
            count[offering] = free[giver[offering]];
            free[giver[offering]] += arcs;
        }
        return count;
    }
}
