using EdgeNode.Sync.Io;

namespace EdgeNode.Tests.Unit.Sync;

public sealed class LinksFloodTests
{
    private static readonly FloodOptions Small = new()
    {
        MessagesPerSecond = 10,
        MessageBurst = 20,
        BytesPerSecond = 1000,
        ByteBurst = 5000,
    };

    [Fact]
    public void Lets_a_burst_pass_and_then_only_the_lasting_rate()
    {
        var flood = new LinksFlood(Small);
        var passed = Enumerable.Range(0, 1000).Count(_ => flood.Passes(1, TimeSpan.FromSeconds(7)));
        Assert.Equal(20, passed);
        passed = Enumerable.Range(0, 1000).Count(i => flood.Passes(1, TimeSpan.FromSeconds(7 + i / 100.0)));
        Assert.InRange(passed, 98, 100);
    }

    [Fact]
    public void Lets_many_full_bundles_pass_where_as_many_small_messages_are_a_flood()
    {
        var options = new FloodOptions();
        int PassedInASecond(int bytes)
        {
            var flood = new LinksFlood(options);
            return Enumerable.Range(0, 4000).Count(i => flood.Passes(bytes, TimeSpan.FromSeconds(i / 4000.0)));
        }
        Assert.Equal(4000, PassedInASecond(options.SmallBytes));
        Assert.InRange(PassedInASecond(options.SmallBytes - 1), options.SmallBurst, options.SmallBurst + options.SmallPerSecond);
    }

    [Fact]
    public void Counts_bytes_as_well_as_messages_and_charges_nothing_for_what_it_stops()
    {
        var flood = new LinksFlood(Small);
        Assert.True(flood.Passes(4000, TimeSpan.Zero));
        Assert.False(flood.Passes(4000, TimeSpan.Zero));
        Assert.True(flood.Passes(1000, TimeSpan.Zero));
        Assert.False(flood.Passes(1, TimeSpan.Zero));
        Assert.True(flood.Passes(900, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Who_found_no_room_is_not_heard_for_a_while_and_then_as_before()
    {
        var flood = new LinksFlood(Small with { Rest = TimeSpan.FromSeconds(2) });
        Assert.True(flood.Passes(1, TimeSpan.FromSeconds(5)));
        flood.FoundNoRoom(TimeSpan.FromSeconds(5));
        Assert.False(flood.Passes(1, TimeSpan.FromSeconds(5)));
        Assert.False(flood.Passes(1, TimeSpan.FromSeconds(6.9)));
        Assert.Equal(20, Enumerable.Range(0, 100).Count(_ => flood.Passes(1, TimeSpan.FromSeconds(7))));
    }
}
