"""Report: what part of the expected data is there, per parameter, per destination, day by day (TT10/2021: 80 %)."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from gateway.core.completeness import ENOUGH_PERCENT, TEN_DAYS_MS, Ratio, ratio_received
from gateway.core.instants import DAY_MS, MINUTE_MS, day_begins_ms
from gateway.core.reading import Status
from gateway.records.columns import NOT_RECORDED, STATE_OF, Column
from gateway.reports.document import (
    Calendar,
    Cell,
    Head,
    RatioCell,
    Report,
    ReportKind,
    ReportSection,
    ReportTable,
    TermCell,
    heads,
)
from gateway.reports.report_data import DestinationSlots, ReportData, SlotOutcome

STATES = ("missing", "measuring", "calibrating", "fault")
"""Kinds of field in a parameter's calendar, as `Column.states` counts them."""
OUTCOMES = tuple(outcome.name.lower() for outcome in SlotOutcome)
"""Kinds of field in a destination's calendar, as `DestinationSlots.outcomes` counts them."""
_FINEST_MS = 5 * MINUTE_MS
"""A calendar has no more fields a day than slots of five minutes."""


def completeness(data: ReportData) -> Report:
    slots = data.columns.slots
    recorded = sum(data.columns.recorded)
    received = [ratio_received(destination.sent, destination.slots, TEN_DAYS_MS) for destination in data.destinations]
    worst = min(
        (ratio for ratio in received if ratio.expected), key=lambda ratio: ratio.received / ratio.expected, default=None
    )
    return Report(
        ReportKind.COMPLETENESS,
        data.heading,
        (
            ("expected_slots", slots),
            ("recorded_slots", recorded),
            ("recorded_share", _share(recorded, slots)),
            ("required_share", RatioCell(ENOUGH_PERCENT / 100)),
            ("received_share", _share_of(worst) if worst else None),
            ("requirement", _met(worst) if worst else None),
        ),
        (
            ReportSection(
                "destinations", destination_table(data), [_delivery_calendar(one, data) for one in data.destinations]
            ),
            ReportSection("parameters", _parameters(data)),
            ReportSection("days", _days(data)),
            ReportSection(
                "availability",
                pictures=[state_calendar(one.parameter.symbol, one.column, data) for one in data.measured],
            ),
        ),
    )


def destination_table(data: ReportData) -> ReportTable:
    """Each destination's destination."""
    columns = heads(
        "destination", "authority", "expected", "delivered", "in_time", "late", "undelivered", "not_made",
        "received_share", "ten_day_share", "requirement",
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for destination in data.destinations:
        not_made, in_time, late, undelivered = map(destination.outcomes.count, SlotOutcome)
        received = ratio_received(destination.sent, destination.slots)
        within = ratio_received(destination.sent, destination.slots, TEN_DAYS_MS)
        rows.append(
            (
                destination.cell,
                TermCell(destination.authority),
                received.expected,
                received.received,
                in_time,
                late,
                undelivered,
                not_made,
                _share_of(received),
                _share_of(within),
                _met(within),
            )  # fmt: skip
        )
    return ReportTable(columns, tuple(rows))


def _parameters(data: ReportData) -> ReportTable:
    columns = heads(
        "parameter", "unit", "expected", "valid", "calibrating", "fault", "missing", "valid_share", "requirement"
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    slots = data.columns.slots
    for measured in data.measured:
        valid, calibrating, fault = (measured.column.count(STATE_OF[status], 0, slots) for status in Status)
        ratio = Ratio(valid, slots)
        rows.append(
            (
                measured.parameter.symbol,
                measured.parameter.unit,
                slots,
                valid,
                calibrating,
                fault,
                measured.column.count(NOT_RECORDED, 0, slots),
                _share_of(ratio),
                _met(ratio),
            )  # fmt: skip
        )
    return ReportTable(columns, tuple(rows))


def _days(data: ReportData) -> ReportTable:
    """A row for each day: the record's share and, for each destination, how much of it arrived."""
    received = tuple(Head(f"received_share_{one.name}", one.shown) for one in data.destinations)
    rows: list[tuple[Cell, ...]] = []
    for day, first_ms, last_ms in data.period.days():
        begin, end = data.columns.position(first_ms - 1), data.columns.position(last_ms)
        recorded = sum(data.columns.recorded[begin:end])
        rows.append(
            (
                day,
                end - begin,
                recorded,
                _share(recorded, end - begin),
                *(_received(destination, first_ms, last_ms) for destination in data.destinations),
            )  # fmt: skip
        )
    return ReportTable((*heads("day", "expected", "recorded", "recorded_share"), *received), tuple(rows))


def _received(destination: DestinationSlots, first_ms: int, last_ms: int) -> RatioCell | None:
    outcomes = destination.outcomes[destination.position(first_ms - 1) : destination.position(last_ms)]
    if not outcomes:
        return None
    return _share(outcomes.count(SlotOutcome.IN_TIME) + outcomes.count(SlotOutcome.LATE), len(outcomes))


def state_calendar(title: str, column: Column, data: ReportData) -> Calendar:
    """What the parameter's records say, slot by slot."""
    return _calendar(title, STATES, column.states, data.columns.after_ms, data.columns.length_ms, data)


def _delivery_calendar(destination: DestinationSlots, data: ReportData) -> Calendar:
    return _calendar(
        destination.shown, OUTCOMES, destination.outcomes, destination.slots.from_ms, destination.slots.slot_ms, data
    )


def _calendar(
    title: str, kinds: tuple[str, ...], fields: bytearray, after_ms: int, length_ms: int, data: ReportData
) -> Calendar:
    """Where slots are shorter than five minutes, a field shows the one that ends it."""
    step_ms, zone = max(length_ms, _FINEST_MS), ZoneInfo(data.period.zone)
    rows: list[tuple[date, tuple[int | None, ...]]] = []
    for day, first_ms, last_ms in data.period.days():
        midnight_ms = day_begins_ms(day, zone)
        shown: list[int | None] = []
        for end_ms in range(midnight_ms, midnight_ms + DAY_MS, step_ms):
            position = (end_ms - after_ms) // length_ms - 1
            is_inside = first_ms <= end_ms <= last_ms and 0 <= position < len(fields)
            shown.append(fields[position] if is_inside else None)
        rows.append((day, tuple(shown)))
    return Calendar(title, kinds, tuple(rows))


def _share(part: int, whole: int) -> RatioCell | None:
    return _share_of(Ratio(part, whole))


def _share_of(ratio: Ratio) -> RatioCell | None:
    return RatioCell(ratio.received / ratio.expected) if ratio.expected else None


def _met(ratio: Ratio) -> TermCell:
    return TermCell("met") if ratio.is_enough() else TermCell("not_met", is_alarming=True)
