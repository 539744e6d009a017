-- Offerings and needs, own and neighbours'; their capacities, what is consumed and what is set aside. One owner for all of it: Matching.

CREATE TABLE offering (
    offering_id  TEXT PRIMARY KEY CHECK (length(offering_id) = 36),
    version      INTEGER NOT NULL CHECK (version > 0),
    home_node    TEXT NOT NULL,
    participant  TEXT NOT NULL,
    label        TEXT NOT NULL,
    category     TEXT NOT NULL,
    title        TEXT NOT NULL,
    capacity     INTEGER NOT NULL CHECK (capacity BETWEEN 1 AND 1000),
    consumed     INTEGER NOT NULL DEFAULT 0 CHECK (consumed BETWEEN 0 AND capacity),
    state        TEXT NOT NULL CHECK (state IN ('active', 'withdrawn')),
    audience     TEXT NOT NULL,
    statement_id TEXT,
    updated      INTEGER NOT NULL
) STRICT;
CREATE INDEX offering_participant ON offering (participant);
CREATE INDEX offering_home ON offering (home_node, state);

CREATE TABLE need (
    need_id      TEXT PRIMARY KEY CHECK (length(need_id) = 36),
    version      INTEGER NOT NULL CHECK (version > 0),
    home_node    TEXT NOT NULL,
    participant  TEXT NOT NULL,
    label        TEXT NOT NULL,
    title        TEXT NOT NULL,
    capacity     INTEGER NOT NULL CHECK (capacity BETWEEN 1 AND 1000),
    consumed     INTEGER NOT NULL DEFAULT 0 CHECK (consumed BETWEEN 0 AND capacity),
    state        TEXT NOT NULL CHECK (state IN ('active', 'withdrawn')),
    audience     TEXT NOT NULL,
    statement_id TEXT,
    updated      INTEGER NOT NULL
) STRICT;
CREATE INDEX need_participant ON need (participant);
CREATE INDEX need_home ON need (home_node, state);

CREATE TABLE need_accept (
    need_id  TEXT NOT NULL REFERENCES need (need_id) ON DELETE CASCADE,
    category TEXT NOT NULL,
    PRIMARY KEY (need_id, category)
) STRICT, WITHOUT ROWID;

-- Units of an item set aside for a ring: soft with the validation (advice), hard with the YES vote (a promise).
CREATE TABLE hold (
    chain_id     TEXT NOT NULL,
    item_id      TEXT NOT NULL,
    item_version INTEGER NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('soft', 'hard')),
    units        INTEGER NOT NULL CHECK (units > 0),
    PRIMARY KEY (chain_id, item_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_item ON hold (item_id, kind);

-- The second fence behind the check in code: capacity is never overdrawn, and nothing is held in a version that is not current.
CREATE TRIGGER hold_hard_insert BEFORE INSERT ON hold WHEN NEW.kind = 'hard'
BEGIN
    SELECT RAISE (ABORT, 'hold.capacity') WHERE NOT EXISTS (
        SELECT 1 FROM (
            SELECT version, capacity, consumed FROM offering WHERE offering_id = NEW.item_id
            UNION ALL
            SELECT version, capacity, consumed FROM need WHERE need_id = NEW.item_id
        ) item
        WHERE item.version = NEW.item_version
          AND item.capacity - item.consumed
              - (SELECT coalesce(sum(units), 0) FROM hold WHERE item_id = NEW.item_id AND kind = 'hard' AND chain_id <> NEW.chain_id)
              >= NEW.units
    );
END;

-- Matching runs: what was asked and what came of it. The newest 50 are kept.
CREATE TABLE plan (
    plan_id    INTEGER PRIMARY KEY AUTOINCREMENT,
    state      TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    started    INTEGER NOT NULL,
    ended      INTEGER,
    cap        INTEGER NOT NULL,
    offerings  INTEGER NOT NULL,
    needs      INTEGER NOT NULL,
    input_hash TEXT,
    plan_hash  TEXT,
    rings      INTEGER,
    items      INTEGER,
    value      INTEGER,
    bound      INTEGER,
    columns    INTEGER,
    optimal    INTEGER,
    proposed   INTEGER,
    reason     TEXT
) STRICT;
