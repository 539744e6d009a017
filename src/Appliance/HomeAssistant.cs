using System.Buffers;
using System.Text.Json;

namespace EdgeNode.Appliance;

/// <summary>A message for an MQTT broker.</summary>
/// <param name="Retain">The broker keeps it for whoever subscribes later.</param>
public sealed record MqttNote(string Topic, byte[] Payload, bool Retain = false);

/// <summary>
/// What Home Assistant is told over its own MQTT broker (MQTT discovery): one description for each sensor, then the values. A value that is not known is null,
/// which it shows as unknown; never 0.
/// </summary>
internal static class HomeAssistant
{
    /// <summary>Home Assistant says here that it has started and wants the descriptions again.</summary>
    public const string Birth = "homeassistant/status";

    private static readonly (string Name, string Title, string? Class, string? Unit)[] Sensors =
    [
        ("percent", "Battery", "battery", "%"),
        ("volts", "Battery voltage", "voltage", "V"),
        ("watts", "Battery power", "power", "W"),
        ("hours_left", "Time left", "duration", "h"),
        ("state", "Power", null, null),
        ("mains", "Mains", null, null),
    ];

    /// <summary>A description for each sensor.</summary>
    /// <param name="id">The cabinet's short name in DIDs: letters and digits.</param>
    public static IReadOnlyList<MqttNote> Descriptions(string id, string cabinet, string release) =>
        [
            .. Sensors.Select(s => new MqttNote(
                $"homeassistant/sensor/edgenode_{id}/{s.Name}/config",
                Describe(id, cabinet, release, s),
                Retain: true
            )),
        ];

    /// <summary>The cabinet is connected; kept by the broker until <see cref="Gone"/> takes its place.</summary>
    public static MqttNote Here(string id) => new(AvailabilityTopic(id), "online"u8.ToArray(), Retain: true);

    /// <summary>What the broker says in the cabinet's name when the connection ends, however it ends.</summary>
    public static MqttNote Gone(string id) => new(AvailabilityTopic(id), "offline"u8.ToArray(), Retain: true);

    /// <summary>The values of now.</summary>
    public static MqttNote Values(string id, PowerFacts facts) =>
        new(
            StateTopic(id),
            Json(w =>
            {
                Number(w, "percent", facts.Percent);
                Number(w, "volts", facts.Volts);
                Number(w, "watts", facts.Watts);
                Number(w, "hours_left", facts.HoursLeft);
                w.WriteString("state", PowerWords.State(facts.State));
                if (facts.Mains is { } mains)
                    w.WriteString("mains", mains ? "there" : "gone");
                else
                    w.WriteNull("mains");
            })
        );

    private static string StateTopic(string id) => $"edgenode/{id}/power";

    private static string AvailabilityTopic(string id) => $"edgenode/{id}/available";

    private static byte[] Describe(
        string id,
        string cabinet,
        string release,
        (string Name, string Title, string? Class, string? Unit) s
    ) =>
        Json(w =>
        {
            w.WriteString("name", s.Title);
            w.WriteString("unique_id", $"edgenode_{id}_{s.Name}");
            w.WriteString("state_topic", StateTopic(id));
            w.WriteString("availability_topic", AvailabilityTopic(id));
            w.WriteString("value_template", $"{{{{ value_json.{s.Name} }}}}");
            w.WriteNumber("expire_after", 180);
            if (s.Class is not null)
                w.WriteString("device_class", s.Class);
            if (s.Unit is not null)
                w.WriteString("unit_of_measurement", s.Unit);
            w.WriteStartObject("device");
            w.WriteStartArray("identifiers");
            w.WriteStringValue($"edgenode_{id}");
            w.WriteEndArray();
            w.WriteString("name", cabinet);
            w.WriteString("manufacturer", "EdgeNode");
            w.WriteString("sw_version", release);
            w.WriteEndObject();
        });

    private static void Number(Utf8JsonWriter w, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
            w.WriteNumber(name, Math.Round(number, 2));
        else
            w.WriteNull(name);
    }

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
