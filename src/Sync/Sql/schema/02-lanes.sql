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
