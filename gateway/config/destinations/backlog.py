"""`backlog` and `since`: how hastily a destination gets what is old, and how much of it."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

from gateway.config.file.form_error import FormError
from gateway.config.section import Section
from gateway.core.phrase import Phrase

_SECONDS = {"s": 1, "min": 60, "h": 3600}
_FORM = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?) ?/ ?(s|min|h)", re.ASCII)
_SLOWEST, _FASTEST = 1 / 60, 1000.0


def parse_rate(value: object) -> float:
    """Files per second from the text of the configuration, such as `20/s`.

    Raises:
        FormError: not a number per s, min or h, or out of bounds.
    """
    match = _FORM.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise FormError(
            Phrase("is not a rate"), Phrase("write files per second, minute or hour, such as 20/s or 600/min")
        )
    rate = float(match[1]) / _SECONDS[match[2]]
    if not _SLOWEST <= rate <= _FASTEST:
        raise FormError(Phrase("{value} is out of bounds", value=value), Phrase("write 1/min to 1000/s"))
    return rate


def show_rate(rate: float) -> str:
    """The rate as one would write it."""
    return f"{rate:g}/s" if rate >= 1 else f"{rate * 60:g}/min"


Rate = Annotated[float, BeforeValidator(parse_rate), PlainSerializer(show_rate)]


class Backlog(Section):
    """What was not sent in time is sent oldest first, beside what is new, at this rate at the most.

    Two hundred files a second are sixty days in a minute and a half, far more than most lines carry: it spares the
    station's own processor rather than the authority's. Write less where the authority asks for it.
    """

    rate: Rate = 200.0
