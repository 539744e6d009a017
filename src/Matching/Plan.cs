namespace EdgeNode.Matching;

/// <summary>One giving in a ring.</summary>
public sealed record PlanEdge(string Giver, string Offering, string Receiver, string Need);

/// <summary>A ring: edges in giving order, the first given by the smallest resident id.</summary>
/// <param name="Edges">Two to four; each receiver gives the next, the last receiver gives the first.</param>
/// <param name="ValueMicro">What it adds to the plan, in micro-points.</param>
public sealed record PlanRing(IReadOnlyList<PlanEdge> Edges, long ValueMicro);

/// <summary>
/// The answer of a planning run: rings that can all happen together, what they are worth, and what no plan can exceed. It was
/// checked against the raw market before it left the module.
/// </summary>
public sealed record Plan
{
    /// <summary>Longest gift chain: none are planned yet.</summary>
    public const int ChainLimit = 0;

    /// <summary>The rings in column order.</summary>
    public required IReadOnlyList<PlanRing> Rings { get; init; }

    /// <summary>Longest ring that was allowed.</summary>
    public required int Cap { get; init; }

    /// <summary>What was maximised.</summary>
    public required PlanObjective Objective { get; init; }

    /// <summary>Worth of the plan, in micro-points.</summary>
    public required long ValueMicro { get; init; }

    /// <summary>Proved: no plan of this market is worth more micro-points.</summary>
    public required long BoundMicro { get; init; }

    /// <summary>Rings the search handed out. Less than there are when a limit ended the search.</summary>
    public required long Columns { get; init; }

    /// <summary>Steps of the optimiser, to compare with <see cref="PlanOptions.WorkLimit"/>.</summary>
    public required long Work { get; init; }

    /// <summary>Whether another node with the same input finds the same plan. False after a cancellation.</summary>
    public required bool Deterministic { get; init; }

    /// <summary>Hash of the market that was planned, held items left out.</summary>
    public required string InputHash { get; init; }

    /// <summary>Hash by which nodes compare plans.</summary>
    public required string PlanHash { get; init; }

    /// <summary>Whether the plan is proved best.</summary>
    public bool Optimal => ValueMicro == BoundMicro;

    /// <summary>Distance between bound and value as a part of the bound, 0 to 1.</summary>
    public double Gap => BoundMicro == 0 ? 0 : (double)(BoundMicro - ValueMicro) / BoundMicro;

    /// <summary>Items that change hands: the number of edges.</summary>
    public int Items => Rings.Sum(ring => ring.Edges.Count);

    /// <summary>
    /// Re-checks the plan against the raw market, on a way of its own: neither graph nor search nor packing is asked.
    /// <paramref name="market"/> is the market without the held items. Throws <see cref="PlanBrokenException"/>.
    /// </summary>
    public void Check(Market market) => new PlanCheck(market, this).Run();
}

/// <summary>A plan that does not keep what a plan promises. Always a fault of ours or of whoever altered it.</summary>
public sealed class PlanBrokenException(string message) : Exception(message);
