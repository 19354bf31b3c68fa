"""Why slots are not 00, kept beside their records: slots one after the other that have the same reason are one row.

Written in the transaction that closes the slot, and only for lines that are not 00. What is not known, as after a
crash, has no row.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.core.reading import Status
from gateway.core.reason import Cause, Reason
from gateway.core.slot import Slot
from gateway.db import Database

_COLUMNS = "symbol, status, cause, detail, length_ms, first_ms, last_ms, slots"


@dataclass(frozen=True, slots=True)
class LineReason:
    """Why one line of a record, by its symbol, has a status other than 00."""

    symbol: str
    status: Status
    reason: Reason


@dataclass(frozen=True, slots=True)
class SlotReason:
    """Slots one after the other that have the same reason: ends of the first and the last, and how many there are."""

    symbol: str
    status: Status
    reason: Reason
    length_ms: int
    first_ms: int
    last_ms: int
    slots: int

    @property
    def begin_ms(self) -> int:
        """Where the first slot begins."""
        return self.first_ms - self.length_ms

    def slots_in(self, after_ms: int, until_ms: int) -> int:
        """How many of them end in `(after_ms, until_ms]`."""
        first_ms = max(self.first_ms, after_ms + self.length_ms)
        return max(0, (min(self.last_ms, until_ms) - first_ms) // self.length_ms + 1)


class SlotReasonStore:
    """Looks the reasons up."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def touching(self, after_ms: int, until_ms: int, symbol: str | None = None) -> list[SlotReason]:
        """Those of slots that end in `(after_ms, until_ms]`, oldest first, of every line or of one."""
        rows = self._database.read(
            f"SELECT {_COLUMNS} FROM sound_slot_reason WHERE last_ms > ? AND first_ms <= ?"  # noqa: S608  # a constant
            " AND (?3 IS NULL OR symbol = ?3) ORDER BY first_ms, id",
            (after_ms, until_ms, symbol),
        )
        return [
            SlotReason(symbol, Status(status), Reason(Cause(cause), detail), *rest)
            for symbol, status, cause, detail, *rest in rows
            if cause in _KNOWN_CAUSES and status in _KNOWN_STATUSES  # what only another version knows of
        ]

    def main(self, symbol: str, after_ms: int, until_ms: int) -> Reason | None:
        """That of most of the line's slots which end in `(after_ms, until_ms]`."""
        return main_reason(self.touching(after_ms, until_ms, symbol), after_ms, until_ms)


def main_reason(found: Sequence[SlotReason], after_ms: int, until_ms: int) -> Reason | None:
    """The cause of most of the slots that end in `(after_ms, until_ms]`, as it was told last; `None`: there is none."""
    slots: dict[Cause, int] = {}
    told: dict[Cause, Reason] = {}
    for one in found:
        slots[one.reason.cause] = slots.get(one.reason.cause, 0) + one.slots_in(after_ms, until_ms)
        told[one.reason.cause] = one.reason
    return told[max(slots, key=lambda cause: slots[cause])] if slots else None


def keep_reasons(connection: sqlite3.Connection, slot: Slot, reasons: Sequence[LineReason]) -> None:
    """Of a slot that has just been closed, in the same transaction."""
    for one in reasons:
        said = (one.symbol, slot.length_ms, one.status.value, one.reason.cause.value, one.reason.detail)
        extended = connection.execute(
            "UPDATE slot_reason SET last_ms = ?, slots = slots + 1 WHERE symbol = ? AND length_ms = ? AND status = ?"
            " AND cause = ? AND detail = ? AND last_ms = ?",
            (slot.end_ms, *said, slot.start_ms),
        )
        if not extended.rowcount:
            connection.execute(
                "INSERT INTO slot_reason (symbol, length_ms, status, cause, detail, first_ms, last_ms, slots)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, 1)",
                (*said, slot.end_ms, slot.end_ms),
            )


def forget_reasons(connection: sqlite3.Connection) -> None:
    """Of slots that are older than every record that is kept."""
    connection.execute("DELETE FROM slot_reason WHERE last_ms < (SELECT min(end_ms) FROM record)")


_KNOWN_CAUSES, _KNOWN_STATUSES = frozenset(Cause), frozenset(status.value for status in Status)
