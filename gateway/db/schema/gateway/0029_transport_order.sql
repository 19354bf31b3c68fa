-- Transport orders: each as it was submitted, and the signed document that was made of it, which is a file in the folder
-- `kept` of the orders' spool, named by its SHA-256. The file is on the card before its row is.
CREATE TABLE transport_order (
    id             INTEGER PRIMARY KEY,
    order_id       TEXT NOT NULL,     -- the member `id` of the order: whoever submits it again, submits the same
    submitted_ms   INTEGER NOT NULL,  -- when it was accepted from whoever submitted it: three minutes are counted from here
    issued_ms      INTEGER NOT NULL,  -- as it says itself
    plate          TEXT NOT NULL,     -- as the authority reads it: 30E00555
    way            TEXT NOT NULL,     -- gateway.core.transport_order.OrderWay
    submitted_by   TEXT NOT NULL,     -- a person's user name; '' for a program
    submission     BLOB NOT NULL,     -- the bytes of the JSON that was submitted
    content_sha256 TEXT NOT NULL,     -- of the canonical JSON of the order with its images' own hashes: what makes two the same
    sha256         TEXT NOT NULL,     -- of the signed document, and its file's name
    size           INTEGER NOT NULL,  -- bytes of the signed document
    state          TEXT NOT NULL,     -- gateway.core.transport_order.OrderState
    settled_ms     INTEGER,           -- accepted or set aside then; NULL: neither
    code           INTEGER,           -- of HTTP or of the authority, with which it was set aside; NULL: none
    reason         TEXT,              -- why it was set aside, in the words of the gateway or the server; NULL: it was not
    released_ms    INTEGER,           -- a person had it sent again; NULL: nobody did
    late_cause     TEXT,              -- why it took more than three minutes; NULL: it did not, or it is not known yet
    dropped_ms     INTEGER,           -- the document's file was removed after its time; NULL: it is there
    checksum       INTEGER
) STRICT;
CREATE UNIQUE INDEX transport_order_order ON transport_order (order_id);
CREATE INDEX transport_order_waiting ON transport_order (id) WHERE state = 'waiting';
CREATE INDEX transport_order_submitted ON transport_order (submitted_ms);
CREATE INDEX transport_order_kept ON transport_order (settled_ms) WHERE dropped_ms IS NULL AND state = 'accepted';

-- The images of an order: as they came, and as they are sent.
CREATE TABLE order_image (
    transport_order INTEGER NOT NULL REFERENCES transport_order (id) ON DELETE CASCADE,
    position        INTEGER NOT NULL,  -- in the order's list, from 0
    name            TEXT NOT NULL,
    original_sha256 TEXT NOT NULL,
    original_size   INTEGER NOT NULL,  -- bytes
    sent_sha256     TEXT NOT NULL,     -- the original's own, where it was not made smaller
    sent_size       INTEGER NOT NULL,
    checksum        INTEGER,
    PRIMARY KEY (transport_order, position)
) STRICT;
