-- Each time that somebody asked for the configuration's file to be taken over while the gateway runs (gateway reload),
-- and what came of it. Written by the command, settled by the daemon; the newest are kept.
CREATE TABLE reload_request (
    id          INTEGER PRIMARY KEY,
    asked_ms    INTEGER NOT NULL,
    asked_by    TEXT NOT NULL,     -- who typed the command
    sha256      TEXT NOT NULL,     -- of the file's bytes that the command has checked: only these are taken over
    may_restart INTEGER NOT NULL,  -- 1: the daemon may start anew for what cannot be changed while it runs
    state       TEXT NOT NULL,     -- gateway.audit.reload_requests.ReloadState
    settled_ms  INTEGER,           -- NULL: not yet
    outcome     TEXT,              -- JSON: why, problems, changed (places, never values), notes
    checksum    INTEGER
) STRICT;
CREATE INDEX reload_request_open ON reload_request (id) WHERE settled_ms IS NULL;
