using System.Threading.Channels;
using EdgeNode.Appliance;
using EdgeNode.Appliance.Io;

namespace EdgeNode.Tests.Unit.Appliance.Io;

/// <summary>When the node is told how much room the disk has.</summary>
public sealed class DiskWatchTests : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);
    private readonly string _folder = Directory.CreateTempSubdirectory("edgenode-disk-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>A disk that fills up and has room again between two looks: the node, which met its end, was told nothing for a minute.</summary>
    [Fact]
    public async Task Who_met_a_full_disk_is_told_at_the_next_look_whatever_that_sees()
    {
        var told = Channel.CreateUnbounded<DiskMeasured>();
        await using var watch = new DiskWatch(new Ballast(_folder), input => told.Writer.TryWrite((DiskMeasured)input));
        Assert.True(told.Reader.TryRead(out _), "the first look is told");
        for (var times = 0; times < 3; times++)
        {
            watch.TellAgain();
            await told.Reader.ReadAsync().AsTask().WaitAsync(Longest);
        }
    }
}
