using EdgeNode.Store;

namespace EdgeNode.Matching.Words;

/// <summary>Finds the word that was meant by one that stands nowhere: near in letters, and in use.</summary>
internal static class Spelling
{
    /// <summary>Shorter words are too near to too many others.</summary>
    public const int Shortest = 4;

    /// <summary>From this length two letters may be wrong, below it one.</summary>
    private const int TwoFaults = 7;

    /// <summary>Candidates looked at: by three letters in common, and by the same first letter and about the same length.</summary>
    private const int MostByLetters = 60;
    private const int MostByStart = 600;

    /// <summary>The word of the vocabulary that is nearest, the more used one of two; null when none is near.</summary>
    /// <param name="column">"categories" or "entries": which words count.</param>
    /// <param name="isOpen">The word may go on, so it is compared with the beginnings of longer ones too.</param>
    public static string? Nearest(Db db, string word, string column, bool isOpen) =>
        NearestTo(db, word, column, isOpen)
        // An English plural of a misspelt word is one letter further from its singular.
        ?? (word[^1] == 's' ? NearestTo(db, word[..^1], column, isOpen) : null);

    private static string? NearestTo(Db db, string word, string column, bool isOpen)
    {
        if (word.Length < Shortest)
            return null;
        var faults = word.Length >= TwoFaults ? 2 : 1;
        return Candidates(db, word, column, faults, isOpen)
            .Select(c => (c.Word, c.Uses, Distance: DistanceOf(word, c.Word, faults, isOpen)))
            .Where(c => c.Distance <= faults)
            .OrderBy(c => c.Distance)
            .ThenByDescending(c => c.Uses)
            .ThenBy(c => c.Word, StringComparer.Ordinal)
            .Select(c => c.Word)
            .FirstOrDefault();
    }

    private static IEnumerable<(string Word, int Uses)> Candidates(Db db, string word, string column, int faults, bool isOpen)
    {
        var byLetters = db.All(
            $"SELECT v.word, v.{column} FROM vocabulary_fts f JOIN vocabulary v ON v.row = f.rowid "
                + $"WHERE vocabulary_fts MATCH $1 AND v.{column} > 0 ORDER BY f.rank LIMIT {MostByLetters}",
            r => (r.Text(0), r.Int(1)),
            string.Join(" OR ", Threes(word).Select(t => $"\"{t}\""))
        );
        var byStart = db.All(
            $"SELECT word, {column} FROM vocabulary WHERE word >= $1 AND word < $2 AND {column} > 0 "
                + $"AND length(word) BETWEEN $3 AND $4 ORDER BY {column} DESC, word LIMIT {MostByStart}",
            r => (r.Text(0), r.Int(1)),
            word[..1],
            word[..1] + "\uFFFF",
            word.Length - faults,
            isOpen ? WordFold.MaxWord : word.Length + faults
        );
        return byLetters.Concat(byStart).Distinct();
    }

    private static IEnumerable<string> Threes(string word)
    {
        for (var i = 0; i + 3 <= word.Length; i++)
            yield return word[i..(i + 3)];
    }

    private static int DistanceOf(string word, string other, int most, bool isOpen)
    {
        if (!isOpen || other.Length <= word.Length)
            return Distance(word, other);
        var best = int.MaxValue;
        for (var length = word.Length - most; length <= Math.Min(other.Length, word.Length + most); length++)
            best = Math.Min(best, Distance(word, other[..length]));
        return best;
    }

    /// <summary>
    /// Letters put in, left out, changed, or two neighbours exchanged (optimal string alignment): how far two words are apart. At most
    /// <see cref="WordFold.MaxWord"/> letters each.
    /// </summary>
    internal static int Distance(string a, string b)
    {
        var (before, last, now) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++)
            last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            now[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                now[j] = Math.Min(changed, Math.Min(last[j], now[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    now[j] = Math.Min(now[j], before[j - 2] + 1);
            }

            (before, last, now) = (last, now, before);
        }

        return last[b.Length];
    }
}
