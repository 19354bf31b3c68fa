"""The ground that workers stand on: clocks, threads, systemd, the journal's line format, the lock on the storage."""
