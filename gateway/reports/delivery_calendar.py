"""What became of every slot that a destination was to get, a day at a time: in time, late, missing, and why.

The same slots and the same verdicts as the report of completeness and `gateway deliveries`, in a form that months of
them are read in at once. What is in time is taken from the index alone; only what is not is looked at row by row.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby

from gateway.audit import runs
from gateway.audit.clock_sets import clock_sets
from gateway.audit.delay_causes import DelayCauses
from gateway.audit.events import EventStore
from gateway.audit.full_card import full_card_times
from gateway.audit.ledger import LedgerSpan, UnpunctualEntry, first_end_ms, read_span
from gateway.core.clock_set import skipped_times
from gateway.core.completeness import TEN_DAYS_MS, Period, Ratio
from gateway.core.instants import DUE_MS
from gateway.core.lateness import DelayCause
from gateway.core.long_outage import unmade_through
from gateway.db import Database
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.outages import outages
from gateway.reports.deliveries import due_by_now_ms
from gateway.reports.period import ReportPeriod


class SlotVerdict(StrEnum):
    """What became of one slot at one destination. In the order in which people want to read of them."""

    IN_TIME = "in_time"
    """It arrived within five minutes of the slot's end."""
    LATE = "late"
    """It arrived later."""
    WAITING = "waiting"
    """It is overdue, and is sent as soon as it can be."""
    HELD = "held"
    """The server accepted it too often without showing that it has it: a person has to decide."""
    REFUSED = "refused"
    """Set aside: a person has to decide."""
    GIVEN_UP = "given_up"
    """A person decided that it need not arrive."""
    EMPTY = "empty"
    """There was nothing to send."""
    NOT_MADE = "not_made"
    """There is no file of it: the gateway was off, or it is not known why."""
    BEFORE = "before"
    """It lies before the first slot that was meant for the destination."""
    NOT_DUE = "not_due"
    """It may still come in time."""


_VERDICTS = tuple(SlotVerdict)
_CODES = {verdict: code for code, verdict in enumerate(_VERDICTS)}
_CAUSES = tuple(DelayCause)
_CAUSE_CODES = {cause: code for code, cause in enumerate(_CAUSES, 1)}
_NEVER = -1 << 62
_ARRIVED = (SlotVerdict.IN_TIME, SlotVerdict.LATE)
_OF_STATE = {
    DeliveryState.WAITING: SlotVerdict.WAITING,
    DeliveryState.DELIVERED: SlotVerdict.LATE,
    DeliveryState.REFUSED: SlotVerdict.REFUSED,
    DeliveryState.CLOSED: SlotVerdict.GIVEN_UP,
}


@dataclass(frozen=True, slots=True)
class CalendarSlot:
    """`cause`: what made it late, or kept it from being made or sent. `after_end_ms`: so long after its end it arrived,
    if it was late."""

    end_ms: int
    verdict: SlotVerdict
    cause: DelayCause | None = None
    after_end_ms: int | None = None


@dataclass(frozen=True, slots=True)
class SlotRun:
    """Slots side by side of which the same became, for the same cause."""

    first_ms: int
    last_ms: int
    slots: int
    verdict: SlotVerdict
    cause: DelayCause | None


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """The slots that bear the day's date in their file's name. Counted are those that are due by now, and the ratios
    are of them."""

    day: date
    ends_ms: range
    verdicts: Counter[SlotVerdict]
    """Of all its slots, also of those that are not due."""
    causes: Counter[DelayCause]
    received: Ratio
    within_ten_days: Ratio


@dataclass(frozen=True, slots=True)
class DeliveryCalendar:
    """Position `n` is the slot that ends at `slots.first_ms + n × slots.slot_ms`. `due_ms`: what ended later is not
    counted yet."""

    destination: str
    period: ReportPeriod
    slots: Period
    due_ms: int
    verdicts: bytearray
    causes: bytearray
    after_end_ms: array[int]
    ledger: LedgerSpan
    """What it was made of, for whoever reads more of these slots in the same look."""

    def slot(self, end_ms: int) -> CalendarSlot:
        """The one that ends then.

        Raises:
            LookupError: none of the calendar's slots does.
        """
        if not self.slots.contains(end_ms):
            raise LookupError(f"no slot of the calendar ends at {end_ms}")
        at = self._position(end_ms)
        after_end_ms, cause = self.after_end_ms[at], self.causes[at]
        return CalendarSlot(
            end_ms,
            _VERDICTS[self.verdicts[at]],
            _CAUSES[cause - 1] if cause else None,
            None if after_end_ms == _NEVER else after_end_ms,
        )

    def slots_of(self, day: CalendarDay) -> tuple[CalendarSlot, ...]:
        return tuple(map(self.slot, day.ends_ms))

    def runs_of(self, day: CalendarDay) -> tuple[SlotRun, ...]:
        """The day's slots, oldest first, neighbours of which the same became as one."""
        first_ms, slot_ms = day.ends_ms.start, day.ends_ms.step
        begin, end = self._position(first_ms), self._position(first_ms) + len(day.ends_ms)
        found = []
        for (verdict, cause), alike in groupby(zip(self.verdicts[begin:end], self.causes[begin:end], strict=True)):
            slots = sum(1 for _ in alike)
            last_ms = first_ms + (slots - 1) * slot_ms
            found.append(SlotRun(first_ms, last_ms, slots, _VERDICTS[verdict], _CAUSES[cause - 1] if cause else None))
            first_ms = last_ms + slot_ms
        return tuple(found)

    def missed(self) -> tuple[int, int] | None:
        """Ends of the first and the last slot that is neither in time nor not due yet; `None`: there is none."""
        well = bytes(_CODES[one] for one in (SlotVerdict.IN_TIME, SlotVerdict.NOT_DUE))
        before, behind = (len(rest) for rest in (self.verdicts.lstrip(well), self.verdicts.rstrip(well)))
        if not behind:
            return None
        first_ms, slot_ms = self.slots.first_ms, self.slots.slot_ms
        return first_ms + (len(self.verdicts) - before) * slot_ms, first_ms + (behind - 1) * slot_ms

    def days(self) -> tuple[CalendarDay, ...]:
        """Oldest first."""
        return tuple(self._day(day, *self._ends_of(first_ms, last_ms)) for day, first_ms, last_ms in self.period.days())

    @property
    def whole(self) -> CalendarDay:
        """All of it, as one; its date is the first day's."""
        first, *_ = self.period.days()
        return self._day(first[0], self.slots.first_ms, self.slots.last_ms)

    def _ends_of(self, first_ms: int, last_ms: int) -> tuple[int, int]:
        slot_ms = self.slots.slot_ms
        return -(-first_ms // slot_ms) * slot_ms, last_ms // slot_ms * slot_ms

    def _day(self, day: date, first_ms: int, last_ms: int) -> CalendarDay:
        begin, end = self._position(first_ms), self._position(last_ms) + 1
        due = max(begin, min(end, self._position(self.due_ms) + 1))
        found = self.verdicts[begin:end]
        verdicts = Counter({one: count for one in _VERDICTS if (count := found.count(_CODES[one]))})
        held_up = self.causes[begin:due]
        causes = Counter({one: count for one in _CAUSES if (count := held_up.count(_CAUSE_CODES[one]))})
        arrived = sum(self.verdicts[begin:due].count(_CODES[one]) for one in _ARRIVED)
        late_codes = self.after_end_ms[begin:due]
        too_late = sum(one > TEN_DAYS_MS for one in late_codes) if SlotVerdict.LATE in verdicts else 0
        return CalendarDay(
            day,
            range(first_ms, last_ms + 1, self.slots.slot_ms),
            verdicts,
            causes,
            Ratio(arrived, due - begin),
            Ratio(arrived - too_late, due - begin),
        )

    def _position(self, end_ms: int) -> int:
        return (end_ms - self.slots.first_ms) // self.slots.slot_ms


def read_delivery_calendar(
    database: Database, destination: str, period: ReportPeriod, slot_ms: int, now_ms: int, *, runs_now: bool
) -> DeliveryCalendar:
    """Of slots that are `slot_ms` long; `runs_now`: the daemon is running at this moment. What is not due stands in it
    as well."""
    after_ms = period.after_ms(slot_ms)
    slots = Period(after_ms, max(after_ms, period.until_ms), slot_ms)
    told = outages(database, destination, slots.from_ms, slots.to_ms + DUE_MS)
    downtimes = runs.downtimes(database, slots.from_ms, now_ms, runs_now=runs_now)
    skipped = skipped_times(clock_sets(database), downtimes)
    full_card = full_card_times(EventStore(database).findings, slots.from_ms, now_ms, skipped)
    delay_causes = DelayCauses([one.outage for one in told], downtimes, full_card)
    first_ms = first_end_ms(database, destination)
    ledger = read_span(database, destination, slots.first_ms, slots.to_ms)
    calendar = DeliveryCalendar(
        destination,
        period,
        slots,
        now_ms - DUE_MS,
        bytearray([_CODES[SlotVerdict.NOT_MADE]]) * len(slots),
        bytearray(len(slots)),
        array("q", [_NEVER]) * len(slots),
        ledger,
    )
    _fill_late(calendar, ledger.others, delay_causes, now_ms)
    _fill_in_time(calendar, ledger.in_time)
    _fill_not_made(
        calendar,
        first_ms,
        due_by_now_ms(downtimes, now_ms),
        lambda begin_ms, end_ms: unmade_through(begin_ms, end_ms, skipped, downtimes, full_card),
    )
    return calendar


def _fill_in_time(calendar: DeliveryCalendar, arrived: Iterable[tuple[int, int]]) -> None:
    verdicts, first_ms, slot_ms = calendar.verdicts, calendar.slots.first_ms, calendar.slots.slot_ms
    in_time = _CODES[SlotVerdict.IN_TIME]
    for end_ms, _ in arrived:
        position, rest = divmod(end_ms - first_ms, slot_ms)
        if not rest:
            verdicts[position] = in_time


def _fill_late(
    calendar: DeliveryCalendar, entries: Sequence[UnpunctualEntry], delay_causes: DelayCauses, now_ms: int
) -> None:
    """Of several files of one slot the one that arrived counts, as in `gateway.audit.reception`; what was empty counts
    if there is no other."""
    arrived, empty = set(), _CODES[SlotVerdict.EMPTY]
    for entry in entries:
        times = entry.times
        position, rest = divmod(times.end_ms - calendar.slots.first_ms, calendar.slots.slot_ms)
        if rest or position in arrived:
            continue
        if entry.state is DeliveryState.EMPTY:
            if calendar.verdicts[position] == _CODES[SlotVerdict.NOT_MADE]:
                calendar.verdicts[position], calendar.causes[position] = empty, _CAUSE_CODES[DelayCause.NO_VALUES]
            continue
        cause = delay_causes.cause_of(times, now_ms)
        if times.delivered_ms is not None:
            arrived.add(position)
            calendar.after_end_ms[position] = times.delivered_ms - times.end_ms
        calendar.verdicts[position] = _CODES[_verdict(entry, is_overdue=cause is not None)]
        calendar.causes[position] = 0 if cause is None else _CAUSE_CODES[cause]


def _verdict(entry: UnpunctualEntry, *, is_overdue: bool) -> SlotVerdict:
    if entry.is_held:
        return SlotVerdict.HELD
    if entry.times.delivered_ms is not None:
        return SlotVerdict.LATE
    if entry.state is DeliveryState.WAITING and not is_overdue:
        return SlotVerdict.NOT_DUE
    return _OF_STATE[entry.state]


def _fill_not_made(
    calendar: DeliveryCalendar, first_ms: int | None, due_by_now_ms: int, cause_of: Callable[[int, int], DelayCause]
) -> None:
    """Runs of slots without a file: before the first there was nothing to be made, and the newest may still be."""
    slots = calendar.slots
    end = min(max(0, (due_by_now_ms - slots.first_ms) // slots.slot_ms + 1), len(slots))
    begin = end if first_ms is None else min(max(0, -(-(first_ms - slots.first_ms) // slots.slot_ms)), end)
    not_made = bytes([_CODES[SlotVerdict.NOT_MADE]])
    for run in re.finditer(re.escape(not_made) + b"+", calendar.verdicts):
        before, behind = min(run.end(), begin), max(run.start(), end)
        _set(calendar.verdicts, run.start(), before, _CODES[SlotVerdict.BEFORE])
        _set(calendar.verdicts, behind, run.end(), _CODES[SlotVerdict.NOT_DUE])
        first, last = max(run.start(), begin), min(run.end(), end)
        if first < last:
            cause = cause_of(slots.from_ms + first * slots.slot_ms, slots.from_ms + last * slots.slot_ms)
            _set(calendar.causes, first, last, _CAUSE_CODES[cause])


def _set(codes: bytearray, begin: int, end: int, code: int) -> None:
    if begin < end:
        codes[begin:end] = bytes([code]) * (end - begin)
