-- Blobs: bytes that go in no statement, by their SHA-256. The bytes are files beside the database; here is what is known of them. bytes and type of a wanted
-- one are what a statement claims, of one that is here what was found.
CREATE TABLE blob (
    sha256  TEXT PRIMARY KEY CHECK (length(sha256) = 64),
    bytes   INTEGER NOT NULL CHECK (bytes > 0),
    type    TEXT NOT NULL,
    state   TEXT NOT NULL CHECK (state IN ('wanted', 'here', 'refused', 'going')),
    since   INTEGER NOT NULL,
    unnamed INTEGER,
    tries   INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL DEFAULT 0,
    fault   TEXT
) STRICT;
CREATE INDEX blob_wanted ON blob (next_at) WHERE state = 'wanted';
CREATE INDEX blob_unnamed ON blob (unnamed) WHERE unnamed IS NOT NULL;

-- What names a blob: one row per holder (an offering), its newest version. Without a hash the picture was taken away. Not live: the peering with its origin has
-- ended. audience is that of the statement; without a statement the blob is only for this cabinet.
CREATE TABLE blob_name (
    holder       TEXT PRIMARY KEY,
    version      INTEGER NOT NULL CHECK (version > 0),
    origin       TEXT NOT NULL,
    stream       INTEGER NOT NULL CHECK (stream BETWEEN 2 AND 4),
    sha256       TEXT REFERENCES blob (sha256),
    bytes        INTEGER NOT NULL,
    audience     TEXT NOT NULL,
    statement_id TEXT REFERENCES statement (id),
    live         INTEGER NOT NULL DEFAULT 1 CHECK (live IN (0, 1))
) STRICT;
CREATE INDEX blob_name_sha256 ON blob_name (sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX blob_name_origin ON blob_name (origin);

-- Receipts: which neighbour has signed for which blob.
CREATE TABLE blob_at (
    sha256 TEXT NOT NULL REFERENCES blob (sha256) ON DELETE CASCADE,
    peer   TEXT NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (sha256, peer)
) STRICT, WITHOUT ROWID;
