using EdgeNode.Sync;

namespace EdgeNode.Tests.Unit.Sync;

public sealed class BackOffTests
{
    private static TimeSpan S(double seconds) => TimeSpan.FromSeconds(seconds);

    [Fact]
    public void A_link_that_was_up_lately_is_tried_every_two_seconds_for_five_minutes()
    {
        var backOff = new BackOff(BackOffOptions.Default);
        backOff.Down(S(1000));
        Assert.Equal(new Retry(S(2), S(2)), backOff.Next(S(1000), 0));
        Assert.Equal(new Retry(S(2), S(2)), backOff.Next(S(1299), 0.9));
        Assert.Equal(new Retry(S(1), S(10)), backOff.Next(S(1300), 0.9));
    }

    [Fact]
    public void A_peer_that_never_answered_is_tried_ever_less_and_at_least_every_thirty_seconds()
    {
        var backOff = new BackOff(BackOffOptions.Default);
        var waits = Enumerable.Range(0, 60).Select(_ => backOff.Next(S(5), 1).After.TotalSeconds).ToArray();
        Assert.Equal([1, 2, 4, 8, 16, 30, 30], waits[..7]);
        Assert.All(waits[5..], wait => Assert.Equal(30, wait));
    }

    [Theory]
    [InlineData(0, 15)]
    [InlineData(0.5, 22.5)]
    [InlineData(1, 30)]
    [InlineData(-7, 15)]
    [InlineData(double.PositiveInfinity, 30)]
    public void Jitter_spreads_the_upper_half_and_cannot_leave_it(double jitter, double seconds)
    {
        var backOff = new BackOff(BackOffOptions.Default);
        for (int i = 0; i < 10; i++)
            backOff.Next(S(0), jitter);
        Assert.Equal(S(seconds), backOff.Next(S(0), jitter).After);
    }

    [Fact]
    public void A_success_starts_the_waits_over()
    {
        var backOff = new BackOff(BackOffOptions.Default);
        for (int i = 0; i < 8; i++)
            backOff.Next(S(0), 1);
        backOff.Up();
        Assert.Equal(S(1), backOff.Next(S(0), 1).After);
    }

    [Fact]
    public void The_demo_waits_between_a_fifth_of_a_second_and_two_seconds()
    {
        var backOff = new BackOff(BackOffOptions.Demo);
        var waits = Enumerable.Range(0, 20).Select(i => backOff.Next(S(0), i % 2).After.TotalSeconds).ToArray();
        Assert.All(waits, wait => Assert.InRange(wait, 0.2, 2));
    }
}
