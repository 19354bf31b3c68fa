-- Every row carries a checksum of all that it holds (gateway.core.checksum), kept right by the gateway's own connections
-- (gateway.db.checksums). NULL: written by an older gateway or by a migration, and not read whole since.
-- A migration that changes what rows hold sets their checksum to NULL; one that adds a column need not.
ALTER TABLE run ADD COLUMN checksum INTEGER;
ALTER TABLE layout ADD COLUMN checksum INTEGER;
ALTER TABLE reading_block ADD COLUMN checksum INTEGER;
ALTER TABLE open_slot ADD COLUMN checksum INTEGER;
ALTER TABLE record ADD COLUMN checksum INTEGER;  -- not over filed_ms and damage
ALTER TABLE rendering ADD COLUMN checksum INTEGER;
ALTER TABLE file ADD COLUMN checksum INTEGER;
ALTER TABLE destination ADD COLUMN checksum INTEGER;
ALTER TABLE delivery ADD COLUMN checksum INTEGER;
ALTER TABLE component ADD COLUMN checksum INTEGER;
ALTER TABLE sample_request ADD COLUMN checksum INTEGER;
ALTER TABLE intervention ADD COLUMN checksum INTEGER;
ALTER TABLE outage ADD COLUMN checksum INTEGER;
ALTER TABLE calibration ADD COLUMN checksum INTEGER;
ALTER TABLE recipe ADD COLUMN checksum INTEGER;
ALTER TABLE server_profile ADD COLUMN checksum INTEGER;
ALTER TABLE event ADD COLUMN checksum INTEGER;
ALTER TABLE watch ADD COLUMN checksum INTEGER;
ALTER TABLE round ADD COLUMN checksum INTEGER;
ALTER TABLE clock_set ADD COLUMN checksum INTEGER;

-- What is final may only become again what it was: -1 stands in the row while its flipped bit is put right.
DROP TRIGGER record_is_final;
CREATE TRIGGER record_is_final BEFORE UPDATE OF id, length_ms, end_ms, layout_id, closed_ms, packed, measured ON record
WHEN OLD.checksum IS NOT -1
BEGIN SELECT raise(ABORT, 'a record, once closed, never changes'); END;
DROP TRIGGER file_is_final;
CREATE TRIGGER file_is_final BEFORE UPDATE OF id, record_id, rendering_id, name, size, sha256, made_ms ON file
WHEN OLD.checksum IS NOT -1
BEGIN SELECT raise(ABORT, 'a file, once made, never changes'); END;

-- What a person has to know of until it is closed: damage that was met, databases that were set aside, a database that
-- is older than what was done with it, other bytes at the far end. Kept for ever: there are few.
CREATE TABLE set_aside (
    id           INTEGER PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN ('database', 'row', 'rollback', 'conflict')),
    subject      TEXT NOT NULL,              -- a file's name; 'table key'; how it was known; 'destination/file name'
    found_ms     INTEGER NOT NULL,
    reason       TEXT NOT NULL,              -- in words, for a person
    mended       INTEGER NOT NULL DEFAULT 0, -- 1: one bit of a row was wrong and was put right by its checksum
    closed_ms    INTEGER,                    -- NULL: nobody has closed it yet
    closed_by    TEXT,
    close_reason TEXT,
    checksum     INTEGER
) STRICT;
CREATE UNIQUE INDEX set_aside_open ON set_aside (kind, subject) WHERE closed_ms IS NULL;
