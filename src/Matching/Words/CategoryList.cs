using System.Security.Cryptography;
using System.Text;
using EdgeNode.Store;

namespace EdgeNode.Matching.Words;

/// <summary>A category of an operator's list.</summary>
/// <param name="Uri">What the list calls it; the same in each of its languages.</param>
public sealed record ListedCategory(string Id, string? Uri, CategoryWords Words);

/// <summary>What an operator's file held: categories, or why it cannot be used (at most <see cref="CategoryList.MostFaults"/> sentences with lines).</summary>
public sealed record ReadList(IReadOnlyList<ListedCategory> Categories, IReadOnlyList<string> Faults);

/// <summary>
/// A list of occupations or skills that an operator brings, in the CSV form in which ESCO is published (RFC 4180; columns conceptUri, preferredLabel, altLabels with
/// one label a line). EdgeNode ships none: the seed list is its own.
/// </summary>
public static class CategoryList
{
    /// <summary>Ids of imported categories begin so; neighbours without the list can still read them.</summary>
    public const string Prefix = "list/";

    /// <summary>Most categories of a list (ESCO 1.2 has about 13,900 skills).</summary>
    public const int MostCategories = 20_000;

    /// <summary>Longest label in characters.</summary>
    public const int MaxLabel = 200;

    /// <summary>Other labels of one category that are kept; further ones are left out.</summary>
    public const int MostOthers = 60;

    /// <summary>Faults told of before reading stops.</summary>
    public const int MostFaults = 10;

    /// <summary>Room left in an id for a hyphen and six letters that tell two like labels apart.</summary>
    private const int MarkLength = 7;

    /// <summary>Reads a list. Either all of it is usable or none of it is.</summary>
    public static ReadList Read(string csv)
    {
        var faults = new List<string>();
        var categories = new List<ListedCategory>();
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        Columns? columns = null;
        foreach (var (line, fields) in Csv.Read(csv, faults))
        {
            if (columns is null && (columns = Columns.Of(fields)) is null)
                return new ReadList(
                    [],
                    [$"line {line}: no column preferredLabel (or label) in the first line: {string.Join(", ", fields.Take(8))}"]
                );
            if (columns.Line == 0)
                columns = columns with { Line = line };
            else if (categories.Count == MostCategories)
                faults.Add(
                    $"line {line}: more than {MostCategories} categories; split the list or leave out what nobody here offers"
                );
            else if (ReadOne(line, fields, columns, seen, faults) is { } category)
                categories.Add(category);
            if (faults.Count >= MostFaults || categories.Count > MostCategories)
                break;
        }

        if (columns is null && faults.Count == 0)
            faults.Add("line 1: the file is empty");
        else if (categories.Count == 0 && faults.Count == 0)
            faults.Add("line 2: no category follows the first line");
        return new ReadList(faults.Count == 0 ? categories : [], [.. faults.Take(MostFaults)]);
    }

    /// <summary>Puts a list in place of what was imported in this language before, in one transaction. Categories that another language has by the same URI keep that id.</summary>
    public static void Import(Db db, string language, IReadOnlyList<ListedCategory> categories)
    {
        db.Begin();
        try
        {
            var known = db.All(
                    "SELECT uri, category FROM category_words WHERE source = 'list' AND language <> $1 AND uri IS NOT NULL ORDER BY language DESC",
                    r => (Uri: r.Text(0), Id: r.Text(1)),
                    language
                )
                .DistinctBy(k => k.Uri)
                .ToDictionary(k => k.Uri, k => k.Id, StringComparer.Ordinal);
            CategoryWordsTable.PutList(
                db,
                language,
                categories
                    .Select(c => c.Uri is not null && known.TryGetValue(c.Uri, out var id) ? c with { Id = id } : c)
                    .DistinctBy(c => c.Id)
            );
            db.Commit();
        }
        catch
        {
            db.Rollback();
            throw;
        }
    }

    private static ListedCategory? ReadOne(
        int line,
        List<string> fields,
        Columns columns,
        Dictionary<string, string> seen,
        List<string> faults
    )
    {
        var label = columns.Label < fields.Count ? fields[columns.Label].Trim() : "";
        var id = Prefix + Slug(label);
        if (fields.Count != columns.Count)
            faults.Add(
                $"line {line}: {fields.Count} fields where the first line has {columns.Count}; is a quotation mark missing?"
            );
        else if (label.Length is 0 or > MaxLabel || label.Any(char.IsControl))
            faults.Add($"line {line}: a label has 1 to {MaxLabel} characters and stands on one line");
        else if (id.Length == Prefix.Length)
            faults.Add($"line {line}: the label {label} has no letter");
        else
            return Listed(
                line,
                seen,
                faults,
                id,
                Field(fields, columns.Uri),
                new CategoryWords(label, Others(Field(fields, columns.Others)))
            );
        return null;
    }

    // C# and C++ fold to the same word: the later of two such labels gets a mark made of it.
    private static ListedCategory? Listed(
        int line,
        Dictionary<string, string> seen,
        List<string> faults,
        string id,
        string? uri,
        CategoryWords words
    )
    {
        if (seen.TryAdd(id, words.Label))
            return new ListedCategory(id, uri, words);
        var marked = $"{id}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(words.Label)))[..6]}";
        if (seen[id] != words.Label && seen.TryAdd(marked, words.Label))
            return new ListedCategory(marked, uri, words);
        faults.Add($"line {line}: {words.Label} stands twice");
        return null;
    }

    private static string? Field(List<string> fields, int column) =>
        column >= 0 && fields[column].Trim() is { Length: > 0 } text ? text : null;

    private static List<string> Others(string? field) =>
        [
            .. (field ?? "")
                .Split(['\n', '\r', '|'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Where(o => o.Length <= MaxLabel)
                .Take(MostOthers),
        ];

    // Made of the label alone, so that two cabinets with the same list have the same ids.
    private static string Slug(string label)
    {
        var slug = new StringBuilder();
        foreach (var word in WordFold.Words(label, WordIndex.MaxWords))
        {
            if (slug.Length + word.Length + 1 > Items.MaxCategory - Prefix.Length - MarkLength)
                break;
            slug.Append(slug.Length > 0 ? "-" : "").Append(word);
        }

        return slug.ToString();
    }

    /// <summary>Which field says what.</summary>
    /// <param name="Line">Of the header; 0 until it has been passed.</param>
    private sealed record Columns(int Count, int Label, int Uri, int Others, int Line)
    {
        public static Columns? Of(List<string> header)
        {
            int Find(params string[] names) =>
                header.FindIndex(h => names.Contains(h.Trim().TrimStart('\uFEFF'), StringComparer.OrdinalIgnoreCase));
            var label = Find("preferredLabel", "label");
            return label < 0
                ? null
                : new Columns(header.Count, label, Find("conceptUri", "uri", "id"), Find("altLabels", "synonyms"), 0);
        }
    }
}

/// <summary>Comma-separated values after RFC 4180: quoted fields may hold commas, line breaks and doubled quotation marks.</summary>
internal static class Csv
{
    /// <summary>Longest field in characters; what is longer is a missing quotation mark.</summary>
    private const int MaxField = 64 * 1024;

    /// <summary>The records with the line each begins on. Stops at the first fault, which is added to <paramref name="faults"/>.</summary>
    public static IEnumerable<(int Line, List<string> Fields)> Read(string text, List<string> faults)
    {
        var (at, line) = (0, 1);
        while (at < text.Length)
        {
            var begins = line;
            var fields = new List<string>();
            do
            {
                if (ReadField(text, ref at, ref line) is not { } field)
                {
                    faults.Add($"line {begins}: a quotation mark is not closed, or something follows a closed one");
                    yield break;
                }

                fields.Add(field);
            } while (at < text.Length && text[at++] == ',');
            SkipLineEnd(text, ref at, ref line);
            if (fields is not [""])
                yield return (begins, fields);
        }
    }

    private static string? ReadField(string text, ref int at, ref int line) =>
        at < text.Length && text[at] == '"' ? ReadQuoted(text, ref at, ref line) : ReadPlain(text, ref at);

    private static string ReadPlain(string text, ref int at)
    {
        var end = text.AsSpan(at).IndexOfAny(',', '\n', '\r');
        var field = end < 0 ? text[at..] : text[at..(at + end)];
        at += field.Length;
        return field;
    }

    private static string? ReadQuoted(string text, ref int at, ref int line)
    {
        var field = new StringBuilder();
        for (at++; at < text.Length && field.Length <= MaxField; at++)
        {
            if (text[at] != '"')
            {
                line += text[at] == '\n' ? 1 : 0;
                field.Append(text[at]);
            }
            else if (at + 1 < text.Length && text[at + 1] == '"')
            {
                field.Append(text[at++]);
            }
            else
            {
                at++;
                return at == text.Length || text[at] is ',' or '\n' or '\r' ? field.ToString() : null;
            }
        }

        return null;
    }

    // The reader has just passed the character that ended the last field.
    private static void SkipLineEnd(string text, ref int at, ref int line)
    {
        if (at > 0 && at < text.Length && text[at - 1] == '\r' && text[at] == '\n')
            at++;
        line++;
    }
}
