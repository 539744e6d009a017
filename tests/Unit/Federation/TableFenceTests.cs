using EdgeNode.Matching;
using Microsoft.Data.Sqlite;

namespace EdgeNode.Tests.Unit.Federation;

/// <summary>The second fence: what the tables themselves refuse, whatever the code does.</summary>
public sealed class TableFenceTests : IDisposable
{
    private readonly OneCabinet _cabinet = new();

    public void Dispose() => _cabinet.Dispose();

    [Fact]
    public void A_vote_is_written_once()
    {
        var (chain, alice, _) = _cabinet.RingOfTwo();
        _cabinet.Say(chain, alice, "no");
        Refuses("UPDATE chain_vote SET vote = 'yes'", "a vote is written once");
        Refuses("DELETE FROM chain_vote", "a vote is never deleted");
        Refuses(
            $"INSERT INTO chain_vote (chain_id, node, vote, epoch, statement_id) VALUES ('{chain}', '{_cabinet.Did}', 'yes', 2, 'x')",
            "UNIQUE constraint failed"
        );
        Assert.Equal("no", _cabinet.Db.Text("SELECT vote FROM chain_vote"));
    }

    [Fact]
    public void A_row_of_the_audit_stays_as_it_is()
    {
        _cabinet.Db.Run(
            "INSERT INTO audit (peer, at, act, detail, prev, hash) VALUES ('p', 1, 'a', 'd', '', $1)",
            new string('0', 64)
        );
        Refuses("UPDATE audit SET detail = 'other'", "audit rows are never changed");
        Refuses("DELETE FROM audit", "audit rows are never deleted");
    }

    [Fact]
    public void A_unit_is_held_once()
    {
        var item = Posted(capacity: 2);
        Items.HoldHard(_cabinet.Db, Chain(1), item, 1, 1);
        Items.HoldHard(_cabinet.Db, Chain(2), item, 1, 1);
        Assert.Contains("hold.capacity", Fault(() => Items.HoldHard(_cabinet.Db, Chain(3), item, 1, 1)));
        Assert.Equal(2, Items.HardHeld(_cabinet.Db, item));
    }

    [Fact]
    public void A_consumed_unit_is_not_held_again()
    {
        var item = Posted(capacity: 1);
        Items.HoldHard(_cabinet.Db, Chain(1), item, 1, 1);
        Assert.True(Items.Consume(_cabinet.Db, Chain(1), item));
        Assert.False(Items.Consume(_cabinet.Db, Chain(1), item));
        Assert.Contains("hold.capacity", Fault(() => Items.HoldHard(_cabinet.Db, Chain(2), item, 1, 1)));
        Assert.Equal(HoldAnswer.Gone, Items.CanHold(_cabinet.Db, item, 1, 1));
    }

    [Fact]
    public void Nothing_is_held_in_a_version_that_is_not_current()
    {
        var item = Posted(capacity: 1);
        Assert.Contains("hold.capacity", Fault(() => Items.HoldHard(_cabinet.Db, Chain(1), item, 2, 1)));
        Assert.Equal(HoldAnswer.Changed, Items.CanHold(_cabinet.Db, item, 2, 1));
    }

    [Fact]
    public void Soft_holds_are_advice_and_never_in_the_way()
    {
        var item = Posted(capacity: 1);
        for (var i = 1; i < 5; i++)
            Items.HoldSoft(_cabinet.Db, Chain(i), item, 1, 1);
        Assert.Equal(HoldAnswer.Held, Items.CanHold(_cabinet.Db, item, 1, 1));
        Items.HoldHard(_cabinet.Db, Chain(1), item, 1, 1);
        Assert.Equal(HoldAnswer.Wait, Items.CanHold(_cabinet.Db, item, 1, 1));
    }

    private static string Chain(int n) => n.ToString("x64");

    private string Posted(int capacity)
    {
        var alice = _cabinet.Resident("Alice");
        return _cabinet
            .Ask(new EdgeNode.Appliance.Offer(alice.Did, "bread", "fresh bread", capacity, EdgeNode.Appliance.Sharing.Here))
            .Id!;
    }

    private void Refuses(string sql, string reason) => Assert.Contains(reason, Fault(() => _cabinet.Db.Run(sql)));

    private static string Fault(Action act) => Assert.Throws<SqliteException>(act).Message;
}
