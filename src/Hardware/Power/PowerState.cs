namespace EdgeNode.Hardware.Power;

/// <summary>How the cabinet is fed and what it may therefore spend. The order is not a ranking; the table is in <see cref="PowerTable"/>.</summary>
public enum PowerState
{
    /// <summary>Fed from outside; everything may run.</summary>
    Mains,

    /// <summary>The line just said that mains is gone; nothing long is started, nobody is told yet.</summary>
    Bridging,

    /// <summary>On battery with charge to spare.</summary>
    OnBattery,

    /// <summary>Half the charge is gone: small and public traffic only.</summary>
    Conserve,

    /// <summary>A quarter is left, or the cabinet cannot see or believe its sensors: pages are read, words are kept, the rest waits.</summary>
    Survive,

    /// <summary>On the way to power-off. Nothing leads back: mains that returns now must not leave a half-stopped cabinet.</summary>
    ShuttingDown,

    /// <summary>Started and not yet known to be safe: it runs, and starts no updates or compaction.</summary>
    RecoveryHold,
}

/// <summary>What <see cref="PowerPolicy"/> concludes from samples; each is one row of the table.</summary>
public enum PowerEvent
{
    /// <summary>The line says that mains is gone.</summary>
    MainsLost,

    /// <summary>It has said so long enough to believe it (2 s).</summary>
    LossConfirmed,

    /// <summary>Mains is back before the loss was confirmed: a blip.</summary>
    MainsBack,

    /// <summary>The same in a cabinet that was still waiting for its pack: it goes on waiting.</summary>
    BackTooLow,

    /// <summary>Mains has been there long enough to believe it (30 s; at a start at once).</summary>
    MainsSteady,

    /// <summary>Charge is at 50 % or below.</summary>
    ChargeHalf,

    /// <summary>Charge is at 55 % or above again.</summary>
    ChargeOverHalf,

    /// <summary>Charge is at 25 % or below.</summary>
    ChargeQuarter,

    /// <summary>Charge is at 30 % or above again.</summary>
    ChargeOverQuarter,

    /// <summary>Neither voltage nor charge is known while on battery.</summary>
    WentBlind,

    /// <summary>Blind on battery for longer than the policy dares (120 s), or at a start without mains.</summary>
    BlindTooLong,

    /// <summary>The mains line and the battery contradict each other.</summary>
    Disputed,

    /// <summary>Charge and voltage agree that it is time to stop.</summary>
    DownAgreed,

    /// <summary>Voltage is where the cells are harmed.</summary>
    HardFloor,

    /// <summary>A steward, the household's button or planned maintenance asked for a clean stop.</summary>
    StopAsked,

    /// <summary>A start on mains found a pack above the start levels.</summary>
    HoldEnded,

    /// <summary>A start without mains found a pack below the start voltage.</summary>
    StartRefused,
}

/// <summary>What follows a transition.</summary>
[Flags]
public enum PowerActs
{
    None = 0,

    /// <summary>Tell neighbours that this cabinet runs on battery.</summary>
    TellBattery = 1,

    /// <summary>Tell neighbours that it is about to go, and when it may be back.</summary>
    TellGoing = 2,

    /// <summary>Tell neighbours that it is on mains again.</summary>
    TellBack = 4,

    /// <summary>Tell the steward: something is wrong with a sensor or a wire.</summary>
    Alarm = 8,

    /// <summary>Write the database's log home now, while there is power.</summary>
    Checkpoint = 16,

    /// <summary>Begin the clean stop (<see cref="StopSequence"/>).</summary>
    BeginStop = 32,
}
