"""What is set aside for a person and what is closed, told in the journal: damage that was met, and who closed what."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from gateway.core.journal_entry import EntryKind
from gateway.db import set_aside
from gateway.db.damage import FoundDamage, SetAsideKind
from gateway.journal.chain import append

_KINDS = {SetAsideKind.CONFLICT.value: EntryKind.DELIVERY, SetAsideKind.ROLLBACK.value: EntryKind.ROLLBACK}
"""Of everything else it is the storage."""


def tell_damage(connection: sqlite3.Connection, found: FoundDamage, at_ms: int) -> None:
    """Damage was met, for the transaction that sets it aside."""
    what = {"act": "found", "matter": found.kind.value, "subject": found.subject, "reason": found.reason}
    append(connection, at_ms, EntryKind.STORAGE, {**what, "mended": found.mended})


def close_matters(connection: sqlite3.Connection, numbers: Sequence[int], by: str, reason: str, at_ms: int) -> int:
    """Close what a person has seen to, here and in the journal. Returns how many of them were open."""
    closed = 0
    for number in numbers:
        if set_aside.close(connection, [number], by, reason, at_ms):
            kind, subject = connection.execute("SELECT kind, subject FROM set_aside WHERE id = ?", (number,)).fetchone()
            what = {"act": "closed", "matter": kind, "subject": subject, "reason": reason}
            append(connection, at_ms, _KINDS.get(kind, EntryKind.STORAGE), what, by)
            closed += 1
    return closed
