using EdgeNode.Appliance.Web.Pages;
using EdgeNode.Matching.Words;

namespace EdgeNode.Appliance.Web.Api;

/// <summary>A category of the tree.</summary>
/// <param name="Parent">The group it stands in; absent for a group, under which nothing is filed.</param>
public sealed record CategoryJson(string Id, string? Parent, string Pictogram, string Label);

/// <summary>GET /api/categories.</summary>
/// <param name="Draft">No speaker of the language has checked the labels yet.</param>
public sealed record CategoriesJson(string Language, bool Draft, IReadOnlyList<CategoryJson> Categories);

/// <summary>A category that somebody may choose.</summary>
/// <param name="By">words, spelling, neighbours.</param>
public sealed record SuggestedJson(string Id, string Label, string Pictogram, string By);

/// <summary>GET /api/suggest.</summary>
public sealed record SuggestJson(IReadOnlyList<SuggestedJson> Categories, string? Meant);

/// <summary>A shared entry that a search found.</summary>
/// <param name="Kind">offering or need.</param>
public sealed record FoundJson(
    string Id,
    string Kind,
    string Title,
    string Label,
    IReadOnlyList<string> Categories,
    string Node,
    string Cabinet,
    bool Mine
);

/// <summary>GET /api/find.</summary>
public sealed record FindJson(IReadOnlyList<FoundJson> Entries, bool More, string? Meant);

/// <summary>The part of the residents' JSON interface that deals with words: categories, suggestions, search.</summary>
public static class WordsApi
{
    /// <summary>Adds it to the residents' door.</summary>
    public static void MapWords(this Door door)
    {
        door.Get("/api/categories", Access.SignedIn, ListCategories);
        door.Get("/api/suggest", Access.SignedIn, Suggest);
        door.Get("/api/find", Access.SignedIn, Find);
    }

    private static Reply ListCategories(Visit v)
    {
        var language = LanguageOf(v);
        var categories = Taxonomy.Seed.Nodes.Select(n => new CategoryJson(
            n.Id,
            n.Parent,
            n.Pictogram,
            Categories.WordsOf(n.Id, language)
        ));
        var draft = Taxonomy.Seed.Translations.Any(t => t.Language == language && t.Draft);
        return Reply.Json(new CategoriesJson(language, draft, [.. categories]), WebJson.Safe.CategoriesJson);
    }

    private static Reply Suggest(Visit v)
    {
        if (!v.Door.Suggestions.Try(v.Session!.Id))
        {
            return TooMany(v);
        }

        var found = v.Desk.Suggest(v.Query("q"), LanguageOf(v), ResidentPages.MostSuggested);
        var categories = found.Categories.Select(c => new SuggestedJson(
            c.Id,
            c.Label,
            Categories.IconOf(c.Id),
            c.By.ToString().ToLowerInvariant()
        ));
        return Reply.Json(new SuggestJson([.. categories], found.Meant), WebJson.Safe.SuggestJson);
    }

    private static Reply Find(Visit v)
    {
        if (!v.Door.Suggestions.Try(v.Session!.Id))
        {
            return TooMany(v);
        }

        var found = v.Desk.Find(v.Card.Did, v.Query("q"), FindPage.MostFound);
        return Reply.Json(new FindJson([.. found.Entries.Select(Entry)], found.More, found.Meant), WebJson.Safe.FindJson);
    }

    private static FoundJson Entry(FoundView e) =>
        new(e.Id, e.IsOffering ? "offering" : "need", e.Title, e.Label, e.Categories, e.Node, e.Cabinet, e.IsMine);

    // Programs may ask in any language of the tree; pages speak the visitor's.
    private static string LanguageOf(Visit v) =>
        Taxonomy.Seed.Translations.FirstOrDefault(t => t.Language == v.Query("language"))?.Language ?? v.Texts.Language;

    private static Reply TooMany(Visit v) =>
        Reply.Refused(429, new Refusal("suggest.too_many", v.Texts.Plain("error.suggest.too_many.what")));
}
