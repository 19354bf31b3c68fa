"""Parameters through any time, up to all that is kept, as short as a picture of them is wide: what charts and
sparklines are drawn of. Three years of one parameter are read in a fifth of a second.

The shape is read quickly (`gateway.records.long_columns`); what the picture shows of it, the least and the greatest of
each step, is proven by its record's checksum, and a step in which that fails is read again from sound records alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.audit.limit_history import limits_in_force
from gateway.config import Configuration
from gateway.core.averaging import Averaging
from gateway.core.dated_limit import LimitSpan
from gateway.core.instants import DUE_MS, local_time, milliseconds
from gateway.core.reading import Parameter
from gateway.db import Database
from gateway.records.columns import Columns, read_columns
from gateway.records.long_columns import read_long_columns, unsound_ends
from gateway.records.store import RecordStore
from gateway.reports.report_data import MeasuredColumn, measured_column
from gateway.reports.thinning import SeriesStep, outermost, step_ms, thinned


@dataclass(frozen=True, slots=True)
class SeriesSteps:
    """One after the other, of `step_ms` each, from `from_ms` on; the last may be shorter and ends at `until_ms`."""

    from_ms: int
    until_ms: int
    step_ms: int
    steps: Sequence[SeriesStep]

    def begin_ms(self, position: int) -> int:
        return self.from_ms + position * self.step_ms

    def middle_ms(self, position: int) -> float:
        begin_ms = self.begin_ms(position)
        return (begin_ms + min(begin_ms + self.step_ms, self.until_ms)) / 2


@dataclass(frozen=True, slots=True)
class Series:
    """One parameter through a time."""

    parameter: Parameter
    symbol: str
    """The regulation's, which two lines of the file may share."""
    decimals: int
    averaging: Averaging
    slot_ms: int
    drawn: SeriesSteps
    rows: SeriesSteps | None
    """The same in fewer steps, for a table."""
    limits: tuple[LimitSpan, ...]
    """What was in force at some time of it, in the order of averaging times and of time."""


def newest_end_ms(configuration: Configuration, database: Database, now_ms: int) -> int:
    """Up to where a picture of the present goes: to the end of the slot that ended last, but where it is not due yet to
    the newest that was closed, for nothing is missing there."""
    slot_ms = milliseconds(configuration.reporting.slot)
    ended_ms = now_ms // slot_ms * slot_ms
    newest_ms = RecordStore(database).newest_ms(slot_ms, now_ms)
    return newest_ms if newest_ms is not None and ended_ms - newest_ms <= max(slot_ms, DUE_MS) else ended_ms


def read_series(
    configuration: Configuration,
    database: Database,
    parameters: Sequence[Parameter],
    from_ms: int,
    until_ms: int,
    most_steps: int,
    most_rows: int | None = None,
) -> tuple[Series, ...]:
    """Of the slots that begin in `[from_ms, until_ms)`, in about `most_steps` steps, and in rows if they are asked for.
    Steps begin at whole ones of the station's clock, so that they stay the same wherever one looks from: the first may
    begin earlier than asked."""
    slot_ms = milliseconds(configuration.reporting.slot)
    step = step_ms(slot_ms, until_ms - from_ms, most_steps)
    begin_ms = _whole(from_ms, step, slot_ms, configuration.station.timezone)
    columns = read_long_columns(database, slot_ms, begin_ms, -(-until_ms // slot_ms) * slot_ms, parameters)
    lines = {one.parameter: one for one in configuration.sent}
    limits = limits_in_force(database, configuration.finding_rules).touching(begin_ms, until_ms)
    measured = [
        measured_column(columns.by_parameter[one], lines.get(one), limits(one)) for one in dict.fromkeys(parameters)
    ]
    drawn = _proven(database, columns, measured, step // slot_ms)
    row_ms = None if most_rows is None else step_ms(slot_ms, until_ms - from_ms, most_rows)
    return tuple(
        Series(
            one.parameter,
            one.symbol,
            one.decimals,
            one.averaging,
            slot_ms,
            SeriesSteps(begin_ms, columns.end_ms(columns.slots - 1), step, tuple(steps)),
            None if row_ms is None else _rows(one, columns, row_ms),
            one.limits,
        )
        for one, steps in zip(measured, drawn, strict=True)
    )


def _whole(at_ms: int, step: int, slot_ms: int, zone: str) -> int:
    """The whole step at or before the instant, by that zone's clock as far as slots allow."""
    offset = local_time(at_ms, zone).utcoffset()
    offset_ms = 0 if offset is None else milliseconds(offset) // slot_ms * slot_ms
    return (at_ms + offset_ms) // step * step - offset_ms


def _proven(
    database: Database, columns: Columns, measured: Sequence[MeasuredColumn], width: int
) -> list[list[SeriesStep]]:
    """The steps of each column. Where one would show what no checksum vouches for, the columns are mended first."""
    drawn = [list(thinned(one.column, one.averaging, width)) for one in measured]
    shown = {
        position
        for one, steps in zip(measured, drawn, strict=True)
        for number, step in enumerate(steps)
        for position in outermost(one.column, step, number * width, min((number + 1) * width, columns.slots))
        if columns.recorded[position]
    }
    unsound = unsound_ends(database, columns.length_ms, map(columns.end_ms, shown))
    for number in sorted({columns.position(end_ms - 1) // width for end_ms in unsound}):
        begin, end = number * width, min((number + 1) * width, columns.slots)
        _mend(database, columns, begin, end)
        for one, steps in zip(measured, drawn, strict=True):
            (steps[number],) = thinned(one.column, one.averaging, width, begin, end)
    return drawn


def _mend(database: Database, columns: Columns, begin: int, end: int) -> None:
    """Read the slots at `[begin, end)` again, from records whose checksums are right."""
    edges_ms = (columns.end_ms(begin - 1), columns.end_ms(end - 1))
    read = read_columns(RecordStore(database), columns.length_ms, *edges_ms, tuple(columns.by_parameter))
    columns.take(read, begin)


def _rows(measured: MeasuredColumn, columns: Columns, row_ms: int) -> SeriesSteps:
    steps = thinned(measured.column, measured.averaging, row_ms // columns.length_ms)
    return SeriesSteps(columns.after_ms, columns.end_ms(columns.slots - 1), row_ms, tuple(steps))
