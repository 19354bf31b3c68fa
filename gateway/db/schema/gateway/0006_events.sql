-- What the gateway notices about the values that it sends: findings of quality, exceedances of limits.

-- An episode: it began, it counts, it ended. Kept for ever: three years of a restless station are a few thousand.
CREATE TABLE event (
    id       INTEGER PRIMARY KEY,
    topic    TEXT NOT NULL CHECK (topic IN ('quality', 'exceedance')),
    kind     TEXT NOT NULL,    -- gateway.core.quality.Finding, gateway.core.frozen, gateway.core.limits.Level
    subject  TEXT NOT NULL,    -- the parameter's line, or the instrument's name
    detail   TEXT NOT NULL,    -- of an exceedance: which limit
    began_ms INTEGER NOT NULL, -- end of the first slot that shows it
    last_ms  INTEGER NOT NULL, -- … of the newest one so far
    ended_ms INTEGER,          -- … of the first that does not; after a gap, last_ms; NULL: it lasts
    count    INTEGER NOT NULL, -- slots that show it
    worst    REAL,
    UNIQUE (topic, subject, kind, detail, began_ms)
) STRICT;
CREATE INDEX event_by_time ON event (began_ms);
CREATE INDEX event_lasting ON event (topic, subject) WHERE ended_ms IS NULL;

-- How far the watch over the records has come, and what it must remember; written together with the events.
CREATE TABLE watch (
    name      TEXT PRIMARY KEY,
    cursor_ms INTEGER NOT NULL, -- end of the newest slot that was looked at
    state     TEXT NOT NULL     -- JSON, see gateway.records.watch
) STRICT, WITHOUT ROWID;
