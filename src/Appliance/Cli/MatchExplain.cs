using System.CommandLine;
using System.Text.Json;
using EdgeNode.Matching;
using CliCommand = System.CommandLine.Command;

namespace EdgeNode.Appliance.Cli;

/// <summary><c>edgenode match explain</c>: why these rings, why not that offering, and what is scarce.</summary>
internal static class MatchExplain
{
    /// <summary>Ids printed of each list for people; --json has all.</summary>
    private const int Shown = 20;

    public static CliCommand Create()
    {
        var file = MatchFiles.FileArgument();
        var format = MatchFiles.FormatOption();
        var cap = MatchFiles.CapOption(special: false);
        var offer = new Option<string?>("--offer") { Description = "Why this offering is given or not, by its id." };
        var json = MatchFiles.JsonOption();
        var command = new CliCommand(
            "explain",
            """
            Plans a file and says what nobody offers and what nobody needs; with --offer why an offering is in no ring.

            Example: edgenode match explain tests/data/matching/ask.txt --cap 3 --offer offering/001-MED
            """
        )
        {
            file,
            format,
            cap,
            offer,
            json,
        };
        command.SetAction(parsed =>
            MatchFiles.Guarded(() =>
                Run(
                    Instance.Read(
                        MatchFiles.Source(parsed.GetValue(file)!),
                        new InstanceOptions { Format = parsed.GetValue(format) }
                    ),
                    parsed.GetValue(cap)!.Longest!.Value,
                    parsed.GetValue(offer),
                    parsed.GetValue(json)
                )
            )
        );
        return command;
    }

    private static int Run(Instance instance, int cap, string? offer, bool json)
    {
        MatchFiles.Warn(instance);
        var graph = instance.Graph;
        var offering = offer is null ? -1 : graph.Offerings.IndexOf(offer);
        if (offer is not null && offering < 0)
            throw new MarketException(new("explain.offering", $"There is no offering {offer} in {instance.File}."));
        using var watch = new MatchWatch(null, "still planning");
        var options = PlanOptions.Default with { Cap = cap, Objective = graph.Objective };
        var plan = Planner.Solve(graph, options, watch.Token);
        var explain = new Explain(graph, plan.Rings, cap);
        var reason = offering < 0 ? null : explain.WhyNotGiven(offering);
        if (json)
            MatchFiles.PrintJson(writer => Write(writer, graph, plan, explain, reason));
        else
            Print(graph, plan, explain, reason);
        return 0;
    }

    private static void Print(ExchangeGraph graph, GraphPlan plan, Explain explain, OfferingReason? reason)
    {
        if (reason is not null)
        {
            Console.WriteLine(reason.Sentence);
            return;
        }
        foreach (var ring in plan.Rings.Take(Shown))
            Console.WriteLine(
                $"{string.Join(" → ", ring.Arcs.Select(arc => graph.Residents[graph.GiverOf(arc)]))}: {explain.Why(ring).Sentence}"
            );
        var scarcity = explain.Scarcity();
        PrintList("needs that nobody offers for", graph.Needs, scarcity.NeedsNobodyOffers);
        PrintList("offerings that nobody needs", graph.Offerings, scarcity.OfferingsNobodyNeeds);
    }

    private static void PrintList(string what, GraphIds ids, IReadOnlyList<int> list) =>
        Console.WriteLine(
            $"{list.Count} {what}{(list.Count == 0 ? "" : ": ")}{string.Join(", ", list.Take(Shown).Select(i => ids[i]))}{(list.Count > Shown ? ", ..." : "")}"
        );

    private static void Write(Utf8JsonWriter json, ExchangeGraph graph, GraphPlan plan, Explain explain, OfferingReason? reason)
    {
        json.WriteStartObject();
        json.WriteBoolean("optimal", plan.Optimal);
        json.WriteStartArray("rings");
        foreach (var ring in plan.Rings)
            WriteRing(json, graph, ring, explain.Why(ring));
        json.WriteEndArray();
        var scarcity = explain.Scarcity();
        WriteIds(json, "needs_nobody_offers", graph.Needs, scarcity.NeedsNobodyOffers);
        WriteIds(json, "offerings_nobody_needs", graph.Offerings, scarcity.OfferingsNobodyNeeds);
        if (reason is not null)
        {
            json.WriteStartObject("offering");
            json.WriteString("reason", reason.Reason.ToString());
            json.WriteString("sentence", reason.Sentence);
            json.WriteNumber("best_ring_value", reason.BestRingMicro / 1_000_000m);
            json.WriteNumber("in_its_way_value", reason.InItsWayMicro / 1_000_000m);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteRing(Utf8JsonWriter json, ExchangeGraph graph, GraphRing ring, RingReason why)
    {
        json.WriteStartObject();
        json.WriteNumber("value", why.ValueMicro / 1_000_000m);
        json.WriteNumber("chance", Math.Round(why.Chance, 6));
        json.WriteStartArray("gifts");
        foreach (var arc in why.Arcs)
        {
            json.WriteStartObject();
            json.WriteString("giver", graph.Residents[graph.GiverOf(arc.Arc)]);
            json.WriteString("receiver", graph.Residents[graph.ReceiverOf(arc.Arc)]);
            json.WriteNumber("score", arc.ScoreMicro / 1_000_000m);
            json.WriteNumber("other_offerings", arc.OtherOfferings);
            json.WriteNumber("other_needs", arc.OtherNeeds);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteIds(Utf8JsonWriter json, string name, GraphIds ids, IReadOnlyList<int> list)
    {
        json.WriteStartArray(name);
        foreach (var index in list)
            json.WriteStringValue(ids[index]);
        json.WriteEndArray();
    }
}
