-- What was learned of each instrument's device: how much it answers at once, what must not be read along with anything.
-- Written when something was learned, which is seldom; a row that is lost or damaged is learned anew.
CREATE TABLE device_profile (
    id          INTEGER PRIMARY KEY,
    instrument  TEXT NOT NULL,     -- once; without an index, for there are few
    fingerprint TEXT NOT NULL,     -- of the instrument's and its link's configuration: of another one nothing is believed
    learned_ms  INTEGER NOT NULL,
    lesson      TEXT NOT NULL,     -- JSON, in the words of its protocol's driver
    words       TEXT NOT NULL,     -- the same for people, a line each
    checksum    INTEGER
) STRICT;
