-- How far the watch over the records has come is a record's number: one record from the future blinds nothing.
-- (Made anew: a time gave way to a number.)
CREATE TABLE watch_2 (
    name      TEXT PRIMARY KEY,
    record_id INTEGER NOT NULL, -- the newest record that was looked at; 0: none
    state     TEXT NOT NULL,    -- JSON, see gateway.audit.events
    checksum  INTEGER
) STRICT, WITHOUT ROWID;
INSERT INTO watch_2 (name, record_id, state)
    SELECT name, coalesce((SELECT max(id) FROM record WHERE end_ms <= cursor_ms), 0), state FROM watch;
DROP TABLE watch;
ALTER TABLE watch_2 RENAME TO watch;
