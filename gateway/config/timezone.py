"""`station.timezone`: a zone of the time zone database whose clocks are never changed.

A file is named by its slot's local time (TT10/2021). Where clocks go back, an hour of slots would bear the names of the
hour before, and the second file of a name is "already there" with other bytes.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator

from gateway.config.file.form_error import FormError
from gateway.config.suggest import did_you_mean
from gateway.core.phrase import Phrase

VIETNAM = timedelta(hours=7)

_FIRST = datetime(2023, 1, 1, tzinfo=UTC)
"""No gateway keeps anything older; until then many countries gave up summer time, and that harms nobody."""
_LAST = datetime(2040, 1, 1, tzinfo=UTC)
"""Rules that are in force repeat every year, and whatever else the database announces lies before."""
_WEEK = timedelta(weeks=1)
"""Shorter than any time between two changes; a look at each day would take some of the start's time."""
_DAY = timedelta(days=1)

_OF_THIS_COMPUTER = re.compile(r"localtime|posixrules|Factory|(posix|right)/.*", re.ASCII)
"""What the database's folder holds besides zones; `right/…` counts leap seconds, as no clock of ours does."""
_SIGNED = re.compile(r"(UTC|GMT|UCT|Z|ICT)?[+-][0-9:]{1,5}", re.ASCII | re.IGNORECASE)
_REVERSED = re.compile(r"(Etc/)?GMT[+-][0-9]{1,2}", re.ASCII)
_LIKENESS = 0.85
"""Of a name to be asked about: below it Hanoi is most like Shanghai."""

_ADVICE = Phrase("write Asia/Ho_Chi_Minh: TT10/2021 asks for Vietnam's time")


def zone_offset(zone: ZoneInfo) -> timedelta:
    """What the clocks of a zone that passed the check are ahead of UTC."""
    return _offset(zone, _FIRST)


def offset_words(zone: ZoneInfo) -> Phrase:
    """`UTC+09:00`, and a word of warning where its name says the contrary."""
    offset = _written(zone_offset(zone))
    if _REVERSED.fullmatch(zone.key):
        return Phrase("{offset} (the sign in its name is reversed)", offset=offset)
    return Phrase("{offset}", offset=offset)


def _check_timezone(text: str) -> str:
    if _OF_THIS_COMPUTER.fullmatch(text):
        raise FormError(Phrase("{text!r} is no time zone that is the same on every computer", text=text), _ADVICE)
    try:
        zone = ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: "Asia" is a folder of the time zone database
        raise FormError(Phrase("{text!r} is no time zone", text=text), _right(text)) from None
    change = _first_change(zone)
    if change is not None:
        before, after = _written(_offset(zone, change - _DAY)), _written(_offset(zone, change))
        raise FormError(
            Phrase(
                "the clocks of {text!r} change ({change:%Y-%m-%d}: {before} to {after}): two slots would bear one name",
                text=text,
                change=change,
                before=before,
                after=after,
            ),
            Phrase("{advice} (GMT+7), all year", advice=_ADVICE),
        )
    return text


def _right(text: str) -> Phrase:
    if _SIGNED.fullmatch(text):
        return Phrase("{advice}, which is GMT+7", advice=_ADVICE)
    asked = did_you_mean(text, available_timezones(), likeness=_LIKENESS)
    return (
        Phrase("{advice}; {asked}", advice=_ADVICE, asked=asked)
        if asked and "Ho_Chi_Minh" not in asked
        else asked or _ADVICE
    )


def _first_change(zone: ZoneInfo) -> datetime | None:
    """The first day at whose beginning its clocks show another distance from UTC than the day before."""
    day, offset = _FIRST, _offset(zone, _FIRST)
    while day < _LAST:
        if _offset(zone, day + _WEEK) != offset:
            while _offset(zone, day) == offset:
                day += _DAY
            return day
        day += _WEEK
    return None


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta(0)


def _written(offset: timedelta) -> str:
    minutes = round(abs(offset).total_seconds() / 60)
    return f"UTC{'-' if offset < timedelta(0) else '+'}{minutes // 60:02}:{minutes % 60:02}"


TimezoneName = Annotated[str, AfterValidator(_check_timezone)]
