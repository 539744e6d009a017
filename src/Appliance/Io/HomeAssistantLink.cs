using System.Net;
using EdgeNode.Sync.Io;

namespace EdgeNode.Appliance.Io;

/// <summary>
/// Tells an MQTT broker of the household what the cabinet's battery says, every minute and when power changes. Nothing is taken from that broker but its word that
/// Home Assistant has started; when it is away, nothing is kept for it.
/// </summary>
internal sealed class HomeAssistantLink : IDisposable
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly MqttLoop _loop;
    private readonly IPEndPoint _broker;
    private readonly (string User, string Password)? _login;
    private readonly IReadOnlyList<MqttNote> _descriptions;
    private readonly Func<PowerFacts> _facts;
    private readonly string _id;
    private readonly Action<string> _log;
    private MqttClient? _client;
    private bool _told;

    /// <param name="broker">The household's broker; in the clear, so on the local network only.</param>
    /// <param name="login">Null for a broker that asks nobody.</param>
    /// <param name="id">The cabinet's short name.</param>
    public HomeAssistantLink(
        IPEndPoint broker,
        (string User, string Password)? login,
        string id,
        string cabinet,
        Func<PowerFacts> facts,
        Action<string> log
    )
    {
        (_broker, _login, _id, _facts, _log) = (broker, login, id, facts, log);
        _descriptions = HomeAssistant.Descriptions(id, cabinet, Release.Version);
        _loop = new MqttLoop("home", e => log($"home assistant: {e.Message}"));
        _loop.Post(Open);
        _loop.Post(Tick);
    }

    /// <summary>Power has changed: the values are told now.</summary>
    public void Tell() => _loop.Post(SayValues);

    private void Open()
    {
        var options = new MqttClientOptions
        {
            ClientId = "edgenode-" + _id,
            Host = _broker.Address.ToString(),
            Port = _broker.Port,
            Filter = HomeAssistant.Birth,
            Login = _login,
            Will = (HomeAssistant.Gone(_id).Topic, HomeAssistant.Gone(_id).Payload),
            RetainWill = true,
        };
        _client = new MqttClient(
            _loop,
            options,
            new MqttEvents
            {
                Up = SayAll,
                Closed = Closed,
                Message = (_, payload) =>
                {
                    if (payload.SequenceEqual("online"u8))
                        SayAll();
                },
                Acknowledged = _ => { },
            }
        );
        _client.Open(Within, Within);
    }

    /// <summary>Said once, not at every try.</summary>
    private void Closed(string reason)
    {
        if (!_told)
            _log($"home assistant: {_broker} does not take messages ({reason}); trying again.");
        _told = true;
        _loop.After(Again, Open);
    }

    private void SayAll()
    {
        _told = false;
        foreach (var note in _descriptions)
            Say(note);
        Say(HomeAssistant.Here(_id));
        SayValues();
    }

    private void SayValues() => Say(HomeAssistant.Values(_id, _facts()));

    private void Say(MqttNote note) => _client?.Publish(note.Topic, note.Payload, out _, note.Retain);

    private void Tick()
    {
        SayValues();
        _loop.After(Every, Tick);
    }

    public void Dispose() => _loop.Dispose();
}
