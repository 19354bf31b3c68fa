"""Report: when data was missing, why, and which of it has to be told to the authority in writing."""

from __future__ import annotations

from gateway.core.instants import DUE_MS
from gateway.core.lateness import DelayCause
from gateway.reports.document import (
    Cell,
    DurationCell,
    NameCell,
    OngoingCell,
    Report,
    ReportKind,
    ReportSection,
    ReportTable,
    TermCell,
    TimeCell,
    heads,
)
from gateway.reports.event_tables import outage_table
from gateway.reports.events import Topic
from gateway.reports.interruptions import InterruptionScope, ListedInterruption, counted, interruptions
from gateway.reports.report_data import ReportData

COLUMNS = heads(
    "scope",
    "subject",
    "begin",
    "end",
    "length",
    "cause",
    "slots",
    "recovered",
    "to_be_reported",
    "last_error",
    "reason",
)


def outages(data: ReportData) -> Report:
    found = interruptions(data)
    count = counted(found)
    findings = data.events.findings(Topic.OUTAGE, data.period.from_ms, data.period.until_ms)
    return Report(
        ReportKind.OUTAGES,
        data.heading,
        (
            ("interruptions", count.interruptions),
            ("reportable", count.reportable),
            ("longest", DurationCell(count.longest_ms)),
        ),
        (
            ReportSection("outages", ReportTable(COLUMNS, tuple(map(_row, found)))),
            ReportSection("long_outages", outage_table(findings, data)),
            *_standstills(data),
        ),
    )


def _standstills(data: ReportData) -> tuple[ReportSection, ...]:
    """All of them, for they are short, and a minute may be a whole slot; also those in which the period's last files
    were due. No section where there was none."""
    from_ms, until_ms = data.period.from_ms, data.period.until_ms + DUE_MS
    rows = tuple(
        (TimeCell(one.from_ms), TimeCell(one.until_ms), DurationCell(one.until_ms - one.from_ms))
        for one in data.downtimes
        if one.cause is DelayCause.STOOD_STILL and one.until_ms > from_ms and one.from_ms < until_ms
    )
    return (ReportSection("standstills", ReportTable(heads("begin", "end", "length"), rows)),) if rows else ()


def _row(one: ListedInterruption) -> tuple[Cell, ...]:
    return (
        TermCell(one.scope, "scope"),
        one.name if one.official_name is None else NameCell(one.name, one.official_name),
        TimeCell(one.began_ms),
        OngoingCell() if one.ended_ms is None else TimeCell(one.ended_ms),
        DurationCell(one.length_ms),
        TermCell(one.cause, "cause"),
        one.slots,
        one.recovered if one.scope is InterruptionScope.DESTINATION else None,
        _to_be_reported(one),
        one.error or None,
        None if one.reason is None else TermCell(one.reason.cause, "reason"),
    )


def _to_be_reported(one: ListedInterruption) -> TermCell:
    if one.is_reportable:
        return TermCell("yes", is_alarming=True)
    return TermCell("no") if one.is_counted else TermCell("with_station")
