using System.Net;
using EdgeNode.Sync.Discovery;

namespace EdgeNode.Tests.Unit.Sync.Discovery;

public sealed class SourceMeterTests
{
    private static readonly IPAddress One = IPAddress.Parse("10.0.0.1");

    [Fact]
    public void A_source_may_send_its_burst_at_once_and_then_its_rate()
    {
        var meter = new SourceMeter(perSecond: 50, burst: 250);
        Assert.Equal(250, Enumerable.Range(0, 1_000).Count(_ => meter.Allows(One, 0)));
        Assert.Equal(100, Enumerable.Range(0, 2_000).Count(i => meter.Allows(One, 1 + i)));
        Assert.Equal(250, Enumerable.Range(0, 1_000).Count(_ => meter.Allows(One, 3_600_000)));
    }

    [Fact]
    public void At_256_sources_the_one_that_was_silent_for_longest_is_forgotten()
    {
        var meter = new SourceMeter(perSecond: 1, burst: 1);
        var allowed = 0;
        for (var i = 0; i < 10_000; i++)
        {
            meter.Allows(IPAddress.Parse($"10.1.{i / 256}.{i % 256}"), i);
            allowed += meter.Allows(One, i) ? 1 : 0; // who keeps sending is remembered, whoever else comes
            Assert.InRange(meter.Count, 1, SourceMeter.MaxSources);
        }
        Assert.Equal(10, allowed);
    }

    [Fact]
    public void A_clock_that_stands_still_or_has_run_for_centuries_does_no_harm()
    {
        var meter = new SourceMeter(perSecond: 1_000_000, burst: 1_000_000);
        Assert.True(meter.Allows(One, 0));
        Assert.True(meter.Allows(One, long.MaxValue));
        Assert.True(meter.Allows(One, long.MaxValue));
    }
}
