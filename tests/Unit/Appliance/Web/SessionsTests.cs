using EdgeNode.Appliance.Web;

namespace EdgeNode.Tests.Unit.Appliance.Web;

public sealed class SessionsTests
{
    private readonly HandClock _clock = new(PaperDesk.Now);

    [Fact]
    public void Ids_are_fresh_and_unlike_each_other()
    {
        using var sessions = new Sessions(_clock);
        var ids = Enumerable.Range(0, 1000).Select(_ => sessions.Begin(null).Id).ToHashSet();
        Assert.Equal(1000, ids.Count);
        Assert.All(ids, id => Assert.Matches("^[0-9a-f]{32}$", id));
    }

    [Fact]
    public void The_sweep_wipes_keys_of_people_who_walked_away()
    {
        using var sessions = new Sessions(_clock);
        var (gone, here) = (new PaperKey(), new PaperKey());
        sessions.Begin(Card(gone));
        _clock.Pass(TimeSpan.FromMinutes(10));
        var present = sessions.Begin(Card(here));
        _clock.Pass(TimeSpan.FromMinutes(5));
        sessions.EndIdle();
        Assert.True(gone.IsWiped);
        Assert.False(here.IsWiped);
        Assert.Same(present, sessions.Find(present.Id, use: false));
    }

    [Fact]
    public void A_flood_of_sessions_ends_the_longest_idle_one()
    {
        using var sessions = new Sessions(_clock);
        var first = new PaperKey();
        sessions.Begin(Card(first));
        for (var i = 0; i < Sessions.Most; i++)
        {
            _clock.Pass(TimeSpan.FromMilliseconds(1));
            sessions.Begin(null);
        }

        Assert.Equal(Sessions.Most, sessions.Count);
        Assert.True(first.IsWiped);
    }

    [Fact]
    public void A_wiped_seed_signs_nothing_any_more()
    {
        var bytes = new byte[] { 1, 2, 3 };
        var seed = new HostedSeed(bytes);
        Assert.Equal([0, 0, 0], bytes);
        Assert.Equal([1, 2, 3], seed.Use(s => s.ToArray()));
        seed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => seed.Use(s => s.Length));
    }

    private static OpenedCard Card(IDisposable key) => new(PaperDesk.Alice, "Alice", "en", key);
}
