using System.Globalization;
using EdgeNode.Hardware.Power;

namespace EdgeNode.Hardware.Nut;

/// <summary>What the cabinet says of its battery to UPS clients. A value that is not known is left out, never 0.</summary>
/// <param name="OnBattery">Mains is gone.</param>
/// <param name="Low">The battery is low: secondaries shall get ready.</param>
/// <param name="Charge">Per cent.</param>
/// <param name="Volts">At the battery.</param>
/// <param name="RuntimeSeconds">Until the clean stop.</param>
/// <param name="Watts">Drawn.</param>
/// <param name="LowAt">Per cent at which the clean stop begins.</param>
public sealed record NutState(
    bool OnBattery,
    bool Low,
    double? Charge,
    double? Volts,
    double? RuntimeSeconds,
    double? Watts,
    double LowAt
)
{
    public static NutState Unknown { get; } = new(false, false, null, null, null, null, PowerOptions.Default.DownAt);
}

/// <summary>
/// The one UPS of the cabinet as its clients see it. EdgeNode is the primary: it alone decides on the stop, latches FSD (which never goes back, for mains that
/// returns in mid-stop must not leave half-stopped clients), and waits for the secondaries. Not for several threads at once.
/// </summary>
public sealed class NutDesk
{
    /// <summary>The UPS's name in <c>upsc cabinet@host</c>.</summary>
    public const string Ups = "cabinet";

    /// <summary>The user that secondaries name.</summary>
    public const string User = "monitor";

    /// <summary>Clients that are logged in as secondaries, at most.</summary>
    public const int MostLogins = 64;

    private readonly HashSet<NutSession> _logins = [];
    private NutState _state = NutState.Unknown;

    /// <param name="password">What secondaries must say before LOGIN.</param>
    /// <param name="title">The cabinet's name, for people.</param>
    /// <param name="release">Of this program.</param>
    public NutDesk(string password, string title, string release) => (Password, Title, Release) = (password, title, release);

    internal string Password { get; }
    internal string Title { get; }
    internal string Release { get; }

    /// <summary>The stop has begun; it stays so.</summary>
    public bool Fsd { get; private set; }

    /// <summary>Secondaries that have not left yet.</summary>
    public int Logins => _logins.Count;

    public void Say(NutState state) => _state = state;

    /// <summary>Begins the stop of all secondaries.</summary>
    public void LatchFsd() => Fsd = true;

    internal bool Login(NutSession session) => _logins.Count < MostLogins && _logins.Add(session);

    internal void Leave(NutSession session) => _logins.Remove(session);

    internal string Status => $"{(Fsd ? "FSD " : "")}{(_state.OnBattery ? _state.Low ? "OB LB" : "OB" : "OL")}";

    /// <summary>Variables that are known now, in the order of their names.</summary>
    internal IEnumerable<(string Name, string Value)> Variables()
    {
        if (_state.Charge is { } charge)
            yield return ("battery.charge", Text(charge, "0"));
        yield return ("battery.charge.low", Text(_state.LowAt, "0"));
        if (_state.RuntimeSeconds is { } runtime)
            yield return ("battery.runtime", Text(runtime, "0"));
        if (_state.Volts is { } volts)
            yield return ("battery.voltage", Text(volts, "0.00"));
        yield return ("device.mfr", "EdgeNode");
        yield return ("device.model", Title);
        yield return ("device.type", "ups");
        yield return ("driver.name", "edgenode");
        yield return ("driver.version", Release);
        if (_state.Watts is { } watts)
            yield return ("ups.realpower", Text(watts, "0.0"));
        yield return ("ups.status", Status);
    }

    internal static string Describe(string name) =>
        name switch
        {
            "battery.charge" => "Battery charge (percent)",
            "battery.charge.low" => "Charge at which the clean stop begins (percent)",
            "battery.runtime" => "Time until the clean stop (seconds)",
            "battery.voltage" => "Battery voltage (V)",
            "ups.realpower" => "Power drawn (W)",
            "ups.status" => "UPS status",
            _ => "Description unavailable",
        };

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
