-- Trust: the journal that nobody can rewrite unseen, ports and their seals, and what the configuration was.

-- What happened, in order, each entry with the hash of the one before (gateway.core.journal_entry). Written in the
-- transaction of what it tells. Kept for ever: some thousand a year.
CREATE TABLE journal (
    seq      INTEGER PRIMARY KEY, -- 1, 2, 3 … without a gap
    time_ms  INTEGER NOT NULL,
    kind     TEXT NOT NULL,       -- gateway.core.journal_entry.EntryKind
    who      TEXT NOT NULL,
    what     TEXT NOT NULL,       -- a JSON object, in its canonical form
    prev     TEXT NOT NULL,       -- SHA-256 of the entry before, 64 hexadecimal digits
    hash     TEXT NOT NULL,       -- … of this one
    checksum INTEGER
) STRICT;
CREATE INDEX journal_by_kind ON journal (kind, seq);
-- Only what a bit on the card has changed is put right (gateway.db.checksums.BEING_MENDED).
CREATE TRIGGER journal_is_final BEFORE UPDATE OF seq, time_ms, kind, who, what, prev, hash ON journal
WHEN OLD.checksum IS NOT -1
BEGIN SELECT raise(ABORT, 'an entry of the journal never changes'); END;
CREATE TRIGGER journal_stays BEFORE DELETE ON journal
BEGIN SELECT raise(ABORT, 'an entry of the journal is never removed'); END;

-- Which files are in which of the journal's digests. Kept for ever: one a day.
CREATE TABLE digest (
    seq       INTEGER PRIMARY KEY REFERENCES journal, -- the entry
    day       TEXT NOT NULL,    -- 2026-01-05, of the station's calendar
    part      INTEGER NOT NULL, -- 1, 2, … of a day of very many files
    last_file INTEGER NOT NULL, -- all files up to this number are in a digest; 0: there was none yet, or it came from another database
    files     INTEGER NOT NULL, -- in this one
    leaves    BLOB,             -- the leaves' hashes, 32 bytes each, in their order; NULL: none of the files is kept any more
    checksum  INTEGER
) STRICT;
CREATE INDEX digest_by_file ON digest (last_file);
CREATE INDEX digest_by_day ON digest (day);

-- Digests on their way to destinations, apart from the ledger: they are in no rate, and nobody waits for them. Kept for
-- ever: one a day and destination.
CREATE TABLE digest_delivery (
    id             INTEGER PRIMARY KEY,
    destination_id INTEGER NOT NULL REFERENCES destination,
    digest_seq     INTEGER NOT NULL REFERENCES digest,
    name           TEXT NOT NULL,    -- the file's
    state          TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'refused')),
    planned_ms     INTEGER NOT NULL,
    first_try_ms   INTEGER,
    tries          INTEGER NOT NULL DEFAULT 0,
    delivered_ms   INTEGER,
    answer         TEXT,             -- the server's last word, good or bad
    checksum       INTEGER,
    UNIQUE (destination_id, digest_seq)
) STRICT;
CREATE INDEX digest_delivery_waiting ON digest_delivery (destination_id, digest_seq) WHERE state = 'waiting';

-- The configuration that ran, whenever it was another one than before. Kept for ever: there are few.
CREATE TABLE configuration_in_force (
    id       INTEGER PRIMARY KEY,
    since_ms INTEGER NOT NULL,
    sha256   TEXT NOT NULL,      -- of the file's bytes
    content  TEXT NOT NULL,      -- what it says, as JSON; of secrets the references only
    checksum INTEGER
) STRICT;

-- Every port as it was seen last, by the daemon. Written on change only.
CREATE TABLE port (
    id          TEXT PRIMARY KEY, -- kind:place
    is_occupied INTEGER,          -- NULL: nobody can tell
    identity    TEXT,             -- what is there; NULL: nothing, or nobody can tell
    detail      TEXT NOT NULL,    -- in words, for a person
    since_ms    INTEGER NOT NULL, -- since when it is so
    checksum    INTEGER
) STRICT, WITHOUT ROWID;

-- Seals put on ports and broken, in order. Kept for ever.
CREATE TABLE seal_act (
    id       INTEGER PRIMARY KEY,
    at_ms    INTEGER NOT NULL,
    act      TEXT NOT NULL CHECK (act IN ('put', 'broken')),
    port     TEXT NOT NULL,      -- kind:place
    number   TEXT NOT NULL,      -- what is printed on it
    who      TEXT NOT NULL,
    reason   TEXT NOT NULL,
    photo    TEXT,               -- SHA-256 of the picture, which lies in the storage folder's seals/; NULL: none
    checksum INTEGER
) STRICT;
CREATE INDEX seal_act_of_port ON seal_act (port, id);

-- An episode: it began, it counts, it ended. Kept for ever: three years of a restless station are a few thousand.
-- (Made anew: topics were added to the check.)
CREATE TABLE event_2 (
    id       INTEGER PRIMARY KEY,
    topic    TEXT NOT NULL CHECK (topic IN
        ('quality', 'exceedance', 'outage', 'delivery', 'storage', 'clock', 'port', 'box')),
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
INSERT INTO event_2 (id, topic, kind, subject, detail, began_ms, last_ms, ended_ms, count, worst, cause, checksum, reason)
    SELECT id, topic, kind, subject, detail, began_ms, last_ms, ended_ms, count, worst, cause, checksum, reason FROM event;
DROP TABLE event;
ALTER TABLE event_2 RENAME TO event;
CREATE INDEX event_by_time ON event (began_ms);
CREATE INDEX event_lasting ON event (topic, subject) WHERE ended_ms IS NULL;
CREATE INDEX event_untold ON event (began_ms) WHERE told = 0;

-- What a person has to know of until it is closed: damage that was met, databases that were set aside, a database that
-- is older than what was done with it, other bytes at the far end, a journal that was rewritten or has another key.
-- Kept for ever: there are few. (Made anew: a kind was added to the check.)
CREATE TABLE set_aside_2 (
    id           INTEGER PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN ('database', 'row', 'rollback', 'conflict', 'journal')),
    subject      TEXT NOT NULL,              -- a file's name; 'table key'; how it was known; 'destination/file name'
    found_ms     INTEGER NOT NULL,
    reason       TEXT NOT NULL,              -- in words, for a person
    mended       INTEGER NOT NULL DEFAULT 0, -- 1: one bit of a row was wrong and was put right by its checksum
    closed_ms    INTEGER,                    -- NULL: nobody has closed it yet
    closed_by    TEXT,
    close_reason TEXT,
    checksum     INTEGER
) STRICT;
INSERT INTO set_aside_2 (id, kind, subject, found_ms, reason, mended, closed_ms, closed_by, close_reason, checksum)
    SELECT id, kind, subject, found_ms, reason, mended, closed_ms, closed_by, close_reason, checksum FROM set_aside;
DROP TABLE set_aside;
ALTER TABLE set_aside_2 RENAME TO set_aside;
CREATE UNIQUE INDEX set_aside_open ON set_aside (kind, subject) WHERE closed_ms IS NULL;
