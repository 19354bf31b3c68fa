"""The ledger, read row by row: what became of each file on its way to one destination."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gateway.core.instants import DUE_MS, EARLIEST_MS
from gateway.core.lateness import DeliveryTimes
from gateway.db import Database
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.lanes import Lane

_PORTION = 1000
_PORTION_OF = (
    "SELECT delivery.id, file_id, name, size, sha256, state, delivery.end_ms, closed_ms, delivery.planned_ms,"
    " delivered_ms, state = 'refused' OR released_by IS NOT NULL AND accepted_ms IS NULL, accepted_ms,"
    " accepted, held_ms, first_try_ms, tries, lane, answer, resent_ms, resent_by IS NOT NULL, reason"
    " FROM sound_delivery AS delivery JOIN sound_file AS file ON file.id = file_id"
    " JOIN sound_record AS record ON record.id = record_id"
    " LEFT JOIN sound_intervention AS intervention ON intervention.id = closed_by"
    " WHERE delivery.destination_id = (SELECT id FROM destination WHERE name = ?)"
    " AND (delivery.end_ms, delivery.id) > (?, ?) AND delivery.end_ms <= ?"
    " ORDER BY delivery.end_ms, delivery.id LIMIT ?"
)
_NOT_IN_TIME = (
    "SELECT delivery.id, state, held_ms, delivery.end_ms, closed_ms, delivery.planned_ms, delivered_ms,"
    " state = 'refused' OR released_by IS NOT NULL AND accepted_ms IS NULL, accepted_ms"
    " FROM sound_delivery AS delivery JOIN file ON file.id = file_id JOIN record ON record.id = record_id"
    " WHERE delivery.destination_id = (SELECT id FROM destination WHERE name = ?)"
    " AND delivery.end_ms BETWEEN ? AND ? AND (delivered_ms IS NULL OR delivered_ms - delivery.end_ms > ?)"
    " ORDER BY delivery.end_ms, delivery.id"
)
_LOST = (
    "SELECT end_ms FROM delivery JOIN file ON file.id = file_id"
    " WHERE destination_id = (SELECT id FROM destination WHERE name = ?)"
    " AND CASE ? WHEN 'delivery' THEN delivery.id WHEN 'file' THEN file_id ELSE record_id END = ?"
)


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One delivery. `folder` is not kept: it is a function of the slot and the destination's pattern."""

    id: int
    file_id: int
    name: str
    size: int
    sha256: bytes
    state: DeliveryState
    times: DeliveryTimes
    first_try_ms: int | None
    tries: int
    lane: Lane | None
    answer: str | None
    resent_ms: int | None
    """When it last arrived again, because a person had it sent again."""
    is_resend: bool
    """A person had it sent again; `state` says how far that is."""
    close_reason: str | None
    """Why a person gave it up."""
    accepted: int = 0
    """So many times the server has accepted it whole while it waits, without its being proven to be there."""
    held_ms: int | None = None
    """Since when it waits for a person because of that."""

    @property
    def is_held(self) -> bool:
        """It was accepted too often without a proof: it is not sent before a person says so."""
        return self.held_ms is not None and self.state is DeliveryState.WAITING

    @property
    def is_empty(self) -> bool:
        """There was nothing to send: it is neither late nor will it arrive."""
        return self.state is DeliveryState.EMPTY


def entries(database: Database, destination: str, from_ms: int, until_ms: int) -> Iterator[LedgerEntry]:
    """The destination's deliveries of slots that end in `[from_ms, until_ms]`, oldest first, a portion in memory at a
    time."""
    last = (from_ms, 0)
    while True:
        rows = database.read(_PORTION_OF, (destination, *last, until_ms, _PORTION))
        yield from database.objects("delivery", rows, _entry)
        if len(rows) < _PORTION:
            return
        last = (rows[-1][6], rows[-1][0])


@dataclass(frozen=True, slots=True)
class UnpunctualEntry:
    """Of a delivery that had not arrived when it was due what its slot's place in a calendar needs."""

    id: int
    state: DeliveryState
    is_held: bool
    times: DeliveryTimes


def arrived_in_time(database: Database, destination: str, from_ms: int, until_ms: int) -> list[tuple[int, int]]:
    """Ends of the slots in `[from_ms, until_ms]` of which a file arrived when it was due, and when it did; from the
    index alone, for months of them are to be looked at. Rows that are known to be damaged are not among them."""
    rows = database.read(
        "SELECT end_ms, delivered_ms FROM delivery WHERE destination_id = (SELECT id FROM destination WHERE name = ?)"
        " AND end_ms BETWEEN ? AND ? AND delivered_ms - end_ms <= ?",
        (destination, from_ms, until_ms, DUE_MS),
    )
    lost = _ends_lost(database, destination)
    return [row for row in rows if row[0] not in lost] if lost else rows


def not_in_time(database: Database, destination: str, from_ms: int, until_ms: int) -> list[UnpunctualEntry]:
    """All other deliveries of these slots, oldest first: late, still to arrive, given up, empty."""
    rows = database.read(_NOT_IN_TIME, (destination, from_ms, until_ms, DUE_MS))
    lost = _ends_lost(database, destination)
    found = database.objects("delivery", rows, _unpunctual)
    return [one for one in found if one.times.end_ms not in lost] if lost else found


@dataclass(frozen=True, slots=True)
class LedgerSpan:
    """Of slots that end in `[from_ms, until_ms]` what `arrived_in_time` and `not_in_time` tell."""

    from_ms: int
    until_ms: int
    in_time: list[tuple[int, int]]
    others: list[UnpunctualEntry]

    def within(self, from_ms: int, until_ms: int) -> LedgerSpan:
        """No more of it than of these slots."""
        if from_ms <= self.from_ms and until_ms >= self.until_ms:
            return self
        return LedgerSpan(
            max(from_ms, self.from_ms),
            min(until_ms, self.until_ms),
            [row for row in self.in_time if from_ms <= row[0] <= until_ms],
            [one for one in self.others if from_ms <= one.times.end_ms <= until_ms],
        )


def read_span(
    database: Database, destination: str, from_ms: int, until_ms: int, known: LedgerSpan | None = None
) -> LedgerSpan:
    """`known`: what was read in the same look. Of it, only what lies outside is read."""
    if known is None or max(from_ms, known.from_ms) > min(until_ms, known.until_ms):
        in_time = arrived_in_time(database, destination, from_ms, until_ms)
        return LedgerSpan(from_ms, until_ms, in_time, not_in_time(database, destination, from_ms, until_ms))
    parts = [known.within(from_ms, until_ms)]
    if from_ms < known.from_ms:
        parts.insert(0, read_span(database, destination, from_ms, known.from_ms - 1))
    if until_ms > known.until_ms:
        parts.append(read_span(database, destination, known.until_ms + 1, until_ms))
    in_time = [row for part in parts for row in part.in_time]
    return LedgerSpan(from_ms, until_ms, in_time, [one for part in parts for one in part.others])


def _ends_lost(database: Database, destination: str) -> set[int]:
    """Ends of the slots whose delivery, file or record was met damaged and could not be put right. Hardly ever any."""
    found: set[int] = set()
    for (subject,) in database.read("SELECT subject FROM sound_set_aside WHERE kind = 'row' AND NOT mended"):
        table, _, key = subject.partition(" ")
        if table in ("delivery", "file", "record") and key.isdecimal():
            found.update(end_ms for (end_ms,) in database.read(_LOST, (destination, table, int(key))))
    return found


def first_end_ms(database: Database, destination: str) -> int | None:
    """End of the oldest slot of which a file was meant for the destination; `None`: none ever was."""
    rows = database.read(
        "SELECT min(end_ms) FROM delivery WHERE end_ms >= ?"
        " AND destination_id = (SELECT id FROM destination WHERE name = ?)",
        (EARLIEST_MS, destination),
    )
    found: int | None = rows[0][0]
    return found


def newest_end_before(database: Database, destination: str, before_ms: int) -> int | None:
    """End of the newest slot before the instant of which a file was meant for the destination."""
    rows = database.read(
        "SELECT max(end_ms) FROM delivery WHERE end_ms < ?"
        " AND destination_id = (SELECT id FROM destination WHERE name = ?)",
        (before_ms, destination),
    )
    found: int | None = rows[0][0]
    return found


def names(database: Database, destination: str) -> set[str]:
    """The names of all files that were ever meant for the destination and are still known, the journal's digests among
    them."""
    rows = database.read(
        "SELECT name FROM delivery JOIN sound_file AS file ON file.id = file_id"
        " WHERE destination_id = (SELECT id FROM destination WHERE name = ?1)"
        " UNION ALL SELECT name FROM sound_digest_delivery"
        " WHERE destination_id = (SELECT id FROM destination WHERE name = ?1)",
        (destination,),
    )
    return {name for (name,) in rows}


def _unpunctual(*row: Any) -> UnpunctualEntry:
    delivery_id, state, held_ms, *times, was_refused, accepted_ms = row
    end_ms, closed_ms, planned_ms, delivered_ms = times
    known = DeliveryState(state)
    is_held = held_ms is not None and known is DeliveryState.WAITING
    return UnpunctualEntry(
        delivery_id,
        known,
        is_held,
        DeliveryTimes(end_ms, closed_ms, planned_ms, delivered_ms, bool(was_refused), accepted_ms),
    )


def _entry(*row: Any) -> LedgerEntry:
    delivery_id, file_id, name, size, sha256, state, *times, was_refused, accepted_ms = row[:12]
    accepted, held_ms, first_try_ms, tries, lane, answer, resent_ms, is_resend, close_reason = row[12:]
    end_ms, closed_ms, planned_ms, delivered_ms = times
    return LedgerEntry(
        delivery_id,
        file_id,
        name,
        size,
        sha256,
        DeliveryState(state),
        DeliveryTimes(end_ms, closed_ms, planned_ms, delivered_ms, bool(was_refused), accepted_ms),
        first_try_ms,
        tries,
        None if lane is None else Lane(lane),
        answer,
        resent_ms,
        bool(is_resend),
        close_reason,
        accepted,
        held_ms,
    )
