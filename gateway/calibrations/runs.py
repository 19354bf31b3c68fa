"""Sequences at instruments: who asked for one, how far it has come, and each thing that was done to a valve.

The journal tells of each request, and of its end with what was done to the valves."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gateway.core.journal_entry import EntryKind
from gateway.db import Database
from gateway.journal.chain import append
from gateway.journal.person import attributed


class RunState(StrEnum):
    """How far a run has come. All but the first three are final."""

    WAITING = "waiting"
    RUNNING = "running"
    RESTORING = "restoring"
    """Its valves are being put back to measuring."""
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    REFUSED = "refused"
    """It never began, and nothing was written."""


class RunWish(StrEnum):
    SEQUENCE = "sequence"
    CLOSE = "close"
    """Only put the valves back to measuring."""


@dataclass(frozen=True, slots=True)
class CalibrationRun:
    """One row. `outcome` says in words what the state says in one."""

    id: int
    instrument: str
    wanted: RunWish
    asked_ms: int
    asked_by: str
    reason: str
    state: RunState
    began_ms: int | None
    ended_ms: int | None
    stop_by: str | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class CalibrationStep:
    """One row: something that was done to a valve, from before it was written until its outcome was known."""

    id: int
    run_id: int
    step: str
    place: str
    before_ms: int
    after_ms: int | None
    outcome: str | None
    words: str | None


_STEPS_TOLD = 30
_COLUMNS = "id, instrument, wanted, asked_ms, asked_by, reason, state, began_ms, ended_ms, stop_by, outcome"
_STEP_COLUMNS = "id, run_id, step, place, before_ms, after_ms, outcome, words"


class CalibrationRuns:
    """All access to them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(
        self, instrument: str, wanted: RunWish, reason: str, by: str, at_ms: int, typed_by: str | None = None
    ) -> int:
        """Leave a request. Returns its number; what becomes of it is decided when its turn comes. `typed_by`: the user
        who asks in another's name."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO calibration_run (instrument, wanted, asked_ms, asked_by, reason, state)"
                " VALUES (?, ?, ?, ?, ?, 'waiting')",
                (instrument, wanted.value, at_ms, by, reason),
            )
            number: int = connection.execute("SELECT last_insert_rowid()").fetchone()[0]
            what = {"act": "asked", "run": number, "instrument": instrument, "wanted": wanted.value, "reason": reason}
            append(connection, at_ms, EntryKind.CALIBRATION, *attributed(what, by, typed_by))
            return number

    def begin(self, number: int, state: RunState, at_ms: int) -> None:
        """Durably: its valves are about to be touched."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE calibration_run SET state = ?, began_ms = coalesce(began_ms, ?)"
                " WHERE id = ? AND ended_ms IS NULL",
                (state.value, at_ms, number),
            )

    def end(self, number: int, state: RunState, outcome: str, at_ms: int) -> None:
        """What came of it, for good."""
        with self._database.write() as connection:
            ended = connection.execute(
                "UPDATE calibration_run SET state = ?, outcome = ?, ended_ms = ? WHERE id = ? AND ended_ms IS NULL",
                (state.value, outcome, at_ms, number),
            )
            if ended.rowcount:
                what = {"act": "run ended", "run": number, "state": state.value, "outcome": outcome}
                what["valves"] = _told_steps(connection, number)
                append(connection, at_ms, EntryKind.CALIBRATION, what)

    def ask_to_stop(self, number: int, by: str, at_ms: int, typed_by: str | None = None) -> None:
        with self._database.write() as connection:
            asked = connection.execute(
                "UPDATE calibration_run SET stop_by = ? WHERE id = ? AND ended_ms IS NULL AND stop_by IS NULL",
                (by, number),
            )
            if asked.rowcount:
                what = {"act": "stop asked", "run": number}
                append(connection, at_ms, EntryKind.CALIBRATION, *attributed(what, by, typed_by))

    def begin_step(self, run: int, step: str, place: str, at_ms: int) -> int:
        """Durably: the valve is about to be told. Returns the step's number."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO calibration_step (run_id, step, place, before_ms) VALUES (?, ?, ?, ?)",
                (run, step, place, at_ms),
            )
            number: int = connection.execute("SELECT last_insert_rowid()").fetchone()[0]
            return number

    def end_step(self, number: int, outcome: str, words: str, at_ms: int) -> None:
        with self._database.write() as connection:
            connection.execute(
                "UPDATE calibration_step SET outcome = ?, words = ?, after_ms = ? WHERE id = ? AND after_ms IS NULL",
                (outcome, words, at_ms, number),
            )

    def find(self, number: int) -> CalibrationRun | None:
        return next(iter(self._select("WHERE id = ?", number)), None)

    def open(self, instrument: str | None = None) -> list[CalibrationRun]:
        """Those without an end, oldest first."""
        if instrument is None:
            return self._select("WHERE ended_ms IS NULL ORDER BY id")
        return self._select("WHERE ended_ms IS NULL AND instrument = ? ORDER BY id", instrument)

    def newest(self, most: int) -> list[CalibrationRun]:
        return self._select("ORDER BY id DESC LIMIT ?", most)

    def last_began_ms(self, instrument: str, now_ms: int) -> int | None:
        """When the newest sequence began, of those that have begun by now."""
        rows = self._database.read(
            "SELECT max(began_ms) FROM sound_calibration_run"
            " WHERE instrument = ? AND began_ms <= ? AND wanted = 'sequence'",
            (instrument, now_ms),
        )
        return rows[0][0] if rows else None

    def steps(self, run: int) -> list[CalibrationStep]:
        """In the order in which they were done."""
        rows = self._database.read(
            f"SELECT {_STEP_COLUMNS} FROM sound_calibration_step WHERE run_id = ? ORDER BY id",  # noqa: S608  # constants
            (run,),
        )
        return self._database.objects("calibration_step", rows, CalibrationStep)

    def _select(self, rest: str, *parameters: object) -> list[CalibrationRun]:
        rows = self._database.read(f"SELECT {_COLUMNS} FROM sound_calibration_run {rest}", parameters)  # noqa: S608  # constants
        return self._database.objects("calibration_run", rows, _run)


def _told_steps(connection: sqlite3.Connection, run: int) -> list[dict[str, Any]]:
    """What was done to its valves, for the journal: the last of it, if a valve would not obey for long."""
    rows = connection.execute(
        "SELECT step, place, before_ms, after_ms, outcome FROM"
        " (SELECT * FROM sound_calibration_step WHERE run_id = ? ORDER BY id DESC LIMIT ?) ORDER BY id",
        (run, _STEPS_TOLD),
    )
    return [dict(zip(("step", "place", "before_ms", "after_ms", "outcome"), row, strict=True)) for row in rows]


def _run(number: int, instrument: str, wanted: str, *rest: Any) -> CalibrationRun:
    asked_ms, by, reason, state, *others = rest
    return CalibrationRun(number, instrument, RunWish(wanted), asked_ms, by, reason, RunState(state), *others)
