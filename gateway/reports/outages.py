"""Report: when data was missing, why, and which of it has to be told to the authority in writing."""

from __future__ import annotations

from gateway.reports.document import Cell, Lasting, Length, Moment, Report, Section, Table, Term, heads
from gateway.reports.events import Topic
from gateway.reports.interruptions import DESTINATION, Interruption, interruptions
from gateway.reports.noted import outages_of
from gateway.reports.survey import Survey

COLUMNS = heads(
    "scope", "subject", "begin", "end", "length", "cause", "slots", "recovered", "to_be_reported", "last_error"
)  # fmt: skip


def outages(seen: Survey) -> Report:
    found = interruptions(seen)
    noted = seen.events.noted(Topic.OUTAGE, seen.period.from_ms, seen.period.until_ms)
    reportable = [one for one in found if one.is_reportable]
    return Report(
        "outages",
        seen.heading,
        (
            ("interruptions", len(found)),
            ("reportable", len(reportable)),
            ("longest", Length(max((one.length_ms for one in found), default=0))),
        ),
        (
            Section("outages", Table(COLUMNS, tuple(map(_row, found)))),
            Section("long_outages", outages_of(noted, seen)),
        ),
    )


def _row(one: Interruption) -> tuple[Cell, ...]:
    return (
        Term(one.scope, "scope"),
        one.name,
        Moment(one.began_ms),
        Lasting() if one.ended_ms is None else Moment(one.ended_ms),
        Length(one.length_ms),
        Term(one.cause, "cause"),
        one.slots,
        one.recovered if one.scope == DESTINATION else None,
        Term("yes", is_alarming=True) if one.is_reportable else Term("no"),
        one.error or None,
    )
