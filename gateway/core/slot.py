"""Slots: the regulation's five minutes. Half-open `[start, end)`, aligned to the full hour, named by their end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.core.instants import HOUR_MS


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """An interval of the wall clock in UTC milliseconds; `end_ms` is its name (TT10/2021: the time in the file)."""

    end_ms: int
    length_ms: int

    def __post_init__(self) -> None:
        if self.length_ms <= 0 or HOUR_MS % self.length_ms:
            raise ValueError(f"a slot's length divides an hour; {self.length_ms} ms does not")
        if self.end_ms % self.length_ms:
            raise ValueError(f"a slot of {self.length_ms} ms cannot end at {self.end_ms}")

    @property
    def start_ms(self) -> int:
        return self.end_ms - self.length_ms

    def contains(self, at_ms: int) -> bool:
        return self.start_ms <= at_ms < self.end_ms

    def following(self) -> Slot:
        return Slot(self.end_ms + self.length_ms, self.length_ms)


def slot_of(at_ms: int, length_ms: int) -> Slot:
    """The slot in which the instant lies. An instant on a boundary opens the next slot."""
    return Slot((at_ms // length_ms + 1) * length_ms, length_ms)


def slots_between(from_ms: int, to_ms: int, length_ms: int) -> Iterator[Slot]:
    """Every slot that touches `[from_ms, to_ms)`, oldest first."""
    slot = slot_of(from_ms, length_ms)
    while max(slot.start_ms, from_ms) < to_ms:
        yield slot
        slot = slot.following()


def is_closable(slot: Slot, now_ms: int, grace_ms: int, oldest_unfinished_ms: int | None, patience_ms: int) -> bool:
    """Whether nothing more can be expected for the slot.

    True from `end + grace` on, unless a poll that began before the end is still under way; such a poll is waited for
    until `end + grace + patience` and then declared silent.
    """
    due_ms = slot.end_ms + grace_ms
    if now_ms < due_ms:
        return False
    awaited = oldest_unfinished_ms is not None and oldest_unfinished_ms < slot.end_ms
    return not awaited or now_ms >= due_ms + patience_ms
