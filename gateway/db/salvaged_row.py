"""One row out of a database that may be broken anywhere: whole, put right, or lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.core.checksum import checksum, mended
from gateway.core.phrase import Phrase
from gateway.db.checksums import SealedTable

Values = dict[str, Any]
"""A row: by column, text as `str`, without its checksum."""


@dataclass(frozen=True, slots=True)
class SalvagedRow:
    """A row that is whole. `was_mended`: one bit of it was wrong."""

    id: int
    values: Values
    was_mended: bool = False


@dataclass(frozen=True, slots=True)
class LostRow:
    """A row that is not. `values`: what stands there, as far as it can be read; never to be relied on."""

    id: int
    values: Values | None
    reason: str


@dataclass(frozen=True, slots=True)
class TableColumns:
    """Of one table, without its checksum."""

    names: tuple[str, ...]
    texts: frozenset[str]
    sealed: SealedTable | None


def judge(columns: TableColumns, found: tuple[Any, ...]) -> SalvagedRow | LostRow:
    """A row as it was read (its number, its checksum or `None`, then each column's type and value), held against its
    checksum; put right where one bit is wrong."""
    number, kept, kinds, raw = found[0], found[1], found[2::2], list(found[3::2])
    values = dict(zip(columns.names, raw, strict=True))
    was_mended = False
    if columns.sealed is not None and kept is not None:
        sealed = columns.sealed
        counted = [values[one] for one in sealed.columns]
        if kept != checksum(counted, sealed.defaults):
            right = mended(counted, kept, sealed.defaults)
            if right is None:
                return LostRow(number, _readable(values, columns), Phrase("more than one bit of it is wrong"))
            values |= zip(sealed.columns, right, strict=True)
            was_mended = True
    for name, kind in zip(columns.names, kinds, strict=True):
        value = values[name]
        if name in columns.texts and value is not None:
            if not isinstance(value, bytes) or (kind == b"blob" and not was_mended):
                return LostRow(number, _readable(values, columns), Phrase("{name} is no text", name=name))
            try:
                values[name] = value.decode()
            except UnicodeDecodeError:
                return LostRow(number, _readable(values, columns), Phrase("{name} is no text", name=name))
        elif name not in columns.texts and kind == b"text" and not was_mended:
            return LostRow(number, _readable(values, columns), Phrase("{name} is text", name=name))
    return SalvagedRow(number, values, was_mended)


def _readable(values: Values, columns: TableColumns) -> Values:
    return {
        name: value.decode(errors="backslashreplace") if isinstance(value, bytes) and name in columns.texts else value
        for name, value in values.items()
    }
