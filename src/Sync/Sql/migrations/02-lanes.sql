-- Version 1 had no lanes: an enrolled neighbour's shared class flowed both ways. It goes on doing so, as a grant of a year that a steward can see and change.
ALTER TABLE outbox ADD COLUMN bytes INTEGER NOT NULL DEFAULT 1 CHECK (bytes > 0);
UPDATE outbox SET bytes = (SELECT length(raw) FROM statement WHERE id = statement_id);
ALTER TABLE stream_in ADD COLUMN put_off INTEGER NOT NULL DEFAULT 0;
ALTER TABLE set_aside ADD COLUMN state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'sent', 'discarded'));
ALTER TABLE set_aside ADD COLUMN settled INTEGER;
CREATE INDEX set_aside_open ON set_aside (peer, id) WHERE state = 'open';
-- Lanes: which class may go to or come from which peer, as a steward granted it. No row is a closed lane.
CREATE TABLE lane (
    peer      TEXT NOT NULL,
    class     TEXT NOT NULL CHECK (class IN ('public', 'shared', 'restore-only')),
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    granted   INTEGER NOT NULL,
    expires   INTEGER NOT NULL,
    priority  INTEGER NOT NULL CHECK (priority BETWEEN 2 AND 4),
    rate      INTEGER NOT NULL CHECK (rate >= 0),
    max_rows  INTEGER NOT NULL CHECK (max_rows > 0),
    max_bytes INTEGER NOT NULL CHECK (max_bytes > 0),
    paused    INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
    PRIMARY KEY (peer, class, direction)
) STRICT, WITHOUT ROWID;

-- What came in over a lane on its present day: the quota of incoming lanes is per day.
CREATE TABLE lane_use (
    peer  TEXT NOT NULL,
    class TEXT NOT NULL,
    day   INTEGER NOT NULL,
    rows  INTEGER NOT NULL CHECK (rows >= 0),
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    PRIMARY KEY (peer, class)
) STRICT, WITHOUT ROWID;

-- How this run of the program stands with each peer, for those who only read: written when it changes.
CREATE TABLE contact (
    peer  TEXT PRIMARY KEY,
    way   TEXT NOT NULL CHECK (way IN ('none', 'ours', 'theirs', 'relay')),
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What holds lanes back beside stewards: room on the disk, and power.
CREATE TABLE restraint (
    cause       TEXT PRIMARY KEY CHECK (cause IN ('disk', 'power')),
    last_stream INTEGER NOT NULL,
    says        TEXT NOT NULL,
    since       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO lane (peer, class, direction, granted, expires, priority, rate, max_rows, max_bytes)
SELECT did, 'shared', d.direction, unixepoch() * 1000, (unixepoch() + 365 * 86400) * 1000, 2, 0, d.max_rows, d.max_bytes
FROM peering, (SELECT 'out' AS direction, 1000000 AS max_rows, 2147483648 AS max_bytes UNION ALL SELECT 'in', 200000, 268435456) d
WHERE state IN ('enrolled', 'suspended');
