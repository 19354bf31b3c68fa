"""Slots of which a destination was to get a file that was never made: the gaps between those that it was meant to get.

A gap is one row, however long it is; nothing here walks through its slots.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from gateway.core.lateness import DelayCause

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NotMade:
    """Slots side by side, from the one that ends at `first_ms` to the one that ends at `last_ms`."""

    first_ms: int
    last_ms: int
    slots: int
    cause: DelayCause
    """As `gateway.core.long_outage.unmade_through` has it."""


class Gaps:
    """Of slots that are `slot_ms` long. Wraps the ends of those that were made, oldest first, and notes what is missing
    between them, and from the last of them to `until_ms`."""

    def __init__(
        self, slot_ms: int, before_ms: int | None, until_ms: int, cause_of: Callable[[int, int], DelayCause]
    ) -> None:
        """`before_ms`: the end of the last one before; `None`: nothing was to come before the first. `cause_of`: why
        nothing was made between two instants."""
        self.found: list[NotMade] = []
        self._slot_ms = slot_ms
        self._last_ms = before_ms
        self._until_ms = until_ms
        self._cause_of = cause_of

    def passing(self, made: Iterable[tuple[int, T]]) -> Iterator[T]:
        for end_ms, one in made:
            self._note(end_ms)
            yield one
        self._note(self._until_ms // self._slot_ms * self._slot_ms + self._slot_ms)

    def _note(self, end_ms: int) -> None:
        """The next that is there; one that is older than the last is no step back."""
        if self._last_ms is not None:
            slots = (end_ms - self._last_ms - 1) // self._slot_ms
            if slots > 0:
                first_ms, last_ms = self._last_ms + self._slot_ms, self._last_ms + slots * self._slot_ms
                cause = self._cause_of(first_ms - self._slot_ms, last_ms)
                self.found.append(NotMade(first_ms, last_ms, slots, cause))
        self._last_ms = end_ms if self._last_ms is None else max(self._last_ms, end_ms)
