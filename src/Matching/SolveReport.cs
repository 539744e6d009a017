using System.Text.Json;

namespace EdgeNode.Matching;

/// <summary>The answer of <c>edgenode match solve</c>, field for field.</summary>
/// <remarks>Amounts are points under the objectives expected and score, items under count; they are exact decimals.</remarks>
public sealed record SolveReport
{
    public required long ValueMicro { get; init; }

    public required long BoundMicro { get; init; }

    /// <summary>The bound before any branching.</summary>
    public required long RootBoundMicro { get; init; }

    /// <summary>Longest ring; 0: chains only; null: unbounded.</summary>
    public required int? Cap { get; init; }

    public required int Chain { get; init; }

    public required string Objective { get; init; }

    /// <summary>The resident ids of each ring in giving order (for want lists the item names, dummies left out).</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Cycles { get; init; }

    /// <summary>Gift chains, the altruist first.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Chains { get; init; }

    public required long Columns { get; init; }

    /// <summary>Measured by the caller; the solver knows no clock.</summary>
    public required double Seconds { get; init; }

    public required bool Deterministic { get; init; }

    /// <summary>Whether a certificate of the bound was written and passed its check.</summary>
    public required bool Certified { get; init; }

    public required string PlanHash { get; init; }

    /// <summary>Highest memory of the process in MiB, measured by the caller.</summary>
    public double PeakMb { get; init; }

    public bool Optimal => ValueMicro == BoundMicro;

    public decimal Value => Points(ValueMicro);

    public decimal Bound => Points(BoundMicro);

    /// <summary>(bound - value) / bound, rounded up to nine digits so that a gap never looks closed.</summary>
    public decimal Gap => GapOf(ValueMicro, BoundMicro);

    public decimal RootGap => GapOf(ValueMicro, RootBoundMicro);

    /// <summary>Renders a plan of an input file.</summary>
    /// <param name="instance">What was read.</param>
    /// <param name="plan">What was found.</param>
    /// <param name="cap">Longest ring; null: unbounded.</param>
    /// <param name="chain">Longest chain.</param>
    /// <param name="seconds">How long it took.</param>
    public static SolveReport Of(Instance instance, GraphPlan plan, int? cap, int chain, double seconds)
    {
        var graph = instance.Graph;
        return new()
        {
            ValueMicro = plan.ValueMicro,
            BoundMicro = plan.BoundMicro,
            RootBoundMicro = plan.RootBoundMicro,
            Cap = cap,
            Chain = chain,
            Objective = graph.Objective.Name(),
            Cycles = [.. plan.Rings.Select(ring => Givers(instance, ring))],
            Chains = [.. plan.Chains.Select(path => Path(instance, path))],
            Columns = plan.Columns,
            Seconds = seconds,
            Deterministic = plan.Deterministic,
            Certified = plan.Certified,
            PlanHash = HashOf(graph, plan, cap, chain),
        };
    }

    /// <summary>The hash by which two solvers of the same file compare their plans.</summary>
    public static string HashOf(ExchangeGraph graph, GraphPlan plan, int? cap, int chain) =>
        GraphDigest.OfPlan(graph, cap is { } longest ? $"{longest}" : "unbounded", chain, plan);

    /// <summary>Writes the one JSON object; docs/matching.md lists its fields.</summary>
    public void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("value", Value);
        json.WriteNumber("value_micro", ValueMicro);
        json.WriteNumber("bound", Bound);
        json.WriteNumber("root_bound", Points(RootBoundMicro));
        json.WriteNumber("gap", Gap);
        json.WriteBoolean("optimal", Optimal);
        json.WriteBoolean("certified", Certified);
        if (Cap is { } cap)
            json.WriteNumber("cap", cap);
        else
            json.WriteString("cap", "unbounded");
        json.WriteNumber("chain", Chain);
        json.WriteString("objective", Objective);
        WriteLists(json, "cycles", Cycles);
        WriteLists(json, "chains", Chains);
        json.WriteNumber("columns", Columns);
        json.WriteNumber("seconds", Math.Round(Seconds, 6));
        json.WriteNumber("peak_mb", Math.Round(PeakMb, 1));
        json.WriteBoolean("deterministic", Deterministic);
        json.WriteString("plan_hash", PlanHash);
        json.WriteEndObject();
    }

    private static void WriteLists(Utf8JsonWriter json, string name, IReadOnlyList<IReadOnlyList<string>> lists)
    {
        json.WriteStartArray(name);
        foreach (var list in lists)
        {
            json.WriteStartArray();
            foreach (var id in list)
                json.WriteStringValue(id);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    private static string[] Givers(Instance instance, GraphRing ring) =>
        [.. ring.Arcs.Select(arc => instance.Shown(instance.Graph.GiverOf(arc))).OfType<string>()];

    private static string[] Path(Instance instance, GraphRing chain) =>
        [.. Givers(instance, chain), .. Shown(instance, instance.Graph.ReceiverOf(chain.Arcs[^1]))];

    private static string[] Shown(Instance instance, int resident) => instance.Shown(resident) is { } shown ? [shown] : [];

    private static decimal Points(long micro) => (decimal)micro / PlanObjectives.MicroPerPoint;

    private static decimal GapOf(long value, long bound)
    {
        if (value == bound)
            return 0;
        var gap = ((decimal)bound - value) / bound;
        return Math.Ceiling(gap * 1_000_000_000) / 1_000_000_000;
    }
}
