"""Times in a scenario carry their unit: `500ms`, `10s`, `5min`, `6h`. Inside they are integer milliseconds."""

import re
from typing import Annotated

from pydantic import BeforeValidator

_UNIT_MS = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_TEXT = re.compile(r"(?P<number>\d+(\.\d+)?)(?P<unit>ms|s|min|h|d)")


def parse_duration_ms(text: object) -> int:
    """`"5min"` → 300000. Raises ValueError for anything that is not a number with a unit and a whole number of ms."""
    match = _TEXT.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f"{text!r} is not a time; write a number with ms, s, min, h or d, such as 10s")
    milliseconds = float(match["number"]) * _UNIT_MS[match["unit"]]
    if not milliseconds.is_integer():
        raise ValueError(f"{text!r} is finer than a millisecond")
    return int(milliseconds)


DurationMs = Annotated[int, BeforeValidator(parse_duration_ms)]
