-- HOLD-CONSENT-VOTE: one ring at one home node.

CREATE TABLE chain (
    chain_id         TEXT PRIMARY KEY CHECK (length(chain_id) = 64),
    ring_key         TEXT NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('SEEN', 'VALIDATED', 'CONSENTED', 'YES', 'ABORTED', 'COMMITTED', 'COMPLETED')),
    proposer         TEXT NOT NULL,
    proposal_id      TEXT NOT NULL REFERENCES statement (id),
    consent_deadline INTEGER NOT NULL,
    consented_at     INTEGER,
    seen_at          INTEGER NOT NULL,
    decided_at       INTEGER,
    ask_at           INTEGER,
    asks             INTEGER NOT NULL DEFAULT 0,
    reason           TEXT,
    vote_id          TEXT,
    plan_hash        TEXT
) STRICT;
CREATE INDEX chain_state ON chain (state);
CREATE INDEX chain_ring ON chain (ring_key);

CREATE TABLE chain_participant (
    chain_id    TEXT NOT NULL REFERENCES chain (chain_id),
    participant TEXT NOT NULL,
    home_node   TEXT NOT NULL,
    key_head    TEXT NOT NULL,
    PRIMARY KEY (chain_id, participant)
) STRICT, WITHOUT ROWID;
CREATE INDEX chain_participant_person ON chain_participant (participant);

-- What each participant answered. A later word replaces an earlier one until the home node has voted.
CREATE TABLE chain_consent (
    chain_id     TEXT NOT NULL REFERENCES chain (chain_id),
    participant  TEXT NOT NULL,
    value        TEXT NOT NULL CHECK (value IN ('yes', 'no', 'withdrawn')),
    statement_id TEXT NOT NULL,
    act          TEXT NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (chain_id, participant)
) STRICT, WITHOUT ROWID;

-- Write-once: a vote, once readable by anyone, is never changed.
CREATE TABLE chain_vote (
    chain_id     TEXT NOT NULL REFERENCES chain (chain_id),
    node         TEXT NOT NULL,
    vote         TEXT NOT NULL CHECK (vote IN ('yes', 'no')),
    epoch        INTEGER NOT NULL,
    statement_id TEXT NOT NULL,
    PRIMARY KEY (chain_id, node)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER chain_vote_fixed BEFORE UPDATE ON chain_vote BEGIN SELECT RAISE (ABORT, 'a vote is written once'); END;
CREATE TRIGGER chain_vote_kept BEFORE DELETE ON chain_vote BEGIN SELECT RAISE (ABORT, 'a vote is never deleted'); END;

-- Two different votes of one node in one epoch: the proof that it lied. Kept, shown, never counted.
CREATE TABLE chain_evidence (
    chain_id     TEXT NOT NULL,
    node         TEXT NOT NULL,
    statement_id TEXT NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (chain_id, node, statement_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE chain_edge (
    chain_id         TEXT NOT NULL REFERENCES chain (chain_id),
    edge             INTEGER NOT NULL CHECK (edge BETWEEN 0 AND 5),
    giver            TEXT NOT NULL,
    receiver         TEXT NOT NULL,
    offering_id      TEXT NOT NULL,
    offering_version INTEGER NOT NULL,
    need_id          TEXT NOT NULL,
    need_version     INTEGER NOT NULL,
    units            INTEGER NOT NULL CHECK (units > 0),
    state            TEXT NOT NULL CHECK (state IN ('PROPOSED', 'OPEN', 'DONE', 'FAILED', 'RELEASED')),
    PRIMARY KEY (chain_id, edge)
) STRICT, WITHOUT ROWID;

-- First word of each end of an edge: it counts once.
CREATE TABLE chain_settlement (
    chain_id     TEXT NOT NULL,
    edge         INTEGER NOT NULL,
    reporter     TEXT NOT NULL,
    side         TEXT NOT NULL CHECK (side IN ('giver', 'receiver')),
    result       TEXT NOT NULL CHECK (result IN ('done', 'not_done', 'problem')),
    statement_id TEXT NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (chain_id, edge, reporter)
) STRICT, WITHOUT ROWID;

-- Votes, consents and settlements that came before what they belong to; bounded per peer.
CREATE TABLE chain_early (
    statement_id TEXT PRIMARY KEY REFERENCES statement (id),
    chain_id     TEXT NOT NULL,
    origin       TEXT NOT NULL,
    at           INTEGER NOT NULL
) STRICT;
CREATE INDEX chain_early_chain ON chain_early (chain_id);
CREATE INDEX chain_early_origin ON chain_early (origin, at);

-- A resident's own words about a promise: they stay here.
CREATE TABLE chain_note (
    chain_id TEXT NOT NULL,
    edge     INTEGER NOT NULL,
    reporter TEXT NOT NULL,
    note     TEXT NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (chain_id, edge, reporter)
) STRICT, WITHOUT ROWID;
