namespace EdgeNode.Tests.Unit.Appliance.Web;

/// <summary>A clock moved by hand. Timers run on real time: nothing here tests how long a timer waits.</summary>
internal sealed class HandClock(DateTimeOffset now) : TimeProvider
{
    private DateTimeOffset _now = now;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public void Pass(TimeSpan time) => _now += time;

    public override DateTimeOffset GetUtcNow() => _now;
}
