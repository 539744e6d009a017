using EdgeNode.Store;
using EdgeNode.Wire;

namespace EdgeNode.Matching.Words;

/// <summary>Why a category is suggested.</summary>
public enum SuggestedBy
{
    /// <summary>Its label or a synonym has the words.</summary>
    Words,

    /// <summary>The same, once a word was put right.</summary>
    Spelling,

    /// <summary>Neighbours file entries with these words under it.</summary>
    Neighbours,
}

/// <summary>A category that a person may choose; nothing follows from it until they do.</summary>
/// <param name="Label">In the language asked for, else in English, else as it is stored.</param>
public sealed record SuggestedCategory(string Id, string Label, SuggestedBy By);

/// <summary>Categories for what was typed, the likeliest first.</summary>
/// <param name="Meant">What was typed with its misspelt words put right; null when nothing was.</param>
public sealed record CategorySuggestions(IReadOnlyList<SuggestedCategory> Categories, string? Meant)
{
    public static CategorySuggestions None { get; } = new([], null);
}

/// <summary>Suggests categories for people's words, from the names of categories in every language and from what neighbours shared.</summary>
public static class CategoryFinder
{
    /// <summary>Rows of names weighed for one question.</summary>
    private const int MostRows = 80;

    /// <summary>Newest shared entries whose categories are counted.</summary>
    private const int MostEntries = 50;

    /// <summary>Categories that come from neighbours' entries alone.</summary>
    private const int MostFromNeighbours = 3;

    /// <summary>How much more the first word counts.</summary>
    private const double FirstWord = 1.3;

    private const string Columns = "name others";

    /// <summary>Reads only. Cheap enough to be asked with every letter typed.</summary>
    /// <param name="homes">The nodes whose shared entries count: this one and its enrolled peers.</param>
    public static CategorySuggestions Suggest(Db db, string typed, string language, IEnumerable<Did> homes, int most)
    {
        var query = WordQuery.Of(typed);
        if (query.IsEmpty)
            return CategorySuggestions.None;
        var rows = Rows(db, query);
        var meant = PutRight(db, query, rows);
        var found = Ranked(rows, query).Select(id => (id, By: SuggestedBy.Words));
        if (meant is not null)
            found = Ranked(Rows(db, meant), meant).Select(id => (id, By: SuggestedBy.Spelling)).Concat(found);
        found = found.Concat(FromNeighbours(db, meant ?? query, homes).Select(id => (id, By: SuggestedBy.Neighbours)));
        var chosen = found
            .DistinctBy(f => f.id)
            .Take(most)
            .Select(f => new SuggestedCategory(f.id, LabelOf(db, f.id, language), f.By));
        return new CategorySuggestions([.. chosen], meant is null ? null : string.Join(' ', meant.Words));
    }

    /// <summary>What a category is called: in the language, else in English, else in any; one that nobody named as it is stored.</summary>
    public static string LabelOf(Db db, string id, string language) =>
        Taxonomy.Seed.LabelOf(id, language)
        ?? db.Text(
            "SELECT label FROM category_words WHERE category = $1 ORDER BY language = $2 DESC, language = $3 DESC, language LIMIT 1",
            id,
            language,
            Taxonomy.SourceLanguage
        )
        ?? id;

    /// <summary>Categories whose names have all the words, the likeliest first.</summary>
    internal static IEnumerable<string> Named(Db db, WordQuery query) => Ranked(Rows(db, query.AllOf(Columns)), query);

    private static List<NameRow> Rows(Db db, WordQuery query) => Rows(db, query.AnyOf(Columns));

    private static List<NameRow> Rows(Db db, string match) =>
        db.All(
            "SELECT w.category, w.name, w.others, w.stems FROM category_fts f JOIN category_words w ON w.row = f.rowid "
                + $"WHERE category_fts MATCH $1 ORDER BY bm25(category_fts, 10.0, 5.0, 3.0) LIMIT {MostRows}",
            r => new NameRow(r.Text(0), r.Text(1).Split(' '), r.Text(2).Split(' '), r.Text(3).Split(' ')),
            match
        );

    // A word that no name has is taken for misspelt when a word of some name is near to it.
    private static WordQuery? PutRight(Db db, WordQuery query, List<NameRow> rows)
    {
        var right = query;
        foreach (var word in query.Words)
        {
            var known = rows.Exists(r => Worth(r, word, word == query.Open) > 0);
            if (!known && Spelling.Nearest(db, word, "categories", word == query.Open) is { } meant)
                right = right.With(word, meant);
        }

        return ReferenceEquals(right, query) ? null : right with { IsOpen = false };
    }

    // Every word counts, and the more so the fewer of the rows have it; the first one more, because it mostly names the thing. Among equals the shorter name,
    // then the id, so that the order never depends on chance.
    private static IEnumerable<string> Ranked(List<NameRow> rows, WordQuery query)
    {
        var weights = query
            .Words.Select(
                (w, i) =>
                    (w, Weight: (i == 0 ? FirstWord : 1) / (1 + Math.Log(1 + rows.Count(r => Worth(r, w, w == query.Open) > 0))))
            )
            .ToList();
        return rows.Select(r => (Row: r, Worth: weights.Sum(w => w.Weight * Worth(r, w.w, w.w == query.Open))))
            .OrderByDescending(r => r.Worth)
            .ThenBy(r => r.Row.Name.Length)
            .ThenBy(r => r.Row.Category, StringComparer.Ordinal)
            .Select(r => r.Row.Category)
            .Distinct(StringComparer.Ordinal);
    }

    /// <summary>How well a row answers one word: in the label more than in a synonym, whole more than begun or by its stem, at the beginning a little more.</summary>
    private static double Worth(NameRow row, string word, bool isOpen)
    {
        var at = Array.IndexOf(row.Name, word);
        return at == 0 ? 11
            : at > 0 ? 10
            : isOpen && Begins(row.Name, word) ? 8.5
            : Array.IndexOf(row.Others, word) >= 0 ? 8
            : Array.IndexOf(row.Stems, Stem.Of(word)) >= 0 ? 6
            : isOpen && Begins(row.Others, word) ? 4
            : 0;
    }

    private static bool Begins(string[] words, string word) =>
        Array.Exists(words, w => w.StartsWith(word, StringComparison.Ordinal));

    private static List<string> FromNeighbours(Db db, WordQuery query, IEnumerable<Did> homes) =>
        query.Open is { Length: < 3 } && query.Words.Count == 1
            ? []
            : db.All(
                "SELECT category FROM (SELECT o.category FROM entry_fts f JOIN entry_words w ON w.row = f.rowid "
                    + "JOIN offering o ON o.offering_id = w.item_id WHERE entry_fts MATCH $1 AND o.state = 'active' "
                    + $"AND o.home_node IN (SELECT value FROM json_each($2)) ORDER BY f.rowid DESC LIMIT {MostEntries}) "
                    + $"GROUP BY category ORDER BY count(*) DESC, category LIMIT {MostFromNeighbours}",
                r => r.Text(0),
                query.AllOf("words"),
                EntryFinder.Json(homes)
            );

    private sealed record NameRow(string Category, string[] Name, string[] Others, string[] Stems);
}
