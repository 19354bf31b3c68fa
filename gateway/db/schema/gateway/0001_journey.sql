-- The journey of a measurement: reading → record → file → delivery. One database, gateway.db, in storage.path.
-- Every instant is UTC in milliseconds and says so in its name (_ms). Every stage finds its unfinished work here.

-- Every start of the daemon: which program wrote what, and when it was not running.
CREATE TABLE run (
    id         INTEGER PRIMARY KEY,
    started_ms INTEGER NOT NULL,
    ended_ms   INTEGER,          -- NULL: still running, or killed
    version    TEXT NOT NULL
) STRICT;

-- Which columns a packed row has: JSON {"instrument", "period_ms", "parameters": [[symbol, unit], …]} for readings,
-- {"parameters": [[symbol, unit], …]} for records. A value is never stored apart from its unit.
CREATE TABLE layout (
    id         INTEGER PRIMARY KEY,
    definition TEXT NOT NULL UNIQUE
) STRICT;

-- ② Raw readings, packed: one row per instrument and commit (10 s), never across a slot's edge.
CREATE TABLE reading_block (
    id        INTEGER PRIMARY KEY,
    layout_id INTEGER NOT NULL REFERENCES layout,
    first_ms  INTEGER NOT NULL,  -- wall clock of the earliest sample
    last_ms   INTEGER NOT NULL,  -- … and of the latest
    samples   INTEGER NOT NULL,
    late      INTEGER NOT NULL,  -- 1: its slot was closed already when it came (the clock stepped back); it changed nothing
    packed    BLOB NOT NULL      -- gateway.readings.packing
) STRICT;
CREATE INDEX reading_block_by_time ON reading_block (first_ms);

-- Slots that have readings and no record yet. Made with the first reading, removed with the record, in one transaction
-- each, so a slot in which the gateway was off is not invented and none that has readings is forgotten.
CREATE TABLE open_slot (
    end_ms    INTEGER NOT NULL,
    length_ms INTEGER NOT NULL,
    PRIMARY KEY (end_ms, length_ms)
) STRICT, WITHOUT ROWID;

-- ③ Slot records: the five minutes, and longer intervals (the hour) made from them. Never changed.
CREATE TABLE record (
    id        INTEGER PRIMARY KEY,
    length_ms INTEGER NOT NULL,
    end_ms    INTEGER NOT NULL,  -- the slot's name
    layout_id INTEGER NOT NULL REFERENCES layout,
    closed_ms INTEGER NOT NULL,
    packed    BLOB NOT NULL,     -- gateway.records.packing
    filed_ms  INTEGER,           -- NULL: its files are still to be made
    UNIQUE (length_ms, end_ms)
) STRICT;
CREATE INDEX record_by_time ON record (end_ms);
CREATE INDEX record_unfiled ON record (end_ms) WHERE filed_ms IS NULL;
CREATE TRIGGER record_is_final BEFORE UPDATE OF id, length_ms, end_ms, layout_id, closed_ms, packed ON record
BEGIN SELECT raise(ABORT, 'a record, once closed, never changes'); END;

-- Everything besides the record that a file's bytes depend on: JSON, see gateway.files.formats.
CREATE TABLE rendering (
    id         INTEGER PRIMARY KEY,
    definition TEXT NOT NULL UNIQUE
) STRICT;

-- ④ Files: not the bytes, which are a function of record and rendering, but their proof.
CREATE TABLE file (
    id           INTEGER PRIMARY KEY,
    record_id    INTEGER NOT NULL REFERENCES record,
    rendering_id INTEGER NOT NULL REFERENCES rendering,
    name         TEXT NOT NULL,
    size         INTEGER NOT NULL,
    sha256       BLOB NOT NULL,
    made_ms      INTEGER NOT NULL,
    planned_ms   INTEGER,        -- NULL: the destinations are still to be told
    UNIQUE (record_id, rendering_id)
) STRICT;
CREATE INDEX file_unplanned ON file (id) WHERE planned_ms IS NULL;
CREATE TRIGGER file_is_final BEFORE UPDATE OF id, record_id, rendering_id, name, size, sha256, made_ms ON file
BEGIN SELECT raise(ABORT, 'a file, once made, never changes'); END;

CREATE TABLE destination (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

-- ⑤ The ledger: what is to reach whom, and what became of it.
CREATE TABLE delivery (
    id             INTEGER PRIMARY KEY,
    destination_id INTEGER NOT NULL REFERENCES destination,
    file_id        INTEGER NOT NULL REFERENCES file,
    end_ms         INTEGER NOT NULL, -- the file's slot, repeated here for the lanes' order
    state          TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'refused')),
    planned_ms     INTEGER NOT NULL,
    first_try_ms   INTEGER,
    tries          INTEGER NOT NULL DEFAULT 0,
    delivered_ms   INTEGER,
    answer         TEXT,             -- the server's last word, good or bad
    UNIQUE (destination_id, file_id)
) STRICT;
CREATE INDEX delivery_waiting ON delivery (destination_id, end_ms) WHERE state = 'waiting';
CREATE INDEX delivery_by_slot ON delivery (destination_id, end_ms, state);
CREATE INDEX delivery_of_file ON delivery (file_id);

-- How the outside world fares, for `gateway status`: links, instruments, destinations. Written on change only.
CREATE TABLE component (
    kind          TEXT NOT NULL,
    name          TEXT NOT NULL,
    state         TEXT NOT NULL,
    since_ms      INTEGER NOT NULL,
    last_error    TEXT,
    last_error_ms INTEGER,
    PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;
