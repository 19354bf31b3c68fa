"""What a person has to know of until it is closed: damage, set-aside databases, roll-backs, other bytes far away."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.core.interfaces import Instant
from gateway.db.connection import Database
from gateway.db.damage import FoundDamage, SetAsideKind

LOOK_EVERY_S = 1.0

TellDamage = Callable[[sqlite3.Connection, FoundDamage, int], object]


@dataclass(frozen=True, slots=True)
class SetAside:
    """One matter that nobody has closed. `subject`: a file's name, 'table key', how a roll-back was known,
    'destination/file name'; `mended`: one bit of a row was wrong and was put right."""

    id: int
    kind: SetAsideKind
    subject: str
    found_ms: int
    reason: str
    mended: bool


def keep(
    connection: sqlite3.Connection, kind: SetAsideKind, subject: str, reason: str, at_ms: int, *, mended: bool = False
) -> bool:
    """Note it, for the transaction under way. Tells whether it is new: what is open already stays as it is, and was
    told."""
    kept = connection.execute(
        "INSERT OR IGNORE INTO set_aside (kind, subject, found_ms, reason, mended) VALUES (?, ?, ?, ?, ?)",
        (kind.value, subject, at_ms, reason, int(mended)),
    )
    return kept.rowcount > 0


def close(connection: sqlite3.Connection, numbers: Sequence[int], by: str, reason: str, at_ms: int) -> int:
    """A person knows, and has done what was to be done. Returns how many of them were open."""
    closed = 0
    for number in numbers:
        closed += connection.execute(
            "UPDATE set_aside SET closed_ms = ?, closed_by = ?, close_reason = ? WHERE id = ? AND closed_ms IS NULL",
            (at_ms, by, reason, number),
        ).rowcount
    return closed


def open_ones(database: Database) -> list[SetAside]:
    """All that nobody has closed, oldest first."""
    rows = database.read(
        "SELECT id, kind, subject, found_ms, reason, mended FROM sound_set_aside WHERE closed_ms IS NULL ORDER BY id"
    )
    return database.objects("set_aside", rows, _set_aside)


def _set_aside(number: int, kind: str, subject: str, found_ms: int, reason: str, is_mended: int) -> SetAside:
    return SetAside(number, SetAsideKind(kind), subject, found_ms, reason, bool(is_mended))


def databases_known(database: Database) -> set[str]:
    """The names of all databases that were ever set aside and are told of, closed or not."""
    rows = database.read("SELECT subject FROM sound_set_aside WHERE kind = 'database'")
    return {subject for (subject,) in rows}


class DamageNotes:
    """A stage of the clerk: writes down which rows were found damaged, so that they stay in `status`. A mended row and
    one that is lost are both a person's to know of: the card is failing. `tell` hears of what is new, in the
    transaction that writes it down."""

    def __init__(self, database: Database, tell: TellDamage = lambda connection, found, at_ms: None) -> None:
        self._database = database
        self._tell = tell

    def step(self, now: Instant) -> float:
        untold = self._database.damage.take_untold()
        if untold:
            try:
                with self._database.write() as connection:
                    for one in untold:
                        if keep(connection, one.kind, one.subject, one.reason, now.wall_ms, mended=one.mended):
                            self._tell(connection, one, now.wall_ms)
            except BaseException:
                self._database.damage.give_back(untold)
                raise
        return now.mono_s + LOOK_EVERY_S
