"""A device's running total → what it grew by in a slot.

A rain gauge or a pulse meter that counts on and on says how much has come since somebody set it to zero. What came in a
slot is what the total grew by between one reading and the next, and belongs to the slot of the later one: a lost poll
costs nothing, for the next growth holds it.

What is not known is never made up. A total may fall because it wrapped (its last digit was full), because the device
began anew, or because a reading was wrong; and it may jump because a reading was wrong, or the device is another one.
Only what can be told apart becomes an amount; the rest is no amount, counts as a fault where it lies inside a slot, and
is told. Wrong twice in the same direction is worse than missing once: where in doubt, nothing is added.

Exact: totals are taken as the decimals they print as, so 12.7 - 12.5 is 0.2. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from gateway.core.reading import Status, TimedReading
from gateway.core.running_total import Amount, CounterNote, RunningTotal, Told
from gateway.core.slot import Slot
from gateway.core.state import worst
from gateway.core.total_growth import TotalGrowth, TotalPoint, points_of

CONTEXT = 12
"""Readings before a slot that are looked at besides its own: enough to know how the total usually grows."""


class Count(NamedTuple):
    """One amount for each reading of the slot, in their order, and what is to be told."""

    amounts: tuple[Amount, ...]
    told: tuple[Told, ...]


def count(seen: Sequence[TimedReading], total: RunningTotal, period_ms: int, slot: Slot, grace_ms: int) -> Count:
    """What a running total says of a slot. `seen`: its readings, oldest first: some before the slot (`CONTEXT`), those
    in it, and what is there already of those behind it. `grace_ms`: how long behind its end a slot is open.

    Worked, one poll each: 12.3 | 12.5, 12.7 → 0.2, 0.2. 12.3 | 12.5, 12.4, 12.5, 12.7 → no amount (fault), 0.1, 0.1,
    0.2. 65,535 | 1 of 16 bits → 2. 60,000 | 3, 4 → 3 and 1, and a reset is told.
    """
    points = points_of(seen)
    walk = _Walk(points, TotalGrowth(total, period_ms, points), slot, grace_ms)
    walk.go()
    amounts = tuple(
        walk.amounts.get(position, Amount(None, Status.FAULT))
        for position, one in enumerate(seen)
        if slot.contains(one.at_ms)
    )
    return Count(amounts, tuple(walk.told))


@dataclass(slots=True)
class _Walk:
    """One pass over the points. `level`: up to where everything is counted."""

    points: tuple[TotalPoint, ...]
    growth: TotalGrowth
    slot: Slot
    grace_ms: int
    amounts: dict[int, Amount] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    level: TotalPoint | None = None
    low: TotalPoint | None = None
    """Below the level, for no reason that is known; the next one shows whether the total stays there."""
    high: TotalPoint | None = None
    """The same above it."""

    def go(self) -> None:
        for place, point in enumerate(self.points):
            if self.level is None:
                self._count_from(point)
                self._put(point, None)
            else:
                self._settle(place, point)
                if point.total >= self.level.total:
                    self._rise(place, point, self.level)
                elif self.low is not None and point.total >= self.low.total:
                    self.low = point  # it trembles: nothing is added until it is where it was
                    self._put(point, Decimal(0))
                else:
                    self._fall(place, point, self.level)

    def _settle(self, place: int, point: TotalPoint) -> None:
        """Whether what lay off the level was a wrong reading, or is where the total goes on from."""
        high, low, level = self.high, self.low, self.level
        if level is None:
            return
        if high is not None:
            if self.growth.may_grow(point, level) or not self.growth.may_grow(point, high):
                self.high = None
            else:
                self._tell(point, CounterNote.UNKNOWN, level.at_ms, high.at_ms, high.total - level.total)
                self._count_from(high)
        if low is not None and point.total >= level.total:
            self.low = None
        elif low is not None and point.total >= low.total and not self.growth.is_slight_fall(point, level):
            self._count_from(low)

    def _rise(self, place: int, point: TotalPoint, level: TotalPoint) -> None:
        growth = point.total - level.total
        has_gap = self.growth.has_gap(place)
        is_across = has_gap and self.points[place - 1].at_ms < self.slot.start_ms
        if not self.growth.may_grow(point, level):
            self._tell(point, CounterNote.UNKNOWN, level.at_ms, point.at_ms)
            if has_gap:
                self._count_from(point)
            else:
                self.high = point
            self._put(point, None, is_fault=not is_across)
        elif is_across:
            if growth and Status.CALIBRATING not in (level.status, point.status):
                self._tell(point, CounterNote.UNATTRIBUTED, level.at_ms, point.at_ms, growth)
            self._count_from(point)
            self._put(point, None)
        elif growth and self._is_taken_back(place, level):
            self._tell(point, CounterNote.UNKNOWN, point.at_ms, point.at_ms)
            self._put(point, None, is_fault=True)
        else:
            self._count_from(point)
            self._put(point, growth, by=level.status)

    def _fall(self, place: int, point: TotalPoint, level: TotalPoint) -> None:
        if self.growth.has_gap(place):
            self._tell(point, CounterNote.UNKNOWN, level.at_ms, point.at_ms)
            self._count_from(point)
            self._put(point, None, is_fault=self.points[place - 1].at_ms >= self.slot.start_ms)
            return
        is_back = self._is_back_at_once(place, level)
        amount = None if is_back else self._begun_anew(point, level)
        if amount is not None:
            self._count_from(point)
            self._put(point, amount, by=level.status)
            return
        if not is_back:
            self.low = point
        self._tell(point, CounterNote.UNKNOWN, point.at_ms, point.at_ms)
        self._put(point, None, is_fault=True)

    def _begun_anew(self, point: TotalPoint, level: TotalPoint) -> Decimal | None:
        """What came, if the total is below the level because it wrapped or was reset; `None`: for neither reason."""
        wrapped = self.growth.wrapped(point, level)
        if wrapped is not None:
            return wrapped
        since_reset = self.growth.since_reset(point, level)
        if since_reset is not None:
            self._tell(point, CounterNote.RESET, level.at_ms, point.at_ms)
        return since_reset

    def _is_taken_back(self, place: int, level: TotalPoint) -> bool:
        """Whether one of the next two readings lies below this one, and not below the level: then this one is wrong.

        A reading of an earlier slot is judged by what was there when that slot was closed: what is in a record already
        is not counted again.
        """
        point = self.points[place]
        known_until_ms = self.slot.start_ms + self.grace_ms if point.at_ms < self.slot.start_ms else None
        return any(
            level.total <= one.total < point.total
            for behind, one in enumerate(self.points[place + 1 : place + 3], place + 1)
            if (known_until_ms is None or one.at_ms < known_until_ms) and not self.growth.has_gap(behind)
        )

    def _is_back_at_once(self, place: int, level: TotalPoint) -> bool:
        """Whether the next reading is where the total was: then the fall was a wrong reading."""
        if place + 1 == len(self.points) or self.growth.has_gap(place + 1):
            return False
        return self.growth.may_grow(self.points[place + 1], level)

    def _count_from(self, point: TotalPoint) -> None:
        self.level, self.low, self.high = point, None, None

    def _put(
        self, point: TotalPoint, value: Decimal | None, *, is_fault: bool = False, by: Status | None = None
    ) -> None:
        """`by`: the state at the reading before. What came while somebody calibrated is no measurement."""
        status = Status.FAULT if is_fault else point.status
        self.amounts[point.position] = Amount(value, worst([status, by]) if value and by is not None else status)

    def _tell(
        self, point: TotalPoint, kind: CounterNote, from_ms: int, until_ms: int, amount: Decimal | None = None
    ) -> None:
        if self.slot.contains(point.at_ms):
            self.told.append(Told(kind, from_ms, until_ms, amount))
