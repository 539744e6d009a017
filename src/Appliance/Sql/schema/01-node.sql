-- The node's own clock and counters.
CREATE TABLE node_state (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    epoch INTEGER NOT NULL CHECK (epoch > 0),
    hlc   INTEGER NOT NULL,
    floor INTEGER NOT NULL
) STRICT;
INSERT INTO node_state (id, epoch, hlc, floor) VALUES (1, 1, 0, 0);
