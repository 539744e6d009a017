using EdgeNode.Wire;

namespace EdgeNode.Sync;

/// <summary>A lane goes one way.</summary>
public enum LaneDirection
{
    Out,
    In,
}

/// <summary>How a lane stands; only an open one carries anything.</summary>
public enum LaneState
{
    Open,

    /// <summary>A steward holds it back.</summary>
    Paused,

    /// <summary>The grant has run out and waits for a steward.</summary>
    Expired,

    /// <summary>Nobody has granted it.</summary>
    Closed,
}

/// <summary>
/// What a steward allows machines to do by themselves: one class to, or from, one peer. Beyond its bounds statements wait where they are; nothing is lost by
/// them.
/// </summary>
public sealed record LaneGrant
{
    /// <summary>Bounds of what a steward may type: bytes a second (0 = no limit), days.</summary>
    public const long LeastRate = 1_000;
    public const int MostDays = 1_095;

    public required DataClass Class { get; init; }
    public required LaneDirection Direction { get; init; }

    /// <summary>Order among lanes, 2 to 4, the least goes first (default: shared 2, public 3, restore-only 4). Control and trust always go before.</summary>
    public required int Priority { get; init; }

    /// <summary>Bytes a second of an outgoing lane; 0 = as fast as the link (default).</summary>
    public long Rate { get; init; }

    /// <summary>Statements: that may wait here (out, default: 1,000,000), that may come in a day (in, default: 200,000).</summary>
    public required long MaxRows { get; init; }

    /// <summary>The same in bytes (default: 2 GiB out, 256 MiB a day in).</summary>
    public required long MaxBytes { get; init; }

    /// <summary>The grant runs out after this (default: 365 days).</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(365);

    public static LaneGrant Default(DataClass cls, LaneDirection direction) =>
        new()
        {
            Class = cls,
            Direction = direction,
            Priority = Lanes.StreamOf(cls),
            MaxRows = direction == LaneDirection.Out ? 1_000_000 : 200_000,
            MaxBytes = direction == LaneDirection.Out ? 2L << 30 : 256L << 20,
        };

    /// <summary>A code and a sentence when the grant is out of bounds; null when it can be written.</summary>
    public (string Code, string Text)? Fault() =>
        Class == DataClass.LocalOnly ? ("lane.class", "What is only for this cabinet has no lane.")
        : Priority is < DataMap.SharedStream or > DataMap.BulkStream ? ("lane.priority", "The priority is 2, 3 or 4.")
        : Rate < 0 || Rate is > 0 and < LeastRate
            ? ("lane.rate", $"The rate is 0 for no limit, or at least {LeastRate} bytes a second.")
        : MaxRows is < 1 or > 100_000_000 || MaxBytes is < 65_536 or > 1L << 50
            ? ("lane.quota", "The quota is at least one statement and 64 KiB.")
        : Lifetime < TimeSpan.FromDays(1) || Lifetime > TimeSpan.FromDays(MostDays)
            ? ("lane.expiry", $"A grant lasts 1 to {MostDays} days.")
        : null;
}

/// <summary>A lane as it stands in the database.</summary>
public sealed record Lane(
    DataClass Class,
    LaneDirection Direction,
    Moment Granted,
    Moment Expires,
    int Priority,
    long Rate,
    long MaxRows,
    long MaxBytes,
    bool Paused
)
{
    /// <summary>A clock that was never set ends no grant.</summary>
    public LaneState StateAt(Moment now) =>
        Expires < now && now >= Moment.EarliestSure ? LaneState.Expired
        : Paused ? LaneState.Paused
        : LaneState.Open;
}

public static class LaneWords
{
    public static string Word(this LaneDirection direction) => direction == LaneDirection.Out ? "out" : "in";

    public static string Word(this LaneState state) => state.ToString().ToLowerInvariant();

    public static LaneDirection? ParseDirection(string? word) =>
        word switch
        {
            "out" => LaneDirection.Out,
            "in" => LaneDirection.In,
            _ => null,
        };
}
