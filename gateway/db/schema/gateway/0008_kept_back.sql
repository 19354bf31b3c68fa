-- What is not sent and why: files without a line, records that are damaged. And when what is done now and then was last done.

-- ⑤ The ledger: what is to reach whom, and what became of it. (Made anew: a state was added to the check.)
CREATE TABLE delivery_2 (
    id             INTEGER PRIMARY KEY,
    destination_id INTEGER NOT NULL REFERENCES destination,
    file_id        INTEGER NOT NULL REFERENCES file,
    end_ms         INTEGER NOT NULL, -- the file's slot, repeated here for the lanes' order
    state          TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'refused', 'closed', 'empty')),
                                     -- 'empty': the file has not a single byte, and is never sent
    planned_ms     INTEGER NOT NULL,
    first_try_ms   INTEGER,
    tries          INTEGER NOT NULL DEFAULT 0,
    lane           TEXT CHECK (lane IN ('live', 'backlog')), -- of the newest try
    delivered_ms   INTEGER,          -- when it first arrived: the proof of being in time. Never changed
    answer         TEXT,             -- the server's last word, good or bad
    resent_by      INTEGER REFERENCES intervention, -- the last that had it sent again …
    resent_ms      INTEGER,          -- … and when it arrived again; NULL: not yet, or never asked for
    released_by    INTEGER REFERENCES intervention, -- the last that took it back from those set aside
    closed_by      INTEGER REFERENCES intervention, -- the one that gave it up
    UNIQUE (destination_id, file_id)
) STRICT;
INSERT INTO delivery_2 (id, destination_id, file_id, end_ms, state, planned_ms, first_try_ms, tries, lane, delivered_ms,
        answer, resent_by, resent_ms, released_by, closed_by)
    SELECT id, destination_id, file_id, end_ms, state, planned_ms, first_try_ms, tries, lane, delivered_ms,
        answer, resent_by, resent_ms, released_by, closed_by
    FROM delivery;
DROP TABLE delivery;
ALTER TABLE delivery_2 RENAME TO delivery;
UPDATE delivery SET state = 'empty' WHERE state IN ('waiting', 'refused') AND delivered_ms IS NULL
    AND file_id IN (SELECT id FROM file WHERE size = 0);
CREATE INDEX delivery_waiting ON delivery (destination_id, end_ms) WHERE state = 'waiting';
CREATE INDEX delivery_refused ON delivery (destination_id, end_ms) WHERE state = 'refused';
CREATE INDEX delivery_by_slot ON delivery (destination_id, end_ms, state, delivered_ms);
CREATE INDEX delivery_of_file ON delivery (file_id);
CREATE INDEX delivery_by_arrival ON delivery (destination_id, delivered_ms) WHERE delivered_ms IS NOT NULL;

-- Why no file can be made of a record: its bytes are damaged on the card. NULL: nothing is known to be wrong.
ALTER TABLE record ADD COLUMN damage TEXT;
DROP INDEX record_unfiled;
CREATE INDEX record_unfiled ON record (end_ms) WHERE filed_ms IS NULL AND damage IS NULL;
CREATE INDEX record_damaged ON record (end_ms) WHERE damage IS NOT NULL;

-- When a round of what is done now and then was last completed: whoever starts again and again does not do it each time.
CREATE TABLE round (
    name    TEXT PRIMARY KEY,
    done_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
