using EdgeNode.Appliance;
using EdgeNode.Store;
using EdgeNode.Sync;

namespace EdgeNode.Tests.Sim;

/// <summary>
/// I2: held and consumed units never exceed what is there. I4: from the YES until the edge is done, each own item of the ring is held. L2: a ring that has
/// ended holds nothing. And units are consumed once for each edge that is done.
/// </summary>
internal sealed class CapacityCheck(World world) : Checker(world)
{
    private const string Items =
        "(SELECT offering_id AS id, capacity, consumed FROM offering UNION ALL SELECT need_id, capacity, consumed FROM need)";

    private const string Overdrawn =
        "SELECT i.id FROM (SELECT item_id, sum(units) AS held FROM hold WHERE kind = 'hard' GROUP BY item_id) h JOIN "
        + Items
        + " i ON i.id = h.item_id WHERE h.held + i.consumed > i.capacity";

    private const string Unheld =
        "SELECT c.chain_id || ' ' || e.edge FROM chain c JOIN chain_edge e ON e.chain_id = c.chain_id "
        + "JOIN chain_participant g ON g.chain_id = c.chain_id AND g.participant = e.giver "
        + "JOIN chain_participant r ON r.chain_id = c.chain_id AND r.participant = e.receiver "
        + "WHERE c.state IN ('YES', 'COMMITTED', 'COMPLETED') AND e.state NOT IN ('DONE', 'RELEASED') AND ("
        + "(g.home_node = $1 AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.chain_id = c.chain_id AND h.item_id = e.offering_id AND h.kind = 'hard')) OR "
        + "(r.home_node = $1 AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.chain_id = c.chain_id AND h.item_id = e.need_id AND h.kind = 'hard')))";

    private const string Unreleased =
        "SELECT h.chain_id FROM hold h JOIN chain c ON c.chain_id = h.chain_id WHERE c.state = 'ABORTED'";

    private const string ConsumedTwice =
        "SELECT i.id FROM (SELECT offering_id AS id, consumed FROM offering WHERE home_node = $1 UNION ALL SELECT need_id, consumed FROM need WHERE home_node = $1) i "
        + "WHERE i.consumed <> (SELECT coalesce(sum(e.units), 0) FROM chain_edge e JOIN chain c ON c.chain_id = e.chain_id "
        + "WHERE e.state = 'DONE' AND c.state IN ('COMMITTED', 'COMPLETED') AND (e.offering_id = i.id OR e.need_id = i.id))";

    /// <summary>Steps that only exchange signs of life change no hold; a look at every so many of them is enough.</summary>
    private const int Seldom = 16;
    private int _steps;

    public override void Committed(CommittedStep step)
    {
        var touches = step.Change.Chains.Count > 0 || step.Inputs.Any(i => i is Asked or PlanReady or Received { Kind: TopicKind.Data });
        if (!touches && ++_steps % Seldom != 0)
            return;
        var db = step.Cabinet.Db;
        Nothing(db, Overdrawn, "I2", step.Cabinet, "is overdrawn");
        Nothing(db, Unheld, "I4", step.Cabinet, "has no hold", step.Cabinet.Did.Value);
        Nothing(db, Unreleased, "L2", step.Cabinet, "has ended and still holds units");
        if (step.Change.Chains.Count > 0)
            Nothing(db, ConsumedTwice, "once.consumed", step.Cabinet, "is not consumed once per edge done", step.Cabinet.Did.Value);
    }

    public override void Last()
    {
        foreach (var cabinet in World.Cabinets)
            Nothing(cabinet.Db, ConsumedTwice, "once.consumed", cabinet, "is not consumed once per edge done", cabinet.Did.Value);
    }

    private void Nothing(Db db, string sql, string code, Cabinet where, string what, params ReadOnlySpan<object?> args)
    {
        if (db.Text(sql, args) is { } found)
            Expect(false, code, where, $"{found} {what}");
    }
}
