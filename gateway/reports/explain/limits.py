"""What a slot's value, or the mean that ends with it, was held against, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gateway.audit.limit_history import LimitHistory
from gateway.core.dated_limit import YEAR_MS, DatedLimit
from gateway.core.limit_days import dated
from gateway.core.limits import Limit, RollingWindow
from gateway.core.record import Line, measured_value
from gateway.core.slot import Slot
from gateway.db import Database
from gateway.records.store import RecordStore
from gateway.reports.limits import Bounds
from gateway.reports.limits_on_day import limit_to_json


class LimitOutcome(StrEnum):
    WITHIN = "within"
    EXCEEDED = "exceeded"
    NO_VALUE = "no_value"
    """Nothing was measured, or too little of the mean's time."""


@dataclass(frozen=True, slots=True)
class HeldAgainst:
    """A limit that was in force when the slot began. `value`: the slot's, or the mean's that ends with it."""

    limit: DatedLimit
    value: float | None

    @property
    def outcome(self) -> LimitOutcome:
        if self.value is None:
            return LimitOutcome.NO_VALUE
        bounds = Bounds(self.limit.limit.lowest, self.limit.limit.highest)
        return LimitOutcome.EXCEEDED if bounds.are_exceeded_by(self.value) else LimitOutcome.WITHIN


def held_against(database: Database, history: LimitHistory, line: Line, slot: Slot, zone: str) -> Iterator[HeldAgainst]:
    """As the watch over the records compares; the mean of a year is made in reports."""
    for span in history(line.parameter):
        if span.holds_at(slot.start_ms) and (span.limit.averaging_ms or 0) < YEAR_MS:
            yield HeldAgainst(dated(span, zone), _value(database, span.limit, line, slot))


def _value(database: Database, limit: Limit, line: Line, slot: Slot) -> float | None:
    if limit.averaging_ms is None:
        return measured_value(line.average)
    window = RollingWindow(limit.averaging_ms, slot.length_ms)
    series = RecordStore(database).series(line.parameter, slot.length_ms, slot.end_ms - limit.averaging_ms, slot.end_ms)
    for end_ms, average in series:
        window = window.with_slot(end_ms, measured_value(average))
    return window.mean()


def held_to_json(one: HeldAgainst, line: Line) -> dict[str, Any]:
    told = limit_to_json(line.parameter.symbol, line.parameter, one.limit)
    return told | {"value": one.value, "outcome": one.outcome.value}
