namespace EdgeNode.Wire;

/// <summary>A point in time in Unix milliseconds, as the shell told it to the core. The core never asks for it.</summary>
public readonly record struct Moment(long Ms) : IComparable<Moment>
{
    /// <summary>Times before this (2024-01-01) are a clock that was never set: a Pi without a real-time clock wakes in 1970.</summary>
    public static readonly Moment EarliestSure = new(1_704_067_200_000);

    public static Moment operator +(Moment m, TimeSpan span) => new(m.Ms + (long)span.TotalMilliseconds);

    public static Moment operator -(Moment m, TimeSpan span) => new(m.Ms - (long)span.TotalMilliseconds);

    public static TimeSpan operator -(Moment a, Moment b) => TimeSpan.FromMilliseconds(a.Ms - b.Ms);

    public static bool operator <(Moment a, Moment b) => a.Ms < b.Ms;

    public static bool operator >(Moment a, Moment b) => a.Ms > b.Ms;

    public static bool operator <=(Moment a, Moment b) => a.Ms <= b.Ms;

    public static bool operator >=(Moment a, Moment b) => a.Ms >= b.Ms;

    public int CompareTo(Moment other) => Ms.CompareTo(other.Ms);

    /// <summary>RFC 3339 in UTC with milliseconds, the only form on the wire.</summary>
    public string ToRfc3339() => DateTimeOffset.FromUnixTimeMilliseconds(Ms).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");

    /// <summary>Reads exactly the form that <see cref="ToRfc3339"/> writes.</summary>
    public static bool TryParse(string? text, out Moment moment)
    {
        moment = default;
        const System.Globalization.DateTimeStyles Utc =
            System.Globalization.DateTimeStyles.AssumeUniversal | System.Globalization.DateTimeStyles.AdjustToUniversal;
        if (!DateTime.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null, Utc, out var read))
            return false;
        moment = new Moment(new DateTimeOffset(read, TimeSpan.Zero).ToUnixTimeMilliseconds());
        return true;
    }

    public override string ToString() => ToRfc3339();
}

/// <summary>
/// Hybrid logical clock: milliseconds in the upper 48 bits, a counter in the lower 16 (Kulkarni et al. 2014). Order without trusting the wall
/// clock: it never runs backwards, and it follows what peers have signed only within <see cref="MaxDrift"/>.
/// </summary>
public static class Hlc
{
    /// <summary>How far a peer's clock may pull ours forward (24 h: a Pi without a real-time clock may wake that far behind).</summary>
    public static readonly TimeSpan MaxDrift = TimeSpan.FromHours(24);

    public static long Next(long last, Moment now) => Math.Max(last + 1, At(now));

    /// <summary>The clock after seeing <paramref name="seen"/>; a time too far ahead is ignored, so nobody can poison ours.</summary>
    public static long Merge(long last, long seen, Moment now) =>
        seen >> 16 > now.Ms + (long)MaxDrift.TotalMilliseconds ? last : Math.Max(last, seen);

    /// <summary>The first reading at a time.</summary>
    public static long At(Moment time) => time.Ms << 16;

    public static Moment TimeOf(long hlc) => new(hlc >> 16);
}
