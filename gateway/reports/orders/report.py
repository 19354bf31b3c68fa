"""Report: transport orders of some time, day by day: how many came and were accepted within three minutes, what made
others late, and which the authority refused, with the meaning of its codes."""

from __future__ import annotations

from collections import Counter
from datetime import date

from gateway.config import Configuration, Language
from gateway.core.order_codes import code_meaning
from gateway.db import Database
from gateway.reports.document import (
    BilingualCell,
    Cell,
    DurationCell,
    Heading,
    RatioCell,
    Report,
    ReportKind,
    ReportSection,
    ReportTable,
    TermCell,
    TimeCell,
    heads,
)
from gateway.reports.orders.cause import cause_group
from gateway.reports.orders.sums import OrderSums
from gateway.texts.phrases import said

MOST_LISTED = 1000
"""Of orders that are set aside: the oldest so many."""
_DAY_COLUMNS = (
    "day",
    "orders_submitted",
    "orders_accepted",
    "orders_in_time",
    "orders_in_time_share",
    "orders_late",
    "orders_set_aside",
    "orders_waiting",
    "median_latency",
    "longest_latency",
)


def order_report(_configuration: Configuration, database: Database, heading: Heading) -> Report:
    """What was taken while it was configured is told of, too, where it is not any more."""
    from gateway.orders.fates import order_fates, refused_codes, set_aside_between

    from_ms, until_ms = heading.period.from_ms, heading.period.until_ms + 1
    whole, days = OrderSums(), _days(heading)
    edges = [last_ms for _, _, last_ms in heading.period.days()]
    place = 0
    for fate in order_fates(database, from_ms, until_ms):
        while fate.submitted_ms > edges[place]:
            place += 1
        days[place][1].add(fate, heading.made_ms)
        whole.add(fate, heading.made_ms)
    listed = [
        (order_id, plate, TimeCell(submitted_ms), _code(code), meaning_cell(code), reason)
        for order_id, plate, submitted_ms, code, reason in set_aside_between(database, from_ms, until_ms, MOST_LISTED)
    ]
    return Report(
        ReportKind.ORDERS,
        heading,
        (
            ("orders_submitted", whole.submitted),
            ("orders_accepted", whole.accepted),
            ("orders_in_time", whole.in_time),
            ("orders_in_time_share", _ratio(whole)),
            ("orders_late", whole.late),
            ("orders_set_aside", whole.set_aside),
            ("orders_waiting", whole.waiting),
        ),
        (
            ReportSection("order_days", ReportTable(heads(*_DAY_COLUMNS), tuple(_row(*one) for one in days))),
            ReportSection("order_causes", _causes(whole)),
            ReportSection("order_refusals", _refusals(refused_codes(database, from_ms, until_ms))),
            ReportSection(
                "orders_set_aside",
                ReportTable(heads("order", "plate", "submitted_at", "order_code", "meaning", "reason"), tuple(listed)),
            ),
        ),
    )


def meaning_cell(code: int | None) -> BilingualCell | None:
    """What a code means, in the reader's language."""
    if code is None:
        return None
    meaning = code_meaning(code)
    return BilingualCell(said(meaning, Language.VIETNAMESE), str(meaning))


def _days(heading: Heading) -> list[tuple[date, OrderSums]]:
    return [(day, OrderSums()) for day, _, _ in heading.period.days()]


def _row(day: date, sums: OrderSums) -> tuple[Cell, ...]:
    return (
        day,
        sums.submitted,
        sums.accepted,
        sums.in_time,
        _ratio(sums),
        sums.late,
        sums.set_aside,
        sums.waiting,
        _length(sums.median_ms),
        _length(sums.longest_ms),
    )


def _causes(whole: OrderSums) -> ReportTable:
    rows = tuple((TermCell(cause, cause_group(cause)), count) for cause, count in whole.causes.most_common())
    return ReportTable(heads("cause", "orders"), rows)


def _refusals(codes: Counter[int | None]) -> ReportTable:
    rows = tuple((_code(code), meaning_cell(code), count) for code, count in codes.most_common())
    return ReportTable(heads("order_code", "meaning", "orders"), rows)


def _code(code: int | None) -> str | None:
    """A name rather than a number: never in groups of digits."""
    return None if code is None else str(code)


def _ratio(sums: OrderSums) -> RatioCell | None:
    return None if sums.share_in_time is None else RatioCell(sums.share_in_time)


def _length(milliseconds: int | None) -> DurationCell | None:
    return None if milliseconds is None else DurationCell(milliseconds)
