-- Version 5: statements have a place, and the outbox and deliveries name them by it. Foreign keys are not enforced meanwhile; with the older way of renaming
-- the references of other tables go on naming the table of today.
PRAGMA legacy_alter_table=ON;
ALTER TABLE statement RENAME TO statement_by_id;
DROP INDEX statement_passing;
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
INSERT INTO statement (id, origin, kind, class, hlc, expires, raw, kept)
    SELECT id, origin, kind, class, hlc, expires, raw, kept FROM statement_by_id ORDER BY rowid;
DROP TABLE statement_by_id;
ALTER TABLE outbox RENAME TO outbox_by_id;
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
INSERT INTO outbox (place, peer, stream, statement, bytes, queued, expires, bundle_seq, not_before)
    SELECT o.place, o.peer, o.stream, s.place, o.bytes, o.queued, o.expires, o.bundle_seq, o.not_before
    FROM outbox_by_id o JOIN statement s ON s.id = o.statement_id ORDER BY o.place;
DROP TABLE outbox_by_id;
ALTER TABLE delivery RENAME TO delivery_by_id;
-- Which peer has signed for which of our statements: the third of the five honest states.
CREATE TABLE delivery (
    statement INTEGER NOT NULL REFERENCES statement (place),
    peer      TEXT NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (statement, peer)
) STRICT, WITHOUT ROWID;
INSERT INTO delivery (statement, peer, at)
    SELECT s.place, d.peer, d.at FROM delivery_by_id d JOIN statement s ON s.id = d.statement_id;
DROP TABLE delivery_by_id;
PRAGMA legacy_alter_table=OFF;
