"""How long an authority saw nothing: interruptions of what one destination receives, from arrival to arrival.

TT10/2021: an interruption of more than 12 hours is to be reported in writing, with the reason. It lasts from the last
file that arrived before it to the first that arrived after it, whichever files these were: that is what the authority
can see, and a minute over twelve hours must never read as a minute less.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.core.clock_set import SkippedTime, skipped_ms
from gateway.core.completeness import Period, SlotFile
from gateway.core.instants import DUE_MS, HOUR_MS
from gateway.core.lateness import DelayCause

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
) -> tuple[Interruption, ...]:
    """The interruptions in which slots of the period are missing, oldest first. `arrivals_ms`: when anything arrived,
    oldest first, from the last before the period to the first after it. `skipped`: time that did not pass.

    Files that are not due yet are not judged. A slot of which no file is known was never made: the gateway was off, or
    the clock jumped over it.
    Worked: the line is down from 00:00 to 13:00; the file of 23:55 arrived at 23:55:04, the first one after at
    13:00:09: 13 h 5 min 5 s, to be reported. A file that comes late between others that arrive is no interruption of
    its own: it belongs to the minutes between its neighbours.
    """
    known = {one.end_ms: one for one in files}
    missing: dict[int, list[SlotFile]] = {}
    for end_ms in period.ends_ms():
        if now_ms - end_ms <= due_ms and (end_ms not in known or known[end_ms].arrived_ms is None):
            continue
        file = known.get(end_ms, SlotFile(end_ms, None))
        if file.arrived_ms is None or file.arrived_ms - end_ms > due_ms:
            missing.setdefault(bisect_right(arrivals_ms, end_ms), []).append(file)
    found = []
    for at, late in sorted(missing.items()):
        lasts = at == len(arrivals_ms)
        begin_ms = arrivals_ms[at - 1] if at else late[0].end_ms - period.slot_ms
        end_ms = now_ms if lasts else arrivals_ms[at]
        jumped_ms = skipped_ms(begin_ms, end_ms, skipped)
        causes: dict[DelayCause, int] = {}
        for file in late:
            cause = file.cause if file.end_ms in known else unmade_through(begin_ms, end_ms, jumped_ms)
            if cause is not None:
                causes[cause] = causes.get(cause, 0) + 1
        recovered = sum(file.arrived_ms is not None for file in late)
        ranked = tuple(sorted(causes.items(), key=lambda one: -one[1]))
        found.append(Interruption(begin_ms, end_ms, len(late), ranked, recovered, lasts, jumped_ms))
    return tuple(found)


def unmade_through(begin_ms: int, end_ms: int, jumped_ms: int) -> DelayCause:
    """Why the slots of this time were never made, of which so much never passed."""
    return DelayCause.CLOCK if 2 * jumped_ms > end_ms - begin_ms else DelayCause.GATEWAY_OFF
