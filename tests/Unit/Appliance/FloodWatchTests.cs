using EdgeNode.Appliance;
using EdgeNode.Federation;
using EdgeNode.Tests.Unit.Federation;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Appliance;

/// <summary>When a peer that floods is suspended.</summary>
public sealed class FloodWatchTests
{
    private static readonly Did Mill = Did.FromGenesis([1]);
    private static readonly Did Hill = Did.FromGenesis([2]);
    private static readonly Moment Start = new(1_772_352_000_000);

    private static Moment At(double seconds) => Start + TimeSpan.FromSeconds(seconds);

    [Fact]
    public void A_flood_goes_on_once_it_was_told_for_as_long_as_patience_lasts()
    {
        var watch = new FloodWatch(TimeSpan.FromSeconds(5));
        Assert.Equal(
            [false, false, false, false, false, true, true],
            Enumerable.Range(0, 7).Select(second => watch.GoesOn(Mill, At(second)))
        );
    }

    [Fact]
    public void After_a_pause_it_counts_anew_and_each_peer_for_itself()
    {
        var watch = new FloodWatch(TimeSpan.FromSeconds(5));
        for (var second = 0; second < 60; second += 4)
            Assert.False(watch.GoesOn(Mill, At(second)));
        Assert.False(watch.GoesOn(Hill, At(60)));
        Assert.False(watch.GoesOn(Hill, At(62.5)));
        Assert.False(watch.GoesOn(Mill, At(65)));
        Assert.True(watch.GoesOn(Hill, At(65.2)));
    }

    [Fact]
    public void A_clock_that_is_set_back_or_forward_makes_no_flood()
    {
        var watch = new FloodWatch(TimeSpan.FromSeconds(5));
        Assert.False(watch.GoesOn(Mill, At(1000)));
        Assert.False(watch.GoesOn(Mill, At(0)));
        Assert.False(watch.GoesOn(Mill, At(1000)));
    }

    [Fact]
    public void Without_patience_nobody_is_ever_suspended()
    {
        var watch = new FloodWatch(null);
        for (var second = 0; second < 100; second++)
            Assert.False(watch.GoesOn(Mill, At(second)));
    }

    [Fact]
    public void A_flood_of_a_stranger_is_counted_and_nothing_else()
    {
        using var cabinet = new OneCabinet();
        for (var second = 0; second < 10; second++)
        {
            cabinet.Now = At(second);
            Assert.Empty(cabinet.Step(new Flooded(Mill, 3)).OfType<CutPeer>());
        }
        Assert.Equal(30, cabinet.Db.Number("SELECT count FROM refusal WHERE peer = $1 AND code = 'peer.flood'", Mill.Value));
    }
}
