"""How long an authority saw nothing: interruptions of what one destination receives, from arrival to arrival.

TT10/2021: an interruption of more than 12 hours is to be reported in writing, with the reason. It lasts from the last
file that arrived before it to the first that arrived after it, whichever files these were: that is what the authority
can see, and a minute over twelve hours must never read as a minute less.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.core.clock_set import SkippedTime, skipped_ms
from gateway.core.completeness import Gap, Outlook, Period, SlotFile, gaps
from gateway.core.full_card import FullCard, was_full
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
    outlooks: tuple[tuple[Outlook, int], ...] = ()
    """What becomes of those that have a file and have not arrived, and how many: those that there are any of."""
    missing_ms: tuple[int, int] = (0, 0)
    """Ends of the first and the last of these slots."""

    @property
    def without_file(self) -> int:
        """Slots of which there is nothing that could arrive."""
        return self.slots - self.arrived_later - sum(count for _, count in self.outlooks)

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
    empty_ms: Iterable[int] = (),
    full_card: Sequence[FullCard] = (),
) -> tuple[Interruption, ...]:
    """The interruptions in which slots of the period are missing, oldest first. `arrivals_ms`: when anything arrived,
    oldest first, from the last before the period to the first after it. `skipped`: time that did not pass. `downtimes`:
    when the gateway was off or stood still, as far as is known. `empty_ms`: slots of which there was nothing to send.
    `full_card`: when the card had hardly any room.

    Files that are not due yet are not judged. A slot of which no file is known was never made: the gateway was off, or
    the clock jumped over it; where neither is known, nobody says why.
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
    empty = {end_ms for end_ms in empty_ms if period.contains(end_ms)} - known.keys()
    for end_ms in empty:
        if now_ms - end_ms > due_ms:
            at = bisect_right(arrivals_ms, end_ms)
            missing.setdefault(at, []).append(_MissingSlots(end_ms, 1, None, DelayCause.NO_VALUES))
    for gap in gaps(known.keys() | empty, period):
        for at, unmade in _between_arrivals(gap, arrivals_ms, period.slot_ms, now_ms - due_ms - 1):
            missing.setdefault(at, []).append(unmade)
    found = []
    for at, late in sorted(missing.items()):
        late.sort(key=lambda one: one.first_ms)
        lasts = at == len(arrivals_ms)
        begin_ms = arrivals_ms[at - 1] if at else late[0].first_ms - period.slot_ms
        end_ms = now_ms if lasts else arrivals_ms[at]
        jumped_ms = skipped_ms(begin_ms, end_ms, skipped)
        causes: Counter[DelayCause] = Counter()
        outlooks: Counter[Outlook] = Counter()
        for one in late:
            cause = one.cause if one.file is None else one.file.cause
            if cause is None and one.file is None:
                first_ms = max(begin_ms, one.first_ms - period.slot_ms)
                last_ms = min(end_ms, one.first_ms + (one.slots - 1) * period.slot_ms)
                cause = unmade_through(first_ms, last_ms, skipped, downtimes, full_card)
            if cause is not None:
                causes[cause] += one.slots
            if one.file is not None and one.file.arrived_ms is None:
                outlooks[one.file.outlook] += 1
        recovered = sum(one.file is not None and one.file.arrived_ms is not None for one in late)
        ranked = tuple(sorted(causes.items(), key=lambda one: -one[1]))
        states = tuple((one, outlooks[one]) for one in Outlook if outlooks[one])
        slots = sum(one.slots for one in late)
        ends_ms = (late[0].first_ms, max(one.first_ms + (one.slots - 1) * period.slot_ms for one in late))
        found.append(Interruption(begin_ms, end_ms, slots, ranked, recovered, lasts, jumped_ms, states, ends_ms))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _MissingSlots:
    """Slots in a row whose files were not there when they were due: one with its file, or some that were never made.
    `first_ms`: the end of the first."""

    first_ms: int
    slots: int
    file: SlotFile | None
    cause: DelayCause | None = None
    """Of those without a file, where it is known already."""


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


def unmade_through(
    begin_ms: int,
    end_ms: int,
    skipped: Sequence[SkippedTime],
    downtimes: Sequence[Downtime],
    full_card: Sequence[FullCard],
) -> DelayCause:
    """Why the slots of this time were never made: the clock jumped over most of it, the gateway did nothing in some of
    it, the card had no room through most of it; otherwise nothing is known."""
    if 2 * skipped_ms(begin_ms, end_ms, skipped) > end_ms - begin_ms:
        return DelayCause.CLOCK
    otherwise = DelayCause.CARD_FULL if was_full(begin_ms, end_ms, full_card) else DelayCause.NOT_MADE
    return off_through(downtimes, begin_ms, end_ms) or otherwise
