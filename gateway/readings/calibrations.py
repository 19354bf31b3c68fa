"""Calibrations that people declare: from begin to end, the readings of a parameter have status 01.

Commands write them down, the daemon applies them to what it reads: both meet in the database only, so a restart in the
middle of a calibration changes nothing. Only the state is touched, never the value; a fault stays a fault. What is
declared and what ends is told in the journal.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from gateway.core.instants import EARLIEST_MS, MINUTE_MS, local_text
from gateway.core.interfaces import Instant
from gateway.core.journal_entry import EntryKind
from gateway.core.reading import Sample, Status
from gateway.core.reason import Cause, Reason
from gateway.core.state import raised
from gateway.db import Database
from gateway.journal.chain import append
from gateway.journal.person import attributed
from gateway.runtime.log_zone import log_text

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
AHEAD_MS = MINUTE_MS
"""What begins later than that was declared by a clock that was ahead."""
WAITING_MS = 15_000
"""Readings of the last ten seconds may still be in memory."""
BY_ITSELF = "gateway"
"""Who ended a calibration whose time was over."""
_COLUMNS = "id, symbol, began_ms, planned_ms, ended_ms, reason, begun_by, ended_by"


@dataclass(frozen=True, slots=True)
class Calibration:
    """One row. `symbol` is the parameter's line; instants are UTC milliseconds."""

    id: int
    symbol: str
    began_ms: int
    planned_ms: int | None
    ended_ms: int | None
    reason: str
    begun_by: str
    ended_by: str | None

    @property
    def until_ms(self) -> int | None:
        """When it is or was over; `None`: not before somebody ends it."""
        return self.planned_ms if self.ended_ms is None else self.ended_ms

    def holds(self, at_ms: int) -> bool:
        return self.began_ms <= at_ms and (self.until_ms is None or at_ms < self.until_ms)


class CalibrationStore:
    """All access to calibrations."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(
        self,
        symbols: Sequence[str],
        planned_ms: int | None,
        reason: str,
        by: str,
        at_ms: int,
        typed_by: str | None = None,
    ) -> None:
        """Declare a calibration of each parameter, in one transaction. One that lasts already is ended first.
        `typed_by`: the user who does so in another's name."""
        with self._database.write() as connection:
            _end(connection, symbols, by, at_ms, typed_by)
            for symbol in symbols:
                connection.execute(
                    "INSERT INTO calibration (symbol, began_ms, planned_ms, reason, begun_by) VALUES (?, ?, ?, ?, ?)",
                    (symbol, at_ms, planned_ms, reason, by),
                )
            what = {"act": "declared", "parameters": symbols, "planned_ms": planned_ms, "reason": reason}
            append(connection, at_ms, EntryKind.CALIBRATION, *attributed(what, by, typed_by))

    def end(self, symbols: Sequence[str], by: str, at_ms: int, typed_by: str | None = None) -> list[Calibration]:
        """End what lasts of these parameters, in one transaction. Returns what it was."""
        lasting = [one for one in self.lasting() if one.symbol in symbols and one.holds(at_ms)]
        with self._database.write() as connection:
            _end(connection, [one.symbol for one in lasting], by, at_ms, typed_by)
        return [replace(one, ended_ms=at_ms, ended_by=by) for one in lasting]

    def end_overdue(self, at_ms: int) -> None:
        """Those whose time is over end at the end of their time, whenever that is noticed."""
        if any(one.planned_ms is not None and one.planned_ms <= at_ms for one in self.lasting()):
            with self._database.write() as connection:
                over = connection.execute(
                    "UPDATE calibration SET ended_ms = planned_ms, ended_by = ? WHERE ended_ms IS NULL"
                    " AND planned_ms <= ? RETURNING symbol",
                    (BY_ITSELF, at_ms),
                ).fetchall()
                if over:
                    what = {"act": "ended", "parameters": sorted(symbol for (symbol,) in over)}
                    append(connection, at_ms, EntryKind.CALIBRATION, what)

    def begin_later(self, one: Calibration, by_ms: int, at_ms: int) -> None:
        """It was declared while the clock was off by so much: its begin and its end move together."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE calibration SET began_ms = began_ms + ?1, planned_ms = planned_ms + ?1 WHERE id = ?2",
                (by_ms, one.id),
            )
            what = {"act": "moved", "parameters": [one.symbol], "began_ms": one.began_ms, "by_ms": by_ms}
            append(connection, at_ms, EntryKind.CALIBRATION, what)

    def lasting(self) -> list[Calibration]:
        """Those that nobody has ended and whose end nobody has noticed, oldest first."""
        return self._select("WHERE ended_ms IS NULL ORDER BY id")

    def touching(self, from_ms: int, until_ms: int) -> list[Calibration]:
        """Those that lasted at some instant of `[from_ms, until_ms]`, oldest first."""
        return self._select(
            "WHERE began_ms <= ? AND coalesce(ended_ms, planned_ms, ?) >= ? ORDER BY began_ms, id",
            until_ms,
            until_ms,
            from_ms,
        )

    def newest(self, most: int) -> list[Calibration]:
        return self._select("ORDER BY id DESC LIMIT ?", most)

    def _select(self, rest: str, *parameters: int) -> list[Calibration]:
        rows = self._database.read(f"SELECT {_COLUMNS} FROM sound_calibration {rest}", parameters)  # noqa: S608  # constants
        return self._database.objects("calibration", rows, Calibration)


_END = (
    "UPDATE calibration SET ended_ms = min(?1, coalesce(planned_ms, ?1)),"  # noqa: S608  # a constant
    f" ended_by = iif(planned_ms <= ?1, '{BY_ITSELF}', ?2) WHERE symbol = ?3 AND ended_ms IS NULL"
)
"""Whose time was over already ended at the end of its time, and by itself."""


def _end(connection: sqlite3.Connection, symbols: Sequence[str], by: str, at_ms: int, typed_by: str | None) -> None:
    """End what lasts of these; of what does not, nothing is told."""
    ended = [symbol for symbol in symbols if connection.execute(_END, (at_ms, by, symbol)).rowcount]
    if ended:
        what = {"act": "ended", "parameters": ended}
        append(connection, at_ms, EntryKind.CALIBRATION, *attributed(what, by, typed_by))


def calibrated(sample: Sample, calibrations: Sequence[Calibration]) -> Sample:
    """The sample with status 01 where a calibration held when it was taken."""
    holding = {one.symbol: one for one in calibrations if one.holds(sample.at_ms)}
    if holding.keys().isdisjoint(parameter.symbol for parameter in sample.parameters):
        return sample
    readings = sample.readings
    for symbol, one in holding.items():
        states = [
            Status.CALIBRATING if parameter.symbol == symbol else Status.MEASURING for parameter in sample.parameters
        ]
        readings = raised(readings, states, Reason(Cause.DECLARED, f"{one.begun_by}: {one.reason}"))
    return replace(sample, readings=readings)


class CalibrationWatch:
    """A stage of the clerk: ends those whose time is over, and tells when one begins and ends."""

    def __init__(self, store: CalibrationStore, zone: tzinfo) -> None:
        """`zone`: the station's, in which people write down when they calibrated."""
        self._store = store
        self._zone = zone
        self._known: dict[int, Calibration] = {}

    def step(self, now: Instant) -> float:
        self._correct_begins(now)
        self._store.end_overdue(now.wall_ms)
        lasting = {one.id: one for one in self._store.lasting()}
        for one in lasting.values():
            if one.id not in self._known:
                _log.warning(
                    'parameter=%s state=calibrating by=%s since=%s until=%s reason="%s"',
                    one.symbol,
                    one.begun_by,
                    self._local(one.began_ms),
                    "stopped" if one.planned_ms is None else self._local(one.planned_ms),
                    one.reason,
                )
        for number in self._known.keys() - lasting.keys():
            over = self._known[number]
            _log.info("parameter=%s state=measuring calibrated_since=%s", over.symbol, self._local(over.began_ms))
        self._known = lasting
        return now.mono_s + LOOK_EVERY_S

    def _correct_begins(self, now: Instant) -> None:
        """One that was declared by a clock that was ahead, or had not been set yet, holds from now on as long as it was
        to hold: nobody knows how much of that is over, and a calibration must never be taken for measuring."""
        for one in self._store.lasting():
            if EARLIEST_MS <= one.began_ms <= now.wall_ms + AHEAD_MS:
                continue
            by_ms = now.wall_ms - WAITING_MS - one.began_ms
            self._store.begin_later(one, by_ms, now.wall_ms)
            _log.warning(
                "parameter=%s calibration was declared by a wrong clock, it holds from now on declared=%s by=%s",
                one.symbol,
                log_text(one.began_ms),
                one.begun_by,
            )

    def _local(self, at_ms: int) -> str:
        return local_text(at_ms, self._zone, "seconds")
