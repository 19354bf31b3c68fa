-- A database that is older than what was done with it: a backup put back, a write-ahead log that lost its end. Known by an
-- anchor outside of it (gateway.db.anchor). Kept for ever: there are few.
CREATE TABLE rollback (
    id           INTEGER PRIMARY KEY,
    found_ms     INTEGER NOT NULL,
    reason       TEXT NOT NULL,  -- in which marks it is older, in words
    closed_until TEXT NOT NULL,  -- JSON {slot length: [end, …]}: ends of the newest slots closed before, of each stretch the
                                 -- last; none at or before the latest that the clock has reached is closed anew
    checksum     INTEGER
) STRICT;

-- 1: it may lie at the far end without being known here: what is there is asked before anything is sent, and what may not
-- be read there is not taken for ours by its size.
ALTER TABLE delivery ADD COLUMN ask_first INTEGER NOT NULL DEFAULT 0;

-- An episode: it began, it counts, it ended. Kept for ever: three years of a restless station are a few thousand.
-- (Made anew: topics were added to the check.)
CREATE TABLE event_2 (
    id       INTEGER PRIMARY KEY,
    topic    TEXT NOT NULL CHECK (topic IN ('quality', 'exceedance', 'outage', 'delivery', 'storage', 'clock')),
    kind     TEXT NOT NULL,    -- gateway.core.findings, .quality.QualityFlag, .frozen, .limits.Level, .long_outage.LongOutage
    subject  TEXT NOT NULL,    -- the parameter's line, the instrument's name; of an outage or a delivery, the destination or the station
    detail   TEXT NOT NULL,    -- of an exceedance, which limit: JSON, see gateway.core.permit_limit; else words
    began_ms INTEGER NOT NULL, -- end of the first slot that shows it; of an outage, the last arrival before it; else when it was found
    last_ms  INTEGER NOT NULL, -- … of the newest one so far; of an outage, when it was last looked at
    ended_ms INTEGER,          -- … of the first that does not; after a gap, last_ms; of an outage, the first arrival; NULL: it lasts
    count    INTEGER NOT NULL, -- slots that show it
    worst    REAL,
    cause    TEXT,             -- of an outage: gateway.core.lateness.DelayCause; NULL: of anything else, or unknown
    checksum INTEGER,
    UNIQUE (topic, subject, kind, detail, began_ms)
) STRICT;
INSERT INTO event_2 (id, topic, kind, subject, detail, began_ms, last_ms, ended_ms, count, worst, cause, checksum)
    SELECT id, topic, kind, subject, detail, began_ms, last_ms, ended_ms, count, worst, cause, checksum FROM event;
DROP TABLE event;
ALTER TABLE event_2 RENAME TO event;
CREATE INDEX event_by_time ON event (began_ms);
CREATE INDEX event_lasting ON event (topic, subject) WHERE ended_ms IS NULL;
