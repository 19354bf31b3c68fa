"""Limits with the days on which they hold, and where they come from: a standard's table, or the permit's own words.

A limit holds from a day to a day, both included, on the station's calendar. What happened is judged by what held then:
a slot belongs to the day in which it lies, so the one that ends at midnight to the day before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta, tzinfo

from gateway.core.instants import DAY_MS, FAR_FUTURE_MS, day_begins_ms
from gateway.core.limits import Limit

YEAR_MS = 365 * DAY_MS
"""As an averaging time: the year of the calendar, whatever its length. No rolling mean is made of it."""
LONG_AGO_MS = -FAR_FUTURE_MS
"""Before any instant."""


@dataclass(frozen=True, slots=True)
class LimitOrigin:
    """How a standard comes to a limit: which of its choices the permit took, with which coefficients.

    `written`: the bounds of the table, before the coefficients. `left_out`: coefficients that apply and were not given;
    they count as 1. `form`: in what the parameter is counted (`N`, `NO2`); empty: in itself. `source`: what confirms
    the table's number, in words.
    """

    standard: str
    choices: tuple[tuple[str, str], ...] = ()
    coefficients: tuple[tuple[str, float], ...] = ()
    left_out: tuple[str, ...] = ()
    written: Limit | None = None
    form: str = ""
    source: str = ""

    def __str__(self) -> str:
        """In English, as logs have it: `QCVN 40:2011, column B, kq 0.9, kf 1.1`."""
        words = (*self.choices, *((name, f"{factor:g}") for name, factor in self.coefficients))
        return ", ".join([self.standard, *(f"{name} {value}" for name, value in words)])

    @property
    def column(self) -> str | None:
        return dict(self.choices).get("column")


@dataclass(frozen=True, slots=True)
class DatedLimit:
    """A limit from its first day (`since`) to its last (`until`); `None`: without that end. `origin` is `None` for
    bounds that the configuration states outright."""

    limit: Limit
    since: date | None = None
    until: date | None = None
    origin: LimitOrigin | None = None

    def holds_on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def within(self, since: date | None, until: date | None) -> DatedLimit | None:
        """The part of it that lies between these days; `None`: none does."""
        first = max((day for day in (self.since, since) if day is not None), default=None)
        last = min((day for day in (self.until, until) if day is not None), default=None)
        if first is not None and last is not None and last < first:
            return None
        return DatedLimit(self.limit, first, last, self.origin)


@dataclass(frozen=True, slots=True)
class LimitSpan:
    """A limit in force for what began in `[from_ms, until_ms)`."""

    limit: Limit
    from_ms: int = LONG_AGO_MS
    until_ms: int = FAR_FUTURE_MS
    origin: LimitOrigin | None = None

    def holds_at(self, at_ms: int) -> bool:
        """`at_ms`: when the slot, the hour or the day began that is judged."""
        return self.from_ms <= at_ms < self.until_ms

    def within(self, from_ms: int, until_ms: int) -> LimitSpan | None:
        """The part of it that lies in `[from_ms, until_ms)`; `None`: none does."""
        first_ms, last_ms = max(self.from_ms, from_ms), min(self.until_ms, until_ms)
        return LimitSpan(self.limit, first_ms, last_ms, self.origin) if first_ms < last_ms else None


def span_of(dated: DatedLimit, zone: tzinfo | str) -> LimitSpan:
    """Its days on that zone's calendar.

    Worked, Asia/Ho_Chi_Minh: until 2025-12-31 → what began before 2025-12-31T17:00:00Z.
    """
    return LimitSpan(
        dated.limit,
        LONG_AGO_MS if dated.since is None else day_begins_ms(dated.since, zone),
        FAR_FUTURE_MS if dated.until is None else day_ends_ms(dated.until, zone),
        dated.origin,
    )


def day_ends_ms(day: date, zone: tzinfo | str) -> int:
    """When the next day begins; of the last one that a calendar has: never."""
    return FAR_FUTURE_MS if day == date.max else day_begins_ms(day + timedelta(days=1), zone)


def joined(spans: Iterable[LimitSpan]) -> tuple[LimitSpan, ...]:
    """The same, with one span instead of several of the same limit that follow one another. In the order of their
    averaging times, the limit for every slot first, and of time."""
    kept: list[LimitSpan] = []
    for one in sorted(spans, key=lambda span: (span.limit.averaging_ms or 0, span.from_ms)):
        before = kept[-1] if kept else None
        if before is not None and before.until_ms == one.from_ms and _alike(before, one):
            kept[-1] = LimitSpan(one.limit, before.from_ms, one.until_ms, one.origin or before.origin)
        else:
            kept.append(one)
    return tuple(kept)


def _alike(first: LimitSpan, second: LimitSpan) -> bool:
    """An older gateway kept the bounds alone: then its span is of the same origin as the one that follows. Other words
    for what confirms the number make no other limit."""
    if first.limit != second.limit:
        return False
    if first.origin is None or second.origin is None:
        return first.origin is None
    return replace(first.origin, source="") == replace(second.origin, source="")
