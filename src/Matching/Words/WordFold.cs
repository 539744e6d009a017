using System.Globalization;
using System.Text;

namespace EdgeNode.Matching.Words;

/// <summary>
/// Brings people's words into the one form in which they are compared, whatever keyboard wrote them: small letters, no accents, Arabic without
/// vowel marks and with one alef, Devanagari and Bengali without nukta and with one nasal sign. The result is what the index holds, so that its own tokenizer
/// (unicode61) has nothing left to decide.
/// </summary>
public static class WordFold
{
    /// <summary>Longest word in characters; what is longer is cut.</summary>
    public const int MaxWord = 32;

    /// <summary>Base letters of U+00C0 to U+017F, one character each (canonical decompositions; crossed letters by their base); a dot for what has none.</summary>
    private const string Latin =
        "aaaaaa·ceeeeiiiidnooooo·ouuuuy··aaaaaa·ceeeeiiiidnooooo·ouuuuy·y"
        + "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii··jjkkklllllll"
        + "lllnnnnnnnnnoooooo··rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

    /// <summary>Nasal consonant and the consonants before which it is also written as anusvara: हिन्दी and हिंदी are one word.</summary>
    private static readonly (char Nasal, string Before)[] Homorganic =
    [
        ('ङ', "कखगघ"),
        ('ञ', "चछजझ"),
        ('ण', "टठडढ"),
        ('न', "तथदध"),
        ('म', "पफबभ"),
    ];

    private const char Virama = '\u094D';
    private const char Anusvara = '\u0902';

    /// <summary>The words of a text in order, folded. Apostrophes belong to the word around them; everything else that is no letter, digit or mark parts words.</summary>
    /// <param name="most">Words looked at; the rest of the text is not.</param>
    public static List<string> Words(string text, int most)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (words.Count == most)
                return words;
            if (IsInside(rune))
                continue;
            if (IsOfWord(rune))
                Append(word, rune);
            else
                Finish(words, word);
        }

        if (words.Count < most)
            Finish(words, word);
        return words;
    }

    /// <summary>A text as the index holds it: its folded words, a blank between them.</summary>
    public static string Text(string text, int most) => string.Join(' ', Words(text, most));

    private static void Finish(List<string> words, StringBuilder word)
    {
        var folded = Nasals(word.Length > MaxWord ? word.ToString(0, MaxWord) : word.ToString());
        if (folded.Length > 0)
            words.Add(folded);
        word.Clear();
    }

    private static bool IsOfWord(Rune rune) =>
        Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    // Apostrophes, soft hyphens, the stretching of Arabic letters, and the joiners that Indic and Persian keyboards put between letters.
    private static bool IsInside(Rune rune) =>
        rune.Value is '\'' or '\u2019' or '\u02BC' or '\u200C' or '\u200D' or '\u0640' or '\u00AD';

    private static void Append(StringBuilder word, Rune rune)
    {
        var c = Rune.ToLowerInvariant(rune).Value;
        switch (c)
        {
            case < 0x80:
                word.Append((char)c);
                break;
            case 'ß':
                word.Append("ss");
                break;
            case 'æ':
                word.Append("ae");
                break;
            case 'œ':
                word.Append("oe");
                break;
            case 'þ':
                word.Append("th");
                break;
            case >= 0xC0 and <= 0x17F when Latin[c - 0xC0] != '·':
                word.Append(Latin[c - 0xC0]);
                break;
            case >= 0x600 and <= 0x6FF:
                AppendArabic(word, (char)c);
                break;
            case >= 0x900 and <= 0x9FF:
                AppendIndic(word, (char)c);
                break;
            case >= 0x300 and <= 0x36F: // combining accents: é written as two characters
                break;
            default:
                word.Append(new Rune(c).ToString());
                break;
        }
    }

    private static void AppendArabic(StringBuilder word, char c)
    {
        switch (c)
        {
            case >= '\u064B' and <= '\u065F' or '\u0670': // vowel marks
                break;
            case 'آ' or 'أ' or 'إ' or 'ٱ':
                word.Append('ا');
                break;
            case 'ى' or 'ئ' or 'ی':
                word.Append('ي');
                break;
            case 'ة':
                word.Append('ه');
                break;
            case 'ؤ':
                word.Append('و');
                break;
            case 'ک':
                word.Append('ك');
                break;
            case >= '٠' and <= '٩':
                word.Append((char)('0' + (c - '٠')));
                break;
            case >= '۰' and <= '۹':
                word.Append((char)('0' + (c - '۰')));
                break;
            default:
                word.Append(c);
                break;
        }
    }

    private static void AppendIndic(StringBuilder word, char c)
    {
        switch (c)
        {
            case '\u093C' or '\u09BC': // nukta: सब्ज़ी and सब्जी
                break;
            case '\u0901': // chandrabindu: most keyboards' users write anusvara
                word.Append(Anusvara);
                break;
            case >= '\u0958' and <= '\u095F':
                word.Append("कखगजडढफय"[c - '\u0958']);
                break;
            case >= '०' and <= '९':
                word.Append((char)('0' + (c - '०')));
                break;
            case >= '০' and <= '৯':
                word.Append((char)('0' + (c - '০')));
                break;
            default:
                word.Append(c);
                break;
        }
    }

    private static string Nasals(string word)
    {
        if (!word.Contains(Virama, StringComparison.Ordinal))
            return word;
        var folded = new StringBuilder(word.Length);
        for (var i = 0; i < word.Length; i++)
        {
            if (i + 2 < word.Length && word[i + 1] == Virama && IsHomorganic(word[i], word[i + 2]))
            {
                folded.Append(Anusvara);
                i++;
            }
            else
            {
                folded.Append(word[i]);
            }
        }

        return folded.ToString();
    }

    private static bool IsHomorganic(char nasal, char next) =>
        Array.Exists(Homorganic, h => h.Nasal == nasal && h.Before.Contains(next, StringComparison.Ordinal));
}
