using System.Collections.Frozen;

namespace EdgeNode.Matching.Words;

/// <summary>
/// The Snowball stemmer for English (Porter2), written from its published description (snowballstem.org/algorithms/english/stemmer.html). It takes folded
/// words: small letters without apostrophes, so the description's step 0 has nothing to do. Y is a consonant, written as a capital inside.
/// </summary>
internal static class EnglishStem
{
    private static readonly FrozenDictionary<string, string> Special = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["skis"] = "ski",
        ["skies"] = "sky",
        ["dying"] = "die",
        ["lying"] = "lie",
        ["tying"] = "tie",
        ["idly"] = "idl",
        ["gently"] = "gentl",
        ["ugly"] = "ugli",
        ["early"] = "earli",
        ["only"] = "onli",
        ["singly"] = "singl",
        ["sky"] = "sky",
        ["news"] = "news",
        ["howe"] = "howe",
        ["atlas"] = "atlas",
        ["cosmos"] = "cosmos",
        ["bias"] = "bias",
        ["andes"] = "andes",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Words that are whole once their plural is off.</summary>
    private static readonly FrozenSet<string> Whole = new[]
    {
        "inning",
        "outing",
        "canning",
        "herring",
        "earring",
        "proceed",
        "exceed",
        "succeed",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Steps 2 to 4: what a word ends with and what stands there afterwards; longest first.</summary>
    private static readonly (string End, string Then)[] Step2 = Longest(
        ("tional", "tion"),
        ("enci", "ence"),
        ("anci", "ance"),
        ("abli", "able"),
        ("entli", "ent"),
        ("izer", "ize"),
        ("ization", "ize"),
        ("ational", "ate"),
        ("ation", "ate"),
        ("ator", "ate"),
        ("alism", "al"),
        ("aliti", "al"),
        ("alli", "al"),
        ("fulness", "ful"),
        ("ousli", "ous"),
        ("ousness", "ous"),
        ("iveness", "ive"),
        ("iviti", "ive"),
        ("biliti", "ble"),
        ("bli", "ble"),
        ("ogi", "og"),
        ("fulli", "ful"),
        ("lessli", "less"),
        ("li", "")
    );

    private static readonly (string End, string Then)[] Step3 = Longest(
        ("tional", "tion"),
        ("ational", "ate"),
        ("alize", "al"),
        ("icate", "ic"),
        ("iciti", "ic"),
        ("ical", "ic"),
        ("ful", ""),
        ("ness", ""),
        ("ative", "")
    );

    private static readonly (string End, string Then)[] Step4 = Longest(
        ("al", ""),
        ("ance", ""),
        ("ence", ""),
        ("er", ""),
        ("ic", ""),
        ("able", ""),
        ("ible", ""),
        ("ant", ""),
        ("ement", ""),
        ("ment", ""),
        ("ent", ""),
        ("ism", ""),
        ("ate", ""),
        ("iti", ""),
        ("ous", ""),
        ("ive", ""),
        ("ize", ""),
        ("ion", "")
    );

    public static string Of(string word)
    {
        if (word.Length <= 2)
            return word;
        if (Special.TryGetValue(word, out var known))
            return known;
        var w = MarkConsonantY(word);
        var r1 = StartOfR1(w);
        var r2 = AfterVowelAndConsonant(w, r1);
        w = Plural(w);
        if (Whole.Contains(w))
            return w;
        w = YToI(PastAndGerund(w, r1));
        w = Replace(w, Step2, r1, IsStep2);
        w = Replace(w, Step3, r1, (stem, end) => end != "ative" || stem.Length >= r2);
        w = Replace(w, Step4, r2, (stem, end) => end != "ion" || (stem.Length > 0 && stem[^1] is 's' or 't'));
        return Final(w, r1, r2).Replace('Y', 'y');
    }

    private static (string, string)[] Longest(params (string End, string Then)[] rules) =>
        [.. rules.OrderByDescending(r => r.End.Length)];

    private static bool IsVowel(char c) => c is 'a' or 'e' or 'i' or 'o' or 'u' or 'y';

    private static string MarkConsonantY(string word)
    {
        var letters = word.ToCharArray();
        for (var i = 0; i < letters.Length; i++)
        {
            if (letters[i] == 'y' && (i == 0 || IsVowel(letters[i - 1])))
                letters[i] = 'Y';
        }

        return new string(letters);
    }

    private static int StartOfR1(string w) =>
        w.StartsWith("gener", StringComparison.Ordinal) || w.StartsWith("arsen", StringComparison.Ordinal) ? 5
        : w.StartsWith("commun", StringComparison.Ordinal) ? 6
        : AfterVowelAndConsonant(w, 0);

    // The region after the first consonant that follows a vowel; empty at the end of the word when there is none.
    private static int AfterVowelAndConsonant(string w, int from)
    {
        for (var i = from + 1; i < w.Length; i++)
        {
            if (!IsVowel(w[i]) && IsVowel(w[i - 1]))
                return i + 1;
        }

        return w.Length;
    }

    private static bool HasVowel(string w, int before)
    {
        for (var i = 0; i < before; i++)
        {
            if (IsVowel(w[i]))
                return true;
        }

        return false;
    }

    // Step 1a.
    private static string Plural(string w) =>
        w.EndsWith("sses", StringComparison.Ordinal) ? w[..^2]
        : w.EndsWith("ied", StringComparison.Ordinal) || w.EndsWith("ies", StringComparison.Ordinal)
            ? (w.Length > 4 ? w[..^2] : w[..^1])
        : w.EndsWith("us", StringComparison.Ordinal) || w.EndsWith("ss", StringComparison.Ordinal) ? w
        : w[^1] == 's' && HasVowel(w, w.Length - 2) ? w[..^1]
        : w;

    // Step 1b.
    private static string PastAndGerund(string w, int r1)
    {
        foreach (var end in (ReadOnlySpan<string>)["eedly", "eed"])
        {
            if (w.EndsWith(end, StringComparison.Ordinal))
                return w.Length - end.Length >= r1 ? w[..^end.Length] + "ee" : w;
        }

        foreach (var end in (ReadOnlySpan<string>)["ingly", "edly", "ing", "ed"])
        {
            if (w.EndsWith(end, StringComparison.Ordinal))
                return HasVowel(w, w.Length - end.Length) ? Rounded(w[..^end.Length], r1) : w;
        }

        return w;
    }

    private static string Rounded(string w, int r1) =>
        w.EndsWith("at", StringComparison.Ordinal)
        || w.EndsWith("bl", StringComparison.Ordinal)
        || w.EndsWith("iz", StringComparison.Ordinal)
            ? w + "e"
        : w.Length > 1 && w[^1] == w[^2] && w[^1] is ('b' or 'd' or 'f' or 'g' or 'm' or 'n' or 'p' or 'r' or 't') ? w[..^1]
        : r1 >= w.Length && EndsShort(w) ? w + "e"
        : w;

    // Step 1c.
    private static string YToI(string w) => w.Length > 2 && w[^1] is ('y' or 'Y') && !IsVowel(w[^2]) ? w[..^1] + "i" : w;

    private static bool IsStep2(string stem, string end) =>
        end switch
        {
            "ogi" => stem.Length > 0 && stem[^1] == 'l',
            "li" => stem.Length > 0 && stem[^1] is 'c' or 'd' or 'e' or 'g' or 'h' or 'k' or 'm' or 'n' or 'r' or 't',
            _ => true,
        };

    // Only the longest ending counts: when it may not go, nothing goes.
    private static string Replace(string w, (string End, string Then)[] rules, int region, Func<string, string, bool> may)
    {
        foreach (var (end, then) in rules)
        {
            if (!w.EndsWith(end, StringComparison.Ordinal))
                continue;
            var stem = w[..^end.Length];
            return stem.Length >= region && may(stem, end) ? stem + then : w;
        }

        return w;
    }

    // Step 5.
    private static string Final(string w, int r1, int r2)
    {
        var stem = w[..^1];
        return w[^1] switch
        {
            'e' when stem.Length >= r2 || (stem.Length >= r1 && !EndsShort(stem)) => stem,
            'l' when stem.Length >= r2 && stem.Length > 0 && stem[^1] == 'l' => stem,
            _ => w,
        };
    }

    // A short syllable: vowel and consonant at the beginning, or consonant, vowel, and a consonant other than w, x and Y.
    private static bool EndsShort(string w) =>
        w.Length == 2
            ? IsVowel(w[0]) && !IsVowel(w[1])
            : w.Length > 2 && !IsVowel(w[^3]) && IsVowel(w[^2]) && !IsVowel(w[^1]) && w[^1] is not ('w' or 'x' or 'Y');
}
