"""A day's deliveries to one destination, counted: what was due, what came in time, and what did not."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.audit.ledger import entries
from gateway.core.completeness import Period
from gateway.core.instants import DUE_MS
from gateway.db import Database
from gateway.outbox.delivery_state import DeliveryState


@dataclass(frozen=True, slots=True)
class DayTotals:
    """By slots. Each that was due is in time, late, empty (there was nothing to send), refused, or missing: not made,
    or not there yet."""

    destination: str
    due: int
    in_time: int
    late: int
    empty: int
    refused: int

    @property
    def missing(self) -> int:
        return self.due - self.in_time - self.late - self.empty - self.refused


def day_totals(database: Database, destination: str, day: Period) -> DayTotals:
    """As it is known now. Nothing was due before the first slot that was ever meant for the destination."""
    first_ms = _first_end_ms(database, destination)
    begin_ms = day.to_ms if first_ms is None else min(day.to_ms, max(day.from_ms, first_ms - day.slot_ms))
    period = Period(begin_ms, day.to_ms, day.slot_ms)
    best: dict[int, int] = {}
    for entry in entries(database, destination, period.from_ms, period.to_ms):
        end_ms, arrived_ms = entry.times.end_ms, entry.times.delivered_ms
        if not period.contains(end_ms):
            continue
        if arrived_ms is not None:
            rank = _IN_TIME if arrived_ms - end_ms <= DUE_MS else _LATE
        else:
            rank = _RANKS.get(entry.state, _MISSING)
        best[end_ms] = min(rank, best.get(end_ms, _MISSING))
    in_time, late, empty, refused = (
        sum(one == rank for one in best.values()) for rank in (_IN_TIME, _LATE, _EMPTY, _REFUSED)
    )
    return DayTotals(destination, len(period), in_time, late, empty, refused)


_IN_TIME, _LATE, _EMPTY, _REFUSED, _MISSING = range(5)
"""Of a slot with several files, the best counts."""
_RANKS = {DeliveryState.EMPTY: _EMPTY, DeliveryState.REFUSED: _REFUSED}


def _first_end_ms(database: Database, destination: str) -> int | None:
    rows = database.read(
        "SELECT min(end_ms) FROM delivery WHERE destination_id = (SELECT id FROM destination WHERE name = ?)",
        (destination,),
    )
    first_ms: int | None = rows[0][0]
    return first_ms
