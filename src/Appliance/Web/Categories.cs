namespace EdgeNode.Appliance.Web;

/// <summary>A category people choose from: its key as stored, its pictogram, and the catalogue key of its name.</summary>
public sealed record Category(string Key, string Icon, string Name);

/// <summary>
/// The starter list (an empty list makes offers impossible). A resident may also write a category of their own, and neighbours bring theirs.
/// </summary>
public static class Categories
{
    /// <summary>Longest category in characters.</summary>
    public const int MaxLength = Matching.Items.MaxCategory;

    /// <summary>The starter list in the order shown.</summary>
    public static IReadOnlyList<Category> Starter { get; } =
    [
        new("food", "food", "category.food"),
        new("catering", "food", "category.catering"),
        new("garden", "garden", "category.garden"),
        new("repair", "tools", "category.repair"),
        new("bike", "bike", "category.bike"),
        new("building", "building", "category.building"),
        new("cleaning", "cleaning", "category.cleaning"),
        new("transport", "transport", "category.transport"),
        new("lessons", "lesson", "category.lessons"),
        new("design", "design", "category.design"),
        new("legal", "legal", "category.legal"),
        new("computers", "computer", "category.computers"),
        new("childcare", "child", "category.childcare"),
        new("care", "care", "category.care"),
        new("health", "health-help", "category.health"),
        new("animals", "animals", "category.animals"),
        new("clothes", "clothes", "category.clothes"),
        new("room", "room", "category.room"),
        new("music", "music", "category.music"),
        new("games", "games", "category.games"),
    ];

    private static readonly Dictionary<string, Category> ByKey = Starter.ToDictionary(c => c.Key, StringComparer.Ordinal);

    /// <summary>The pictogram of a category; a star for one that is not in the starter list.</summary>
    public static string IconOf(string key) => ByKey.TryGetValue(key, out var known) ? known.Icon : "other";

    /// <summary>The name people read: translated for the starter list, otherwise as written.</summary>
    public static Html NameOf(string key, Texts t) =>
        ByKey.TryGetValue(key, out var known) ? t.Say(known.Name) : Parts.Part.Words(key);

    /// <summary>A category written by hand in its stored form: lower case, single blanks as dashes; null when nothing usable is left.</summary>
    public static string? Clean(string? written)
    {
        var words = (written ?? "").ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var key = string.Join('-', words);
        return key.Length is > 0 and <= MaxLength && !key.Any(char.IsControl) ? key : null;
    }
}
