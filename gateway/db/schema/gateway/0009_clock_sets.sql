-- When the system's clock was set while the gateway ran, seen by the machine's own counting: what the clock jumped over
-- never passed, and is no outage. Kept for ever: there are few.
CREATE TABLE clock_set (
    id        INTEGER PRIMARY KEY,
    run_id    INTEGER NOT NULL REFERENCES run,
    booted_ms INTEGER NOT NULL, -- when the machine was started, by the clock as it was when the run began
    at_ms     INTEGER NOT NULL, -- what the clock would have shown, had it not been set
    by_ms     INTEGER NOT NULL  -- how far ahead it was set; negative: back
) STRICT;
