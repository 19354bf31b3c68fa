"""How often each reason was given in the slots that are not closed yet. In memory: a restart knows no counts."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.core.reading import Status
from gateway.core.reason import Cause, Reason

MOST_SLOTS = 100
"""Whose reasons are counted until they are closed."""


@dataclass(slots=True)
class _Count:
    readings: int
    reason: Reason


class ReasonCounts:
    """By slot, parameter, status and cause."""

    def __init__(self) -> None:
        self._slots: dict[int, dict[str, dict[tuple[Status, Cause], _Count]]] = {}

    def add(self, end_ms: int, symbol: str, status: Status, reason: Reason) -> None:
        counts = self._slots.setdefault(end_ms, {}).setdefault(symbol, {})
        count = counts.get((status, reason.cause))
        if count is None:
            count = counts[status, reason.cause] = _Count(0, reason)
        count.readings += 1
        count.reason = reason
        if len(self._slots) > MOST_SLOTS:
            del self._slots[min(self._slots)]

    def commonest(self, end_ms: int, symbol: str, status: Status) -> Reason | None:
        """Of the slot's readings that had this status; of one cause, the newest. `None`: none is known."""
        counts = self._slots.get(end_ms, {}).get(symbol, {})
        alike = [count for (said, _), count in counts.items() if said is status]
        return max(alike, key=lambda one: one.readings).reason if alike else None

    def forget(self, end_ms: int) -> None:
        self._slots.pop(end_ms, None)
