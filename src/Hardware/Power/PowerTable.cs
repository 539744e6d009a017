namespace EdgeNode.Hardware.Power;

/// <summary>
/// The power states as a pure table. What is not listed is refused and changes nothing; in particular nothing leads out of
/// <see cref="PowerState.ShuttingDown"/> but a new start (the rule that NUT calls FSD).
/// </summary>
public static class PowerTable
{
    /// <summary>The next state and what follows, or null when the event means nothing in this state.</summary>
    public static (PowerState Next, PowerActs Acts)? Apply(PowerState state, PowerEvent happened) =>
        (state, happened) switch
        {
            (PowerState.ShuttingDown, _) => null,
            (_, PowerEvent.StopAsked) => (PowerState.ShuttingDown, PowerActs.TellGoing | PowerActs.BeginStop),
            (PowerState.RecoveryHold, _) => Hold(happened),
            (PowerState.Mains, PowerEvent.MainsLost) => (PowerState.Bridging, PowerActs.Checkpoint),
            (PowerState.Mains, PowerEvent.Disputed) => (PowerState.Survive, PowerActs.TellBattery | PowerActs.Alarm),
            (PowerState.Mains, PowerEvent.HardFloor) => Stop,
            (PowerState.Bridging, _) => Bridging(happened),
            (PowerState.OnBattery or PowerState.Conserve or PowerState.Survive, _) => OnBattery(state, happened),
            _ => null,
        };

    private static (PowerState, PowerActs) Stop => (PowerState.ShuttingDown, PowerActs.TellGoing | PowerActs.BeginStop);

    private static (PowerState, PowerActs)? Hold(PowerEvent happened) =>
        happened switch
        {
            PowerEvent.HoldEnded => (PowerState.Mains, PowerActs.TellBack),
            PowerEvent.MainsLost => (PowerState.Bridging, PowerActs.Checkpoint),
            PowerEvent.Disputed => (PowerState.Survive, PowerActs.TellBattery | PowerActs.Alarm),
            PowerEvent.HardFloor => Stop,
            // Nothing was opened yet, so nobody has to be told.
            PowerEvent.StartRefused or PowerEvent.BlindTooLong => (PowerState.ShuttingDown, PowerActs.BeginStop),
            _ => null,
        };

    private static (PowerState, PowerActs)? Bridging(PowerEvent happened) =>
        happened switch
        {
            PowerEvent.MainsBack => (PowerState.Mains, PowerActs.None),
            PowerEvent.BackTooLow => (PowerState.RecoveryHold, PowerActs.None),
            PowerEvent.LossConfirmed => (PowerState.OnBattery, PowerActs.TellBattery),
            PowerEvent.Disputed => (PowerState.Survive, PowerActs.TellBattery | PowerActs.Alarm),
            PowerEvent.HardFloor => Stop,
            _ => null,
        };

    private static (PowerState, PowerActs)? OnBattery(PowerState state, PowerEvent happened) =>
        (state, happened) switch
        {
            (_, PowerEvent.MainsSteady) => (PowerState.Mains, PowerActs.TellBack),
            (_, PowerEvent.DownAgreed or PowerEvent.HardFloor or PowerEvent.BlindTooLong) => Stop,
            (PowerState.OnBattery or PowerState.Conserve, PowerEvent.ChargeQuarter) => (PowerState.Survive, PowerActs.TellGoing),
            (PowerState.OnBattery or PowerState.Conserve, PowerEvent.WentBlind or PowerEvent.Disputed) => (
                PowerState.Survive,
                PowerActs.TellGoing | PowerActs.Alarm
            ),
            (PowerState.OnBattery, PowerEvent.ChargeHalf) => (PowerState.Conserve, PowerActs.None),
            (PowerState.Conserve, PowerEvent.ChargeOverHalf) => (PowerState.OnBattery, PowerActs.None),
            (PowerState.Survive, PowerEvent.ChargeOverQuarter) => (PowerState.Conserve, PowerActs.None),
            _ => null,
        };
}
