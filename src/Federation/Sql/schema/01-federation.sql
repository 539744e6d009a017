-- Who is who, who is our peer, and what crossed to them.

CREATE TABLE identity (
    did     TEXT PRIMARY KEY CHECK (length(did) = 61),
    type    TEXT NOT NULL CHECK (type IN ('node', 'person')),
    key     TEXT NOT NULL,
    head    TEXT NOT NULL CHECK (length(head) = 64),
    home    TEXT NOT NULL,
    genesis BLOB NOT NULL,
    seen    INTEGER NOT NULL
) STRICT;

CREATE TABLE peering (
    did              TEXT PRIMARY KEY REFERENCES identity (did),
    name             TEXT NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('proposed', 'accepted', 'enrolled', 'suspended', 'revoked', 'declined')),
    requested_by     TEXT NOT NULL CHECK (requested_by IN ('us', 'them')),
    address          TEXT NOT NULL,
    port             INTEGER NOT NULL,
    pair_port        INTEGER NOT NULL,
    certificate      BLOB NOT NULL,
    spki             TEXT NOT NULL,
    contract_version TEXT NOT NULL,
    contract_hash    TEXT NOT NULL,
    agreement        TEXT,
    release          TEXT NOT NULL,
    operator         TEXT NOT NULL,
    since            INTEGER NOT NULL,
    last_contact     INTEGER,
    reason           TEXT
) STRICT;

-- Pairing frames on their way to another cabinet, repeated until answered.
CREATE TABLE pairing (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    address   TEXT NOT NULL,
    pair_port INTEGER NOT NULL,
    kind      TEXT NOT NULL,
    peer      TEXT NOT NULL,
    tries     INTEGER NOT NULL DEFAULT 0,
    next_at   INTEGER NOT NULL,
    fault     TEXT,
    UNIQUE (address, pair_port, kind)
) STRICT;

-- Cabinets seen by discovery: a hint without any trust; emptied at start. A forged claim stands beside the true one.
CREATE TABLE discovered (
    instance  TEXT NOT NULL,
    did13     TEXT NOT NULL,
    address   TEXT NOT NULL,
    port      INTEGER NOT NULL,
    pair_port INTEGER NOT NULL,
    seen      INTEGER NOT NULL,
    PRIMARY KEY (instance, did13, port, pair_port)
) STRICT, WITHOUT ROWID;

-- Hash-chained per peer: each row's hash covers the row and the hash before it.
CREATE TABLE audit (
    seq    INTEGER PRIMARY KEY AUTOINCREMENT,
    peer   TEXT NOT NULL,
    at     INTEGER NOT NULL,
    act    TEXT NOT NULL,
    detail TEXT NOT NULL,
    prev   TEXT NOT NULL,
    hash   TEXT NOT NULL CHECK (length(hash) = 64)
) STRICT;
CREATE INDEX audit_peer ON audit (peer, seq);
CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN SELECT RAISE (ABORT, 'audit rows are never deleted'); END;
CREATE TRIGGER audit_fixed BEFORE UPDATE ON audit BEGIN SELECT RAISE (ABORT, 'audit rows are never changed'); END;

-- Residents of this cabinet. wrapped is their hosted key under the secret of their card; the secret is not here.
CREATE TABLE resident (
    did      TEXT PRIMARY KEY REFERENCES identity (did),
    label    TEXT NOT NULL CHECK (length(label) BETWEEN 1 AND 60),
    language TEXT NOT NULL,
    card_id  TEXT NOT NULL UNIQUE,
    nonce    BLOB NOT NULL CHECK (length(nonce) = 24),
    wrapped  BLOB NOT NULL,
    joined   INTEGER NOT NULL,
    active   INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1))
) STRICT;

CREATE TABLE steward (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    salt BLOB NOT NULL,
    lock BLOB NOT NULL
) STRICT;
