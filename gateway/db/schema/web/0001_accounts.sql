-- The page's own database, in its own folder: who may log in, who is logged in, who guesses. Nothing here is a measurement,
-- and nothing of it is needed for one. Every row has a checksum, as in the gateway's database (gateway.db.checksums).

-- An account of the page.
CREATE TABLE account (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE, -- as it is typed, in lower case
    role        TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'authority')),
    password    TEXT NOT NULL,        -- argon2id, with its salt and costs, as the PHC string format writes it
    made_ms     INTEGER NOT NULL,
    password_ms INTEGER NOT NULL,     -- since when the password is this one
    login_ms    INTEGER,              -- the newest log-in; NULL: none yet
    checksum    INTEGER
) STRICT;

-- Somebody is logged in. Ended ones are removed.
CREATE TABLE session (
    token_sha256 TEXT PRIMARY KEY,    -- of the token, which only the browser has
    account      INTEGER NOT NULL REFERENCES account (id),
    address      TEXT NOT NULL,       -- from which it began
    began_ms     INTEGER NOT NULL,
    seen_ms      INTEGER NOT NULL,    -- when it was used, to some minutes
    checksum     INTEGER
) STRICT;
CREATE INDEX session_by_account ON session (account, seen_ms);

-- A browser from which an account has logged in before: guesses of strangers do not keep it waiting.
CREATE TABLE known_browser (
    token_sha256 TEXT PRIMARY KEY,
    account      INTEGER NOT NULL REFERENCES account (id),
    seen_ms      INTEGER NOT NULL,    -- the newest log-in
    checksum     INTEGER
) STRICT;
CREATE INDEX known_browser_by_account ON known_browser (account, seen_ms);

-- Failed log-ins of one subject, for the pauses (gateway.core.login_pause).
CREATE TABLE failed_login (
    kind     TEXT NOT NULL CHECK (kind IN ('account', 'address', 'browser')),
    subject  TEXT NOT NULL,           -- an address; of the others a SHA-256, for people type passwords where a name belongs
    failures INTEGER NOT NULL,
    last_ms  INTEGER NOT NULL,
    checksum INTEGER,
    PRIMARY KEY (kind, subject)
) STRICT;

-- Failed log-ins that the journal has not been told of yet, summed up.
CREATE TABLE untold_login (
    account  TEXT NOT NULL,           -- '': a name that no account has
    address  TEXT NOT NULL,           -- '': of several, where there were too many
    times    INTEGER NOT NULL,
    first_ms INTEGER NOT NULL,
    last_ms  INTEGER NOT NULL,
    checksum INTEGER,
    PRIMARY KEY (account, address)
) STRICT;

-- What a person has to know of; as in the gateway's database.
CREATE TABLE set_aside (
    id           INTEGER PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN ('database', 'row', 'rollback', 'conflict')),
    subject      TEXT NOT NULL,
    found_ms     INTEGER NOT NULL,
    reason       TEXT NOT NULL,
    mended       INTEGER NOT NULL DEFAULT 0,
    closed_ms    INTEGER,
    closed_by    TEXT,
    close_reason TEXT,
    checksum     INTEGER
) STRICT;
CREATE UNIQUE INDEX set_aside_open ON set_aside (kind, subject) WHERE closed_ms IS NULL;
