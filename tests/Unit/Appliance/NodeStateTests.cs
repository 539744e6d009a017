using EdgeNode.Appliance;
using EdgeNode.Store;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Appliance;

/// <summary>The stored clock over restarts.</summary>
public sealed class NodeStateTests : IDisposable
{
    private static readonly Moment Noon = new(1_772_366_400_000);
    private readonly string _folder = Directory.CreateTempSubdirectory("edgenode-state-").FullName;
    private readonly Db _db;

    public NodeStateTests() => _db = new StoreFile(Path.Combine(_folder, "node.db")).OpenWriter(Node.Modules);

    public void Dispose()
    {
        _db.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Signs_of_life_within_minutes_are_written_once()
    {
        var state = new NodeState(_db);
        Sign(state, Noon);
        var stored = Stored();
        for (var s = 3; s < 280; s += 3)
            Sign(state, Noon + TimeSpan.FromSeconds(s));
        Assert.Equal(stored, Stored());
        Sign(state, Noon + TimeSpan.FromSeconds(301));
        Assert.NotEqual(stored, Stored());
    }

    [Fact]
    public void A_clock_that_starts_again_and_again_never_runs_backwards_nor_far_ahead()
    {
        var last = 0L;
        for (var start = 0; start < 1000; start++)
        {
            var signed = Sign(new NodeState(_db), Noon + TimeSpan.FromSeconds(10 * start));
            Assert.True(signed > last, "the clock ran backwards over a start");
            last = signed;
        }
        Assert.InRange(Hlc.TimeOf(last) - (Noon + TimeSpan.FromSeconds(9990)), TimeSpan.Zero, TimeSpan.FromMinutes(6));
    }

    [Fact]
    public void Starts_under_a_clock_that_stands_still_add_a_second_each()
    {
        var last = 0L;
        for (var start = 0; start < 1000; start++)
            last = Sign(new NodeState(_db), Noon);
        Assert.InRange(Hlc.TimeOf(last) - Noon, TimeSpan.Zero, TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(1000));
    }

    private long Sign(NodeState state, Moment now)
    {
        var turn = new Turn(_db, now);
        state.Begin(turn);
        var signed = state.NextHlc();
        state.Save(turn);
        return signed;
    }

    private long Stored() => _db.Number("SELECT hlc FROM node_state");
}
