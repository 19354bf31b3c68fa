-- Sequences of zero and span gas that the gateway carries out at an instrument, and each thing that it did to a valve.
-- Kept for ever: there are few.
--
-- A step has its row, durably, before anything is written to the valve: whatever happens after that, the next start knows
-- which valves may be open. A run that is found without an end is put back to measuring before anything else.
CREATE TABLE calibration_run (
    id         INTEGER PRIMARY KEY,
    instrument TEXT NOT NULL,
    wanted     TEXT NOT NULL CHECK (wanted IN ('sequence', 'close')), -- close: put the valves back to measuring
    asked_ms   INTEGER NOT NULL,
    asked_by   TEXT NOT NULL,      -- a user's name, or gateway: by the calendar
    reason     TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'restoring', 'done', 'stopped', 'failed', 'refused')),
    began_ms   INTEGER,            -- before the first valve
    ended_ms   INTEGER,            -- when it measured again; NULL: still open
    stop_by    TEXT,               -- who wants it stopped; NULL: nobody
    outcome    TEXT,               -- in words
    checksum   INTEGER,
    CHECK ((ended_ms IS NULL) = (state IN ('waiting', 'running', 'restoring')))
) STRICT;
CREATE INDEX calibration_run_open ON calibration_run (id) WHERE ended_ms IS NULL;
CREATE INDEX calibration_run_by_instrument ON calibration_run (instrument, began_ms);

-- What was done to a valve in a run, in its order.
CREATE TABLE calibration_step (
    id        INTEGER PRIMARY KEY,
    run_id    INTEGER NOT NULL REFERENCES calibration_run,
    step      TEXT NOT NULL,       -- open zero, close zero, open span, close span
    place     TEXT NOT NULL,       -- what is written: plc unit 1 coil:10 = 1
    before_ms INTEGER NOT NULL,    -- before it was written
    after_ms  INTEGER,             -- when its outcome was known; NULL: the gateway stopped in between
    outcome   TEXT,                -- confirmed | unconfirmed | unknown | not done
    words     TEXT,
    checksum  INTEGER
) STRICT;
CREATE INDEX calibration_step_by_run ON calibration_step (run_id);
