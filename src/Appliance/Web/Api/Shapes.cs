using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeNode.Appliance.Web.Api;

/// <summary>POST /api/join and /api/steward/residents.</summary>
public sealed record JoinRequest(string Label, string? Language = null);

/// <summary>A new resident; the code is shown this once.</summary>
public sealed record JoinedJson(string Did, string Code);

/// <summary>POST /api/session and /api/steward/session.</summary>
public sealed record CodeRequest(string Code);

/// <summary>Who is signed in.</summary>
public sealed record MeJson(string Did, string Label, string Language);

/// <summary>This cabinet, for anybody.</summary>
public sealed record NodeJson(string Name, string Did, string Version, bool JoiningOpen, IReadOnlyList<EntryCount> Entries);

/// <summary>POST /api/offerings.</summary>
public sealed record OfferingRequest(string Category, string Title, Share? Share = null);

/// <summary>POST /api/needs.</summary>
public sealed record NeedRequest(string[] Accepts, string Title, Share? Share = null);

/// <summary>Id of what was made.</summary>
public sealed record IdJson(string Id);

/// <summary>One honest delivery state.</summary>
/// <param name="State">kept_here, waiting, waiting_for_space, held_here, peer_has_it, person_has_it, not_accepted, expired.</param>
public sealed record DeliveryJson(string State, string Who, DateTimeOffset Since, string? Reason);

/// <summary>An offering of one's own.</summary>
public sealed record OfferingJson(
    string Id,
    string Category,
    string Title,
    Share Share,
    DateTimeOffset Since,
    IReadOnlyList<DeliveryJson> Deliveries
);

/// <summary>A need of one's own.</summary>
public sealed record NeedJson(
    string Id,
    IReadOnlyList<string> Accepts,
    string Title,
    Share Share,
    DateTimeOffset Since,
    IReadOnlyList<DeliveryJson> Deliveries
);

/// <summary>What one gives in a ring.</summary>
public sealed record GivesJson(string To, string What, int Edge, string State);

/// <summary>What one gets in a ring.</summary>
public sealed record GetsJson(string From, string What, int Edge, string State);

/// <summary>A ring of one's own. An answer must carry the card.</summary>
public sealed record RingJson(
    string ChainId,
    string State,
    string Card,
    string Sentence,
    string? Answer,
    GivesJson Gives,
    GetsJson Gets,
    DateTimeOffset Deadline,
    bool CanAnswer,
    bool CanSettle,
    IReadOnlyList<int> Settled
);

/// <summary>POST /api/rings/{chainId}/answer.</summary>
public sealed record AnswerRequest(string Value, string Card);

/// <summary>POST /api/rings/{chainId}/settle.</summary>
public sealed record SettleRequest(int Edge, string Result, string? Note = null);

/// <summary>A cabinet that discovery saw; nothing about it is proved.</summary>
public sealed record DiscoveredJson(string Instance, string Did13, string Address, int Port, int PairPort, long SeenMs);

/// <summary>A peering.</summary>
public sealed record PeeringJson(
    string Did,
    string Name,
    string State,
    string RequestedBy,
    string Contract,
    DateTimeOffset Since,
    DateTimeOffset? LastContact,
    bool Connected,
    string? Reason
);

/// <summary>GET /api/steward/neighbours.</summary>
public sealed record NeighboursJson(IReadOnlyList<DiscoveredJson> Discovered, IReadOnlyList<PeeringJson> Peerings);

/// <summary>POST /api/steward/neighbours/request.</summary>
public sealed record PeeringRequest(string Address, int PairPort);

/// <summary>POST /api/steward/card.</summary>
public sealed record CardMakeRequest(IReadOnlyList<string>? Addresses = null, int? Days = null);

/// <summary>A manifest card as text.</summary>
public sealed record CardTextJson(string Card);

/// <summary>POST /api/steward/card/read.</summary>
public sealed record CardJson(
    string Did,
    string Name,
    string Operator,
    string Release,
    string Contract,
    bool ContractFits,
    bool IsPeer,
    DateTimeOffset Issued,
    DateTimeOffset Expires,
    IReadOnlyList<string> Addresses
);

/// <summary>One delivery state of a queue.</summary>
public sealed record QueueRowJson(string State, int Count, long Bytes, DateTimeOffset Oldest);

/// <summary>A neighbour's queue.</summary>
public sealed record QueueJson(
    string Did,
    string Name,
    bool Connected,
    DateTimeOffset? LastContact,
    IReadOnlyList<QueueRowJson> Rows
);

/// <summary>What was not accepted or expired.</summary>
public sealed record SetAsideJson(long Id, string Peer, string Kind, string StatementId, string Reason, DateTimeOffset Since);

/// <summary>What <c>edgenode link status --json</c> prints.</summary>
/// <param name="Running">Whether a process has the folder; otherwise this is the last commit, and no way is up.</param>
public sealed record LinkStatusJson(bool Running, DateTimeOffset Now, LinksView Links);

/// <summary>POST /api/steward/peerings/{did}/lanes/{class}/{direction}: opens the lane or changes its bounds; what is left out has the default.</summary>
public sealed record LaneRequest(
    int? Priority = null,
    long? Rate = null,
    long? MaxRows = null,
    long? MaxBytes = null,
    int? Days = null
);

/// <summary>GET /api/steward/queues.</summary>
public sealed record QueuesJson(IReadOnlyList<QueueJson> Queues, IReadOnlyList<SetAsideJson> SetAside);

/// <summary>The last plan run; value and bound in items.</summary>
public sealed record PlanJson(
    string State,
    int Rings,
    int Items,
    long Value,
    long Bound,
    bool Optimal,
    string? PlanHash,
    int Cap,
    int Proposed,
    double Seconds
);

/// <summary>One giving, as the steward sees it.</summary>
public sealed record EdgeJson(int Edge, string From, string To, string What, string State);

/// <summary>A person of a ring, in giving order: each gives to the next, the last to the first.</summary>
public sealed record ParticipantJson(string Did, string Label, string HomeNode);

/// <summary>A home node of a ring and its vote.</summary>
public sealed record RingNodeJson(string Did, string Name, string? Vote);

/// <summary>A ring, as the steward sees it.</summary>
public sealed record StewardRingJson(
    string ChainId,
    string State,
    DateTimeOffset Since,
    DateTimeOffset Deadline,
    IReadOnlyList<ParticipantJson> Participants,
    IReadOnlyList<RingNodeJson> HomeNodes,
    IReadOnlyList<EdgeJson> Edges
);

/// <summary>GET /api/steward/rings.</summary>
public sealed record StewardRingsJson(IReadOnlyDictionary<string, int> Counts, IReadOnlyList<StewardRingJson> Rings);

/// <summary>GET /api/steward/scarcity: how one category stands, in entries.</summary>
public sealed record BalanceJson(string Category, string Label, int Offerings, int Needs, int Unmet, int Unwanted);

/// <summary>One check of the health page.</summary>
/// <param name="Level">good, attention, danger.</param>
public sealed record CheckJson(string Name, string Level, string Says, string Do);

/// <summary>GET /api/steward/health.</summary>
public sealed record HealthJson(
    string Version,
    DateTimeOffset Started,
    DateTimeOffset Now,
    long DiskFree,
    long DiskTotal,
    long DatabaseBytes,
    IReadOnlyList<CheckJson> Checks
);

/// <summary>GET /api/steward/power. What is not known is null.</summary>
/// <param name="State">mains, bridging, on_battery, conserve, survive, shutting_down, recovery_hold, or unknown without sensors.</param>
/// <param name="Simulated">The values come from a script.</param>
public sealed record PowerJson(
    string State,
    bool? Mains,
    double? Percent,
    double? Volts,
    double? Watts,
    double? HoursLeft,
    bool Disputed,
    bool Armed,
    bool Simulated,
    IReadOnlyList<LoadChoice> Loads,
    IReadOnlyList<NeighbourPower> Neighbours
);

/// <summary>GET /api/steward/audit; ask again with <c>after</c> = next for more.</summary>
public sealed record AuditJson(IReadOnlyList<AuditView> Rows, long Next);

/// <summary>"here", "all", or a list of DIDs.</summary>
public sealed class ShareConverter : JsonConverter<Share>
{
    public override Share Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.GetString() switch
            {
                "here" => Share.Here,
                "all" => Share.All,
                _ => throw new JsonException("share is \"here\", \"all\" or a list of DIDs"),
            };
        }

        var peers = new List<string>();
        Require(reader.TokenType == JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Require(reader.TokenType == JsonTokenType.String && peers.Count < 64);
            peers.Add(reader.GetString()!);
        }

        Require(peers.Count > 0);
        return new Share(ShareKind.Named, peers);
    }

    public override void Write(Utf8JsonWriter writer, Share value, JsonSerializerOptions options)
    {
        if (value.Kind != ShareKind.Named)
        {
            writer.WriteStringValue(value.Kind == ShareKind.All ? "all" : "here");
            return;
        }

        writer.WriteStartArray();
        foreach (var peer in value.Peers)
        {
            writer.WriteStringValue(peer);
        }

        writer.WriteEndArray();
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new JsonException("share is \"here\", \"all\" or a list of DIDs");
        }
    }
}
