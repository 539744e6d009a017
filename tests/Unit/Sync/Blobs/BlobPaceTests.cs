using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Sync.Blobs;

/// <summary>Blobs and bundles share a lane's rate, and bundles go first.</summary>
public sealed class BlobPaceTests
{
    private const int Stream = DataMap.SharedStream;
    private static readonly Moment Now = new(1_772_352_000_000);

    [Fact]
    public void Without_bundles_and_without_a_rate_a_slice_leaves_at_once() =>
        Assert.Equal(TimeSpan.Zero, new Pace().Slice(Stream, 65_536, 0, bundlesWait: false, Now));

    [Fact]
    public void Slices_keep_the_rate_of_the_lane()
    {
        var pace = new Pace();
        var waits = Enumerable.Range(0, 5).Select(_ => pace.Slice(Stream, 10_000, 10_000, false, Now)!.Value.TotalSeconds);

        Assert.Equal([0, 1, 2, 3, 4], waits);
    }

    [Fact]
    public void A_slice_makes_the_next_bundle_wait_and_a_bundle_the_next_slice()
    {
        var pace = new Pace();
        pace.Slice(Stream, 10_000, 10_000, false, Now);
        Assert.False(pace.IsFree(Stream, Now));
        Assert.True(pace.IsFree(Stream, Now + TimeSpan.FromSeconds(1)));
        pace.Formed([Stream], Stream, 20_000, 10_000, Now + TimeSpan.FromSeconds(1));

        Assert.Equal(TimeSpan.FromSeconds(2), pace.Slice(Stream, 1_000, 10_000, false, Now + TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void While_bundles_wait_blobs_get_a_tenth_of_the_bytes()
    {
        var pace = new Pace();
        var (bundles, blobs) = (0L, 0L);
        for (var i = 0; i < 2_000; i++)
        {
            pace.Formed([Stream], Stream, 56_000, 0, Now);
            bundles += 56_000;
            while (pace.Slice(Stream, 16_000, 0, bundlesWait: true, Now) is not null)
                blobs += 16_000;
        }

        Assert.InRange(blobs * 100.0 / (blobs + bundles), 9.5, 10.1);
    }

    [Fact]
    public void A_slow_lane_is_never_booked_so_far_ahead_that_its_clock_would_count_as_wrong()
    {
        var pace = new Pace();
        var granted = Enumerable.Range(0, 1000).Count(_ => pace.Slice(Stream, 1_000, 1_000, false, Now) is not null);

        Assert.InRange(granted, 60, 65);
        Assert.False(pace.IsFree(Stream, Now));
    }
}
