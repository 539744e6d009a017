-- Custody: what this node still owes to which peer, and what it has taken over. Durability lives here, never in the broker.

-- Every statement once, verbatim; outbox rows refer to it, so 256 peers are not 256 copies. They do so by its place among those kept: what came together then
-- lies together in them, where ids are as good as random and each would fall into a page of its own.
CREATE TABLE statement (
    place    INTEGER PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE CHECK (length(id) = 64),
    origin   TEXT NOT NULL,
    kind     TEXT NOT NULL,
    class    TEXT NOT NULL CHECK (class IN ('public', 'shared', 'restore-only')),
    hlc      INTEGER NOT NULL,
    expires  INTEGER,
    raw      BLOB NOT NULL CHECK (length(raw) <= 49152),
    kept     INTEGER NOT NULL
) STRICT;
-- Questions, answers and summaries are let go when they have expired; nothing refers to them.
CREATE INDEX statement_passing ON statement (expires) WHERE kind IN ('partner-query', 'partner-answer', 'partner-summary');

-- Rows this node has custody of. bundle_seq is set when the row's bundle is formed; only a receipt removes the row. not_before is set when the peer had no
-- room: the row then waits for space.
CREATE TABLE outbox (
    place      INTEGER PRIMARY KEY,
    peer       TEXT NOT NULL,
    stream     INTEGER NOT NULL CHECK (stream BETWEEN 0 AND 7),
    statement  INTEGER NOT NULL REFERENCES statement (place),
    bytes      INTEGER NOT NULL CHECK (bytes > 0),
    queued     INTEGER NOT NULL,
    expires    INTEGER,
    bundle_seq INTEGER,
    not_before INTEGER NOT NULL DEFAULT 0,
    UNIQUE (statement, peer)
) STRICT;
-- What waits (without a bundle) and what each bundle holds, both in order of place.
CREATE INDEX outbox_bundle ON outbox (peer, stream, bundle_seq);

-- The signed header of each bundle under way: a resend after a crash carries the same bytes.
CREATE TABLE bundle_out (
    peer   TEXT NOT NULL,
    stream INTEGER NOT NULL,
    seq    INTEGER NOT NULL CHECK (seq > 0),
    id     TEXT NOT NULL CHECK (length(id) = 64),
    header BLOB NOT NULL,
    bytes  INTEGER NOT NULL,
    formed INTEGER NOT NULL,
    PRIMARY KEY (peer, stream, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE stream_out (
    peer    TEXT NOT NULL,
    stream  INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    last_id TEXT NOT NULL,
    PRIMARY KEY (peer, stream)
) STRICT, WITHOUT ROWID;

CREATE TABLE stream_in (
    peer    TEXT NOT NULL,
    stream  INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    last_id TEXT NOT NULL,
    put_off INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (peer, stream)
) STRICT, WITHOUT ROWID;

-- Bundles taken over. exceptions is the JSON list of what was not accepted, so that a repeated receipt says the same.
CREATE TABLE inbox (
    peer       TEXT NOT NULL,
    stream     INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    bundle_id  TEXT NOT NULL CHECK (length(bundle_id) = 64),
    received   INTEGER NOT NULL,
    statements INTEGER NOT NULL,
    exceptions TEXT,
    PRIMARY KEY (peer, stream, seq)
) STRICT, WITHOUT ROWID;

-- What was not accepted, by a peer (out) or here (in): visible, never dropped silently. A steward sends it again or discards it; the row stays, so that
-- residents still read what became of it.
CREATE TABLE set_aside (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    peer         TEXT NOT NULL,
    direction    TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    statement_id TEXT NOT NULL,
    kind         TEXT NOT NULL,
    disposition  TEXT NOT NULL CHECK (disposition IN ('refused', 'quota', 'expired')),
    code         TEXT NOT NULL,
    at           INTEGER NOT NULL,
    state        TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'sent', 'discarded')),
    settled      INTEGER
) STRICT;
CREATE INDEX set_aside_open ON set_aside (peer, id) WHERE state = 'open';

-- Traffic refused before it became a statement: counted by peer and reason.
CREATE TABLE refusal (
    peer  TEXT NOT NULL,
    code  TEXT NOT NULL,
    count INTEGER NOT NULL CHECK (count > 0),
    last  INTEGER NOT NULL,
    PRIMARY KEY (peer, code)
) STRICT, WITHOUT ROWID;

-- Which peer has signed for which of our statements: the third of the five honest states.
CREATE TABLE delivery (
    statement INTEGER NOT NULL REFERENCES statement (place),
    peer      TEXT NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (statement, peer)
) STRICT, WITHOUT ROWID;

-- Totals for the steward's page and the metrics.
CREATE TABLE traffic (
    peer  TEXT NOT NULL,
    what  TEXT NOT NULL,
    total INTEGER NOT NULL,
    PRIMARY KEY (peer, what)
) STRICT, WITHOUT ROWID;
