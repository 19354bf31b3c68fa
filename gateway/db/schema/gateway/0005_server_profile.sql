-- What the destinations' servers can do, as each showed it to our account when it was last tried out.
CREATE TABLE server_profile (
    destination_id INTEGER PRIMARY KEY REFERENCES destination,
    learned_ms     INTEGER NOT NULL,
    profile        TEXT NOT NULL   -- JSON, see gateway.core.profile; what was not tried is left out
) STRICT;
