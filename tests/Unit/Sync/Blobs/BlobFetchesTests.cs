using EdgeNode.Sync;
using EdgeNode.Sync.Blobs;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Sync.Blobs;

/// <summary>From whom a wanted blob is fetched, when, and what holds it back.</summary>
public sealed class BlobFetchesTests : IDisposable
{
    private readonly CustodyDesk _mill = new(1);
    private readonly CustodyDesk _hill = new(2);
    private readonly CustodyDesk _quay = new(3);
    private readonly BlobFetches _fetches;
    private static readonly BlobRef A = BlobDesks.Blob('a');

    public BlobFetchesTests()
    {
        _mill.Knows(_hill);
        _mill.Knows(_quay);
        _fetches = New(BlobOptions.Default);
    }

    public void Dispose()
    {
        _mill.Dispose();
        _hill.Dispose();
        _quay.Dispose();
    }

    [Fact]
    public void A_wanted_blob_is_fetched_once_from_its_origin_in_contact()
    {
        _mill.Names(_hill, A);

        Assert.Empty(Due(_quay));
        Assert.Equal([new BlobFetch(A.Sha256, A.Length, _hill.Did)], Due(_hill, _quay));
        Assert.Empty(Due(_hill, _quay));
    }

    [Fact]
    public void After_a_wrong_hash_another_who_was_named_is_asked()
    {
        _mill.Names(_hill, A, audience: [_mill.Did, _quay.Did]);
        Assert.Equal(_hill.Did, Due(_hill, _quay).Single().Peer);
        Ended(_hill, "blob.hash");
        Assert.Empty(Due(_hill, _quay));
        _mill.Now += BlobOptions.Default.RetryFirst;

        Assert.Equal(_quay.Did, Due(_hill, _quay).Single().Peer);
        Assert.True(Ended(_quay, ""));
        Assert.Equal("here", _mill.State(A));
        Assert.Empty(Due(_hill, _quay));
    }

    [Fact]
    public void Who_was_not_named_is_never_asked()
    {
        _mill.Names(_hill, A);
        Due(_hill, _quay);
        Ended(_hill, "blob.hash");
        _mill.Now += BlobOptions.Default.RetryLast;

        Assert.Equal(_hill.Did, Due(_hill, _quay).Single().Peer);
    }

    [Fact]
    public void A_cut_that_brought_something_goes_on_soon_and_one_that_brought_nothing_waits_longer_each_time()
    {
        _mill.Names(_hill, A);
        Due(_hill);
        Ended(_hill, BlobFetches.Cut, BlobFetches.LeastProgress);
        Assert.Equal(_mill.Now + BlobOptions.Default.Resume, _fetches.NextDue(_mill.Db));
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 12; i++)
        {
            _mill.Now = _fetches.NextDue(_mill.Db)!.Value;
            Assert.Single(Due(_hill));
            Ended(_hill, BlobFetches.Cut);
            waits.Add(_fetches.NextDue(_mill.Db)!.Value - _mill.Now);
        }

        Assert.Equal(BlobOptions.Default.RetryFirst, waits[0]);
        Assert.Equal(waits.Order(), waits);
        Assert.Equal(BlobOptions.Default.RetryLast, waits[^1]);
    }

    [Fact]
    public void A_new_contact_tries_at_once()
    {
        _mill.Names(_hill, A);
        Due(_hill);
        Ended(_hill, "blob.unreachable");
        Assert.Empty(Due(_hill));
        BlobFetches.Met(_mill.Turn(), _hill.Did);

        Assert.Single(Due(_hill));
    }

    [Fact]
    public void What_is_no_picture_is_not_asked_for_again()
    {
        _mill.Names(_hill, A);
        Due(_hill);
        Ended(_hill, BlobFetches.WrongType, A.Length);
        _mill.Now += TimeSpan.FromDays(30);

        Assert.Equal("refused", _mill.State(A));
        Assert.Empty(Due(_hill));
    }

    [Fact]
    public void A_peers_quota_and_the_whole_quota_hold_fetches_back_until_there_is_room()
    {
        var small = New(BlobOptions.Default with { PeerQuota = 1500 });
        _mill.Names(_hill, A);
        var more = BlobDesks.Blob('b');
        _mill.Names(_hill, more, item: "01890a5d-ac96-774b-bcce-b302099a8058");
        BlobBook.Keep(_mill.Turn(), A);

        Assert.Empty(small.Due(_mill.Turn(), [_hill.Did]));
        Assert.Equal("blob.quota", _mill.Db.Text("SELECT fault FROM blob WHERE sha256 = $1", more.Sha256));
        Assert.Equal(_mill.Now + BlobOptions.Default.RetryLast, small.NextDue(_mill.Db));
        _mill.Now += BlobOptions.Default.RetryLast;
        Assert.Empty(New(BlobOptions.Default with { Quota = 1500 }).Due(_mill.Turn(), [_hill.Did]));
        _mill.Now += BlobOptions.Default.RetryLast;
        Assert.Single(New(BlobOptions.Default with { PeerQuota = 2000 }).Due(_mill.Turn(), [_hill.Did]));
    }

    [Fact]
    public void At_most_so_many_at_once_from_one_peer_and_in_all()
    {
        var few = New(BlobOptions.Default with { FromPeer = 2, AtOnce = 3 });
        foreach (var (digit, i) in "012345".Select((c, i) => (c, i)))
            _mill.Names(i < 4 ? _hill : _quay, BlobDesks.Blob(digit), item: $"01890a5d-ac96-774b-bcce-b302099a80{i:00}");
        var started = few.Due(_mill.Turn(), [_hill.Did, _quay.Did]);

        Assert.Equal(3, started.Count);
        Assert.True(started.Count(f => f.Peer == _hill.Did) <= 2);
    }

    [Fact]
    public void A_closed_lane_a_full_disk_and_battery_hold_fetches_back()
    {
        _mill.Names(_hill, A);
        _mill.Lanes.Pause(_mill.Turn(), _hill.Did, DataClass.Shared, LaneDirection.In, true);
        Assert.Empty(Due(_hill));
        _mill.Lanes.Pause(_mill.Turn(), _hill.Did, DataClass.Shared, LaneDirection.In, false);
        _mill.Lanes.Measure(_mill.Turn(), 140, 1000);
        Assert.Empty(Due(_hill));
        _mill.Lanes.Measure(_mill.Turn(), 900, 1000);
        _mill.Lanes.Follow(_mill.Turn(), DataMap.PublicStream);
        Assert.Empty(Due(_hill));
        _mill.Lanes.Follow(_mill.Turn(), DataMap.BulkStream);

        Assert.Single(Due(_hill));
    }

    [Fact]
    public void Bytes_that_came_count_against_the_day_of_the_lane()
    {
        _mill.Grant(_hill, LaneGrant.Default(DataClass.Shared, LaneDirection.In) with { MaxBytes = 65_536 });
        _mill.Names(_hill, A);
        Due(_hill);
        Ended(_hill, BlobFetches.Cut, 65_000);
        _mill.Now += BlobOptions.Default.RetryLast;
        Assert.Empty(Due(_hill));
        _mill.Now += TimeSpan.FromDays(1);

        Assert.Single(Due(_hill));
    }

    [Fact]
    public void A_clock_set_back_does_not_hold_a_fetch_back()
    {
        _mill.Names(_hill, A);
        Due(_hill);
        Ended(_hill, "blob.unreachable");
        _mill.Now = new Moment(_mill.Now.Ms - 86_400_000);

        Assert.Single(Due(_hill));
    }

    private BlobFetches New(BlobOptions options) => new(_mill.Did, _mill.Lanes, options);

    private List<BlobFetch> Due(params CustodyDesk[] inTouch) => _fetches.Due(_mill.Turn(), [.. inTouch.Select(d => d.Did)]);

    private bool Ended(CustodyDesk from, string code, long received = 0) =>
        _fetches.Ended(_mill.Turn(), from.Did, A, code, received);
}
