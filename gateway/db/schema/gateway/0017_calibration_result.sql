-- What an instrument showed of what was known: of zero gas, of span gas, or beside another measurement ("quan trắc đối
-- chứng"). No measured value is ever corrected by it. Rows are never changed: a correction is a row of its own that names
-- the one that it replaces. Kept for ever: there are few.
CREATE TABLE calibration_result (
    id             INTEGER PRIMARY KEY,
    symbol         TEXT NOT NULL,     -- the parameter's line in the file
    unit           TEXT NOT NULL,     -- of reference, measured and spread
    at_ms          INTEGER NOT NULL,  -- when it was measured
    kind           TEXT NOT NULL,     -- zero | span | comparison
    reference      REAL NOT NULL,     -- what was known
    measured       REAL NOT NULL,     -- what the instrument showed; the deviation is computed, not kept
    readings       INTEGER,           -- the mean of so many of the gateway's own readings; NULL: noted by a person
    spread         REAL,              -- their sample standard deviation; NULL: of fewer than two
    reason         TEXT NOT NULL,     -- '': none was given
    kept_by        TEXT NOT NULL,
    kept_ms        INTEGER NOT NULL,  -- when it was written down; with the symbol, what names the result for ever
    certificate    TEXT,              -- of the cylinder or standard: its number
    expires        TEXT,              -- … and the last day on which it is valid, 2026-12-31
    calibration_ms INTEGER,           -- began_ms of the declared calibration of the same parameter that it belongs to
    corrects_ms    INTEGER,           -- kept_ms of the result of the same parameter that this one replaces
    checksum       INTEGER
) STRICT;
CREATE UNIQUE INDEX calibration_result_name ON calibration_result (symbol, kept_ms);
CREATE UNIQUE INDEX calibration_result_correction ON calibration_result (symbol, corrects_ms) WHERE corrects_ms IS NOT NULL;
CREATE INDEX calibration_result_by_time ON calibration_result (at_ms);
