"""Durations with a unit: `500ms`, `5s`, `5min`, `2h`, `90d`.

A bare number is refused, for nobody can see whether it means seconds or minutes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

from gateway.config.file.form_error import FormError
from gateway.core.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, milliseconds
from gateway.core.phrase import Phrase

_MILLISECONDS = {"ms": 1, "s": SECOND_MS, "min": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS}
_FORM = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) ?([A-Za-z]+)", re.ASCII)
_EXAMPLES = Phrase("write a number and a unit (ms, s, min, h, d), such as 500ms, 5s, 5min or 90d")


def parse_duration(value: object) -> timedelta:
    """A duration from the text of the configuration; a timedelta is taken as it is.

    Raises:
        FormError: not a number with a known unit, finer than a millisecond, or longer than a timedelta holds.
    """
    if isinstance(value, timedelta):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise FormError(
            Phrase("{value} has no unit", value=value),
            Phrase("write {value}s if seconds are meant; units are ms, s, min, h, d", value=value),
        )
    match = _FORM.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise FormError(Phrase("is not a duration"), _EXAMPLES)
    number, unit = match.groups()
    if unit not in _MILLISECONDS:
        hint = Phrase("write min for minutes") if unit.lower() in {"m", "mn", "minute", "minutes"} else _EXAMPLES
        raise FormError(Phrase("has the unknown unit {unit!r}", unit=unit), hint)
    length_ms = Decimal(number) * _MILLISECONDS[unit]
    if length_ms != int(length_ms):
        raise FormError(Phrase("is finer than a millisecond"), Phrase("write whole milliseconds"))
    try:
        return timedelta(milliseconds=int(length_ms))
    except OverflowError:
        raise FormError(Phrase("is too long"), Phrase("write a duration that a station can live through")) from None


def show_duration(duration: timedelta) -> str:
    """The duration as one would write it: in the largest unit that leaves a whole number."""
    length_ms = milliseconds(duration)
    for unit, size in reversed(_MILLISECONDS.items()):
        if length_ms % size == 0 and length_ms >= size:
            return f"{length_ms // size}{unit}"
    return f"{length_ms}ms"


def within(shortest: str, longest: str, why: str = "") -> Callable[[timedelta], timedelta]:
    """A check that a duration lies in `[shortest, longest]`; `why` is added to the advice."""
    low, high = parse_duration(shortest), parse_duration(longest)
    advice = Phrase("write {shortest} to {longest}", shortest=shortest, longest=longest) + (
        Phrase(": {why}", why=why) if why else ""
    )

    def check(duration: timedelta) -> timedelta:
        if not low <= duration <= high:
            raise FormError(Phrase("{duration} is out of bounds", duration=show_duration(duration)), advice)
        return duration

    return check


Duration = Annotated[timedelta, BeforeValidator(parse_duration), PlainSerializer(show_duration)]
