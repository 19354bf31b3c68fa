-- The ledger says more: through which lane, why something waited, and what people did to it.

-- What was done to deliveries by command. Kept for ever: there are few.
CREATE TABLE intervention (
    id             INTEGER PRIMARY KEY,
    at_ms          INTEGER NOT NULL,
    done_by        TEXT NOT NULL,    -- a user's name
    action         TEXT NOT NULL CHECK (action IN ('resend', 'replace', 'release', 'close')),
    destination_id INTEGER NOT NULL REFERENCES destination,
    from_ms        INTEGER,          -- ends of the first and the last slot that were meant; NULL: from the very first
    until_ms       INTEGER,          -- … to the very last
    deliveries     INTEGER NOT NULL, -- how many it concerned
    reason         TEXT
) STRICT;

-- Times during which a destination took nothing: one row for all of it, not one per file and try, so that an outage of
-- sixty days is told in a line and costs the card nothing.
CREATE TABLE outage (
    id             INTEGER PRIMARY KEY,
    destination_id INTEGER NOT NULL REFERENCES destination,
    cause          TEXT NOT NULL CHECK (cause IN ('line', 'server', 'rejected')),
    began_ms       INTEGER NOT NULL, -- the first try that failed
    tried_ms       INTEGER NOT NULL, -- … the newest
    tries          INTEGER NOT NULL,
    ended_ms       INTEGER,          -- when it took a file again, or failed otherwise; NULL: it lasts
    error          TEXT NOT NULL     -- the newest, in the server's words or ours
) STRICT;
CREATE UNIQUE INDEX outage_lasting ON outage (destination_id) WHERE ended_ms IS NULL;
CREATE INDEX outage_by_time ON outage (destination_id, began_ms);

-- ⑤ The ledger: what is to reach whom, and what became of it. (Made anew: a state was added to the check.)
CREATE TABLE delivery_2 (
    id             INTEGER PRIMARY KEY,
    destination_id INTEGER NOT NULL REFERENCES destination,
    file_id        INTEGER NOT NULL REFERENCES file,
    end_ms         INTEGER NOT NULL, -- the file's slot, repeated here for the lanes' order
    state          TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'refused', 'closed')),
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
INSERT INTO delivery_2 (id, destination_id, file_id, end_ms, state, planned_ms, first_try_ms, tries, delivered_ms, answer)
    SELECT id, destination_id, file_id, end_ms, state, planned_ms, first_try_ms, tries, delivered_ms, answer
    FROM delivery;
DROP TABLE delivery;
ALTER TABLE delivery_2 RENAME TO delivery;
CREATE INDEX delivery_waiting ON delivery (destination_id, end_ms) WHERE state = 'waiting';
CREATE INDEX delivery_refused ON delivery (destination_id, end_ms) WHERE state = 'refused';
CREATE INDEX delivery_by_slot ON delivery (destination_id, end_ms, state, delivered_ms);
CREATE INDEX delivery_of_file ON delivery (file_id);
