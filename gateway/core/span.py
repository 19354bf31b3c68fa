"""From when to when, as a person writes it: days, or instants on the station's wall clock.

Slots are meant by their end, the time in a file's name; both bounds are included. `2026-01-31` therefore begins with
the file of 00:00:00 and ends with the last one that bears that day in its name.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo

from gateway.core.instants import day_begins_ms, utc_ms
from gateway.core.phrase import Phrase

FIRST_YEAR, LAST_YEAR = 1971, 9998
"""Of times that can be meant: a day more on either side is still a date, whatever the zone."""


def first_ms(text: str, zone: tzinfo) -> int:
    """The earliest instant that the text means: of a day, its beginning.

    Raises:
        ValueError: neither a day nor an instant; the message says how to write one.
    """
    meant = _parsed(text)
    return day_begins_ms(meant, zone) if not isinstance(meant, datetime) else _ms(meant, zone)


def last_ms(text: str, zone: tzinfo) -> int:
    """The latest instant that the text means: of a day, its last millisecond. Raises as `first_ms`."""
    meant = _parsed(text)
    return day_begins_ms(meant + timedelta(days=1), zone) - 1 if not isinstance(meant, datetime) else _ms(meant, zone)


def end_ms(text: str, zone: tzinfo) -> int:
    """Where a span ends, half-open, whose last day or instant the text means: of a day, the beginning of the next one.
    Raises as `first_ms`."""
    meant = _parsed(text)
    return day_begins_ms(meant + timedelta(days=1), zone) if not isinstance(meant, datetime) else _ms(meant, zone)


def _parsed(text: str) -> date | datetime:
    try:
        meant = date.fromisoformat(text) if len(text) <= len("2026-01-31") else datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            Phrase(
                "{text!r} is neither a day nor an instant: write 2026-01-31, 2026-01-31T08:05 or"
                " 2026-01-31T08:05:00+07:00",
                text=text,
            )
        ) from None
    if not FIRST_YEAR <= meant.year <= LAST_YEAR:
        raise ValueError(
            Phrase(
                "{text!r} lies outside the years {first_year} to {last_year}: nothing was measured then",
                text=text,
                first_year=FIRST_YEAR,
                last_year=LAST_YEAR,
            )
        )
    return meant


def _ms(instant: datetime, zone: tzinfo) -> int:
    return utc_ms(instant if instant.tzinfo is not None else instant.replace(tzinfo=zone))
