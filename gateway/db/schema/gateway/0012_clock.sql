-- What is thought of the wall clock: a row for each change; the newest holds until the next, over restarts of the daemon,
-- and ends with the machine's power-on. Kept for ever: there are few.
CREATE TABLE clock_trust (
    id        INTEGER PRIMARY KEY,
    run_id    INTEGER NOT NULL REFERENCES run,
    boot_id   TEXT NOT NULL,       -- which start of the machine mono_ms counts from
    mono_ms   INTEGER NOT NULL,    -- the same moment as at_ms, by the machine's own counting
    at_ms     INTEGER NOT NULL,    -- as the wall clock showed it, right or wrong
    state     TEXT NOT NULL CHECK (state IN ('trusted', 'drifting', 'assumed', 'untrusted')),
    offset_ms INTEGER,             -- by the witness, how far the clock is behind (negative: ahead); of the newest look
    witness   TEXT,                -- NULL: nobody
    reason    TEXT NOT NULL,       -- in words, for a person
    checksum  INTEGER
) STRICT;

-- What each witness said when it was asked last.
CREATE TABLE clock_witness (
    name      TEXT PRIMARY KEY,    -- a time server as configured; of others 'kind/name'
    kind      TEXT NOT NULL CHECK (kind IN ('server', 'kernel', 'rtc', 'authority')),
    asked_ms  INTEGER NOT NULL,    -- wall clock
    offset_ms INTEGER,             -- NULL: it said nothing that can be used
    delay_ms  INTEGER,
    stratum   INTEGER,
    verdict   TEXT NOT NULL CHECK (verdict IN ('ok', 'falseticker', 'unsynchronised', 'silent')),
    detail    TEXT,                -- in words, for a person
    checksum  INTEGER
) STRICT, WITHOUT ROWID;

-- A run's seconds of the machine's own counting belong to this start of the machine. NULL: an older gateway's run.
ALTER TABLE run ADD COLUMN boot_id TEXT;
