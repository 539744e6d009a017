using EdgeNode.Appliance;
using EdgeNode.Appliance.Io;
using EdgeNode.Sync;
using EdgeNode.Tests.Unit.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Appliance.Io;

/// <summary>What comes from links passes the thread that checks signatures ahead.</summary>
public sealed class ForesightTests : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    private readonly CustodyDesk _mill = new(1);
    private readonly CustodyDesk _hill = new(2);

    public ForesightTests() => _mill.Knows(_hill);

    public void Dispose()
    {
        _mill.Dispose();
        _hill.Dispose();
    }

    [Fact]
    public async Task Everything_passes_in_its_order_and_bundles_with_their_signatures_checked()
    {
        _mill.Queue(_hill);
        var bundle = _mill.Form(_hill)!;
        NodeInput[] given =
        [
            new LinkUp(_mill.Did),
            new Received(_mill.Did, TopicKind.Data, bundle),
            new Received(_mill.Did, TopicKind.Have, bundle),
            new Received(_mill.Did, TopicKind.Data, [1, 2, 3]),
            new LinkDown(_mill.Did),
        ];
        var passed = new List<NodeInput>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var foresight = new Foresight(
            (input, _) =>
            {
                passed.Add(input);
                if (passed.Count == given.Length)
                    all.SetResult();
                return ValueTask.CompletedTask;
            }
        );
        foreach (var input in given)
            Assert.True(foresight.Post(input));
        await all.Task.WaitAsync(Longest);
        Assert.Equal(given, passed.Select(i => i is Received r ? r with { Foreseen = null } : i));
        Assert.Equal([true, false, false], passed.OfType<Received>().Select(r => r.Foreseen is not null));
    }

    [Fact]
    public async Task Peers_take_turns_so_one_that_floods_waits_for_itself_alone()
    {
        var passed = new List<Did>();
        var (begun, open, all) = (Signal(), Signal(), Signal());
        using var foresight = new Foresight(
            (input, _) =>
            {
                passed.Add(((Received)input).Peer);
                begun.TrySetResult();
                if (passed.Count == 52)
                    all.SetResult();
                return passed.Count == 1 ? new ValueTask(open.Task) : ValueTask.CompletedTask;
            }
        );
        var flood = new Received(_mill.Did, TopicKind.Have, [1, 2]);
        foresight.Post(flood);
        await begun.Task.WaitAsync(Longest);
        for (var i = 0; i < 50; i++)
            foresight.Post(flood);
        foresight.Post(flood with { Peer = _hill.Did });
        open.SetResult();
        await all.Task.WaitAsync(Longest);
        Assert.Equal(2, passed.IndexOf(_hill.Did));
    }

    [Fact]
    public async Task Beyond_a_peers_share_its_messages_are_dropped_and_nobody_elses()
    {
        var bundle = new Received(_mill.Did, TopicKind.Data, new byte[32 * 1024]);
        using var foresight = await StuckAsync(bundle);
        var taken = Enumerable.Range(0, 100).Count(_ => foresight.Post(bundle));
        Assert.Equal(Foresight.MaxBytesOfPeer / (32 * 1024), taken);
        Assert.True(foresight.Post(bundle with { Peer = _hill.Did }));
        Assert.True(foresight.Post(new LinkDown(_mill.Did)));
    }

    [Fact]
    public async Task What_comes_by_a_relay_in_a_peers_name_takes_nothing_of_its_share()
    {
        var bundle = new Received(_mill.Did, TopicKind.Data, new byte[32 * 1024]) { Proven = false };
        using var foresight = await StuckAsync(bundle);
        while (foresight.Post(bundle)) { }
        Assert.True(foresight.Post(bundle with { Proven = true }));
    }

    [Fact]
    public async Task Short_messages_count_for_what_they_cost()
    {
        var have = new Received(_mill.Did, TopicKind.Have, [1, 2]);
        using var foresight = await StuckAsync(have);
        Assert.Equal(1024, Enumerable.Range(0, 3000).Count(_ => foresight.Post(have)));
    }

    [Fact]
    public async Task When_many_flood_at_once_whoever_has_less_than_a_window_waiting_is_taken_still()
    {
        var bundle = new Received(_mill.Did, TopicKind.Data, new byte[64 * 1024]);
        using var foresight = await StuckAsync(bundle);
        Did Peer(int n) => Did.FromGenesis([(byte)n, 1]);
        for (var n = 0; n < 70; n++)
        for (var i = 0; i < 20; i++)
            foresight.Post(bundle with { Peer = Peer(n) });
        var taken = Enumerable.Range(0, 20).Count(_ => foresight.Post(bundle with { Peer = Peer(100) }));
        Assert.Equal(Foresight.LeastBytesOfPeer / (64 * 1024), taken);
    }

    /// <summary>The next one has taken this input and takes no other until the end.</summary>
    private static async Task<Foresight> StuckAsync(NodeInput first)
    {
        var begun = Signal();
        var foresight = new Foresight(
            (_, token) =>
            {
                begun.TrySetResult();
                return new ValueTask(UntilCancelled(token));
            }
        );
        foresight.Post(first);
        await begun.Task.WaitAsync(Longest);
        return foresight;
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static Task UntilCancelled(CancellationToken token)
    {
        var never = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        token.Register(() => never.SetCanceled(token));
        return never.Task;
    }
}
