"""How much room there is where the database lies, and how long it lasts."""

from __future__ import annotations

import shutil
from pathlib import Path

from gateway.core.instants import DAY_MS, EARLIEST_MS, HOUR_MS
from gateway.db import Database
from gateway.readings.store import ReadingStore


def free_bytes(storage: Path) -> int | None:
    """`None`: the disk does not answer."""
    try:
        return shutil.disk_usage(storage).free
    except OSError:
        return None


def database_bytes(storage: Path) -> int:
    """With what is not merged yet. Copies, and what was set aside, are not of it."""
    size = 0
    for part in storage.glob("gateway.db*"):
        try:
            size += part.stat().st_size if part.suffix.startswith(".db") else 0
        except OSError:  # gone meanwhile
            continue
    return size


def days_left(database: Database, storage: Path, free: int, now_ms: int) -> float | None:
    """Days until the disk is full at the rate at which the database grew so far; `None` in its first hour."""
    oldest_ms = ReadingStore(database).oldest_ms(EARLIEST_MS)
    if oldest_ms is None or now_ms - oldest_ms < HOUR_MS:
        return None
    used = database_bytes(storage)
    return free * (now_ms - oldest_ms) / DAY_MS / used if used else None
