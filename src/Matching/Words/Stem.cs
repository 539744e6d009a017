namespace EdgeNode.Matching.Words;

/// <summary>
/// The stem of a folded word, chosen by its script, because nobody says in which language they write: English rules for Latin letters, light rules for
/// Arabic and Devanagari. A stem only has to be the same for words that belong together; it is never shown.
/// </summary>
public static class Stem
{
    public static string Of(string word) =>
        word.Length == 0 ? word
        : char.IsAsciiLetter(word[0]) ? EnglishStem.Of(word)
        : word[0] is >= '\u0600' and <= '\u06FF' ? ArabicStem.Of(word)
        : word[0] is >= '\u0900' and <= '\u097F' ? HindiStem.Of(word)
        : word;
}

/// <summary>
/// Light stemming of Arabic after Larkey, Ballesteros and Connell (light10, SIGIR 2002): the conjunction, the article with its prefixes, and the
/// commonest endings, as long as two letters, or three after و, remain. It works on folded words, where ة is ه already.
/// </summary>
internal static class ArabicStem
{
    private static readonly string[] Articles = ["وال", "بال", "كال", "فال", "ال", "لل"];
    private static readonly string[] Endings = ["ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي"];

    public static string Of(string word)
    {
        if (Array.Find(Articles, a => word.StartsWith(a, StringComparison.Ordinal) && word.Length - a.Length >= 2) is { } article)
            word = word[article.Length..];
        else if (word[0] == 'و' && word.Length > 3)
            word = word[1..];
        foreach (var ending in Endings)
        {
            if (word.Length - ending.Length >= 2 && word.EndsWith(ending, StringComparison.Ordinal))
                word = word[..^ending.Length];
        }

        return word;
    }
}

/// <summary>
/// Light stemming of Hindi after Ramanathan and Rao, "A Lightweight Stemmer for Hindi" (EACL 2003): the longest of the listed endings goes, as long as
/// two letters remain. The endings stand in their folded form (chandrabindu as anusvara).
/// </summary>
internal static class HindiStem
{
    /// <summary>Longest first.</summary>
    private static readonly string[] Endings =
    [
        "ाएंगी",
        "ाएंगे",
        "ाऊंगी",
        "ाऊंगा",
        "ाइयां",
        "ाइयों",
        "ियां",
        "ियों",
        "ाएगी",
        "ाएगा",
        "ाओगी",
        "ाओगे",
        "एंगी",
        "एंगे",
        "ेंगी",
        "ेंगे",
        "ूंगी",
        "ूंगा",
        "ातीं",
        "नाओं",
        "नाएं",
        "ताओं",
        "ताएं",
        "ाकर",
        "ाइए",
        "ाईं",
        "ाया",
        "ेगी",
        "ेगा",
        "ोगी",
        "ोगे",
        "ाने",
        "ाना",
        "ाते",
        "ाती",
        "ाता",
        "तीं",
        "ाओं",
        "ाएं",
        "ुओं",
        "ुएं",
        "ुआं",
        "कर",
        "ाओ",
        "िए",
        "ाई",
        "ाए",
        "ने",
        "नी",
        "ना",
        "ते",
        "ीं",
        "ती",
        "ता",
        "ां",
        "ों",
        "ें",
        "ो",
        "े",
        "ू",
        "ु",
        "ी",
        "ि",
        "ा",
    ];

    public static string Of(string word) =>
        Array.Find(Endings, e => word.Length - e.Length >= 2 && word.EndsWith(e, StringComparison.Ordinal)) is { } ending
            ? word[..^ending.Length]
            : word;
}
