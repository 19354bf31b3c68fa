"""What came of taking over another database: rows counted by table, and what of it cannot be brought back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from gateway.db.rebuilt import PageReading


@dataclass(frozen=True, slots=True, order=True)
class LostSlots:
    """Slots of that length of which the record is lost, and of which there is none here: ends of the first and last."""

    length_ms: int
    first_ms: int
    last_ms: int

    @property
    def slots(self) -> int:
        return (self.last_ms - self.first_ms) // self.length_ms + 1


@dataclass(slots=True)
class RecoveredRows:
    """Counts are of rows, by table."""

    taken: Counter[str] = field(default_factory=Counter)
    already: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    mended: int = 0
    other: list[str] = field(default_factory=list)
    """What is here with other content, and stayed."""

    def add(self, rest: RecoveredRows) -> None:
        self.taken += rest.taken
        self.already += rest.already
        self.lost += rest.lost
        self.mended += rest.mended
        self.other += rest.other


@dataclass(slots=True)
class Recovered(RecoveredRows):
    """What came of all of it."""

    made_again: int = 0
    """Records of which no file is left, and whose files are made again."""
    slots: list[LostSlots] = field(default_factory=list)
    unsent: list[tuple[str, int]] = field(default_factory=list)
    """Destination and slot of files that waited and cannot be made any more."""
    untold: list[str] = field(default_factory=list)
    """Names of files that are here now, and of which it is not known to whom they were sent."""
    page_reading: PageReading | None = None
    """It is broken so that some of it had to be read page by page: what stood on broken pages is not known."""

    @property
    def is_whole(self) -> bool:
        return not (self.lost.total() or self.unsent or self.untold or self.page_reading)
