"""A parameter whose readings are not 00, or were not: one row of the table `parameter_state`, and all access to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.core.reading import Parameter, Status
from gateway.core.reason import Cause, Reason
from gateway.db import Database

_COLUMNS = (
    "symbol, unit, instrument, status, cause, detail, off_since_ms, since_ms, last_ms, times, ended_ms, day, today,"
    " good, good_ms"
)
_KNOWN_CAUSES, _KNOWN_STATUSES = frozenset(Cause), frozenset(status.value for status in Status)


@dataclass(frozen=True, slots=True)
class ParameterState:
    """The columns of the table, which the schema explains."""

    parameter: Parameter
    instrument: str
    status: Status
    reason: Reason
    off_since_ms: int
    since_ms: int
    last_ms: int
    times: int
    ended_ms: int | None
    day: str
    today: int
    good: float | None = None
    good_ms: int | None = None

    @property
    def lasts(self) -> bool:
        return self.ended_ms is None


def parameter_states(database: Database) -> list[ParameterState]:
    """As last written. What only another version knows of is left out."""
    rows = database.read(f"SELECT {_COLUMNS} FROM sound_parameter_state")  # noqa: S608  # a constant
    return [
        ParameterState(Parameter(symbol, unit), instrument, Status(status), Reason(Cause(cause), detail), *rest)
        for symbol, unit, instrument, status, cause, detail, *rest in rows
        if cause in _KNOWN_CAUSES and status in _KNOWN_STATUSES
    ]


def keep_states(database: Database, states: Iterable[ParameterState]) -> None:
    """Each in the place of what was known of its symbol, all in one transaction."""
    rows = [_row(state) for state in states]
    with database.write() as connection:
        connection.executemany("DELETE FROM parameter_state WHERE symbol = ?", [(symbol,) for symbol, *_ in rows])
        connection.executemany(
            f"INSERT INTO parameter_state ({_COLUMNS})"  # noqa: S608  # a constant
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )


def continued(
    known: ParameterState | None,
    parameter: Parameter,
    instrument: str,
    status: Status,
    reason: Reason,
    at_ms: int,
    day: str,
) -> ParameterState:
    """With one more reading that is not 00, on that local day."""
    if known is not None and known.parameter != parameter:
        known = None
    today = known.today + 1 if known is not None and known.day == day else 1
    good, good_ms = (None, None) if known is None else (known.good, known.good_ms)
    off_since_ms = since_ms = at_ms
    times = 1
    if known is not None and known.ended_ms is None:
        off_since_ms = known.off_since_ms
        if known.reason.cause is reason.cause and known.status is status:
            since_ms, times = known.since_ms, known.times + 1
    return ParameterState(
        parameter,
        instrument,
        status,
        reason,
        off_since_ms,
        since_ms,
        at_ms,
        times,
        None,
        day,
        today,
        good,
        good_ms,
    )


def _row(state: ParameterState) -> Sequence[str | int | float | None]:
    return (
        state.parameter.symbol,
        state.parameter.unit,
        state.instrument,
        state.status.value,
        state.reason.cause.value,
        state.reason.detail,
        state.off_since_ms,
        state.since_ms,
        state.last_ms,
        state.times,
        state.ended_ms,
        state.day,
        state.today,
        state.good,
        state.good_ms,
    )
