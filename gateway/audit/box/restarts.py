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
    """Before the present run, or the newest. 0: it has lasted for an hour, or the one before was told to end.

    Of a run that ended in order and that the journal tells no reason of, nobody knows why: it ends the row.
    """
    runs = database.read("SELECT id, started_ms, ended_ms FROM sound_run ORDER BY id DESC LIMIT ?", (_MOST,))
    if not runs or now_ms - runs[0][1] >= SETTLED_MS:
        return 0
    reasons, count = _reasons(database), 0
    for (_, next_ms, _), (number, started_ms, ended_ms) in zip(runs, runs[1:], strict=False):
        is_told = number not in reasons and ended_ms is not None
        if is_told or reasons.get(number, "").startswith(_SIGNAL) or next_ms - started_ms >= SETTLED_MS:
            break
        count += 1
    return count


def _reasons(database: Database) -> dict[int, str]:
    """Why runs ended, by the journal: a signal's name, or an error's words."""
    rows = database.read(
        "SELECT what FROM sound_journal WHERE kind = ? ORDER BY seq DESC LIMIT ?", (EntryKind.STOP.value, _MOST)
    )
    entries = [json.loads(what) for (what,) in rows]
    return {one["run"]: str(one.get("why", "")) for one in entries if "run" in one}
