-- Version 4: deliveries stand in the order of their statements.
ALTER TABLE delivery RENAME TO delivery_by_id;
-- Which peer has signed for which of our statements: the third of the five honest states. In the order in which the statements were made (hlc is theirs), for
-- receipts of a bundle then fall into the same pages, and ids are as good as random.
CREATE TABLE delivery (
    hlc          INTEGER NOT NULL,
    statement_id TEXT NOT NULL,
    peer         TEXT NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (hlc, statement_id, peer)
) STRICT, WITHOUT ROWID;
INSERT INTO delivery (hlc, statement_id, peer, at)
    SELECT s.hlc, d.statement_id, d.peer, d.at FROM delivery_by_id d JOIN statement s ON s.id = d.statement_id;
DROP TABLE delivery_by_id;
