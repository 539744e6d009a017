using System.Text.Json;
using EdgeNode.Appliance;
using EdgeNode.Hardware.Power;

namespace EdgeNode.Tests.Unit.Appliance;

public sealed class HomeAssistantTests
{
    [Fact]
    public void Every_sensor_is_described_once_and_found_in_the_values()
    {
        var notes = HomeAssistant.Descriptions("abc", "Mill \"cabinet\"", "0.1.0");
        var facts = new PowerFacts(PowerState.OnBattery, false, 61.257, 3.81, 6, 4.4, null, false, true, false);
        using var values = JsonDocument.Parse(HomeAssistant.Values("abc", facts).Payload);
        foreach (var note in notes)
        {
            using var said = JsonDocument.Parse(note.Payload);
            var name = note.Topic.Split('/')[3];
            Assert.Equal($"{{{{ value_json.{name} }}}}", said.RootElement.GetProperty("value_template").GetString());
            Assert.Equal("Mill \"cabinet\"", said.RootElement.GetProperty("device").GetProperty("name").GetString());
            Assert.True(values.RootElement.TryGetProperty(name, out _), name);
            Assert.True(note.Retain, "Home Assistant may start later than the cabinet");
            Assert.Equal(HomeAssistant.Gone("abc").Topic, said.RootElement.GetProperty("availability_topic").GetString());
        }
        Assert.Equal(notes.Count, notes.Select(n => n.Topic).Distinct().Count());
        Assert.Equal(61.26, values.RootElement.GetProperty("percent").GetDouble());
    }

    [Fact]
    public void What_is_not_known_is_null_and_never_zero()
    {
        var facts = new PowerFacts(PowerState.RecoveryHold, null, null, null, null, null, null, false, false, false);
        using var values = JsonDocument.Parse(HomeAssistant.Values("abc", facts).Payload);
        foreach (var name in (string[])["percent", "volts", "watts", "hours_left", "mains"])
            Assert.Equal(JsonValueKind.Null, values.RootElement.GetProperty(name).ValueKind);
    }
}
