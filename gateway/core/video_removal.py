"""What goes of the video, piece by piece. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gateway.core.video import Pin, Segment
from gateway.core.video_by_age import HeldSegment


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


class RemovalPlan:
    """What goes so far, and how much is still needed."""

    def __init__(self, needed: int, is_more: bool) -> None:
        self._needed = needed
        self._removal = Removal(is_more=is_more)
        self._taken: set[int] = set()
        self._giving_way: dict[int, Pin] = {}

    def take_aged(self, segments: Iterable[Segment]) -> None:
        for segment in segments:
            self._take(segment, self._removal.aged)

    def keep_pins_within(self, held: Sequence[HeldSegment], budget: int) -> None:
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

    def release_for_room(self, held: Iterable[HeldSegment]) -> None:
        for one in held:
            if self._needed > 0 and not one.is_by_hand and one.segment.id not in self._taken:
                self._release(one, self._removal.for_room)

    def release_beyond(self, held: Sequence[HeldSegment], budget: int) -> None:
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

    def release_early(self, held: Iterable[HeldSegment], early_bytes: int, *, hand_may_go: bool) -> None:
        for one in held:
            is_allowed = hand_may_go or not one.is_by_hand
            if self._needed > 0 and is_allowed and bytes_of(self._removal.early) < early_bytes:
                self._release(one, self._removal.early)

    def result(self, aged_pinned: Sequence[HeldSegment]) -> Removal:
        removal = self._removal
        removal.giving_way = sorted(self._giving_way.values(), key=lambda pin: (pin.begin_ms, pin.id))
        removal.pinned_bytes = self._left(aged_pinned)
        removal.by_hand_bytes = self._left([one for one in aged_pinned if one.is_by_hand])
        removal.short_bytes = max(0, self._needed)
        return removal

    def _left(self, held: Iterable[HeldSegment]) -> int:
        return bytes_of(one.segment for one in held if one.segment.id not in self._taken)

    def _release(self, one: HeldSegment, among: list[Segment]) -> None:
        self._giving_way |= {pin.id: pin for pin in one.pins}
        self._take(one.segment, among)

    def _take(self, segment: Segment, among: list[Segment]) -> None:
        among.append(segment)
        self._taken.add(segment.id)
        self._needed -= segment.bytes or 0


def bytes_of(segments: Iterable[Segment]) -> int:
    return sum(segment.bytes or 0 for segment in segments)
