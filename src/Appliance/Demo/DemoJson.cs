using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeNode.Appliance.Demo;

// What the demo sends to and reads from the cabinets' public interface; the whole of it stands in /openapi.json. Members that the demo does not need are
// left out and passed over when reading.

internal sealed record JoinPost(string Label, string? Language);

internal sealed record CodePost(string Code);

internal sealed record OfferingPost(string Category, string Title, JsonElement Share);

internal sealed record NeedPost(string Title, IReadOnlyList<string> Accepts, JsonElement Share);

internal sealed record AnswerPost(string Value, string Card);

internal sealed record SettlePost(int Edge, string Result);

internal sealed record RequestPost(string Address, int PairPort);

internal sealed record ErrorShown(string? Code, string? Text);

internal sealed record CardShown(string Did, string Code);

internal sealed record NodeShown(string Did, string Name);

internal sealed record EntryShown(string? Title);

internal sealed record PromiseShown(string What, int Edge, string State);

internal sealed record RingShown(
    string ChainId,
    string State,
    string Card,
    PromiseShown Gives,
    PromiseShown Gets,
    bool CanAnswer,
    bool CanSettle
)
{
    /// <summary>Edges this person has already spoken about.</summary>
    public IReadOnlyList<int> Settled { get; init; } = [];
}

internal sealed record DiscoveredShown(string Instance, string Address, int PairPort);

internal sealed record PeeringShown(string Did, string State, string RequestedBy);

internal sealed record NeighboursShown(IReadOnlyList<DiscoveredShown> Discovered, IReadOnlyList<PeeringShown> Peerings);

internal sealed record EntriesShown(string Node, int Offerings, int Needs);

internal sealed record PlanShown(
    string State,
    int Rings,
    int Items,
    long Value,
    long Bound,
    bool Optimal,
    string? PlanHash,
    int Proposed
);

internal sealed record HomeShown(string Did, string? Vote);

internal sealed record EdgeShown(int Edge, string From, string To, string What, string State);

internal sealed record StewardRingShown(
    string ChainId,
    string State,
    IReadOnlyList<HomeShown> HomeNodes,
    IReadOnlyList<EdgeShown> Edges
);

internal sealed record StewardRingsShown(IReadOnlyList<StewardRingShown> Rings);

internal sealed record NeighbourPowerShown(string Did, string Word);

internal sealed record PowerShown(string State, IReadOnlyList<NeighbourPowerShown> Neighbours);

internal sealed record WireShown(long StatementsSent, long BytesSent);

/// <summary>The JSON of the demo: source-generated, snake_case, tolerant of members it does not know.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(JoinPost))]
[JsonSerializable(typeof(CodePost))]
[JsonSerializable(typeof(OfferingPost))]
[JsonSerializable(typeof(NeedPost))]
[JsonSerializable(typeof(AnswerPost))]
[JsonSerializable(typeof(SettlePost))]
[JsonSerializable(typeof(RequestPost))]
[JsonSerializable(typeof(ErrorShown))]
[JsonSerializable(typeof(CardShown))]
[JsonSerializable(typeof(NodeShown))]
[JsonSerializable(typeof(EntryShown[]))]
[JsonSerializable(typeof(RingShown[]))]
[JsonSerializable(typeof(NeighboursShown))]
[JsonSerializable(typeof(EntriesShown[]))]
[JsonSerializable(typeof(PlanShown))]
[JsonSerializable(typeof(StewardRingsShown))]
[JsonSerializable(typeof(WireShown))]
[JsonSerializable(typeof(PowerShown))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(DemoSummary))]
internal sealed partial class DemoJson : JsonSerializerContext
{
    /// <summary>For people too: indented, and quotes in sentences stay readable. Nothing of it is ever put into a page.</summary>
    public static DemoJson Readable { get; } =
        new(
            new JsonSerializerOptions
            {
                PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
                DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                WriteIndented = true,
            }
        );
}
