"""The list by which an authority expects a station's files, and a file held against it, letter by letter. Pure.

The receiver matches symbols exactly: an unknown one is reported to its operator, a declared one that is absent counts
as lost, and nobody here hears of either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class ListedParameter:
    """As the receiver has it. `unit`: `None` where its list has none."""

    symbol: str
    unit: str | None


@dataclass(frozen=True, slots=True)
class ReceiverList:
    """`folder` and `name` are strftime patterns in the station's local time; `None`: the list does not say. The folder
    is the whole one, from where the account logs in."""

    parameters: tuple[ListedParameter, ...]
    folder: str | None = None
    name: str | None = None
    interval_ms: int | None = None


class DeviationKind(StrEnum):
    FOLDER = "folder"
    NAME = "name"
    MISSING_SYMBOL = "missing_symbol"
    """The list has it, the file does not."""
    UNKNOWN_SYMBOL = "unknown_symbol"
    """The file has it, the list does not."""
    TWICE = "twice"
    UNIT = "unit"
    INTERVAL = "interval"
    UNREADABLE = "unreadable"
    """A line that the receiver passes over."""


@dataclass(frozen=True, slots=True)
class ListDeviation:
    """`expected` as the list has it, `found` as it was delivered; empty: there is none."""

    kind: DeviationKind
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class DeliveredFile:
    """A file as it lies there. `local`: the end of its slot on the station's wall clock."""

    folder: str
    name: str
    content: bytes
    local: datetime


def deviations(listed: ReceiverList, file: DeliveredFile) -> list[ListDeviation]:
    """Everything in which the file is not as listed, to the letter; the nearest spelling stands beside an unknown one.

    Worked: listed `PM2,5`, delivered `PM2.5`: a missing symbol `PM2,5` for which `PM2.5` was found.
    """
    found = list(_place(listed, file))
    lines = _lines(file.content)
    found += [ListDeviation(DeviationKind.UNREADABLE, "", text) for text, pieces in lines if len(pieces) < 5]
    return [*found, *_symbols(listed.parameters, [pieces for _, pieces in lines if len(pieces) >= 5])]


def _place(listed: ReceiverList, file: DeliveredFile) -> Iterator[ListDeviation]:
    for kind, pattern, is_so in (
        (DeviationKind.FOLDER, listed.folder, file.folder),
        (DeviationKind.NAME, listed.name, file.name),
    ):
        if pattern is None:
            continue
        expected, given = file.local.strftime(pattern), is_so
        if kind is DeviationKind.FOLDER:
            expected, given = expected.strip("/"), given.strip("/")
        if expected != given:
            yield ListDeviation(kind, expected, given)


def _lines(content: bytes) -> list[tuple[str, list[str]]]:
    """As the receiver reads them: what is no UTF-8 dropped, a BOM removed, lines stripped and split at TAB."""
    text = content.decode("utf-8", errors="ignore").removeprefix("\ufeff")
    return [(line.strip(), line.strip().split("\t")) for line in text.splitlines() if line.strip()]


def _symbols(listed: Sequence[ListedParameter], lines: Sequence[list[str]]) -> Iterator[ListDeviation]:
    found: dict[str, str] = {}
    for symbol, _, unit, *_ in lines:
        if symbol in found:
            yield ListDeviation(DeviationKind.TWICE, symbol, symbol)
        found[symbol] = unit
    expected = {one.symbol: one.unit for one in listed}
    unknown = [symbol for symbol in found if symbol not in expected]
    for symbol, listed_unit in expected.items():
        if symbol not in found:
            other = next((one for one in unknown if _alike(one) == _alike(symbol)), "")
            if other:
                unknown.remove(other)
            yield ListDeviation(DeviationKind.MISSING_SYMBOL, symbol, other)
        elif listed_unit is not None and found[symbol] != listed_unit:
            yield ListDeviation(DeviationKind.UNIT, f"{symbol} {listed_unit}", f"{symbol} {found[symbol]}")
    yield from (ListDeviation(DeviationKind.UNKNOWN_SYMBOL, "", symbol) for symbol in unknown)


def _alike(symbol: str) -> str:
    """What two spellings of one symbol have in common: letters and digits, small."""
    return "".join(one for one in symbol.lower() if one.isalnum())
