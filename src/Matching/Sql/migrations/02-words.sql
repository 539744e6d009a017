-- Version 2: words by which categories and shared entries are found; filled at the next start (WordIndex.BringUp).
-- Words are folded before they come here (WordFold), so the tokenizer only parts them at blanks; its categories keep Indic vowel signs inside words.

CREATE TABLE category_words (
    row      INTEGER PRIMARY KEY,
    category TEXT NOT NULL CHECK (length(category) BETWEEN 1 AND 80),
    language TEXT NOT NULL,
    source   TEXT NOT NULL CHECK (source IN ('seed', 'list')),
    uri      TEXT,
    label    TEXT NOT NULL,
    name     TEXT NOT NULL,
    others   TEXT NOT NULL,
    stems    TEXT NOT NULL,
    UNIQUE (category, language)
) STRICT;
CREATE INDEX category_uri ON category_words (uri) WHERE uri IS NOT NULL;

CREATE VIRTUAL TABLE category_fts USING fts5 (
    name, others, stems,
    content = 'category_words', content_rowid = 'row', prefix = '1 2 3',
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
);
CREATE TRIGGER category_words_insert AFTER INSERT ON category_words
BEGIN
    INSERT INTO category_fts (rowid, name, others, stems) VALUES (NEW.row, NEW.name, NEW.others, NEW.stems);
END;
CREATE TRIGGER category_words_delete AFTER DELETE ON category_words
BEGIN
    INSERT INTO category_fts (category_fts, rowid, name, others, stems) VALUES ('delete', OLD.row, OLD.name, OLD.others, OLD.stems);
END;

-- Only what is shared stands here: what a resident keeps to this cabinet has no words that another's search could meet.
CREATE TABLE entry_words (
    row     INTEGER PRIMARY KEY,
    item_id TEXT NOT NULL UNIQUE,
    words   TEXT NOT NULL,
    stems   TEXT NOT NULL
) STRICT;

CREATE VIRTUAL TABLE entry_fts USING fts5 (
    words, stems,
    content = 'entry_words', content_rowid = 'row', prefix = '2 3',
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
);
CREATE TRIGGER entry_words_insert AFTER INSERT ON entry_words
BEGIN
    INSERT INTO entry_fts (rowid, words, stems) VALUES (NEW.row, NEW.words, NEW.stems);
END;
CREATE TRIGGER entry_words_delete AFTER DELETE ON entry_words
BEGIN
    INSERT INTO entry_fts (entry_fts, rowid, words, stems) VALUES ('delete', OLD.row, OLD.words, OLD.stems);
END;

-- Every word of both, with the number of places it stands in; its letters by threes find the word that was meant.
CREATE TABLE vocabulary (
    row        INTEGER PRIMARY KEY,
    word       TEXT NOT NULL UNIQUE,
    categories INTEGER NOT NULL CHECK (categories >= 0),
    entries    INTEGER NOT NULL CHECK (entries >= 0)
) STRICT;

CREATE VIRTUAL TABLE vocabulary_fts USING fts5 (word, content = 'vocabulary', content_rowid = 'row', tokenize = 'trigram');
CREATE TRIGGER vocabulary_insert AFTER INSERT ON vocabulary
BEGIN
    INSERT INTO vocabulary_fts (rowid, word) VALUES (NEW.row, NEW.word);
END;
CREATE TRIGGER vocabulary_delete AFTER DELETE ON vocabulary
BEGIN
    INSERT INTO vocabulary_fts (vocabulary_fts, rowid, word) VALUES ('delete', OLD.row, OLD.word);
END;

-- From which seed list and by which rules the words above were made; when they differ from the program's, they are made anew at start.
CREATE TABLE word_state (
    part  TEXT PRIMARY KEY CHECK (part IN ('seed', 'entries')),
    stamp TEXT NOT NULL
) STRICT;

-- Who offers or wants a category: for the search, and for the steward's list of what is scarce.
CREATE INDEX offering_category ON offering (category, state);
CREATE INDEX need_accept_category ON need_accept (category);
