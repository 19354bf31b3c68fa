"""How much of what is due was measured and arrived, and what is missing.

Pure facts in, pure facts out: the caller looks up what was kept and what arrived. TT10/2021: a station's rate of
reception is to be at least 80 %; hourly files reach the Ministry at the latest after ten days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from gateway.core.instants import DAY_MS
from gateway.core.lateness import DelayCause

ENOUGH_PERCENT = 80.0
TEN_DAYS_MS = 10 * DAY_MS


@dataclass(frozen=True, slots=True)
class Ratio:
    """`received` of `expected`."""

    received: int
    expected: int

    @property
    def percent(self) -> float | None:
        """`None`: nothing was expected."""
        return None if self.expected == 0 else 100 * self.received / self.expected

    def is_enough(self, percent: float = ENOUGH_PERCENT) -> bool:
        """Whether the share is at least so much; nothing of nothing is."""
        return self.received * 100 >= percent * self.expected


@dataclass(frozen=True, slots=True)
class Period:
    """The slots whose ends lie in `(from_ms, to_ms]`: a day, a month, any range. `to_ms` at most now.

    Raises:
        ValueError: an end before its beginning.
    """

    from_ms: int
    to_ms: int
    slot_ms: int

    def __post_init__(self) -> None:
        if self.to_ms < self.from_ms:
            raise ValueError(f"a period does not end ({self.to_ms}) before it begins ({self.from_ms})")

    @property
    def first_ms(self) -> int:
        """The end of its first slot, if it has any."""
        return (self.from_ms // self.slot_ms + 1) * self.slot_ms

    @property
    def last_ms(self) -> int:
        """The end of its last slot, if it has any."""
        return self.to_ms // self.slot_ms * self.slot_ms

    def ends_ms(self) -> range:
        """The slots' ends, oldest first. Never walk through them: a period may last a hundred years."""
        return range(self.first_ms, self.last_ms + 1, self.slot_ms)

    def __len__(self) -> int:
        return self.to_ms // self.slot_ms - self.from_ms // self.slot_ms

    def contains(self, end_ms: int) -> bool:
        return self.from_ms < end_ms <= self.to_ms and end_ms % self.slot_ms == 0


class Outlook(StrEnum):
    """What becomes of a file that has not arrived, if nobody does anything."""

    WAITING = "waiting"
    """It is sent as soon as it can be."""
    SET_ASIDE = "set_aside"
    """It is not: the server refused it, or never showed what it had accepted. A person has to decide."""
    GIVEN_UP = "given_up"
    """It is not: a person decided so."""


class SlotFile(NamedTuple):  # a month has nine thousand, and this is made four times as fast
    """A slot's file on its way to one destination. `arrived_ms=None`: not yet. `cause`: what made it late, if it is.
    `outlook` tells nothing of one that has arrived."""

    end_ms: int
    arrived_ms: int | None
    cause: DelayCause | None = None
    outlook: Outlook = Outlook.WAITING


@dataclass(frozen=True, slots=True)
class Gap:
    """Consecutive slots that are missing: `[begin_ms, end_ms)`, the first one's beginning to the last one's end."""

    begin_ms: int
    end_ms: int
    slots: int


def ratio_received(files: Iterable[SlotFile], period: Period, within_ms: int | None = None) -> Ratio:
    """How many of the period's files a destination has received; with `within_ms`, so soon after the slot's end.

    The ten-day rule for hourly files: `ratio_received(files, period, TEN_DAYS_MS).is_enough()`.
    Worked: a day of 288 files, 231 arrived: 80.2 %, which is enough; 230: 79.9 %, which is not.
    """
    ends = {
        one.end_ms
        for one in files
        if period.contains(one.end_ms)
        and one.arrived_ms is not None
        and (within_ms is None or one.arrived_ms - one.end_ms <= within_ms)
    }
    return Ratio(len(ends), len(period))


def gaps(present_ms: Iterable[int], period: Period) -> tuple[Gap, ...]:
    """The runs of the period's slots that are not among these ends: of a parameter, of the records, of a destination.
    As much work as there are ends, however long the period.

    Worked, 5-minute slots: 00:05, 00:20 present in (00:00, 00:25] → gaps 00:05 to 00:15 (2) and 00:20 to 00:25 (1).
    """
    slot_ms, expected_ms, from_ms, to_ms = period.slot_ms, period.first_ms, period.from_ms, period.to_ms
    found: list[Gap] = []
    present = {one for one in present_ms if from_ms < one <= to_ms and one % slot_ms == 0}  # months of them, fast
    for end_ms in [*sorted(present), period.last_ms + slot_ms]:
        if end_ms > expected_ms:
            found.append(Gap(expected_ms - slot_ms, end_ms - slot_ms, (end_ms - expected_ms) // slot_ms))
        expected_ms = end_ms + slot_ms
    return tuple(found)
