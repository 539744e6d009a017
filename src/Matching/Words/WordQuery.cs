using System.Collections.Frozen;

namespace EdgeNode.Matching.Words;

/// <summary>What somebody typed, as words to look for.</summary>
/// <param name="Words">Folded, in the order typed, without the words that say nothing, each once.</param>
/// <param name="IsOpen">The last word may go on: nothing has been typed after it.</param>
public sealed record WordQuery(IReadOnlyList<string> Words, bool IsOpen)
{
    /// <summary>Longest text that is looked at, in characters; what is longer is cut.</summary>
    public const int MaxText = 200;

    /// <summary>Words that are looked for; further ones are left out.</summary>
    public const int MaxWords = 8;

    /// <summary>Words that stand in every second title and tell nothing about it, folded.</summary>
    private static readonly FrozenSet<string> Silent = (
        "a about all also am an and any are as at be but by can could do for from get give good have help hi how i if in is it its like "
        + "little looking me my need needs new nice no not of offer offers on one or our please some somebody someone something that the "
        + "their them this to two us want we who will with would you your "
        + "في من على عن الى مع او ثم هل هذا هذه انا لي عندي اريد احتاج محتاج يمكنني بعض كل "
        + "का की के को में से पर और या है हैं हूं मैं मुझे मेरा मेरे मेरी एक कुछ चाहिए कोई लिए यह वह सकता सकती देना"
    )
        .Split(' ')
        .Select(w => WordFold.Words(w, 1)[0])
        .ToFrozenSet(StringComparer.Ordinal);

    public bool IsEmpty => Words.Count == 0;

    /// <summary>The last word, when it may go on.</summary>
    public string? Open => IsOpen && Words.Count > 0 ? Words[^1] : null;

    /// <summary>Reads what was typed. When it consists of words that say nothing, those are looked for after all.</summary>
    public static WordQuery Of(string typed)
    {
        var text = typed.Length > MaxText ? typed[..MaxText] : typed;
        var all = WordFold.Words(text, WordIndex.MaxWords);
        var telling = all.Where(w => !Silent.Contains(w)).ToList();
        var isOpen = text.Length > 0 && !char.IsWhiteSpace(text[^1]) && (telling.Count == 0 || telling[^1] == all[^1]);
        return new WordQuery(LastOfEach(telling.Count > 0 ? telling : all), isOpen);
    }

    /// <summary>The same question with one word put in place of another.</summary>
    public WordQuery With(string word, string meant) => this with { Words = [.. Words.Select(w => w == word ? meant : w)] };

    /// <summary>An FTS5 question: entries with every word.</summary>
    internal string AllOf(string columns) => string.Join(" AND ", Words.Select(w => Term(w, columns)));

    /// <summary>An FTS5 question: entries with at least one of the words.</summary>
    internal string AnyOf(string columns) => string.Join(" OR ", Words.Select(w => Term(w, columns)));

    // Words are letters, digits and marks only, so nothing in them can end the quotes.
    private string Term(string word, string columns) =>
        $"({{{columns}}} : \"{word}\"{(word == Open ? " *" : "")} OR stems : \"{Stem.Of(word)}\")";

    private static List<string> LastOfEach(List<string> words)
    {
        var kept = new List<string>();
        foreach (var word in words)
        {
            kept.Remove(word);
            kept.Add(word);
        }

        return kept.Count <= MaxWords ? kept : kept[^MaxWords..];
    }
}
