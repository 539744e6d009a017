using System.Text.Json;
using EdgeNode.Matching.Words;
using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Matching;

/// <summary>An offering as this node knows it. <see cref="Audience"/> are the other nodes that may see it; empty = only here.</summary>
public sealed record Offering(
    string Id,
    int Version,
    Did HomeNode,
    Did Participant,
    string Label,
    string Category,
    string Title,
    int Capacity,
    int Consumed,
    bool Active,
    IReadOnlyList<Did> Audience,
    string? StatementId
);

/// <summary>A need as this node knows it: any one of <see cref="Accepts"/> will do.</summary>
public sealed record Need(
    string Id,
    int Version,
    Did HomeNode,
    Did Participant,
    string Label,
    string Title,
    IReadOnlyList<string> Accepts,
    int Capacity,
    int Consumed,
    bool Active,
    IReadOnlyList<Did> Audience,
    string? StatementId
);

/// <summary>What a hard hold was answered.</summary>
public enum HoldAnswer
{
    Held,

    /// <summary>A unit is held by another ring that is not decided yet: wait.</summary>
    Wait,

    /// <summary>A unit is gone: committed elsewhere or consumed.</summary>
    Gone,

    /// <summary>The item is not in this version any more, or withdrawn.</summary>
    Changed,
}

/// <summary>
/// Offerings and needs with their capacities, versions, holds and consumption: one owner for all of it. For every item at all times hard
/// holds and consumed units never exceed the capacity.
/// </summary>
public static class Items
{
    /// <summary>Active offerings or needs one resident may have.</summary>
    public const int MaxPerResident = 50;
    public const int MaxTitle = 120;
    public const int MaxCategory = 80;

    public static StoreModule Module { get; } = new("Matching", typeof(Items).Assembly, 3);

    private const string OfferingColumns =
        "offering_id, version, home_node, participant, label, category, title, capacity, consumed, state, audience, statement_id";
    private const string NeedColumns =
        "need_id, version, home_node, participant, label, title, capacity, consumed, state, audience, statement_id";

    /// <summary>Adds or replaces by id; an older or equal version changes nothing and answers false.</summary>
    public static bool Put(Db db, Offering o, Moment now)
    {
        var changed = db.Run(
            $"INSERT INTO offering ({OfferingColumns}, updated) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 'active', $9, $10, $11) "
                + "ON CONFLICT (offering_id) DO UPDATE SET version = $2, label = $5, category = $6, title = $7, capacity = max($8, consumed), "
                + "audience = $9, statement_id = $10, updated = $11 WHERE version < $2 AND home_node = $3 AND participant = $4 AND state = 'active'",
            o.Id,
            o.Version,
            o.HomeNode.Value,
            o.Participant.Value,
            o.Label,
            o.Category,
            o.Title,
            o.Capacity,
            Dids(o.Audience),
            o.StatementId,
            now.Ms
        );
        if (changed == 1)
            WordIndex.Put(db, o.Id, o.Title, o.StatementId is not null);
        return changed == 1;
    }

    public static bool Put(Db db, Need n, Moment now)
    {
        Invariant.Hold(
            n.Accepts.Count is > 0 and <= NeedBody.MaxAccepts,
            $"a need accepts 1 to {NeedBody.MaxAccepts} categories"
        );
        var changed = db.Run(
            $"INSERT INTO need ({NeedColumns}, updated) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 'active', $8, $9, $10) "
                + "ON CONFLICT (need_id) DO UPDATE SET version = $2, label = $5, title = $6, capacity = max($7, consumed), "
                + "audience = $8, statement_id = $9, updated = $10 WHERE version < $2 AND home_node = $3 AND participant = $4 AND state = 'active'",
            n.Id,
            n.Version,
            n.HomeNode.Value,
            n.Participant.Value,
            n.Label,
            n.Title,
            n.Capacity,
            Dids(n.Audience),
            n.StatementId,
            now.Ms
        );
        if (changed == 0)
            return false;
        db.Run("DELETE FROM need_accept WHERE need_id = $1", n.Id);
        foreach (var category in n.Accepts)
            db.Run("INSERT OR IGNORE INTO need_accept (need_id, category) VALUES ($1, $2)", n.Id, category);
        WordIndex.Put(db, n.Id, n.Title, n.StatementId is not null);
        return true;
    }

    /// <summary>Withdrawn stays withdrawn: a late copy of the offering does not bring it back.</summary>
    public static bool Withdraw(Db db, string itemId, Did homeNode, int version, Moment now)
    {
        var offering = db.Run(
            "UPDATE offering SET state = 'withdrawn', version = $3, updated = $4 WHERE offering_id = $1 AND home_node = $2 AND version < $3",
            itemId,
            homeNode.Value,
            version,
            now.Ms
        );
        var withdrawn =
            offering == 1
            || db.Run(
                "UPDATE need SET state = 'withdrawn', version = $3, updated = $4 WHERE need_id = $1 AND home_node = $2 AND version < $3",
                itemId,
                homeNode.Value,
                version,
                now.Ms
            ) == 1;
        if (withdrawn)
            WordIndex.Drop(db, itemId);
        return withdrawn;
    }

    public static Offering? FindOffering(Db db, string id) =>
        db.One($"SELECT {OfferingColumns} FROM offering WHERE offering_id = $1", ReadOffering, id);

    public static Need? FindNeed(Db db, string id) =>
        Filled(db, db.One($"SELECT {NeedColumns} FROM need WHERE need_id = $1", ReadNeed, id));

    /// <summary>The home node's own items that a peer may see, withdrawn ones too, with the statement that shares each.</summary>
    public static List<(string Id, int Version, bool Active, Did Participant, string StatementId)> SharedWith(
        Db db,
        Did homeNode,
        Did peer
    ) =>
        db.All(
            "SELECT offering_id, version, state, participant, statement_id FROM offering WHERE home_node = $1 AND statement_id IS NOT NULL AND instr(audience, $2) > 0 "
                + "UNION ALL SELECT need_id, version, state, participant, statement_id FROM need WHERE home_node = $1 AND statement_id IS NOT NULL AND instr(audience, $2) > 0 ORDER BY 1",
            r => (r.Text(0), r.Int(1), r.Text(2) == "active", new Did(r.Text(3)), r.Text(4)),
            homeNode.Value,
            peer.Value
        );

    /// <summary>Who posted the offering or need that this statement carries; null when it carries none.</summary>
    public static Did? PosterOf(Statement statement)
    {
        var poster = statement.Kind switch
        {
            Kinds.Offering => WireJson.Read(statement.Body, WireJson.Default.OfferingBody)?.Participant,
            Kinds.Need => WireJson.Read(statement.Body, WireJson.Default.NeedBody)?.Participant,
            _ => null,
        };
        return poster is null ? null : new Did(poster);
    }

    /// <summary>The active offerings of a home node, by id.</summary>
    public static List<Offering> OfferingsAt(Db db, Did homeNode) =>
        db.All(
            $"SELECT {OfferingColumns} FROM offering WHERE home_node = $1 AND state = 'active' ORDER BY offering_id",
            ReadOffering,
            homeNode.Value
        );

    /// <summary>The active needs of a home node, by id.</summary>
    public static List<Need> NeedsAt(Db db, Did homeNode)
    {
        var accepts = db.All(
                "SELECT a.need_id, a.category FROM need_accept a JOIN need n ON n.need_id = a.need_id "
                    + "WHERE n.home_node = $1 AND n.state = 'active' ORDER BY a.need_id, a.category",
                r => (Need: r.Text(0), Category: r.Text(1)),
                homeNode.Value
            )
            .ToLookup(a => a.Need, a => a.Category, StringComparer.Ordinal);
        return
        [
            .. db.All(
                    $"SELECT {NeedColumns} FROM need WHERE home_node = $1 AND state = 'active' ORDER BY need_id",
                    ReadNeed,
                    homeNode.Value
                )
                .Select(n => n with { Accepts = [.. accepts[n.Id]] }),
        ];
    }

    public static List<Offering> OfferingsOf(Db db, Did participant) =>
        db.All(
            $"SELECT {OfferingColumns} FROM offering WHERE participant = $1 AND state = 'active' ORDER BY offering_id DESC",
            ReadOffering,
            participant.Value
        );

    public static List<Need> NeedsOf(Db db, Did participant) =>
        [
            .. db.All(
                    $"SELECT {NeedColumns} FROM need WHERE participant = $1 AND state = 'active' ORDER BY need_id DESC",
                    ReadNeed,
                    participant.Value
                )
                .Select(n => Filled(db, n)!),
        ];

    /// <summary>
    /// What a matching run may use: active items with capacity left over. <paramref name="pledged"/> are the units of each item in rings known here, also of
    /// neighbours' items, whose holds stand elsewhere; items of other home nodes than <paramref name="homes"/> stay out. The result is a value for <see cref="Planner"/>, or why there is none.
    /// </summary>
    public static (Market? Market, MarketRefusal? Refusal) Snapshot(
        Db db,
        IReadOnlyDictionary<string, int> pledged,
        IReadOnlySet<Did> homes
    )
    {
        int Free(string id, int capacity, int consumed) => capacity - Math.Max(consumed, pledged.GetValueOrDefault(id));
        var offerings = db.All(
                $"SELECT {OfferingColumns} FROM offering WHERE state = 'active' ORDER BY offering_id",
                ReadOffering
            )
            .Where(o => homes.Contains(o.HomeNode))
            .Select(o => new MarketOffering(
                o.Id,
                o.Participant.Value,
                o.HomeNode.Value,
                o.Category,
                Free(o.Id, o.Capacity, o.Consumed),
                Texts(o.Audience)
            ));
        var accepts = db.All(
                "SELECT need_id, category FROM need_accept ORDER BY need_id, category",
                r => (Need: r.Text(0), Category: r.Text(1))
            )
            .ToLookup(a => a.Need, a => a.Category, StringComparer.Ordinal);
        var needs = db.All($"SELECT {NeedColumns} FROM need WHERE state = 'active' ORDER BY need_id", ReadNeed)
            .Where(n => homes.Contains(n.HomeNode))
            .Select(n => new MarketNeed(
                n.Id,
                n.Participant.Value,
                n.HomeNode.Value,
                [.. accepts[n.Id]],
                Free(n.Id, n.Capacity, n.Consumed),
                Texts(n.Audience)
            ));
        Market.TryCreate(
            offerings.Where(o => o.Capacity > 0),
            needs.Where(n => n.Capacity > 0),
            null,
            out var market,
            out var refusal
        );
        return (market, refusal);
    }

    /// <summary>Advice to the matcher that a ring is being asked for; never blocks a hard hold.</summary>
    public static void HoldSoft(Db db, string chainId, string itemId, int version, int units) =>
        db.Run(
            "INSERT OR IGNORE INTO hold (chain_id, item_id, item_version, kind, units) VALUES ($1, $2, $3, 'soft', $4)",
            chainId,
            itemId,
            version,
            units
        );

    /// <summary>Units of an item in open soft holds of other rings.</summary>
    public static int SoftHeld(Db db, string itemId) =>
        (int)db.Number("SELECT coalesce(sum(units), 0) FROM hold WHERE item_id = $1 AND kind = 'soft'", itemId);

    /// <summary>Whether a hard hold would succeed now; the caller holds inside the same transaction.</summary>
    public static HoldAnswer CanHold(Db db, string itemId, int version, int units)
    {
        var item = db.One(
            "SELECT version, capacity, consumed, state FROM offering WHERE offering_id = $1 "
                + "UNION ALL SELECT version, capacity, consumed, state FROM need WHERE need_id = $1",
            r => ((int Version, int Capacity, int Consumed, string State)?)(r.Int(0), r.Int(1), r.Int(2), r.Text(3)),
            itemId
        );
        if (item is not { State: "active" } found || found.Version != version)
            return HoldAnswer.Changed;
        if (found.Capacity - found.Consumed < units)
            return HoldAnswer.Gone;
        return found.Capacity - found.Consumed - HardHeld(db, itemId) >= units ? HoldAnswer.Held : HoldAnswer.Wait;
    }

    /// <summary>The hard hold that goes with a YES vote, in its transaction. Replaces the ring's soft hold.</summary>
    public static void HoldHard(Db db, string chainId, string itemId, int version, int units)
    {
        db.Run("DELETE FROM hold WHERE chain_id = $1 AND item_id = $2 AND kind = 'soft'", chainId, itemId);
        db.Run(
            "INSERT INTO hold (chain_id, item_id, item_version, kind, units) VALUES ($1, $2, $3, 'hard', $4)",
            chainId,
            itemId,
            version,
            units
        );
    }

    public static int HardHeld(Db db, string itemId) =>
        (int)db.Number("SELECT coalesce(sum(units), 0) FROM hold WHERE item_id = $1 AND kind = 'hard'", itemId);

    /// <summary>The ring has ended without agreement: all its holds here are free again.</summary>
    public static void ReleaseAll(Db db, string chainId) => db.Run("DELETE FROM hold WHERE chain_id = $1", chainId);

    /// <summary>An edge is done: the held units are used up. Answers false when there was no hold of this ring, so that it never happens twice.</summary>
    public static bool Consume(Db db, string chainId, string itemId)
    {
        var units = (int)
            db.Number("SELECT units FROM hold WHERE chain_id = $1 AND item_id = $2 AND kind = 'hard'", chainId, itemId);
        if (units == 0)
            return false;
        db.Run("DELETE FROM hold WHERE chain_id = $1 AND item_id = $2", chainId, itemId);
        var changed =
            db.Run("UPDATE offering SET consumed = consumed + $2 WHERE offering_id = $1", itemId, units)
            + db.Run("UPDATE need SET consumed = consumed + $2 WHERE need_id = $1", itemId, units);
        Invariant.Hold(changed == 1, $"item {itemId} stands in exactly one table");
        return true;
    }

    private static Offering ReadOffering(Row r) =>
        new(
            r.Text(0),
            r.Int(1),
            new Did(r.Text(2)),
            new Did(r.Text(3)),
            r.Text(4),
            r.Text(5),
            r.Text(6),
            r.Int(7),
            r.Int(8),
            r.Text(9) == "active",
            ReadDids(r.Text(10)),
            r.TextOrNull(11)
        );

    private static Need ReadNeed(Row r) =>
        new(
            r.Text(0),
            r.Int(1),
            new Did(r.Text(2)),
            new Did(r.Text(3)),
            r.Text(4),
            r.Text(5),
            [],
            r.Int(6),
            r.Int(7),
            r.Text(8) == "active",
            ReadDids(r.Text(9)),
            r.TextOrNull(10)
        );

    private static Need? Filled(Db db, Need? need) =>
        need is null
            ? null
            : need with
            {
                Accepts = db.All(
                    "SELECT category FROM need_accept WHERE need_id = $1 ORDER BY category",
                    r => r.Text(0),
                    need.Id
                ),
            };

    private static string[] Texts(IReadOnlyList<Did> dids) => [.. dids.Select(d => d.Value)];

    private static string Dids(IReadOnlyList<Did> dids) => WireJson.WriteText(Texts(dids), WireJson.Default.StringArray);

    private static Did[] ReadDids(string json) =>
        [.. JsonSerializer.Deserialize(json, WireJson.Default.StringArray)!.Select(d => new Did(d))];
}
