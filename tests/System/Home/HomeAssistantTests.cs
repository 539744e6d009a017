using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using EdgeNode.Tests.System.Discovery;
using EdgeNode.Tests.System.Hosts;

namespace EdgeNode.Tests.System.Home;

/// <summary>A whole cabinet tells a real mosquitto with a login, as Home Assistant's own broker is set up; Debian's mosquitto_sub is who listens.</summary>
public sealed class HomeAssistantTests : IAsyncLifetime
{
    const string User = "cabinet";
    const string Password = "a secret of the house";

    readonly CabinetProcess _cabinet = CabinetProcess.Make();
    readonly int _port = FreePort();
    Child? _broker;

    string Script => Path.Combine(_cabinet.Folder, "power");

    public async Task InitializeAsync()
    {
        var passwords = Path.Combine(_cabinet.Folder, "passwords");
        await Child.RunAsync("mosquitto_passwd", "-b", "-c", passwords, User, Password);
        var settings = Path.Combine(_cabinet.Folder, "home.conf");
        File.WriteAllText(
            settings,
            $"listener {_port} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\npersistence false\nuser {Environment.UserName}\n"
        );
        _broker = Child.Start("mosquitto", new Dictionary<string, string>(), "mosquitto", "-c", settings);
        File.WriteAllText(Script, "mains on\nvolts 4.10\npercent 93\n");
        _cabinet.Set("power:script", Script);
        _cabinet.Set("power:home_assistant", $"127.0.0.1:{_port}");
        Directory.CreateDirectory(_cabinet.Data);
        File.WriteAllText(Path.Combine(_cabinet.Data, "home-assistant.login"), $"{User}\n{Password}\n");
    }

    public async Task DisposeAsync()
    {
        await _cabinet.DisposeAsync();
        if (_broker is not null)
            await _broker.DisposeAsync();
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    Child Listen(string topic) =>
        Child.Start(
            "mosquitto_sub",
            new Dictionary<string, string>(),
            ["mosquitto_sub", "-h", "127.0.0.1", "-p", $"{_port}", "-u", User, "-P", Password, "-t", topic, "-F", "%r %t %p"]
        );

    [Fact]
    public async Task Descriptions_are_kept_values_come_and_the_end_is_told_however_it_comes()
    {
        await _cabinet.StartAsync();
        await using (var early = Listen("edgenode/+/available"))
            await early.LineAsync(line => line.EndsWith(" online", StringComparison.Ordinal), "the cabinet is there");

        // Somebody who subscribes later gets the descriptions too: the broker keeps them.
        await using var late = Listen("homeassistant/#");
        var line = await late.LineAsync(
            l =>
                l.StartsWith("1 homeassistant/sensor/", StringComparison.Ordinal)
                && l.Contains("/percent/config", StringComparison.Ordinal),
            "the description of the charge is kept"
        );
        using var said = JsonDocument.Parse(line[line.IndexOf('{', StringComparison.Ordinal)..]);
        var (values, available) = (Text(said, "state_topic"), Text(said, "availability_topic"));

        await using var listener = Listen("edgenode/#");
        await listener.LineAsync(l => l == $"1 {available} online", "that the cabinet is there is kept");
        File.AppendAllText(Script, "mains off\nvolts 3.90\npercent 88\n");
        var value = await listener.LineAsync(
            l => l.StartsWith($"0 {values} ", StringComparison.Ordinal) && l.Contains("\"On battery\"", StringComparison.Ordinal),
            "the values come with the change"
        );
        using var now = JsonDocument.Parse(value[value.IndexOf('{', StringComparison.Ordinal)..]);
        Assert.Equal("gone", Text(now, "mains"));
        Assert.Equal(88, now.RootElement.GetProperty("percent").GetDouble());
        Assert.Equal(JsonValueKind.Null, now.RootElement.GetProperty("watts").ValueKind);

        await _cabinet.KillAsync();
        await listener.LineAsync(l => l == $"0 {available} offline", "the broker says that the cabinet is gone");
        await using var after = Listen("edgenode/+/available");
        await after.LineAsync(l => l == $"1 {available} offline", "and keeps it");
    }

    [Fact]
    public async Task A_wrong_login_is_told_once_and_the_cabinet_goes_on()
    {
        File.WriteAllText(Path.Combine(_cabinet.Data, "home-assistant.login"), $"{User}\nwrong\n");
        await _cabinet.StartAsync();
        await Until.HoldsAsync(
            () => _cabinet.Output.Contains("home assistant: ", StringComparison.Ordinal),
            "the log says that the broker does not take messages"
        );
        using var steward = await CabinetVisitor.StewardAsync(_cabinet);
        Assert.True((await steward.GetAsync("api/steward/power")).IsDone);
        Assert.DoesNotContain("wrong", _cabinet.Output, StringComparison.Ordinal);
    }

    static string Text(JsonDocument json, string name) => json.RootElement.GetProperty(name).GetString()!;
}
