namespace EdgeNode.Hardware.Power;

/// <summary>What can be shed, each with its choices from full to least; the words stand in the database and on the page.</summary>
public sealed record Load(string Name, string What, IReadOnlyList<string> Choices);

/// <summary>How often bundles are formed: always, or in a minute's window that opens every so often.</summary>
public enum SyncPace
{
    Always,
    FiveMinutes,
    HalfHour,
    Hourly,
}

/// <summary>Which matching runs begin.</summary>
public enum MatchingPace
{
    Full,
    QuarterHour,
    Off,
}

/// <summary>What runs in one power state.</summary>
/// <param name="Sync">When bundles are formed.</param>
/// <param name="Bulk">Archives and other bulk travel too; else what people wait for goes alone.</param>
/// <param name="Matching">Which matching runs begin.</param>
/// <param name="Archives">Archives are made and checked.</param>
/// <param name="Updates">Updates, backups and compaction may begin.</param>
/// <param name="Radios">All radios are on; else 5 GHz and guests are off.</param>
public sealed record LoadRow(SyncPace Sync, bool Bulk, MatchingPace Matching, bool Archives, bool Updates, bool Radios);

/// <summary>What is shed and what returns, by power state. A steward edits it; nothing here can keep a stop from coming.</summary>
public sealed class LoadPlan
{
    private static readonly string[] OnOff = ["on", "off"];
    private static readonly string[] SyncWords = ["always", "5-minutes", "half-hour", "hourly"];
    private static readonly string[] MatchingWords = ["full", "quarter-hour", "off"];

    public static IReadOnlyList<Load> Loads { get; } =
    [
        new("sync", "exchange with neighbours", SyncWords),
        new("bulk", "bulk traffic", OnOff),
        new("matching", "search for rings", MatchingWords),
        new("archives", "archives", OnOff),
        new("updates", "updates, backups, compaction", OnOff),
        new("radios", "5 GHz and guest radio", OnOff),
    ];

    /// <summary>The states a steward can edit: on mains everything runs, and a stop has its own order.</summary>
    public static IReadOnlyList<PowerState> Editable { get; } =
    [PowerState.OnBattery, PowerState.Conserve, PowerState.Survive, PowerState.RecoveryHold];

    private readonly Dictionary<(PowerState, string), string> _edits = [];

    /// <summary>The plan's own choices, before any edit.</summary>
    public static LoadRow Default(PowerState state) =>
        state switch
        {
            PowerState.Mains => new(SyncPace.Always, true, MatchingPace.Full, true, true, true),
            PowerState.Bridging => new(SyncPace.Always, true, MatchingPace.Full, true, false, true),
            PowerState.OnBattery => new(SyncPace.FiveMinutes, false, MatchingPace.QuarterHour, false, false, true),
            PowerState.Conserve => new(SyncPace.HalfHour, false, MatchingPace.Off, false, false, false),
            PowerState.Survive => new(SyncPace.Hourly, false, MatchingPace.Off, false, false, false),
            PowerState.RecoveryHold => new(SyncPace.Always, false, MatchingPace.Full, false, false, true),
            _ => new(SyncPace.Hourly, false, MatchingPace.Off, false, false, false),
        };

    /// <summary>Changes one choice; false when state, load or word do not exist or may not be edited.</summary>
    public bool Edit(PowerState state, string load, string word)
    {
        if (!Editable.Contains(state) || Loads.FirstOrDefault(l => l.Name == load)?.Choices.Contains(word) != true)
            return false;
        _edits[(state, load)] = word;
        return true;
    }

    /// <summary>The word that stands for a load in a state.</summary>
    public string Word(PowerState state, string load)
    {
        if (_edits.TryGetValue((state, load), out var word))
            return word;
        return Word(Default(state), load);
    }

    /// <summary>The word that stands for a load in a row; an unknown load has that of the radios.</summary>
    public static string Word(LoadRow row, string load) =>
        load switch
        {
            "sync" => SyncWords[(int)row.Sync],
            "bulk" => Word(row.Bulk),
            "matching" => MatchingWords[(int)row.Matching],
            "archives" => Word(row.Archives),
            "updates" => Word(row.Updates),
            _ => Word(row.Radios),
        };

    /// <summary>What runs in a state, edits included.</summary>
    public LoadRow Row(PowerState state) =>
        new(
            (SyncPace)Array.IndexOf(SyncWords, Word(state, "sync")),
            IsOn(state, "bulk"),
            (MatchingPace)Array.IndexOf(MatchingWords, Word(state, "matching")),
            IsOn(state, "archives"),
            IsOn(state, "updates"),
            IsOn(state, "radios")
        );

    private bool IsOn(PowerState state, string load) => Word(state, load) == "on";

    private static string Word(bool on) => on ? "on" : "off";
}
