-- Authorities as they really are: what was accepted and then was not there, what a server cannot do, each try.

-- A delivery that the server accepted whole, and that then was not there or could not be told (proof: present). It
-- rests, is repeated now and then, and at last is held for a person: gateway.outbox.acceptances.
ALTER TABLE delivery ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0; -- so many times, since it waits or was released
ALTER TABLE delivery ADD COLUMN accepted_ms INTEGER;                 -- when first; NULL: never. Stays when it is proven
ALTER TABLE delivery ADD COLUMN accepted_answer TEXT;                -- the server's good answer of then
ALTER TABLE delivery ADD COLUMN held_ms INTEGER;                     -- since when it waits for a person; NULL: it does not
ALTER TABLE delivery ADD COLUMN went_live INTEGER NOT NULL DEFAULT 0; -- 1: a message that may have gone out marked as live
DROP INDEX delivery_waiting;
CREATE INDEX delivery_waiting ON delivery (destination_id, end_ms) WHERE state = 'waiting' AND accepted = 0;
CREATE INDEX delivery_accepted ON delivery (destination_id, end_ms) WHERE state = 'waiting' AND accepted > 0;

-- The same of a digest; what is accepted too often is refused.
ALTER TABLE digest_delivery ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE digest_delivery ADD COLUMN accepted_ms INTEGER;
ALTER TABLE digest_delivery ADD COLUMN accepted_answer TEXT;

-- What a destination's server does not bear (gateway.core.manner.Manner). Believed for a day.
CREATE TABLE server_manner (
    destination_id INTEGER NOT NULL REFERENCES destination,
    manner         TEXT NOT NULL,
    learned_ms     INTEGER NOT NULL,
    words          TEXT NOT NULL, -- what the server said or did
    number         INTEGER,       -- the limit that was met; NULL: there is none
    checksum       INTEGER,
    PRIMARY KEY (destination_id, manner)
) STRICT, WITHOUT ROWID;

-- Each try at a delivery that was written down, with the server's answer. What a long outage repeats is counted in
-- delivery.tries and outage.tries instead. Goes with its delivery.
CREATE TABLE delivery_try (
    id          INTEGER PRIMARY KEY,
    delivery_id INTEGER NOT NULL REFERENCES delivery,
    began_ms    INTEGER NOT NULL,
    done_ms     INTEGER NOT NULL,
    outcome     TEXT NOT NULL CHECK (outcome IN ('delivered', 'refused', 'failed', 'unproven')),
    answer      TEXT NOT NULL,
    checksum    INTEGER
) STRICT;
CREATE INDEX delivery_try_of ON delivery_try (delivery_id, id);
