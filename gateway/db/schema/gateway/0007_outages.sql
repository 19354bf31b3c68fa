-- Interruptions of more than twelve hours become events, too; and what arrived when is found without a search.

-- An episode: it began, it counts, it ended. Kept for ever: three years of a restless station are a few thousand.
-- (Made anew: a topic was added to the check.)
CREATE TABLE event_2 (
    id       INTEGER PRIMARY KEY,
    topic    TEXT NOT NULL CHECK (topic IN ('quality', 'exceedance', 'outage')),
    kind     TEXT NOT NULL,    -- gateway.core.quality.Finding, gateway.core.frozen, .limits.Level, .silence.Silence
    subject  TEXT NOT NULL,    -- the parameter's line, the instrument's name; of an outage, the destination or the station
    detail   TEXT NOT NULL,    -- of an exceedance, which limit: JSON, see gateway.core.permitted; words in older rows
    began_ms INTEGER NOT NULL, -- end of the first slot that shows it; of an outage, the last arrival before it
    last_ms  INTEGER NOT NULL, -- … of the newest one so far; of an outage, when it was last looked at
    ended_ms INTEGER,          -- … of the first that does not; after a gap, last_ms; of an outage, the first arrival; NULL: it lasts
    count    INTEGER NOT NULL, -- slots that show it
    worst    REAL,
    cause    TEXT,             -- of an outage: gateway.core.lateness.Cause; NULL: of anything else, or unknown
    UNIQUE (topic, subject, kind, detail, began_ms)
) STRICT;
INSERT INTO event_2 (id, topic, kind, subject, detail, began_ms, last_ms, ended_ms, count, worst)
    SELECT id, topic, kind, subject, detail, began_ms, last_ms, ended_ms, count, worst FROM event;
DROP TABLE event;
ALTER TABLE event_2 RENAME TO event;
CREATE INDEX event_by_time ON event (began_ms);
CREATE INDEX event_lasting ON event (topic, subject) WHERE ended_ms IS NULL;

CREATE INDEX delivery_by_arrival ON delivery (destination_id, delivered_ms) WHERE delivered_ms IS NOT NULL;
