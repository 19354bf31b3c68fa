"""What a running total can have done from one reading to another: grown, wrapped, begun anew, or none of them.

Bounds, and nothing of what follows from them: that is `gateway.core.counter`'s. They come from what is known of the
device and from how its total has been growing lately. In the parameter's unit. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from gateway.core.instants import MINUTE_MS
from gateway.core.reading import Status, TimedReading
from gateway.core.running_total import RunningTotal

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


class TotalPoint(NamedTuple):
    """A reading with a total that counts: the device measures, or is being calibrated."""

    position: int
    at_ms: int
    total: Decimal
    status: Status


def points_of(seen: Sequence[TimedReading]) -> tuple[TotalPoint, ...]:
    """Those of the readings that count, with their positions."""
    return tuple(
        TotalPoint(position, at_ms, Decimal(repr(reading.value)), reading.status)
        for position, (at_ms, reading) in enumerate(seen)
        if reading.value is not None and reading.status is not Status.FAULT
    )


class TotalGrowth:
    """How the total behind these points grows. `level` is in every question the earlier point, `point` the later."""

    def __init__(self, total: RunningTotal, period_ms: int, points: Sequence[TotalPoint]) -> None:
        self._total = total
        self._period_ms = period_ms
        self._points = points
        self._usual = self._usual_growth()

    def has_gap(self, place: int) -> bool:
        """Whether it is long since the reading before."""
        longest_ms = max(_POLLS_OF_A_GAP * self._period_ms, _SHORTEST_GAP_MS)
        return self._points[place].at_ms - self._points[place - 1].at_ms > longest_ms

    def may_grow(self, point: TotalPoint, level: TotalPoint) -> bool:
        """Whether the total can have grown from there to here."""
        most = self._most(point, level)
        return point.total >= level.total and (most is None or point.total - level.total <= most)

    def wrapped(self, point: TotalPoint, level: TotalPoint) -> Decimal | None:
        """What came, if the total is below the level because it wrapped; `None`: it did not."""
        if self._total.range is None:
            return None
        wrapped = point.total + self._total.range - level.total
        return wrapped if 0 < wrapped <= self._greatest_wrap(point, level) else None

    def since_reset(self, point: TotalPoint, level: TotalPoint) -> Decimal | None:
        """What came since the device began to count anew; `None`: it did not."""
        since_reset = point.total - self._total.zero
        return since_reset if 0 <= since_reset <= self._greatest_after_reset(point, level) else None

    def is_slight_fall(self, point: TotalPoint, level: TotalPoint) -> bool:
        """Whether the total lies so little below the level that it trembles, or as little as comes in that time."""
        slight = max((level.total - self._total.zero) / _SLIGHT_SHARE, self._expected(point, level))
        return level.total - point.total <= slight

    def _most(self, point: TotalPoint, level: TotalPoint) -> Decimal | None:
        """How much can have come in between. Less than a minute counts as one: many devices renew their total once a
        minute."""
        bounds: list[Decimal] = []
        if self._total.fastest is not None:
            bounds.append(self._total.fastest * max(point.at_ms - level.at_ms, MINUTE_MS) / MINUTE_MS)
        if self._total.range is not None:
            bounds.append(self._total.range / _RANGE_SHARE)
        if not bounds and level.total > self._total.zero:
            bounds.append(max(_UNBOUNDED_TIMES * (level.total - self._total.zero), self._expected(point, level)))
        return min(bounds, default=None)

    def _greatest_wrap(self, point: TotalPoint, level: TotalPoint) -> Decimal:
        whole = self._total.range or Decimal(0)
        share = whole / (_WRAP_SHARE if self._total.count else _WRAP_SHARE_OF_NUMBERS)
        believable = max(share, self._expected(point, level))
        most = self._most(point, level)
        return believable if most is None else min(believable, most)

    def _greatest_after_reset(self, point: TotalPoint, level: TotalPoint) -> Decimal:
        before = level.total - self._total.zero
        believable = min(before / _RESET_SHARE, max(before / _SLIGHT_SHARE, self._expected(point, level)))
        most = self._most(point, level)
        return believable if most is None else min(believable, most)

    def _expected(self, point: TotalPoint, level: TotalPoint) -> Decimal:
        """What the total may well grow by in that time, as it has been growing lately."""
        polls = max(1, round((point.at_ms - level.at_ms) / self._period_ms))
        return max(_COUNTS * self._total.count, _USUAL_TIMES * self._usual) * polls

    def _usual_growth(self) -> Decimal:
        """The second greatest growth from poll to poll: one wrong reading makes nothing usual."""
        growths: list[Decimal] = [
            self._points[place].total - self._points[place - 1].total
            for place in range(1, len(self._points))
            if not self.has_gap(place)
        ]
        return max(Decimal(0), sorted(growths)[-2]) if len(growths) > 1 else Decimal(0)
