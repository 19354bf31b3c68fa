-- The automatic sampler: who asked for a sample, why, and what came of it. Kept for ever: there are few.
--
-- A request is marked `writing`, durably, before the sampler is told. One that is found so after a restart may or may
-- not have reached it: it becomes `unknown` and is not repeated, for a second sample would falsify the first.
CREATE TABLE sample_request (
    id         INTEGER PRIMARY KEY,
    asked_ms   INTEGER NOT NULL,
    asked_by   TEXT NOT NULL,   -- a user's name, or the part of the gateway that asked
    reason     TEXT NOT NULL,
    state      TEXT NOT NULL CHECK
        (state IN ('waiting', 'writing', 'taken', 'unconfirmed', 'unknown', 'not_taken', 'too_soon')),
    writing_ms INTEGER,         -- when the sampler was about to be told
    settled_ms INTEGER,         -- when the outcome was known; NULL: still open
    outcome    TEXT,            -- in words
    CHECK ((settled_ms IS NULL) = (state IN ('waiting', 'writing')))
) STRICT;
CREATE INDEX sample_request_open ON sample_request (id) WHERE settled_ms IS NULL;
CREATE INDEX sample_request_writing ON sample_request (writing_ms) WHERE writing_ms IS NOT NULL;
