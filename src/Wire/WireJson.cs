using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace EdgeNode.Wire;

/// <summary>
/// The one way JSON enters or leaves: source-generated, snake_case, UTF-8 checked first (System.Text.Json alone accepts broken UTF-8 inside
/// strings), duplicate keys, comments, missing fields and depth over 32 refused, unknown fields skipped (the raw bytes keep them).
/// A field without a value is written as null: left out, it would read as missing, and the document would be refused.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 32
)]
[JsonSerializable(typeof(StatementHeader))]
[JsonSerializable(typeof(BundleHeader))]
[JsonSerializable(typeof(ControlHeader))]
[JsonSerializable(typeof(ReceiptBody))]
[JsonSerializable(typeof(HaveBody))]
[JsonSerializable(typeof(GenesisHeader))]
[JsonSerializable(typeof(PairingHeader))]
[JsonSerializable(typeof(PairingBody))]
[JsonSerializable(typeof(ManifestHeader))]
[JsonSerializable(typeof(ManifestBody))]
[JsonSerializable(typeof(IdentityBody))]
[JsonSerializable(typeof(OfferingBody))]
[JsonSerializable(typeof(NeedBody))]
[JsonSerializable(typeof(WithdrawalBody))]
[JsonSerializable(typeof(ChainProposalBody))]
[JsonSerializable(typeof(ChainResponseBody))]
[JsonSerializable(typeof(PersonAct))]
[JsonSerializable(typeof(ConsentContent))]
[JsonSerializable(typeof(SettlementContent))]
[JsonSerializable(typeof(ChainVoteBody))]
[JsonSerializable(typeof(ChainOutcomeBody))]
[JsonSerializable(typeof(ChainVoteRequestBody))]
[JsonSerializable(typeof(ChainCompletedBody))]
[JsonSerializable(typeof(PowerNoticeBody))]
[JsonSerializable(typeof(PartnerQueryBody))]
[JsonSerializable(typeof(PartnerAnswerBody))]
[JsonSerializable(typeof(PartnerSummaryBody))]
[JsonSerializable(typeof(PictureBody))]
[JsonSerializable(typeof(BlobReceiptBody))]
[JsonSerializable(typeof(string[]))]
public sealed partial class WireJson : JsonSerializerContext
{
    // RFC 8259 escapes only what it must: a signature in base64 has one length whatever its characters, and no script pays six bytes a letter.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write<T>(T value, JsonTypeInfo<T> type)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Plain))
            JsonSerializer.Serialize(writer, value, type);
        return buffer.WrittenSpan.ToArray();
    }

    public static string WriteText<T>(T value, JsonTypeInfo<T> type) => Encoding.UTF8.GetString(Write(value, type));

    /// <summary>Null for anything that is not exactly such a document; never throws on input.</summary>
    public static T? Read<T>(ReadOnlySpan<byte> utf8, JsonTypeInfo<T> type)
        where T : class
    {
        if (!Utf8.IsValid(utf8))
            return null;
        try
        {
            return JsonSerializer.Deserialize(utf8, type);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or OverflowException or FormatException)
        {
            // Translated: a document that does not fit its type is refused by the caller with a code.
            return null;
        }
    }

    public static T? Read<T>(string text, JsonTypeInfo<T> type)
        where T : class => Read(Encoding.UTF8.GetBytes(text), type);
}
