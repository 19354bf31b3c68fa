-- What the regulation's rules need besides the journey: calibrations by hand, conversions.

-- Calibrations that people declared by command: readings between begin and end have status 01. Kept for ever.
CREATE TABLE calibration (
    id         INTEGER PRIMARY KEY,
    symbol     TEXT NOT NULL,    -- the parameter's line in the file
    began_ms   INTEGER NOT NULL,
    planned_ms INTEGER,          -- when it ends by itself; NULL: not before somebody ends it
    ended_ms   INTEGER,          -- NULL: it lasts, or nobody has noticed yet that its time is over
    reason     TEXT NOT NULL,
    begun_by   TEXT NOT NULL,
    ended_by   TEXT,             -- who ended it; 'gateway': its time was over
    CHECK ((ended_ms IS NULL) = (ended_by IS NULL))
) STRICT;
CREATE UNIQUE INDEX calibration_lasting ON calibration (symbol) WHERE ended_ms IS NULL;
CREATE INDEX calibration_by_time ON calibration (began_ms);

-- How sent values come from measured ones: conversions and formulas, each set in force until the next. A slot is closed
-- by the set that was in force when it ended, whatever the configuration has become since.
CREATE TABLE recipe (
    id         INTEGER PRIMARY KEY,
    since_ms   INTEGER NOT NULL,
    definition TEXT NOT NULL     -- JSON, see gateway.core.derivation
) STRICT;
CREATE INDEX recipe_by_time ON recipe (since_ms);

-- What the instruments said of the parameters that are sent converted, packed like the lines; the layout names them.
-- NULL: nothing in the record is converted.
ALTER TABLE record ADD COLUMN measured BLOB;
DROP TRIGGER record_is_final;
CREATE TRIGGER record_is_final BEFORE UPDATE OF id, length_ms, end_ms, layout_id, closed_ms, packed, measured ON record
BEGIN SELECT raise(ABORT, 'a record, once closed, never changes'); END;
