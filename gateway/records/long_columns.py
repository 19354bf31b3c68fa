"""Columns of years, for pictures: a hundred thousand slots of a parameter in a fifth of the time that
`gateway.records.columns` needs, for they are not fetched one by one and their checksums are not compared.

So a flipped bit may stand in them: what is shown of them is held against `unsound_ends` first. What does not look
like records of one layout is read by `read_columns` at once.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, compress, count, islice, pairwise
from operator import sub

from gateway.core.checksum import unsound_records
from gateway.core.reading import Parameter
from gateway.db import Database
from gateway.readings.columns import STATUS_OF
from gateway.records.columns import Column, Columns, empty_columns, read_columns
from gateway.records.packing import VALUE_BYTES, head_offset
from gateway.records.store import RecordStore

_PART_SLOTS = 576
"""Asked for at a time: two days of five minutes, of sixty parameters 600 kB."""
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
    others: int
    """How many of them are of another layout than the one by which they were read, or not as long as it."""
    packed: bytes
    """All of them, of every parameter, one behind the other: SQLite needs longer to cut a piece out of a record than to
    join sixty parameters whole."""


class _ColumnFiller:
    """Fills `found`, part after part."""

    def __init__(self, database: Database, found: Columns) -> None:
        self.found = found
        self._database = database
        self._layout_id: int | None = None
        self._record_bytes = 0
        self._present: list[tuple[Column, int]] = []
        """The columns that this layout has, each with its place in the bytes."""

    def read(self, begin: int, end: int) -> None:
        """The slots at `[begin, end)`."""
        part = self._part(begin, end)
        if part.others:
            self._look_up(begin, end)
            part = self._part(begin, end)
        if part.others and end - begin > _SMALLEST_PART_SLOTS:
            middle = (begin + end) // 2
            self.read(begin, middle)
            self.read(middle, end)
        elif part.count and (part.others or not self._fill(part, begin, end)):
            self._read_proven(begin, end)

    def _part(self, begin: int, end: int) -> _JoinedRecords:
        """Sorted by the index that finds them. Joined as text, for SQLite joins nothing else, and taken as the bytes
        that it is made of: nothing is decoded, and no byte ends it."""
        joined = "CAST(group_concat(packed, '') AS BLOB)" if self._present else "NULL"
        ((count, others, packed),) = self._database.read(
            "SELECT count(*), count(*) FILTER (WHERE layout_id IS NOT ? OR length(packed) IS NOT ?),"  # noqa: S608  # of constants
            f" {joined} FROM record WHERE length_ms = ? AND end_ms > ? AND end_ms <= ?",
            (self._layout_id, self._record_bytes, *self._span(begin, end)),
        )
        return _JoinedRecords(count, others, packed or b"")

    def _span(self, begin: int, end: int) -> tuple[int, int, int]:
        return self.found.length_ms, self.found.end_ms(begin - 1), self.found.end_ms(end - 1)

    def _look_up(self, begin: int, end: int) -> None:
        """The layout of the first of these records. One that is damaged is none."""
        rows = self._database.read(
            "SELECT layout_id FROM record WHERE length_ms = ? AND end_ms > ? AND end_ms <= ? ORDER BY end_ms LIMIT 1",
            self._span(begin, end),
        )
        self._layout_id, self._record_bytes, self._present = None, 0, []
        try:
            layout_id = rows[0][0]
            lines = RecordStore(self._database).parameters(layout_id)
        except (ValueError, IndexError):
            return
        self._layout_id, self._record_bytes = layout_id, head_offset(len(lines))
        self._present = [
            (column, head_offset(lines.index(parameter)))
            for parameter, column in self.found.by_parameter.items()
            if parameter in lines
        ]

    def _fill(self, part: _JoinedRecords, begin: int, end: int) -> bool:
        """Into the columns. `False`: they are not what records hold, and nothing was filled in."""
        is_full = part.count == end - begin
        places = [(begin, part.count)] if is_full else self._runs(begin, end)
        stride = self._record_bytes if self._present else 0
        if sum(length for _, length in places) != part.count or len(part.packed) != stride * part.count:
            return False  # one came between two looks
        taken = []
        for column, offset in self._present:
            values, states = _values_and_states(part.packed, offset, stride, part.count)
            if _DAMAGED in states:
                return False
            taken.append((column, values, states))
        done = 0
        for position, length in places:
            for column, values, states in taken:
                column.values[position : position + length] = values[done : done + length]
                column.states[position : position + length] = states[done : done + length]
            self.found.recorded[position : position + length] = b"\1" * length
            done += length
        return True

    def _runs(self, begin: int, end: int) -> list[tuple[int, int]]:
        """Where the records stand: position and number of those that follow one another without a hole. Sorted by the
        index that finds them."""
        length_ms = self.found.length_ms
        ((joined,),) = self._database.read(  # in one text, which takes half the time that rows take
            "SELECT group_concat(end_ms) FROM record WHERE length_ms = ? AND end_ms > ? AND end_ms <= ?",
            self._span(begin, end),
        )
        ends = list(map(int, joined.split(","))) if joined else []
        steps = map(sub, islice(ends, 1, None), ends)
        breaks = compress(count(1), map(length_ms.__ne__, steps))
        return [
            (self.found.position(ends[first] - 1), last - first)
            for first, last in pairwise(chain((0,), breaks, (len(ends),)))
            if first < last
        ]

    def _read_proven(self, begin: int, end: int) -> None:
        parameters = tuple(self.found.by_parameter)
        self.found.take(read_columns(RecordStore(self._database), *self._span(begin, end), parameters), begin)


def _values_and_states(packed: bytes, offset: int, stride: int, count: int) -> tuple[array[float], bytes]:
    """Of one column, whose heads stand `stride` bytes apart, the first at `offset`."""
    content = bytearray(VALUE_BYTES * count)
    for byte in range(VALUE_BYTES):
        content[byte::VALUE_BYTES] = packed[offset + byte :: stride]
    values = array("d")
    values.frombytes(content)
    if sys.byteorder == "big":
        values.byteswap()
    return values, packed[offset + VALUE_BYTES :: stride].translate(_STATES)
