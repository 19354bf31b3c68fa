-- ② Readings taken while nobody vouched for the clock: packed as `reading_block` has them, by the machine's own counting.
-- They become reading blocks once the clock is trusted, if the machine was not started anew meanwhile; what an earlier
-- start counted can never be told a time, and stays for people to see.
CREATE TABLE unstamped_block (
    id            INTEGER PRIMARY KEY,
    boot_id       TEXT NOT NULL,     -- which start of the machine the milliseconds count from (the kernel's boot_id)
    layout_id     INTEGER NOT NULL REFERENCES layout,
    first_mono_ms INTEGER NOT NULL,  -- the earliest sample, in milliseconds since that start
    last_mono_ms  INTEGER NOT NULL,  -- … and the latest
    samples       INTEGER NOT NULL,
    packed        BLOB NOT NULL,     -- gateway.readings.packing, counted from first_mono_ms
    checksum      INTEGER
) STRICT;
CREATE INDEX unstamped_block_by_boot ON unstamped_block (boot_id);
