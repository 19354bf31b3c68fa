"""How long an authority saw nothing: interruptions of what one destination receives, from arrival to arrival.

TT10/2021: an interruption of more than 12 hours is to be reported in writing, with the reason. It lasts from the last
file that arrived before it to the first that arrived after it, whichever files these were: that is what the authority
can see, and a minute over twelve hours must never read as a minute less.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.core.clock_set import SkippedTime, skipped_ms
from gateway.core.completeness import Gap, Period, SlotFile, gaps
from gateway.core.instants import DUE_MS, HOUR_MS
from gateway.core.lateness import DelayCause, Downtime, off_through

REPORTABLE_MS = 12 * HOUR_MS


class LongOutage(StrEnum):
    """Kinds of events: interruptions of more than twelve hours."""

    OUTAGE = "outage"
    """Nothing arrived at a destination."""
    GATEWAY_OFF = "gateway_off"
    """The gateway did not run: nothing was measured."""


def is_reportable(length_ms: int) -> bool:
    """More than 12 hours: the department is to be told in writing, with the reason (TT10/2021)."""
    return length_ms > REPORTABLE_MS


@dataclass(frozen=True, slots=True)
class Interruption:
    """A time between two arrivals in which files that were due did not come."""

    begin_ms: int
    """The last arrival before; without any, the beginning of the first slot that is missing."""
    end_ms: int
    """The first arrival after; while there is none, now."""
    slots: int
    """Those that end in this time and whose files were not there when they were due."""
    causes: tuple[tuple[DelayCause, int], ...]
    """What held the files up, and how many; the most frequent first, of equals the earlier."""
    arrived_later: int
    """How many arrived after all."""
    lasts: bool
    skipped_ms: int = 0
    """What of it never passed: the clock was set ahead."""

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.begin_ms - self.skipped_ms

    @property
    def is_reportable(self) -> bool:
        return is_reportable(self.length_ms)

    @property
    def main_cause(self) -> DelayCause | None:
        """The most frequent one; `None`: nothing is known of any."""
        return self.causes[0][0] if self.causes else None


def interruptions(
    files: Iterable[SlotFile],
    arrivals_ms: Sequence[int],
    period: Period,
    now_ms: int,
    due_ms: int = DUE_MS,
    skipped: Sequence[SkippedTime] = (),
    downtimes: Sequence[Downtime] = (),
) -> tuple[Interruption, ...]:
    """The interruptions in which slots of the period are missing, oldest first. `arrivals_ms`: when anything arrived,
    oldest first, from the last before the period to the first after it. `skipped`: time that did not pass. `downtimes`:
    when the gateway was off or stood still, as far as is known.

    Files that are not due yet are not judged. A slot of which no file is known was never made: the gateway was off, or
    the clock jumped over it.
    Worked: the line is down from 00:00 to 13:00; the file of 23:55 arrived at 23:55:04, the first one after at
    13:00:09: 13 h 5 min 5 s, to be reported. A file that comes late between others that arrive is no interruption of
    its own: it belongs to the minutes between its neighbours. As much work as there are files and arrivals, however
    long the period.
    """
    known = {one.end_ms: one for one in files if period.contains(one.end_ms)}
    missing: dict[int, list[_MissingSlots]] = {}
    for file in known.values():
        if _is_late(file, now_ms, due_ms):
            missing.setdefault(bisect_right(arrivals_ms, file.end_ms), []).append(_MissingSlots(file.end_ms, 1, file))
    for gap in gaps(known, period):
        for at, unmade in _between_arrivals(gap, arrivals_ms, period.slot_ms, now_ms - due_ms - 1):
            missing.setdefault(at, []).append(unmade)
    found = []
    for at, late in sorted(missing.items()):
        late.sort(key=lambda one: one.first_ms)
        lasts = at == len(arrivals_ms)
        begin_ms = arrivals_ms[at - 1] if at else late[0].first_ms - period.slot_ms
        end_ms = now_ms if lasts else arrivals_ms[at]
        jumped_ms = skipped_ms(begin_ms, end_ms, skipped)
        causes: dict[DelayCause, int] = {}
        for one in late:
            cause = unmade_through(begin_ms, end_ms, jumped_ms, downtimes) if one.file is None else one.file.cause
            if cause is not None:
                causes[cause] = causes.get(cause, 0) + one.slots
        recovered = sum(one.file is not None and one.file.arrived_ms is not None for one in late)
        ranked = tuple(sorted(causes.items(), key=lambda one: -one[1]))
        slots = sum(one.slots for one in late)
        found.append(Interruption(begin_ms, end_ms, slots, ranked, recovered, lasts, jumped_ms))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _MissingSlots:
    """Slots in a row whose files were not there when they were due: one with its file, or some that were never made.
    `first_ms`: the end of the first."""

    first_ms: int
    slots: int
    file: SlotFile | None


def _is_late(file: SlotFile, now_ms: int, due_ms: int) -> bool:
    return (now_ms if file.arrived_ms is None else file.arrived_ms) - file.end_ms > due_ms


def _between_arrivals(
    gap: Gap, arrivals_ms: Sequence[int], slot_ms: int, until_ms: int
) -> Iterator[tuple[int, _MissingSlots]]:
    """The slots of the gap that end by then, parted by the arrivals; each part with the number of arrivals before."""
    first_ms, last_ms = gap.begin_ms + slot_ms, min(gap.end_ms, until_ms // slot_ms * slot_ms)
    while first_ms <= last_ms:
        at = bisect_right(arrivals_ms, first_ms)
        end_ms = last_ms if at == len(arrivals_ms) else min(last_ms, (arrivals_ms[at] - 1) // slot_ms * slot_ms)
        yield at, _MissingSlots(first_ms, (end_ms - first_ms) // slot_ms + 1, None)
        first_ms = end_ms + slot_ms


def unmade_through(begin_ms: int, end_ms: int, jumped_ms: int, downtimes: Sequence[Downtime] = ()) -> DelayCause:
    """Why the slots of this time were never made, of which so much never passed."""
    if 2 * jumped_ms > end_ms - begin_ms:
        return DelayCause.CLOCK
    return off_through(downtimes, begin_ms, end_ms) or DelayCause.GATEWAY_OFF
