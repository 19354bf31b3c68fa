-- Times in which the gateway ran and did nothing: the process was stopped or starved, or the machine slept. Noticed by the
-- monotonic clock. Kept for ever: there are few.
CREATE TABLE standstill (
    id       INTEGER PRIMARY KEY,
    run_id   INTEGER NOT NULL REFERENCES run,
    from_ms  INTEGER NOT NULL,  -- the last sign of life before
    until_ms INTEGER NOT NULL,
    checksum INTEGER
) STRICT;
CREATE INDEX standstill_by_time ON standstill (until_ms);
