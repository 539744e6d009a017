using System.Collections.Frozen;
using System.Text;

namespace EdgeNode.Matching.Words;

/// <summary>A place in the tree of categories.</summary>
/// <param name="Id">Stable for ever: entries are filed under it.</param>
/// <param name="Parent">The group it stands in; null for a group.</param>
/// <param name="Pictogram">Name of the drawing that stands beside it; the pages own the drawings.</param>
public sealed record CategoryNode(string Id, string? Parent, string Pictogram)
{
    public bool IsGroup => Parent is null;
}

/// <summary>What a category is called in one language.</summary>
/// <param name="Label">What people read; unique within the language.</param>
/// <param name="Synonyms">Other words by which it is found; not shown.</param>
public sealed record CategoryWords(string Label, IReadOnlyList<string> Synonyms);

/// <summary>The words of one language.</summary>
/// <param name="Language">BCP 47 tag.</param>
/// <param name="Draft">No speaker of the language has checked them yet.</param>
public sealed record CategoryLanguage(string Language, bool Draft, IReadOnlyDictionary<string, CategoryWords> Words);

/// <summary>A line of the seed list that cannot be used; the message names file and line.</summary>
public sealed class TaxonomyException(string message) : FormatException(message);

/// <summary>
/// The tree of categories that every cabinet ships: groups, and below them the leaves under which offerings and needs are filed. Our own list (CC0), embedded
/// as text so that a speaker of a language can correct it without touching code.
/// </summary>
public sealed class Taxonomy
{
    /// <summary>Ids of groups begin so; no leaf does, and entries are filed under leaves only.</summary>
    public const string GroupPrefix = "g.";

    /// <summary>The source language: every category has words in it.</summary>
    public const string SourceLanguage = "en";

    private static readonly string[] Languages = [SourceLanguage, "ar", "hi"];

    private readonly FrozenDictionary<string, CategoryNode> _byId;
    private readonly FrozenDictionary<string, CategoryLanguage> _byLanguage;

    private Taxonomy(IReadOnlyList<CategoryNode> nodes, IEnumerable<CategoryLanguage> languages)
    {
        Nodes = nodes;
        Groups = [.. nodes.Where(n => n.IsGroup)];
        Leaves = [.. nodes.Where(n => !n.IsGroup)];
        _byId = nodes.ToFrozenDictionary(n => n.Id, StringComparer.Ordinal);
        _byLanguage = languages.ToFrozenDictionary(l => l.Language, StringComparer.Ordinal);
    }

    /// <summary>The seed list of this program.</summary>
    public static Taxonomy Seed { get; } = Read(SeedText("tree.txt"), Languages.Select(l => (l, SeedText($"words.{l}.txt"))));

    /// <summary>Every category in the order shown, each group before its leaves.</summary>
    public IReadOnlyList<CategoryNode> Nodes { get; }

    public IReadOnlyList<CategoryNode> Groups { get; }
    public IReadOnlyList<CategoryNode> Leaves { get; }
    public IEnumerable<CategoryLanguage> Translations => _byLanguage.Values.OrderBy(l => l.Language, StringComparer.Ordinal);

    public CategoryNode? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>The leaves of a group in the order shown; none for an unknown group.</summary>
    public IEnumerable<CategoryNode> LeavesOf(string group) => Leaves.Where(n => n.Parent == group);

    /// <summary>What the category is called in a language, else in English; null for one that is not in the tree.</summary>
    public string? LabelOf(string id, string language) =>
        _byLanguage.TryGetValue(language, out var words) && words.Words.TryGetValue(id, out var own) ? own.Label
        : _byLanguage[SourceLanguage].Words.TryGetValue(id, out var english) ? english.Label
        : null;

    /// <summary>Reads a tree and its words. Every id stands once, every leaf below a group, every word belongs to a category, English has them all.</summary>
    /// <exception cref="TaxonomyException">A line that does not fit, by file and line.</exception>
    public static Taxonomy Read(string tree, IEnumerable<(string Language, string Text)> words)
    {
        var nodes = ReadTree(tree);
        var ids = nodes.Select(n => n.Id).ToHashSet(StringComparer.Ordinal);
        var languages = words.Select(w => ReadWords(w.Language, w.Text, ids)).ToList();
        var english = languages.Find(l => l.Language == SourceLanguage);
        if (nodes.Find(n => english?.Words.ContainsKey(n.Id) != true) is { } nameless)
            throw new TaxonomyException($"words.{SourceLanguage}: {nameless.Id} has no label");
        return new Taxonomy(nodes, languages);
    }

    private static List<CategoryNode> ReadTree(string tree)
    {
        var nodes = new List<CategoryNode>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        CategoryNode? group = null;
        foreach (var (number, line) in LinesOf(tree))
        {
            var isGroup = line[0] != ' ';
            var node = ReadNode(
                number,
                line,
                isGroup ? null : group ?? throw Wrong("tree", number, "a leaf before the first group")
            );
            if (!seen.Add(node.Id))
                throw Wrong("tree", number, $"{node.Id} stands twice");
            nodes.Add(node);
            group = isGroup ? node : group;
        }

        return nodes;
    }

    private static CategoryNode ReadNode(int number, string line, CategoryNode? group)
    {
        var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var id = parts[0];
        if (parts.Length > 2 || (group is null && parts.Length != 2))
            throw Wrong("tree", number, "not 'group pictogram' or '  leaf [pictogram]'");
        if (id.StartsWith(GroupPrefix, StringComparison.Ordinal) != group is null)
            throw Wrong("tree", number, $"{id}: ids of groups begin with {GroupPrefix}, ids of leaves do not");
        if (id.Length > Items.MaxCategory || !id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.'))
            throw Wrong("tree", number, $"{id}: an id is small letters, digits and hyphens, at most {Items.MaxCategory}");
        return new CategoryNode(id, group?.Id, parts.Length == 2 ? parts[1] : group!.Pictogram);
    }

    private static CategoryLanguage ReadWords(string language, string text, HashSet<string> ids)
    {
        var words = new Dictionary<string, CategoryWords>(StringComparer.Ordinal);
        var labels = new HashSet<string>(StringComparer.Ordinal);
        var draft = false;
        foreach (var (number, line) in LinesOf(text))
        {
            if (line == "! draft")
            {
                draft = true;
                continue;
            }

            var at = line.IndexOf(" = ", StringComparison.Ordinal);
            var names = at < 0 ? [] : line[(at + 3)..].Split(';', StringSplitOptions.TrimEntries);
            if (names.Length == 0 || Array.Exists(names, n => n.Length == 0))
                throw Wrong($"words.{language}", number, "not 'id = label; synonym; synonym'");
            if (!ids.Contains(line[..at]))
                throw Wrong($"words.{language}", number, $"no category {line[..at]}");
            if (!words.TryAdd(line[..at], new CategoryWords(names[0], names[1..])) || !labels.Add(names[0]))
                throw Wrong($"words.{language}", number, $"{line[..at]} or its label stands twice");
        }

        return new CategoryLanguage(language, draft, words.ToFrozenDictionary(StringComparer.Ordinal));
    }

    private static IEnumerable<(int Number, string Line)> LinesOf(string text) =>
        text.Split('\n')
            .Select((line, i) => (Number: i + 1, Line: line.TrimEnd()))
            .Where(l => l.Line.Length > 0 && l.Line[0] != '#');

    private static TaxonomyException Wrong(string file, int line, string why) => new($"{file}, line {line}: {why}");

    /// <summary>An embedded file of the seed list.</summary>
    internal static string SeedText(string name)
    {
        using var stream =
            typeof(Taxonomy).Assembly.GetManifestResourceStream("Matching/Words/" + name)
            ?? throw new InvalidOperationException($"Matching/Words/{name} is not embedded");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
