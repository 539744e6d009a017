using EdgeNode.Federation;
using EdgeNode.Sync;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Federation;

public sealed class AuditTests : IDisposable
{
    private static readonly Did A = new(Rings.NodeA);
    private static readonly Did B = new(Rings.NodeB);
    private readonly OneCabinet _cabinet = new();

    public AuditTests()
    {
        Write(A, "peering.agreed", "contract 1");
        Write(B, "ring.proposed", "x");
        Write(A, "ring.voted", "yes on x");
        Write(A, "ring.completed", "x");
    }

    public void Dispose() => _cabinet.Dispose();

    [Fact]
    public void Each_peers_rows_form_a_chain_of_their_own()
    {
        Assert.Null(Audit.FirstBroken(_cabinet.Db));
        var rows = Audit.Read(_cabinet.Db, 0, 100);
        Assert.Equal(["", "", rows[0].Hash, rows[2].Hash], rows.Select(r => r.Prev));
    }

    [Theory]
    [InlineData("detail = 'no on x'")]
    [InlineData("act = 'ring.proposed'")]
    [InlineData("at = at + 1")]
    [InlineData("prev = ''")]
    [InlineData("peer = 'did:edge:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'")]
    public void A_row_that_somebody_changed_is_found(string change)
    {
        _cabinet.Db.Run("DROP TRIGGER audit_fixed");
        _cabinet.Db.Run($"UPDATE audit SET {change} WHERE seq = 3");
        Assert.Equal(3, Audit.FirstBroken(_cabinet.Db)?.Seq);
    }

    [Fact]
    public void A_row_that_somebody_removed_is_found()
    {
        _cabinet.Db.Run("DROP TRIGGER audit_kept");
        _cabinet.Db.Run("DELETE FROM audit WHERE seq = 3");
        Assert.Equal(4, Audit.FirstBroken(_cabinet.Db)?.Seq);
    }

    [Fact]
    public void A_long_detail_is_cut_before_it_is_hashed()
    {
        Write(A, "ring.voted", new string('x', 5000));
        Assert.Null(Audit.FirstBroken(_cabinet.Db));
        Assert.Equal(Audit.MaxDetail, Audit.Read(_cabinet.Db, 4, 1).Single().Detail.Length);
    }

    private void Write(Did peer, string act, string detail) =>
        Audit.Write(new Turn(_cabinet.Db, _cabinet.Now), peer, act, detail);
}
