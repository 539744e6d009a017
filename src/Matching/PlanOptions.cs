namespace EdgeNode.Matching;

/// <summary>What makes one plan better than another.</summary>
public enum PlanObjective
{
    /// <summary>Expected score: the sum of a ring's scores times the chance that all of it accept. What a cabinet plans by.</summary>
    Expected,

    /// <summary>The sum of the scores.</summary>
    Score,

    /// <summary>The number of items that change hands.</summary>
    Count,
}

/// <summary>Names and weights of the objectives.</summary>
public static class PlanObjectives
{
    /// <summary>Micro-points in a point (and, under <see cref="PlanObjective.Count"/>, in an item).</summary>
    public const long MicroPerPoint = 1_000_000;

    /// <summary>The name in plan hashes and reports.</summary>
    public static string Name(this PlanObjective objective) =>
        objective switch
        {
            PlanObjective.Expected => "expected",
            PlanObjective.Score => "score",
            PlanObjective.Count => "count",
            _ => throw new ArgumentOutOfRangeException(nameof(objective)),
        };

    /// <summary>
    /// The weight of a ring in micro-points, floored once at the end: 10^6 * scores * accepts / 100^length for Expected.
    /// </summary>
    /// <param name="objective">What counts.</param>
    /// <param name="length">Number of arcs.</param>
    /// <param name="scores">Sum of the scores, each 1 to 100.</param>
    /// <param name="accepts">Product of the acceptances in percent; with six arcs 10^12, times scores beyond 64 bits.</param>
    internal static long Weigh(this PlanObjective objective, int length, int scores, Int128 accepts)
    {
        if (objective != PlanObjective.Expected)
            return MicroPerPoint * (objective == PlanObjective.Score ? scores : length);
        var divisor = (Int128)1;
        for (var arc = 0; arc < length; arc++)
            divisor *= 100;
        return (long)(MicroPerPoint * scores * accepts / divisor);
    }
}

/// <summary>What a planning run may do. All limits are counts, so every machine stops at the same place.</summary>
public sealed record PlanOptions
{
    public static PlanOptions Default { get; } = new();

    /// <summary>Longest ring, 2 to 6 residents, or 0 for chains only (default: 3).</summary>
    public int Cap { get; init; } = 3;

    /// <summary>What is maximised (default: expected score).</summary>
    public PlanObjective Objective { get; init; } = PlanObjective.Expected;

    /// <summary>
    /// Offerings or needs of rings that the optimiser may look at (default: 1,000 million, some ten seconds on a desktop). At the
    /// limit the best plan so far is returned with the bound proved so far. Zero: a greedy plan and a first bound.
    /// </summary>
    public long WorkLimit { get; init; } = 1_000_000_000;

    /// <summary>Arcs that the search for rings may look at (default: 2 thousand million).</summary>
    public long MaxSearchSteps { get; init; } = 2_000_000_000;

    /// <summary>Rings kept at once, some 100 bytes each (default: 2 million). With more the plan is made of those found first.</summary>
    public int MaxColumns { get; init; } = 2_000_000;

    /// <summary>Longest gift chain in arcs, the altruist's included; 0 plans none (default: 0).</summary>
    public int ChainLimit { get; init; }

    /// <summary>Whether to write the certificate of the bound (default: no; the bound is proved in whole numbers either way).</summary>
    public bool WithCertificate { get; init; }

    /// <summary>
    /// Runs independent parts of the market, on as many threads as the caller likes, and returns when all are done (default:
    /// one after the other). The answer does not depend on it.
    /// </summary>
    public Action<IReadOnlyList<Action>> RunAll { get; init; } =
        static parts =>
        {
            foreach (var part in parts)
                part();
        };

    /// <summary>Ids of offerings and needs that are held elsewhere and out of this plan (default: none).</summary>
    public IReadOnlyCollection<string> Excluded { get; init; } = [];
}
