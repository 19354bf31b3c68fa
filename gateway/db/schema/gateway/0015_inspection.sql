-- How far the nightly look through the database has come, and what it found: a row for each table, and 'database' for all
-- of it. A restart goes on where the last run came to.
CREATE TABLE inspection (
    name     TEXT PRIMARY KEY,
    after_id INTEGER NOT NULL,  -- the number of the last row that was looked at
    begun_ms INTEGER NOT NULL,
    done_ms  INTEGER,           -- NULL: it is under way
    rows     INTEGER NOT NULL,  -- so many were looked at
    damaged  INTEGER NOT NULL,  -- … and so many of them were damaged
    found    TEXT,              -- what else is wrong, a line each; NULL: nothing
    checksum INTEGER
) STRICT, WITHOUT ROWID;
