using EdgeNode.Federation;
using EdgeNode.Matching;
using EdgeNode.Sync;
using EdgeNode.Sync.Blobs;
using EdgeNode.Tests.Unit.Sync;
using EdgeNode.Tests.Unit.Sync.Blobs;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Federation;

/// <summary>What a neighbour may say of pictures, and what residents' own words on them make.</summary>
public sealed class PicturesTests : IDisposable
{
    private static readonly BlobRef A = BlobDesks.Blob('a');

    private readonly CustodyDesk _mill = new(1);
    private readonly CustodyDesk _hill = new(2);
    private readonly CustodyDesk _quay = new(3);
    private readonly Pictures _pictures;

    public PicturesTests()
    {
        _pictures = new Pictures(_mill.Signer, _mill.Outbox, replicates: true);
        _mill.Knows(_hill);
        Enroll(_hill);
    }

    public void Dispose()
    {
        _mill.Dispose();
        _hill.Dispose();
        _quay.Dispose();
    }

    [Fact]
    public void A_picture_of_a_neighbours_offering_is_wanted_and_its_arrival_receipted()
    {
        Put(_hill, _mill.Did);
        Assert.True(Takes(_hill, Body(A)).IsAccepted);
        Assert.Equal("wanted", _mill.State(A));
        BlobBook.Keep(_mill.Turn(), A);
        _pictures.SendReceipts(_mill.Turn(), A.Sha256, A.Length);

        var receipt = Assert.Single(Queued(Kinds.BlobReceipt));
        Assert.True(receipt.IsFor(_hill.Did));
        Assert.Equal(new BlobReceiptBody(A.Sha256, A.Length), WireJson.Read(receipt.Body, WireJson.Default.BlobReceiptBody));
    }

    [Fact]
    public void A_picture_that_is_here_already_is_receipted_at_once_and_not_fetched_again()
    {
        Put(_hill, _mill.Did);
        BlobBook.Keep(_mill.Turn(), A);
        Takes(_hill, Body(A));

        Assert.Equal("here", _mill.State(A));
        Assert.Single(Queued(Kinds.BlobReceipt));
    }

    [Fact]
    public void Nobody_says_anything_about_the_offering_of_another_cabinet()
    {
        Put(_hill, _mill.Did);
        Assert.Equal(Verdict.Refused("picture.unknown_item"), Takes(_quay, Body(A)));
        Put(_mill, _hill.Did, item: Other);
        Assert.Equal(Verdict.Refused("picture.unknown_item"), Takes(_hill, Body(A, item: Other)));
        Assert.Equal(0, _mill.Db.Number("SELECT count(*) FROM blob_name"));
    }

    [Theory]
    [InlineData("", 1000, "image/png")]
    [InlineData("../../etc/passwd", 1000, "image/png")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 1000, "image/png")]
    [InlineData(Hash, 0, "image/png")]
    [InlineData(Hash, -1, "image/png")]
    [InlineData(Hash, long.MaxValue, "image/png")]
    [InlineData(Hash, 307_201, "image/png")]
    [InlineData(Hash, 1000, "image/svg+xml")]
    [InlineData(Hash, 1000, "text/html")]
    [InlineData(null, 1000, "")]
    [InlineData(null, 0, "image/png")]
    public void A_claim_out_of_bounds_is_refused_and_leaves_nothing(string? sha256, long length, string type)
    {
        Put(_hill, _mill.Did);

        Assert.Equal(
            Verdict.Refused("picture.malformed"),
            Takes(_hill, new PictureBody(BlobDesks.Item, 1, sha256, length, type))
        );
        Assert.Equal(0, _mill.Db.Number("SELECT count(*) FROM blob"));
    }

    [Fact]
    public void A_picture_of_an_offering_that_has_ended_names_nothing()
    {
        Put(_hill, _mill.Did);
        Items.Withdraw(_mill.Db, BlobDesks.Item, _hill.Did, 2, _mill.Now);

        Assert.True(Takes(_hill, Body(A)).IsAccepted);
        Assert.Equal(0, _mill.Db.Number("SELECT count(*) FROM blob_name"));
    }

    [Fact]
    public void A_residents_picture_goes_to_who_gets_the_offering_and_to_nobody_else()
    {
        var anna = Put(_mill, _hill.Did);
        BlobBook.Keep(_mill.Turn(), A);
        Assert.True(_pictures.Show(_mill.Turn(), anna, BlobDesks.Item, A));

        var statement = Assert.Single(Queued(Kinds.Picture));
        Assert.Equal([_hill.Did.Value], statement.Header.Audience);
        Assert.NotNull(BlobBook.For(_mill.Db, _hill.Did, A.Sha256));
        Assert.Null(BlobBook.For(_mill.Db, _quay.Did, A.Sha256));
        Assert.False(_pictures.Show(_mill.Turn(), _quay.Did, BlobDesks.Item, A));
    }

    [Fact]
    public void A_picture_taken_away_is_told_with_a_higher_version()
    {
        var anna = Put(_mill, _hill.Did);
        BlobBook.Keep(_mill.Turn(), A);
        _pictures.Show(_mill.Turn(), anna, BlobDesks.Item, A);
        _pictures.Show(_mill.Turn(), anna, BlobDesks.Item, null);

        var last = WireJson.Read(Queued(Kinds.Picture)[^1].Body, WireJson.Default.PictureBody)!;
        Assert.Equal((2, null), (last.Version, last.Sha256));
        Assert.Null(BlobBook.For(_mill.Db, _hill.Did, A.Sha256));
    }

    private const string Hash = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string Other = "01890a5d-ac96-774b-bcce-b302099a8058";

    private static PictureBody Body(BlobRef blob, string item = BlobDesks.Item) =>
        new(item, 1, blob.Sha256, blob.Length, blob.Type);

    private Verdict Takes(CustodyDesk from, PictureBody body)
    {
        var bytes = WireJson.Write(body, WireJson.Default.PictureBody);
        var draft = new StatementDraft(
            Kinds.Picture,
            DataClass.Shared,
            [_mill.Did],
            bytes,
            from.Now + TimeSpan.FromDays(9),
            new string('c', 64)
        );
        var statement = Statement.Sign(draft, from.Signer);
        Statements.Keep(_mill.Turn(), statement);
        return _pictures.Apply(_mill.Turn(), statement);
    }

    /// <summary>An offering of a cabinet, shared with another; returns whose it is.</summary>
    private Did Put(CustodyDesk home, Did audience, string item = BlobDesks.Item)
    {
        var who = new Did("did:edge:" + new string('p', 52));
        var shared = _mill.Make(_hill.Did);
        Statements.Keep(_mill.Turn(), shared);
        var offering = new Offering(item, 1, home.Did, who, "Anna", "bread", "Bread", 1, 0, true, [audience], shared.Id);
        Assert.True(Items.Put(_mill.Db, offering, _mill.Now));
        return who;
    }

    private List<Statement> Queued(string kind) =>
        _mill.Db.All(
            "SELECT s.raw FROM outbox o JOIN statement s ON s.place = o.statement WHERE s.kind = $1 ORDER BY o.place",
            r => Statement.FromStore(r.Bytes(0)),
            kind
        );

    private void Enroll(CustodyDesk peer)
    {
        _mill.Db.Run(
            "INSERT INTO identity (did, type, key, head, home, genesis, seen) VALUES ($1, 'node', '', $2, $1, x'00', 0)",
            peer.Did.Value,
            new string('a', 64)
        );
        _mill.Db.Run(
            "INSERT INTO peering (did, name, state, requested_by, address, port, pair_port, certificate, spki, contract_version, contract_hash, release, operator, since) "
                + "VALUES ($1, 'Hill', 'enrolled', 'us', '', 0, 0, x'00', '', '', '', '', '', 0)",
            peer.Did.Value
        );
    }
}
