"""Days over a limit, judged through a report's time, and on before and after it as far as they go without a break."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from gateway.core.averaging import Averaging
from gateway.core.clock_means import is_by_clock
from gateway.core.days_over import JudgedDay, judged_days
from gateway.core.instants import DUE_MS, EARLIEST_MS, local_time
from gateway.core.reading import Parameter
from gateway.reports.clock_sums import PORTION_DAYS, ClockSums, sums_of_days
from gateway.reports.report_data import MeasuredColumn, ReportData

_DAY = timedelta(days=1)
_PORTION = PORTION_DAYS * _DAY


@dataclass(frozen=True, slots=True)
class Watched:
    """A parameter with one of the averaging times of its limits; `None`: its limits for every value."""

    parameter: Parameter
    averaging: Averaging
    decimals: int
    averaging_ms: int | None

    @classmethod
    def of(cls, measured: MeasuredColumn, averaging_ms: int | None) -> Watched:
        return cls(measured.parameter, measured.averaging, measured.decimals, averaging_ms)


Judged = dict[Watched, list[JudgedDay]]


def days_of_period(data: ReportData, measured: tuple[MeasuredColumn, ...], sums: ClockSums) -> Judged:
    """The whole days of the report's time, for each averaging time of each parameter's limits that is counted by
    days."""
    watched = (
        Watched.of(one, averaging_ms)
        for one in measured
        for averaging_ms in dict.fromkeys(span.limit.averaging_ms for span in one.limits)
        if is_by_clock(averaging_ms)
    )
    return {one: _judged(one, sums, data) for one in watched}


def with_days_around(data: ReportData, days: Judged) -> Judged:
    """The same with the days before and after, as long as the first or the last of them is over its limit."""
    whole = {one: list(judged) for one, judged in days.items() if judged}
    _look_back(data, whole)
    _look_forward(data, whole)
    return whole


def _look_back(data: ReportData, whole: Judged) -> None:
    oldest = local_time(max(data.oldest_record_ms or EARLIEST_MS, EARLIEST_MS), ZoneInfo(data.period.zone)).date()
    while lasting := {one: judged for one, judged in whole.items() if judged[0].is_over and judged[0].day > oldest}:
        last = min(judged[0].day for judged in lasting.values()) - _DAY
        for sums in sums_of_days(data, last - _PORTION + _DAY, last, _averaging(lasting)):
            for one, judged in lasting.items():
                judged[:0] = _judged(one, sums, data)


def _look_forward(data: ReportData, whole: Judged) -> None:
    newest = local_time(data.heading.made_ms - DUE_MS, ZoneInfo(data.period.zone)).date() - _DAY
    while lasting := {one: judged for one, judged in whole.items() if judged[-1].is_over and judged[-1].day < newest}:
        first = max(judged[-1].day for judged in lasting.values()) + _DAY
        for sums in sums_of_days(data, first, min(newest, first + _PORTION - _DAY), _averaging(lasting)):
            for one, judged in lasting.items():
                judged += _judged(one, sums, data)


def _averaging(lasting: Judged) -> Mapping[Parameter, Averaging]:
    return {one.parameter: one.averaging for one in lasting}


def _judged(one: Watched, sums: ClockSums, data: ReportData) -> list[JudgedDay]:
    spans = data.limit_history(one.parameter)
    days = (sums.first_day, sums.behind_day)
    return list(judged_days(sums.by_parameter[one.parameter], spans, one.averaging_ms, data.counting, *days))
