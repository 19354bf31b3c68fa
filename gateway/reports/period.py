"""The time that a report is about, in whole local days or between two instants.

Slots are meant by their ends, as everywhere (see `gateway.core.span`): a day has the slots that bear its date in their
file's name, from 00:00:00 on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from gateway.core.instants import day_begins_ms, local_time
from gateway.core.phrase import Phrase
from gateway.core.span import FIRST_YEAR, LAST_YEAR, first_ms, last_ms

_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ReportPeriod:
    """Slots that end in `[from_ms, until_ms]`; none if that ends before it begins. `month` is its first day if the
    period is a whole month."""

    from_ms: int
    until_ms: int
    zone: str
    month: date | None = None

    def until(self, at_ms: int) -> ReportPeriod:
        """What of it has passed at that instant; it keeps its beginning."""
        return ReportPeriod(self.from_ms, max(self.from_ms - 1, min(self.until_ms, at_ms)), self.zone, self.month)

    def after_ms(self, length_ms: int) -> int:
        """The edge before the first of its slots."""
        return -(-self.from_ms // length_ms) * length_ms - length_ms

    def slots(self, length_ms: int) -> int:
        """How many slots of that length end in it."""
        return max(0, (self.until_ms - self.after_ms(length_ms)) // length_ms)

    def days(self) -> Iterator[tuple[date, int, int]]:
        """Each local day with the first and the last instant of it that belong to the period."""
        day = local_time(self.from_ms, self.zone).date()
        zone = ZoneInfo(self.zone)
        while (begins_ms := day_begins_ms(day, zone)) <= self.until_ms:
            following = day + timedelta(days=1)
            yield day, max(self.from_ms, begins_ms), min(self.until_ms, day_begins_ms(following, zone) - 1)
            day = following


def month(text: str, zone: str) -> ReportPeriod:
    """The period of a month written as 2026-01.

    Raises:
        ValueError: it is not; the message says how to write one.
    """
    found = _MONTH.fullmatch(text)
    if not found or not 1 <= int(found[2]) <= 12 or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        raise ValueError(Phrase("{text!r} is not a month: write 2026-01", text=text))
    first = date(int(found[1]), int(found[2]), 1)
    following = (first + timedelta(days=31)).replace(day=1)
    begins, ends = day_begins_ms(first, ZoneInfo(zone)), day_begins_ms(following, ZoneInfo(zone))
    return ReportPeriod(begins, ends - 1, zone, first)


def between(first: str, last: str, zone: str) -> ReportPeriod:
    """The period between two days or instants, both included.

    Raises:
        ValueError: one is neither, or they stand the wrong way round.
    """
    from_ms, until_ms = first_ms(first, ZoneInfo(zone)), last_ms(last, ZoneInfo(zone))
    if until_ms < from_ms:
        raise ValueError(Phrase("{last} comes before {first}: exchange the two", last=last, first=first))
    return ReportPeriod(from_ms, until_ms, zone)
