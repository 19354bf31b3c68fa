"""Report: what part of the expected data is there, per parameter, per destination, day by day (TT10/2021: 80 %)."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from gateway.core.completeness import ENOUGH_PERCENT, TEN_DAYS_MS, Ratio, ratio_received
from gateway.core.reading import Status
from gateway.core.slot import HOUR_MS
from gateway.core.span import day_begins_ms
from gateway.records.columns import NOT_TOLD, STATE_OF, Column
from gateway.reports.document import Calendar, Cell, Head, Report, Section, Share, Table, Term, heads
from gateway.reports.survey import IN_TIME, LATE, NOT_MADE, UNDELIVERED, Account, Survey

STATES = ("missing", "measuring", "calibrating", "fault")
"""Kinds of field in a parameter's calendar, as `Column.states` counts them."""
OUTCOMES = ("not_made", "in_time", "late", "undelivered")
"""Kinds of field in a destination's calendar, as `Account.outcomes` counts them."""
_FINEST_MS = 300_000
"""A calendar has no more fields a day than slots of five minutes."""


def completeness(seen: Survey) -> Report:
    slots = seen.columns.slots
    recorded = sum(seen.columns.recorded)
    received = [ratio_received(account.sent, account.slots, TEN_DAYS_MS) for account in seen.accounts]
    worst = min(
        (ratio for ratio in received if ratio.expected), key=lambda ratio: ratio.received / ratio.expected, default=None
    )
    return Report(
        "completeness",
        seen.heading,
        (
            ("expected_slots", slots),
            ("recorded_slots", recorded),
            ("recorded_share", _share(recorded, slots)),
            ("required_share", Share(ENOUGH_PERCENT / 100)),
            ("received_share", _share_of(worst) if worst else None),
            ("requirement", _met(worst) if worst else None),
        ),
        (
            Section("destinations", destinations(seen), [_delivery_calendar(one, seen) for one in seen.accounts]),
            Section("parameters", _parameters(seen)),
            Section("days", _days(seen)),
            Section(
                "availability",
                pictures=[state_calendar(one.parameter.symbol, one.column, seen) for one in seen.measured],
            ),
        ),
    )


def destinations(seen: Survey) -> Table:
    """Each destination's account."""
    columns = heads(
        "destination", "authority", "expected", "delivered", "in_time", "late", "undelivered", "not_made",
        "received_share", "ten_day_share", "requirement",
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for account in seen.accounts:
        not_made, in_time, late, undelivered = map(account.outcomes.count, (NOT_MADE, IN_TIME, LATE, UNDELIVERED))
        received = ratio_received(account.sent, account.slots)
        within = ratio_received(account.sent, account.slots, TEN_DAYS_MS)
        rows.append(
            (
                account.name,
                Term(account.authority),
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
    return Table(columns, tuple(rows))


def _parameters(seen: Survey) -> Table:
    columns = heads(
        "parameter", "unit", "expected", "valid", "calibrating", "fault", "missing", "valid_share", "requirement"
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    slots = seen.columns.slots
    for measured in seen.measured:
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
                measured.column.count(NOT_TOLD, 0, slots),
                _share_of(ratio),
                _met(ratio),
            )  # fmt: skip
        )
    return Table(columns, tuple(rows))


def _days(seen: Survey) -> Table:
    """A row for each day: the record's share and, for each destination, how much of it arrived."""
    received = tuple(Head(f"received_share_{one.name}", one.name) for one in seen.accounts)
    rows: list[tuple[Cell, ...]] = []
    for day, first_ms, last_ms in seen.period.days():
        begin, end = seen.columns.position(first_ms - 1), seen.columns.position(last_ms)
        recorded = sum(seen.columns.recorded[begin:end])
        rows.append(
            (
                day,
                end - begin,
                recorded,
                _share(recorded, end - begin),
                *(_received(account, first_ms, last_ms) for account in seen.accounts),
            )  # fmt: skip
        )
    return Table((*heads("day", "expected", "recorded", "recorded_share"), *received), tuple(rows))


def _received(account: Account, first_ms: int, last_ms: int) -> Share | None:
    outcomes = account.outcomes[account.position(first_ms - 1) : account.position(last_ms)]
    if not outcomes:
        return None
    return _share(outcomes.count(IN_TIME) + outcomes.count(LATE), len(outcomes))


def state_calendar(title: str, column: Column, seen: Survey) -> Calendar:
    """What the parameter's records say, slot by slot."""
    return _calendar(title, STATES, column.states, seen.columns.after_ms, seen.columns.length_ms, seen)


def _delivery_calendar(account: Account, seen: Survey) -> Calendar:
    return _calendar(account.name, OUTCOMES, account.outcomes, account.slots.from_ms, account.slots.slot_ms, seen)


def _calendar(
    title: str, kinds: tuple[str, ...], fields: bytearray, after_ms: int, length_ms: int, seen: Survey
) -> Calendar:
    """Where slots are shorter than five minutes, a field shows the one that ends it."""
    step_ms, zone = max(length_ms, _FINEST_MS), ZoneInfo(seen.period.zone)
    rows: list[tuple[date, tuple[int | None, ...]]] = []
    for day, first_ms, last_ms in seen.period.days():
        midnight_ms = day_begins_ms(day, zone)
        shown: list[int | None] = []
        for end_ms in range(midnight_ms, midnight_ms + 24 * HOUR_MS, step_ms):
            position = (end_ms - after_ms) // length_ms - 1
            is_inside = first_ms <= end_ms <= last_ms and 0 <= position < len(fields)
            shown.append(fields[position] if is_inside else None)
        rows.append((day, tuple(shown)))
    return Calendar(title, kinds, tuple(rows))


def _share(part: int, whole: int) -> Share | None:
    return _share_of(Ratio(part, whole))


def _share_of(ratio: Ratio) -> Share | None:
    return Share(ratio.received / ratio.expected) if ratio.expected else None


def _met(ratio: Ratio) -> Term:
    return Term("met") if ratio.is_enough() else Term("not_met", is_alarming=True)
