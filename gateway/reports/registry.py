"""The reports by name, and what each of them has to read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gateway.config import Configuration
from gateway.core.errors import GatewayError
from gateway.core.instants import DAY_MS, DUE_MS
from gateway.core.phrase import Phrase
from gateway.db import Database
from gateway.reports.calibrations import calibrations
from gateway.reports.completeness import completeness
from gateway.reports.continuity import continuity_report
from gateway.reports.document import Heading, Report, ReportKind
from gateway.reports.events import EventSource
from gateway.reports.exceedances import exceedances
from gateway.reports.orders.report import order_report
from gateway.reports.outages import outages
from gateway.reports.period import ReportPeriod
from gateway.reports.quality import quality
from gateway.reports.report_data import ReportData, heading_of, read_report_data
from gateway.reports.seals import seals, since_the_first_seal
from gateway.reports.station.sheet import at_this_moment, station_sheet
from gateway.reports.statistics import daily, monthly

LONGEST_MS = 1830 * DAY_MS
"""Records are kept for three years; a report has a place in memory for each slot that is asked for."""


_OF_SLOTS: dict[ReportKind, Callable[[ReportData], Report]] = {
    ReportKind.COMPLETENESS: completeness,
    ReportKind.OUTAGES: outages,
    ReportKind.EXCEEDANCES: exceedances,
    ReportKind.QUALITY: quality,
    ReportKind.DAILY: daily,
    ReportKind.MONTHLY: monthly,
    ReportKind.CALIBRATIONS: calibrations,
    ReportKind.CAMERAS: continuity_report,
}


_OF_TIME: dict[ReportKind, Callable[[Configuration, Database, Heading], Report]] = {ReportKind.ORDERS: order_report}
"""What needs no slots, and a time."""


@dataclass(frozen=True, slots=True)
class _Register:
    """What needs no slots. `whole`: the time it is about unless another is asked for."""

    build: Callable[[Configuration, Database, Heading], Report]
    whole: Callable[[Configuration, Database, int], ReportPeriod]


_REGISTERS = {
    ReportKind.SEALS: _Register(seals, since_the_first_seal),
    ReportKind.STATION: _Register(station_sheet, at_this_moment),
}


def usual_period(
    kind: ReportKind, configuration: Configuration, database: Database, now_ms: int
) -> ReportPeriod | None:
    """The time that it is about if none is asked for; `None`: one has to be."""
    register = _REGISTERS.get(kind)
    return None if register is None else register.whole(configuration, database, now_ms)


def needs_period(kind: ReportKind) -> bool:
    return kind not in _REGISTERS


def begun_ms(kind: ReportKind, now_ms: int) -> int:
    """Of a time that begins later there is nothing to tell yet: a slot counts from when it is due."""
    return now_ms - DUE_MS if kind in _OF_SLOTS else now_ms


def build(
    kind: ReportKind,
    configuration: Configuration,
    database: Database,
    period: ReportPeriod,
    now_ms: int,
    events: EventSource | None = None,
) -> Report:
    """The report of that kind on the period, as far as it has passed.

    Raises:
        GatewayError: the configuration has a limit that its standard does not know, or the period is absurdly long.
    """
    if min(period.until_ms, now_ms) - period.from_ms > LONGEST_MS:
        raise GatewayError(Phrase("a report is about five years at the most: ask for a shorter time"))
    of_no_slots = _OF_TIME.get(kind) or (_REGISTERS[kind].build if kind in _REGISTERS else None)
    if of_no_slots is not None:
        return of_no_slots(configuration, database, heading_of(configuration, period.until(now_ms), now_ms))
    return _OF_SLOTS[kind](read_report_data(configuration, database, period, now_ms, events))
