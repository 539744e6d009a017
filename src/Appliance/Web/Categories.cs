using System.Collections.Frozen;
using EdgeNode.Matching.Words;

namespace EdgeNode.Appliance.Web;

/// <summary>
/// Categories as pages show them. The tree is the seed list of Matching; a resident may also write a category of their own, and neighbours and operators'
/// lists bring theirs.
/// </summary>
public static class Categories
{
    /// <summary>Longest category in characters.</summary>
    public const int MaxLength = Matching.Items.MaxCategory;

    /// <summary>The drawing of a category that is not in the tree.</summary>
    private const string OtherIcon = "other";

    /// <summary>Labels of every language, folded: who writes a category's name has chosen it.</summary>
    private static readonly FrozenDictionary<string, string> ByLabel = Taxonomy
        .Seed.Translations.SelectMany(l => l.Words)
        .Where(w => !w.Key.StartsWith(Taxonomy.GroupPrefix, StringComparison.Ordinal))
        .Select(w => (Label: WordFold.Text(w.Value.Label, WordIndex.MaxWords), Id: w.Key))
        .DistinctBy(w => w.Label)
        .ToFrozenDictionary(w => w.Label, w => w.Id, StringComparer.Ordinal);

    /// <summary>The pictogram of a category; a star for one that is not in the tree.</summary>
    public static string IconOf(string key) => Taxonomy.Seed.Find(key)?.Pictogram ?? OtherIcon;

    /// <summary>The name people read: translated for the tree, otherwise as written.</summary>
    public static Html NameOf(string key, Texts t) => Parts.Part.Words(WordsOf(key, t.Language));

    /// <summary>The same as plain words. What came from an operator's list reads well even where the list is not known.</summary>
    public static string WordsOf(string key, string language) =>
        Taxonomy.Seed.LabelOf(key, language)
        ?? (
            key.StartsWith(CategoryList.Prefix, StringComparison.Ordinal)
                ? key[CategoryList.Prefix.Length..].Replace('-', ' ')
                : key
        );

    /// <summary>
    /// A category written by hand in its stored form: the tree's, when its name was written in any language, otherwise lower case with blanks as dashes; null
    /// when nothing usable is left. A group is none.
    /// </summary>
    public static string? Clean(string? written)
    {
        if (ByLabel.TryGetValue(WordFold.Text(written ?? "", WordIndex.MaxWords), out var known))
        {
            return known;
        }

        var words = (written ?? "").ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var key = string.Join('-', words);
        return key.Length is > 0 and <= MaxLength && !key.Any(char.IsControl) && Taxonomy.Seed.Find(key) is not { IsGroup: true }
            ? key
            : null;
    }
}
