-- What each try at a transport order came to. Of an outage, however long, an order has one row: the outage itself counts
-- its tries.
CREATE TABLE order_try (
    id              INTEGER PRIMARY KEY,
    transport_order INTEGER NOT NULL REFERENCES transport_order (id) ON DELETE CASCADE,
    destination_id  INTEGER NOT NULL REFERENCES destination (id),
    began_ms        INTEGER NOT NULL,
    done_ms         INTEGER NOT NULL,
    outcome         TEXT NOT NULL,     -- gateway.orders.tries.TryOutcome
    code            INTEGER,           -- of HTTP or of the authority; NULL: it said none
    answer          TEXT NOT NULL,     -- the server's words, or ours on why it failed
    checksum        INTEGER
) STRICT;
CREATE INDEX order_try_of ON order_try (transport_order, id);
