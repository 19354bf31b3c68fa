"""Which video goes now. Pure.

What has kept its time goes, unless a pin holds it. Where room is short the oldest goes first, in this order, and only
as much as is needed: what is older than 90 days; what of that only pins hold that were made by themselves; what pins by
hand hold beyond their budget, if that was told for long enough; then what is younger than 90 days, which is an event of
its own; last what pins hold of that. Never the newest hour, and nothing by a clock that nobody vouches for, but for
what keeps the recording going.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gateway.core.instants import DAY_MS, HOUR_MS
from gateway.core.video import Pin, Segment, SegmentState

SHORTEST_MS = 90 * DAY_MS
"""Three months (TT10/2021)."""
NEWEST_MS = HOUR_MS
MOST_AT_ONCE = 200
"""Segments. More goes in the next step, and a person is told that much goes."""
LAST_ROOM_SHARE = 4
"""By a clock that is not believed nothing goes, unless no more than one part in so many of `leave_free` is left: then
the recording would stop, and which video is the oldest is known without a clock."""


@dataclass(frozen=True, slots=True)
class VideoRules:
    """How long, and how much. `max_bytes`: of all video together; `None`: what the disk has. `pinned_bytes`: what pins
    may hold of video that has kept its time."""

    keep_ms: int
    max_bytes: int | None
    leave_free: int
    pinned_bytes: int


@dataclass(frozen=True, slots=True)
class Stock:
    """What there is. `used_bytes`: of our video; `free_bytes`: on its disk; `newest_ms`: the end of the newest
    video."""

    used_bytes: int
    free_bytes: int
    newest_ms: int

    def needed_bytes(self, rules: VideoRules) -> int:
        """So much has to go."""
        over = 0 if rules.max_bytes is None else self.used_bytes - rules.max_bytes
        return max(0, over, rules.leave_free - self.free_bytes)


@dataclass(slots=True)
class Removal:
    """What goes, oldest first in each. `short_bytes`: what is still needed when all of it is gone."""

    aged: list[Segment] = field(default_factory=list)
    """It has kept its time."""
    for_room: list[Segment] = field(default_factory=list)
    """Older than 90 days, and not as old as was wanted; or held by pins that give way."""
    early: list[Segment] = field(default_factory=list)
    """Younger than 90 days."""
    unstamped: list[Segment] = field(default_factory=list)
    """Nobody vouches for their time: what was recorded first, where nothing else is left and recording would stop."""
    giving_way: list[Pin] = field(default_factory=list)
    """Pins that hold no more."""
    pinned_bytes: int = 0
    """What pins still hold of video that has kept its time."""
    by_hand_bytes: int = 0
    """What of that is held by hand."""
    short_bytes: int = 0
    is_more: bool = False
    """More than may go at once."""

    def all(self) -> list[Segment]:
        return [*self.aged, *self.for_room, *self.early, *self.unstamped]


def plan_removal(
    oldest_first: Iterable[Segment],
    pins: Sequence[Pin],
    stock: Stock,
    rules: VideoRules,
    now_ms: int,
    *,
    is_believed: bool,
    hand_may_go: bool = False,
    early_bytes: int,
) -> Removal:
    """`oldest_first`: segments of which there is a file, or was, by their begin; looked through only as far as needed.
    `pins`: those that hold. `is_believed`: whether the clock says how old something is. `hand_may_go`: a person was
    told for long enough that pins hold more than their budget. `early_bytes`: so much may go now that is younger than
    90 days: what another program fills must not cost all there is within minutes.
    """
    if is_believed:
        needed = stock.needed_bytes(rules)
    else:
        needed = max(0, rules.leave_free // LAST_ROOM_SHARE - stock.free_bytes)
    found = _look_through(oldest_first, pins, stock, rules, now_ms, is_believed, needed, early_bytes)
    plan = _Plan(needed, found.is_more)
    plan.take_aged(found.aged)
    plan.keep_pins_within(found.aged_pinned, rules.pinned_bytes)
    plan.take_for_room(found.old)
    if found.young or not found.is_more:  # else there is more that no pin holds
        plan.release_for_room([*found.aged_pinned, *found.old_pinned])
        if hand_may_go:
            plan.release_beyond(found.aged_pinned, rules.pinned_bytes)
    plan.take_early(found.young, early_bytes)
    if not found.is_more:
        plan.release_early(found.young_pinned, early_bytes, hand_may_go=hand_may_go)
    return plan.result(found.aged_pinned)


def bytes_of(segments: Iterable[Segment]) -> int:
    return sum(segment.bytes or 0 for segment in segments)


@dataclass(frozen=True, slots=True)
class _Held:
    """A segment, and the pins that hold it."""

    segment: Segment
    pins: tuple[Pin, ...]

    @property
    def is_by_hand(self) -> bool:
        return any(pin.is_by_hand for pin in self.pins)


@dataclass(slots=True)
class _Found:
    """What of the video was looked at, by its age, each oldest first."""

    aged: list[Segment] = field(default_factory=list)
    aged_pinned: list[_Held] = field(default_factory=list)
    old: list[Segment] = field(default_factory=list)
    old_pinned: list[_Held] = field(default_factory=list)
    young: list[Segment] = field(default_factory=list)
    young_pinned: list[_Held] = field(default_factory=list)
    is_more: bool = False


def _look_through(
    oldest_first: Iterable[Segment],
    pins: Sequence[Pin],
    stock: Stock,
    rules: VideoRules,
    now_ms: int,
    is_believed: bool,
    needed: int,
    early_bytes: int,
) -> _Found:
    """As far as it takes to find what is needed."""
    found, sweep, count, freed, young_bytes = _Found(), _PinSweep(pins), 0, 0, 0
    protected_ms = min(now_ms, stock.newest_ms) - NEWEST_MS
    for segment in oldest_first:
        end_ms = segment.begin_ms if segment.end_ms is None else segment.end_ms
        is_aged = is_believed and end_ms <= now_ms - rules.keep_ms
        if not is_aged and (freed >= needed or segment.begin_ms > protected_ms):
            break
        if count == MOST_AT_ONCE:
            found.is_more = True
            break
        if not is_aged and (end_ms > protected_ms or segment.state is SegmentState.MISSING):
            continue
        is_young = end_ms > now_ms - SHORTEST_MS
        if is_young and young_bytes >= early_bytes:
            break
        holders = sweep.holders(segment, end_ms)
        if holders:
            pinned = found.aged_pinned if is_aged else found.young_pinned if is_young else found.old_pinned
            pinned.append(_Held(segment, holders))
            continue
        (found.aged if is_aged else found.young if is_young else found.old).append(segment)
        count += 1
        freed += segment.bytes or 0
        young_bytes += (segment.bytes or 0) if is_young else 0
    return found


class _PinSweep:
    """Which pins hold a segment; asked in the order of their begins."""

    def __init__(self, pins: Sequence[Pin]) -> None:
        self._to_come = sorted(pins, key=lambda pin: pin.begin_ms, reverse=True)
        self._here: list[Pin] = []

    def holders(self, segment: Segment, end_ms: int) -> tuple[Pin, ...]:
        begin_ms = segment.begin_ms
        self._here = [pin for pin in self._here if pin.end_ms > begin_ms]
        while self._to_come and self._to_come[-1].begin_ms < end_ms:
            pin = self._to_come.pop()
            if pin.end_ms > begin_ms:
                self._here.append(pin)
        return tuple(pin for pin in self._here if pin.begin_ms < end_ms and pin.camera in (None, segment.camera))


class _Plan:
    """What goes so far, and how much is still needed."""

    def __init__(self, needed: int, is_more: bool) -> None:
        self._needed = needed
        self._removal = Removal(is_more=is_more)
        self._taken: set[int] = set()
        self._giving_way: dict[int, Pin] = {}

    def take_aged(self, segments: Iterable[Segment]) -> None:
        for segment in segments:
            self._take(segment, self._removal.aged)

    def keep_pins_within(self, held: Sequence[_Held], budget: int) -> None:
        """The oldest pins that were made by themselves give way until the others are within their budget."""
        over = self._left(held) - budget
        for one in held:
            if over <= 0:
                return
            if not one.is_by_hand:
                self._release(one, self._removal.aged)
                over -= one.segment.bytes or 0

    def take_for_room(self, segments: Iterable[Segment]) -> None:
        for segment in segments:
            if self._needed > 0:
                self._take(segment, self._removal.for_room)

    def release_for_room(self, held: Iterable[_Held]) -> None:
        for one in held:
            if self._needed > 0 and not one.is_by_hand and one.segment.id not in self._taken:
                self._release(one, self._removal.for_room)

    def release_beyond(self, held: Sequence[_Held], budget: int) -> None:
        """Of what is held by hand what is beyond the budget, the oldest first."""
        over = self._left(held) - budget
        for one in held:
            if over > 0 and self._needed > 0 and one.segment.id not in self._taken:
                self._release(one, self._removal.for_room)
                over -= one.segment.bytes or 0

    def take_early(self, segments: Iterable[Segment], early_bytes: int) -> None:
        for segment in segments:
            if self._needed > 0 and bytes_of(self._removal.early) < early_bytes:
                self._take(segment, self._removal.early)

    def release_early(self, held: Iterable[_Held], early_bytes: int, *, hand_may_go: bool) -> None:
        for one in held:
            is_allowed = hand_may_go or not one.is_by_hand
            if self._needed > 0 and is_allowed and bytes_of(self._removal.early) < early_bytes:
                self._release(one, self._removal.early)

    def result(self, aged_pinned: Sequence[_Held]) -> Removal:
        removal = self._removal
        removal.giving_way = sorted(self._giving_way.values(), key=lambda pin: (pin.begin_ms, pin.id))
        removal.pinned_bytes = self._left(aged_pinned)
        removal.by_hand_bytes = self._left([one for one in aged_pinned if one.is_by_hand])
        removal.short_bytes = max(0, self._needed)
        return removal

    def _left(self, held: Iterable[_Held]) -> int:
        return bytes_of(one.segment for one in held if one.segment.id not in self._taken)

    def _release(self, one: _Held, among: list[Segment]) -> None:
        self._giving_way |= {pin.id: pin for pin in one.pins}
        self._take(one.segment, among)

    def _take(self, segment: Segment, among: list[Segment]) -> None:
        among.append(segment)
        self._taken.add(segment.id)
        self._needed -= segment.bytes or 0
