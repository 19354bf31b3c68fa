"""Report: when data was missing, why, and which of it has to be told to the authority in writing."""

from __future__ import annotations

from gateway.reports.document import (
    Cell,
    DurationCell,
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
from gateway.reports.interruptions import InterruptionScope, ListedInterruption, interruptions
from gateway.reports.report_data import ReportData

COLUMNS = heads(
    "scope", "subject", "begin", "end", "length", "cause", "slots", "recovered", "to_be_reported", "last_error"
)  # fmt: skip


def outages(data: ReportData) -> Report:
    found = interruptions(data)
    findings = data.events.findings(Topic.OUTAGE, data.period.from_ms, data.period.until_ms)
    reportable = [one for one in found if one.is_reportable]
    return Report(
        ReportKind.OUTAGES,
        data.heading,
        (
            ("interruptions", len(found)),
            ("reportable", len(reportable)),
            ("longest", DurationCell(max((one.length_ms for one in found), default=0))),
        ),
        (
            ReportSection("outages", ReportTable(COLUMNS, tuple(map(_row, found)))),
            ReportSection("long_outages", outage_table(findings, data)),
        ),
    )


def _row(one: ListedInterruption) -> tuple[Cell, ...]:
    return (
        TermCell(one.scope, "scope"),
        one.name,
        TimeCell(one.began_ms),
        OngoingCell() if one.ended_ms is None else TimeCell(one.ended_ms),
        DurationCell(one.length_ms),
        TermCell(one.cause, "cause"),
        one.slots,
        one.recovered if one.scope is InterruptionScope.DESTINATION else None,
        TermCell("yes", is_alarming=True) if one.is_reportable else TermCell("no"),
        one.error or None,
    )
