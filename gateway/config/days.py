"""Days of the calendar: `2026-01-31`."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

from gateway.config.file.form_error import FormError
from gateway.core.phrase import Phrase

_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", re.ASCII)


def parse_day(value: object) -> date:
    """A day from the text of the configuration; a date is taken as it is.

    Raises:
        FormError: it is not written as year, month, day, or there is no such day.
    """
    if isinstance(value, date):
        return value
    text = value if isinstance(value, str) else ""
    if match := _DAY_FIRST.fullmatch(text):
        raise FormError(
            Phrase("is not a day"),
            Phrase(
                "write year-month-day: {match}-{match2:02}-{match3:02}",
                match=match[3],
                match2=int(match[2]),
                match3=int(match[1]),
            ),
        )
    if not _FORM.fullmatch(text):
        raise FormError(Phrase("is not a day"), Phrase("write year-month-day, such as 2026-01-31"))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FormError(
            Phrase("{text} is not in the calendar", text=text),
            Phrase("write a day as year-month-day, such as 2026-01-31"),
        ) from None


Day = Annotated[date, BeforeValidator(parse_day), PlainSerializer(date.isoformat)]
