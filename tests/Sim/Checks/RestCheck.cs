using EdgeNode.Federation;
using EdgeNode.Store;

namespace EdgeNode.Tests.Sim;

/// <summary>Something that a healed world still owes.</summary>
internal sealed record Owed(string Code, Station Where, string Text);

/// <summary>
/// L1, L2 and custody's promise in a healed world: peerings stand on both sides, outboxes between peers are empty, every proposal has ended at every home
/// node, nothing is held for a ring that ended, and every shared item is known as it is.
/// </summary>
internal sealed class RestCheck(World world)
{
    /// <summary>What a steward can see was refused, and by whom: a lie on the wire or a clock that was wrong. It is not sent again.</summary>
    private static readonly string[] Excuses = ["bundle.digest", "statement.expired", "statement.signature"];

    public Owed? FirstOwed() =>
        Pairs().Select(OwedBetween).FirstOrDefault(o => o is not null)
        ?? world.Cabinets.Select(OwedAt).FirstOrDefault(o => o is not null);

    private IEnumerable<(Cabinet A, Cabinet B)> Pairs() =>
        from a in world.Cabinets
        from b in world.Cabinets
        where a != b
        select (a, b);

    private Owed? OwedBetween((Cabinet A, Cabinet B) pair)
    {
        var (a, b) = pair;
        var peered = PeerBook.Find(a.Db, b.Did)?.State ?? PeerState.None;
        if (peered != PeerState.Enrolled && !world.Options.People.Automatic)
            return null;
        if (peered != PeerState.Enrolled)
            return new("rest.peering", a, $"the peering with {b} is {peered}");
        var waiting = a.Db.Number("SELECT count(*) FROM outbox WHERE peer = $1", b.Did.Value);
        if (waiting > 0)
            return new(
                "rest.outbox",
                a,
                $"{waiting} statements wait for {b}; the link is {(world.Net.IsUp(a, b) ? "up" : "down")}, contact {a.Node.InContact.Contains(b.Did)} and {b.Node.InContact.Contains(a.Did)}; bundles {Streams(a.Db, "bundle_out", b)}, sent {Streams(a.Db, "stream_out", b)}, taken {Streams(b.Db, "stream_in", a)}; kinds {Kinds(a, b)}; rings {a.Db.Text("SELECT group_concat(state || ' ' || n) FROM (SELECT state, count(*) AS n FROM chain GROUP BY state)")}"
            );
        return OwedItem(a, b) ?? OwedPromise(a, b);
    }

    /// <summary>Both homes of an agreed ring see each promise alike.</summary>
    private Owed? OwedPromise(Cabinet a, Cabinet b)
    {
        const string Promises =
            "SELECT e.chain_id || ' ' || e.edge, e.state FROM chain_edge e JOIN chain c ON c.chain_id = e.chain_id WHERE c.state IN ('COMMITTED', 'COMPLETED') ORDER BY 1";
        var there = b.Db.All(Promises, r => (Id: r.Text(0), State: r.Text(1))).ToDictionary(p => p.Id, p => p.State);
        foreach (var (id, state) in a.Db.All(Promises, r => (r.Text(0), r.Text(1))))
        {
            if (!there.TryGetValue(id, out var other) || other == state)
                continue;
            if (!world.Watch.Facts.HasLiar(id[..64]) && !Pairs().Any(p => (p.B == a || p.B == b) && IsExcused(p.A, p.B)))
                return new(
                    "rest.promises",
                    a,
                    $"promise {id} is {state} here and {other} at {b}; told: {Told(a, id)} and {Told(b, id)}; set aside: {SetAsideAnywhere()}"
                );
        }
        return null;
    }

    private static string Kinds(Cabinet a, Cabinet b) =>
        a.Db.Text(
            "SELECT group_concat(kind || ' ' || n) FROM (SELECT s.kind, count(*) AS n FROM outbox o JOIN statement s ON s.place = o.statement WHERE o.peer = $1 GROUP BY s.kind)",
            b.Did.Value
        ) ?? "none";

    private static string Streams(Db db, string table, Cabinet peer) =>
        string.Join(
            " ",
            db.All(
                $"SELECT stream, seq FROM {table} WHERE peer = $1 ORDER BY stream, seq",
                r => $"{r.Int(0)}:{r.Long(1)}",
                peer.Did.Value
            )
        );

    private static Owed? OwedItem(Cabinet a, Cabinet b)
    {
        var known = ItemsOf(b, a);
        foreach (var (id, version, active, audience) in ItemsOf(a, a))
        {
            if (!audience.Contains(b.Did.Value))
                continue;
            var there = known.FirstOrDefault(i => i.Id == id);
            if ((there.Version == version && there.Active == active) || (there.Id is null && !active) || IsExcused(a, b))
                continue;
            // A cabinet that does not replicate tells of an entry when a ring needs it; what it told has to be up to date all the same.
            if (there.Id is null && !a.Replicates)
                continue;
            return new(
                "rest.items",
                a,
                $"{b} has {id} as version {there.Version} and not {version}{(active ? "" : ", withdrawn")}; set aside: {SetAside(a, b)}"
            );
        }
        return null;
    }

    private static bool IsExcused(Cabinet a, Cabinet b) =>
        Excuses.Any(code =>
            a.Db.Exists("SELECT 1 FROM set_aside WHERE peer = $1 AND code = $2 AND direction = 'out'", b.Did.Value, code)
        );

    private static string SetAside(Cabinet a, Cabinet b) =>
        a.Db.Text("SELECT group_concat(DISTINCT kind || ' ' || code) FROM set_aside WHERE peer = $1", b.Did.Value) ?? "nothing";

    /// <summary>What each end of a promise reported, as a cabinet knows it.</summary>
    private static string Told(Cabinet at, string promise) =>
        at.Db.Text(
            "SELECT group_concat(side || ' ' || result || ' at ' || at || ' in ' || substr(statement_id, 1, 8)) FROM chain_settlement WHERE chain_id || ' ' || edge = $1",
            promise
        ) ?? "nothing";

    private string SetAsideAnywhere() =>
        string.Join("; ", from p in Pairs() let s = SetAside(p.A, p.B) where s != "nothing" select $"{p.A} for {p.B}: {s}");

    private static List<(string Id, int Version, bool Active, string Audience)> ItemsOf(Cabinet at, Cabinet of) =>
        at.Db.All(
            "SELECT offering_id, version, state, audience FROM offering WHERE home_node = $1 UNION ALL SELECT need_id, version, state, audience FROM need WHERE home_node = $1 ORDER BY 1",
            r => (r.Text(0), r.Int(1), r.Text(2) == "active", r.Text(3)),
            of.Did.Value
        );

    private Owed? OwedAt(Cabinet cabinet)
    {
        foreach (var (chain, state) in cabinet.View.Chains.OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            if (state.IsUndecided() && !world.Watch.Facts.HasLiar(chain))
                return new("L1", cabinet, $"{chain} is still {state}; {Elsewhere(chain)}");
        }
        var held = cabinet.Db.Text(
            "SELECT h.chain_id FROM hold h LEFT JOIN chain c ON c.chain_id = h.chain_id "
                + "WHERE c.state IS NULL OR c.state = 'ABORTED' OR (h.kind = 'soft' AND c.state IN ('COMMITTED', 'COMPLETED'))"
        );
        return held is null ? null : new("L2", cabinet, $"units are still held for {held}");
    }

    private string Elsewhere(string chain) =>
        string.Join(
            ", ",
            world.Cabinets.Where(c => c.View.Chains.ContainsKey(chain)).Select(c => $"{c}: {c.View.Chains[chain]}")
        );
}
