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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import NamedTuple

from gateway.core.instants import MINUTE_MS
from gateway.core.reading import Reading, Status
from gateway.core.slot import Slot
from gateway.core.state import worst

CONTEXT = 12
"""Readings before a slot that are looked at besides its own: enough to know how the total usually grows."""
_POLLS_OF_A_GAP = 3.5
"""Two lost polls in a row are no gap; what fell meanwhile is told in time well enough."""
_SHORTEST_GAP_MS = 10_000.0
_USUAL_TIMES = 4
"""A wrap, a reset and a slight fall may be so many times as great as the total usually grows from poll to poll."""
_COUNTS = 4
"""… or so many counts of the device, which grow in a moment whatever was usual before."""
_WRAP_SHARE, _WRAP_SHARE_OF_NUMBERS = 1024, 100
"""… or this part of the whole range. In 65,536 counts a wrap may be 64: a device that began anew is taken for one that
wrapped only if its total stood at 65,472 or more, one time in a thousand. What is no whole count may be coarser."""
_RANGE_SHARE = 4
"""Nothing grows by more than a quarter of the range between two polls."""
_UNBOUNDED_TIMES = 10
"""Where neither the range nor the fastest growth is known, nothing grows by ten times its total between two polls."""
_RESET_SHARE = 4
"""After a reset the total is at most a quarter of what it was; a smaller fall is a wrong reading."""
_SLIGHT_SHARE = 100
"""A fall by less than a hundredth of the total is a tremble of the device, not another total."""


class CounterNote(StrEnum):
    """What is told of a running total beside a slot's value."""

    UNATTRIBUTED = "amount_unattributed"
    """What came while nobody looked, and may have come in any slot of that time: in no slot's value."""
    UNKNOWN = "amount_unknown"
    """The total fell or jumped as no total does: what came with that reading is not known."""
    RESET = "counter_reset"
    """The device began to count anew; what came between its last reading and that moment is lost."""


@dataclass(frozen=True, slots=True)
class RunningTotal:
    """How a device counts, in the parameter's unit.

    `zero`: where it begins. `range`: after so much it is back there; `None`: never, or nobody knows when. `count`: one
    count; 0 where the device does not send whole counts. `fastest`: the most that can come in a minute; `None`: nobody
    knows.
    """

    zero: Decimal = Decimal(0)
    range: Decimal | None = None
    count: Decimal = Decimal(0)
    fastest: Decimal | None = None

    def to_json(self) -> dict[str, str]:
        content = {"zero": str(self.zero), "count": str(self.count)}
        content |= {} if self.range is None else {"range": str(self.range)}
        return content | ({} if self.fastest is None else {"fastest": str(self.fastest)})

    @classmethod
    def from_json(cls, content: Mapping[str, str]) -> RunningTotal:
        """Raises ValueError: it is damaged."""
        try:
            numbers = {name: Decimal(text) for name, text in content.items()}
            return cls(**numbers)
        except InvalidOperation as damage:
            raise ValueError(f"a damaged counter: {content}") from damage


class TimedReading(NamedTuple):
    at_ms: int
    reading: Reading


class Amount(NamedTuple):
    """What came with one reading. `None` beside 00: the device measures, and what came since the reading before is not
    known or belongs to no slot; such a reading is no fault."""

    value: Decimal | None
    status: Status


class Told(NamedTuple):
    """A note: from the last reading before to the first behind. `amount` in the parameter's unit, if it is known."""

    kind: CounterNote
    from_ms: int
    until_ms: int
    amount: Decimal | None = None


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
    walk = _Walk(total, period_ms, slot, grace_ms, tuple(_points(seen)))
    walk.go()
    amounts = tuple(
        walk.amounts.get(position, Amount(None, Status.FAULT))
        for position, one in enumerate(seen)
        if slot.contains(one.at_ms)
    )
    return Count(amounts, tuple(walk.told))


class _Point(NamedTuple):
    """A reading with a total that counts: the device measures, or is being calibrated."""

    position: int
    at_ms: int
    total: Decimal
    status: Status


def _points(seen: Sequence[TimedReading]) -> list[_Point]:
    return [
        _Point(position, at_ms, Decimal(repr(reading.value)), reading.status)
        for position, (at_ms, reading) in enumerate(seen)
        if reading.value is not None and reading.status is not Status.FAULT
    ]


@dataclass(slots=True)
class _Walk:
    """One pass over the points. `level`: up to where everything is counted."""

    total: RunningTotal
    period_ms: int
    slot: Slot
    grace_ms: int
    points: tuple[_Point, ...]
    amounts: dict[int, Amount] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    level: _Point | None = None
    low: _Point | None = None
    """Below the level, for no reason that is known; the next one shows whether the total stays there."""
    high: _Point | None = None
    """The same above it."""
    usual: Decimal = Decimal(0)

    def go(self) -> None:
        self.usual = self._usual_growth()
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

    def _settle(self, place: int, point: _Point) -> None:
        """Whether what lay off the level was a wrong reading, or is where the total goes on from."""
        high, low, level = self.high, self.low, self.level
        if level is None:
            return
        if high is not None:
            if self._may_grow(point, level) or not self._may_grow(point, high):
                self.high = None
            else:
                self._tell(point, CounterNote.UNKNOWN, level.at_ms, high.at_ms, high.total - level.total)
                self._count_from(high)
        if low is not None and point.total >= level.total:
            self.low = None
        elif low is not None and point.total >= low.total and level.total - point.total > self._slight(level, point):
            self._count_from(low)

    def _rise(self, place: int, point: _Point, level: _Point) -> None:
        growth = point.total - level.total
        has_gap = self._has_gap(place)
        is_across = has_gap and self.points[place - 1].at_ms < self.slot.start_ms
        if not self._may_grow(point, level):
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

    def _fall(self, place: int, point: _Point, level: _Point) -> None:
        if self._has_gap(place):
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

    def _begun_anew(self, point: _Point, level: _Point) -> Decimal | None:
        """What came, if the total is below the level because it wrapped or was reset; `None`: for neither reason."""
        wrapped = None if self.total.range is None else point.total + self.total.range - level.total
        if wrapped is not None and 0 < wrapped <= self._greatest_wrap(point, level):
            return wrapped
        since_reset = point.total - self.total.zero
        if not 0 <= since_reset <= self._greatest_after_reset(point, level):
            return None
        self._tell(point, CounterNote.RESET, level.at_ms, point.at_ms)
        return since_reset

    def _is_taken_back(self, place: int, level: _Point) -> bool:
        """Whether one of the next two readings lies below this one, and not below the level: then this one is wrong.

        A reading of an earlier slot is judged by what was there when that slot was closed: what is in a record already
        is not counted again.
        """
        point = self.points[place]
        known_until_ms = self.slot.start_ms + self.grace_ms if point.at_ms < self.slot.start_ms else None
        return any(
            level.total <= one.total < point.total
            for behind, one in enumerate(self.points[place + 1 : place + 3], place + 1)
            if (known_until_ms is None or one.at_ms < known_until_ms) and not self._has_gap(behind)
        )

    def _is_back_at_once(self, place: int, level: _Point) -> bool:
        """Whether the next reading is where the total was: then the fall was a wrong reading."""
        if place + 1 == len(self.points) or self._has_gap(place + 1):
            return False
        return self._may_grow(self.points[place + 1], level)

    def _may_grow(self, point: _Point, level: _Point) -> bool:
        """Whether the total can have grown from there to here."""
        most = self._most(point, level)
        return point.total >= level.total and (most is None or point.total - level.total <= most)

    def _most(self, point: _Point, level: _Point) -> Decimal | None:
        """How much can have come in between. Less than a minute counts as one: many devices renew their total once a
        minute."""
        bounds: list[Decimal] = []
        if self.total.fastest is not None:
            bounds.append(self.total.fastest * max(point.at_ms - level.at_ms, MINUTE_MS) / MINUTE_MS)
        if self.total.range is not None:
            bounds.append(self.total.range / _RANGE_SHARE)
        if not bounds and level.total > self.total.zero:
            bounds.append(max(_UNBOUNDED_TIMES * (level.total - self.total.zero), self._expected(point, level)))
        return min(bounds, default=None)

    def _greatest_wrap(self, point: _Point, level: _Point) -> Decimal:
        whole = self.total.range or Decimal(0)
        share = whole / (_WRAP_SHARE if self.total.count else _WRAP_SHARE_OF_NUMBERS)
        believable = max(share, self._expected(point, level))
        most = self._most(point, level)
        return believable if most is None else min(believable, most)

    def _greatest_after_reset(self, point: _Point, level: _Point) -> Decimal:
        before = level.total - self.total.zero
        believable = min(before / _RESET_SHARE, max(before / _SLIGHT_SHARE, self._expected(point, level)))
        most = self._most(point, level)
        return believable if most is None else min(believable, most)

    def _slight(self, level: _Point, point: _Point) -> Decimal:
        return max((level.total - self.total.zero) / _SLIGHT_SHARE, self._expected(point, level))

    def _expected(self, point: _Point, level: _Point) -> Decimal:
        """What the total may well grow by in that time, as it has been growing lately."""
        polls = max(1, round((point.at_ms - level.at_ms) / self.period_ms))
        return max(_COUNTS * self.total.count, _USUAL_TIMES * self.usual) * polls

    def _usual_growth(self) -> Decimal:
        """The second greatest growth from poll to poll: one wrong reading makes nothing usual."""
        growths: list[Decimal] = [
            self.points[place].total - self.points[place - 1].total
            for place in range(1, len(self.points))
            if not self._has_gap(place)
        ]
        return max(Decimal(0), sorted(growths)[-2]) if len(growths) > 1 else Decimal(0)

    def _has_gap(self, place: int) -> bool:
        """Whether it is long since the reading before."""
        longest_ms = max(_POLLS_OF_A_GAP * self.period_ms, _SHORTEST_GAP_MS)
        return self.points[place].at_ms - self.points[place - 1].at_ms > longest_ms

    def _count_from(self, point: _Point) -> None:
        self.level, self.low, self.high = point, None, None

    def _put(self, point: _Point, value: Decimal | None, *, is_fault: bool = False, by: Status | None = None) -> None:
        """`by`: the state at the reading before. What came while somebody calibrated is no measurement."""
        status = Status.FAULT if is_fault else point.status
        self.amounts[point.position] = Amount(value, worst([status, by]) if value and by is not None else status)

    def _tell(
        self, point: _Point, kind: CounterNote, from_ms: int, until_ms: int, amount: Decimal | None = None
    ) -> None:
        if self.slot.contains(point.at_ms):
            self.told.append(Told(kind, from_ms, until_ms, amount))
