"""How often in a row the gateway ended without having been told to."""

from __future__ import annotations

import json

from gateway.core.instants import HOUR_MS
from gateway.core.journal_entry import EntryKind
from gateway.db import Database

SETTLED_MS = HOUR_MS
"""A run that lasts so long ends the row."""
_MOST = 50
_SIGNAL = "SIG"


def restarts_in_a_row(database: Database, now_ms: int) -> int:
    """Before the present run, or the newest. 0: it has lasted for an hour, or the one before was told to end."""
    runs = database.read("SELECT id, started_ms FROM sound_run ORDER BY id DESC LIMIT ?", (_MOST,))
    if not runs or now_ms - runs[0][1] >= SETTLED_MS:
        return 0
    told, count = _told_to_end(database), 0
    for (_, next_ms), (number, started_ms) in zip(runs, runs[1:], strict=False):
        if number in told or next_ms - started_ms >= SETTLED_MS:
            break
        count += 1
    return count


def _told_to_end(database: Database) -> set[int]:
    """Runs that a signal ended, by the journal."""
    rows = database.read(
        "SELECT what FROM sound_journal WHERE kind = ? ORDER BY seq DESC LIMIT ?", (EntryKind.STOP.value, _MOST)
    )
    entries = [json.loads(what) for (what,) in rows]
    return {one["run"] for one in entries if str(one.get("why", "")).startswith(_SIGNAL) and "run" in one}
