using System.Text;
using System.Text.Json;

namespace EdgeNode.Appliance.Demo;

/// <param name="Value">Items that change hands in the plan: 100 points each.</param>
/// <param name="Bound">Proved: no plan moves more items.</param>
public sealed record PlannedSummary(int Rings, int Items, long Value, long Bound);

/// <param name="Crossing">Rings with home nodes at more than one cabinet.</param>
public sealed record CommittedSummary(int Rings, int Items, int Crossing);

public sealed record CompletedSummary(int Rings);

/// <summary>Over all cabinets and both directions.</summary>
public sealed record WireSummary(long Statements, long Bytes);

/// <summary>Seconds from the last posting to the first proposal seen, the last commitment and the last completion.</summary>
public sealed record SecondsSummary(double Proposal, double Commit, double Done, double Total);

/// <summary>Seconds from the cut to the neighbours' knowing, from the low battery to their knowing, and from mains to their knowing.</summary>
public sealed record MainsCutSummary(double Battery, double Going, double Back);

/// <summary>What came of the story. Written to <c>demo-summary.json</c>; the keys are an interface and stay.</summary>
public sealed record DemoSummary
{
    public required string Input { get; init; }

    /// <summary>Whether everything held: the story was told to its end and nothing was violated.</summary>
    public bool Held { get; init; }

    /// <summary>The seed of the faults; null without chaos.</summary>
    public ulong? Seed { get; init; }

    public int Cabinets { get; init; }

    /// <summary>Per cabinet, how many of the others it found.</summary>
    public IReadOnlyList<int> Discovered { get; init; } = [];

    /// <summary>Peerings enrolled on both sides.</summary>
    public int Peerings { get; init; }

    /// <summary>Offerings and needs that were posted and shared.</summary>
    public int Entries { get; init; }

    /// <summary>Per cabinet, how many of them it shows.</summary>
    public IReadOnlyList<int> Replicated { get; init; } = [];

    public PlannedSummary Planned { get; init; } = new(0, 0, 0, 0);
    public CommittedSummary Committed { get; init; } = new(0, 0, 0);
    public CompletedSummary Completed { get; init; } = new(0);
    public WireSummary Wire { get; init; } = new(0, 0);
    public SecondsSummary Seconds { get; init; } = new(0, 0, 0, 0);

    /// <summary>Faults injected, by kind; empty without chaos.</summary>
    public IReadOnlyDictionary<string, int> Faults { get; init; } = new Dictionary<string, int>();

    /// <summary>The mains cut; null without one.</summary>
    public MainsCutSummary? MainsCut { get; init; }

    /// <summary>What did not hold, a sentence each.</summary>
    public IReadOnlyList<string> Violations { get; init; } = [];

    public string ToJson() => JsonSerializer.Serialize(this, DemoJson.Readable.DemoSummary);

    /// <summary>Replaces the file in one step: a reader finds the old summary or the new one, never half of one.</summary>
    public void Write(string path)
    {
        var temporary = path + ".new";
        File.WriteAllText(temporary, ToJson() + "\n");
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>The table for people.</summary>
    public string ToTable()
    {
        var text = new StringBuilder();
        Row(text, "cabinets", $"{Cabinets}; they found {Join(Discovered)} others; {Peerings} peerings");
        Row(text, "entries", $"{Entries:N0} shared; the cabinets show {Join(Replicated)}");
        Row(
            text,
            "planned",
            $"{Count(Planned.Rings, "ring")}, {Count(Planned.Items, "item")} (value {Planned.Value}, no plan exceeds {Planned.Bound})"
        );
        Row(text, "committed", $"{Count(Committed.Rings, "ring")}, {Count(Committed.Items, "item")}");
        Row(text, "crossing cabinets", $"{Count(Committed.Crossing, "ring")} ({Share(Committed.Crossing, Committed.Rings)})");
        Row(text, "completed", Count(Completed.Rings, "ring"));
        Row(text, "on the wire", $"{Wire.Statements:N0} statements, {Wire.Bytes:N0} bytes");
        Row(
            text,
            "after the last post",
            $"first proposal {Seconds.Proposal:0.0} s, last commit {Seconds.Commit:0.0} s, last done {Seconds.Done:0.0} s"
        );
        Row(
            text,
            "faults injected",
            Faults.Count == 0 ? "none" : string.Join(", ", Faults.Select(f => $"{f.Key.Replace('_', ' ')} {f.Value}"))
        );
        if (MainsCut is { } cut)
            Row(
                text,
                "mains cut",
                $"neighbours knew after {cut.Battery:0.0} s, of the going after {cut.Going:0.0} s, of the return after {cut.Back:0.0} s"
            );
        Row(text, "violations", Violations.Count == 0 ? "none" : $"{Violations.Count}");
        foreach (var violation in Violations)
            text.Append("  ! ").Append(violation).Append('\n');
        return text.ToString().TrimEnd('\n');
    }

    private static void Row(StringBuilder text, string name, string value) =>
        text.Append("  ").Append(name.PadRight(20)).Append(value).Append('\n');

    /// <summary>"1 ring", "27 rings".</summary>
    internal static string Count(int number, string one) => number == 1 ? $"1 {one}" : $"{number} {one}s";

    private static string Join(IReadOnlyList<int> counts) => string.Join(", ", counts);

    private static string Share(int part, int whole) => whole == 0 ? "0 %" : $"{100 * part / whole} %";
}
