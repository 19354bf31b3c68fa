-- Who signs transport orders, as the daemon saw it last: a row for each signature that is configured.
CREATE TABLE order_signer (
    role     TEXT NOT NULL PRIMARY KEY,
    holder   TEXT,             -- whom the certificate names; NULL: it was never read
    from_ms  INTEGER,          -- it is valid from here …
    until_ms INTEGER,          -- … to here, included
    trouble  TEXT,             -- why it cannot sign; NULL: it can
    checksum INTEGER
) STRICT;

-- Orders that wait for a person are asked for every few seconds (status, page, metrics), and are few among years of them.
CREATE INDEX transport_order_set_aside ON transport_order (id) WHERE state = 'set_aside';
