using EdgeNode.Sync;
using EdgeNode.Tests.Unit.Federation;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Unit.Sync;

public sealed class StatementsTests : IDisposable
{
    private static readonly Moment Now = new(1_772_352_000_000);

    private readonly OneCabinet _mill = new();
    private readonly NodeKey _key = NodeKey.Create(new SeededEntropy(3, "hill"));
    private long _hlc = Now.Ms << 16;

    public void Dispose()
    {
        _mill.Dispose();
        _key.Dispose();
    }

    [Fact]
    public void A_question_is_let_go_when_it_has_expired_and_not_before()
    {
        var (old, young) = (Kept(Kinds.PartnerQuery, Hill, -1), Kept(Kinds.PartnerQuery, Hill, 1));

        Statements.ForgetPassing(new Turn(_mill.Db, Now), _mill.Did, Now);

        Assert.False(Statements.Has(_mill.Db, old));
        Assert.True(Statements.Has(_mill.Db, young));
    }

    [Fact]
    public void An_entry_is_never_let_go()
    {
        var entry = Kept(Kinds.Withdrawal, Hill, -1);

        Statements.ForgetPassing(new Turn(_mill.Db, Now), _mill.Did, Now);

        Assert.True(Statements.Has(_mill.Db, entry));
    }

    [Fact]
    public void An_own_summary_goes_once_nobody_waits_for_it_and_a_neighbours_stays()
    {
        var (own, theirs, waiting) = (
            Kept(Kinds.PartnerSummary, _mill.Did, 1),
            Kept(Kinds.PartnerSummary, Hill, 1),
            Kept(Kinds.PartnerSummary, _mill.Did, 1)
        );
        _mill.Db.Run(
            "INSERT INTO outbox (peer, stream, statement, bytes, queued) SELECT $1, 2, place, 1, 0 FROM statement WHERE id = $2",
            Hill.Value,
            waiting
        );

        Statements.ForgetPassing(new Turn(_mill.Db, Now), _mill.Did, Now);

        Assert.False(Statements.Has(_mill.Db, own));
        Assert.True(Statements.Has(_mill.Db, theirs));
        Assert.True(Statements.Has(_mill.Db, waiting));
    }

    private static Did Hill => new("did:edge:" + new string('h', 52));

    private string Kept(string kind, Did from, int hours)
    {
        var signer = new Signer(from, _key, 0, () => ++_hlc);
        var draft = new StatementDraft(
            kind,
            DataClass.Shared,
            [_mill.Did],
            [],
            Now + TimeSpan.FromHours(hours),
            new string('0', 64)
        );
        var statement = Statement.Sign(draft, signer);
        Statements.Keep(new Turn(_mill.Db, Now), statement);
        return statement.Id;
    }
}
