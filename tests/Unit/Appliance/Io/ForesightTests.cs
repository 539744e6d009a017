using EdgeNode.Appliance;
using EdgeNode.Appliance.Io;
using EdgeNode.Sync;
using EdgeNode.Tests.Unit.Sync;

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
    public void Beyond_its_bound_messages_are_dropped_and_changes_of_links_are_not()
    {
        // The next one never takes anything until the end.
        using var foresight = new Foresight((_, token) => new ValueTask(UntilCancelled(token)));
        var have = new Received(_mill.Did, TopicKind.Have, [1, 2]);
        var taken = Enumerable.Range(0, 2 * Foresight.MaxWaiting).Count(_ => foresight.Post(have));
        Assert.InRange(taken, Foresight.MaxWaiting, Foresight.MaxWaiting + 1);
        Assert.False(foresight.Post(have));
        Assert.True(foresight.Post(new LinkDown(_mill.Did)));
    }

    private static Task UntilCancelled(CancellationToken token)
    {
        var never = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        token.Register(() => never.SetCanceled(token));
        return never.Task;
    }
}
