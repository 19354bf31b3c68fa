-- Acceptance tests of the station (nghiệm thu): a checklist that goes on where it was, also after a power cut, which is
-- one of its steps. Kept for ever: there are few.
CREATE TABLE acceptance (
    id          INTEGER PRIMARY KEY,
    began_ms    INTEGER NOT NULL,
    begun_by    TEXT NOT NULL,     -- the user name of who typed it
    parties     TEXT NOT NULL,     -- JSON: enterprise, integrator, authority, place
    remarks     TEXT NOT NULL,     -- JSON: an array of texts
    lists       TEXT NOT NULL,     -- JSON: the receiver's lists by destination, as given, each with its file's SHA-256
    finished_ms INTEGER,           -- when every step had its verdict; NULL: it goes on
    digest      TEXT,              -- SHA-256 of the protocol's content, 64 hexadecimal digits; NULL: not finished
    checksum    INTEGER
) STRICT;

-- What a person was asked to do in a step, and when: what is looked for happened after it. A step with several requests
-- (cut the line, put it back) has a row for each.
CREATE TABLE acceptance_request (
    id            INTEGER PRIMARY KEY,
    acceptance_id INTEGER NOT NULL REFERENCES acceptance,
    step          TEXT NOT NULL,    -- gateway.core.acceptance.StepName
    asked_ms      INTEGER NOT NULL,
    checksum      INTEGER
) STRICT;
CREATE INDEX acceptance_request_of ON acceptance_request (acceptance_id, step, id);

-- The verdict on each subject of a step: an instrument, a destination, a camera; '' where there is one only. Of several
-- the newest counts: a step may be repeated.
CREATE TABLE acceptance_verdict (
    id            INTEGER PRIMARY KEY,
    acceptance_id INTEGER NOT NULL REFERENCES acceptance,
    step          TEXT NOT NULL,
    subject       TEXT NOT NULL,
    began_ms      INTEGER NOT NULL,  -- the first look, or request
    settled_ms    INTEGER NOT NULL,
    verdict       TEXT NOT NULL CHECK (verdict IN ('passed', 'failed', 'skipped', 'not_configured')),
    seen          TEXT NOT NULL,     -- JSON: an array of objects with key (gateway.texts: accept.seen_<key>) and values
    reason        TEXT,              -- of a skipped one, in the person's words
    checksum      INTEGER
) STRICT;
CREATE INDEX acceptance_verdict_of ON acceptance_verdict (acceptance_id, id);
