"""How the journal's daily digests fare: the newest, and which of them destinations still lack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.core.digest import DayPart
from gateway.core.instants import local_text
from gateway.db import Database
from gateway.outbox.digest_deliveries import DigestCounts


@dataclass(frozen=True, slots=True)
class NewestDigest:
    """`seq`: its entry in the journal."""

    of: DayPart
    seq: int
    files: int
    root: str
    made_ms: int


def newest_digest(database: Database) -> NewestDigest | None:
    """`None`: there is none yet, or its entry cannot be read."""
    rows = database.read(
        "SELECT digest.seq, day, part, files, time_ms, what ->> '$.root' FROM sound_digest AS digest"
        " JOIN sound_journal AS journal ON journal.seq = digest.seq ORDER BY digest.seq DESC LIMIT 1"
    )
    found = database.objects("digest", rows, _newest)
    return found[0] if found else None


def _newest(seq: int, day: str, part: int, files: int, made_ms: int, root: str) -> NewestDigest:
    return NewestDigest(DayPart.of(day, part), seq, files, root, made_ms)


def digest_to_json(newest: NewestDigest | None, zone: str) -> dict[str, Any] | None:
    if newest is None:
        return None
    return {
        "day": newest.of.day.isoformat(),
        "part": newest.of.part,
        "files": newest.files,
        "root": newest.root,
        "entry": newest.seq,
        "made": local_text(newest.made_ms, zone),
    }


def counts_to_json(counts: DigestCounts | None, zone: str) -> dict[str, Any] | None:
    """Of one destination; null: none was ever meant for it."""
    if counts is None:
        return None
    return {
        "waiting": counts.waiting,
        "refused": counts.refused,
        "delivered": counts.delivered,
        "last_delivered": local_text(counts.last_delivered_ms, zone),
        "last_error": counts.error,
    }
