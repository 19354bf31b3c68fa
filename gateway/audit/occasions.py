"""What happened at the station, for the recorder of video, which is another process: exceedances, ports, calibrations.

Only reads, and reads what it finds: no database, one that is locked or of another version's making is asked again
later, and nothing is lost meanwhile, for what was read is known by rows' numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.core.findings import Topic
from gateway.core.instants import MINUTE_MS
from gateway.core.limits import Level
from gateway.core.occasion import Occasion, OccasionCursor, OccasionPage
from gateway.core.permit_limit import detail_from_text
from gateway.core.phrase import Phrase
from gateway.core.video import PinOccasion
from gateway.db import Database, open_database

MOST_ROWS = 500
"""Of a table at once."""
SLOT_MS = 5 * MINUTE_MS
"""An exceedance is known at the end of the slot that shows it."""


class StationOccasions:
    """Implements `gateway.cameras.keeping.occasion_pins.OccasionSource`."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self, cursor: OccasionCursor, now_ms: int) -> OccasionPage:
        """What began after the cursor, and what was not over then. All there is, if it is of another file.

        Raises:
            FileNotFoundError: the gateway has never run here.
            StoreError: the database cannot be read now.
        """
        with closing(open_database(self._file, read_only=True)) as database:
            file = self._file.stat().st_ino
            if file != cursor.file or _went_back(database, cursor):
                cursor = OccasionCursor(file)
            occasions, newest, lasting, is_last = [], {}, {}, True
            for table in _TABLES:
                after = cursor.newest.get(table.name, 0)
                rows = list(table.rows(database, after, cursor.lasting.get(table.name, ())))
                found = database.objects(table.name, rows, table.make(now_ms))
                occasions += [occasion for occasion in found if occasion is not None]
                newest[table.name] = max([after, *(row[0] for row in rows)])
                lasting[table.name] = tuple(row[0] for row in rows if row[1] is None)
                is_last &= len(rows) < MOST_ROWS
        return OccasionPage(tuple(occasions), OccasionCursor(file, newest, lasting), is_last)


def _went_back(database: Database, cursor: OccasionCursor) -> bool:
    """A backup was put back: its rows' numbers are given again."""
    for table in _TABLES:
        ((newest,),) = database.read(table.newest)
        if (newest or 0) < cursor.newest.get(table.name, 0):
            return True
    return False


@dataclass(frozen=True, slots=True)
class _OccasionTable:
    """Where occasions stand. The statements' first column is the row's number, the second its end."""

    name: str
    newest: str
    after: str
    one: str
    make: Callable[[int], Callable[..., Occasion | None]]

    def rows(self, database: Database, after: int, lasting: Sequence[int]) -> Iterator[Any]:
        for number in lasting:
            yield from database.read(self.one, (number,))
        yield from database.read(self.after, (after, MOST_ROWS))


def _of_event(_now_ms: int) -> Callable[..., Occasion | None]:
    def make(
        _: int, ended_ms: int | None, topic: str, kind: str, subject: str, detail: str, began_ms: int, last_ms: int
    ) -> Occasion | None:
        if topic != Topic.EXCEEDANCE:
            source = f"port {subject} {kind} {began_ms}"
            reason = str(Phrase("violation at the port {port}: {detail}", port=subject, detail=detail or kind))
            return Occasion(PinOccasion.PORT, source, began_ms, last_ms, ended_ms, reason)
        reason = f"{subject} exceeded: {detail_from_text(detail)}"
        source = f"exceeded {subject} {began_ms}"
        return Occasion(PinOccasion.EXCEEDED, source, began_ms - SLOT_MS, last_ms, ended_ms, reason)

    return make


def _of_calibration(now_ms: int) -> Callable[..., Occasion | None]:
    def make(_: int, ended_ms: int | None, symbol: str, began_ms: int, reason: str) -> Occasion | None:
        words = Phrase("calibration of {symbol}: {reason}", symbol=symbol, reason=reason)
        return Occasion(PinOccasion.CALIBRATION, f"calibration {symbol} {began_ms}", began_ms, now_ms, ended_ms, words)

    return make


def _of_run(now_ms: int) -> Callable[..., Occasion | None]:
    def make(_: int, ended_ms: int | None, instrument: str, began_ms: int | None, reason: str) -> Occasion | None:
        if began_ms is None:  # it waits, or was refused
            return None
        words = Phrase("calibration of {instrument}: {reason}", instrument=instrument, reason=reason)
        return Occasion(PinOccasion.CALIBRATION, f"run {instrument} {began_ms}", began_ms, now_ms, ended_ms, words)

    return make


_EVENT = "SELECT id, ended_ms, topic, kind, subject, detail, began_ms, last_ms FROM sound_event WHERE"
_OURS = f"(topic = '{Topic.EXCEEDANCE}' AND kind = '{Level.EXCEEDED}' OR topic = '{Topic.PORT}')"
_CALIBRATION = "SELECT id, ended_ms, symbol, began_ms, reason FROM sound_calibration WHERE"
_RUN = "SELECT id, ended_ms, instrument, began_ms, reason FROM sound_calibration_run WHERE"
_TABLES = (
    _OccasionTable(
        "event",
        f"SELECT max(id) FROM event WHERE {_OURS}",  # noqa: S608  # constants
        f"{_EVENT} id > ? AND {_OURS} ORDER BY id LIMIT ?",
        f"{_EVENT} id = ?",
        _of_event,
    ),
    _OccasionTable(
        "calibration",
        "SELECT max(id) FROM calibration",
        f"{_CALIBRATION} id > ? ORDER BY id LIMIT ?",
        f"{_CALIBRATION} id = ?",
        _of_calibration,
    ),
    _OccasionTable(
        "calibration_run",
        "SELECT max(id) FROM calibration_run",
        f"{_RUN} id > ? ORDER BY id LIMIT ?",
        f"{_RUN} id = ?",
        _of_run,
    ),
)
