using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeNode.Appliance.Web.Api;

/// <summary>The JSON of the web interface: source-generated, snake_case, duplicate and unknown members refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ErrorJson))]
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
                AllowDuplicateProperties = false,
                MaxDepth = 16,
            }
        );
}
