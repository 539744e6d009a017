using System.Security.Cryptography;
using System.Text;
using EdgeNode.Store;

namespace EdgeNode.Matching.Words;

/// <summary>
/// Keeps the words by which categories and shared entries are found. An entry's words change in the transaction of the entry; everything else can be made
/// anew at start. Nothing here makes an arc: the matcher reads categories that a person chose, never words.
/// </summary>
public static class WordIndex
{
    /// <summary>Words of a title that are looked at; a title has at most <see cref="Items.MaxTitle"/> characters.</summary>
    public const int MaxWords = 40;

    /// <summary>A shorter word has no three letters to be found by.</summary>
    private const int ShortestSpelled = 3;

    /// <summary>Raised whenever folding or stemming gives other words: the next start makes all of them anew.</summary>
    private const string Rules = "1";

    /// <summary>The words of a new or changed entry, in its transaction. What is not shared has none, and loses those it had.</summary>
    public static void Put(Db db, string itemId, string title, bool shared)
    {
        Drop(db, itemId);
        var words = WordFold.Words(title, MaxWords);
        if (!shared || words.Count == 0)
            return;
        db.Run(
            "INSERT INTO entry_words (item_id, words, stems) VALUES ($1, $2, $3)",
            itemId,
            string.Join(' ', words),
            string.Join(' ', words.Select(Stem.Of))
        );
        foreach (var word in Spelled(words))
            db.Run(
                "INSERT INTO vocabulary (word, categories, entries) VALUES ($1, 0, 1) ON CONFLICT (word) DO UPDATE SET entries = entries + 1",
                word
            );
    }

    /// <summary>The entry is withdrawn: its words go with it.</summary>
    public static void Drop(Db db, string itemId)
    {
        if (db.Text("SELECT words FROM entry_words WHERE item_id = $1", itemId) is not { } words)
            return;
        db.Run("DELETE FROM entry_words WHERE item_id = $1", itemId);
        foreach (var word in Spelled(words.Split(' ')))
        {
            db.Run("UPDATE vocabulary SET entries = entries - 1 WHERE word = $1", word);
            db.Run("DELETE FROM vocabulary WHERE word = $1 AND entries = 0 AND categories = 0", word);
        }
    }

    /// <summary>
    /// At start, before anybody reads: makes the words anew where the shipped list or the rules have changed since. One transaction; a moment's work for the
    /// seed list, under a second for 10,000 entries; nothing when all is as it was.
    /// </summary>
    public static void BringUp(Db db)
    {
        var seed = SeedStamp();
        var seedIsNew = Stamp(db, "seed") != seed;
        var rulesAreNew = Stamp(db, "entries") != Rules;
        if (!seedIsNew && !rulesAreNew)
            return;
        db.Begin();
        try
        {
            if (seedIsNew)
                CategoryWordsTable.PutSeed(db, Taxonomy.Seed);
            if (rulesAreNew)
                PutAllEntries(db);
            SetStamp(db, "seed", seed);
            SetStamp(db, "entries", Rules);
            db.Commit();
        }
        catch
        {
            db.Rollback();
            throw;
        }
    }

    /// <summary>The words that a misspelt one is compared with: each once, numbers and the shortest left out.</summary>
    internal static IEnumerable<string> Spelled(IEnumerable<string> words) =>
        words.Where(w => w.Length >= ShortestSpelled && !w.All(char.IsAsciiDigit)).Distinct(StringComparer.Ordinal);

    private static void PutAllEntries(Db db)
    {
        db.Run("DELETE FROM entry_words");
        db.Run("UPDATE vocabulary SET entries = 0");
        db.Run("DELETE FROM vocabulary WHERE categories = 0");
        var shared = db.All(
            "SELECT offering_id, title FROM offering WHERE state = 'active' AND statement_id IS NOT NULL "
                + "UNION ALL SELECT need_id, title FROM need WHERE state = 'active' AND statement_id IS NOT NULL ORDER BY 1",
            r => (Id: r.Text(0), Title: r.Text(1))
        );
        foreach (var (id, title) in shared)
            Put(db, id, title, shared: true);
    }

    private static string SeedStamp()
    {
        var all = new StringBuilder(Rules);
        foreach (var node in Taxonomy.Seed.Nodes)
            all.Append('\n').Append(node.Id);
        foreach (var language in Taxonomy.Seed.Translations)
        {
            foreach (var (id, words) in language.Words.OrderBy(w => w.Key, StringComparer.Ordinal))
                all.Append('\n').Append(language.Language).Append(id).Append(words.Label).AppendJoin(';', words.Synonyms);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all.ToString())));
    }

    private static string? Stamp(Db db, string part) => db.Text("SELECT stamp FROM word_state WHERE part = $1", part);

    private static void SetStamp(Db db, string part, string stamp) =>
        db.Run("INSERT INTO word_state (part, stamp) VALUES ($1, $2) ON CONFLICT (part) DO UPDATE SET stamp = $2", part, stamp);
}
