"""The oldest of the video, by its age and by whether pins hold it; only as much of it as is needed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gateway.core.video import Pin, Segment, SegmentState
from gateway.core.video_rules import NEWEST_MS, SHORTEST_MS, Stock, VideoRules

MOST_AT_ONCE = 200
"""Segments. More goes in the next step, and a person is told that much goes."""


@dataclass(frozen=True, slots=True)
class HeldSegment:
    """A segment, and the pins that hold it."""

    segment: Segment
    pins: tuple[Pin, ...]

    @property
    def is_by_hand(self) -> bool:
        return any(pin.is_by_hand for pin in self.pins)


@dataclass(slots=True)
class VideoByAge:
    """What of the video was looked at, by its age, each oldest first."""

    aged: list[Segment] = field(default_factory=list)
    aged_pinned: list[HeldSegment] = field(default_factory=list)
    old: list[Segment] = field(default_factory=list)
    old_pinned: list[HeldSegment] = field(default_factory=list)
    young: list[Segment] = field(default_factory=list)
    young_pinned: list[HeldSegment] = field(default_factory=list)
    is_more: bool = False


def sort_by_age(
    oldest_first: Iterable[Segment],
    pins: Sequence[Pin],
    stock: Stock,
    rules: VideoRules,
    now_ms: int,
    is_believed: bool,
    needed: int,
    early_bytes: int,
) -> VideoByAge:
    """`oldest_first` as far as it takes to find what is `needed`; the other parameters as those of `plan_removal`."""
    found, sweep, count, freed, young_bytes = VideoByAge(), _PinSweep(pins), 0, 0, 0
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
            pinned.append(HeldSegment(segment, holders))
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
