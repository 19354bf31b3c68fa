"""Sizes with a unit, as disks are sold: `500MB`, `20GB`, `1.5TB`. A bare number is refused, as for durations."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator

from gateway.config.file.form_error import FormError
from gateway.core.phrase import Phrase

_BYTES = {"kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_FORM = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?) ?([A-Za-z]+)", re.ASCII)
_EXAMPLES = Phrase("write a number and a unit (kB, MB, GB, TB), such as 500MB or 900GB")


def parse_size(value: object) -> int:
    """Bytes from the text of the configuration. A kB is 1,000 bytes, as on the disk's box.

    Raises:
        FormError: not a number with a known unit, or no whole number of bytes.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise FormError(
            Phrase("{value} has no unit", value=value),
            Phrase("write {value}GB if gigabytes are meant; units are kB, MB, GB, TB", value=value),
        )
    match = _FORM.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise FormError(Phrase("is not a size"), _EXAMPLES)
    number, unit = match.groups()
    if unit not in _BYTES:
        near = next((known for known in _BYTES if known.lower() == unit.lower()), None)
        raise FormError(
            Phrase("has the unknown unit {unit!r}", unit=unit), Phrase("write {near}", near=near) if near else _EXAMPLES
        )
    return int(Decimal(number) * _BYTES[unit])


def show_size(size: int) -> str:
    """The size as one would write it: in the largest unit that leaves at most three decimals."""
    for unit, count in reversed(_BYTES.items()):
        if size >= count and size * 1000 % count == 0:
            return f"{Decimal(size) / count:f}{unit}"
    return f"{Decimal(size) / 1000:f}kB"


Size = Annotated[int, PlainValidator(parse_size), PlainSerializer(show_size)]
