"""Report: what is odd about the values: findings that were noted beside them, and what the records show by themselves.

A finding never changed a value: what is listed here was sent as it was measured.
"""

from __future__ import annotations

from itertools import groupby

from gateway.audit.over_for_days import over_for_days
from gateway.core.instants import DUE_MS
from gateway.core.quality import QualityFlag
from gateway.core.reading import Status
from gateway.core.validity import ENDING_KINDS
from gateway.records.columns import STATE_OF
from gateway.records.slot_reasons import SlotReasonStore
from gateway.records.store import RecordStore
from gateway.reports.document import (
    Cell,
    DurationCell,
    Report,
    ReportKind,
    ReportSection,
    ReportTable,
    TermCell,
    TimeCell,
    heads,
)
from gateway.reports.event_tables import event_table
from gateway.reports.events import Finding, Topic
from gateway.reports.report_data import MeasuredColumn, ReportData

_NOT_FROM_EVENTS = (*ENDING_KINDS, QualityFlag.OVER_LIMIT_FOR_DAYS)
"""Reminders are about no value, and days over a limit are counted from the records."""


def quality(data: ReportData) -> Report:
    noted = data.events.findings(Topic.QUALITY, data.period.from_ms, data.period.until_ms)
    findings = [one for one in noted if one.episode.kind not in _NOT_FROM_EVENTS]
    findings = sorted([*findings, *_over_for_days(data)], key=lambda one: one.episode.begin_ms)
    return Report(
        ReportKind.QUALITY,
        data.heading,
        (
            ("noted_findings", len(findings)),
            ("parameters", len(data.measured)),
        ),
        (
            ReportSection("findings", event_table(findings, data)),
            ReportSection("reasons", _reasons(data)),
            ReportSection("oddities", _oddities(data)),
        ),
    )


def _over_for_days(data: ReportData) -> list[Finding]:
    """From the records, whoever watched."""
    slots = data.slots
    now_ms = (data.heading.made_ms - DUE_MS) // slots.slot_ms * slots.slot_ms
    until_ms = max(slots.from_ms, slots.to_ms)
    return over_for_days(RecordStore(data.database), data.watched, slots.from_ms, until_ms, now_ms)


def _reasons(data: ReportData) -> ReportTable:
    """Why slots were not 00: a row for slots one after the other that have the same reason."""
    known = {one.parameter.symbol for one in data.measured}
    rows: list[tuple[Cell, ...]] = [
        (
            one.symbol,
            one.status.value,
            TermCell(one.reason.cause, "reason"),
            one.reason.detail or None,
            TimeCell(one.begin_ms),
            TimeCell(one.last_ms),
            one.slots,
        )
        for one in SlotReasonStore(data.database).touching(data.period.from_ms - 1, data.period.until_ms)
        if one.symbol in known and one.length_ms == data.columns.length_ms
    ]
    return ReportTable(heads("parameter", "status", "reason", "last_error", "begin", "end", "slots"), tuple(rows))


def _oddities(data: ReportData) -> ReportTable:
    """What the receiver counts against a station: negative, zero, equal again and again."""
    columns = heads(
        "parameter", "unit", "valid", "negative", "zero", "longest_equal", "calibrating", "fault"
    )  # fmt: skip
    return ReportTable(columns, tuple(_row(one, data) for one in data.measured))


def _row(measured: MeasuredColumn, data: ReportData) -> tuple[Cell, ...]:
    slots = data.columns.slots
    values = measured.column.valid(0, slots)
    longest = max((sum(1 for _ in equal) for _, equal in groupby(values)), default=0)
    return (
        measured.parameter.symbol,
        measured.parameter.unit,
        len(values),
        sum(value < 0 for value in values),
        sum(value == 0 for value in values),
        DurationCell(longest * data.columns.length_ms),
        measured.column.count(STATE_OF[Status.CALIBRATING], 0, slots),
        measured.column.count(STATE_OF[Status.FAULT], 0, slots),
    )
