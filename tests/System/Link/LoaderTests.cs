using EdgeNode.Store;
using EdgeNode.Tests.Load;

namespace EdgeNode.Tests.System.Link;

/// <summary>What benchmarks and tests over links begin with: two cabinets that are peered, and an outbox that was filled a commit at a time.</summary>
public sealed class LoaderTests : IDisposable
{
    private const int Size = 1_024;
    private readonly string _folder = Directory.CreateTempSubdirectory("edgenode-load-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(MessageKind.Withdrawal, 600, 7)]
    [InlineData(MessageKind.Offering, 300, 64)]
    [InlineData(MessageKind.Withdrawal, 3, 1)]
    public void Fills_the_outbox_with_every_message_at_its_exact_size(MessageKind kind, int count, int keys)
    {
        using var left = new LoadedCabinet(new Place(Path.Combine(_folder, "left"), "127.0.0.1", 8883, 8444), "Left");
        using var right = new LoadedCabinet(new Place(Path.Combine(_folder, "right"), "127.0.0.2", 8883, 8444), "Right");
        var told = new List<int>();
        var seconds = Loader.Fill(left, right, kind, count, Size, keys, told.Add);
        using var db = new StoreFile(Path.Combine(_folder, "left", "edgenode.db")).OpenReader();
        var waiting = db.One(
            "SELECT count(*), count(DISTINCT s.id), count(DISTINCT s.origin), min(length(s.raw)), max(length(s.raw)), min(o.bytes), max(o.bytes) "
                + "FROM outbox o JOIN statement s ON s.place = o.statement WHERE o.peer = $1 AND s.kind = $2",
            r => (r.Int(0), r.Int(1), r.Int(2), r.Int(3), r.Int(4), r.Int(5), r.Int(6)),
            right.Identity.Did.Value,
            kind == MessageKind.Withdrawal ? "withdrawal" : "offering"
        );
        Assert.Equal((count, count, keys, Size, Size, Size, Size), waiting);
        Assert.Equal(count, told[^1]);
        // Nothing is told before it is committed, and no commit is larger than a step of the node.
        Assert.All(told.Zip(told.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 1, 256));
        Assert.True(seconds > 0);
    }
}
