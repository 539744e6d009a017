using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Matching;

/// <summary>How a category stands: who offers it, who would take it, and what is left over on either side.</summary>
/// <param name="Offerings">Active offerings with something left to give.</param>
/// <param name="Needs">Active needs that accept it.</param>
/// <param name="Unmet">Of those, the ones that no offering of anybody else fits, in this category or in another they accept.</param>
/// <param name="Unwanted">Offerings that no need of anybody else accepts.</param>
public sealed record CategoryBalance(string Category, int Offerings, int Needs, int Unmet, int Unwanted);

/// <summary>
/// What is scarce: needs nobody offers for, offerings nobody needs, by category. Counts only, so that a steward sees what to look for in the street
/// and not who lacks it.
/// </summary>
public static class Balances
{
    private const string Open = "state = 'active' AND capacity > consumed AND home_node IN (SELECT value FROM json_each($1))";

    private const string Sql = $"""
        WITH o AS MATERIALIZED (SELECT category, participant FROM offering WHERE {Open}),
        n AS MATERIALIZED (SELECT need_id, participant FROM need WHERE {Open}),
        a AS MATERIALIZED (SELECT n.need_id, n.participant, c.category FROM n JOIN need_accept c ON c.need_id = n.need_id),
        givers AS MATERIALIZED (SELECT category, count(DISTINCT participant) AS people, min(participant) AS one FROM o GROUP BY category),
        takers AS MATERIALIZED (SELECT category, count(DISTINCT participant) AS people, min(participant) AS one FROM a GROUP BY category),
        met AS MATERIALIZED (SELECT DISTINCT a.need_id FROM a JOIN givers g ON g.category = a.category WHERE g.people > 1 OR g.one <> a.participant),
        offered AS (SELECT o.category, count(*) AS offerings, sum(t.category IS NULL OR (t.people = 1 AND t.one = o.participant)) AS unwanted
            FROM o LEFT JOIN takers t ON t.category = o.category GROUP BY o.category),
        wanted AS (SELECT a.category, count(*) AS needs, sum(m.need_id IS NULL) AS unmet
            FROM a LEFT JOIN met m ON m.need_id = a.need_id GROUP BY a.category)
        SELECT k.category, coalesce(offerings, 0), coalesce(needs, 0), coalesce(unmet, 0), coalesce(unwanted, 0)
        FROM (SELECT category FROM offered UNION SELECT category FROM wanted) k
        LEFT JOIN offered USING (category) LEFT JOIN wanted USING (category)
        ORDER BY 4 DESC, 5 DESC, 3 DESC, 1 LIMIT $2
        """;

    /// <summary>Every category in use, what is most missed first, then what is most left over.</summary>
    /// <param name="homes">The nodes whose entries count: this one and its enrolled peers.</param>
    /// <param name="most">Categories told of.</param>
    public static List<CategoryBalance> Of(Db db, IEnumerable<Did> homes, int most) =>
        db.All(
            Sql,
            r => new CategoryBalance(r.Text(0), r.Int(1), r.Int(2), r.Int(3), r.Int(4)),
            WireJson.WriteText([.. homes.Select(h => h.Value)], WireJson.Default.StringArray),
            most
        );
}
