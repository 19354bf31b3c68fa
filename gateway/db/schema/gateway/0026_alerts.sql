-- An episode: it began, it counts, it ended. Kept for ever: three years of a restless station are a few thousand.
-- (Made anew: a topic was added to the check.)
CREATE TABLE event_2 (
    id       INTEGER PRIMARY KEY,
    topic    TEXT NOT NULL CHECK (topic IN
        ('quality', 'exceedance', 'outage', 'delivery', 'storage', 'clock', 'port', 'box', 'instrument')),
    kind     TEXT NOT NULL,    -- gateway.core.findings, .quality.QualityFlag, .frozen, .limits.Level, .long_outage.LongOutage, .ports.ViolationKind
    subject  TEXT NOT NULL,    -- the parameter's line, the instrument's name; of an outage or a delivery, the destination or the station; a port
    detail   TEXT NOT NULL,    -- of an exceedance, which limit: JSON, see gateway.core.permit_limit; else words
    began_ms INTEGER NOT NULL, -- end of the first slot that shows it; of an outage, the last arrival before it; else when it was found
    last_ms  INTEGER NOT NULL, -- … of the newest one so far; of an outage, when it was last looked at
    ended_ms INTEGER,          -- … of the first that does not; after a gap, last_ms; of an outage, the first arrival; NULL: it lasts
    count    INTEGER NOT NULL, -- slots that show it
    worst    REAL,
    cause    TEXT,             -- of an outage: gateway.core.lateness.DelayCause; NULL: of anything else, or unknown
    checksum INTEGER,
    reason   TEXT,             -- of slots that are not 00, what most of them say (gateway.core.reason)
    told     INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1, 2)), -- what the journal has of it: 0 nothing yet, 1 its begin, 2 its end, too
    UNIQUE (topic, subject, kind, detail, began_ms)
) STRICT;
INSERT INTO event_2 (id, topic, kind, subject, detail, began_ms, last_ms, ended_ms, count, worst, cause, checksum, reason, told)
    SELECT id, topic, kind, subject, detail, began_ms, last_ms, ended_ms, count, worst, cause, checksum, reason, told FROM event;
DROP TABLE event;
ALTER TABLE event_2 RENAME TO event;
CREATE INDEX event_by_time ON event (began_ms);
CREATE INDEX event_lasting ON event (topic, subject) WHERE ended_ms IS NULL;
CREATE INDEX event_untold ON event (began_ms) WHERE told = 0;

-- Who is told (gateway.core.alert), and how far the journal was read for them. A target that is no longer configured
-- stays for as long as there are alerts of it.
CREATE TABLE alert_target (
    id            INTEGER PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    kinds         TEXT NOT NULL,    -- JSON: of each kind that is asked for, the number of the entry after which it is told
    since_ms      INTEGER NOT NULL, -- when it was new
    read_seq      INTEGER NOT NULL, -- entries of the journal up to this one are in alert, or are nothing for this target
    told_ms       INTEGER,          -- when it was told something last; NULL: never
    failures      INTEGER NOT NULL DEFAULT 0, -- in a row
    last_error    TEXT,             -- kept for the record when it is well again; NULL: there was none
    last_error_ms INTEGER,
    removed_ms    INTEGER,          -- when it was found to be configured no more; NULL: it is
    checksum      INTEGER
) STRICT;

-- What a target is to be told, in the order in which it is told. What is settled goes when there is enough that is newer.
CREATE TABLE alert (
    id         INTEGER PRIMARY KEY,
    target     TEXT NOT NULL,    -- alert_target.name; no reference, for either may be damaged without the other
    seq        INTEGER,          -- of the journal's entry; NULL: what lasted already when the target was new
    message    TEXT NOT NULL,    -- gateway.core.alert.Alert.id: the same again for the same entry
    kind       TEXT,             -- gateway.core.alert.AlertKind; NULL: several, in `facts`
    state      TEXT NOT NULL CHECK (state IN ('began', 'ended', 'digest')),
    subjects   TEXT NOT NULL,    -- JSON: an array of texts
    began_ms   INTEGER,
    ended_ms   INTEGER,
    facts      TEXT NOT NULL,    -- JSON: what the entry says; of a digest, alerts and how many there are
    made_ms    INTEGER NOT NULL,
    tries      INTEGER NOT NULL DEFAULT 0, -- that failed
    last_error TEXT,
    settled_ms INTEGER,          -- NULL: it waits
    outcome    TEXT CHECK (outcome IN ('told', 'refused', 'removed', 'passed')), -- refused: by the far end, for good; removed: with the target; passed: over before it was told, of what is told only if it stays
    told_as    TEXT,             -- the id of the digest in which it was told; NULL: by itself
    checksum   INTEGER,
    UNIQUE (target, message)
) STRICT;
CREATE INDEX alert_waiting ON alert (target, id) WHERE settled_ms IS NULL;
