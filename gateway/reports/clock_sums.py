"""Records summed up by the clock's hours: of the days of a report, which was read already, and of days around it, a
month in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from gateway.core.averaging import Averaging
from gateway.core.clock_days import ClockDays, clock_days
from gateway.core.clock_means import HourSums
from gateway.core.instants import DUE_MS, local_time
from gateway.core.reading import Parameter
from gateway.records.columns import Columns, read_columns
from gateway.records.store import RecordStore
from gateway.reports.report_data import MeasuredColumn, ReportData

PORTION_DAYS = 31
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ClockSums:
    """`[first_day, behind_day)` and `[first_hour, behind_hour)` are the clock's days and hours that lie wholly in what
    is counted; the clock begins a day earlier, for windows of hours that begin the evening before."""

    clock: ClockDays
    by_parameter: Mapping[Parameter, HourSums]
    first_day: int
    behind_day: int
    first_hour: int
    behind_hour: int

    @property
    def days(self) -> tuple[date, ...]:
        return self.clock.days[self.first_day : self.behind_day]


def sums_of_period(data: ReportData, measured: Sequence[MeasuredColumn]) -> ClockSums:
    """Of these parameters, of the whole report. The slot that ends the last day at midnight is read besides."""
    columns, period = data.columns, data.period
    zone = ZoneInfo(period.zone)
    first, last = (local_time(at_ms, zone).date() for at_ms in (period.from_ms, max(period.from_ms, period.until_ms)))
    clock = clock_days(first - _DAY, last, zone)
    sums = _empty(clock, columns.length_ms, {one.parameter: one.averaging for one in measured})
    records = RecordStore(data.database)
    after_ms, end_ms = _edge(clock.day_edges_ms[0], columns.length_ms), columns.end_ms(columns.slots - 1)
    for piece in (
        read_columns(records, columns.length_ms, after_ms, columns.after_ms),
        columns,
        read_columns(records, columns.length_ms, end_ms, _edge(period.until_ms + 1, columns.length_ms)),
    ):
        _add(piece, sums, clock)
    return ClockSums(clock, sums, *_within(clock, period.from_ms, period.until_ms + 1))


def sums_of_days(
    data: ReportData, first: date, last: date, averaging: Mapping[Parameter, Averaging]
) -> Iterator[ClockSums]:
    """Of these parameters, of days with none of the report's, a portion after another, oldest first."""
    zone = ZoneInfo(data.period.zone)
    while first <= last:
        until = min(last, first + (PORTION_DAYS - 1) * _DAY)
        yield _portion(data, first, until, zone, averaging)
        first = until + _DAY


def _portion(
    data: ReportData, first: date, last: date, zone: ZoneInfo, averaging: Mapping[Parameter, Averaging]
) -> ClockSums:
    clock, length_ms = clock_days(first - _DAY, last, zone), data.columns.length_ms
    sums = _empty(clock, length_ms, averaging)
    edges = clock.day_edges_ms
    ends_ms = min(edges[-1], data.heading.made_ms - DUE_MS)  # younger slots are not counted yet
    after_ms, until_ms = _edge(edges[0], length_ms), _edge(ends_ms, length_ms)
    _add(read_columns(RecordStore(data.database), length_ms, after_ms, until_ms), sums, clock)
    return ClockSums(clock, sums, *_within(clock, edges[1], ends_ms))


def _within(clock: ClockDays, from_ms: int, until_ms: int) -> tuple[int, int, int, int]:
    return (*clock.days_within(from_ms, until_ms), *clock.hours_within(from_ms, until_ms))


def _edge(at_ms: int, length_ms: int) -> int:
    """The slots' edge at the instant, or the next one: the slots that end after it begin at the instant or later."""
    return -(-at_ms // length_ms) * length_ms


def _empty(clock: ClockDays, slot_ms: int, averaging: Mapping[Parameter, Averaging]) -> dict[Parameter, HourSums]:
    return {parameter: HourSums.empty(clock, slot_ms, how) for parameter, how in averaging.items()}


def _add(columns: Columns, sums: Mapping[Parameter, HourSums], clock: ClockDays) -> None:
    edges = clock.hour_edges_ms
    places = [columns.within(from_ms, until_ms) for from_ms, until_ms in zip(edges, edges[1:], strict=False)]
    hours = [(hour, begin, end) for hour, (begin, end) in enumerate(places) if begin < end]
    for parameter, one in sums.items():
        column = columns.by_parameter.get(parameter)
        if column is None:
            continue
        for hour, begin, end in hours:
            if values := column.valid(begin, end):
                one.add(hour, values)
