"""Report: what is odd about the values: findings that were noted beside them, and what the records show by themselves.

A finding never changed a value: what is listed here was sent as it was measured.
"""

from __future__ import annotations

from itertools import groupby

from gateway.core.reading import Status
from gateway.records.columns import STATE_OF
from gateway.reports.document import Cell, Length, Report, Section, Table, heads
from gateway.reports.events import Topic
from gateway.reports.noted import table_of
from gateway.reports.survey import Measured, Survey


def quality(seen: Survey) -> Report:
    noted = seen.events.noted(Topic.QUALITY, seen.period.from_ms, seen.period.until_ms)
    return Report(
        "quality",
        seen.heading,
        (
            ("noted_findings", len(noted)),
            ("parameters", len(seen.measured)),
        ),
        (Section("findings", table_of(noted, seen)), Section("oddities", _oddities(seen))),
    )


def _oddities(seen: Survey) -> Table:
    """What the receiver counts against a station: negative, zero, equal again and again."""
    columns = heads(
        "parameter", "unit", "valid", "negative", "zero", "longest_equal", "calibrating", "fault"
    )  # fmt: skip
    return Table(columns, tuple(_row(one, seen) for one in seen.measured))


def _row(measured: Measured, seen: Survey) -> tuple[Cell, ...]:
    slots = seen.columns.slots
    values = measured.column.valid(0, slots)
    longest = max((sum(1 for _ in equal) for _, equal in groupby(values)), default=0)
    return (
        measured.parameter.symbol,
        measured.parameter.unit,
        len(values),
        sum(value < 0 for value in values),
        sum(value == 0 for value in values),
        Length(longest * seen.columns.length_ms),
        measured.column.count(STATE_OF[Status.CALIBRATING], 0, slots),
        measured.column.count(STATE_OF[Status.FAULT], 0, slots),
    )
