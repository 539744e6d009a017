using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeNode.Appliance.Web.Api;

/// <summary>The JSON of the web interface: source-generated, snake_case, duplicate and unknown members refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ErrorJson))]
[JsonSerializable(typeof(JoinRequest))]
[JsonSerializable(typeof(JoinedJson))]
[JsonSerializable(typeof(CodeRequest))]
[JsonSerializable(typeof(MeJson))]
[JsonSerializable(typeof(NodeJson))]
[JsonSerializable(typeof(OfferingRequest))]
[JsonSerializable(typeof(NeedRequest))]
[JsonSerializable(typeof(IdJson))]
[JsonSerializable(typeof(List<OfferingJson>))]
[JsonSerializable(typeof(List<NeedJson>))]
[JsonSerializable(typeof(List<RingJson>))]
[JsonSerializable(typeof(AnswerRequest))]
[JsonSerializable(typeof(SettleRequest))]
[JsonSerializable(typeof(NeighboursJson))]
[JsonSerializable(typeof(PeeringRequest))]
[JsonSerializable(typeof(CardMakeRequest))]
[JsonSerializable(typeof(CardTextJson))]
[JsonSerializable(typeof(CardJson))]
[JsonSerializable(typeof(QueuesJson))]
[JsonSerializable(typeof(LaneRequest))]
[JsonSerializable(typeof(LinksView))]
[JsonSerializable(typeof(LinkStatusJson))]
[JsonSerializable(typeof(PlanJson))]
[JsonSerializable(typeof(StewardRingsJson))]
[JsonSerializable(typeof(IReadOnlyList<EntryCount>))]
[JsonSerializable(typeof(WireView))]
[JsonSerializable(typeof(HealthJson))]
[JsonSerializable(typeof(PowerJson))]
[JsonSerializable(typeof(AuditJson))]
[JsonSerializable(typeof(CategoriesJson))]
[JsonSerializable(typeof(SuggestJson))]
[JsonSerializable(typeof(FindJson))]
[JsonSerializable(typeof(List<BalanceJson>))]
[JsonSerializable(typeof(CourierOutRequest))]
[JsonSerializable(typeof(CourierOutJson))]
[JsonSerializable(typeof(CourierInRequest))]
[JsonSerializable(typeof(DeliveredJson))]
public sealed partial class WebJson : JsonSerializerContext
{
    /// <summary>The one instance to use.</summary>
    public static WebJson Safe { get; } =
        new(
            new JsonSerializerOptions
            {
                PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
                DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
                UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
                RespectNullableAnnotations = true,
                RespectRequiredConstructorParameters = true,
                AllowDuplicateProperties = false,
                MaxDepth = 16,
            }
        );
}
