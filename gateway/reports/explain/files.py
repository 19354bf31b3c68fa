"""The files that were made of one record, and what stands in them for each of its lines."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.core.errors import DeliveryRefused
from gateway.core.reading import Parameter
from gateway.core.record import Record
from gateway.db import Database
from gateway.files.formats import Rendering
from gateway.files.formats.tt10 import DEFAULT_DECIMALS
from gateway.files.made_files import MadeFile, damaged_files_of, files_of
from gateway.files.store import WRITTEN, FileStore


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """What became of one line of the record. `symbol`: under which it stands there; empty: it is left out. `value`: as
    it is written, with so many `decimals`."""

    parameter: Parameter
    symbol: str
    value: str
    decimals: int


@dataclass(frozen=True, slots=True)
class ExplainedFile:
    """`lines`: of each line of the record, in its order; none if it cannot be told. `content=None`: it can not be made
    again byte by byte, and `damage` says why."""

    made: MadeFile
    lines: tuple[WrittenLine, ...]
    content: bytes | None
    damage: str | None = None


def explained_files(database: Database, record_id: int, record: Record | None) -> tuple[ExplainedFile, ...]:
    """Of the record of that number; `None`: it cannot be read any more."""
    return tuple(_explained(database, made, record) for made in files_of(database, record_id))


def lost_files(database: Database, record_id: int) -> int:
    """How many the record had whose rows cannot be read any more."""
    return damaged_files_of(database, record_id)


def _explained(database: Database, made: MadeFile, record: Record | None) -> ExplainedFile:
    lines = () if record is None or made.rendering is None else _lines(record, made.rendering)
    try:
        return ExplainedFile(made, lines, FileStore(database).content(made.id).content)
    except (DeliveryRefused, LookupError) as damage:
        words = damage.words if isinstance(damage, DeliveryRefused) else str(damage)
        return ExplainedFile(made, lines, None, words)


def _lines(record: Record, rendering: Rendering) -> tuple[WrittenLine, ...]:
    decimals = dict(rendering.decimals)
    shown = {line.parameter: symbol for symbol, line in rendering.lines_of(record)}
    return tuple(
        WrittenLine(
            line.parameter,
            shown.get(line.parameter, ""),
            WRITTEN[rendering.format](line, rendering, decimals),
            decimals.get(line.parameter.symbol, DEFAULT_DECIMALS),
        )
        for line in record.lines
    )
