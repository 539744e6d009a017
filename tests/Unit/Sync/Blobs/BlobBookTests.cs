using EdgeNode.Sync.Blobs;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Sync.Blobs;

/// <summary>What names a blob, who may have it, and that only what nothing names is let go.</summary>
public sealed class BlobBookTests : IDisposable
{
    private readonly CustodyDesk _mill = new(1);
    private readonly CustodyDesk _hill = new(2);
    private readonly CustodyDesk _quay = new(3);
    private static readonly BlobRef A = BlobDesks.Blob('a');
    private static readonly BlobRef B = BlobDesks.Blob('b');

    public void Dispose()
    {
        _mill.Dispose();
        _hill.Dispose();
        _quay.Dispose();
    }

    [Fact]
    public void What_a_statement_names_is_never_let_go_however_old_it_is()
    {
        _mill.Names(_hill, A);
        BlobBook.Keep(_mill.Turn(), A);
        _mill.Now += TimeSpan.FromDays(1000);

        Assert.Empty(_mill.LetsGo());
        Assert.Equal("here", _mill.State(A));
    }

    [Fact]
    public void A_replaced_picture_goes_after_the_grace_time_and_not_before()
    {
        _mill.Names(_hill, A);
        BlobBook.Keep(_mill.Turn(), A);
        _mill.Names(_hill, B, version: 2);
        _mill.Now += BlobOptions.Default.Grace - TimeSpan.FromSeconds(1);
        Assert.Empty(_mill.LetsGo());
        _mill.Now += TimeSpan.FromSeconds(1);

        Assert.Equal([A.Sha256], _mill.LetsGo());
        BlobBook.Dropped(_mill.Turn(), A.Sha256);
        Assert.Null(_mill.State(A));
        Assert.Equal("wanted", _mill.State(B));
    }

    [Fact]
    public void One_blob_under_two_names_stays_until_both_have_ended()
    {
        const string Other = "01890a5d-ac96-774b-bcce-b302099a8058";
        _mill.Names(_hill, A);
        _mill.Names(_hill, A, item: Other);
        BlobBook.Keep(_mill.Turn(), A);
        BlobBook.Unname(_mill.Turn(), BlobDesks.Item);
        _mill.Now += TimeSpan.FromDays(9);
        Assert.Empty(_mill.LetsGo());
        BlobBook.Unname(_mill.Turn(), Other);
        _mill.Now += TimeSpan.FromDays(9);

        Assert.Equal([A.Sha256], _mill.LetsGo());
    }

    [Fact]
    public void Named_again_while_its_bytes_are_deleted_it_is_wanted_again()
    {
        _mill.Names(_hill, A);
        BlobBook.Keep(_mill.Turn(), A);
        BlobBook.Unname(_mill.Turn(), BlobDesks.Item);
        _mill.Now += TimeSpan.FromDays(2);
        Assert.Single(_mill.LetsGo());
        Assert.False(BlobBook.Keep(_mill.Turn(), A));
        _mill.Names(_hill, A, version: 2);
        BlobBook.Dropped(_mill.Turn(), A.Sha256);

        Assert.Equal("wanted", _mill.State(A));
        Assert.True(BlobBook.Keep(_mill.Turn(), A));
    }

    [Fact]
    public void A_clock_that_was_never_set_or_is_set_forward_shortens_no_grace()
    {
        var right = _mill.Now;
        _mill.Names(_hill, A);
        BlobBook.Keep(_mill.Turn(), A);
        _mill.Now = new Moment(1_000_000);
        BlobBook.Unname(_mill.Turn(), BlobDesks.Item);
        Assert.Empty(_mill.LetsGo());
        _mill.Now = right;

        Assert.Empty(_mill.LetsGo());
        _mill.Now += BlobOptions.Default.Grace;
        Assert.Single(_mill.LetsGo());
    }

    [Fact]
    public void An_older_version_and_another_origin_change_nothing()
    {
        Assert.True(_mill.Names(_hill, A, version: 2));
        Assert.False(_mill.Names(_hill, B, version: 1));
        Assert.False(_mill.Names(_quay, B, version: 3));
        Assert.Equal(A.Sha256, BlobBook.Of(_mill.Db, BlobDesks.Item)!.Value.Sha256);
    }

    [Fact]
    public void Only_who_a_statement_names_it_to_may_have_a_blob()
    {
        _mill.Names(_mill, A, audience: [_hill.Did]);
        BlobBook.Keep(_mill.Turn(), A);

        Assert.Equal(A.Length, BlobBook.For(_mill.Db, _hill.Did, A.Sha256)?.Length);
        Assert.Null(BlobBook.For(_mill.Db, _quay.Did, A.Sha256));
        Assert.Null(BlobBook.For(_mill.Db, _hill.Did, B.Sha256));
    }

    [Fact]
    public void A_blob_that_was_taken_away_or_is_not_here_is_given_to_nobody()
    {
        _mill.Names(_mill, A, audience: [_hill.Did]);
        Assert.Null(BlobBook.For(_mill.Db, _hill.Did, A.Sha256));
        BlobBook.Keep(_mill.Turn(), A);
        _mill.Names(_mill, null, version: 2, audience: [_hill.Did]);

        Assert.Null(BlobBook.For(_mill.Db, _hill.Did, A.Sha256));
    }

    [Fact]
    public void A_picture_kept_to_this_cabinet_is_for_no_peer_and_for_its_owner_only()
    {
        BlobBook.Keep(_mill.Turn(), A);
        BlobBook.Name(_mill.Turn(), new BlobName(BlobDesks.Item, 1, _mill.Did, A, null));

        Assert.Null(BlobBook.For(_mill.Db, _hill.Did, A.Sha256));
        Assert.Equal("image/png", BlobBook.TypeForPage(_mill.Db, A.Sha256, [BlobDesks.Item]));
        Assert.Null(BlobBook.TypeForPage(_mill.Db, A.Sha256, []));
    }

    [Fact]
    public void When_a_peering_ends_its_pictures_go_and_come_back_with_it()
    {
        _mill.Names(_hill, A);
        BlobBook.Keep(_mill.Turn(), A);
        BlobBook.SetLive(_mill.Turn(), _hill.Did, false);
        _mill.Now += TimeSpan.FromDays(2);
        Assert.Single(_mill.LetsGo());
        BlobBook.Dropped(_mill.Turn(), A.Sha256);
        Assert.Empty(_mill.LetsGo());
        BlobBook.SetLive(_mill.Turn(), _hill.Did, true);

        Assert.Equal("wanted", _mill.State(A));
        Assert.Equal(0, _mill.Db.Number("SELECT count(*) FROM blob WHERE unnamed IS NOT NULL"));
    }

    [Fact]
    public void A_receipt_counts_only_for_what_was_named_to_who_signs_it()
    {
        _mill.Names(_mill, A, audience: [_hill.Did]);

        Assert.True(BlobBook.Receipted(_mill.Turn(), _mill.Did, _hill.Did, A.Sha256));
        Assert.False(BlobBook.Receipted(_mill.Turn(), _mill.Did, _quay.Did, A.Sha256));
        Assert.False(BlobBook.Receipted(_mill.Turn(), _mill.Did, _hill.Did, B.Sha256));
        Assert.Equal(1, _mill.Db.Number("SELECT count(*) FROM blob_at"));
    }
}
