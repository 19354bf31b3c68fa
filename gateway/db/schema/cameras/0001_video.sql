-- The recorder's database: which video there is, which there is not and why, and who looked at it. The files themselves lie
-- below `cameras.storage.path`; a database that is lost is made anew from them, but for causes, pins, events and views.
-- Every row has a checksum, as in the gateway's database (gateway.db.checksums).

-- A camera as the recorder sees it now; for `status`. A row that is lost is made anew.
CREATE TABLE camera (
    name          TEXT PRIMARY KEY,
    state         TEXT NOT NULL CHECK (state IN ('recording', 'connecting', 'no-answer', 'silent', 'refused', 'no-disk', 'failed', 'removed')),
    since_ms      INTEGER NOT NULL,
    detail        TEXT,              -- why, in words for a person; NULL while it records
    known_from_ms INTEGER,           -- since when it is recorded: nothing before it is a gap; NULL: no frame has a time yet
    last_frame_ms INTEGER,           -- of the newest frame that was written
    codec         TEXT,              -- h264, hevc
    width         INTEGER,
    height        INTEGER,
    bit_rate      INTEGER,           -- bits a second, over the last minutes
    seen_ms       INTEGER NOT NULL,  -- when this row was written
    checksum      INTEGER
) STRICT;

-- One file of video. `begin_ms` and `end_ms` are those of its first frame and of the end of its last one: what the wall clock
-- said at its first frame, and the stream's own time from there on.
CREATE TABLE segment (
    id         INTEGER PRIMARY KEY,
    camera     TEXT NOT NULL,
    begin_ms   INTEGER NOT NULL,
    end_ms     INTEGER,              -- NULL: it is being written, or its end is not known yet
    file       TEXT NOT NULL UNIQUE, -- below the video folder: CAMERA/YYYY/MM/DD/HHMMSSmmmZ.mkv
    bytes      INTEGER,              -- NULL: not known yet
    state      TEXT NOT NULL CHECK (state IN ('writing', 'whole', 'missing', 'damaged', 'garbage')),
                                     -- missing: not on the disk any more, and we did not remove it
                                     -- damaged: nothing can be made of it; kept as it is, as long as any other
                                     -- garbage: to be removed; the row goes once the file is gone
    codec      TEXT,
    width      INTEGER,
    height     INTEGER,
    boot_id    TEXT,                 -- which start of the machine `mono_ms` counts from; NULL: found on the disk
    mono_ms    INTEGER,              -- the machine's own counting at its first frame
    is_stamped INTEGER NOT NULL DEFAULT 1, -- 0: nobody vouches for its time; that and its name are put right once somebody
                                     -- does, before the machine is started anew: after that they never are
    checksum   INTEGER
) STRICT;
CREATE INDEX segment_by_time ON segment (camera, begin_ms);
CREATE INDEX segment_by_state ON segment (state) WHERE state <> 'whole';
CREATE INDEX segment_unstamped ON segment (id) WHERE is_stamped = 0;

-- Why nothing was recorded in a time, also within a segment. What no segment covers is a gap whether it stands here or not.
-- Kept as long as video and a year more.
CREATE TABLE gap (
    id       INTEGER PRIMARY KEY,
    camera   TEXT NOT NULL,
    begin_ms INTEGER NOT NULL,
    end_ms   INTEGER,                -- NULL: it lasts
    cause    TEXT NOT NULL,          -- gateway.core.video.GapCause
    detail   TEXT,                   -- in words for a person
    checksum INTEGER
) STRICT;
CREATE INDEX gap_by_time ON gap (camera, begin_ms);
CREATE INDEX gap_lasting ON gap (camera) WHERE end_ms IS NULL;

-- Video that is kept beyond its time. Kept for ever, also when it was released.
CREATE TABLE pin (
    id          INTEGER PRIMARY KEY,
    camera      TEXT,                -- NULL: all of them
    begin_ms    INTEGER NOT NULL,
    end_ms      INTEGER NOT NULL,
    occasion    TEXT NOT NULL CHECK (occasion IN ('hand', 'exceeded', 'port', 'calibration')),
    reason      TEXT NOT NULL,       -- in words: who pinned says why, or what happened
    source      TEXT,                -- what happened at the station that it was made for, once; NULL: by hand
    made_ms     INTEGER NOT NULL,
    made_by     TEXT,
    released_ms INTEGER,             -- NULL: it holds
    released_by TEXT,
    checksum    INTEGER
) STRICT;
CREATE UNIQUE INDEX pin_source ON pin (source) WHERE source IS NOT NULL;
CREATE INDEX pin_by_time ON pin (begin_ms) WHERE released_ms IS NULL;

-- What is odd about a picture, the disk, the room on it: it began, it lasts, it ended. Kept as long as video and a year more.
CREATE TABLE camera_event (
    id       INTEGER PRIMARY KEY,
    camera   TEXT NOT NULL,          -- '' : all of them
    kind     TEXT NOT NULL,          -- gateway.core.video.CameraEventKind
    detail   TEXT NOT NULL,
    began_ms INTEGER NOT NULL,
    last_ms  INTEGER NOT NULL,
    ended_ms INTEGER,
    picture  TEXT,                   -- file of the frame that shows it, below the video folder
    checksum INTEGER
) STRICT;
CREATE INDEX camera_event_by_time ON camera_event (began_ms);
CREATE INDEX camera_event_lasting ON camera_event (camera, kind) WHERE ended_ms IS NULL;

-- What a camera's picture is like while nothing is wrong with it, which is what its pictures are held against. A row that
-- is lost is learned anew: then a camera that was moved meanwhile is not noticed.
CREATE TABLE usual_picture (
    camera       TEXT PRIMARY KEY,
    reference    BLOB,               -- what it is to show: PNG, 480 × 270, grey; NULL: none was taken yet
    reference_ms INTEGER,
    sharpness    BLOB,               -- how sharp its pictures were, oldest first: 4 bytes each, a little-endian float
    wanted_ms    INTEGER,            -- when a person asked for a new reference; NULL: nobody does
    checksum     INTEGER
) STRICT;

-- Who looked at a stream over the relay.
CREATE TABLE view (
    id       INTEGER PRIMARY KEY,
    camera   TEXT NOT NULL,
    viewer   TEXT NOT NULL,          -- the name logged in with
    address  TEXT NOT NULL,
    began_ms INTEGER NOT NULL,
    ended_ms INTEGER,                -- NULL: still looks, or nobody knows: see known_until_ms
    source   TEXT NOT NULL UNIQUE,   -- what the relay calls it: told twice, it stands once
    known_until_ms INTEGER,          -- it lasted until then at least, and nobody told its end; NULL: it was told, or lasts
    checksum INTEGER
) STRICT;
CREATE INDEX view_by_time ON view (began_ms);

-- Which disks video was written to. A folder that shows another one than the one in use is not written to until a person
-- says so.
CREATE TABLE video_disk (
    id          INTEGER PRIMARY KEY,
    identity    TEXT NOT NULL UNIQUE, -- stands in a file at the video folder's root, and nowhere else
    path        TEXT NOT NULL,
    is_separate INTEGER NOT NULL,     -- 1: a disk of its own, not the one that storage.path lies on
    since_ms    INTEGER NOT NULL,
    retired_ms  INTEGER,              -- NULL: in use
    accepted_by TEXT,                 -- who said that it is the right one, and why; NULL: the first one, nobody was asked
    reason      TEXT,
    checksum    INTEGER
) STRICT;

-- When what is done now and then was last done; as in the gateway's database.
CREATE TABLE round (
    name     TEXT PRIMARY KEY,
    done_ms  INTEGER NOT NULL,
    checksum INTEGER
) STRICT, WITHOUT ROWID;

-- What a person has to know of until it is closed; as in the gateway's database.
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
