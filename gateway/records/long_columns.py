"""Columns of years, for pictures: a hundred thousand slots of a parameter in a fifth of the time that
`gateway.records.columns` needs, for they are not fetched one by one and their checksums are not compared.

So a flipped bit may stand in them: what is shown of them is held against `unsound_ends` first. What does not look
like records of one layout is read by `read_columns` at once.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from gateway.core.checksum import unsound_records
from gateway.core.reading import Parameter
from gateway.db import Database
from gateway.readings.columns import STATUS_OF
from gateway.records.columns import Column, Columns, empty_columns, read_columns
from gateway.records.packing import HEAD_BYTES, VALUE_BYTES, head_offset
from gateway.records.store import RecordStore

_PART_SLOTS = 1152
"""Asked for at a time: four days of five minutes."""
_SMALLEST_PART_SLOTS = 72
"""Where several layouts meet, halves are asked for down to this."""
_ENDS_AT_A_TIME = 500
_DAMAGED = 255
_STATES = bytes(code + 1 if code < len(STATUS_OF) else _DAMAGED for code in range(256))
"""From a status as it is packed to `Column.states`."""


def read_long_columns(
    database: Database, length_ms: int, after_ms: int, until_ms: int, parameters: Sequence[Parameter]
) -> Columns:
    """As `read_columns`, of these parameters alone, and not proven. `after_ms` is a slot's edge."""
    reading = _ColumnFiller(database, empty_columns(length_ms, after_ms, until_ms, parameters))
    for begin in range(0, reading.found.slots, _PART_SLOTS):
        reading.read(begin, min(begin + _PART_SLOTS, reading.found.slots))
    return reading.found


def unsound_ends(database: Database, length_ms: int, ends_ms: Iterable[int]) -> set[int]:
    """Of the slots with these ends: those whose records do not have the checksum that they ought to have."""
    asked = sorted(set(ends_ms))
    found: set[int] = set()
    for begin in range(0, len(asked), _ENDS_AT_A_TIME):
        some = asked[begin : begin + _ENDS_AT_A_TIME]
        rows = database.read(
            "SELECT end_ms, id, layout_id, closed_ms, packed, measured, checksum FROM record"  # noqa: S608  # places
            f" WHERE length_ms = ? AND end_ms IN ({', '.join('?' * len(some))})",
            (length_ms, *some),
        )
        found |= {rows[place][0] for place in unsound_records(rows, length_ms)}
    return found


@dataclass(frozen=True, slots=True)
class _JoinedRecords:
    """Records in the order of time. `heads`: value and status of each, of the columns that were asked for."""

    count: int
    first_ms: int
    last_ms: int
    least_layout_id: int
    greatest_layout_id: int
    heads: bytes


class _ColumnFiller:
    """Fills `found`, part after part."""

    def __init__(self, database: Database, found: Columns) -> None:
        self.found = found
        self._database = database
        self._layout_id: int | None = None
        self._present: list[tuple[Column, int]] = []
        """The columns that this layout has, each with its place in the bytes."""

    def read(self, begin: int, end: int) -> None:
        """The slots at `[begin, end)`."""
        part = self._part(begin, end)
        if part is not None and part.least_layout_id != self._layout_id:
            self._look_up(part.least_layout_id)
            part = self._part(begin, end)
        if part is None:
            return
        is_alike = part.least_layout_id == self._layout_id == part.greatest_layout_id
        if not is_alike and end - begin > _SMALLEST_PART_SLOTS:
            middle = (begin + end) // 2
            self.read(begin, middle)
            self.read(middle, end)
        elif not (is_alike and self._fill(part, begin, end)):
            self._read_proven(begin, end)

    def _part(self, begin: int, end: int) -> _JoinedRecords | None:
        """Sorted by the index that finds them; `None`: there are none."""
        heads = " || ".join(f"hex(substr(packed, ?, {HEAD_BYTES}))" for _ in self._present) or "''"
        ((count, first_ms, last_ms, least_id, greatest_id, heads_hex),) = self._database.read(
            "SELECT count(*), min(end_ms), max(end_ms), min(layout_id), max(layout_id),"  # noqa: S608  # of constants
            f" group_concat({heads}, '') FROM record WHERE length_ms = ? AND end_ms > ? AND end_ms <= ?",
            (*(offset + 1 for _, offset in self._present), *self._span(begin, end)),
        )
        if not count:
            return None
        return _JoinedRecords(count, first_ms, last_ms, least_id, greatest_id, bytes.fromhex(heads_hex or ""))

    def _span(self, begin: int, end: int) -> tuple[int, int, int]:
        return self.found.length_ms, self.found.end_ms(begin - 1), self.found.end_ms(end - 1)

    def _look_up(self, layout_id: int) -> None:
        """A layout that is damaged is none."""
        try:
            lines = RecordStore(self._database).parameters(layout_id)
        except ValueError:
            self._layout_id, self._present = None, []
            return
        self._layout_id = layout_id
        self._present = [
            (column, head_offset(lines.index(parameter)))
            for parameter, column in self.found.by_parameter.items()
            if parameter in lines
        ]

    def _fill(self, part: _JoinedRecords, begin: int, end: int) -> bool:
        """Into the columns. `False`: they are not what records hold, and nothing was filled in."""
        places = list(self._runs(part, begin, end))
        stride = HEAD_BYTES * len(self._present)
        if sum(count for _, count in places) != part.count or len(part.heads) != stride * part.count:
            return False  # one came between two looks; one is too short
        taken = []
        for number, (column, _) in enumerate(self._present):
            values, states = _values_and_states(part.heads[number * HEAD_BYTES :], stride, part.count)
            if _DAMAGED in states or float("inf") in values or float("-inf") in values:
                return False
            taken.append((column, values, states))
        done = 0
        for position, count in places:
            for column, values, states in taken:
                column.values[position : position + count] = values[done : done + count]
                column.states[position : position + count] = states[done : done + count]
            self.found.recorded[position : position + count] = b"\1" * count
            done += count
        return True

    def _runs(self, part: _JoinedRecords, begin: int, end: int) -> Iterator[tuple[int, int]]:
        """Where the records stand: position and number of those that follow one another without a hole."""
        length_ms, position = self.found.length_ms, self.found.position(part.first_ms - 1)
        if part.last_ms - part.first_ms == (part.count - 1) * length_ms:
            yield position, part.count
            return
        rows = self._database.read(
            "SELECT end_ms FROM record WHERE length_ms = ? AND end_ms > ? AND end_ms <= ? ORDER BY end_ms",
            self._span(begin, end),
        )
        positions = [(end_ms - self.found.after_ms) // length_ms - 1 for (end_ms,) in rows]
        for _, run in groupby(enumerate(positions), lambda pair: pair[1] - pair[0]):
            (_, first), *others = run
            yield first, 1 + len(others)

    def _read_proven(self, begin: int, end: int) -> None:
        parameters = tuple(self.found.by_parameter)
        self.found.take(read_columns(RecordStore(self._database), *self._span(begin, end), parameters), begin)


def _values_and_states(heads: bytes, stride: int, count: int) -> tuple[array[float], bytes]:
    """Of one column, whose heads stand `stride` bytes apart."""
    content = bytearray(VALUE_BYTES * count)
    for byte in range(VALUE_BYTES):
        content[byte::VALUE_BYTES] = heads[byte::stride]
    values = array("d")
    values.frombytes(content)
    if sys.byteorder == "big":
        values.byteswap()
    return values, heads[VALUE_BYTES::stride].translate(_STATES)
