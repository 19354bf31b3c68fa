-- What became of each thing that a person asked for at the page: written in the transaction that does it, so that no
-- request is carried out twice, and read by the page. What was done stands in the journal and in its own tables.
CREATE TABLE page_act (
    id       INTEGER PRIMARY KEY,
    request  TEXT NOT NULL,     -- 32 hexadecimal digits, made by the page
    kind     TEXT NOT NULL,     -- gateway.core.act.PageActKind; '' where the request could not be read
    person   TEXT NOT NULL,     -- the account's name at the page; '' where the request could not be read
    asked_ms INTEGER,           -- by the page's clock; NULL where the request could not be read
    done_ms  INTEGER NOT NULL,
    state    TEXT NOT NULL,     -- gateway.core.act.ActState
    count    INTEGER NOT NULL,  -- how many deliveries, matters, pins, seals or entries it was about
    refusal  TEXT,              -- gateway.core.act.ActRefusal; NULL: it was not refused
    words    TEXT NOT NULL,     -- more on why
    checksum INTEGER
) STRICT;
CREATE UNIQUE INDEX page_act_request ON page_act (request);
