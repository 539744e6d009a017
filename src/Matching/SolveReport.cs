using System.Text.Json.Serialization;

namespace EdgeNode.Matching;

/// <summary>The answer of <c>edgenode match solve</c>, field for field; the command line serialises it.</summary>
/// <remarks>Amounts are points under the objectives expected and score, items under count; they are exact decimals.</remarks>
public sealed record SolveReport
{
    [JsonPropertyName("value")]
    public required decimal Value { get; init; }

    [JsonPropertyName("value_micro")]
    public required long ValueMicro { get; init; }

    [JsonPropertyName("bound")]
    public required decimal Bound { get; init; }

    /// <summary>(bound - value) / bound, rounded up to nine digits so that a gap never looks closed.</summary>
    [JsonPropertyName("gap")]
    public required decimal Gap { get; init; }

    [JsonPropertyName("optimal")]
    public required bool Optimal { get; init; }

    [JsonPropertyName("cap")]
    public required int Cap { get; init; }

    [JsonPropertyName("chain")]
    public required int Chain { get; init; }

    [JsonPropertyName("objective")]
    public required string Objective { get; init; }

    /// <summary>The resident ids of each ring in giving order (for want lists the item names).</summary>
    [JsonPropertyName("cycles")]
    public required IReadOnlyList<IReadOnlyList<string>> Cycles { get; init; }

    /// <summary>Gift chains: none are planned yet.</summary>
    [JsonPropertyName("chains")]
    public IReadOnlyList<IReadOnlyList<string>> Chains { get; init; } = [];

    [JsonPropertyName("columns")]
    public required long Columns { get; init; }

    /// <summary>Measured by the caller; the solver knows no clock.</summary>
    [JsonPropertyName("seconds")]
    public required double Seconds { get; init; }

    [JsonPropertyName("deterministic")]
    public required bool Deterministic { get; init; }

    [JsonPropertyName("plan_hash")]
    public required string PlanHash { get; init; }

    /// <summary>Renders a plan.</summary>
    public static SolveReport Of(Plan plan, double seconds) =>
        new()
        {
            Value = Points(plan.ValueMicro),
            ValueMicro = plan.ValueMicro,
            Bound = Points(plan.BoundMicro),
            Gap = GapOf(plan),
            Optimal = plan.Optimal,
            Cap = plan.Cap,
            Chain = Plan.ChainLimit,
            Objective = plan.Objective.Name(),
            Cycles = [.. plan.Rings.Select(ring => ring.Edges.Select(edge => edge.Giver).ToArray())],
            Columns = plan.Columns,
            Seconds = seconds,
            Deterministic = plan.Deterministic,
            PlanHash = plan.PlanHash,
        };

    private static decimal Points(long micro) => (decimal)micro / PlanObjectives.MicroPerPoint;

    private static decimal GapOf(Plan plan)
    {
        if (plan.Optimal)
            return 0;
        var gap = ((decimal)plan.BoundMicro - plan.ValueMicro) / plan.BoundMicro;
        return Math.Ceiling(gap * 1_000_000_000) / 1_000_000_000;
    }
}
