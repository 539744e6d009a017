using EdgeNode.Hardware.Power;

namespace EdgeNode.Appliance;

/// <summary>What neighbours hear of our power.</summary>
public enum PowerWord
{
    Battery,
    Going,
    Back,
}

/// <summary>How the cabinet's power stands, as policy and sensors say it. What is not known is null.</summary>
/// <param name="State">See <see cref="PowerState"/>.</param>
/// <param name="Mains">What the mains line is believed to say.</param>
/// <param name="Percent">Charge.</param>
/// <param name="Volts">At the pack.</param>
/// <param name="Watts">Drawn from the pack; negative while it is charged.</param>
/// <param name="HoursLeft">Until the clean stop, at the load of now.</param>
/// <param name="Cause">What led to this state, for the steward.</param>
/// <param name="Disputed">Mains line and battery contradict each other.</param>
/// <param name="Armed">The commissioning test has passed: the cabinet may stop by itself.</param>
/// <param name="Simulated">The values come from a script: shown as simulated, never as good.</param>
public sealed record PowerFacts(
    PowerState State,
    bool? Mains,
    double? Percent,
    double? Volts,
    double? Watts,
    double? HoursLeft,
    PowerEvent? Cause,
    bool Disputed,
    bool Armed,
    bool Simulated
);

/// <summary>Do what the plan says for this state: the shell turns radios down and tells the page.</summary>
public sealed record ApplyLoads(PowerState State, LoadRow Loads) : Sync.Effect;

/// <summary>Begin the clean stop; the shell asks the power policy.</summary>
public sealed record BeginStop(string Why, TimeSpan? BackAfter) : Sync.Effect;
