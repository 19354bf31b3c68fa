-- Why readings, slots and findings are not 00: for `gateway status`, for reports of months, for events.

-- How each parameter fares whose readings are not 00, or were not today. In memory first; written when that changes, but
-- not more than once a minute while it flaps, and every five minutes while it lasts.
CREATE TABLE parameter_state (
    symbol       TEXT PRIMARY KEY,   -- the parameter's line
    unit         TEXT NOT NULL,      -- in which it is measured
    instrument   TEXT NOT NULL,
    status       TEXT NOT NULL,      -- 01 | 02, of the newest reading that was not 00
    cause        TEXT NOT NULL,      -- gateway.core.reason.Cause
    detail       TEXT NOT NULL,      -- in words
    off_since_ms INTEGER NOT NULL,   -- since when its readings are not 00
    since_ms     INTEGER NOT NULL,   -- since when for this cause
    last_ms      INTEGER NOT NULL,   -- the newest reading that says so
    times        INTEGER NOT NULL,   -- readings in a row with this cause
    ended_ms     INTEGER,            -- the first reading of 00 behind them; NULL: it lasts
    day          TEXT NOT NULL,      -- local, of last_ms: 2026-01-05
    today        INTEGER NOT NULL,   -- readings of that day that were not 00
    good         REAL,               -- the last value of 00 before; NULL: none is known
    good_ms      INTEGER,
    checksum     INTEGER
) STRICT, WITHOUT ROWID;

-- Why a parameter's slots are not 00: slots one after the other of the same reason are one row. Kept as long as records.
CREATE TABLE slot_reason (
    id        INTEGER PRIMARY KEY,
    length_ms INTEGER NOT NULL,
    symbol    TEXT NOT NULL,
    status    TEXT NOT NULL,       -- 01 | 02, as in the record
    cause     TEXT NOT NULL,       -- what most of the slot's readings say
    detail    TEXT NOT NULL,
    first_ms  INTEGER NOT NULL,    -- end of the first slot
    last_ms   INTEGER NOT NULL,    -- … and of the last
    slots     INTEGER NOT NULL,
    checksum  INTEGER
) STRICT;
CREATE INDEX slot_reason_by_symbol ON slot_reason (symbol, last_ms);
CREATE INDEX slot_reason_by_time ON slot_reason (last_ms);

ALTER TABLE event ADD COLUMN reason TEXT;  -- 'cause: detail' of most of its slots; NULL: none, or of an older gateway
