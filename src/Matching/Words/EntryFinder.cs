using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Matching.Words;

/// <summary>A shared offering or need that answers a search.</summary>
/// <param name="IsOffering">False for a need.</param>
/// <param name="Categories">Its category, or those a need accepts.</param>
public sealed record FoundEntry(
    string Id,
    bool IsOffering,
    string Title,
    string Label,
    IReadOnlyList<string> Categories,
    Did HomeNode,
    Did Participant
);

/// <summary>The answer to a search.</summary>
/// <param name="More">There are more than were asked for.</param>
/// <param name="Meant">Words near to those typed that would find something; null when those typed did, or none would.</param>
public sealed record FoundEntries(IReadOnlyList<FoundEntry> Entries, bool More, string? Meant);

/// <summary>
/// Searches what residents shared, here and on neighbour cabinets. What is kept to one cabinet has no words in the index, so no question can tell whether it
/// exists.
/// </summary>
public static class EntryFinder
{
    /// <summary>Entries weighed by their words before those that may not be shown are left out.</summary>
    private const int MostWeighed = 500;

    /// <summary>Categories whose entries are shown for a word that names the category.</summary>
    private const int MostCategories = 3;

    private const string Visible =
        "o.state = 'active' AND o.capacity > o.consumed AND o.statement_id IS NOT NULL AND o.home_node IN (SELECT value FROM json_each($2))";

    /// <summary>Entries with every word, the likeliest first; then entries of categories so named; when there are none, entries with any of the words.</summary>
    /// <param name="homes">The nodes whose entries may be shown: this one and its enrolled peers.</param>
    public static FoundEntries Find(Db db, string typed, IReadOnlyCollection<Did> homes, int most)
    {
        var query = WordQuery.Of(typed);
        if (query.IsEmpty)
            return new FoundEntries([], false, null);
        var found = ByWords(db, query.AllOf("words"), homes, most + 1)
            .Concat(ByCategory(db, query, homes, most + 1))
            .DistinctBy(e => e.Id)
            .ToList();
        if (found.Count == 0)
            found = ByWords(db, query.AnyOf("words"), homes, most + 1);
        var meant = found.Count == 0 ? Meant(db, query, homes) : null;
        return new FoundEntries([.. found.Take(most)], found.Count > most, meant);
    }

    /// <summary>Shared offerings of these categories, the newest first.</summary>
    public static List<FoundEntry> OfferingsIn(
        Db db,
        IReadOnlyCollection<string> categories,
        IReadOnlyCollection<Did> homes,
        int most
    ) =>
        db.All(
            $"{Offerings("0.0", "WHERE o.category IN (SELECT value FROM json_each($1)) AND")} ORDER BY 1 DESC LIMIT $3",
            Read,
            WireJson.WriteText([.. categories], WireJson.Default.StringArray),
            Json(homes),
            most
        );

    internal static string Json(IEnumerable<Did> homes) =>
        WireJson.WriteText([.. homes.Select(h => h.Value)], WireJson.Default.StringArray);

    private static string? Meant(Db db, WordQuery query, IReadOnlyCollection<Did> homes)
    {
        var right = query;
        foreach (var word in query.Words)
        {
            if (Spelling.Nearest(db, word, "entries", isOpen: false) is { } meant)
                right = right.With(word, meant);
        }

        var closed = right with { IsOpen = false };
        return right != query && ByWords(db, closed.AnyOf("words"), homes, 1).Count > 0 ? string.Join(' ', right.Words) : null;
    }

    private static List<FoundEntry> ByWords(Db db, string match, IReadOnlyCollection<Did> homes, int most) =>
        db.All(
            "WITH hit AS MATERIALIZED (SELECT w.item_id AS id, bm25(entry_fts, 4.0, 1.0) AS worth FROM entry_fts "
                + $"JOIN entry_words w ON w.row = entry_fts.rowid WHERE entry_fts MATCH $1 ORDER BY worth LIMIT {MostWeighed}) "
                + $"{Offerings("hit.worth", "JOIN hit ON hit.id = o.offering_id WHERE")} UNION ALL {Needs("hit.worth", "JOIN hit ON hit.id = o.need_id WHERE")} "
                + "ORDER BY 8, 1 DESC LIMIT $3",
            Read,
            match,
            Json(homes),
            most
        );

    // "bread" finds the rye loaf that is filed under bread.
    private static List<FoundEntry> ByCategory(Db db, WordQuery query, IReadOnlyCollection<Did> homes, int most)
    {
        var categories = CategoryFinder.Named(db, query).Take(MostCategories).ToArray();
        return categories.Length == 0
            ? []
            : db.All(
                $"{Offerings("0.0", "WHERE o.category IN (SELECT value FROM json_each($1)) AND")} UNION ALL "
                    + $"{Needs("0.0", "WHERE EXISTS (SELECT 1 FROM need_accept a WHERE a.need_id = o.need_id AND a.category IN (SELECT value FROM json_each($1))) AND")} "
                    + "ORDER BY 8, 1 DESC LIMIT $3",
                Read,
                WireJson.WriteText(categories, WireJson.Default.StringArray),
                Json(homes),
                most
            );
    }

    private static string Offerings(string worth, string from) =>
        $"SELECT o.offering_id, 1, o.title, o.label, o.category, o.home_node, o.participant, {worth} FROM offering o {from} {Visible}";

    private static string Needs(string worth, string from) =>
        "SELECT o.need_id, 0, o.title, o.label, (SELECT group_concat(category, ' ') FROM (SELECT category FROM need_accept WHERE need_id = o.need_id "
        + $"ORDER BY category)), o.home_node, o.participant, {worth} FROM need o {from} {Visible}";

    private static FoundEntry Read(Row r) =>
        new(r.Text(0), r.Flag(1), r.Text(2), r.Text(3), r.Text(4).Split(' '), new Did(r.Text(5)), new Did(r.Text(6)));
}
