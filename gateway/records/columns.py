"""Records turned by a quarter: for each parameter all its values through a time, side by side, nine bytes a slot.

For what looks at whole months: sixty parameters over thirty days are 5 MB and read in under a second.
"""

from __future__ import annotations

import logging
import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

from gateway.core.reading import Parameter, Status
from gateway.readings.columns import CODE_OF
from gateway.records.packing import codes_and_values
from gateway.records.store import RecordStore

_log = logging.getLogger(__name__)

NOT_RECORDED = 0
"""In `Column.states`: no record of this slot tells of the parameter."""
STATE_OF = {status: code + 1 for status, code in CODE_OF.items()}
"""In `Column.states`: what the record says."""
_MEASURING = STATE_OF[Status.MEASURING]
_IS_MEASURING = bytes(state == _MEASURING for state in range(256))


@dataclass(frozen=True, slots=True)
class Column:
    """One parameter through time. Position `n` is the slot that ends at `after_ms + (n + 1) × length_ms`.

    A value that is not there is NaN here and nowhere else; look at it only where `has_value`.
    """

    parameter: Parameter
    values: array[float]
    states: bytearray

    def has_value(self, position: int) -> bool:
        return not math.isnan(self.values[position])

    def is_valid(self, position: int) -> bool:
        """Whether there is a value whose status is 00."""
        return self.states[position] == _MEASURING and self.has_value(position)

    def valid(self, begin: int, end: int) -> list[float]:
        """The values of the slots at `[begin, end)` whose status is 00, oldest first."""
        states = self.states[begin:end]
        if states.count(_MEASURING) == len(states):
            values = self.values[begin:end].tolist()
        else:
            values = list(compress(self.values[begin:end], states.translate(_IS_MEASURING)))
        if math.isnan(sum(values)):  # one is not there: looked for only then, for these are hundred thousands
            values = [value for value in values if value == value]
        return values

    def find(self, value: float, begin: int, end: int) -> int | None:
        """The first slot at `[begin, end)` that has the value and status 00."""
        while begin < end:
            try:
                found = self.values.index(value, begin, end)
            except ValueError:
                return None
            if self.is_valid(found):
                return found
            begin = found + 1
        return None

    def count(self, state: int, begin: int, end: int) -> int:
        return self.states.count(state, begin, end)


@dataclass(frozen=True, slots=True)
class Columns:
    """All records of one length whose slots end in `(after_ms, after_ms + slots × length_ms]`."""

    after_ms: int
    length_ms: int
    recorded: bytearray
    """1 for each slot of which there is a record."""
    by_parameter: dict[Parameter, Column]

    @property
    def slots(self) -> int:
        return len(self.recorded)

    def end_ms(self, position: int) -> int:
        return self.after_ms + (position + 1) * self.length_ms

    def position(self, at_ms: int) -> int:
        """Of the first slot that ends after the instant; the number of slots if there is none."""
        return min(self.slots, max(0, (at_ms - self.after_ms) // self.length_ms))

    def within(self, from_ms: int, until_ms: int) -> tuple[int, int]:
        """The positions `[begin, end)` of the slots that begin in `[from_ms, until_ms)`."""
        begin, end = (-((self.after_ms - at_ms) // self.length_ms) for at_ms in (from_ms, until_ms))
        return min(self.slots, max(0, begin)), min(self.slots, max(0, end))

    def take(self, other: Columns, begin: int) -> None:
        """What another time's columns say, which begins at that position, in the place of what stands here."""
        end = begin + other.slots
        self.recorded[begin:end] = other.recorded
        for parameter, column in self.by_parameter.items():
            column.values[begin:end] = other.by_parameter[parameter].values
            column.states[begin:end] = other.by_parameter[parameter].states


def read_columns(
    records: RecordStore, length_ms: int, after_ms: int, until_ms: int, parameters: Sequence[Parameter] = ()
) -> Columns:
    """Every parameter that the records of this time tell of, those in `parameters` first and in any case.

    `after_ms` is a slot's edge. A damaged record is told and passed over: its slot counts as missing.
    """
    found = empty_columns(length_ms, after_ms, until_ms, parameters)
    layouts: dict[int, list[Column]] = {}
    for end_ms, layout_id, packed in records.packed(length_ms, after_ms, until_ms):
        columns = layouts.get(layout_id, [])
        position = (end_ms - after_ms) // length_ms - 1
        try:
            if layout_id not in layouts:
                columns = layouts[layout_id] = [_column(found, one) for one in records.parameters(layout_id)]
            for column, (value, state) in zip(columns, codes_and_values(packed), strict=True):
                column.values[position] = value
                column.states[position] = state + 1
        except ValueError as damage:
            _log.error("a record is damaged on the card end_ms=%d error=%r", end_ms, str(damage))
            _forget(columns, position)
            continue
        found.recorded[position] = 1
    return found


def empty_columns(length_ms: int, after_ms: int, until_ms: int, parameters: Sequence[Parameter]) -> Columns:
    """Of these parameters, nothing recorded. `after_ms` is a slot's edge."""
    slots = max(0, (until_ms - after_ms) // length_ms)
    found = Columns(after_ms, length_ms, bytearray(slots), {})
    for parameter in parameters:
        _column(found, parameter)
    return found


def read_recorded(records: RecordStore, length_ms: int, after_ms: int, until_ms: int) -> Columns:
    """Only of which slots there is a record, and of no parameter: at once, also of months."""
    found = Columns(after_ms, length_ms, bytearray(max(0, (until_ms - after_ms) // length_ms)), {})
    for end_ms in records.ends(length_ms, after_ms, until_ms):
        found.recorded[(end_ms - after_ms) // length_ms - 1] = 1
    return found


def _column(found: Columns, parameter: Parameter) -> Column:
    if parameter not in found.by_parameter:
        empty = array("d", [math.nan]) * found.slots
        found.by_parameter[parameter] = Column(parameter, empty, bytearray(found.slots))
    return found.by_parameter[parameter]


def _forget(columns: Sequence[Column], position: int) -> None:
    for column in columns:
        column.values[position] = math.nan
        column.states[position] = NOT_RECORDED
