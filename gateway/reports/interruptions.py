"""Times without data: at the station, at an authority, of one parameter, each with what a reader wants to know of it.

Reports, letters and pages have what an interruption is, and how many there are, from here alone. An authority's lasts
from arrival to arrival (`gateway.core.long_outage`), the station's as long as the gateway was off, a parameter's from
the beginning of the first slot in fault to the end of the last. One counts in every period of which it takes a slot,
and each time as a whole: its begin, its end, its slots.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from gateway.config import Authority
from gateway.core import completeness
from gateway.core.clock_set import skipped_ms
from gateway.core.completeness import Gap, Outlook, gaps
from gateway.core.instants import DAY_MS, DUE_MS, MINUTE_MS
from gateway.core.lateness import DelayCause, Downtime
from gateway.core.long_outage import is_reportable, unmade_through
from gateway.core.reading import Parameter, Status
from gateway.core.reason import Reason
from gateway.records.columns import STATE_OF
from gateway.records.slot_reasons import SlotReasonStore
from gateway.records.store import RecordStore
from gateway.reports.report_data import DestinationSlots, ReportData

LISTED_MS = 15 * MINUTE_MS
"""The receiver calls a station offline after fifteen minutes: what was shorter is not listed."""


class InterruptionScope(StrEnum):
    """Of what there was no data; in the order in which those that began together are listed."""

    STATION = "station"
    DESTINATION = "destination"
    PARAMETER = "parameter"


class OtherCause(StrEnum):
    """What no delay has as its cause."""

    DEVICE = "device"
    """A parameter's instrument reported a fault or did not answer."""
    UNKNOWN = "unknown"


Cause = DelayCause | OtherCause


@dataclass(frozen=True, slots=True)
class ListedInterruption:
    """`ended_ms` is `None` if it lasts, as far as was looked, which then bounds `length_ms`. That is what really
    passed: less than from begin to end where the clock was set ahead.

    `error` is what was last heard of the cause.
    `slots` are those without data, or not in time; `recovered` of them arrived later. `outlooks` has what becomes of
    the files that have not arrived, and how many; of the rest there is nothing that could ever arrive.
    """

    scope: InterruptionScope
    name: str
    began_ms: int
    ended_ms: int | None
    length_ms: int
    cause: Cause
    slots: int
    recovered: int = 0
    error: str = ""
    reason: Reason | None = None
    """Of a parameter's: what most of its slots say."""
    causes: tuple[tuple[Cause, int], ...] = ()
    """All, with the slots of each, the most frequent first."""
    outlooks: tuple[tuple[Outlook, int], ...] = ()
    official_name: str | None = None
    """A destination's, if it is known."""
    authority: Authority | None = None
    """A destination's."""
    part_of: str | None = None
    """Of a destination's, through which it heard nothing because the station itself was interrupted: the station."""

    @property
    def is_counted(self) -> bool:
        """What is only another's consequence is listed, and does not count beside it."""
        return self.part_of is None

    @property
    def is_reportable(self) -> bool:
        """TT10/2021: one of more than twelve hours is told to the department in writing; each happening once."""
        return self.is_counted and is_reportable(self.length_ms)

    def files(self, outlook: Outlook) -> int:
        return dict(self.outlooks).get(outlook, 0)

    @property
    def without_file(self) -> int:
        return self.slots - self.recovered - sum(count for _, count in self.outlooks)


@dataclass(frozen=True, slots=True)
class InterruptionCount:
    """What every report says of how many there were."""

    interruptions: int
    reportable: int
    longest_ms: int


def counted(found: Sequence[ListedInterruption]) -> InterruptionCount:
    return InterruptionCount(
        sum(one.is_counted for one in found),
        sum(one.is_reportable for one in found),
        max((one.length_ms for one in found if one.is_counted), default=0),
    )


def interruptions(data: ReportData) -> list[ListedInterruption]:
    """All that take a slot of the period and were long enough to be listed: the station's, the destinations', the
    parameters'; oldest first."""
    first_ms = data.oldest_record_ms
    if first_ms is None:  # before its first day there was nothing to interrupt
        return []
    found = list(_of_station(data, first_ms))
    for destination in data.destinations:
        found += _of_destination(destination, data, first_ms)
    found += _of_parameters(data)
    listed = [one for one in found if _span_ms(one) >= LISTED_MS]
    return [_explained(one, data) for one in _without_consequences(sorted(listed, key=_order))]


def _order(one: ListedInterruption) -> tuple[int, int]:
    return one.began_ms, list(InterruptionScope).index(one.scope)


def _without_consequences(listed: Sequence[ListedInterruption]) -> list[ListedInterruption]:
    """A destination that heard nothing because the station itself was interrupted says so."""
    stations = [one for one in listed if one.scope is InterruptionScope.STATION]
    return [
        replace(one, part_of=off.name)
        if one.scope is InterruptionScope.DESTINATION
        and (off := next((off for off in stations if _explains(off, one)), None)) is not None
        else one
        for one in listed
    ]


def _explains(off: ListedInterruption, one: ListedInterruption) -> bool:
    """Nearly all of the one lies in the other, and telling of the other tells of the one: what an authority missed for
    more than twelve hours is not covered by a station that was off for less."""
    if is_reportable(one.length_ms) and not is_reportable(off.length_ms):
        return False
    common_ms = min(_end_ms(one), _end_ms(off)) - max(one.began_ms, off.began_ms)
    return common_ms * 10 >= _span_ms(one) * 9


def _explained(one: ListedInterruption, data: ReportData) -> ListedInterruption:
    """With what is kept elsewhere of its cause."""
    if one.scope is not InterruptionScope.PARAMETER:
        return one
    reason = SlotReasonStore(data.database).main(one.name, one.began_ms, one.began_ms + one.length_ms)
    return one if reason is None else replace(one, reason=reason, error=reason.detail)


def _end_ms(one: ListedInterruption) -> int:
    return one.began_ms + one.length_ms if one.ended_ms is None else one.ended_ms


def _span_ms(one: ListedInterruption) -> int:
    """On the clock: slots are missing also where hardly any time passed."""
    return _end_ms(one) - one.began_ms


def _of_station(data: ReportData, first_ms: int) -> Iterator[ListedInterruption]:
    """Slots of which there is no record: while it runs, the gateway makes one of every slot, whatever fails. One that
    reaches beyond what was read begins after the last record before, and ends with the first after."""
    columns = data.columns
    before_ms, behind_ms = RecordStore(data.database).beside(
        columns.length_ms, data.slots.from_ms, data.slots.to_ms, data.heading.made_ms
    )
    due_ms = max(data.slots.to_ms, (data.heading.made_ms - DUE_MS) // columns.length_ms * columns.length_ms)
    there = (columns.end_ms(position) for position, one in enumerate(columns.recorded) if one)
    for gap in gaps(there, _since(data.slots, first_ms)):
        begin_ms, end_ms, lasts = gap.begin_ms, gap.end_ms, False
        if begin_ms == data.slots.from_ms and before_ms is not None:
            begin_ms = before_ms
        if end_ms == data.slots.to_ms:
            lasts = behind_ms is None
            end_ms = due_ms if behind_ms is None else behind_ms - columns.length_ms
        slots = (end_ms - begin_ms) // columns.length_ms
        begin_ms, end_ms = _widened(Gap(begin_ms, end_ms, slots), data.downtimes)
        cause = unmade_through(begin_ms, end_ms, data.skipped, data.downtimes, data.full_card)
        yield ListedInterruption(
            InterruptionScope.STATION,
            data.heading.station_code,
            begin_ms,
            None if lasts else end_ms,
            end_ms - begin_ms - skipped_ms(begin_ms, end_ms, data.skipped),
            cause,
            slots,
            causes=((cause, slots),),
        )


def _widened(gap: Gap, downtimes: Sequence[Downtime]) -> tuple[int, int]:
    """With what of the slots before and after it the gateway was off, too."""
    touching = [off for off in downtimes if off.from_ms < gap.end_ms and off.until_ms > gap.begin_ms]
    return (
        min([gap.begin_ms, *(off.from_ms for off in touching)]),
        max([gap.end_ms, *(off.until_ms for off in touching)]),
    )


def _of_destination(destination: DestinationSlots, data: ReportData, first_ms: int) -> Iterator[ListedInterruption]:
    made_ms, period = data.heading.made_ms, data.period
    for one in destination.reception.interruptions(first_ms - destination.slots.slot_ms, made_ms):
        first_missing_ms, last_missing_ms = one.missing_ms
        if first_missing_ms > period.until_ms or last_missing_ms < period.from_ms:
            continue  # what was read reaches over the edges
        cause = one.main_cause or OtherCause.UNKNOWN
        errors = [
            told.error
            for told in destination.reception.outages
            if told.outage.cause is cause
            and told.outage.began_ms < one.end_ms + DUE_MS
            and (told.outage.ended_ms is None or told.outage.ended_ms > one.begin_ms)
        ]
        yield ListedInterruption(
            InterruptionScope.DESTINATION,
            destination.name,
            one.begin_ms,
            None if one.lasts else one.end_ms,
            one.length_ms,
            cause,
            one.slots,
            one.arrived_later,
            errors[-1] if errors else "",
            causes=one.causes,
            outlooks=one.outlooks,
            official_name=destination.official_name,
            authority=destination.authority,
        )


def _of_parameters(data: ReportData) -> Iterator[ListedInterruption]:
    """Slots that were recorded, and in which the parameter's instrument failed or did not answer."""
    columns, fault = data.columns, STATE_OF[Status.FAULT]
    for measured in data.measured:
        states = measured.column.states
        sound = (columns.end_ms(position) for position, state in enumerate(states) if state != fault)
        for gap in gaps(sound, data.slots):
            begin_ms, end_ms, lasts = gap.begin_ms, gap.end_ms, False
            if begin_ms == data.slots.from_ms:
                begin_ms = _began(begin_ms, measured.parameter, data)
            if end_ms == data.slots.to_ms:
                end_ms, lasts = _goes_on(measured.parameter, data)
            slots = (end_ms - begin_ms) // columns.length_ms
            yield ListedInterruption(
                InterruptionScope.PARAMETER,
                measured.parameter.symbol,
                begin_ms,
                None if lasts else end_ms,
                end_ms - begin_ms,
                OtherCause.DEVICE,
                slots,
                causes=((OtherCause.DEVICE, slots),),
            )


def _began(begin_ms: int, parameter: Parameter, data: ReportData) -> int:
    """When the fault began in which what was read begins: the records before it tell, a day at a time."""
    records, length_ms = RecordStore(data.database), data.columns.length_ms
    while True:
        day = records.series(parameter, length_ms, begin_ms - DAY_MS, begin_ms)
        faulty = {end_ms for end_ms, average in day if average.status is Status.FAULT}
        first_ms = begin_ms
        while first_ms in faulty:
            first_ms -= length_ms
        if first_ms > begin_ms - DAY_MS:
            return first_ms
        begin_ms = first_ms


def _goes_on(parameter: Parameter, data: ReportData) -> tuple[int, bool]:
    """Until when the fault goes on in which what was read ends, and whether that is the newest that is known."""
    end_ms, length_ms = data.slots.to_ms, data.columns.length_ms
    for next_ms, average in RecordStore(data.database).series(parameter, length_ms, end_ms, data.heading.made_ms):
        if next_ms != end_ms + length_ms or average.status is not Status.FAULT:
            return end_ms, False
        end_ms = next_ms
    return end_ms, True


def _since(slots: completeness.Period, first_ms: int) -> completeness.Period:
    """Those from the first slot that was ever recorded on."""
    begin_ms = min(slots.to_ms, max(slots.from_ms, first_ms - slots.slot_ms))
    return completeness.Period(begin_ms, slots.to_ms, slots.slot_ms)
