using EdgeNode.Appliance.Web;
using EdgeNode.Hardware.Power;

namespace EdgeNode.Appliance;

/// <summary>How power stands, in a volunteer's words.</summary>
internal static class PowerWords
{
    /// <summary>The line about power on the page of the day.</summary>
    public static CheckView Check(PowerFacts power) => new("power", Level(power), Sentence(power), Advice(power));

    public static string Sentence(PowerFacts power)
    {
        var battery = power.Percent is { } percent ? $"battery {percent:0} %" : "battery not seen";
        var left =
            power.HoursLeft is { } hours && power.State is not (PowerState.Mains or PowerState.RecoveryHold)
                ? $", about {hours:0.#} h left"
                : "";
        return $"{State(power.State)}: {battery}{left}{(power.Simulated ? " (simulated)" : "")}.";
    }

    public static string State(PowerState state) =>
        state switch
        {
            PowerState.Mains => "On mains",
            PowerState.Bridging => "Mains flickers",
            PowerState.OnBattery => "On battery",
            PowerState.Conserve => "On battery, saving",
            PowerState.Survive => "On battery, only the most needed",
            PowerState.ShuttingDown => "Stopping",
            _ => "Started, battery not yet known to be safe",
        };

    /// <summary>Why the cabinet is in its state.</summary>
    public static string Why(PowerFacts power) =>
        power.Cause switch
        {
            _ when power.Disputed => "The mains line and the battery contradict each other.",
            PowerEvent.MainsLost or PowerEvent.LossConfirmed => "Mains is gone.",
            PowerEvent.ChargeHalf => "Half of the charge is gone.",
            PowerEvent.ChargeQuarter => "A quarter of the charge is left.",
            PowerEvent.WentBlind or PowerEvent.BlindTooLong => "The battery cannot be seen.",
            PowerEvent.DownAgreed => "The battery is nearly empty.",
            PowerEvent.HardFloor => "The battery's cells would be harmed.",
            PowerEvent.StopAsked => "A person asked for a stop.",
            PowerEvent.MainsSteady or PowerEvent.MainsBack or PowerEvent.HoldEnded => "Mains is there.",
            PowerEvent.ChargeOverHalf or PowerEvent.ChargeOverQuarter => "The battery is charged again.",
            _ => "The cabinet has just started.",
        };

    /// <summary>The line about a raised alert on the page of the day.</summary>
    public static CheckView Alert(AlertFact alert) =>
        new(
            "alert-" + alert.Rule.Name,
            CheckLevel.Attention,
            AlertSentence(alert),
            "It ends at " + Unit(alert.Rule.Name, alert.Rule.Clear) + "."
        );

    private static string AlertSentence(AlertFact alert) =>
        alert.Rule.Name switch
        {
            "charge" => $"The battery is at {Unit("charge", alert.Value ?? 0)}.",
            "temperature" => $"The machine is at {Unit("temperature", alert.Value ?? 0)}.",
            _ => $"The data disk has {Unit("disk", alert.Value ?? 0)} free.",
        };

    /// <summary>A value of an alert with its unit.</summary>
    public static string Unit(string name, double value) =>
        value.ToString("0.#", System.Globalization.CultureInfo.InvariantCulture) + (name == "temperature" ? " °C" : " %");

    private static CheckLevel Level(PowerFacts power) =>
        power.Disputed || power.State is PowerState.ShuttingDown or PowerState.Survive ? CheckLevel.Danger
        : power.State is PowerState.Mains && power.Percent is not null ? CheckLevel.Good
        : CheckLevel.Attention;

    private static string Advice(PowerFacts power) =>
        power.Disputed ? "Check the wire of the mains line."
        : power.Percent is null ? "Check the battery's gauge."
        : power.State is PowerState.Survive or PowerState.ShuttingDown ? "Bring power back."
        : "";
}
