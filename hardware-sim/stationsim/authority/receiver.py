"""Reads a station's file as the national receiver does: leniently, losing without a word what it cannot read. Pure.

What it does is known from its published source; `rules.py` says what a file must be so that nothing is lost here.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Received:
    """One line as understood. `value` None: no data. Legacy lines of 3 or 4 pieces lack unit or status."""

    symbol: str
    value: float | None
    unit: str | None
    time: str
    status: str | None


_MISSING = ("NULL", "None", "-")


def read(content: bytes) -> tuple[Received, ...]:
    """Undecodable bytes and a BOM are dropped, lines stripped, lines of fewer than 3 pieces ignored."""
    text = content.decode("utf-8", errors="ignore").removeprefix("\ufeff")
    return tuple(_lines(text))


def _lines(text: str) -> Iterator[Received]:
    for line in text.splitlines():
        pieces = line.strip().split("\t")
        if len(pieces) >= 5:
            yield Received(pieces[0], _number(pieces[1]), pieces[2], pieces[3], pieces[4])
        elif len(pieces) == 4:
            yield Received(pieces[0], _number(pieces[1]), pieces[2], pieces[3], None)
        elif len(pieces) == 3:
            yield Received(pieces[0], _number(pieces[1]), None, pieces[2], None)


def _number(text: str) -> float | None:
    if text in _MISSING:
        return None
    try:
        return float(text)
    except ValueError:
        return None
