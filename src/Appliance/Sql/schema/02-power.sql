-- What the cabinet knows of its own power and its neighbours'.

-- The newest word of each neighbour; an older one that comes late changes nothing.
CREATE TABLE peer_power (
    peer       TEXT PRIMARY KEY,
    word       TEXT NOT NULL CHECK (word IN ('battery', 'going', 'back')),
    why        TEXT NOT NULL,
    since      INTEGER NOT NULL,
    back_after INTEGER,
    hlc        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What the neighbours were told last, so that a start tells them "back" once and only if they heard of a going.
CREATE TABLE power_told (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    word TEXT NOT NULL CHECK (word IN ('battery', 'going', 'back')),
    at   INTEGER NOT NULL
) STRICT;

-- A steward's own choices; what is not here is the plan's.
CREATE TABLE load_plan (
    state TEXT NOT NULL,
    load  TEXT NOT NULL,
    word  TEXT NOT NULL,
    PRIMARY KEY (state, load)
) STRICT, WITHOUT ROWID;

-- One row a minute, then thinner with age (tier 0: minutes, 1: quarter hours, 2: hours, 3: days); each tier is bounded.
CREATE TABLE power_history (
    tier    INTEGER NOT NULL CHECK (tier BETWEEN 0 AND 3),
    at      INTEGER NOT NULL,
    state   INTEGER NOT NULL,
    mains   INTEGER NOT NULL,
    percent REAL,
    volts   REAL,
    watts   REAL,
    samples INTEGER NOT NULL,
    PRIMARY KEY (tier, at)
) STRICT, WITHOUT ROWID;
