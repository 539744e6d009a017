using EdgeNode.Store;

namespace EdgeNode.Matching.Words;

/// <summary>The rows by which categories are found: those of the seed list, and those of a list that the operator imported.</summary>
internal static class CategoryWordsTable
{
    /// <summary>Replaces the rows of the seed list. Groups have none: nothing is filed under a group.</summary>
    public static void PutSeed(Db db, Taxonomy seed)
    {
        db.Run("DELETE FROM category_words WHERE source = 'seed'");
        foreach (var language in seed.Translations)
        {
            foreach (var leaf in seed.Leaves)
            {
                if (language.Words.TryGetValue(leaf.Id, out var words))
                    Put(db, leaf.Id, language.Language, "seed", null, words);
            }
        }

        CountVocabulary(db);
    }

    /// <summary>Replaces what an operator's list says in one language.</summary>
    public static void PutList(Db db, string language, IEnumerable<ListedCategory> categories)
    {
        db.Run("DELETE FROM category_words WHERE source = 'list' AND language = $1", language);
        foreach (var c in categories)
            Put(db, c.Id, language, "list", c.Uri, c.Words);
        CountVocabulary(db);
    }

    private static void Put(Db db, string id, string language, string source, string? uri, CategoryWords words)
    {
        var name = WordFold.Words(words.Label, WordIndex.MaxWords);
        var others = words
            .Synonyms.SelectMany(s => WordFold.Words(s, WordIndex.MaxWords))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        db.Run(
            "INSERT INTO category_words (category, language, source, uri, label, name, others, stems) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            id,
            language,
            source,
            uri,
            words.Label,
            string.Join(' ', name),
            string.Join(' ', others),
            string.Join(' ', name.Concat(others).Select(Stem.Of).Distinct(StringComparer.Ordinal))
        );
    }

    // Counted anew rather than kept by difference: lists change once in a blue moon, and a wrong count would never heal.
    private static void CountVocabulary(Db db)
    {
        db.Run("UPDATE vocabulary SET categories = 0 WHERE categories > 0");
        foreach (var words in db.All("SELECT name || ' ' || others FROM category_words", r => r.Text(0)))
        {
            foreach (var word in WordIndex.Spelled(words.Split(' ')))
                db.Run(
                    "INSERT INTO vocabulary (word, categories, entries) VALUES ($1, 1, 0) "
                        + "ON CONFLICT (word) DO UPDATE SET categories = categories + 1",
                    word
                );
        }

        db.Run("DELETE FROM vocabulary WHERE categories = 0 AND entries = 0");
    }
}
